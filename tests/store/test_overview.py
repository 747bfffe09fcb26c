"""The overview's numbers: those of a count in Python, and of the lists that the bars open."""

from __future__ import annotations

from collections import Counter
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from sqlmodel import select

from partnerdesk.models.changes.history import Change
from partnerdesk.models.changes.list import WORST_FIRST
from partnerdesk.models.changes.outbox import OutboxCall
from partnerdesk.models.core.clock import to_millis
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.database.connection import PostgresConnection
from partnerdesk.models.languages import speak
from partnerdesk.models.lists.filter_parser import parse
from partnerdesk.models.lists.query import Query
from partnerdesk.models.overview.charts import NOT_KNOWN, REST, Bar, Chart, charts, country_bars
from partnerdesk.models.overview.periods import months_until, weeks_from
from partnerdesk.models.relationships.entities import (
    LASTING,
    DelegatedAdminRelationship,
    Invitation,
)
from partnerdesk.models.relationships.lifecycles import OPEN_INVITATIONS
from tests.support.books import NOW, fill_demo
from tests.support.explained import Explained
from tests.support.overview_books import TODAY, accounts_of, fill_edges
from tests.support.statements import run

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.database.store import Store


@pytest.fixture
def edges(store: Store) -> Store:
    fill_edges(store)
    return store


def counted(
    store: Store, accounts: Sequence[Account], at: datetime = NOW
) -> dict[str, tuple[Chart, list[Bar]]]:
    """Return the charts with their bars, by name."""
    with closing(store.connect()) as book:
        return {chart.name: (chart, chart.bars(book)) for chart in charts(accounts, at)}


def numbers(bars: Sequence[Bar]) -> dict[str, int]:
    """Return what the bars count, by name; without those that count nothing."""
    return {bar.name: bar.count for bar in bars if bar.count}


def scopes(store: Store) -> list[list[Account]]:
    """Return all accounts, one, and none."""
    every = accounts_of(store)
    return [every, every[:1], []]


@pytest.mark.parametrize("seed", [7, 8])
def test_a_bar_has_the_number_of_the_list_it_opens(store: Store, seed: int) -> None:
    fill_edges(store, seed)
    for language in ("en", "ru"):  # filters are the same in every language
        speak(language)
        for accounts in scopes(store):
            ids = tuple(account.id for account in accounts)
            for chart, bars in counted(store, accounts).values():
                with closing(store.connect()) as book:
                    for bar in bars:
                        chosen = parse(bar.filter, chart.spec, NOW)
                        query = Query(
                            chart.spec, ids, chosen, chart.spec.default_sort, at=to_millis(NOW)
                        )
                        assert query.count(book) == bar.count, (chart.name, bar)


def test_no_customer_is_counted_twice_or_left_out(edges: Store) -> None:
    """The clouds, the countries and the relationships count the same customers."""
    every = accounts_of(edges)
    with edges.reading() as session:
        alive = [one for one in session.exec(select(Customer)) if one.ended_at is None]
    shown = counted(edges, every)
    for name in ("clouds", "countries", "relationships"):
        assert sum(bar.count for bar in shown[name][1]) == len(alive)


def test_the_numbers_are_those_of_the_entities(edges: Store) -> None:
    """The same counted over the entities in Python."""
    with edges.reading() as session:
        customers = list(session.exec(select(Customer)))
        delegated = list(session.exec(select(DelegatedAdminRelationship)))
        invited = list(session.exec(select(Invitation)))
    for accounts in scopes(edges):
        clouds = {account.id: account.cloud.id for account in accounts}
        shown = {name: numbers(bars) for name, (_chart, bars) in counted(edges, accounts).items()}
        alive = [one for one in customers if one.account_id in clouds and one.ended_at is None]
        assert shown["clouds"] == Counter(clouds[one.account_id] for one in alive)
        assert shown["relationships"] == Counter(one.relationship_to_partner for one in alive)
        assert shown["added"] == Counter(
            f"{one.added_at:%Y-%m}"
            for one in alive
            if one.added_at and datetime(2024, 12, 1, tzinfo=UTC) <= one.added_at
            if one.added_at < datetime(2026, 12, 1, tzinfo=UTC)
        )
        countries = Counter(one.country for one in alive)
        for name, count in shown["countries"].items():
            if name != REST:
                assert count == countries["" if name == NOT_KNOWN else name]
        for name, auto in (("ending", "P0D"), ("extending", "P180D")):
            assert shown[name] == weekly(
                one.end_date_time
                for one in delegated
                if one.account_id in clouds and one.auto_extend_duration == auto
                if one.status_at(NOW) in LASTING
            )
        invitations = [one for one in invited if one.account_id in clouds]
        assert shown["invitations"] == Counter(one.state_at(NOW) for one in invitations)
        assert shown["lapsing"] == weekly(
            last + timedelta(days=90)
            for one in invitations
            for last in [one.reminded_at or one.sent_at]
            if one.state in OPEN_INVITATIONS and last
        )


def weekly(moments: Iterable[datetime | None]) -> dict[str, int]:
    """Return how many moments lie in each of the next twelve weeks, by its first day."""
    found: Counter[str] = Counter()
    for moment in moments:
        week = (moment - TODAY) // timedelta(days=7) if moment else -1
        if 0 <= week < 12:
            found[f"{TODAY + timedelta(days=7 * week):%Y-%m-%d}"] += 1
    return found


def test_a_change_counts_once_by_the_worst_of_its_calls(edges: Store) -> None:
    every = accounts_of(edges)
    ids = {account.id for account in every[:1]}
    with edges.reading() as session:
        of = {one.id: one.account_id for one in session.exec(select(Change))}
        worst: dict[int, str] = {}
        for call in session.exec(select(OutboxCall)):
            before = worst.get(call.change_id, WORST_FIRST[-1])
            worst[call.change_id] = min(before, call.state, key=WORST_FIRST.index)
    expected = Counter(state for id, state in worst.items() if of[id] is None or of[id] in ids)
    assert numbers(counted(edges, every[:1])["calls"][1]) == expected


def test_what_time_brings_changes_the_numbers(edges: Store) -> None:
    every, later = accounts_of(edges), NOW + timedelta(days=30)
    now, then = counted(edges, every), counted(edges, every, later)
    assert numbers(now["invitations"][1])["lapsed"] < numbers(then["invitations"][1])["lapsed"]
    assert then["ending"][1][0].name == "2026-12-22"
    assert then["added"][1][-1].name == "2026-12"


def test_every_chart_is_counted_from_an_index_alone(store: Store) -> None:
    fill_demo(store, 200)
    indexes = {
        "clouds": "customers_by_",
        "countries": "customers_by_country",
        "relationships": "customers_by_relationship",
        "added": "customers_by_added",
        "renewals": "subscriptions_by_renewal",
        "ending": "delegated_admin_by_end",
        "extending": "delegated_admin_by_end",
        "lapsing": "invitations_by_state",
        "invitations": "invitations_by_state",
        "calls": "ix_outbox_change_id",
    }
    with closing(store.connect()) as connection:
        if isinstance(connection, PostgresConnection):
            connection.rows("SELECT set_config('enable_bitmapscan', 'off', false)")
            run(store, "ANALYZE")
        explained = Explained(connection)
        for accounts in (accounts_of(store), accounts_of(store)[:1]):
            for chart in charts(accounts, NOW):
                with suppress(ValueError):  # nothing comes back to be taken apart
                    chart.bars(explained)
                plan = explained.plan
                assert indexes[chart.name] in plan, chart.name
                if chart.name in ("clouds", "countries", "relationships"):
                    assert "TEMP B-TREE" not in plan
                if not isinstance(connection, PostgresConnection) and chart.name != "calls":
                    lines = plan.splitlines()
                    read = [line for line in lines if line.startswith(("SEARCH", "SCAN"))]
                    tables = [line for line in read if "CONSTANT ROW" not in line]
                    assert all("COVERING INDEX" in line for line in tables), plan


def test_countries_share_a_bar_where_there_are_many() -> None:
    counts = dict.fromkeys(("DE", "US", "FR", "PL", "RU", "BR", "JP"), 10)
    few = country_bars(counts)
    assert [bar.name for bar in few] == sorted(counts)
    many = country_bars({**counts, "NO": 1, "": 3})
    assert [bar.name for bar in many] == [*sorted(counts)[:6], REST]
    assert (many[-1].count, many[-1].label) == (10 + 1 + 3, "3 others")
    rest = "-country:br -country:de -country:fr -country:jp -country:pl -country:ru"
    assert many[-1].filter == rest
    assert [bar.label for bar in country_bars({"": 2, "DE": 1})] == ["not known", "Germany"]
    assert country_bars({"": 2})[0].filter == 'country:""'
    strange = country_bars({"DEU": 1, "de": 2, "ß": 3, "DE": 1})
    assert [(bar.name, bar.count) for bar in strange] == [("DE", 1), (REST, 6)]
    assert country_bars({}) == []


@pytest.mark.parametrize("day", [1, 28, 31])
def test_months_and_weeks_follow_each_other(day: int) -> None:
    at = datetime(2026, 1, day, 23, 59, tzinfo=UTC)
    months, weeks = months_until(at), weeks_from(at)
    assert (len(months), len(weeks)) == (24, 12)
    assert (f"{months[0].first:%Y-%m}", f"{months[-1].first:%Y-%m}") == ("2024-02", "2026-01")
    assert weeks[0].first == datetime(2026, 1, day, tzinfo=UTC)
    for periods in (months, weeks):
        assert all(one.after == following.first for one, following in pairwise(periods))
