"""`outbox`, and commands that change a connected account, against a real rehearsal over TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from partnerdesk.models.core import paths
from partnerdesk.models.core.errors import ExitCode
from tests.support.commands import run
from tests.support.forms import AMERICA

if TYPE_CHECKING:
    from tests.support.rehearsal import RehearsalInfo


def adding(prefix: str, **changes: str) -> list[str]:
    """Return the command that adds the American customer with a domain of this prefix."""
    fields = AMERICA | {"domain_prefix": prefix} | changes
    flags = [(f"--{name.replace('_', '-')}", text) for name, text in fields.items()]
    return ["customers", "add", "--json", *(word for flag in flags for word in flag)]


@pytest.fixture
def prefix(rehearsed: RehearsalInfo, monkeypatch: pytest.MonkeyPatch) -> str:
    """Connect the global account to a partner of its own; return the prefix of a free domain."""
    partner = rehearsed.partner(customers=0)
    paths.user_settings().parent.mkdir(parents=True)
    paths.user_settings().write_text(rehearsed.settings())
    monkeypatch.setenv("OWN_SECRET", rehearsed.client_secret)
    monkeypatch.setenv("OWN_TOKEN", partner["refresh_token"])
    ways = ["--auth", "refresh-token", "--secret-env", "OWN_TOKEN"]
    ids = ["--tenant", partner["tenant"], "--client-id", rehearsed.client_id]
    added = run(
        "accounts", "add", "--cloud", "global", *ids, *ways, "--client-secret-env", "OWN_SECRET"
    )
    assert added.code == ExitCode.DONE, added.err
    return f"o{partner['tenant'][:8]}"


def calls(*more: str) -> list[dict[str, Any]]:
    """Return what `outbox list --json` says."""
    listed: list[dict[str, Any]] = run("outbox", "list", "--json", *more).json
    return listed


def kept() -> bytes:
    """Return everything that the program has written into its folders."""
    folders = (paths.data_folder(), paths.state_folder(), paths.cache_folder())
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    return b"".join(file.read_bytes() for file in files)


def test_a_customer_is_added_edited_and_ended(prefix: str) -> None:
    domain = f"{prefix}.onmicrosoft.com"
    added = run(*adding(prefix))
    assert added.code == ExitCode.DONE, added.err
    (call,) = added.json[0]["calls"]
    assert (call["state"], call["attempts"]) == ("confirmed", 1)
    admin = call["first_admin"]
    assert admin["user_name"] == f"admin@{domain}"
    assert run("customers", "show", domain, "--json").json["microsoft_id"]
    edited = run("customers", "edit", domain, "--city", "Seattle", "--json")
    (edit,) = edited.json["calls"]
    assert (edit["state"], edit["first_admin"]) == ("confirmed", None)
    invited = run("relationships", "invite", "--company", "Contoso", "--email", "a@b.de", "--draft")
    assert invited.code == ExitCode.DONE, invited.err
    ended = run("relationships", "end", domain, "--reason", "over", "--confirm", domain, "--json")
    assert (ended.code, ended.json["calls"][0]["state"]) == (ExitCode.DONE, "confirmed")
    known = {point["name"]: point["known"] for point in ended.json["plan"]["checklist"]}
    assert (known["subscriptions"], known["reservations"]) == ("settled", "unknown")
    assert calls() == []
    assert [one["operation"] for one in calls("--all")] == [
        "create_customer", "update_billing_profile", "get_invitation_link",
        "remove_reseller_relationship",
    ]  # fmt: skip
    first = run("outbox", "show", str(call["id"])).out
    assert "POST /v1/customers" in first
    assert call["correlation_id"] in first
    assert admin["password"] not in run("changes", "show", str(call["change_id"]), "--json").out
    assert b"oliveira.pt" in kept()
    assert admin["password"].encode() not in kept()


def test_a_new_name_is_the_lists_after_the_next_sync_too(prefix: str) -> None:
    domain = f"{prefix}.onmicrosoft.com"
    assert run(*adding(prefix)).json[0]["calls"][0]["state"] == "confirmed"
    edited = run("customers", "edit", domain, "--company-name", "Renamed Ltd", "--json")
    assert edited.json["calls"][0]["state"] == "confirmed", edited.err
    synced = run("sync", "--full", "--json")
    assert (synced.code, synced.json["changed"]) == (ExitCode.DONE, 0)
    assert run("customers", "show", domain, "--json").json["company_name"] == "Renamed Ltd"


def test_a_taken_domain_is_refused_and_given_up(prefix: str, rehearsed: RehearsalInfo) -> None:
    taken = str(rehearsed.ask("customers")["customers"][0]["domain"])
    added = run(*adding(taken.partition(".")[0]))
    assert added.code == ExitCode.FAILED
    (call,) = added.json[0]["calls"]
    assert (call["state"], call["first_admin"]) == ("failed", None)
    assert f"outbox give-up {call['id']}" in call["answer"]
    assert run("outbox", "retry", str(call["id"])).code == ExitCode.FAILED
    given_up = run("outbox", "give-up", str(call["id"]), "--why", "taken", "--json")
    assert (given_up.json["state"], given_up.json["undone"]) == ("gave_up", True)
    assert run("customers", "show", taken).code == ExitCode.NOT_FOUND
    assert run("changes", "list", "--json").json[0]["why"] == "taken"
    assert run(*adding(prefix)).json[0]["calls"][0]["state"] == "confirmed"


def test_offline_it_waits_and_is_sent_later(prefix: str, rehearsed: RehearsalInfo) -> None:
    settings = paths.user_settings().read_text()
    away = settings.replace(f'api = "{rehearsed.api}"', 'api = "https://127.0.0.1:9"')
    paths.user_settings().write_text(away)
    added = run(*adding(prefix))
    assert added.code == ExitCode.DONE, added.err
    assert added.json[0]["calls"][0]["state"] == "waiting"
    sent = run("outbox", "send")
    assert sent.code == ExitCode.OFFLINE
    assert "1 call waits." in sent.err
    assert run("customers", "list", "--json").json[0]["call"] == "waiting"
    paths.user_settings().write_text(settings)
    sent = run("outbox", "send", "--json")
    assert (sent.code, [one["state"] for one in sent.json]) == (ExitCode.DONE, ["confirmed"])
    assert sent.json[0]["first_admin"]["password"]
    assert not run("customers", "list", "--json").json[0]["call"]
    id = str(sent.json[0]["id"])
    assert run("outbox", "retry", id).code == ExitCode.REFUSED
    assert run("outbox", "give-up", id).code == ExitCode.REFUSED
    assert run("outbox", "show", "99").code == ExitCode.NOT_FOUND
