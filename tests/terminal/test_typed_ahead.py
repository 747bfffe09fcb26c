"""The daily jobs with all their keys in one write: they mean what they mean typed slowly."""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.customers.drafts import read_drafts
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.database.store import Store
from partnerdesk.models.relationships.entities import PartnerLink, PartnerRelation
from partnerdesk.models.settings.database_url import SqliteFile
from tests.conftest import CLOUDS
from tests.support.forms import account_in
from tests.support.jobs import console
from tests.support.relations import LINK, add_customer, findings, name_accounts
from tests.terminal.test_relationship_jobs import HOLDING_GLOBAL, ROWS, counted, expiring

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.terminal import Terminal

REVIEW, WIPE, KEEP = "\x12", "\x15", "\x13"
"""ctrl+r, ctrl+u and ctrl+s."""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return a book of a partner who is named and has a link, but no customers yet."""
    store = Store(SqliteFile(tmp_path / "book.db"))
    store.open(CLOUDS)
    name_accounts(store, invitation_link=LINK, market="DE")
    return store


def typed(store: Store, keys: str) -> Terminal:
    """Return a terminal in which a console opens a book, with all keys typed at once by then."""
    assert isinstance(store.database, SqliteFile)
    terminal = console(store.database.path, "--cloud", "global")
    terminal.wait_until(lambda _text: 1049 in terminal.modes)  # else the shell would echo them
    terminal.type(keys)
    return terminal


def test_job_2_the_callers_customer(store: Store) -> None:
    for number in range(30):
        add_customer(store, f"Company {number:02d}", f"company{number:02d}")
    add_customer(store, "Fabrikam, Inc.", "fabrikam")
    with typed(store, "/brik\r") as terminal:
        terminal.wait_for("Contact and address")
        terminal.wait_for("fabrikam.onmicrosoft.com")


def test_moves_go_to_the_rows_of_the_list_that_the_keys_before_them_open(store: Store) -> None:
    for number in range(30):
        add_customer(store, f"Company {number:02d}", f"company{number:02d}")
    for keys, place in {"gcjj": "02", "gcGkgrgcjkj": "29"}.items():
        with typed(store, keys) as terminal:
            terminal.wait_for("Company ▲")
            terminal.wait_idle()
            assert f"▌ Company {place} " in terminal.text


def test_job_5_a_customer_is_added(store: Store) -> None:
    portugal = ["Oliveira & Filhos Lda", "", "501964843", "Portugal", "Rua Augusta 24", "",
                "1100-053", "Lisboa", "Rita", "Oliveira", "rita@oliveira.pt"]  # fmt: skip
    fields = "".join(f"{WIPE}{text}\t" if text else "\t" for text in portugal)
    with typed(store, f"n{fields}{REVIEW}!") as terminal:
        terminal.wait_for("The customer is in the book. u undoes it.")
    assert counted(store, "customers WHERE company_name = 'Oliveira & Filhos Lda'") == 1
    assert findings(store) == []


def test_what_is_typed_last_before_leaving_is_in_the_draft(store: Store) -> None:
    with typed(store, "nOliveira") as terminal:
        terminal.wait_for("Oliveira")
        terminal.type(" & Filhos Lda\x11")
        assert terminal.exit_code == 0
    drafts = read_drafts(store, [account_in(store).id])
    assert [draft.values[FormField.COMPANY_NAME] for draft in drafts] == ["Oliveira & Filhos Lda"]


def test_job_6_an_invitation_its_letter_and_its_reminder(store: Store) -> None:
    whom = "Neue Firma\tUlla Ost\tulla@neue.example\tneue.onmicrosoft.com\t"
    with typed(store, f"gli{whom}{REVIEW}!ldy\r") as terminal:
        terminal.wait_for("Guten Tag Ulla Ost")
        terminal.wait_until(lambda _text: counted(store, "invitations WHERE state = 'sent'") == 1)
        terminal.wait_until(lambda _text: LINK in terminal.clipboard.split())
    assert findings(store) == []


def test_job_7_the_reseller_of_forty(store: Store) -> None:
    for number in range(40):
        add_customer(store, f"Company {number:02d}", f"company{number:02d}")
    with store.writing() as session:
        session.add(
            PartnerLink(
                account_id=account_in(store).id, name="Nimbus Conseil", mpn_id="4711",
                relationship_type=PartnerRelation.IS_INDIRECT_RESELLER_OF, agreement_signed=True,
                location="DE",
            )
        )  # fmt: skip
    with typed(store, "gcARnimbus\r!") as terminal:
        terminal.wait_for("40 done")
    assert counted(store, "customers WHERE indirect_reseller = 'Nimbus Conseil'") == 40
    assert findings(store) == []


def test_job_8_delegated_admin_extended(store: Store) -> None:
    expiring(store)
    with typed(store, "gl3/ends<30d\rA:extend\rp!") as terminal:
        terminal.wait_for(f"{ROWS - HOLDING_GLOBAL} done", seconds=60)
        assert f"{HOLDING_GLOBAL} refused" in terminal.text
    assert findings(store) == []


def test_job_11_a_relationship_ended(store: Store) -> None:
    add_customer(store, "Contoso", "contoso")
    points = "sold\tnone\tnone\tnone\t"
    with typed(store, f"gc\rD{points}{REVIEW}!contoso.onmicrosoft.com\r") as terminal:
        terminal.wait_for("Now tell the customer")
    assert counted(store, "customers WHERE ended_at IS NOT NULL") == 1
    assert findings(store) == []


def test_job_12_the_filtered_list_as_a_file(store: Store, tmp_path: Path) -> None:
    for number in range(30):
        add_customer(store, f"Company {number:02d}", f"company{number:02d}")
    file = tmp_path / "found.csv"
    with typed(store, f"gc/company0\rxp{file}\r") as terminal:
        terminal.wait_for("10 rows written")
    with file.open(encoding="utf-8-sig", newline="") as opened:
        assert len(list(csv.reader(opened))) == 1 + 10


def test_importing_and_finding_one(store: Store, tmp_path: Path) -> None:
    export = tmp_path / "customers.csv"
    lines = [f"Company {number:03d},company{number:03d}.onmicrosoft.com" for number in range(200)]
    export.write_text("\n".join(["Company name,Primary domain name", *lines, ""]))
    with typed(store, f"gcI{export}\r!") as terminal:
        terminal.wait_for("200 new")
        terminal.wait_until(lambda _text: counted(store, "customers") == 200)
        terminal.wait_for("Imported.")
        terminal.type("q/077\r")
        terminal.wait_for("company077.onmicrosoft.com")
        terminal.wait_for("Contact and address")


def test_a_note_a_tag_and_their_undo(store: Store) -> None:
    add_customer(store, "Contoso", "contoso")
    with typed(store, f"gc\rtvip\roCalled twice{KEEP}uq") as terminal:
        terminal.wait_for("Contoso")
        terminal.wait_until(lambda _text: counted(store, "notes") == 1)
        terminal.wait_until(lambda _text: counted(store, "tags") == 1)
        assert counted(store, "changes") >= 2


def test_a_key_that_does_nothing_here_does_nothing_on_the_next_screen(store: Store) -> None:
    """`u` means nothing in a list; behind it Enter opens the page on which it would ask."""
    for name, prefix in (("Fabrikam, Inc.", "fabrikam"), ("Fabrikam Two", "two"), ("X", "x")):
        add_customer(store, name, prefix)
    with typed(store, "gcuuuu\r") as terminal:
        terminal.wait_for("Contact and address")
        terminal.wait_idle()
        assert "undo" not in terminal.line(-2).lower()
        terminal.type("gc/fabr\r")
        terminal.wait_for("2 of 3")
        terminal.wait_idle()
        terminal.type("u\r")
        terminal.wait_for("Contact and address")
        terminal.wait_idle()
        assert "undo" not in terminal.line(-2).lower()


def test_a_plan_is_not_carried_out_by_a_key_typed_before_it_was_there(store: Store) -> None:
    add_customer(store, "Fabrikam, Inc.", "fabrikam")
    with typed(store, "gc\rtmine\r") as terminal:
        terminal.wait_for("Tags: + mine.")
        terminal.type("!u")
        terminal.wait_for("Nothing is written yet")
        terminal.wait_idle()
        assert "Nothing is written yet" in terminal.text


def test_escape_with_a_key_right_behind_it_is_escape(store: Store) -> None:
    add_customer(store, "Fabrikam, Inc.", "fabrikam")
    with typed(store, "gc") as terminal:
        terminal.wait_for("1 customer")
        terminal.type("/abc")
        terminal.wait_for("0 of 1")
        terminal.type("\x1bgh")
        terminal.wait_for("Nothing has been changed in Global yet.")
        assert "Filter" not in terminal.line(-2)
        terminal.type("gc/abc\x1b/def")
        terminal.wait_for("0 of 1")
        assert "abc" not in terminal.line(-2)
        terminal.type("\x1b\x1b/fab\r")
        terminal.wait_for("1 of 1")
        terminal.type("t1\x1b2\x1b\rt")
        terminal.wait_for("Contact and address")


def test_enter_comes_before_the_terminal_is_taken_over(store: Store) -> None:
    """The line discipline makes a line feed of it then."""
    add_customer(store, "Fabrikam, Inc.", "fabrikam")
    with typed(store, "") as terminal:
        terminal.wait_for("1 customer")
        terminal.type("gc\n")
        terminal.wait_for("Contact and address")
        terminal.type("tmine\n")
        terminal.wait_for("Tags: + mine.")


def test_the_book_on_the_screen_is_the_one_that_is_written(store: Store, tmp_path: Path) -> None:
    add_customer(store, "Fabrikam, Inc.", "fabrikam")
    other = Store(SqliteFile(tmp_path / "other.db"))
    other.open(CLOUDS)
    add_customer(other, "Somebody else", "somebody")
    other.engine.dispose()
    assert isinstance(store.database, SqliteFile)
    book = store.database.path
    with typed(store, "gc\r") as terminal:
        terminal.wait_for("Contact and address")
        for suffix in ("-wal", "-shm"):
            book.with_name(book.name + suffix).unlink(missing_ok=True)
        (tmp_path / "other.db").replace(book)
        terminal.type("tmine\r")
        terminal.wait_for("Another book was put in the place of")
        terminal.press("escape")
        book.unlink()
        terminal.type("tmine\r")
        terminal.wait_for("is not there any more")
        assert not book.exists()
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0


def test_ctrl_q_says_that_what_was_typed_is_not_kept(store: Store) -> None:
    """Another process holds the book, so the draft cannot be written."""
    assert isinstance(store.database, SqliteFile)
    with typed(store, "gcn") as terminal:
        terminal.wait_for("New customer in Global")
        terminal.wait_idle()
        with closing(sqlite3.connect(store.database.path, isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            terminal.type("Lockedco")
            terminal.press("ctrl+q")
            terminal.wait_for("What you typed last is not kept yet")
            holder.execute("ROLLBACK")
        terminal.wait_until(lambda _text: bool(read_drafts(store, [1])))
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0
