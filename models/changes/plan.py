"""A plan describes a change before it is made: its subject, its steps, and whether it is allowed.

    plan = plan_tags(page, ["VIP"], by)           # reads and decides, writes nothing: Plan.of(…)
    plan.verdict, plan.reasons                    # allowed, allowed with warnings, or refused
    plan.steps                                    # each record before and after
    carry_out(store, plan)                        # rows, history and outbox in one transaction

A step holds one record before and after, so the same code can show, store and undo any plan.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

from partnerdesk.models.core.errors import RefusedError
from partnerdesk.models.core.sources import page_of
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import Reason, Verdict, is_refused, verdict_of, why_refused
from partnerdesk.models.languages import _
from partnerdesk.models.values.domains import domain_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from typing import Unpack

    from partnerdesk.models.changes.calls import Call
    from partnerdesk.models.changes.history import Actor
    from partnerdesk.models.changes.kinds import ChangeKind
    from partnerdesk.models.changes.record_kind import RecordKind

Fields = dict[str, Any]
"""Fields of a record in JSON form: moments as ISO 8601 texts, choices as their stored values."""

NEW = "new"
"""Stands in a step's key or fields for the id of the customer that the plan adds."""


@dataclass(frozen=True, slots=True)
class Step:
    """The change of one record: its fields before and after."""

    record: RecordKind
    """The kind of the record."""
    key: Fields
    """The record's key. A record without an id gets it when the plan is carried out: a new customer
    has `{"id": NEW}`, another new record `{"id": None}`."""
    before: Fields | None
    """The changed fields when the plan was made; None if the step adds the record."""
    after: Fields | None
    """The same fields after the change; None if the step removes the record."""


@dataclass(frozen=True, slots=True)
class Target:
    """The subject of a plan, as it was when the plan was made."""

    account_id: int
    """0 for an account that the plan adds."""
    cloud: str
    """The id of the account's cloud."""
    name: str
    """The name of the company, or of another changed thing."""
    customer_id: int | None = None
    """None for a customer that the plan adds, or a plan about no single customer."""


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Whether and how a change can be undone; the person reads it before confirming."""

    possible: bool
    text: str
    """How to undo the change, or why that is impossible; translated."""
    until: datetime | None = None
    """The last moment to undo the change; None if there is no time limit."""


NO_TAKE_BACK = TakeBack(possible=False, text="")
"""The value for a refused plan, which changes nothing."""


class CheckState(StrEnum):
    """Whether a point of a checklist is fulfilled."""

    SETTLED = "settled"
    UNKNOWN = "unknown"
    """The book does not contain the answer, and no person gave it."""
    IN_THE_WAY = "in_the_way"


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One point of a checklist that a person works through before a change."""

    name: str
    """A stable identifier, such as `reservations`."""
    title: str
    """What has to be done; translated."""
    known: CheckState
    text: str
    """What the book knows about the point, or how to find out; translated."""


@dataclass(frozen=True, slots=True)
class PlanContext:
    """What a plan takes from its surroundings, passed in so that planning is a pure function."""

    actor: Actor
    at: datetime
    """The moment of planning."""
    plan_id: str
    """The GUID of the plan; a second attempt to carry out the same GUID changes nothing."""
    refusals: tuple[Reason, ...] = ()
    """Why the actor may change nothing at present; every plan takes them over as reasons."""

    def raise_refusals(self) -> None:
        """Refuse a whole of many plans before the first is made.

        Raises:
            RefusedError: the actor may change nothing here and now.
        """
        if self.refusals:
            raise RefusedError(why_refused(self.refusals))


Part = TypeVar("Part")


class PlanDetails(TypedDict, total=False):
    """The fields that only some plans have; `Plan` documents them."""

    unused_domain: str
    version: int | None
    undoes: int | None
    asks_why: bool
    why: str
    confirm: str
    checklist: tuple[ChecklistItem, ...]
    losses: tuple[str, ...]
    summary: tuple[Fields, Fields] | None
    only_summary: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A planned change: its subject, its steps, its verdict, and how it can be undone."""

    kind: ChangeKind
    by: PlanContext
    target: Target
    steps: tuple[Step, ...]
    reasons: tuple[Reason, ...]
    take_back: TakeBack
    calls: tuple[Call, ...] = ()
    unused_domain: str = ""
    """A domain that no customer of the book may have when the plan is carried out."""
    version: int | None = None
    """The version that the customer must still have when the plan is carried out."""
    undoes: int | None = None
    """The id of the history entry that this plan undoes; None if it is no undo."""
    asks_why: bool = False
    """Whether the person has to give a reason for the history."""
    why: str = ""
    """The reason that was given while planning; if empty, the person may be asked for it."""
    confirm: str = ""
    """What the person types to confirm the plan: the customer's domain; empty for no question."""
    checklist: tuple[ChecklistItem, ...] = ()
    """The points to settle before the change, in the safe order."""
    losses: tuple[str, ...] = ()
    """What the customer or the partner loses by the change; translated."""
    summary: tuple[Fields, Fields] | None = field(default=None)
    """The fields before and after for the history; None if these are the fields of the steps."""
    only_summary: bool = False
    """Whether the plan changes no record but still gets an entry in the history."""

    @classmethod
    def of(
        cls,
        kind: ChangeKind,
        by: PlanContext,
        target: Target,
        steps: Iterable[Step] | Callable[[], Iterable[Step]],
        reasons: Iterable[Reason] = (),
        take_back: TakeBack | None = None,
        calls: Iterable[Call] | Callable[[], Iterable[Call]] = (),
        **details: Unpack[PlanDetails],
    ) -> Plan:
        """Return a plan; a refused plan has no steps and no calls.

        Args:
            kind: the kind of change.
            by: who plans, when, under which id.
            target: the subject of the plan.
            steps: the steps, or a function that makes them. The function is called only if the plan
                is not refused, so that no step is made of invalid values.
            reasons: refusals and warnings, in addition to `by.refusals`.
            take_back: whether and how the change can be undone; None for an ordinary undo.
            calls: the calls to other systems, or a function that makes them (as for `steps`).
            details: the fields that only some plans have.
        """
        reasons = (*by.refusals, *reasons)
        if is_refused(reasons):
            details["only_summary"] = False
            return cls(kind, by, target, (), reasons, NO_TAKE_BACK, **details)
        parts, sent = _evaluated(steps), _evaluated(calls)
        back = take_back or can_be_undone()
        return cls(kind, by, target, parts, reasons, back, sent, **details)

    def refused(self, *reasons: Reason) -> Plan:
        """Return this plan as a refused plan with these reasons, without steps and calls."""
        return replace(
            self, reasons=reasons, steps=(), calls=(), take_back=NO_TAKE_BACK, only_summary=False
        )

    @property
    def verdict(self) -> Verdict:
        """Whether the plan may be carried out."""
        return verdict_of(self.reasons)

    @property
    def changes_nothing(self) -> bool:
        """Whether carrying out the plan would write nothing."""
        return not (self.steps or self.calls or self.only_summary)

    def is_confirmed(self, typed: str) -> bool:
        """Return whether `typed` is the text in `confirm`; a domain may have any of its forms."""
        given, wanted = (" ".join(text.split()) for text in (typed, self.confirm))
        domain = domain_name(wanted)
        return shown(given) == shown(wanted) or (
            domain is not None and domain_name(given) == domain
        )

    def before_and_after(self) -> tuple[Fields, Fields]:
        """Return the fields for the history: old values and new values, equal values left out."""
        if self.summary is not None:
            return self.summary
        before: Fields = {}
        after: Fields = {}
        for step in self.steps:
            if not step.record.is_passing:
                before |= step.record.named(step.before or {})
                after |= step.record.named(step.after or {})
        same = [name for name in before if name in after and before[name] == after[name]]
        for name in same:
            del before[name], after[name]
        return before, after

    def as_json(self) -> Fields:
        """Return the plan as the history stores it and `--json` prints it."""
        take_back = self.take_back
        return {
            "id": self.by.plan_id,
            "kind": self.kind.value,
            "target": asdict(self.target),
            "verdict": self.verdict.value,
            "reasons": [reason_json(reason) for reason in self.reasons],
            "steps": [
                {
                    "record": step.record.table,
                    "key": step.key,
                    "before": step.before,
                    "after": step.after,
                }
                for step in self.steps
            ],
            "calls": [call.as_json() for call in self.calls],
            "checklist": [asdict(point) for point in self.checklist],
            "losses": list(self.losses),
            "take_back": {
                **asdict(take_back),
                "until": take_back.until.isoformat() if take_back.until else None,
            },
            "undoes": self.undoes,
        }


def _evaluated(parts: Iterable[Part] | Callable[[], Iterable[Part]]) -> tuple[Part, ...]:
    return tuple(parts() if callable(parts) else parts)


def reason_json(reason: Reason) -> Fields:
    """Return a reason as `--json` prints it and the history stores it.

    The source is the web address of a page, or None.
    """
    return {
        "field": reason.field or None,
        "code": reason.code,
        "text": reason.text,
        "source": page_of(reason.source).address or None,
        "refuses": reason.refuses,
    }


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of carrying out a plan."""

    change_id: int | None
    """The id of the history entry; None if the plan changed nothing."""
    customer_id: int | None
    """The customer of the plan, with the id of an added customer; None if it is about none."""
    repeated: bool = False
    """Whether the plan had been carried out before; then nothing was written now."""
    record_id: int | None = None
    """The id of the record of the plan's first step; None if its key is no id."""


def can_be_undone() -> TakeBack:
    """Return the `TakeBack` of a change that an ordinary undo reverses, without a time limit."""
    return TakeBack(
        possible=True,
        text=_("It can be undone with u, as long as nobody changes the same fields again."),
    )
