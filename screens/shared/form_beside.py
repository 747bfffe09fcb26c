"""What stands beside a form in a wide terminal: its field, what is left to do, and the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.core.sources import told_source
from partnerdesk.models.core.verdicts import Verdict
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.lists.tones import SIGNS, Tone, Toned
from partnerdesk.tui.widgets.form_page import STATE_MARKS, ItemState
from partnerdesk.tui.widgets.sections import Field, Section, sections_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from partnerdesk.models.changes.plan import Plan
    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.forms.question import Question
    from partnerdesk.models.settings.clouds import Cloud

MOST_LISTED = 12
"""The largest number of values that are listed; more are only counted."""


def about_field(field: Question, reasons: Iterable[Reason]) -> Section:
    """Return what to write into a field, the values to choose from, and where its rules stand."""
    return Section(field.label, (*_written(field), *_sources(reasons)))


def _written(field: Question) -> Iterator[Field]:
    yield Field(_("What to write"), field.hint)
    if len(field.options) <= MOST_LISTED:
        yield from (Field(option.value or "–", option.title) for option in field.options)
        return
    text = ngettext(
        "{count} value to choose from: ctrl+l", "{count} values to choose from: ctrl+l",
        len(field.options),
    )  # fmt: skip
    yield Field(_("List"), text)


def _sources(reasons: Iterable[Reason]) -> Iterator[Field]:
    sources = dict.fromkeys(told_source(reason.source) for reason in reasons)
    yield Field(_("Source"), "\n".join(filter(None, sources)))


def about_plan(
    plan: Plan,
    fields: Mapping[str, Question],
    values: Mapping[str, str],
    clouds: Mapping[str, Cloud],
) -> Sequence[Section]:
    """Return what is left to do before a plan is allowed; then the plan, as the review has it."""
    from partnerdesk.models.operations.describe_plan import describe_plan

    if plan.verdict is not Verdict.REFUSED:
        return sections_of(describe_plan(plan, clouds))
    refusals = [reason for reason in plan.reasons if reason.refuses]
    blank = [one for one in refusals if one.field in fields and not values.get(one.field)]
    wrong = [one for one in refusals if one not in blank]
    mark, sign = STATE_MARKS[ItemState.WRONG], SIGNS[Tone.PENDING]
    to_mend = (_to_do(one, fields, mark, Tone.BAD) for one in wrong)
    to_write = (_to_do(one, fields, sign, Tone.PENDING) for one in blank)
    return [Section(_("To mend"), tuple(to_mend)), Section(_("Still to write"), tuple(to_write))]


def _to_do(reason: Reason, fields: Mapping[str, Question], mark: str, tone: Tone) -> Field:
    label = fields[reason.field].label if reason.field in fields else _("In general")
    return Field(label, f"{mark} {reason.text}", toned=(Toned(mark, tone, has_sign=False),))
