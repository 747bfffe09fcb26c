"""`accounts add`, `sign-in`, `sign-out`, `remove` and `list` against a real rehearsal."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from partnerdesk.models.core import paths
from partnerdesk.models.core.errors import ExitCode
from tests.support.commands import COMMAND, HOUSE, run, spawn
from tests.support.rehearsal import RehearsalInfo, rehearsal
from tests.support.signing_in import browsed

if TYPE_CHECKING:
    from collections.abc import Iterator

WHO = "admin@prosewarecloud.onmicrosoft.com"
GUID = "9c1d3f6e-2b44-4a67-8b1c-55a0f3c0d7aa"


@pytest.fixture(scope="module")
def server() -> Iterator[RehearsalInfo]:
    with rehearsal(customers=3, device_interval=1) as info:
        yield info


@pytest.fixture
def info(server: RehearsalInfo, monkeypatch: pytest.MonkeyPatch) -> Iterator[RehearsalInfo]:
    """Point the console of the test at the rehearsal, whose secrets are in the environment."""
    paths.user_settings().parent.mkdir(parents=True)
    paths.user_settings().write_text(server.settings())
    monkeypatch.setenv("OWN_SECRET", server.client_secret)
    monkeypatch.setenv("OWN_TOKEN", server.refresh_token)
    yield server
    server.faults()


def adding(info: RehearsalInfo, *more: str, cloud: str = "global") -> list[str]:
    tenant = ["--tenant", info.tenants[cloud], "--client-id", info.client_id]
    return ["accounts", "add", "--cloud", cloud, *tenant, *more]


def account(id: int = 1) -> dict[str, Any]:
    rows: list[dict[str, Any]] = run("accounts", "list", "--json").json
    return next(row for row in rows if row["id"] == id)


def started(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *words], cwd=HOUSE, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def read_until(process: subprocess.Popen[str], pattern: str) -> str:
    """Return what a line of stderr says where the pattern fits."""
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(pattern, line):
            return found.group(1)
    raise AssertionError(pattern)


def test_an_application_is_added_and_signed_in_at_once(info: RehearsalInfo) -> None:
    result = run(*adding(info, "--auth", "app", "--secret-env", "OWN_SECRET", "--json"))
    assert result.code == ExitCode.DONE, result.err
    assert result.json["result"] == "connected"
    assert result.json["signed_in_as"] == info.client_id
    found = account()
    assert (found["connected"], found["sign_in_way"], found["mfa"]) == (True, "app", None)
    assert found["expires_at"]
    assert "signed in as an application" in run("accounts", "list").out
    assert run("changes", "list", "--json").json[0]["kind"] == "account"


def test_a_refresh_token_comes_of_a_file(info: RehearsalInfo, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{info.refresh_token}\n")
    file.chmod(0o644)
    ways = ["--auth", "refresh-token", "--secret-file", str(file)]
    result = run(*adding(info, *ways, "--client-secret-env", "OWN_SECRET"))
    assert result.code == ExitCode.DONE, result.err
    assert "Others than you can read" in result.err
    assert f"Signed in as {WHO}" in result.err
    assert account()["signed_in_as"] == WHO


def test_a_person_signs_in_with_a_code(info: RehearsalInfo) -> None:
    added = spawn(*adding(info))
    assert added.code == ExitCode.DONE, added.err
    assert "accounts sign-in --account 1" in added.err, "nobody is at a terminal here"
    assert account()["signed_in_as"] == ""
    with started("accounts", "sign-in", "--json") as process:
        code = read_until(process, "type the code (.+)")
        assert info.approve_code(code)
        out, err = process.communicate()
    assert process.returncode == ExitCode.DONE, err
    assert WHO in out
    assert WHO in err
    found = account()
    assert (found["signed_in_as"], found["mfa"]) == (WHO, None)
    assert found["expires_at"] > "2027"

    left = run("accounts", "sign-out", "--account", "1", "--json")
    assert left.json["signed_in_as"] == ""
    assert not list(paths.tokens_folder().glob("*.tokens"))
    assert "signed out" in run("accounts", "list").out


def test_a_refused_code_ends_with_the_code_for_sign_in(info: RehearsalInfo) -> None:
    spawn(*adding(info))
    with started("accounts", "sign-in") as process:
        code = read_until(process, "type the code (.+)")
        info.approve_code(code, error="53003")
        _out, err = process.communicate()
    assert process.returncode == ExitCode.OFFLINE
    assert "--auth paste" in err


def test_the_address_is_pasted_from_any_browser(info: RehearsalInfo) -> None:
    spawn(*adding(info, "--auth", "paste"))
    with started("accounts", "sign-in") as process:
        ended = browsed(info, read_until(process, "^(https://.+)"))
        _out, err = process.communicate(f"{ended}\n")
    assert process.returncode == ExitCode.DONE, err
    assert account()["signed_in_as"] == WHO
    with started("accounts", "sign-in") as process:
        read_until(process, "^(https://.+)")
        _out, err = process.communicate("nonsense\n")
    assert process.returncode == ExitCode.WRONG_USE
    assert account()["signed_in_as"] == WHO, "the sign-in before stays"


def test_the_connection_is_ended_and_customers_stay(info: RehearsalInfo) -> None:
    run(*adding(info, "--auth", "app", "--secret-env", "OWN_SECRET"))
    asked = spawn("accounts", "remove", "--account", "1")
    assert asked.code == ExitCode.WRONG_USE
    assert account()["connected"]
    shown = run("accounts", "remove", "--dry-run").out
    assert "customers" in shown
    assert run("accounts", "remove", "--yes").code == ExitCode.DONE
    found = account()
    assert (found["connected"], found["client_id"], found["expires_at"]) == (False, "", None)
    assert not list(paths.tokens_folder().glob("*.tokens"))
    assert run("accounts", "sign-in").code == ExitCode.OFFLINE
    assert run("accounts", "remove", "--yes").code == ExitCode.REFUSED


def test_several_accounts_of_one_cloud_are_named_by_their_ids(info: RehearsalInfo) -> None:
    secret = ["--auth", "app", "--secret-env", "OWN_SECRET"]
    run(*adding(info, *secret))
    second = run(*adding(info, *secret[:2]), "--dry-run")
    assert second.code == ExitCode.REFUSED
    partner = info.partner(cloud="global", customers=1)
    other = ["--tenant", partner["tenant"], "--client-id", info.client_id]
    words = ["accounts", "add", "--cloud", "global", *other, "--name", "Second", *secret]
    added = run(*words)
    assert "Connected as account 4" in added.err, added.err

    for command in (["accounts", "edit", "--market", "DE"], ["accounts", "sign-out"]):
        unclear = run(*command, "--cloud", "global")
        assert unclear.code == ExitCode.WRONG_USE
        assert "4 (Second)" in unclear.err
        assert run(*command, "--account", "4").code == ExitCode.DONE
    assert (account(1)["market"], account(4)["market"]) == ("", "DE")
    both = run("accounts", "list", "--cloud", "global", "--json").json
    assert [row["id"] for row in both] == [1, 4]
    assert [row["id"] for row in run("accounts", "list", "--account", "4", "--json").json] == [4]
    assert run("customers", "list", "--cloud", "global").code == ExitCode.DONE
    for wrong in (["--account", "9"], ["--account", "4", "--cloud", "germany"]):
        assert run("customers", "list", *wrong).code == ExitCode.NOT_FOUND


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (["--kind", "indirect_reseller"], ExitCode.REFUSED, "indirect resellers no access"),
        (["--kind", "nonsense"], ExitCode.WRONG_USE, "no kind of partner"),
        (["--auth", "app"], ExitCode.WRONG_USE, "--secret-file FILE"),
        (["--auth", "app", "--secret-env", "MISSING"], ExitCode.WRONG_USE, "is empty"),
        (["--auth", "device", "--secret-env", "OWN_SECRET"], ExitCode.WRONG_USE, "takes no"),
        (["--auth", "app", "--secret-file", "/nowhere"], ExitCode.FAILED, "cannot be read"),
        (["--auth", "password"], ExitCode.WRONG_USE, "invalid choice"),
        (["--read-only"], ExitCode.REFUSED, "Read-only"),
    ],
)
def test_what_cannot_be_says_why_and_connects_nothing(
    info: RehearsalInfo, more: list[str], code: ExitCode, said: str
) -> None:
    run("accounts", "list")  # makes the book, which read-only mode would not
    result = spawn(*adding(info, *more))
    assert result.code == code
    assert said in result.err + result.out
    assert not account()["connected"]


def test_all_clouds_and_wrong_secrets_are_told(info: RehearsalInfo) -> None:
    words = adding(info)
    words[3] = "all"
    assert run(*words).code == ExitCode.WRONG_USE
    os.environ["OWN_SECRET"] = "wrong"
    failed = run(*adding(info, "--auth", "app", "--secret-env", "OWN_SECRET"))
    assert failed.code == ExitCode.OFFLINE
    assert "secret or certificate" in failed.err
    assert account()["connected"], "the account can be signed in to again"
    assert account()["signed_in_as"] == ""


PLANTED = """
import logging, sys
logging.basicConfig(level=logging.DEBUG, filename=sys.argv[1])
from partnerdesk.models.accounts.accounts import SignInWay
from partnerdesk.models.core.clock import now
from partnerdesk.models.core.crash_report import write_report
from partnerdesk.models.database.store import Store
from partnerdesk.models.settings import load
from partnerdesk.models.settings.database_url import parse
from partnerdesk.partnercenter.connection import Audience, TokenKind
from partnerdesk.partnercenter.http import http_client
from partnerdesk.partnercenter.sign_in.accounts import account_connection, signed_in_tokens
settings = load.load()
store = Store(parse(settings.database))
store.open(["global"])
connection = account_connection(store, settings, 1)
with http_client(settings.tls) as http:
    tokens = signed_in_tokens(store, connection, http)
    first = tokens.token(Audience.PARTNER_CENTER, TokenKind.USER)
    second = tokens.token(Audience.PARTNER_CENTER, TokenKind.USER, refused=first.value)
    app = tokens.token(Audience.PARTNER_CENTER, TokenKind.APP)
    print(first, second, app, tokens, vars(tokens), tokens._store, tokens._application)
    try:
        raise ValueError(first.value, tokens._store.credential().secret)
    except ValueError as error:
        write_report(error, now())
    secrets = [first.value, second.value, app.value]
    entries = tokens._cache.search("RefreshToken")
    sys.stderr.write("\\n".join(secrets + [entry["secret"] for entry in entries]))
"""


def test_no_secret_is_found_outside_the_token_store(info: RehearsalInfo, tmp_path: Path) -> None:
    """In no file of the program, no log, no report, no text of an object, no list of processes."""
    ways = ["--auth", "refresh-token", "--secret-env", "OWN_TOKEN"]
    said = run(*adding(info, *ways, "--client-secret-env", "OWN_SECRET"))
    assert said.code == ExitCode.DONE, said.err
    log = tmp_path / "debug.log"
    done = subprocess.run(
        [COMMAND[0], "-c", PLANTED, str(log)], cwd=HOUSE, capture_output=True, text=True, check=True
    )
    with started("accounts", "sign-in", "--auth", "app", "--secret-env", "OWN_SECRET") as process:
        commands = Path(f"/proc/{process.pid}/cmdline").read_text()
        out, err = process.communicate()
    secrets = [*done.stderr.split(), info.client_secret, info.refresh_token]
    assert len(set(secrets)) == 6
    home = Path(os.environ["HOME"])
    files = [file for file in home.rglob("*") if file.is_file()]
    assert any("crash-" in file.name for file in files)
    assert log.stat().st_size > 1_000
    texts = {str(file): file.read_bytes() for file in (*files, log)}
    texts |= {
        "said": (said.out + said.err).encode(), "shown": done.stdout.encode(),
        "commands": commands.encode(), "signed in": (out + err).encode(),
    }  # fmt: skip
    for secret in secrets:
        for name, text in texts.items():
            assert secret.encode() not in text, name
    for report in (home / "state").rglob("crash-*.txt"):
        report.unlink()  # the tests' own watch for errors takes it for one
