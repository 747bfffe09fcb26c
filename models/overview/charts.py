"""The charts of the overview: what each counts, and for each bar the filter that lists its rows.

A bar's number is the number of rows of the list that its filter finds, in the same scope.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from partnerdesk.models.changes.list import CALL_STATES, CHANGES
from partnerdesk.models.core.clock import date_text, to_millis
from partnerdesk.models.customers.list import CUSTOMERS, RELATIONSHIPS
from partnerdesk.models.languages import _, ngettext, pgettext
from partnerdesk.models.lists.counts import by_period, by_value
from partnerdesk.models.lists.filter_lexer import needs_quotes, quoted
from partnerdesk.models.lists.filter_parser import CODE_LENGTH
from partnerdesk.models.lists.spec import NOW
from partnerdesk.models.overview.periods import QUARTER, WEEKS, months_until, weeks_from
from partnerdesk.models.relationships.lifecycles import INVITATION_TITLES, DelegatedAdminState
from partnerdesk.models.relationships.lists import (
    DELEGATED_ADMIN,
    INVITATIONS,
    IS_OPEN,
    LAPSE_AFTER_DAYS,
    LAPSES_AT,
)
from partnerdesk.models.subscriptions.list import SUBSCRIPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.database.connection import Connection
    from partnerdesk.models.lists.spec import ListSpec
    from partnerdesk.models.overview.periods import Period

TOP = 6
"""Countries that have a bar of their own; the others share one."""
REST, NOT_KNOWN = "rest", "unknown"
"""Names of the bars of all other countries, and of customers without one."""


class Shape(StrEnum):
    """How a chart is drawn."""

    BARS = "bars"
    """A line for each value."""
    COLUMNS = "columns"
    """A column for each month or week."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart, with the rows behind it."""

    name: str
    """Stable: a stored value, a month (`2026-11`), the first day of a week, `REST`."""
    label: str
    count: int
    filter: str
    """The filter of the list that finds the counted rows."""
    short: str = ""
    """The label where there is little space."""
    tick: str = ""
    """The label below a column: two digits."""
    color: str = ""
    """The cloud's colour, if the bar is a cloud's."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, and how its bars are counted."""

    name: str
    title: str
    about: str
    """What is counted, in words."""
    empty: str
    """What to do where nothing is counted."""
    spec: ListSpec
    """The list that a bar opens."""
    shape: Shape
    most: int
    """How many bars the chart can have."""
    bars: Callable[[Connection], list[Bar]]
    """Counts."""
    is_optional: bool = False
    """Whether the chart is left out where nothing is counted."""


def charts(accounts: Sequence[Account], at: datetime) -> tuple[Chart, ...]:
    """Return the charts of some accounts, in their order; nothing is read yet."""
    return (
        *_customers(accounts, at),
        _renewals(accounts, at),
        *_relationships(accounts, at),
        _calls(accounts),
    )


def _customers(accounts: Sequence[Account], at: datetime) -> tuple[Chart, ...]:
    ids, clouds = _ids(accounts), list(dict.fromkeys(account.cloud for account in accounts))
    add = _("None yet: n on the list adds one, I imports the portal's export.")

    def in_clouds(book: Connection) -> list[Bar]:
        counts = by_value(book, CUSTOMERS, ids, CUSTOMERS.scope)
        return [
            Bar(cloud.id, _(cloud.short_name), count, f"cloud:{cloud.id}", color=cloud.color)
            for cloud in clouds
            for own in [[account.id for account in accounts if account.cloud == cloud]]
            for count in [sum(counts.get(str(id), 0) for id in own)]
        ]

    def in_countries(book: Connection) -> list[Bar]:
        return country_bars(by_value(book, CUSTOMERS, ids, "c.country"))

    def by_relationship(book: Connection) -> list[Bar]:
        counts = by_value(book, CUSTOMERS, ids, "c.relationship_to_partner")
        return _choices("relationship", RELATIONSHIPS, counts)

    def added(book: Connection) -> list[Bar]:
        months = months_until(at)
        counts = by_period(book, CUSTOMERS, ids, "c.added_at", months)
        return [_month(month, count) for month, count in zip(months, counts, strict=True)]

    return (
        Chart(
            "clouds",
            _("Customers by cloud"),
            _("customers in the book, without ended relationships"),
            add,
            CUSTOMERS,
            Shape.BARS,
            len(clouds),
            in_clouds,
        ),
        Chart(
            "countries",
            _("Customers by country"),
            _("by the country of the billing address"),
            add,
            CUSTOMERS,
            Shape.BARS,
            TOP + 1,
            in_countries,
        ),
        Chart(
            "relationships",
            _("Customers by relationship"),
            _("by the programme through which you sell to them"),
            add,
            CUSTOMERS,
            Shape.BARS,
            len(RELATIONSHIPS),
            by_relationship,
        ),
        Chart(
            "added",
            _("Customers added by month"),
            _("by the month in which they came; those who left are not counted"),
            _("Nobody came into the book in these months."),
            CUSTOMERS,
            Shape.COLUMNS,
            len(months_until(at)),
            added,
        ),
    )


def quarter(accounts: Sequence[Account], at: datetime) -> tuple[Chart, Chart]:
    """Return the charts of the next 13 weeks: terms that end, and delegated admin that ends."""
    nothing = _("Nothing in the next 13 weeks.")
    renewing = _renewals(accounts, at, QUARTER)
    ending, *_others = _relationships(accounts, at, QUARTER)
    return (
        replace(renewing, empty=nothing, is_optional=False),
        replace(ending, empty=nothing),
    )


def _renewals(accounts: Sequence[Account], at: datetime, count: int = WEEKS) -> Chart:
    weeks = weeks_from(at, count)

    def renewing(book: Connection) -> list[Bar]:
        counts = by_period(book, SUBSCRIPTIONS, _ids(accounts), "s.renews_sort", weeks)
        return _weeks(weeks, counts, lambda week: _between("renews", week))

    return Chart(
        "renewals",
        _("Subscription terms ending"),
        _("by week: they renew, end or go on monthly then"),
        _("Nothing in the next 12 weeks."),
        SUBSCRIPTIONS,
        Shape.COLUMNS,
        len(weeks),
        renewing,
        is_optional=True,
    )


def _relationships(
    accounts: Sequence[Account], at: datetime, count: int = WEEKS
) -> tuple[Chart, ...]:
    ids, moment, weeks = _ids(accounts), to_millis(at), weeks_from(at, count)

    def ending(book: Connection) -> list[Bar]:
        alone = f"g.auto_extend_duration <> 'P180D' AND g.ends_sort > {NOW}"
        counts = by_period(book, DELEGATED_ADMIN, ids, "g.ends_sort", weeks, where=alone, at=moment)
        return _weeks(weeks, counts, lambda week: _lasting_until(week, "no"))

    def extending(book: Connection) -> list[Bar]:
        themselves = "g.auto_extend_duration = 'P180D'"
        counts = by_period(book, DELEGATED_ADMIN, ids, "g.ends_sort", weeks, where=themselves)
        return _weeks(weeks, counts, lambda week: _lasting_until(week, "yes"))

    def lapsing(book: Connection) -> list[Bar]:
        counts = by_period(book, INVITATIONS, ids, LAPSES_AT, weeks, where=IS_OPEN)
        return _weeks(weeks, counts, lambda week: _between("lapses", week))

    def states(book: Connection) -> list[Bar]:
        state = INVITATIONS.column("state").field
        counts = by_value(book, INVITATIONS, ids, state, at=moment)
        return _choices("state", INVITATION_TITLES, counts)

    nothing = _("Nothing in the next 12 weeks.")
    invite = _("None yet: i on a customer, or on the list of invitations, invites.")
    return (
        Chart(
            "ending",
            _("Delegated admin ending"),
            _("by week, by the end date: access ends then, unless somebody extends it"),
            nothing,
            DELEGATED_ADMIN,
            Shape.COLUMNS,
            len(weeks),
            ending,
        ),
        Chart(
            "extending",
            _("Delegated admin extending"),
            _("by week, by the end date: they extend themselves by 180 days then"),
            nothing,
            DELEGATED_ADMIN,
            Shape.COLUMNS,
            len(weeks),
            extending,
        ),
        Chart(
            "lapsing",
            _("Invitations lapsing"),
            _("by week: open ones count as lapsed {days} days after the last letter").format(
                days=LAPSE_AFTER_DAYS
            ),
            nothing,
            INVITATIONS,
            Shape.COLUMNS,
            len(weeks),
            lapsing,
        ),
        Chart(
            "invitations",
            _("Invitations by status"),
            _("all invitations of the ledger"),
            invite,
            INVITATIONS,
            Shape.BARS,
            len(INVITATION_TITLES),
            states,
        ),
    )


def _calls(accounts: Sequence[Account]) -> Chart:
    called = "ch.id IN (SELECT o.change_id FROM outbox AS o)"

    def states(book: Connection) -> list[Bar]:
        """Return the changes with letters or other calls, by the worst state of their calls."""
        state = CHANGES.column("state").field
        counts = by_value(book, CHANGES, _ids(accounts), state, where=called)
        return _choices("state", CALL_STATES, counts, "run>=0 ")

    return Chart(
        "calls",
        _("Letters and calls by status"),
        _("changes that ask somebody outside, by how far their letters and calls are"),
        "",
        CHANGES,
        Shape.BARS,
        len(CALL_STATES),
        states,
        is_optional=True,
    )


def country_bars(counts: Mapping[str, int]) -> list[Bar]:
    """Return the bars of the countries with most customers, and one of all others.

    A code that no filter can name, as older programs may have kept, is among the others.
    """
    from partnerdesk.models.values.countries import country_name

    named = [code for code in counts if counts[code] and _is_nameable(code)]
    others = len([code for code in counts if counts[code]]) - len(named)
    order = sorted(named, key=lambda code: (-counts[code], code))
    shown = order if len(order) + bool(others) <= TOP + 1 else order[:TOP]
    bars = [
        Bar(
            code or NOT_KNOWN,
            country_name(code) if code else _("not known"),
            counts[code],
            f"country:{_value(code.lower())}",
        )
        for code in shown
    ]
    if left := sum(counts.values()) - sum(bar.count for bar in bars):
        count = len(order) - len(shown) + others
        label = ngettext("{count} other", "{count} others", count)
        bars.append(Bar(REST, label, left, " ".join(f"-{bar.filter}" for bar in bars)))
    return bars


def _is_nameable(code: str) -> bool:
    """Say whether a filter can name a code: longer ones are read as names, letters as capitals."""
    return len(code) <= CODE_LENGTH and code.lower().upper() == code


def _choices(
    column: str, titles: Mapping[str, str], counts: Mapping[str, int], before: str = ""
) -> list[Bar]:
    """Return the bars of the values of a closed set that are counted, in the order of the set."""
    return [
        Bar(value, _(title), counts[value], f"{before}{column}:{value}")
        for value, title in titles.items()
        if counts.get(value)
    ]


def _month(month: Period, count: int) -> Bar:
    name, form = f"{month.first:%Y-%m}", pgettext("month format", "%Y-%m")
    label = f"{month.first:{form}}"
    return Bar(name, label, count, f"since:{name}", label, f"{month.first:%m}")


def _weeks(
    weeks: Sequence[Period], counts: Sequence[int], filter_of: Callable[[Period], str]
) -> list[Bar]:
    form = pgettext("day of a year format", "%m-%d")
    return [
        Bar(
            f"{week.first:%Y-%m-%d}",
            f"{date_text(week.first)} – {date_text(week.after - timedelta(days=1))}",
            count,
            filter_of(week),
            f"{week.first:{form}}",
            f"{week.first:%d}",
        )
        for week, count in zip(weeks, counts, strict=True)
    ]


def _lasting_until(week: Period, auto: str) -> str:
    """Return the filter of delegated admin that lasts and has its end in a week."""
    return " or ".join(
        f"{_between('ends', week)} auto:{auto} status:{state}"
        for state in (DelegatedAdminState.ACTIVE, DelegatedAdminState.EXPIRING)
    )


def _between(column: str, period: Period) -> str:
    return f"{column}>={period.first:%Y-%m-%d} {column}<{period.after:%Y-%m-%d}"


def _value(text: str) -> str:
    return quoted(text) if needs_quotes(text) else text


def _ids(accounts: Sequence[Account]) -> tuple[int, ...]:
    return tuple(account.id for account in accounts)
