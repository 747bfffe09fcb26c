"""Plans to put items of the board off until a day, and to show them again. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from partnerdesk.models.board.records import SNOOZE
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.plan import Plan, Step, Target
from partnerdesk.models.core.clock import date_text, from_millis, iso, to_millis
from partnerdesk.models.core.errors import UsageError
from partnerdesk.models.core.text import shown, without_nul
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.values.days import typed_day
from partnerdesk.models.values.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from partnerdesk.models.board.items import BoardItem
    from partnerdesk.models.changes.plan import Fields, PlanContext

LONGEST = timedelta(days=366)
"""How long an item can be put off at most: what nobody wants to see is to be settled."""
LONGEST_REASON = 500
"""Maximum characters of a reason."""
_SHORT = re.compile(r"(\d{1,4})\s*([dwmy])")


def snooze_end(text: str, at: datetime) -> datetime:
    """Return the moment until which a text puts off: the beginning of a day, in UTC.

    Args:
        text: a day (`2027-01-15`, `15.01.2027`), or a time from now (`3d`, `2w`, `1m`, `P14D`).
        at: the present moment.

    Raises:
        UsageError: the text is neither.
    """
    short = _SHORT.fullmatch(text.strip().lower())
    duration = parse_duration(f"P{short[1]}{short[2]}" if short else text)
    try:
        day = duration.after(at).date() if duration else typed_day(text)
    except OverflowError:
        day = None
    if day is None:
        raise UsageError(
            _("{text} is neither a day nor a time from now.").format(text=shown(text[:40])),
            _("Write a day such as 2027-01-15, or 3d, 2w or 1m for days, weeks or months."),
        )
    return datetime.combine(day, time(), UTC)


def plan_snooze(items: Sequence[BoardItem], until: datetime, why: str, by: PlanContext) -> Plan:
    """Plan not to show items of one account until a moment, although they wait.

    Args:
        items: at least one item; all of one account.
        until: when they are shown again.
        why: the person's reason; may be empty.
        by: who plans, when, under which id.
    """
    why = " ".join(without_nul(why).split())[:LONGEST_REASON]
    after = {"until": iso(until), "reason": why, "snoozed_by": by.actor.name}

    def steps() -> Iterator[Step]:
        for item in items:
            before = _stored(item)
            more = {"account_id": item.account_id} if before is None else {}
            yield Step(SNOOZE, _key(item), before, after | more)

    new = {SNOOZE.named_as["until"]: iso(until)}
    return Plan.of(
        ChangeKind.SNOOZED,
        by,
        _target(items),
        steps,
        _reasons(items, until, by.at),
        why=why,
        summary=(_before(items, by.at), new),
    )


def plan_wake(items: Sequence[BoardItem], by: PlanContext) -> Plan:
    """Plan to show snoozed items of one account again; items that are not snoozed stay as they are.

    Args:
        items: at least one item; all of one account.
        by: who plans, when, under which id.
    """
    steps = [
        Step(SNOOZE, _key(item), {**before, "account_id": item.account_id}, None)
        for item in items
        if (before := _stored(item)) is not None
    ]
    return Plan.of(
        ChangeKind.SNOOZED, by, _target(items), steps, summary=(_before(items, by.at), {})
    )


def _reasons(items: Sequence[BoardItem], until: datetime, at: datetime) -> Iterator[Reason]:
    if until <= at:
        text = _("{date} is not ahead: choose a later day.").format(date=date_text(until))
        yield Reason("snooze.past", text, "until")
    elif until > at + LONGEST:
        yield Reason("snooze.far", _("An item is put off by a year at most."), "until")
    passed = [item.due for item in items if to_millis(at) < item.due <= to_millis(until)]
    if passed:
        text = ngettext(
            "{count} deadline passes before: {date}.",
            "{count} deadlines pass before, the first on {date}.",
            len(passed),
            date=date_text(from_millis(min(passed))),
        )
        yield Reason("snooze.deadline", text, "until", refuses=False)


def _before(items: Sequence[BoardItem], at: datetime) -> Fields:
    """Return what the history says of the items before: the last day of those that are snoozed."""
    ends = [item.snooze[0] for item in items if item.snooze and item.is_snoozed(at)]
    return {SNOOZE.named_as["until"]: iso(from_millis(max(ends)))} if ends else {}


def _key(item: BoardItem) -> Fields:
    return {"kind": item.kind, "record_id": item.record_id}


def _stored(item: BoardItem) -> Fields | None:
    if item.snooze is None:
        return None
    until, reason, snoozed_by = item.snooze
    return {"until": iso(from_millis(until)), "reason": reason, "snoozed_by": snoozed_by}


def _target(items: Sequence[BoardItem]) -> Target:
    first, more = items[0], len(items) - 1
    name = first.customer
    if more:
        name = ngettext("{name} and {count} more", "{name} and {count} more", more, name=name)
    return Target(
        first.account_id, first.cloud, name, first.customer_id or None if not more else None
    )
