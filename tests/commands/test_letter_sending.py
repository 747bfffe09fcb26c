"""Letters of the outbox over a real mail server: each is sent once; failures are reported."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import threading
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

import pytest

from partnerdesk.mailing.outbox import send_waiting, settle_unsure, unsure_letters
from partnerdesk.models.changes.calls import Call
from partnerdesk.models.changes.outbox import CallState
from partnerdesk.models.core.errors import RefusedError
from partnerdesk.models.database.store import Store
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.relationships.entities import SentBy
from partnerdesk.models.relationships.invitation_details import read_invitation
from partnerdesk.models.relationships.invitation_events import plan_letter_out
from partnerdesk.models.settings.database_url import SqliteFile
from partnerdesk.models.settings.model import MailSettings
from tests.support.books import NOW, TESTER
from tests.support.commands import COMMAND, HOUSE, run
from tests.support.edits import by
from tests.support.mail_server import (
    HOST,
    PASSWORD,
    USER,
    Behaviour,
    MailServer,
    authority_file,
    certified,
)
from tests.support.relations import LINK, invite
from tests.support.relationship_books import book_of, changes, read, relationships, whole
from tests.support.statements import CHANGES_OF_SCHEMA_7, OUTBOX_OF_SCHEMA_6, rows
from tests.support.statements import run as execute

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.commands import Result

NEW = ("invite", "--company", "Neue Firma", "--email", "ulla@neue.example", "--link", LINK)
CALL = "SELECT state, attempts FROM outbox ORDER BY id"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return book_of(tmp_path)


def settings_file(folder: Path, port: int, **more: str) -> Path:
    """Write a settings file that names the test's mail server."""
    mail = {"host": HOST, "security": "none", "sender": "Northlight <letters@north.example>"}
    lines = [f'{name} = "{text}"' for name, text in (mail | more).items()]
    file = folder / "own.toml"
    file.write_text("\n".join(["[mail]", f"port = {port}", *lines]), "utf-8")
    return file


def command(book: Path, port: int, *words: str, **more: str) -> Result:
    config = settings_file(book.parent, port, **more)
    return relationships(book, *words, "--config", config)


def free_port() -> int:
    """Return a port on which no server listens."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        return int(taken.getsockname()[1])


def server(behaviour: Behaviour | None = None) -> MailServer:
    return MailServer(behaviour, sign_in=False)


# Sent


def test_a_letter_is_sent_signed_in_and_encrypted(book: Path, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.touch(mode=0o600)
    password.write_text(PASSWORD)
    with MailServer(starttls=certified()) as running:
        done = command(
            book, running.port, *NEW, "--send", "--json", security="starttls", user=USER,
            password_file=str(password), ca_file=authority_file(tmp_path),
        )  # fmt: skip
    assert done.code == 0, done.err
    (got,) = running.received
    assert (got.recipients, got.encrypted, got.signed_in) == (["ulla@neue.example"], True, True)
    letter = message_from_bytes(got.content, policy=default)
    assert letter.get_content().splitlines() == done.json["body"].splitlines()
    (request_id,) = read(book, "SELECT request_id FROM outbox")
    assert request_id in letter["Message-ID"]
    call = done.json["call"]
    assert (call["email"], call["state"], call["attempts"]) == ("ulla@neue.example", "sent", 1)
    assert (done.json["how"], done.json["result"]) == ("smtp", "sent")
    assert call["change_id"] == done.json["letter_change_id"] == 2
    listed = run("changes", "list", "--json", "--database", book).json
    assert [entry["state"] for entry in listed] == ["sent", "done"]
    assert run("changes", "undo", "2", "--database", book).code == 3
    with server() as again:
        nothing = command(book, again.port, "send")
    assert (nothing.code, nothing.out, nothing.err) == (0, "", "No letter waits.\n")
    assert again.received == []
    assert whole(book)


def test_a_reminder_and_a_notice_are_sent_too(book: Path) -> None:
    with server() as running:
        command(book, running.port, *NEW)
        reminded = command(book, running.port, "remind", "1", "--send")
        ended = command(
            book, running.port, "end", "--customer", "aerzte.onmicrosoft.com", "--reason", "x",
            "--confirm", "aerzte.onmicrosoft.com", "--send", "--json",
        )  # fmt: skip
    assert (reminded.code, ended.code) == (0, 0)
    assert ended.json["call"]["state"] == "sent"
    assert [got.recipients for got in running.received] == [
        ["ulla@neue.example"],
        ["ulla@aerzte.example"],
    ]
    assert changes(book) == ["invited", "invitation", "invitation", "ended", "ended"]


def test_without_a_mail_server_nothing_is_written(book: Path) -> None:
    for words in ((*NEW, "--send"), ("send",)):
        done = relationships(book, *words)
        assert (done.code, done.out) == (2, "")
        assert "No mail server is set." in done.err
    assert changes(book) == []


def test_without_an_address_a_notice_ends_nothing(book: Path) -> None:
    done = command(book, 1, "end", "--customer", "müller.example", "--reason", "x", "--confirm",
                   "müller.example", "--send")  # fmt: skip
    assert (done.code, done.out) == (3, "")
    assert "no e-mail address" in done.err
    assert changes(book) == []


# Not sent


def test_what_did_not_reach_the_server_is_tried_again(book: Path) -> None:
    done = command(book, free_port(), *NEW, "--send", "--json")
    assert done.code == 6
    assert (done.json["result"], done.json["state"]) == ("failed", "sent")
    assert done.json["call"]["state"] == "failed"
    assert "was not reached" in done.json["call"]["answer"]
    assert "partnerdesk relationships send" in done.err
    words = ("invite", "--company", "Zweite", "--email", "b@zwei.example", "--send")
    assert command(book, free_port(), *words).code == 6
    still = command(book, free_port(), "send", "--json")
    assert (still.code, [call["attempts"] for call in still.json]) == (6, [2])
    assert "1 letter waits." in still.err  # the second letter was not tried
    with server() as running:
        sent = command(book, running.port, "send")
    assert (sent.code, sent.err) == (0, "2 letters are sent.\n")
    assert sent.lines == ["✓ ulla@neue.example: sent", "✓ b@zwei.example: sent"]
    assert [got.recipients[0] for got in running.received] == [
        "ulla@neue.example",
        "b@zwei.example",
    ]
    assert read(book, CALL) == [("sent", 3), ("sent", 2)]


def test_what_the_server_refuses_is_told_and_the_next_letter_is_sent(book: Path) -> None:
    with server(Behaviour(refused="550 no \x1b[31m such")) as refusing:
        done = command(book, refusing.port, *NEW, "--send")
    assert done.code == 1
    assert "state: sent" in done.lines
    assert "550" in done.err
    assert read(book, CALL) == [("failed", 1)]
    with server(Behaviour(refused_content="554 spam")) as refusing:
        words = ("invite", "--company", "Zweite", "--email", "b@zwei.example", "--send")
        assert command(book, refusing.port, *words).code == 1
        again = command(book, refusing.port, "send")
    assert again.code == 1
    assert len(again.lines) == 4
    assert all(line.isprintable() for line in (*done.lines, *again.lines))
    assert read(book, CALL) == [("failed", 2), ("failed", 2)]


def test_a_letter_that_may_have_been_sent_is_never_sent_again_by_itself(book: Path) -> None:
    with server(Behaviour(cut=True)) as cutting:
        done = command(book, cutting.port, *NEW, "--send", "--json")
    assert (done.code, done.json["call"]["state"]) == (1, "sending")
    assert "may have been sent" in done.err
    with server() as running:
        asked = command(book, running.port, "send")
        assert (asked.code, running.received) == (0, [])
        assert asked.lines[0].startswith("? ulla@neue.example: being sent since")
        assert "--unsure" in asked.err
        command(book, running.port, "send", "--unsure", "again", "--json")
    assert len(running.received) == 1
    assert read(book, CALL) == [("sent", 2)]


def test_a_letter_that_a_person_saw_go_out_counts_as_sent(book: Path) -> None:
    with server(Behaviour(cut=True)) as cutting:
        command(book, cutting.port, *NEW, "--send")
    done = relationships(book, "send", "--unsure", "sent")
    assert (done.code, done.err) == (0, "1 letter counts as sent.\n")
    assert done.lines == ["✓ ulla@neue.example: sent"]
    assert read(book, CALL) == [("sent", 1)]


def test_killed_while_the_server_has_it_the_letter_is_not_sent_again(book: Path) -> None:
    running: subprocess.Popen[bytes]

    class Deadly(Behaviour):
        async def handle_DATA(self, *words: Any) -> str:  # noqa: N802
            os.kill(running.pid, signal.SIGKILL)
            return await super().handle_DATA(*words)

    with server(Deadly()) as deadly:
        config = settings_file(book.parent, deadly.port)
        words = [*COMMAND, "relationships", *NEW, "--send", "--config", str(config)]
        running = subprocess.Popen(
            [*words, "--database", str(book)], cwd=HOUSE, stdout=subprocess.DEVNULL
        )
        assert running.wait() == -signal.SIGKILL
    assert len(deadly.received) == 1
    assert read(book, CALL) == [("sending", 1)]
    with server() as healthy:
        done = command(book, healthy.port, "send", "--json")
    assert (done.code, healthy.received) == (0, [])
    assert [call["state"] for call in done.json] == ["sending"]
    assert relationships(book, "show", "1", "--json").json["state"] == "sent"


# The outbox itself


def mail_of(port: int) -> MailSettings:
    return MailSettings(
        host=HOST, port=port, security="none", user="", password_file="", ca_file="",
        sender="letters@north.example",
    )  # fmt: skip


def written(store: Store, count: int) -> Store:
    """Add invitations whose letters wait in the outbox."""
    for number in range(count):
        email = f"a{number}@neue.example"
        case = read_invitation(store, invite(store, company=f"Firma {number}", email=email))
        carry_out(store, plan_letter_out(case, case.letter(NOW), SentBy.SMTP, by(TESTER, NOW)))
    return store


def test_two_who_send_at_once_send_every_letter_once(store: Store) -> None:
    """Three senders at once, on both kinds of database."""
    written(store, 12)
    with server() as running:
        mail = mail_of(running.port)
        threads = [
            threading.Thread(target=send_waiting, args=(Store(store.database), mail, lambda: NOW))
            for _place in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    sent = sorted(got.recipients[0] for got in running.received)
    assert sent == sorted(f"a{number}@neue.example" for number in range(12))
    assert set(rows(store, CALL)) == {("sent", 1)}


def test_only_the_letters_of_one_change_are_sent_where_one_is_named(book: Path) -> None:
    store = written(Store(SqliteFile(book)), 3)
    with server() as running:
        sending = send_waiting(store, mail_of(running.port), lambda: NOW, 4)
        assert [call.change_id for call in sending.calls] == [4]
        assert sending.text == "1 letter is sent."
        rest = send_waiting(store, mail_of(running.port), lambda: NOW)
    assert (len(rest.calls), rest.text) == (2, "2 letters are sent.")
    assert [call.changed_at for call in rest.calls] == [NOW, NOW]
    assert re.findall(r"a\d", str([got.recipients for got in running.received])) == [
        "a1",
        "a0",
        "a2",
    ]


def test_a_letter_that_failed_waits_until_it_is_asked_for(book: Path) -> None:
    store = written(Store(SqliteFile(book)), 1)
    assert send_waiting(store, mail_of(free_port()), lambda: NOW).error is not None
    with server() as running:
        mail = mail_of(running.port)
        assert send_waiting(store, mail, lambda: NOW).text == "No letter waits."
        assert send_waiting(store, mail, lambda: NOW, again=True).text == "1 letter is sent."
    assert unsure_letters(store) == []


def test_a_damaged_letter_is_not_sent_and_does_not_stop_the_others(book: Path) -> None:
    store = written(Store(SqliteFile(book)), 2)
    with store.writing() as session:
        session.connection().exec_driver_sql("UPDATE outbox SET arguments = '[' WHERE id = 1")
    with server() as running:
        sending = send_waiting(store, mail_of(running.port), lambda: NOW)
    assert [call.state for call in sending.calls] == [CallState.FAILED, CallState.SENT]
    assert "damaged" in sending.text
    assert len(running.received) == 1


def test_a_letter_that_an_older_program_left_waiting_is_told_in_words_and_sent(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old outbox has a method and a path; it is upgraded, but the sealed history is not."""
    kept = {"method": "MAIL", "path": "a0@neue.example"}
    monkeypatch.setattr(Call, "as_json", lambda _call: kept)
    written(Store(SqliteFile(book)), 1)
    execute(
        Store(SqliteFile(book)),
        *OUTBOX_OF_SCHEMA_6,
        *CHANGES_OF_SCHEMA_7,
        "UPDATE outbox SET method = 'MAIL', path = 'a0@neue.example'",
        "UPDATE alembic_version SET version_num = '0006'",
    )
    change = read(book, "SELECT change_id FROM outbox")[0]
    shown = run("changes", "show", change, "--database", book).lines
    assert "plan.calls.1: E-mail · Send a letter: a0@neue.example" in shown
    assert "calls.1: E-mail · Send a letter: a0@neue.example · waiting · 0 attempts" in shown
    in_russian = run("changes", "show", change, "--database", book, "--lang", "ru").lines
    words = "Электронная почта · Отправить письмо: a0@neue.example"
    assert {f"plan.calls.1: {words}", f"calls.1: {words} · ждет · 0 попыток"} <= {*in_russian}
    page = run("changes", "show", change, "--database", book, "--json").json
    assert page["plan"]["calls"] == [kept]  # unchanged, because the history is sealed
    (call,) = page["calls"]
    assert (call["channel"], call["operation"]) == ("mail", "send_letter")
    assert call["arguments"]["email"] == "a0@neue.example"
    undo = run("changes", "undo", change, "--database", book)
    assert (undo.code, "cannot be called back" in undo.out) == (3, True)
    assert whole(book)
    with server() as running:
        assert command(book, running.port, "send").code == 0
    assert [got.recipients for got in running.received] == [["a0@neue.example"]]


def test_in_read_only_mode_nothing_is_sent(book: Path) -> None:
    written(Store(SqliteFile(book)), 1)
    store = Store(SqliteFile(book), read_only=True)
    with server() as running, pytest.raises(RefusedError):
        send_waiting(store, mail_of(running.port), lambda: NOW)
    assert running.received == []
    with pytest.raises(RefusedError):
        settle_unsure(store, sent=True, at=NOW)
    assert command(book, 1, "send", "--read-only").code == 3
