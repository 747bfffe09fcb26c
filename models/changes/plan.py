"""A change is a plan: what will happen, to whom, and why it may or may not, before it happens.

    plan = plan_tags(page, ["VIP"], by)          # reads and decides, changes nothing: Plan.of(…)
    plan.verdict, plan.reasons                    # allowed, with warnings, refused: and why
    plan.steps                                    # each record before and after
    carry_out(store, plan)                        # rows, history and outbox: all or nothing

A step is one record of the book before and after, so any plan can be shown, kept and taken back by
the same few lines of code.
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
"""Fields of a record as JSON has them: moments as ISO texts, choices as their values."""

NEW = "new"
"""In a step's key or fields: the id of the customer that this plan adds."""


@dataclass(frozen=True, slots=True)
class Step:
    """One record before and after."""

    record: RecordKind
    key: Fields
    """Which record; `{"id": NEW}` for a customer that gets its id when the plan is carried out,
    `{"id": None}` for another record that does."""
    before: Fields | None
    """The fields concerned as they were when the plan was made; None: there is no such record."""
    after: Fields | None
    """The same fields as they will be; None: the record is removed."""


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a plan is about; frozen when the plan is made."""

    account_id: int
    cloud: str
    """The id of the account's cloud."""
    name: str
    """The company, or whatever else is changed, by its name."""
    customer_id: int | None = None
    """None for a customer that is not in the book yet."""


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Whether and how a change can be taken back; said before it is made."""

    possible: bool
    text: str
    """How, or why not; translated."""
    until: datetime | None = None
    """None: at any time, as long as nobody changes the same fields."""


NO_TAKE_BACK = TakeBack(possible=False, text="")
"""Of a plan that is refused: there is nothing to take back."""


class CheckState(StrEnum):
    """What is known of a point that has to be settled before a change."""

    SETTLED = "settled"
    UNKNOWN = "unknown"
    """Nobody has looked; the book does not know."""
    IN_THE_WAY = "in_the_way"


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One point of a checklist, in the order in which they are settled."""

    name: str
    """Stable word: `reservations`."""
    title: str
    """What has to be done; translated."""
    known: CheckState
    text: str
    """What is known of it, or how to look; translated."""


@dataclass(frozen=True, slots=True)
class PlanContext:
    """Who plans something, when, under which id, and whether: passed in, so that plans are pure."""

    actor: Actor
    at: datetime
    plan_id: str
    """A GUID; a plan is carried out once, however often it is asked for."""
    refusals: tuple[Reason, ...] = ()
    """Why the actor may change nothing here and now; each plan carries them as its reasons."""

    def raise_refusals(self) -> None:
        """Refuse a whole of many plans before the first is made.

        Raises:
            RefusedError: the actor may change nothing here and now.
        """
        if self.refusals:
            raise RefusedError(why_refused(self.refusals))


Part = TypeVar("Part")


class PlanDetails(TypedDict, total=False):
    """The fields of a plan that only some plans have; `Plan` says what they are."""

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
    """What will happen to whom, whether it may, and how it can be taken back."""

    kind: ChangeKind
    by: PlanContext
    target: Target
    steps: tuple[Step, ...]
    reasons: tuple[Reason, ...]
    take_back: TakeBack
    calls: tuple[Call, ...] = ()
    unused_domain: str = ""
    """A domain that nobody in the book may have when the plan is carried out."""
    version: int | None = None
    """The version that the customer must still have when the plan is carried out."""
    undoes: int | None = None
    """The entry of the history that this plan takes back."""
    asks_why: bool = False
    """Whether the person has to give a reason, for the history."""
    why: str = ""
    """The reason that was given when it was planned; else the person may be asked for one."""
    confirm: str = ""
    """What the person has to type before it is carried out: the customer's domain."""
    checklist: tuple[ChecklistItem, ...] = ()
    """What has to be settled before, in the safe order."""
    losses: tuple[str, ...] = ()
    """What is lost by it; translated."""
    summary: tuple[Fields, Fields] | None = field(default=None)
    """What the history says of before and after, where that is not simply the steps' fields."""
    only_summary: bool = False
    """Whether it changes no record, and is kept in the history all the same."""

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
        """Return a plan; one that is refused has no steps and no calls and cannot be taken back.

        Args:
            kind: what it does.
            by: who plans, when, under which id.
            target: whom it is about.
            steps: what happens in the book, or what makes that: it is asked only where the plan
                is not refused, so that steps are never made of what cannot be right.
            reasons: why it is refused, or what to mind, beside why `by` may change nothing.
            take_back: whether and how it can be taken back; None: by an undo.
            calls: what goes out of the book, or what makes that.
            details: fields that only some plans have.
        """
        reasons = (*by.refusals, *reasons)
        if is_refused(reasons):
            details["only_summary"] = False
            return cls(kind, by, target, (), reasons, NO_TAKE_BACK, **details)
        return cls(
            kind, by, target, _made(steps), reasons, take_back or can_be_undone(), _made(calls),
            **details,
        )  # fmt: skip

    def refused(self, *reasons: Reason) -> Plan:
        """Return the plan as it is where it is refused, for these reasons."""
        return replace(
            self, reasons=reasons, steps=(), calls=(), take_back=NO_TAKE_BACK, only_summary=False
        )

    @property
    def verdict(self) -> Verdict:
        """Whether the plan may be carried out."""
        return verdict_of(self.reasons)

    @property
    def changes_nothing(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.steps or self.calls or self.only_summary)

    def is_confirmed(self, typed: str) -> bool:
        """Say whether a person typed what `confirm` asks for: a domain in any of its forms."""
        given, wanted = (" ".join(text.split()) for text in (typed, self.confirm))
        domain = domain_name(wanted)
        return shown(given) == shown(wanted) or (
            domain is not None and domain_name(given) == domain
        )

    def before_and_after(self) -> tuple[Fields, Fields]:
        """Return the fields that change, as they are and as they will be."""
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
        """Return the plan as the history keeps it and `--json` prints it."""
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


def _made(parts: Iterable[Part] | Callable[[], Iterable[Part]]) -> tuple[Part, ...]:
    return tuple(parts() if callable(parts) else parts)


def reason_json(reason: Reason) -> Fields:
    """Return a reason as `--json` prints it and the history keeps it: its source is a page."""
    return {
        "field": reason.field or None,
        "code": reason.code,
        "text": reason.text,
        "source": page_of(reason.source).address or None,
        "refuses": reason.refuses,
    }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of carrying out a plan."""

    change_id: int | None
    """The entry of the history; None where there was nothing to do."""
    customer_id: int | None
    repeated: bool = False
    """Whether the plan had been carried out before; then nothing was done now."""
    record_id: int | None = None
    """The id of the plan's first record, where that has one."""


def can_be_undone() -> TakeBack:
    """Return that a change can be taken back."""
    return TakeBack(
        possible=True,
        text=_("It can be undone with u, as long as nobody changes the same fields again."),
    )
