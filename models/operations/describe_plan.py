"""Plans in words: the same on the screen, on the command line and in the history.

They are told from their JSON form, which is what the history keeps of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnerdesk.models.changes.history import KIND_TITLES, ChangeKind
from partnerdesk.models.changes.plan import Known, Record, named
from partnerdesk.models.core.clock import moment_text
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import VERDICT_TITLES, Verdict
from partnerdesk.models.customers.form.fields import FIELD_TITLES
from partnerdesk.models.languages import N_, _
from partnerdesk.models.operations.describe_fields import FIELD_TITLES as TOLD_TITLES
from partnerdesk.models.operations.describe_fields import field_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from partnerdesk.models.changes.plan import Fields, Plan
    from partnerdesk.models.settings.clouds import Cloud

Told = tuple[str, list[tuple[str, str]]]
"""A heading, and below it labels with their texts."""

RECORD_TITLES = {
    Record.CUSTOMER: N_("Customer"),
    Record.COMPANY: N_("Company profile"),
    Record.BILLING: N_("Billing profile"),
    Record.AGREEMENT: N_("Customer agreement"),
    Record.TAG: N_("Tag"),
    Record.NOTE: N_("Note"),
    Record.DRAFT: N_("Draft"),
    Record.ACCOUNT: N_("Partner account"),
    Record.INVITATION: N_("Invitation"),
    Record.LIFE: N_("Relationship"),
    Record.PARTNER: N_("Partner"),
    Record.DELEGATED_ADMIN: N_("Delegated admin"),
    Record.TEMPLATE: N_("Letter template"),
}
"""What each kind of record is called."""

PLAN_TITLES = {
    ChangeKind.ADDED: N_("Add a customer"),
    ChangeKind.UPDATED: N_("Edit a customer"),
    ChangeKind.TAGGED: N_("Change tags"),
    ChangeKind.NOTED: N_("Change a note"),
    ChangeKind.UNDONE: N_("Undo a change"),
    ChangeKind.ACCOUNT: N_("Change the partner account"),
    ChangeKind.INVITED: N_("Invite a company"),
    ChangeKind.INVITATION: N_("Invitation"),
    ChangeKind.ENDED: N_("End a relationship"),
    ChangeKind.PARTNER: N_("Indirect provider or reseller"),
    ChangeKind.DELEGATED_ADMIN: N_("Delegated admin"),
    ChangeKind.TEMPLATE: N_("Keep an own letter template"),
}
"""What a plan of each kind is called before it is carried out."""


def tell_plan(plan: Plan, clouds: Mapping[str, Cloud]) -> list[Told]:
    """Return a plan in words: whom it is about, the verdict, and what will happen."""
    told = plan.as_json()
    return [(plan_title(plan), list(_head(told, clouds))), *tell_steps(told)]


def plan_title(plan: Plan) -> str:
    """Return what a plan is called."""
    return _(PLAN_TITLES.get(plan.kind, KIND_TITLES[plan.kind]))


def tell_steps(told: Fields) -> list[Told]:
    """Return the rest of a plan in words: reasons, steps, calls, how it can be taken back."""
    refused = told.get("verdict") == Verdict.REFUSED
    take_back = None if refused else told.get("take_back")
    sections = [
        (_("Before you do it"), [_point(point) for point in told.get("checklist", ())]),
        (_("What to mind"), [_reason(reason) for reason in told.get("reasons", ())]),
        (
            _("What will be lost"),
            [(str(n), text) for n, text in enumerate(told.get("losses", ()), 1)],
        ),
        (_("What happens in the book"), list(_steps(told.get("steps", ())))),
        (_("Calls to Partner Center"), list(_calls(told.get("calls", ())))),
        (_("Taking it back"), list(_take_back(take_back))),
    ]
    return [(title, lines) for title, lines in sections if lines]


def _head(told: Fields, clouds: Mapping[str, Cloud]) -> Iterator[tuple[str, str]]:
    target = told["target"]
    yield _("Name"), target["name"]
    cloud = clouds.get(target["cloud"])
    if cloud is not None:
        yield _("Cloud"), cloud.name
    yield _("Verdict"), _(VERDICT_TITLES[Verdict(told["verdict"])])


def _reason(reason: Fields) -> tuple[str, str]:
    mark = "✗" if reason["refuses"] else "!"
    field = reason["field"]
    titles = {**TOLD_TITLES, **{field.value: title for field, title in FIELD_TITLES.items()}}
    title = _(titles[field]) if field in titles else _("In general")
    text = f"{mark} {reason['text']}"
    if source := reason["source"]:
        text += f"\n({source})"
    return title, text


def _point(point: Fields) -> tuple[str, str]:
    marks = {Known.SETTLED: "✓", Known.UNKNOWN: "?", Known.IN_THE_WAY: "✗"}
    return point["title"], f"{marks[Known(point['known'])]} {point['text']}"


def _steps(steps: list[Fields]) -> Iterator[tuple[str, str]]:
    for step in steps:
        before, after = step["before"], step["after"]
        lines = _step_lines(step, before or {}, after or {})
        if not lines:  # a draft that goes, a profile with nothing in it
            continue
        sentence = _("{record}: changed")
        if before is None:
            sentence = _("{record}: new")
        elif after is None:
            sentence = _("{record}: removed")
        title = RECORD_TITLES.get(step["record"])
        label = sentence.format(record=_(title) if title else step["record"])
        yield label, "\n".join(lines)


def _step_lines(step: Fields, before: Fields, after: Fields) -> list[str]:
    if step["record"] == Record.TAG:
        return [str(step["key"].get("name", ""))]
    if step["after"] is None:
        before, after = {}, before  # what goes is told as it is
    return field_lines(*(named(step["record"], fields) for fields in (before, after)))


def _calls(calls: list[Fields]) -> Iterator[tuple[str, str]]:
    for number, call in enumerate(calls, 1):
        yield str(number), f"{call['method']} {call['path']}"


def _take_back(told: Any) -> Iterator[tuple[str, str]]:
    if not told or not told["text"]:
        return
    text = str(told["text"])
    if told.get("until"):
        from datetime import datetime

        until = moment_text(datetime.fromisoformat(told["until"]))
        text += " " + _("Until {moment}.").format(moment=until)
    yield _("possible") if told["possible"] else _("not possible"), text


def plan_text(plan: Plan, clouds: Mapping[str, Cloud]) -> str:
    """Return a plan as lines of text, for the command line and for copying."""
    lines = []
    for title, fields in tell_plan(plan, clouds):
        lines.append(title)
        for label, text in fields:
            first, *rest = shown_parts(text)
            lines.append(f"  {shown(label)}: {first}")
            lines += [f"    {part}" for part in rest]
    return "\n".join(lines)


def shown_parts(text: str) -> list[str]:
    """Return the lines of a text, safe to print; one empty line for none."""
    return [shown(line) for line in text.split("\n")] or [""]
