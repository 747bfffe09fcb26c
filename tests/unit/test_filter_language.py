"""The whole filter language: typed parts of names are found, in every script and combination."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnerdesk.models.core.clock import to_millis
from partnerdesk.models.core.errors import FilterError
from partnerdesk.models.core.text import fold
from partnerdesk.models.customers.entities import Customer, Relationship, Tag
from partnerdesk.models.customers.list import CUSTOMERS
from partnerdesk.models.database.store import Store
from partnerdesk.models.demo.names import HOSTILE, RESELLERS, SAMPLES, TONGUES
from partnerdesk.models.lists.filter_lexer import quoted, words_of
from partnerdesk.models.lists.filter_parser import parse
from partnerdesk.models.lists.query import Query
from partnerdesk.models.lists.spec import Sort
from partnerdesk.models.settings.database_url import SqliteFile
from tests.support.books import NOW
from tests.support.depth import times
from tests.support.empty_book import empty_book

if TYPE_CHECKING:
    from collections.abc import Callable

    from partnerdesk.models.database.connection import Connection

COUNTRIES = ("DE", "RU", "CN", "AE", "")
RELATIONS = ("reseller", "advisor", "none")
TAG_SETS: tuple[list[str], ...] = (
    [], ["vip"], ["key account"], ["vip-old", "Schlüsselkunde"], ['5" disk', "ключевой клиент"],
)  # fmt: skip
AGES = (None, 0, 1, 29, 31, 400)


def company_names() -> list[str]:
    """Return company names in every language of the demo book, and its sample and hostile names."""
    rng = random.Random(1)  # noqa: S311
    tongues = dict.fromkeys(tongue for heard in TONGUES.values() for tongue in heard)
    names = [
        tongue.company(rng, rng.choice(tongue.places)).text for tongue in tongues for _ in range(8)
    ]
    return list(dict.fromkeys([*names, *(word.text for word in (*HOSTILE, *SAMPLES))]))


NAMES = company_names()


class Known:
    """A customer as expected by the test, independent of the database."""

    def __init__(self, number: int, name: str) -> None:
        self.name = name
        self.folded = fold(name)
        self.domain = f"company{number}.example"
        self.country = COUNTRIES[number % len(COUNTRIES)]
        self.relation = RELATIONS[number % len(RELATIONS)]
        self.reseller = RESELLERS[number % len(RESELLERS)]
        self.tags = TAG_SETS[number % 7 % len(TAG_SETS)]
        days = AGES[number % 11 % len(AGES)]
        self.seen = None if days is None else NOW - timedelta(days=days)

    def says(self, text: str) -> bool:
        tags = ["#" + fold(tag) for tag in self.tags]
        return any(fold(text) in part for part in (self.folded, self.domain, *tags))

    def seen_before(self, moment: object) -> bool:
        return self.seen is None or to_millis(self.seen) < moment  # type: ignore[operator]


EVERYBODY = [Known(number, name) for number, name in enumerate(NAMES)]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Connection:
    database = SqliteFile(tmp_path_factory.mktemp("language") / "book.db")
    empty_book(database)
    store = Store(database)
    store.open(["global"])
    with store.writing() as session:
        for known in EVERYBODY:
            customer = Customer(
                account_id=1, company_name=known.name, primary_domain=known.domain,
                country=known.country, indirect_reseller=known.reseller,
                relationship_to_partner=Relationship(known.relation), seen_at=known.seen,
            )  # fmt: skip
            session.add(customer)
            session.flush()
            session.add_all(Tag(customer_id=customer.id or 0, name=tag) for tag in known.tags)
    store.engine.dispose()
    return store.connect()


def found(book: Connection, text: str) -> set[str]:
    query = Query(CUSTOMERS, (1,), parse(text, CUSTOMERS, NOW), Sort("company"))
    return {row.values[0] for row in query.window(book, 0, 1000)}


def test_every_script_of_the_demo_book_is_there() -> None:
    letters = "".join(NAMES)
    assert all(letter in letters for letter in "aäßéłışåй有ا=%_\\\"['")


@settings(max_examples=times(40))
@given(data=st.data())
def test_any_piece_of_a_folded_name_finds_its_customer(
    book: Connection, data: st.DataObject
) -> None:
    known = data.draw(st.sampled_from(EVERYBODY))
    start = data.draw(st.integers(0, len(known.folded) - 1))
    piece = known.folded[start : start + data.draw(st.integers(1, 20))]
    written = data.draw(st.sampled_from([piece, piece.upper(), piece.title()]))
    expected = {one.name for one in EVERYBODY if one.says(piece)}
    assert known.name in expected
    assert found(book, quoted(piece)) == expected
    if fold(written) == fold(piece):  # some letters change when their capital is lowered
        assert found(book, quoted(written)) == expected
    if len(known.folded) <= 200:  # the column stores only the start of longer names
        assert known.name in found(book, "company:" + quoted(piece))


@pytest.mark.parametrize(
    "name", [word.text for word in (*HOSTILE, *SAMPLES)], ids=lambda name: ascii(name[:20])
)
def test_a_name_typed_as_it_is_finds_its_customer(book: Connection, name: str) -> None:
    assert name in found(book, quoted(name))
    for word in name.split():
        if not word.startswith('"') and "://" not in word and not word.startswith("-"):
            assert name in found(book, word), word


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("% _ \\", {HOSTILE[10].text}),
        ("[bold ]not", {HOSTILE[0].text}),
        ('("http', {HOSTILE[8].text}),
        ('quoted"', {HOSTILE[10].text}),  # a quote inside a word is literal
        ('"""quoted"" \'name"', {HOSTILE[10].text}),  # inside quotes, two are one quote
        ('""""', {HOSTILE[8].text, HOSTILE[10].text} | {one.name for one in EVERYBODY
                                                    if '5" disk' in one.tags}),
        ('tag:"5"" d"', {one.name for one in EVERYBODY if '5" disk' in one.tags}),
        ("-or fabrikam", {SAMPLES[0].text}),  # with a minus, `or` is a word
    ],
)  # fmt: skip
def test_no_character_but_a_quote_at_a_beginning_is_special(
    book: Connection, text: str, names: set[str]
) -> None:
    if "-or" in text:
        assert "or" not in fold("".join(names))
    assert found(book, text) == names


Term = tuple[str, "Callable[[Known], bool]"]


def _ages(days: int) -> list[Term]:
    ago = to_millis(NOW - timedelta(days=days))
    return [
        (f"seen>{days}d", lambda one: one.seen_before(ago)),
        (f"seen<{days}d", lambda one: one.seen is not None and to_millis(one.seen) > ago),
        (f"seen:{days}d", lambda one: not one.seen_before(ago)),
    ]


def _dates(days: int) -> list[Term]:
    day = (NOW - timedelta(days=days)).replace(hour=0)
    first, after = to_millis(day), to_millis(day + timedelta(days=1))
    return [
        (f"seen>={day:%Y-%m-%d}", lambda one: not one.seen_before(first)),
        (f"seen<{day:%Y-%m-%d}", lambda one: one.seen_before(first)),
        (f"seen:{day:%Y-%m-%d}", lambda one: not one.seen_before(first) and one.seen_before(after)),
        (f"seen<={day:%Y-%-m-%-d}", lambda one: one.seen_before(after)),
    ]


def _word(text: str) -> Term:
    return quoted(text), lambda one: one.says(text)


pieces = st.builds(
    lambda name, start, length: name[start % len(name) :][:length],
    st.sampled_from(NAMES),
    st.integers(0, 60),
    st.integers(1, 4),
)
terms: st.SearchStrategy[Term] = st.one_of(
    pieces.filter(fold).map(_word),
    st.sampled_from(
        [
            ("vip", lambda one: one.says("vip")),
            ("#KEY", lambda one: one.says("#key")),
            ('tag:"key a"', lambda one: "key account" in one.tags),
            ("tag:SCHLÜSSEL", lambda one: "Schlüsselkunde" in one.tags),
            ("tag:ключ", lambda one: "ключевой клиент" in one.tags),
            ('tag:""', lambda one: not one.tags),
            ("tag:vip", lambda one: any(tag.startswith("vip") for tag in one.tags)),
            ("country:ru", lambda one: one.country == "RU"),
            ('COUNTRY=""', lambda one: one.country == ""),
            ("relationship:adv", lambda one: one.relation == "advisor"),
            ("relationship:None", lambda one: one.relation == "none"),
            ("seen:never", lambda one: one.seen is None),
            ("seen:today", lambda one: one.seen == NOW),
            *(term for days in (0, 1, 30) for term in _ages(days)),
            *(term for days in (0, 1, 29, 400) for term in _dates(days)),
        ]
    ),
)


@settings(max_examples=times(40))
@given(st.lists(st.lists(st.tuples(terms, st.booleans()), min_size=1, max_size=3), min_size=1,
                max_size=3),
       st.sampled_from([" or ", "  OR ", " Or  "]))  # fmt: skip
def test_words_quotes_fields_minus_ages_and_or_mixed(
    book: Connection, alternatives: list[list[tuple[Term, bool]]], either: str
) -> None:
    """The whole filter matches what the test computes from its parts."""
    text = either.join(
        " ".join("-" * negated + written for (written, _holds), negated in terms_)
        for terms_ in alternatives
    )
    expected = {
        one.name
        for one in EVERYBODY
        if any(
            all(holds(one) != negated for (_written, holds), negated in terms_)
            for terms_ in alternatives
        )
    }
    assert found(book, text) == expected


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30),
    st.sampled_from(["", "-", "tag:", "-company=", "seen<="]),
)
def test_what_is_quoted_is_one_word_that_says_the_same(text: str, before: str) -> None:
    [word] = words_of(f" {before}{quoted(text)} ")
    assert word.value == text
    assert word.closed
    assert (word.negated, word.field) == (before[:1] == "-", before.strip("-:=<"))


@given(st.text(max_size=60))
def test_no_text_leaves_a_character_unread(text: str) -> None:
    place = 0
    for word in words_of(text):
        assert text[place : word.start].strip() == ""
        assert word.start <= word.value_start <= word.end > place
        place = word.end
    assert text[place:].strip() == ""


@pytest.mark.parametrize("name", RESELLERS)
def test_a_field_that_is_not_kept_folded_is_found_in_any_case(book: Connection, name: str) -> None:
    expected = {one.name for one in EVERYBODY if one.reseller == name}
    for word in name.replace("«", "").replace("»", "").split():
        for written in (word, word.lower(), word.upper()):
            assert expected <= found(book, "reseller:" + quoted(written)), written


def test_what_no_database_keeps_finds_nothing(book: Connection) -> None:
    for text in ("domain:\udcff", "\x00a", "country:\udcff", "tag:\x00", "id:\udcff"):
        assert found(book, text) == set()


def test_what_folds_to_nothing_says_nothing(book: Connection) -> None:
    for text in ("\u0301", '-"\u200b"', '-""'):
        assert found(book, f"fabrikam {text}") == {SAMPLES[0].text}


@pytest.mark.parametrize("text", ["seen<never", "seen>=never", 'seen<""'])
def test_never_has_no_order(text: str) -> None:
    with pytest.raises(FilterError, match="neither an age nor a date"):
        parse(text, CUSTOMERS, NOW)


def test_a_whole_value_is_not_taken_for_the_beginning_of_another(book: Connection) -> None:
    """`no` is a whole value, not a prefix of *not known*."""
    assert found(book, "dap:no") == set()
    assert found(book, "dap:n") == found(book, 'dap:"not known"') == set(NAMES)
