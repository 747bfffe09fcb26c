"""Completion of filters without a screen: what Tab inserts, and the known values of a book."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerdesk.models.changes.list import CHANGES
from partnerdesk.models.customers.entities import Customer, Tag
from partnerdesk.models.customers.list import CUSTOMERS
from partnerdesk.models.database.connection import PostgresConnection
from partnerdesk.models.languages import speak
from partnerdesk.models.lists import known_values as known_values_module
from partnerdesk.models.lists.completion import Completions, Line, common_beginning, word_completer
from partnerdesk.models.lists.filter_completion import completions, place_at
from partnerdesk.models.lists.filter_parser import parse
from partnerdesk.models.lists.known_values import known_values
from partnerdesk.models.relationships.lists import DELEGATED_ADMIN, INVITATIONS, PARTNERS
from tests.store.test_filters import add
from tests.support.books import NOW
from tests.support.explained import Explained

if TYPE_CHECKING:
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.lists.spec import ListSpec

TAGS = ["key account", "key person", "north west", "north wind", "Schlüsselkunde", "vip", "vip-old",
        '5" disk', "overdue"]  # fmt: skip
CODES = ["AT", "DE", "DK"]


def at(text: str) -> Line:
    """Return a line with its cursor at `|`, or at the end without one."""
    before, bar, behind = text.partition("|")
    return Line(before + behind, len(before) if bar else len(text))


def written(line: Line) -> str:
    return f"{line.text[: line.cursor]}|{line.text[line.cursor :]}".removesuffix("|")


def offered(text: str, spec: ListSpec = CUSTOMERS) -> Completions:
    line = at(text)
    place = place_at(line, spec)
    held = place.column.name if place is not None and place.column is not None else ""
    known = {"tag": TAGS, "country": CODES, "location": CODES}.get(held, [])
    return completions(line, place, spec, known)


def tabbed(text: str, *presses: int, spec: ListSpec = CUSTOMERS) -> str:
    """Return the line after a first Tab and one more step for each of `presses`."""
    line, state = offered(text, spec).first(1)
    for by in presses:
        line, state = state.next(by)
    return written(line)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("cou", "country:"),
        ("COU", "country:"),
        ("-cou", "-country:"),
        ("fab or -cou", "fab or -country:"),
        ("add", "added:"),  # an alias of the field
        ("cou| fab", "country:| fab"),
        ("cou|n:de", "country:|de"),
        ("see|<30d", "seen<|30d"),
        ("rel", "relationship:"),
        ("country:a", "country:AT"),
        ("country=a", "country=AT"),
        ("-country:a| vip", "-country:AT| vip"),
        ("country:a|z vip", "country:AT| vip"),
        ("tag:o", "tag:overdue"),
        ("tags:schlus", "tags:Schlüsselkunde"),
        ("tag:SCHLÜ", "tag:Schlüsselkunde"),
        ("tag:ke", 'tag:"key |"'),  # the common prefix, in closed quotes
        ('tag:"key |"', 'tag:"key |"'),
        ('tag:"key a|"', 'tag:"key account"'),
        ('tag:"key a', 'tag:"key account"'),
        ('tag:"key account"', 'tag:"key account"'),
        ("tag:n", 'tag:"north w|"'),
        ("tag:5", 'tag:"5"" disk"'),
        ('tag:"5""', 'tag:"5"" disk"'),
        ("tag:v", "tag:vip"),
        ("relationship:s", "relationship:syndication"),
        ("relationship:mic", "relationship:microsoft_support"),
        ('relationship:"microsoft s', 'relationship:"Microsoft support"'),
        ("seen:ne", "seen:never"),
        ("seen<t", "seen<today"),
        ("seen>3mi", "seen>3min"),
    ],
)
def test_tab_completes_the_word_under_the_cursor(text: str, after: str) -> None:
    assert tabbed(text) == after


@pytest.mark.parametrize(
    "text",
    ["xyz", '"cou', '"cou"', "|fab", "country:|de", "country:x", "zzz:d", "company:fa", "fab or",
     "seen<nev", "seen:2026", "seen:2026-0", "co", "tag:vip", "-", "", "fab |"],
)  # fmt: skip
def test_where_nothing_fits_or_several_part_at_once_nothing_changes(text: str) -> None:
    assert tabbed(text) == written(at(text))


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("co", ["company:", "country:"]),
        ("fab -t", ["tag:", "tenant:"]),
        ("country:", CODES),
        ("country:d", ["DE", "DK"]),
        (
            "relationship:",
            ["reseller", "advisor", "syndication", "microsoft_support", "none", "unknown"],
        ),
        ("dap:", ["yes", "no"]),
        ("dap:n", ["no", '"not known"']),
        ("seen:", ["never", "today", "month", "1d", "7d", "30d", "90d", "1y"]),
        ("seen<", ["today", "month", "1d", "7d", "30d", "90d", "1y"]),
        ("seen<30", ["30min", "30h", "30d", "30w", "30m", "30y"]),
        ("seen<2026", []),  # a year has no completion
        ("tag:v", ["vip", "vip-old"]),
        ("tag:k", ['"key account"', '"key person"']),
        ("company:", []),
    ],
)
def test_what_is_offered(text: str, candidates: list[str]) -> None:
    assert list(offered(text).candidates) == candidates


def test_an_empty_word_could_be_any_field() -> None:
    for text in ("", "-", "fab |", "fab | berlin"):
        assert len(offered(text).candidates) == len(CUSTOMERS.columns)


def test_tab_again_goes_to_the_next_and_round_and_shift_tab_back() -> None:
    assert tabbed("country:d", 1) == "country:DE"
    assert tabbed("country:d", 1, 1) == "country:DK"
    assert tabbed("country:d", 1, 1, 1) == "country:DE"
    assert tabbed("country:d| x", -1) == "country:DK| x"
    assert tabbed("country:d", 1, -1) == "country:DK"
    assert tabbed("tag:ke", 1, 1) == 'tag:"key person"'
    assert tabbed("tag:vip", 1) == "tag:vip-old"  # the first candidate is typed already


def test_titles_are_completed_in_the_language_in_use() -> None:
    speak("ru")
    assert tabbed("relationship:пос") == "relationship:Посредник"
    assert tabbed("relationship:res") == "relationship:reseller"


@pytest.mark.parametrize("spec", [CUSTOMERS, CHANGES, INVITATIONS, PARTNERS, DELEGATED_ADMIN])
def test_whatever_is_offered_is_understood(spec: ListSpec) -> None:
    speak("ru")
    for column in spec.columns:
        for typed in ("", "n", "в", "1", "p"):
            for candidate in offered(f"{column.name}:{typed}", spec).candidates:
                parse(f"{column.name}:{candidate}", spec, NOW)
    for field in offered("", spec).candidates:
        parse(f'{field}""' if spec.column(field[:-1]).kind != "number" else field + "1", spec, NOW)


@given(
    st.text(max_size=20), st.integers(0, 20), st.sampled_from(["", "tag:", "-country:d", "cou "])
)
def test_any_text_is_completed_without_fault_and_only_at_the_cursor(
    text: str, place: int, before: str
) -> None:
    line = Line(before + text, min(place, len(before + text)))
    held = place_at(line, CUSTOMERS)
    found = completions(line, held, CUSTOMERS, TAGS)
    assert 0 <= found.start <= found.end <= len(line.text)
    for after, _state in (found.first(1), found.first(-1)):
        if found.candidates:
            assert after.text.startswith(line.text[: found.start])
            assert after.text.endswith(line.text[found.end :])
            assert 0 <= after.cursor <= len(after.text)
        else:
            assert after == line


def test_common_beginnings() -> None:
    assert common_beginning(["Key account", "key person"]) == "Key "
    assert common_beginning(["vip", "vip-old"]) == "vip"
    assert common_beginning(["a", "b"]) == ""


async def test_whole_words_that_are_seen_already_go_on_at_once() -> None:
    complete = word_completer(("carry-out", "cloud", "sort"))
    found = await complete(at("c"))
    line, state = found.first(1)
    assert line.text == "carry-out"
    assert state.next(1)[0].text == "cloud"
    assert found.first(-1)[0].text == "cloud"
    assert (await complete(at("x"))).first(1)[0].text == "x"


# Known values of a book


@pytest.fixture
def book(store: Store) -> Store:
    for number, (country, tags) in enumerate(
        [("DE", ["vip"]), ("DE", []), ("AT", ["vip", "Ärzte"]), ("", ["arzt"]), ("RU", ["ended"])]
    ):
        add(store, f"Company {number}", country=country, tags=tags,
            ended_at=NOW if country == "RU" else None)  # fmt: skip
    with store.writing() as session:  # in another account
        session.add(Customer(account_id=2, company_name="Other", country="US"))
        session.flush()
        session.add(Tag(customer_id=6, name="theirs"))
    return store


def test_codes_and_tags_of_the_accounts_shown(book: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = book.connect()
    country, tag = CUSTOMERS.column("country"), CUSTOMERS.column("tag")
    assert known_values(connection, CUSTOMERS, country, (1,)) == ["AT", "DE"]
    assert known_values(connection, CUSTOMERS, country, (1, 2)) == ["AT", "DE", "US"]
    assert known_values(connection, CUSTOMERS, country, ()) == []
    assert known_values(connection, CUSTOMERS, tag, (1,)) == ["arzt", "Ärzte", "vip"]
    unindexed = replace(country, sort="")
    assert known_values(connection, CUSTOMERS, unindexed, (1, 2)) == ["AT", "DE", "US"]
    assert known_values(connection, PARTNERS, PARTNERS.column("location"), (1,)) == []
    monkeypatch.setattr(known_values_module, "MOST_ROWS", 2)  # too many rows to read each
    everywhere = ["arzt", "Ärzte", "ended", "theirs", "vip"]
    assert known_values(connection, CUSTOMERS, tag, (1,)) == everywhere
    connection.close()


def test_codes_and_tags_are_read_by_an_index(store: Store) -> None:
    connection = store.connect()
    explained = Explained(connection)
    index = "Index" if isinstance(connection, PostgresConnection) else "SEARCH"
    known_values(explained, CUSTOMERS, CUSTOMERS.column("country"), (1,))
    assert index in explained.plan
    assert "SCAN c" not in explained.plan
    assert "TEMP B-TREE" not in explained.plan
    known_values_module._stepped(explained, "name", "tags", "1 = 1")
    assert index in explained.plan
    assert "SCAN tags" not in explained.plan
    connection.close()
