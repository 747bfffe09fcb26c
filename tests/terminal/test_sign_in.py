"""Signing in by keys in a real terminal: code, pasted address, Esc, and how little is sent."""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.accounts.accounts import SignInWay
from partnerdesk.models.accounts.sign_ins import keep_sign_in_ended, keep_signed_in
from partnerdesk.models.accounts.signing_in import SignedIn
from partnerdesk.models.core import paths
from partnerdesk.models.core.clock import now
from partnerdesk.models.database.store import Store
from partnerdesk.models.settings import load as settings
from partnerdesk.models.settings.database_url import parse
from tests.support.commands import run, spawn
from tests.support.jobs import COMMAND
from tests.support.rehearsal import RehearsalInfo, rehearsal
from tests.support.signing_in import browsed
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

WHO = "admin@prosewarecloud.onmicrosoft.com"
WORDS = {
    "en": ("signed out", "type the code", "Signed in as", "MFA not known yet"),
    "ru": ("вход не выполнен", "введите на ней код", "Вход выполнен", "MFA пока неизвестно"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[RehearsalInfo]:
    with rehearsal(customers=3, device_interval=1) as info:
        yield info


@pytest.fixture
def info(server: RehearsalInfo) -> RehearsalInfo:
    """Point the console of the test at the rehearsal."""
    paths.user_settings().parent.mkdir(parents=True)
    paths.user_settings().write_text(server.settings())
    return server


@contextmanager
def console(info: RehearsalInfo, *words: str, columns: int = 80) -> Iterator[Terminal]:
    """Open the console on the sign-in of its connected account."""
    added = spawn(
        "accounts", "add", "--cloud", "global", "--tenant", info.tenant, "--name", "Proseware",
        "--client-id", info.client_id,
    )  # fmt: skip
    assert added.code == 0, added.err
    with Terminal([*COMMAND, *words], columns, 24) as terminal:
        terminal.wait_for("Proseware")
        terminal.wait_for("?")
        yield terminal


def code_on(terminal: Terminal) -> str:
    found = re.search(r"(?m)^ +([A-Z0-9]{9})$", terminal.text)
    assert found, terminal
    return found.group(1)


@pytest.mark.parametrize("language", WORDS)
def test_a_code_signs_in_by_keys(info: RehearsalInfo, language: str) -> None:
    out, typed, done, mfa = WORDS[language]
    with console(info, "--lang", language, columns=120) as terminal:
        terminal.wait_for(out)
        terminal.press("f9")
        terminal.wait_for(typed)
        code = code_on(terminal)
        terminal.press("y")
        terminal.wait_for(code)
        terminal.wait_until(lambda _text: terminal.clipboard == code)
        address = f"{info.authority}/devicelogin"
        assert address in [link.address for link in terminal.links]
        assert info.approve_code(code)
        terminal.wait_for(done)
        terminal.wait_for(mfa)
        assert out not in terminal.text
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0
    assert run("accounts", "list", "--json").json[0]["signed_in_as"] == WHO


def test_escape_leaves_the_sign_in_at_once_and_little_is_sent_meanwhile(
    info: RehearsalInfo,
) -> None:
    with console(info) as terminal:
        terminal.press("f9")
        terminal.wait_for("Time left: 14:5")
        code = code_on(terminal)
        before = terminal.written
        terminal.wait_for("Time left: 14:56")
        assert terminal.written - before < 60 * 4, "only the number is drawn"
        terminal.press("escape")
        terminal.wait_until(lambda text: "Time left" not in text)
        info.approve_code(code)
        terminal.wait_for("signed out")
        before = terminal.written
        terminal.read_for(1.5)
        assert terminal.written == before, "nothing goes on"
    assert run("accounts", "list", "--json").json[0]["signed_in_as"] == ""


def test_the_address_is_pasted_back_by_keys(info: RehearsalInfo) -> None:
    with console(info) as terminal:
        terminal.press(":")
        terminal.type("sign-in\r")
        terminal.wait_for("Time left")
        terminal.press("w")
        terminal.wait_for("Sign in by:")
        terminal.press("p")
        terminal.wait_for("response_type=code")
        address = terminal.links[-1].address
        terminal.press("enter")
        terminal.wait_for("Address where the browser ended")
        terminal.paste("http://localhost/?code=x&state=forged")
        terminal.press("enter")
        terminal.wait_for("belongs to another sign-in")
        terminal.press("ctrl+u")
        terminal.paste(browsed(info, address))
        terminal.press("enter")
        terminal.wait_for("Signed in as")
    assert run("accounts", "list", "--json").json[0]["signed_in_as"] == WHO


def test_the_cloud_selector_signs_in_to_an_account_that_is_connected(info: RehearsalInfo) -> None:
    with console(info) as terminal:
        terminal.press("c")
        terminal.wait_for("ctrl+s sign in")
        terminal.press("down", "ctrl+s")
        terminal.wait_for("It is kept by hand")
        terminal.press("up", "ctrl+s")
        terminal.wait_for("Time left")
        info.approve_code(code_on(terminal), error="53003")
        terminal.wait_for("Conditional Access")
        assert "--auth paste" in terminal.text
        terminal.press("f9")
        terminal.wait_for("Time left")
        terminal.press("escape", "c")
        terminal.wait_for("ctrl+s sign in")


def test_a_sign_in_that_ended_is_said_in_two_words(info: RehearsalInfo) -> None:
    with console(info) as terminal:
        store = Store(parse(settings.load().database))
        keep_signed_in(store, 1, SignInWay.DEVICE, SignedIn("anna@contoso.com", None))
        terminal.wait_until(lambda text: "signed out" not in text)
        keep_sign_in_ended(store, 1, now())
        terminal.wait_for("sign-in ended")


def test_a_kept_picture_holds_no_code(info: RehearsalInfo) -> None:
    with console(info) as terminal:
        terminal.press("f9")
        terminal.wait_for("Time left")
        code = code_on(terminal)
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0
    for file in Path.home().rglob("*"):
        if file.is_file():
            assert code.encode() not in file.read_bytes(), file
