"""Letters by keys: copying and files write nothing; that they went out is a step of its own."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.database.store import Store
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.relationships.end import EndingRequest, plan_end, read_ending
from partnerdesk.models.relationships.entities import Invitation, SentBy
from partnerdesk.models.relationships.invitation_details import read_invitation
from partnerdesk.models.relationships.invitation_events import plan_decline, plan_letter_out
from partnerdesk.models.session import AppSession
from partnerdesk.models.settings import load as settings
from partnerdesk.models.settings.database_url import SqliteFile
from partnerdesk.screens.changes.page import ChangeScreen
from partnerdesk.screens.changes.plan import PlanScreen
from partnerdesk.screens.relationships.invitations.page import InvitationScreen
from partnerdesk.screens.relationships.letters.notice import NoticeScreen
from partnerdesk.screens.relationships.letters.sent_letter import SentLetterScreen
from partnerdesk.tui.widgets.field_page import FieldPage
from tests.support.books import NOW, TESTER, demo_desk
from tests.support.console import running
from tests.support.edits import by
from tests.support.forms import account_in, add
from tests.support.mail_server import HOST, MailServer
from tests.support.relations import (
    LINK,
    findings,
    invitation_of,
    invite,
    invited,
    name_accounts,
    send,
)

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from partnerdesk.tui.widgets.app_screen import AppScreen
    from tests.support.console import Console

ASKED = "The letter is copied. Did it go out?  Enter/y record as sent  Esc not yet"
LEDGER = ("g", "l", "enter")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return a book of a partner with a link."""
    opened = Store(SqliteFile(tmp_path / "book.db"))
    opened.open(["global", "us-gov", "germany"])
    name_accounts(opened, invitation_link=LINK)
    return opened


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def desk_over(
    store: Store, clock: Clock | None = None, cloud: str = "global", **flags: object
) -> AppSession:
    chosen = settings.load().with_flags(**flags)
    store.read_only = chosen.read_only
    return AppSession(chosen, store, clock=clock or (lambda: NOW), wanted_cloud=cloud)


def written(store: Store) -> list[object]:
    """Return all that the book holds, but the index of words that is made of it."""
    names = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
    with closing(store.connect()) as book:
        tables = [name for (name,) in book.rows(names) if "words" not in name]
        assert {"invitations", "changes", "outbox"} < set(tables)
        return [(name, book.rows(f"SELECT * FROM {name}")) for name in tables]  # noqa: S608


def at(console: Console, screen: type[AppScreen]) -> None:
    """Look which screen is on top."""
    assert type(console.screen) is screen


def shown(console: Console) -> str:
    return "\n".join(console.lines())


def letters(console: Console) -> list[str]:
    """Return the lines of the letters that went out, as the page lists them."""
    lines = console.lines()
    if " Letters that went out" not in lines:
        return []
    begin = lines.index(" Letters that went out") + 1
    return [" ".join(line.strip("▌ ").split()) for line in lines[begin : lines.index("", begin)]]


async def to_letter(console: Console, place: int) -> None:
    """Move the cursor to one of the letters that went out."""
    page = console.screen.query_one(FieldPage)
    await console.press("home")
    for _step in range(20):
        if page.field is not None and page.field.name == f"letter:{place}":
            return
        await console.press("down")
    raise AssertionError(place)


# Copying


async def test_copying_books_nothing_and_asks_whether_the_letter_went_out(store: Store) -> None:
    invite(store)
    before = written(store)
    async with running(desk_over(store)) as console:
        for key in ("x", "escape", "n"):  # any key but the two lets it be
            await console.press(*(LEDGER if key == "x" else ()), "y")
            assert console.said == ASKED
            assert console.app.clipboard.startswith("To: ulla@neue.example\nSubject: Invitation")
            assert LINK in console.app.clipboard.split()
            await console.press(key)
            at(console, InvitationScreen)
        assert "draft" in shown(console)
        assert letters(console) == []
    assert written(store) == before


@pytest.mark.parametrize("key", ["enter", "y"])
async def test_the_answer_records_the_letter_and_u_takes_that_back(store: Store, key: str) -> None:
    id = invite(store)
    before = invitation_of(store, id)
    async with running(desk_over(store)) as console:
        await console.press(*LEDGER, "y", key)
        assert console.said == "It is recorded as sent; u takes that back."
        assert letters(console) == [
            "First letter 2026-11-22 12:00 UTC (just now) · tester · clipboard · English"
        ]
        one = invitation_of(store, id)
        assert (one.state, one.how, one.sent_by, one.body) == (
            "sent", "clipboard", "tester", before.body,
        )  # fmt: skip
        await console.press("u", "exclamation_mark")
        assert letters(console) == []
    assert invitation_of(store, id).state == "draft"
    assert findings(store) == []


async def test_what_is_wrong_with_a_letter_is_said_and_does_not_stop_copying(store: Store) -> None:
    id = invite(store)
    with store.writing() as session:
        session.get_one(Invitation, id).email = ""
    async with running(desk_over(store)) as console:
        await console.press(*LEDGER, "y")
        assert console.said == ("The letter is copied. The letter has no e-mail address to go to.")
        assert console.app.clipboard.startswith("To: \nSubject: Invitation")
        for key in ("f", "m", "S"):
            await console.press(key)
            assert "no e-mail address" in console.said or "No mail server" in console.said
    assert invitation_of(store, id).state == "draft"


async def test_a_letter_that_could_drive_a_terminal_is_copied_harmless(store: Store) -> None:
    id = invite(store)
    with store.writing() as session:
        session.get_one(Invitation, id).body = f"\x1b[2J\n{LINK}\n"
    async with running(desk_over(store)) as console:
        await console.press(*LEDGER, "y")
        assert "\x1b" not in console.app.clipboard
        assert "␛[2J\n" in console.app.clipboard


@pytest.mark.parametrize("how", ["read-only", "all clouds", "closed"])
async def test_it_is_copied_and_nothing_is_asked_where_nothing_can_be_recorded(
    store: Store, how: str, tmp_path: Path
) -> None:
    id = invited(store, at=NOW - timedelta(days=9))
    if how == "closed":
        carry_out(store, plan_decline(read_invitation(store, id), by(TESTER, NOW)))
    before = written(store)
    cloud = "all" if how == "all clouds" else "global"
    async with running(desk_over(store, cloud=cloud, read_only=how == "read-only")) as console:
        await console.press(*LEDGER, "y")
        assert console.said == "The letter is copied."
        assert console.app.clipboard.startswith("To: ulla@neue.example\nSubject: Reminder")
        await console.press("f", *["backspace"] * 60)
        await console.type(str(tmp_path / "letter.eml"))
        await console.press("enter")
        assert console.said.endswith("letter.eml.")
        await to_letter(console, 0)
        await console.press("enter", "y")
        assert console.app.clipboard.startswith("To: ulla@neue.example\nSubject: Invitation")
    assert written(store) == before


COPIED = {
    "resources": (),
    "customers": ("g", "c"),
    "customer": ("g", "c", "enter"),
    "invitations": ("g", "l"),
    "invitation": LEDGER,
    "partners": ("g", "l", "2"),
    "delegated admin": ("g", "l", "3"),
    "ended": ("g", "l", "4"),
    "changes": ("g", "h"),
    "change": ("g", "h", "enter"),
    "plan": ("g", "h", "end", "u"),
    "run": ("g", "l", "3", "A", "E", "p"),
}


@pytest.mark.parametrize("where", COPIED)
async def test_y_writes_nothing_anywhere(tmp_path: Path, where: str) -> None:
    desk = demo_desk(tmp_path)
    async with running(desk) as console:
        await console.press(*COPIED[where])
        before = written(desk.store)
        for answer in ("1", "d", "e", "i", "n", "escape"):
            await console.press("y", answer)
        assert console.app.clipboard
        assert written(desk.store) == before


# A step of its own


async def test_m_records_it_later_in_the_way_that_is_said(store: Store) -> None:
    id = invite(store)
    async with running(desk_over(store)) as console:
        await console.press(*LEDGER, "m")
        assert console.said == (
            "How did it go out? (record as sent)  Enter/c clipboard  f e-mail file  p printed  Esc"
        )
        await console.press("p")
    assert (invitation_of(store, id).state, invitation_of(store, id).how) == ("sent", "printed")


async def test_m_takes_the_way_in_which_the_letter_was_taken_last(
    store: Store, tmp_path: Path
) -> None:
    id = invite(store)
    file = tmp_path / "letter.eml"
    async with running(desk_over(store)) as console:
        await console.press(*LEDGER, "f", *["backspace"] * 60)
        await console.type(str(file))
        await console.press("enter")
        assert file.exists()
        await console.press("escape", "m")
        assert "c clipboard  Enter/f e-mail file" in console.said
        assert invitation_of(store, id).state == "draft"
        await console.press("enter")
    assert invitation_of(store, id).how == "eml"


async def test_m_says_why_where_it_makes_no_sense(store: Store) -> None:
    id = invited(store)
    carry_out(store, plan_decline(read_invitation(store, id), by(TESTER, NOW)))
    async with running(desk_over(store)) as console:
        await console.press(*LEDGER, "m")
        assert console.said == "This cannot be done with an invitation in this state: declined."
    async with running(desk_over(store, read_only=True)) as console:
        await console.press(*LEDGER, "m")
        assert "Read-only" in console.said


async def test_a_file_is_written_then_asked_about(store: Store, tmp_path: Path) -> None:
    id = invite(store)
    file = tmp_path / "letter.eml"
    async with running(desk_over(store)) as console:
        await console.press(*LEDGER, "f", *["backspace"] * 60)
        await console.type(str(file))
        await console.press("enter")
        assert console.said.startswith("Written: ")
        assert f"{file}. Did it go out?"[-60:] in console.said
        assert invitation_of(store, id).state == "draft"
        await console.press("enter")
        assert (invitation_of(store, id).state, invitation_of(store, id).how) == ("sent", "eml")
    letter = message_from_bytes(file.read_bytes(), policy=default)
    assert letter["To"].addresses[0].addr_spec == "ulla@neue.example"


async def test_a_second_letter_within_a_day_is_asked_about_and_enter_does_not_record_it(
    store: Store,
) -> None:
    id, clock = invite(store), Clock()
    async with running(desk_over(store, clock)) as console:
        await console.press(*LEDGER, "y", "enter")
        clock.now += timedelta(seconds=12)
        await console.press("y")
        assert "The last letter went out 12 s ago. Did it go out?" in console.said
        assert "  y record as a reminder  Enter/Esc not yet" in console.said.replace("\n", "  ")
        await console.press("enter")
        assert invitation_of(store, id).reminders == 0
        await console.press("m")
        assert "The last letter went out 12 s ago." in console.said
        assert "Enter/Esc" in console.said
        await console.press("enter")
        assert invitation_of(store, id).reminders == 0
        await console.press("y", "y")
        assert console.said == "It is recorded as a reminder; u takes that back."
        clock.now += timedelta(days=8)
        await console.press("y")
        assert "last letter" not in console.said
        assert "Enter/y record as a reminder" in console.said
        await console.press("enter")
    assert invitation_of(store, id).reminders == 2
    assert findings(store) == []


async def test_a_letter_that_somebody_else_recorded_meanwhile_is_not_recorded_as_a_reminder(
    store: Store,
) -> None:
    id = invite(store)
    async with running(desk_over(store)) as console:
        await console.press(*LEDGER, "y")
        send(store, id)
        console.screen.book_changed()
        await console.settle()  # the page shows the reminder by now
        assert "Reminder · English" in shown(console)
        await console.press("enter")
        assert "Somebody else changed" in console.said
    assert invitation_of(store, id).reminders == 0


async def test_sending_warns_of_a_letter_that_just_went_out(store: Store, tmp_path: Path) -> None:
    invited(store)
    with MailServer(None, sign_in=False) as server:
        own = tmp_path / "own.toml"
        own.write_text(
            f'[mail]\nhost = "{HOST}"\nport = {server.port}\nsecurity = "none"\n'
            'sender = "n@north.example"\n'
        )
        desk = AppSession(settings.load(own), store, clock=lambda: NOW, wanted_cloud="global")
        async with running(desk) as console:
            await console.press(*LEDGER, "S")
            assert console.said.startswith("The last letter went out 0 s ago. Send to ulla@")
            await console.press("enter")  # sending has no default: it cannot be taken back
            assert server.received == []
            await console.press("S", "y")
            assert console.said == "1 letter is sent."
            assert letters(console)[1].startswith("Reminder 1 2026-11-22")
            assert "mail server" in letters(console)[1]
    assert len(server.received) == 1


# Letters that went out


async def test_every_letter_that_went_out_is_read_and_copied_again(store: Store) -> None:
    id, clock = invite(store), Clock()
    async with running(desk_over(store, clock)) as console:
        await console.press(*LEDGER, "y", "enter")
        first = console.app.clipboard
        for day, language in ((8, "d"), (9, "r")):
            clock.now += timedelta(days=day)
            await console.press("l", language, "y")
            await console.press("enter")
        assert [line.split(" · ")[-1] for line in letters(console)] == [
            "English",
            "German",
            "Russian",
        ]
        before = written(store)
        texts = []
        for place in range(3):
            await to_letter(console, place)
            await console.press("enter")
            at(console, SentLetterScreen)
            await console.press("y")
            assert console.said == "The letter is copied."
            texts.append(console.app.clipboard)
            for key in ("m", "e", "S", "l", "u", "a"):
                await console.press(key)
                at(console, SentLetterScreen)
            await console.press("escape")
        assert written(store) == before
    assert texts[0] == first
    assert [text.split("Subject: ")[1].split()[0] for text in texts] == [
        "Invitation",
        "Erinnerung:",
        "Напоминание:",
    ]
    assert invitation_of(store, id).reminders == 2


async def test_a_letter_whose_text_was_not_kept_says_so(store: Store) -> None:
    id = invited(store, at=NOW - timedelta(days=20))
    with store.writing() as session:  # as a book that is older than its history
        one = session.get_one(Invitation, id)
        one.reminders, one.reminded_at = 1, NOW - timedelta(days=9)
        session.connection().exec_driver_sql("UPDATE changes SET plan = '{}'")
    async with running(desk_over(store)) as console:
        await console.press(*LEDGER)
        first, second = letters(console)[0], letters(console)[-1]
        assert first.startswith("First letter 2026-11-02 12:00 UTC (20 d ago) · tester · The text")
        assert second.startswith("Reminder 1 2026-11-13 12:00 UTC (9 d ago) · clipboard")
        await to_letter(console, 0)
        await console.press("enter")
        at(console, InvitationScreen)
        assert console.said == "The text of this letter was not kept."
        await to_letter(console, 1)
        await console.press("enter")
        at(console, SentLetterScreen)


# The notice after an ending


async def test_the_notice_is_copied_recorded_and_read_again(store: Store) -> None:
    add(store)
    ending = read_ending(store, 1)
    carry_out(store, plan_end(account_in(store), ending, EndingRequest("sold"), by(TESTER, NOW)))
    async with running(desk_over(store)) as console:
        await console.app.show("notice", ending)
        await console.settle()
        at(console, NoticeScreen)
        before = written(store)
        await console.press("y")
        assert console.said == ASKED
        copied = console.app.clipboard
        assert "rita@oliveira.pt" in copied
        assert written(store) == before
        await console.press("enter")
        assert console.said == "It is recorded in the history, with what it says."
        await console.press("y")
        assert "It is recorded as sent already. Did it go out?  y record" in console.said
        await console.press("escape", "escape", "g", "h", "enter")
        at(console, ChangeScreen)
        await console.press("end", *["up"] * 12)
        page = console.screen.query_one(FieldPage)
        for _step in range(12):
            if page.field is not None and "Northlight" in page.field.text:
                break
            await console.press("down")
        await console.press("y")
        assert console.app.clipboard.count("\n") > 3
        assert console.app.clipboard in copied
        await console.press("u")
        at(console, PlanScreen)
        assert "It only says that a letter went out" in " ".join(shown(console).split())
    assert findings(store) == []


# Many


def make(folder: Path) -> None:
    folder.mkdir()


async def files_into(console: Console, folder: Path) -> None:
    """Have the letters of the marked invitations written into a new folder."""
    make(folder)
    await console.press("f")
    await console.type(str(folder))
    await console.press("enter")


async def test_files_for_many_are_recorded_after_one_question(store: Store, tmp_path: Path) -> None:
    ids = [invite(store, company=f"Firma {n}", email=f"a{n}@neue.example") for n in range(3)]
    send(store, ids[2])
    carry_out(store, plan_decline(read_invitation(store, ids[2]), by(TESTER, NOW)))
    async with running(desk_over(store)) as console:
        await console.press("g", "l", "A")
        await files_into(console, tmp_path / "letters")
        assert console.said.startswith("2 letters are written · 1 is not: This cannot be done")
        assert "Enter/y record 2 as sent" in console.said
        assert len(list((tmp_path / "letters").glob("*.eml"))) == 2
        assert [invitation_of(store, id).state for id in ids] == ["draft", "draft", "declined"]
        await console.press("x")
        assert [invitation_of(store, id).state for id in ids] == ["draft", "draft", "declined"]
        assert "3 marked" in console.state
        await files_into(console, tmp_path / "again")
        await console.press("enter")
        assert console.said == "2 letters are recorded as sent"
        assert "marked" not in console.state
    assert [invitation_of(store, id).how for id in ids] == ["eml", "eml", "clipboard"]
    assert findings(store) == []


async def test_files_for_many_are_written_and_not_asked_about_in_read_only_mode(
    store: Store, tmp_path: Path
) -> None:
    invite(store)
    before = written(store)
    async with running(desk_over(store, read_only=True)) as console:
        await console.press("g", "l", "A")
        await files_into(console, tmp_path / "letters")
        assert console.said == "1 letter is written"
    assert written(store) == before


async def test_many_of_whom_one_had_a_letter_today_are_not_recorded_by_enter(
    store: Store, tmp_path: Path
) -> None:
    ids = [invite(store, company="One"), invited(store, company="Two")]
    async with running(desk_over(store)) as console:
        await console.press("g", "l", "A")
        await files_into(console, tmp_path / "letters")
        assert "1 of them had a letter within the last day." in console.said
        assert "Enter/Esc" in console.said
        await console.press("enter")
        assert [invitation_of(store, id).state for id in ids] == ["draft", "sent"]
        await files_into(console, tmp_path / "again")
        await console.press("y")
    assert [invitation_of(store, id).state for id in ids] == ["sent", "reminded"]


def test_a_reminder_keeps_its_language_and_the_plan_warns_of_two_in_a_day(store: Store) -> None:
    id = invited(store)
    case = read_invitation(store, id)
    plan = plan_letter_out(case, case.letter(NOW), SentBy.EML, by(TESTER, NOW))
    assert [(reason.code, reason.refuses) for reason in plan.reasons] == [
        ("invitation.just-out", False)
    ]
    later = NOW + timedelta(days=1)
    plan = plan_letter_out(case, case.letter(later), SentBy.EML, by(TESTER, later))
    assert plan.reasons == ()
