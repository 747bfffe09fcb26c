"""Describes plans for a person, in the same words on the screen, in commands and in the history.

The descriptions are made from the JSON form of a plan, which is the form that the history stores.
"""

from __future__ import annotations

from itertools import starmap
from typing import TYPE_CHECKING, Any

from partnerdesk.models.changes.calls import describe_kept_calls
from partnerdesk.models.changes.kinds import PLAN_TITLES
from partnerdesk.models.changes.plan import CheckState
from partnerdesk.models.core.clock import moment_text
from partnerdesk.models.core.sources import told_source
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import VERDICT_TITLES, Verdict
from partnerdesk.models.customers.records import TAG
from partnerdesk.models.languages import _
from partnerdesk.models.lists.details import Line
from partnerdesk.models.lists.tones import Tone, Toned
from partnerdesk.models.operations.describe_fields import field_lines, field_title
from partnerdesk.models.operations.registry import ASKED_TITLES, RECORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from partnerdesk.models.changes.plan import Fields, Plan
    from partnerdesk.models.changes.record_kind import RecordKind
    from partnerdesk.models.settings.clouds import Cloud

PlanSection = tuple[str, list[Line]]
"""A heading, and the labels and texts below it."""
VERDICT_TONES = {
    Verdict.ALLOWED: Tone.GOOD,
    Verdict.WARNINGS: Tone.PENDING,
    Verdict.REFUSED: Tone.BAD,
}
MARKS = {
    CheckState.SETTLED: ("✓", Tone.GOOD),
    CheckState.UNKNOWN: ("?", Tone.PENDING),
    CheckState.IN_THE_WAY: ("✗", Tone.BAD),
}
"""The mark of a point of the checklist, and its tone."""


def describe_plan(plan: Plan, clouds: Mapping[str, Cloud]) -> list[PlanSection]:
    """Describe a plan: its subject and verdict, then the sections of `describe_steps`."""
    json_form = plan.as_json()
    return [(plan_title(plan), list(_head(json_form, clouds))), *describe_steps(json_form)]


def plan_title(plan: Plan) -> str:
    """Return the translated title of a plan."""
    return _(PLAN_TITLES[plan.kind])


def describe_steps(plan: Fields) -> list[PlanSection]:
    """Describe a plan in JSON form: checklist, reasons, losses, steps, calls and its undo."""
    refused = plan.get("verdict") == Verdict.REFUSED
    country = _country(plan)
    take_back = None if refused else plan.get("take_back")
    sections = [
        (_("Before you do it"), [_point(point) for point in plan.get("checklist", ())]),
        (_("What to mind"), [_reason(reason, country) for reason in plan.get("reasons", ())]),
        (
            _("What will be lost"),
            [Line(str(n), text) for n, text in enumerate(plan.get("losses", ()), 1)],
        ),
        (_("What happens in the book"), list(_steps(plan.get("steps", ()), country))),
        (_("What is sent"), list(starmap(Line, describe_kept_calls(plan)))),
        (_("Taking it back"), list(_take_back(take_back))),
    ]
    return [(title, lines) for title, lines in sections if lines]


def change_of(plan: Plan) -> str:
    """Return the changes of a plan in one line, such as `Country: DE → AT; Tags: – → vip`."""
    return "; ".join(field_lines(*plan.before_and_after()))


def _head(plan: Fields, clouds: Mapping[str, Cloud]) -> Iterator[Line]:
    target = plan["target"]
    yield Line(_("Name"), target["name"])
    cloud = clouds.get(target["cloud"])
    if cloud is not None:
        yield Line(_("Cloud"), cloud.name)
    yield verdict_line(Verdict(plan["verdict"]))


def verdict_line(verdict: Verdict) -> Line:
    """Return the verdict of a plan in words, with its tone."""
    title = _(VERDICT_TITLES[verdict])
    return Line(_("Verdict"), title, (Toned(title, VERDICT_TONES[verdict]),))


def _country(plan: Fields) -> str:
    """Return the first country code in the steps of a plan; empty if no step has one."""
    values = (step[side] or {} for step in plan.get("steps", ()) for side in ("after", "before"))
    return next((str(found["country"]) for found in values if found.get("country")), "")


def _reason(reason: Fields, country: str) -> Line:
    mark, tone = ("✗", Tone.BAD) if reason["refuses"] else ("!", Tone.PENDING)
    field = reason["field"]
    title = field_title(field, country) if field in ASKED_TITLES else _("In general")
    text = f"{mark} {reason['text']}"
    if source := told_source(reason["source"] or ""):
        text += f"\n({source})"
    return Line(title, text, (_mark(mark, tone),))


def _point(point: Fields) -> Line:
    mark, tone = MARKS[CheckState(point["known"])]
    return Line(point["title"], f"{mark} {point['text']}", (_mark(mark, tone),))


def _mark(mark: str, tone: Tone) -> Toned:
    return Toned(mark, tone, has_sign=False)


def _steps(steps: list[Fields], country: str) -> Iterator[Line]:
    for step in steps:
        before, after = step["before"], step["after"]
        kind = RECORDS.get(step["record"])
        lines = _step_lines(kind, step, before or {}, after or {}, country)
        if not lines:  # a removed draft, or an empty profile
            continue
        sentence = _("{record}: changed")
        if before is None:
            sentence = _("{record}: new")
        elif after is None:
            sentence = _("{record}: removed")
        label = sentence.format(record=_(kind.title) if kind else step["record"])
        yield Line(label, "\n".join(lines))


def _step_lines(
    kind: RecordKind | None, step: Fields, before: Fields, after: Fields, country: str
) -> list[str]:
    if kind is TAG:
        return [str(step["key"].get("name", ""))]
    if step["after"] is None:
        before, after = {}, before  # a removed record is described by its values
    named = kind.named if kind else dict
    return field_lines(named(before), named(after), country)


def _take_back(take_back: Any) -> Iterator[Line]:
    if not take_back or not take_back["text"]:
        return
    text = str(take_back["text"])
    if take_back.get("until"):
        from datetime import datetime

        until = moment_text(datetime.fromisoformat(take_back["until"]))
        text += " " + _("Until {moment}.").format(moment=until)
    yield Line(_("possible") if take_back["possible"] else _("not possible"), text)


def plan_text(plan: Plan, clouds: Mapping[str, Cloud]) -> str:
    """Return the description of a plan as plain text, for the command line and for copying."""
    lines = []
    for title, fields in describe_plan(plan, clouds):
        lines.append(title)
        for label, text, _toned in fields:
            first, *rest = shown_parts(text)
            lines.append(f"  {shown(label)}: {first}")
            lines += [f"    {part}" for part in rest]
    return "\n".join(lines)


def shown_parts(text: str) -> list[str]:
    """Return the lines of a text, safe to print; one empty line for an empty text."""
    return [shown(line) for line in text.split("\n")] or [""]
