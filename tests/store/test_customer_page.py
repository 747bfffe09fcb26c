"""The customer page: finding, reading, tags and notes, also with concurrent changes."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
from sqlmodel import col, select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.history import Actor, Change, entry
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.core.errors import (
    AppError,
    ConflictError,
    NotFoundError,
    RefusedError,
    UsageError,
)
from partnerdesk.models.customers.entities import (
    BillingProfile,
    CompanyProfile,
    Customer,
    Note,
    Tag,
)
from partnerdesk.models.customers.list import CUSTOMERS
from partnerdesk.models.customers.page import HISTORY_SHOWN, find_customer, read_customer
from partnerdesk.models.customers.tags_and_notes import LONGEST_NOTE, LONGEST_TAG, parse_tags
from partnerdesk.models.database.store import Store
from partnerdesk.models.lists.filter_parser import parse
from partnerdesk.models.lists.query import Query
from partnerdesk.models.operations.describe_fields import change_lines
from tests.support.books import NOW, TESTER
from tests.support.edits import add_to_history, set_tags, write_note

OTHER = Actor("other", "elsewhere")
FABRIKAM, CONTOSO = (f"{digit * 8}-1111-4222-8333-444444444444" for digit in "ab")


def account_of(store: Store, cloud: str = "global") -> int:
    with store.reading() as session:
        found = session.exec(select(PartnerAccount).where(PartnerAccount.cloud == cloud)).one()
    return found.id or 0


def add_customer(
    store: Store, name: str = "Fabrikam", microsoft_id: str | None = FABRIKAM,
    domain: str = "fabrikam.example", cloud: str = "global",
) -> int:  # fmt: skip
    customer = Customer(
        account_id=account_of(store, cloud),
        company_name=name,
        microsoft_id=microsoft_id,
        primary_domain=domain,
    )
    with store.writing() as session:
        session.add(customer)
    return customer.id or 0


@pytest.fixture
def fabrikam(store: Store) -> int:
    return add_customer(store)


def tag(
    store: Store, customer: int, text: str, *, version: int | None = None, actor: Actor = TESTER
) -> None:
    """Set the tags of a customer as the console does."""
    seen = read_customer(store, customer).customer.version if version is None else version
    set_tags(store, customer, parse_tags(text), version=seen, actor=actor, at=NOW)


def note(
    store: Store, customer: int, text: str, *, on: Note | None = None, by: Actor = TESTER
) -> None:
    write_note(store, customer, text, note=on, actor=by, at=NOW)


def found(store: Store, text: str) -> list[int]:
    """Return the ids of the customers that match a filter."""
    query = Query(
        CUSTOMERS, (account_of(store),), parse(text, CUSTOMERS, NOW), CUSTOMERS.default_sort
    )
    connection = store.connect()
    try:
        return sorted(query.all_keys(connection))
    finally:
        connection.close()


def history(store: Store) -> list[Change]:
    with store.reading() as session:
        return list(session.exec(select(Change).order_by(col(Change.id))))


# Tags


def test_tags_are_given_taken_and_found(store: Store, fabrikam: int) -> None:
    tag(store, fabrikam, "vip, Größe, key account")
    assert sorted(read_customer(store, fabrikam).tags) == ["Größe", "key account", "vip"]
    for text in ("tag:vip", "tag:VIP", "tag:grosse", 'tag:"key account"', "tag:key", "vip"):
        assert found(store, text) == [fabrikam], text
    tag(store, fabrikam, "vip2")
    assert read_customer(store, fabrikam).tags == ["vip2"]
    assert found(store, "tag:grosse") == found(store, "key") == []
    assert found(store, "tag:vip") == [fabrikam]  # a prefix of a tag matches
    assert found(store, "tag:ip2") == []
    tag(store, fabrikam, "")
    assert read_customer(store, fabrikam).tags == []
    assert found(store, "tag:vip2") == found(store, "vip2") == []
    assert found(store, 'tag:""') == [fabrikam]
    assert found(store, "fabrikam") == [fabrikam]


def test_the_name_is_no_tag_and_a_tag_is_no_name(store: Store, fabrikam: int) -> None:
    contoso = add_customer(store, "vip", CONTOSO, "contoso.example")
    tag(store, fabrikam, "vip")
    assert found(store, "tag:vip") == [fabrikam]
    assert found(store, "company:vip") == [contoso]
    assert found(store, "vip") == [fabrikam, contoso]


def test_any_tag_is_found_as_it_was_written(store: Store, fabrikam: int) -> None:
    contoso = add_customer(store, "Contoso", CONTOSO, "contoso.example")
    tag(store, contoso, "100x, a-b, backslash, plain")
    for text in ("100%", "a_b", "back\\slash", "Straße", "Ёлка", "ＶＩＰ", "漢字", "🔥"):
        tag(store, fabrikam, text)
        assert found(store, f'tag:"{text}"') == [fabrikam], text


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("", []),
        (" , ,, ", []),
        ("vip", ["vip"]),
        ("  key \t account ,vip ", ["key account", "vip"]),
        ("vip, VIP, Vip", ["vip"]),
        ("Größe, grosse, GROSSE", ["Größe"]),
        ("a\nb", ["a b"]),
        ("#vip, # vip2, ## #vip3", ["vip", "vip2", "vip3"]),
        ("a\x00b, \x00", ["ab"]),
        ("\u200b, \u202e, \u0301", []),
        ("half \ud83d", ["half"]),
        ("[red]x[/], \x1b[31m", ["[red]x[/]", "\x1b[31m"]),
        ("x" * LONGEST_TAG, ["x" * LONGEST_TAG]),
    ],
)
def test_a_line_of_tags_is_read_tidily(text: str, tags: list[str]) -> None:
    assert parse_tags(text) == tags


def test_a_tag_that_is_too_long_is_refused_and_shown_harmlessly() -> None:
    with pytest.raises(UsageError, match="longer than 40 characters") as raised:
        parse_tags("vip, \x1b[31m" + "x" * LONGEST_TAG)
    assert "␛[31m" in raised.value.message
    assert "\x1b" not in raised.value.message


def test_what_a_database_cannot_hold_is_no_tag(store: Store, fabrikam: int) -> None:
    tag(store, fabrikam, "a\x00b, half\udcff")
    assert sorted(read_customer(store, fabrikam).tags) == ["ab", "half"]


def test_a_change_of_tags_is_in_the_history_once(store: Store, fabrikam: int) -> None:
    tag(store, fabrikam, "vip, Größe")
    tag(store, fabrikam, "Größe, vip")  # the same tags: no entry
    tag(store, fabrikam, "vip", actor=OTHER)
    entries = history(store)
    assert [(entry.kind, entry.actor, entry.customer_id) for entry in entries] == [
        (ChangeKind.TAGGED, "tester", fabrikam),
        (ChangeKind.TAGGED, "other", fabrikam),
    ]
    assert json.loads(entries[0].before) == {"tags": []}
    assert json.loads(entries[0].after) == {"tags": ["Größe", "vip"]}
    assert (entries[0].at, entries[0].host) == (NOW, "testhost")
    assert change_lines(entries[1])[0].endswith(": Größe, vip → vip")


def test_of_two_who_tag_a_customer_the_first_is_kept(store: Store, fabrikam: int) -> None:
    seen = read_customer(store, fabrikam).customer.version
    tag(store, fabrikam, "first", version=seen)
    with pytest.raises(ConflictError, match="Somebody else changed this record"):
        tag(store, fabrikam, "second", version=seen, actor=OTHER)
    assert read_customer(store, fabrikam).tags == ["first"]
    assert found(store, "tag:second") == []
    assert len(history(store)) == 1


def test_a_change_of_case_alone_is_a_change_that_nobody_writes_over(
    store: Store, fabrikam: int
) -> None:
    """The search text does not change then, but the version must."""
    tag(store, fabrikam, "VIP")
    seen = read_customer(store, fabrikam).customer.version
    tag(store, fabrikam, "vip", version=seen)
    assert read_customer(store, fabrikam).tags == ["vip"]
    with pytest.raises(ConflictError):
        tag(store, fabrikam, "Vip", version=seen, actor=OTHER)
    assert read_customer(store, fabrikam).tags == ["vip"]


@pytest.mark.parametrize("same", [True, False], ids=["the same tag", "other tags"])
def test_of_two_at_the_same_time_one_is_kept_whole(store: Store, fabrikam: int, same: bool) -> None:
    """The second writer waits for the first, then gets a ConflictError."""
    seen = read_customer(store, fabrikam).customer.version
    errors: list[AppError] = []

    def second() -> None:
        try:
            tag(Store(store.database), fabrikam, "x" if same else "y", version=seen)
        except AppError as error:
            errors.append(error)

    thread = threading.Thread(target=second)
    with store.writing() as session:
        customer = session.get_one(Customer, fabrikam)
        customer.country = "DE"
        session.flush()
        thread.start()
    thread.join()
    assert [type(error) for error in errors] == [ConflictError]
    assert read_customer(store, fabrikam).tags == []
    assert history(store) == []


def test_tagging_wakes_no_other_customer(store: Store, fabrikam: int) -> None:
    contoso = add_customer(store, "Contoso", CONTOSO, "contoso.example")
    tag(store, contoso, "vip")
    before = read_customer(store, contoso).customer.model_dump()
    tag(store, fabrikam, "vip, x")
    tag(store, fabrikam, "")
    after = read_customer(store, contoso)
    assert (after.customer.model_dump(), after.tags) == (before, ["vip"])


# Notes


def test_a_note_is_written_changed_and_removed(store: Store, fabrikam: int) -> None:
    note(store, fabrikam, "  Called.\nWants [bold]seats[/].\n")
    [first] = read_customer(store, fabrikam).notes
    assert (first.text, first.author, first.written_at) == (
        "Called.\nWants [bold]seats[/].",
        "tester",
        NOW,
    )
    note(store, fabrikam, "Second")
    note(store, fabrikam, "Called twice.", on=first, by=OTHER)
    texts = [(kept.text, kept.author) for kept in read_customer(store, fabrikam).notes]
    assert texts == [("Called twice.", "other"), ("Second", "tester")]
    note(store, fabrikam, " \n ", on=read_customer(store, fabrikam).notes[0])
    assert [kept.text for kept in read_customer(store, fabrikam).notes] == ["Second"]
    assert [(json.loads(entry.before), json.loads(entry.after)) for entry in history(store)] == [
        ({}, {"note": "Called.\nWants [bold]seats[/]."}),
        ({}, {"note": "Second"}),
        ({"note": "Called.\nWants [bold]seats[/]."}, {"note": "Called twice."}),
        ({"note": "Called twice."}, {}),
    ]
    assert {entry.kind for entry in history(store)} == {ChangeKind.NOTED}


def test_an_empty_new_note_is_none(store: Store, fabrikam: int) -> None:
    for text in ("", " \n\t ", "\x00"):
        note(store, fabrikam, text)
    assert read_customer(store, fabrikam).notes == []
    assert history(store) == []


def test_a_note_left_as_it_was_stays_its_authors(store: Store, fabrikam: int) -> None:
    note(store, fabrikam, "Called.")
    [kept] = read_customer(store, fabrikam).notes
    write_note(store, fabrikam, " Called. ", note=kept, actor=OTHER, at=NOW + timedelta(days=1))
    [same] = read_customer(store, fabrikam).notes
    assert (same.author, same.written_at, same.version) == ("tester", NOW, kept.version)
    assert len(history(store)) == 1


def test_a_note_has_a_length_that_is_said(store: Store, fabrikam: int) -> None:
    note(store, fabrikam, "x" * LONGEST_NOTE + "  ")
    with pytest.raises(UsageError, match=str(LONGEST_NOTE)) as raised:
        note(store, fabrikam, "x" * (LONGEST_NOTE + 1))
    assert raised.value.remedy == "Split it in two."
    assert [len(kept.text) for kept in read_customer(store, fabrikam).notes] == [LONGEST_NOTE]


def test_a_note_holds_what_a_database_can_hold(store: Store, fabrikam: int) -> None:
    texts = {"a\x00b": "ab", "half \udcff": "half", "\x1b[31mred": "\x1b[31mred", "漢🔥": "漢🔥"}
    for text in texts:
        note(store, fabrikam, text)
    assert [kept.text for kept in read_customer(store, fabrikam).notes] == list(texts.values())
    assert json.loads(history(store)[0].after) == {"note": "ab"}


@pytest.mark.parametrize("second", ["Mine", ""], ids=["change", "removal"])
@pytest.mark.parametrize("first", ["Theirs", ""], ids=["changed", "removed"])
def test_of_two_who_change_a_note_the_first_is_kept(
    store: Store, fabrikam: int, first: str, second: str
) -> None:
    note(store, fabrikam, "Called.")
    [seen] = read_customer(store, fabrikam).notes
    note(store, fabrikam, first, on=seen, by=OTHER)
    with pytest.raises(ConflictError, match="nothing was written"):
        note(store, fabrikam, second, on=seen)
    texts = [kept.text for kept in read_customer(store, fabrikam).notes]
    assert texts == ([first] if first else [])
    assert len(history(store)) == 2


def test_two_who_add_notes_do_not_meet(store: Store, fabrikam: int) -> None:
    seen = read_customer(store, fabrikam).customer.version
    note(store, fabrikam, "Mine")
    note(store, fabrikam, "Theirs", by=OTHER)
    tag(store, fabrikam, "vip", version=seen)
    assert [kept.text for kept in read_customer(store, fabrikam).notes] == ["Mine", "Theirs"]


# Reading and finding


def test_a_customer_of_whom_little_is_known_is_read_with_empty_profiles(
    store: Store, fabrikam: int
) -> None:
    page = read_customer(store, fabrikam)
    assert page.customer.company_name == "Fabrikam"
    assert page.account.cloud == "global"
    assert (page.company.email, page.billing.city) == ("", "")
    assert (page.tags, page.notes, page.changes) == ([], [], [])


def test_a_customer_is_read_with_all_that_is_its_own(store: Store, fabrikam: int) -> None:
    contoso = add_customer(store, "Contoso", CONTOSO, "contoso.example")
    imported = entry(ChangeKind.IMPORTED, TESTER, NOW, after={"file": "x.csv"})
    [imported_by] = add_to_history(store, imported)
    with store.writing() as session:
        session.add(CompanyProfile(customer_id=fabrikam, email="info@fabrikam.example"))
        session.add(BillingProfile(customer_id=fabrikam, city="Köln"))
        session.get_one(Customer, fabrikam).added_by_change = imported_by
    note(store, contoso, "Another's")
    note(store, fabrikam, "Own")
    page = read_customer(store, fabrikam)
    assert (page.company.email, page.billing.city) == ("info@fabrikam.example", "Köln")
    assert [kept.text for kept in page.notes] == ["Own"]
    assert [entry.kind for entry in page.changes] == [ChangeKind.NOTED, ChangeKind.IMPORTED]


def test_of_a_long_history_the_newest_is_read(store: Store, fabrikam: int) -> None:
    add_to_history(
        store,
        *(
            entry(ChangeKind.UPDATED, TESTER, NOW, customer_id=fabrikam, after={"n": n})
            for n in range(HISTORY_SHOWN + 5)
        ),
    )
    shown = [json.loads(entry.after)["n"] for entry in read_customer(store, fabrikam).changes]
    assert shown == list(range(HISTORY_SHOWN + 4, 4, -1))


def test_a_customer_that_is_gone_is_not_found_by_anybody(store: Store, fabrikam: int) -> None:
    with store.writing() as session:
        session.delete(session.get_one(Customer, fabrikam))
    gone = "not in the book any more"
    with pytest.raises(NotFoundError, match=gone):
        read_customer(store, fabrikam)
    with pytest.raises(NotFoundError, match=gone):
        tag(store, fabrikam, "vip", version=1)
    with pytest.raises(NotFoundError, match=gone):
        note(store, fabrikam, "Too late")
    assert history(store) == []


def test_in_read_only_mode_nothing_is_tagged_or_noted(store: Store, fabrikam: int) -> None:
    locked = Store(store.database, read_only=True)
    with pytest.raises(RefusedError, match="Read-only"):
        tag(locked, fabrikam, "vip")
    with pytest.raises(RefusedError, match="Read-only"):
        note(locked, fabrikam, "Called.")
    assert history(store) == []


def test_a_customer_is_found_by_its_ids_and_by_any_form_of_its_domain(store: Store) -> None:
    customer = add_customer(store, domain="müller.example")
    for text in (str(customer), FABRIKAM, f" {FABRIKAM.upper()}\n", "müller.example",
                 "MÜLLER.EXAMPLE", "xn--mller-kva.example"):  # fmt: skip
        assert find_customer(store, text, [account_of(store)]) == customer, text


def test_a_customer_is_not_found_by_anything_else(store: Store, fabrikam: int) -> None:
    add_customer(store, "No domain", CONTOSO, domain="")
    for text in ("", " ", "%", "_abrikam.example", "fabrikam", "a\x00b", "\udcff", "x" * 5000,
                 "' OR 1=1", str(fabrikam + 999), f"-{fabrikam}"):  # fmt: skip
        with pytest.raises(NotFoundError) as raised:
            find_customer(store, text, [account_of(store)])
        assert "customers list --filter" in raised.value.remedy


def test_a_customer_is_found_in_the_accounts_asked_for_only(store: Store, fabrikam: int) -> None:
    german = add_customer(store, cloud="germany")
    both = [account_of(store), account_of(store, "germany")]
    assert find_customer(store, "fabrikam.example", both[:1]) == fabrikam
    assert find_customer(store, FABRIKAM, both[1:]) == german
    with pytest.raises(UsageError, match="Several customers") as raised:
        find_customer(store, "fabrikam.example", both)
    assert "--cloud" in raised.value.remedy
    with pytest.raises(NotFoundError):
        find_customer(store, FABRIKAM, [])


def test_names_and_tags_are_searched_as_they_are_written_by_whatever_writes_them(
    store: Store,
) -> None:
    """ORM events keep sort and search text up to date; no caller has to do it."""
    id = add_customer(store, "Ärzte GmbH", domain="aerzte.example")
    with store.writing() as session:
        session.add_all([Tag(customer_id=id, name="VIP"), Tag(customer_id=id, name="Gold")])
    assert searched(store, id) == ("arzte gmbh", "arzte gmbh\naerzte.example\n#gold\n#vip")
    with store.writing() as session:
        session.get_one(Customer, id).company_name = "Straße"
        session.delete(session.get_one(Tag, (id, "VIP")))
    assert searched(store, id) == ("strasse", "strasse\naerzte.example\n#gold")


def searched(store: Store, id: int) -> tuple[str, str]:
    with store.reading() as session:
        customer = session.get_one(Customer, id)
        return customer.company_sort, customer.search_text
