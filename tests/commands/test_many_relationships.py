"""`relationships end|invite` for several customers: one run, told row by row, confirmed at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.accounts.accounts import PartnerKind
from partnerdesk.models.customers.entities import BillingProfile, Relationship
from partnerdesk.models.database.store import Store
from partnerdesk.models.settings.database_url import SqliteFile
from tests.conftest import CLOUDS
from tests.support.commands import run
from tests.support.relations import LINK, add_customer, findings, name_accounts
from tests.support.relationship_books import changes, read, relationships

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("Alpha", "Beta", "Gamma")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a book with three customers in one cloud and one in another."""
    path = tmp_path / "book.db"
    store = Store(SqliteFile(path))
    store.open(CLOUDS)
    name_accounts(store, kind=PartnerKind.INDIRECT_RESELLER)
    ids = [add_customer(store, name, f"{name.lower()}.example", country="DE") for name in NAMES]
    ids.append(add_customer(store, "Delta", "delta.example", "us-gov"))
    with store.writing() as session:
        session.add_all(BillingProfile(customer_id=id, email="a@b.example") for id in ids)
    return path


def ended(book: Path) -> list[str]:
    told = relationships(book, "list", "--tab", "ended", "--json").json
    return sorted(row["company_name"] for row in told)


def written(book: Path) -> list[tuple[int, str]]:
    return read(book, "SELECT customer_id, state FROM invitations ORDER BY customer_id")


# Ending


def test_endings_are_told_row_by_row_confirmed_at_once_and_undone_by_one(book: Path) -> None:
    words = ("end", "--filter", "country:de", "--reason", "sold")
    dry = relationships(book, *words, "--dry-run")
    rows = [line for line in dry.lines if line.startswith("+")]
    assert [line.split(": would be done: ")[0] for line in rows] == [f"+ {name}" for name in NAMES]
    assert all("Relationship: Reseller → None; Ended: – →" in line for line in rows)
    assert all("Why: sold" in line for line in rows)
    assert dry.err.splitlines()[0] == "3 would be done"
    unconfirmed = relationships(book, *words)
    assert (unconfirmed.code, unconfirmed.out) == (2, "")
    assert "the relationships with 3 customers" in unconfirmed.err
    assert "--yes" in unconfirmed.err
    assert (changes(book), read(book, "SELECT count(*) FROM runs")) == ([], [0])

    done = relationships(book, *words, "--yes", "--json").json
    assert done["counts"] == {"done": 3, "failed": 0, "waiting": 0, "nothing": 0, "refused": 0}
    first = done["rows"][0]
    assert (first["customer"], first["result"], first["primary_domain"]) == (
        "Alpha", "done", "alpha.example",
    )  # fmt: skip
    assert (first["before"]["relationship_to_partner"], first["after"]["reason"]) == (
        "reseller", "sold",
    )  # fmt: skip
    assert ended(book) == list(NAMES)
    entries = run("changes", "list", "--database", book, "--json").json
    assert [entry["subject"] for entry in entries] == ["(3) Alpha …"]
    assert run("changes", "undo", str(entries[0]["id"]), "--database", book).code == 0
    assert ended(book) == []
    assert findings(Store(SqliteFile(book))) == []


def test_endings_by_name_in_two_clouds_and_one_that_is_refused(book: Path, tmp_path: Path) -> None:
    one = ("end", "--customer", "beta.example", "--reason", "x", "--confirm", "beta.example")
    assert relationships(book, *one).code == 0
    named = ("alpha.example", "--customer", "beta.example", "--customer", "delta.example")
    words = ("end", *named, "--reason", "sold", "--yes", "--subscriptions", "none")
    told = relationships(book, *words, "--dry-run", "--json")
    assert told.code == 3
    assert [(row["customer"], row["result"]) for row in told.json["rows"]] == [
        ("Alpha", "would_end"), ("Beta", "refused"), ("Delta", "would_end"),
    ]  # fmt: skip
    assert ended(book) == ["Beta"]
    done = relationships(book, *words)
    assert (done.code, "2 done, 1 refused" in done.err) == (3, True)
    assert ended(book) == ["Alpha", "Beta", "Delta"]
    file = tmp_path / "ids.txt"
    file.write_text("gamma.example\n")
    active = ("end", "--file", file, "--reason", "x", "--software", "active", "--yes")
    stopped = relationships(book, *active)
    assert (stopped.code, "Something is still active" in stopped.out) == (3, True)
    assert ended(book) == ["Alpha", "Beta", "Delta"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--reason", "x"), "Say which customer."),
        (("--all", "--reason", "x", "--yes", "--confirm", "alpha.example"), "--confirm names one"),
        (("--all", "--reason", "x", "--yes", "--eml", "x.eml"), "leave out --eml and --send"),
        (("--all", "--reason", "x", "--yes", "alpha.example"), "not both"),
        (("alpha.example", "--reason", "x", "--yes"), "--confirm is not"),
    ],
    ids=["nobody", "confirm", "letter", "two ways", "one"],
)
def test_what_is_meant_otherwise_ends_nothing(
    book: Path, words: tuple[str, ...], said: str
) -> None:
    done = relationships(book, "end", *words)
    assert (done.code, done.out, said in done.err) == (2, "", True), done.err
    assert changes(book) == []


# Inviting


def test_invitations_are_drafts_of_one_run(book: Path) -> None:
    store = Store(SqliteFile(book))
    with store.writing() as session:
        gone = session.get_one(BillingProfile, 3)
        gone.email = ""
    words = ("invite", "--filter", "country:de", "--link", LINK, "--language", "de",
             "--kind", "combined", "--provider", "Nova")  # fmt: skip
    told = relationships(book, *words, "--dry-run", "--json")
    assert told.code == 3
    assert [(row["customer"], row["result"]) for row in told.json["rows"]] == [
        ("Alpha", "would_invite"), ("Beta", "would_invite"), ("Gamma", "refused"),
    ]  # fmt: skip
    assert written(book) == []
    done = relationships(book, *words)
    assert (done.code, "2 done, 1 refused" in done.err) == (3, True)
    assert written(book) == [(1, "draft"), (2, "draft")]
    assert read(book, "SELECT DISTINCT language, kind, provider FROM invitations") == [
        ("de", "combined", "Nova")
    ]
    let_out = relationships(book, "letter", "1")
    assert (let_out.code, "Nova" in let_out.out) == (0, True)
    assert written(book) == [(1, "sent"), (2, "draft")]


def test_invitations_of_the_portal_in_two_clouds(book: Path) -> None:
    words = ("invite", "alpha.example", "delta.example", "--in-portal")
    assert relationships(book, *words).code == 0
    assert written(book) == [(1, "sent"), (4, "sent")]
    assert read(book, "SELECT count(*) FROM runs") == [2]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Say whom to invite."),
        (("--company", "New", "--all"), "Leave out: --company"),
        (("--all", "--email", "a@b.example", "--contact", "A"), "Leave out: --email --contact"),
        (("--all", "--send"), "leave out --eml and --send"),
        (("--all", "alpha.example"), "not both"),
    ],
    ids=["nobody", "company", "contact", "letter", "two ways"],
)
def test_what_is_said_of_one_company_invites_no_others(
    book: Path, words: tuple[str, ...], said: str
) -> None:
    done = relationships(book, "invite", "--link", LINK, *words)
    assert (done.code, done.out, said in done.err) == (2, "", True), done.err
    assert changes(book) == []


def test_one_customer_is_invited_by_name_with_the_letter(book: Path) -> None:
    store = Store(SqliteFile(book))
    add_customer(store, "Epsilon", "epsilon.example", relationship_to_partner=Relationship.NONE)
    words = ("--email", "e@epsilon.example", "--link", LINK)
    for name in (("epsilon.example",), ("--customer", "alpha.example")):
        done = relationships(book, "invite", *name, *words)
        assert (done.code, "Subject:" in done.out) == (0, True), done.err
    assert [state for _id, state in written(book)] == ["sent", "sent"]
