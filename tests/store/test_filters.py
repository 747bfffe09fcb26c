"""The filter language: meaning, errors, and the rows that filters match."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerdesk.models.accounts.accounts import read_accounts
from partnerdesk.models.core.errors import FilterError
from partnerdesk.models.core.text import fold
from partnerdesk.models.customers.entities import Customer, Tag
from partnerdesk.models.customers.list import CUSTOMERS
from partnerdesk.models.lists.filter_parser import parse
from partnerdesk.models.lists.query import Query
from partnerdesk.models.lists.spec import Sort
from partnerdesk.models.settings.load import load
from tests.support.books import NOW

if TYPE_CHECKING:
    from partnerdesk.models.database.store import Store


def found(store: Store, text: str) -> list[str]:
    """Return the names of the matching customers, in the order of the list."""
    connection = store.connect()
    try:
        accounts = read_accounts(connection, load().enabled_clouds())
        query = Query(
            CUSTOMERS,
            tuple(account.id for account in accounts),
            parse(text, CUSTOMERS, NOW),
            Sort("company"),
        )
        names = [row.values[0] for row in query.walk(connection, 7)]
        assert query.count(connection) == len(names)
        return names
    finally:
        connection.close()


def add(store: Store, name: str, **fields: object) -> None:
    """Add a customer to the global account."""
    tags = fields.pop("tags", [])
    assert isinstance(tags, list)
    with store.writing() as session:
        customer = Customer(
            account_id=1,
            company_name=name,
            **fields,  # type: ignore[arg-type]
        )
        session.add(customer)
        session.flush()
        session.add_all(Tag(customer_id=customer.id or 0, name=tag) for tag in tags)


@pytest.fixture
def book(store: Store) -> Store:
    add(
        store,
        "Ärzte-Haus GmbH",
        primary_domain="aerzte.onmicrosoft.de",
        country="DE",
        relationship_to_partner="reseller",
        tags=["vip", "Schlüsselkunde"],
        seen_at=NOW - timedelta(days=2),
        added_at=NOW - timedelta(days=400),
    )
    add(
        store,
        "100% Öl_Handel",
        primary_domain="oel.example",
        country="AT",
        relationship_to_partner="none",
        seen_at=NOW - timedelta(days=40),
    )
    add(
        store,
        "Ромашка «Ёлка»",
        primary_domain="romashka.ru",
        country="RU",
        relationship_to_partner="advisor",
        tags=["vip-old"],
        added_at=NOW,
    )
    add(store, "Contoso or Fabrikam", primary_domain="contoso.onmicrosoft.com",
        indirect_reseller="Müller IT",
        microsoft_id="3f2a91c0-5e4b-4d8a-9c77-0b1a2c3d4e5f")  # fmt: skip
    return store


AERZTE, OEL, ROMASHKA, CONTOSO = (
    "Ärzte-Haus GmbH", "100% Öl_Handel", "Ромашка «Ёлка»", "Contoso or Fabrikam",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", [OEL, AERZTE, CONTOSO, ROMASHKA]),
        ("arzte", [AERZTE]),
        ("ÄRZTE haus", [AERZTE]),
        ("haus ärzte", [AERZTE]),
        ('"haus ärzte"', []),
        ("елка", [ROMASHKA]),
        ("РОМАШКА", [ROMASHKA]),
        ("100%", [OEL]),
        ("%", [OEL]),
        ("_", [OEL]),
        ("\\", []),
        ("'", []),
        ("-gmbh", [OEL, CONTOSO, ROMASHKA]),
        ("country:de", [AERZTE]),
        ("country=DE", [AERZTE]),
        ('country:""', [CONTOSO]),
        ("-country:de -country:ru", [OEL, CONTOSO]),
        ("domain:onmicrosoft", [AERZTE, CONTOSO]),
        ("company:öl", [OEL]),
        ("name:ol", [OEL]),
        ("relationship:res", [AERZTE]),
        ("relationship:none", [OEL, CONTOSO]),
        ("tag:vip", [AERZTE, ROMASHKA]),
        ("tag:schlussel", [AERZTE]),
        ("-tag:vip", [OEL, CONTOSO]),
        ('tag:""', [OEL, CONTOSO]),
        ("#vip", [AERZTE, ROMASHKA]),
        ("reseller:it", [CONTOSO]),
        ("reseller:muller", [CONTOSO]),
        ("reseller:MÜLLER", [CONTOSO]),
        ("-reseller:muller reseller:it", []),
        ("seen<30d", [AERZTE]),
        ("seen>30d", [OEL, CONTOSO, ROMASHKA]),
        ("seen>30d -seen:never", [OEL]),
        ("seen:never", [CONTOSO, ROMASHKA]),
        ("since:2026-11-22", [ROMASHKA]),
        ("since:today", [ROMASHKA]),
        ("since:2026-11", [ROMASHKA]),
        ("since>=2025 -since:never", [AERZTE, ROMASHKA]),
        ("since<2026 -since:never", [AERZTE]),
        ("arzte or елка", [AERZTE, ROMASHKA]),
        ("haus country:de OR oel country:at", [OEL, AERZTE]),
        ('"or"', [CONTOSO]),
        ('"contoso or"', [CONTOSO]),
        ("cloud:global arzte", [AERZTE]),
        ("cloud:germany", []),
        ("3f2a", [CONTOSO]),
        ("contoso 3F2A9", [CONTOSO]),
        ("-3f2a", [OEL, AERZTE, ROMASHKA]),
        ("5e4b", []),
        ("5e4b-4", [CONTOSO]),
        ("3f2a91c0-5e4b-4d8a-9c77-0b1a2c3d4e5f", [CONTOSO]),
        ("id:5e4b", [CONTOSO]),
        ("-id:5e4b", [OEL, AERZTE, ROMASHKA]),
        ('id:""', [OEL, AERZTE, ROMASHKA]),
    ],
)
def test_a_filter_finds_what_it_says(book: Store, text: str, names: list[str]) -> None:
    assert found(book, text) == names


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cuntry:de", "Did you mean country?"),
        ("zzz:1", "Fields: company"),
        ("country:", "needs a value"),
        ("country<de", "has no order"),
        ("seen<soon", "neither an age nor a date"),
        ("seen<2026-13-45", "neither an age nor a date"),
        ("seen:0000", "neither an age nor a date"),
        ("relationship:friend", "Known values: reseller"),
        ('"open', "A quote is not closed."),
        ("or a", "nothing before"),
        ("a or", "nothing after"),
        ("seen > 30d", "without blanks"),
        ("country:germ", "the name of no country"),
        ("a " * 201, "more than 200 words"),
        ("seen:31.02.2026", "neither an age nor a date"),
    ],
)
def test_a_wrong_filter_says_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text, CUSTOMERS, NOW)
    assert said in str(caught.value)


@given(st.text(max_size=60))
def test_any_text_is_a_filter_or_a_plain_error(text: str) -> None:
    with suppress(FilterError):
        parse(text, CUSTOMERS, NOW)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("country:germany", "country:DE"),
        ("country:Deutschland", "country:DE"),
        ("-country:Германия", "-country:DE"),
        ("seen<31.01.2026", "seen<2026-01-31"),
        ("since:1.2026", "since:2026-01"),
    ],
)
def test_countries_and_dates_are_understood_as_they_are_shown(text: str, same: str) -> None:
    one, other = (parse(each, CUSTOMERS, NOW).terms()[0] for each in (text, same))
    assert (one.earliest, one.latest) == (other.earliest, other.latest)
    if one.field == "country":
        assert one == other


def test_as_many_words_as_a_filter_may_have_are_found(book: Store) -> None:
    many = " or ".join(f"w{number}" for number in range(100))
    assert found(book, f"{many[: many.rindex(' or ')]} or contoso") == [CONTOSO]
    assert found(book, "contoso " + " ".join(["-zzz"] * 199)) == [CONTOSO]


@pytest.mark.parametrize("kept", ["Żółw Łódź", "Ёлка плюс", "Çağrı Ltd", "Straße 5"])
def test_a_field_without_a_folded_copy_is_found_without_case_and_accents(
    store: Store, kept: str
) -> None:
    add(store, "Holder", indirect_reseller=kept)
    for typed in (kept, kept.upper(), kept.lower(), fold(kept)):
        assert found(store, f'reseller:"{typed}"') == ["Holder"], typed
    assert found(store, "reseller:elsewhere") == []
