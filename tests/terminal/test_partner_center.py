"""Connected to Partner Center, in a real terminal, by keys only: sign in, sync, send, survive."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from partnerdesk.models.core import paths
from partnerdesk.models.languages import _, ngettext, speak
from tests.support.commands import run
from tests.support.depth import deep
from tests.support.jobs import console
from tests.support.rehearsal import Network

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.rehearsal import RehearsalInfo
    from tests.support.terminal import Terminal

COUNT, LONG, PAGE = 1200, 2500, 500
"""Customers of a partner, in several pages: rows come in before the list is whole."""
PARTS = range(PAGE, LONG, PAGE)
"""What is received before the list is whole."""
SLOW_MS = 1500
"""How long an answer takes where the sync is watched: a console looks every two seconds."""
SLOW_MACHINE = 60.0
"""Seconds until the first page must have come, however busy the machine is."""
SMALL = (80, 24)
TAKEN = "contoso"
"""The prefix of a domain that somebody has in every cloud."""
FIELDS_BELOW_DOMAIN, PHONE_BELOW_NAME = 10, 10
"""How many fields further down the form the cursor is, and the telephone number is."""
WIPE = "\x15"
"""ctrl+u: takes what stands in a field away."""
PERSON, AT_ONCE = 0.06, 0.0
"""Seconds between the keys; at once, they are typed ahead of what is shown."""


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """Serve a rehearsal for all tests of this file."""
    folder = tmp_path_factory.mktemp("rehearsal")
    network = Network(folder, customers=3, device_interval=1, calls_per_minute=0)
    yield network
    network.cut()


class Partner:
    """A partner of one test alone, and a book whose account is connected to it."""

    def __init__(self, network: Network, folder: Path, customers: int = COUNT) -> None:
        self.network = network
        told = network.info.partner(customers=customers)
        self.tenant, self.refresh_token = told["tenant"], told["refresh_token"]
        self.free = f"oliveira{self.tenant[:8]}"
        """The prefix of a domain that nobody has."""
        self.book = folder / "book.db"
        paths.user_settings().parent.mkdir(parents=True)
        settings = f"{network.info.settings()}[sync]\ndetails = 3\nsubscriptions = 20\n"
        paths.user_settings().write_text(settings, "utf-8")
        self.command("accounts", "add", "--cloud", "global", "--tenant", self.tenant,
                     "--client-id", network.info.client_id)  # fmt: skip

    def command(self, *words: str) -> None:
        """Run a command on the book."""
        done = run(*words, "--database", self.book)
        assert done.code == 0, done.err

    def sign_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Sign in by a command, where the test is about something else."""
        monkeypatch.setenv("OWN_TOKEN", self.refresh_token)
        way = ["--auth", "refresh-token", "--secret-env", "OWN_TOKEN"]
        self.command("accounts", "sign-in", "--account", "1", *way)

    def opened(self, language: str = "en", size: tuple[int, int] = SMALL) -> Terminal:
        """Start a console on the book."""
        return console(self.book, "--lang", language, "--cloud", "global", size=size)

    def count(self, condition: str) -> int:
        """Return how many rows the book has."""
        with closing(sqlite3.connect(self.book)) as book:
            return int(book.execute(f"SELECT count(*) FROM {condition}").fetchone()[0])  # noqa: S608

    def calls(self, operation: str) -> list[dict[str, Any]]:
        """Return the calls of an operation that the rehearsal heard."""
        heard = self.network.info.log(operation)
        return [call for call in heard if call["tenant"] == self.tenant]


def customers(count: int) -> str:
    return ngettext("{count} customer", "{count} customers", count)


def header(terminal: Terminal) -> str:
    return terminal.line(0)


def is_receiving(text: str) -> bool:
    """Return whether a header says how much of the list has come."""
    said = (ngettext("{count} received", "{count} received", count) for count in PARTS)
    return any(words in text for words in said)


def calm(terminal: Terminal) -> None:
    """Check that the screen is whole: header and keys in their places."""
    terminal.wait_idle()
    assert header(terminal).startswith(" partnerdesk"), str(terminal)
    assert terminal.line(-1).strip(), str(terminal)


def type_slowly(terminal: Terminal, text: str, pace: float) -> None:
    """Type a text; at a pace above 0 the screen is read between the keys."""
    if pace == AT_ONCE:
        terminal.type(text)
        return
    for key in text:
        terminal.type(key)
        terminal.read_for(pace)


def fields(prefix: str) -> str:
    """Return the keys that fill the form from its first field on."""
    texts = ["Oliveira & Filhos", prefix, "", "PT", "Rua Augusta 24", "", "1100-053", "Lisboa"]
    texts += ["Rita", "Oliveira", "rita@oliveira.pt"]
    return "".join(f"{WIPE}{text}\t" for text in texts)


def open_form(terminal: Terminal) -> None:
    """Press `n` and wait for the form."""
    terminal.press("n")
    terminal.wait_for(".onmicrosoft.com")
    terminal.wait_until(lambda _text: terminal.line(3).startswith("▌"))


def sign_in_by_keys(terminal: Terminal, network: Network) -> None:
    """Sign in by device code: somebody approves the code that is shown."""
    terminal.wait_for(_("signed out"))
    terminal.press("f9")
    terminal.wait_for("/devicelogin")
    found = re.search(r"^ +([A-Z0-9]{9})$", terminal.text, re.MULTILINE)
    assert found, str(terminal)
    terminal.wait_for(_("Time left: {time}").format(time="14:"))  # it counts down
    assert f"Esc {_('Cancel')}" in terminal.line(-1)
    assert any("/devicelogin" in link.address for link in terminal.links)
    terminal.press("y")
    terminal.wait_until(lambda _text: terminal.clipboard == found[1])
    assert network.info.approve_code(found[1])
    terminal.wait_for(_("Signed in as {who}.").format(who="admin@")[:-1])
    terminal.wait_until(lambda _text: _("signed out") not in header(terminal))


def sync_by_keys(terminal: Terminal, info: RehearsalInfo) -> None:
    """Sync for the first time: the header tells how far it is, and the rows come in."""
    terminal.press("g", "c")
    terminal.wait_for(customers(0))
    info.ask("state", latency_ms=SLOW_MS)
    terminal.press("r")
    terminal.wait_until(lambda _text: is_receiving(header(terminal)), SLOW_MACHINE)
    assert customers(COUNT) not in terminal.text
    terminal.wait_until(lambda text: any(customers(count) in text for count in PARTS))
    assert "▌" in terminal.line(2)
    info.ask("state", latency_ms=0)
    terminal.wait_for(customers(COUNT))
    terminal.wait_for(_("Synced with Partner Center."), SLOW_MACHINE)
    terminal.wait_until(lambda _text: _("received {age}").format(age="")[:8] in header(terminal))


def add_by_keys(terminal: Terminal, partner: Partner) -> None:
    """Fill in a taken domain, which is told before anything is sent, then a free one; send it."""
    open_form(terminal)
    terminal.type(fields(TAKEN))
    taken = _("{domain} is taken: another tenant has it.")
    terminal.wait_for(taken.format(domain=f"{TAKEN}.onmicrosoft.com")[:40])
    assert f"✗ {TAKEN}.onmicrosoft.com" in terminal.text
    calm(terminal)
    for _field in range(FIELDS_BELOW_DOMAIN):
        terminal.press("shift+tab")
    terminal.type(f"{WIPE}{partner.free}\t")
    terminal.wait_for(f"✓ {partner.free}.onmicrosoft.com")
    assert partner.calls("customer-create") == []
    terminal.press("ctrl+r")
    terminal.wait_for(_("Nothing is written yet: ! carries it out, Esc goes back."))
    terminal.press("!")


def dismiss_password(terminal: Terminal, partner: Partner) -> str:
    """Copy the first administrator's credentials, and dismiss them; return the password."""
    terminal.wait_for(_("First administrator"))
    found = re.search(rf"{_('Password')}: (\S+)", terminal.text)
    assert found, str(terminal)
    user = f"admin@{partner.free}.onmicrosoft.com"
    assert f"{_('User name')}: {user}" in terminal.text
    terminal.press("Y")
    terminal.wait_until(lambda _text: terminal.clipboard == user)
    terminal.press("y")
    terminal.wait_until(lambda _text: terminal.clipboard == found[1])
    terminal.wait_for(_("The password is copied."))
    terminal.press("escape")
    terminal.wait_for(_("It is not shown again: Esc once more closes it."))
    assert found[1] in terminal.text
    terminal.press("escape")
    terminal.wait_until(lambda text: found[1] not in text)
    return found[1]


def edit_offline(terminal: Terminal, partner: Partner) -> None:
    """Change a customer while nobody is reached: it waits, and the work goes on."""
    partner.network.cut()
    terminal.press("e")
    terminal.wait_until(lambda _text: terminal.line(3).startswith("▌"))
    terminal.type("\t" * PHONE_BELOW_NAME + f"{WIPE}+351 21 234 5678")
    terminal.press("ctrl+r")
    terminal.wait_for(_("Nothing is written yet: ! carries it out, Esc goes back."))
    terminal.press("!")
    terminal.wait_until(lambda _text: _("offline") in header(terminal))
    terminal.wait_for(_("It waits in the outbox and is sent later. {reason}")[:38])
    terminal.wait_for(f": {_('waiting')}")
    assert partner.count("outbox WHERE state = 'waiting'") == 1
    calm(terminal)
    terminal.press("escape")
    terminal.type("/oliveira\r")
    terminal.wait_for("oliveira")
    terminal.wait_until(lambda _text: "Oliveira & Filhos" in terminal.line(2))
    assert _("offline") in header(terminal)


def come_back(terminal: Terminal, partner: Partner) -> None:
    """Watch the change being sent, once the service is back."""
    partner.network.come_back()
    assert partner.count("outbox WHERE state = 'confirmed'") == 1
    terminal.press("r")
    terminal.wait_until(lambda _text: _("offline") not in header(terminal))
    terminal.wait_until(lambda _text: partner.count("outbox WHERE state = 'confirmed'") == 2)
    sent = partner.calls("billing-profile-update")
    assert [call["status"] for call in sent] == [200]
    terminal.press("g", "h")
    terminal.wait_until(lambda text: text.count(_("confirmed")) == 2)
    calm(terminal)


@pytest.mark.parametrize("language", ["en", pytest.param("ru", marks=deep)])
def test_from_the_sign_in_to_a_change_that_was_sent_later(
    network: Network, tmp_path: Path, language: str
) -> None:
    partner = Partner(network, tmp_path)
    speak(language)  # the command that connects the account speaks English
    with partner.opened(language) as terminal:
        sign_in_by_keys(terminal, network)
        sync_by_keys(terminal, network.info)
        add_by_keys(terminal, partner)
        password = dismiss_password(terminal, partner)
        assert len(partner.calls("customer-create")) == 1
        edit_offline(terminal, partner)
        come_back(terminal, partner)
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0
    assert partner.count("customers") == COUNT + 1
    kept = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert [file for file in kept if password.encode() in file.read_bytes()] == []


@pytest.mark.parametrize("pace", [AT_ONCE, PERSON])
def test_the_way_to_the_credentials_is_the_same_at_every_pace(
    network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pace: float
) -> None:
    partner = Partner(network, tmp_path, customers=3)
    partner.sign_in(monkeypatch)
    with partner.opened() as terminal:
        terminal.wait_for("Manage all customer data")
        type_slowly(terminal, f"gcn{fields(partner.free)}\x12!", pace)
        dismiss_password(terminal, partner)
        terminal.wait_for(f"{partner.free}.onmicrosoft.com")
        calm(terminal)
    assert partner.count("customers WHERE microsoft_id <> ''") == 1
    assert len(partner.calls("customer-create")) == 1


def test_two_consoles_share_one_sync_and_the_second_takes_it_over(
    network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = Partner(network, tmp_path, customers=LONG)
    partner.sign_in(monkeypatch)
    with partner.opened() as first, partner.opened("ru") as second:
        for terminal in (first, second):
            terminal.wait_for("▌")
            terminal.press("g", "c")
        first.wait_for("0 customers")
        network.info.ask("state", latency_ms=SLOW_MS)
        first.press("r")
        speak("ru")
        second.wait_until(lambda _text: is_receiving(header(second)), SLOW_MACHINE)
        second.wait_until(lambda text: any(customers(count) in text for count in PARTS))
        second.press("r")
        held = _("{host} syncs this account already (process {pid}).")
        second.wait_for(held.partition("{host}")[2].partition("{pid}")[0])
        found = re.search(r"\((?:\w+ )?(\d+)\)", second.text)
        assert found is not None
        first.kill()
        network.info.ask("state", latency_ms=0)
        process = Path("/proc") / found[1]  # it ends with its console, after the call it makes
        second.wait_until(lambda _text: not process.exists(), SLOW_MACHINE)
        second.press("r")
        second.wait_for(_("Synced with Partner Center."), SLOW_MACHINE)
        second.wait_for(customers(LONG))
        second.press("ctrl+q")
        assert second.exit_code == 0
    assert partner.count("customers") == LONG
    assert partner.count("changes WHERE kind = 'synced' AND part_of = 0") == 1
