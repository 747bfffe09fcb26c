"""Look-alikes: existing customers that resemble a new one."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnerdesk.models.customers.add import form_context
from partnerdesk.models.customers.duplicates import Likeness, find_duplicates
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.database.connection import PostgresConnection
from partnerdesk.models.database.store import Store
from partnerdesk.models.languages import speak
from tests.conftest import CLOUDS
from tests.support.books import NOW, fill_demo
from tests.support.depth import times
from tests.support.explained import Explained
from tests.support.forms import AMERICA, GERMANY, PORTUGAL, account_in, add, alike, form

if TYPE_CHECKING:
    from partnerdesk.models.settings.database_url import SqliteFile

NOBODY = {"company_name": "Zebra Quartz", "domain_prefix": "zebra", "registration_number": ""}


@pytest.fixture
def book(sqlite_database: SqliteFile) -> Store:
    """Return an opened, empty book in a file."""
    store = Store(sqlite_database)
    store.open(CLOUDS)
    return store


def likenesses(store: Store, cloud: str = "global", /, **changes: str) -> list[Likeness]:
    values = form(PORTUGAL, **(NOBODY | changes))
    return [like.likeness for like in alike(store, values, cloud)]


def end(store: Store, id: int) -> None:
    with store.writing() as session:
        session.get_one(Customer, id).ended_at = NOW


def test_a_domain_that_is_taken_is_found_in_the_whole_book(store: Store) -> None:
    id = add(store)
    assert likenesses(store) == []
    (found,) = alike(store, form(PORTUGAL, **(NOBODY | {"domain_prefix": " Oliveira "})))
    assert (found.customer_id, found.likeness, found.ended) == (id, Likeness.DOMAIN, False)
    reason = found.reason()
    assert (reason.code, reason.field, reason.refuses) == ("domain.in-book", "domain_prefix", True)
    assert reason.source == "rules.md §3, step 0"
    assert "oliveira.onmicrosoft.com" in reason.text
    assert "Oliveira & Filhos Lda" in reason.text
    assert "invite" in reason.text
    assert likenesses(store, domain_prefix="oliveir") == []


def test_a_domain_counts_in_another_account_and_when_ended(store: Store) -> None:
    with store.writing() as session:
        session.add(
            Customer(account_id=account_in(store, "us-gov").id, company_name="Other",
                     primary_domain="zebra.onmicrosoft.com", ended_at=NOW)
        )  # fmt: skip
    (found,) = alike(store, form(PORTUGAL, **NOBODY))
    assert (found.likeness, found.ended) == (Likeness.DOMAIN, True)
    assert likenesses(store, "us-gov") == [], "there the suffix is another"


def test_the_same_registration_number_in_that_country_is_told(store: Store) -> None:
    end(store, add(store))
    for number in ("501964843", " 501 964 843 ", "501.964.843"):
        (found,) = alike(store, form(PORTUGAL, **(NOBODY | {"registration_number": number})))
        assert (found.likeness, found.ended) == (Likeness.REGISTRATION_NUMBER, True)
        assert not found.reason().refuses
        assert found.reason().field == "registration_number"
    assert likenesses(store, registration_number="501964843", country="DE") == []
    assert likenesses(store, "us-gov", registration_number="501964843") == []
    assert likenesses(store, registration_number="50196484") == []


@pytest.mark.parametrize(
    ("there", "typed", "found"),
    [
        ("ООО Ромашка", "Ромашка, ООО", True),
        ("Ромашка, ООО", "ООО Ромашка", True),
        ("ООО «Ромашка»", 'ЗАО "Ромашка"', True),
        ('Общество с ограниченной ответственностью "Ромашка"', "ромашка", True),
        ("ООО «Ромашка»", "Ромашки ООО", False),  # similarity 0.86: six of seven letters
        ("ООО Ромашка", "Romashka", False),
        ("Romashka", "ООО Ромашка", False),
        ("Contoso Ltd", "contoso limited", True),
        ("Contoso GmbH & Co. KG", "CONTOSO", True),
        ("Oliveira & Filhos Lda", "Oliveira e Filhos", True),
        ("Fabrikam Solutions Inc.", "Fabrikam Solution, Inc", True),
        ("Fabrikam Solutions Inc.", "Fabrikam Systems", False),
        ("Ärzte Nord GmbH", "Arzte Nord", True),
        ("PT Nusantara", "Nusantara, PT", True),
        ("A", "B", False),
    ],
)
def test_nearly_the_same_name_is_told(book: Store, there: str, typed: str, found: bool) -> None:
    add(book, company_name=there)
    expected = [Likeness.NAME] if found else []
    assert likenesses(book, company_name=typed) == expected


def test_a_name_counts_in_its_country_and_account_only(store: Store) -> None:
    add(store)
    name = "Oliveira & Filhos, Lda."
    assert likenesses(store, company_name=name) == [Likeness.NAME]
    assert likenesses(store, company_name=name, country="Portugal") == [Likeness.NAME]
    assert likenesses(store, company_name=name, country="BR") == []
    assert likenesses(store, "us-gov", company_name=name) == []
    with store.writing() as session:
        session.get_one(Customer, 1).country = ""  # a customer without a country
    assert likenesses(store, company_name=name, country="BR") == [Likeness.NAME]


def test_the_surest_comes_first_and_each_customer_once(store: Store) -> None:
    add(store)
    add(
        store, company_name="Oliveira & Filhos S.A.", domain_prefix="filhos", registration_number=""
    )
    found = alike(store, form(PORTUGAL, domain_prefix="filhos"))
    assert [(like.customer_id, like.likeness) for like in found] == [
        (2, Likeness.DOMAIN),
        (1, Likeness.REGISTRATION_NUMBER),
    ]


def test_the_same_name_is_found_among_many_that_begin_alike(book: Store) -> None:
    fill_demo(book, 2_000)
    add(book, company_name="Contoso Quality Bakery", country="US",
        **{name: text for name, text in AMERICA.items()
           if name not in {"company_name", "country"}})  # fmt: skip
    values = form(AMERICA, **(NOBODY | {"company_name": "Contoso Quality Bakery LLC"}))
    assert "Contoso Quality Bakery" in [like.company_name for like in alike(book, values)]


HOSTILE = (
    "=cmd()", "[red]x", "\x1b[31mRed", "x" * 10_000, "\ud800lone", "\u202eturned", "%_%", "'; --",
    "שלום עולם", "", " ", "\x00", "🏳️‍🌈" * 50,
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:12]))
def test_hostile_texts_are_looked_for_like_any_other(store: Store, text: str) -> None:
    add(store)
    for field in ("company_name", "domain_prefix", "registration_number", "country"):
        found = alike(store, form(PORTUGAL, **(NOBODY | {field: text})))
        assert found == []


def test_a_hostile_customer_of_the_book_is_shown_harmless(store: Store) -> None:
    hostile = "\x1b[31mRed\u202e [bold]Company"
    with store.writing() as session:
        session.add(
            Customer(account_id=account_in(store).id, company_name=hostile,
                     primary_domain="zebra.onmicrosoft.com")
        )  # fmt: skip
    (found,) = alike(store, form(PORTUGAL, **NOBODY))
    assert found.reason().text.isprintable()
    assert "␛[31mRed" in found.reason().text


@settings(max_examples=times(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(), number=st.text(), prefix=st.text(), country=st.text(max_size=3))
def test_no_text_breaks_the_search(
    book: Store, name: str, number: str, prefix: str, country: str
) -> None:
    speak("en")
    alike(book, form({"company_name": name, "registration_number": number,
                      "domain_prefix": prefix, "country": country}))  # fmt: skip


def test_each_of_the_searches_uses_an_index(store: Store) -> None:
    fill_demo(store, 120)
    at = form_context(account_in(store), NOW)
    searches = {
        "primary_domain": {FormField.DOMAIN_PREFIX: "oliveira"},
        "organization_registration_number": {FormField.REGISTRATION_NUMBER: "501964843"},
        "company_sort": {FormField.COMPANY_NAME: "Oliveira & Filhos Lda"},
    }
    with closing(store.connect()) as connection:
        for column, values in searches.items():
            explained = Explained(connection)
            assert find_duplicates(explained, account_in(store).id, values, at) == []
            plan = explained.plan
            if isinstance(connection, PostgresConnection):
                assert column in plan
                assert "Index" in plan
                assert "Seq Scan" not in plan
            else:
                assert column in plan
                assert "SEARCH" in plan
                assert "SCAN c" not in plan
                assert "SCAN p" not in plan


def test_a_search_of_a_german_name_says_nothing_of_others(book: Store) -> None:
    add(book, "germany", **GERMANY)
    assert likenesses(book, "germany", company_name="Oliveira & Filhos Lda", country="DE") == [
        Likeness.NAME
    ]
    assert likenesses(book, company_name="Oliveira & Filhos Lda", country="DE") == []
