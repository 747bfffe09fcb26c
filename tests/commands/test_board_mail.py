"""`partnerdesk board mail`: the board as a letter, sent to a real server, only when it changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.board import rules
from partnerdesk.models.core import paths
from partnerdesk.models.database.store import Store
from partnerdesk.models.settings.database_url import SqliteFile
from tests.commands.test_letter_sending import free_port, settings_file
from tests.conftest import CLOUDS
from tests.support.board_book import DAY, delegated
from tests.support.commands import run
from tests.support.mail_server import Behaviour, MailServer
from tests.support.relations import add_customer

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

    from tests.support.commands import Result
    from tests.support.mail_server import Received

HOSTILE = "<b>Bold</b> & \x1b[31mred\u202e"
TO = "team@north.example"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a book with three relationships that end soon; one customer has a hostile name."""
    file = tmp_path / "book.db"
    store = Store(SqliteFile(file))
    store.open(CLOUDS)
    ends = datetime.now(UTC).replace(microsecond=0) + 12 * DAY + timedelta(hours=1)
    for number, name in enumerate((HOSTILE, "Contoso", "Fabrikam")):
        customer = add_customer(store, name, f"customer{number}")
        delegated(store, customer, ends + number * DAY, display_name="Helpdesk")
    store.engine.dispose()
    return file


def mail(book: Path, port: int, *words: str, to: str = TO) -> Result:
    config = settings_file(book.parent, port)
    return run("board", "mail", "--to", to, *words, "--database", book, "--config", config)


def server(behaviour: Behaviour | None = None) -> MailServer:
    return MailServer(behaviour, sign_in=False)


def parts(received: Received) -> tuple[EmailMessage, str, str]:
    """Return a received letter, its text and its HTML."""
    letter = message_from_bytes(received.content, policy=default)
    assert letter.get_content_type() == "multipart/alternative"
    text, html = letter.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    return letter, text.get_content(), html.get_content()


def test_a_letter_has_text_and_html_and_hostile_names_are_text_in_both(book: Path) -> None:
    with server() as running:
        done = mail(book, running.port)
    assert (done.code, done.err) == (0, f"The letter to {TO} is sent.\n")
    [received] = running.received
    letter, text, html = parts(received)
    assert (received.recipients, letter["To"]) == ([TO], TO)
    assert letter["Subject"] == "partnerdesk: 3 need you"
    assert "<b>Bold</b> & ␛[31mred�" in text
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; ␛[31mred�" in html
    assert "<b>" not in html
    assert not {"\x1b", "\u202e"} & set(text + html)
    assert text.index("Bold") < text.index("Contoso") < text.index("Fabrikam")
    assert "Delegated admin ends: Extend it, or let it end" in text


def test_it_is_sent_again_only_when_the_board_changed_for_that_address(book: Path) -> None:
    with server() as running:
        assert mail(book, running.port, "--json").json["result"] == "sent"
        again = mail(book, running.port, "--json")
        assert (again.code, again.json["result"]) == (0, "unchanged")
        in_russian = mail(book, running.port, "--lang", "ru", "--json")
        assert in_russian.code == 0, in_russian.err
        assert in_russian.json["result"] == "unchanged"
        assert mail(book, running.port, "--cloud", "germany", "--json").json["result"] == (
            "unchanged"  # nothing waits there, and nothing ever did
        )
        assert mail(book, running.port, "--always", "--json").json["result"] == "sent"
        assert mail(book, running.port, "--json", to="b@north.example").json["result"] == "sent"
        assert run("board", "snooze", "33", "--until", "3d", "--database", book).code == 0
        changed = mail(book, running.port, "--json", "--exit-code")
        assert (changed.code, changed.json["result"], changed.json["count"]) == (7, "sent", 2)
    assert [received.recipients[0] for received in running.received] == [
        TO, TO, "b@north.example", TO,
    ]  # fmt: skip


def test_a_dry_run_shows_the_letter_and_remembers_nothing(book: Path) -> None:
    with server() as running:
        dry = mail(book, running.port, "--dry-run", "--most", "1")
        assert dry.code == 0
        assert dry.out.startswith(f"To: {TO}\nSubject: partnerdesk: 3 need you\n")
        assert "2 more are on the board." in dry.out
        assert ("Bold" in dry.out, "Contoso" in dry.out) == (True, False)
        assert not running.received
        sent = mail(book, running.port, "--most", "1", "--json").json
        assert (sent["result"], sent["count"], sent["listed"]) == ("sent", 3, 1)
    _letter, text, html = parts(running.received[0])
    assert "2 more are on the board." in text
    assert "2 more are on the board." in html


def test_a_letter_that_was_not_sent_is_told_and_not_remembered(book: Path) -> None:
    unreached = mail(book, free_port())
    assert (unreached.code, "was not reached" in unreached.err) == (6, True)
    with server(Behaviour(refused="550 no such box")) as running:
        refused = mail(book, running.port)
        assert (refused.code, "550 no such box" in refused.err) == (1, True)
    with server(Behaviour(cut=True)) as running:
        assert mail(book, running.port).code == 1
    with server() as running:
        assert mail(book, running.port, "--read-only").code == 3
        assert not running.received
        assert mail(book, running.port, "--json").json["result"] == "sent"
        [memory] = paths.state_folder().glob("board-mail-*.json")
        assert (memory.stat().st_mode & 0o777) == 0o600
        with paths.locked(memory) as is_held:
            assert is_held
            assert mail(book, running.port, "--always").code == 5
        memory.write_text('{"digest": 1')
        damaged = mail(book, running.port, "--json")
        assert (damaged.json["result"], "was damaged" in damaged.err) == ("sent", True)
    assert len(running.received) == 2


def test_what_is_wrong_sends_nothing(book: Path) -> None:
    with server() as running:
        for to in ("nobody", "a@b.example, c@d.example", "a@b.example\nBcc: c@d.example"):
            assert mail(book, running.port, to=to).code == 2
        assert mail(book, running.port, "--most", "0").code == 2
        assert mail(book, running.port, "--filter", "kind:nothing").code == 2
        assert not running.received
    assert run("board", "mail", "--database", book).code == 2


def test_a_kind_that_is_cut_is_told(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST", 3)
    assert "Only the first" not in run("board", "--database", book).err
    monkeypatch.setattr(rules, "MOST", 2)
    for form in ("--json", "--plain"):
        told = run("board", form, "--database", book)
        assert "of each account are here of: Delegated admin ends." in told.err
    dry = mail(book, 1, "--dry-run")
    assert "of each account are here of: Delegated admin ends." in dry.out
