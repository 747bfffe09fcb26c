"""What the page of a change shows: who, what, when, why; before and after; plan, calls, seal."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.core.clock import age, moment_text
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.lists.spec import toned
from partnerdesk.tui.widgets.sections import Field, Section, sections_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from partnerdesk.models.changes.history import Change
    from partnerdesk.models.changes.outbox import OutboxCall
    from partnerdesk.models.pages.change import ChangePage, ChangeParts
    from partnerdesk.models.settings.clouds import Cloud
    from partnerdesk.tui.widgets.app_screen import Show


def sections(
    page: ChangePage, clouds: Mapping[str, Cloud], at: datetime, show: Show
) -> list[Section]:
    """Return all that the history says of a change; ages are counted from `at`."""
    from partnerdesk.models.operations.describe_fields import change_lines

    lines = change_lines(page.entry)
    seal = (
        Field(_("Change"), str(page.entry.id)),
        Field(_("Hash"), page.entry.digest),
        Field(_("Previous hash"), page.entry.previous),
    )
    return [
        Section(_title(page.entry), tuple(_head(page, clouds, at, show))),
        Section(_("Before and after"), tuple(Field(*_parted(line)) for line in lines)),
        Section(_("Letter"), tuple(_letter(page.entry))),
        *_plan(page),
        *_parts(page, show),
        Section(_("What is sent"), tuple(field for call in page.calls for field in _call(call))),
        Section(_("Seal"), seal),
    ]


def _head(page: ChangePage, clouds: Mapping[str, Cloud], at: datetime, show: Show) -> list[Field]:
    from partnerdesk.models.changes.list import CHANGES

    entry = page.entry
    who = f"{entry.actor}@{entry.host}"
    if entry.client:
        who += "\n" + _("via SSH from {address}").format(address=entry.client)
    when = f"{moment_text(entry.at)} ({age(entry.at, at)})"
    fields = [
        Field(_("When"), when),
        Field(_("Who"), who),
        Field(_("What"), _title(entry)),
        Field(_("About"), entry.subject),
        Field(_("Cloud"), clouds[page.cloud].name if page.cloud in clouds else page.cloud),
        Field(_("Why"), entry.why),
        Field(_("Status"), _state(page), toned=toned(CHANGES.column("state"), page.state, at)),
    ]
    if page.undoes is not None:
        fields.append(Field(_("Undoes"), _named(page.undoes)))
    if entry.part_of:
        leads = partial(show, "change", entry.part_of)
        text = _("change {id}; Enter opens all of its rows").format(id=entry.part_of)
        fields.append(Field(_("Part of"), text, "part-of", open=leads))
    return fields


def _state(page: ChangePage) -> str:
    from partnerdesk.models.changes.list import STATES

    state = _(STATES[page.state])
    if page.undone_by is None:
        return state
    by = _("by {change}").format(change=_named(page.undone_by))
    return f"{state} {by}"


def _plan(page: ChangePage) -> list[Section]:
    from partnerdesk.models.changes.history import as_object
    from partnerdesk.models.core.verdicts import Verdict
    from partnerdesk.models.operations.describe_plan import describe_steps, verdict_line

    kept = as_object(page.entry.plan)
    if "run" in kept:
        from partnerdesk.models.operations.describe_run import asked_lines

        asked = asked_lines(kept.get("wishes", {}))
        return [Section(_("What was asked for"), tuple(Field(*line) for line in asked))]
    if "verdict" not in kept:
        return [Section(_("Plan"), (Field(_("Taking it back"), page.why_not_undone),))]
    verdict = (_("Plan"), [verdict_line(Verdict(kept["verdict"]))])
    return sections_of([verdict, *describe_steps({**kept, "calls": []})])


def _parts(page: ChangePage, show: Show) -> list[Section]:
    """Return the rows of a run or an import, each leading to what is known of it."""
    from partnerdesk.models.operations.describe_fields import change_lines

    parts = page.parts
    if parts is None:
        return []
    rows = [Field(_("Rows"), _counted(parts), "rows")]
    if parts.waiting and parts.run_id is not None:
        text = ngettext(
            "{count} row is still to do; Enter goes on",
            "{count} rows are still to do; Enter goes on",
            parts.waiting,
        )
        rows.append(Field(_("To do"), text, "run", open=partial(show, "run", parts.run_id)))
    for entry in parts.entries:
        text = "; ".join(change_lines(entry))
        if entry.undone_by is not None:
            text = " · ".join(filter(None, (_("undone"), text)))
        leads = partial(show, "change", entry.id)
        rows.append(Field(entry.subject, text, f"part:{entry.id}", open=leads))
    for id, name in parts.added:
        leads = partial(show, "customer", id)
        rows.append(Field(name, _("added"), f"added:{id}", open=leads))
    if parts.count > len(parts.entries):
        text = _("the others: g h, / run:{id}").format(id=page.entry.id)
        rows.append(Field("…", text, "more"))
    return [Section(_("Rows"), tuple(rows))]


def _title(entry: Change) -> str:
    from partnerdesk.models.changes.kinds import KIND_TITLES, ChangeKind

    return _(KIND_TITLES[ChangeKind(entry.kind)])


def _counted(parts: ChangeParts) -> str:
    """Return how many rows there are, and how many of them were undone."""
    told = []
    if parts.count:
        told.append(ngettext("{count} changed", "{count} changed", parts.count))
    if parts.undone:
        told.append(ngettext("{count} undone", "{count} undone", parts.undone))
    if parts.added_count:
        told.append(ngettext("{count} added and in the book", "{count} added and in the book",
                             parts.added_count))  # fmt: skip
    return " · ".join(told) or _("none is left")


def _named(entry: Change) -> str:
    return _("change {id} ({when}, {who})").format(
        id=entry.id, when=moment_text(entry.at), who=entry.actor
    )


def _letter(entry: Change) -> Iterator[Field]:
    """Return the letter that a change wrote, whole: above only its lines are counted."""
    from partnerdesk.models.changes.history import as_object

    after = as_object(entry.after)
    if isinstance(after.get("body"), str):
        for name, label in (("subject", _("Subject")), ("body", _("Letter"))):
            if after.get(name):
                yield Field(label, str(after[name]))


def _parted(line: str) -> tuple[str, str]:
    label, _colon, text = line.partition(": ")
    return (label, text) if text else ("", line)


def _call(call: OutboxCall) -> Iterator[Field]:
    """Yield how far a call is, the fields in conflict, and request and answer without secrets."""
    from partnerdesk.models.changes.list import CHANGES
    from partnerdesk.models.lists.tones import Toned
    from partnerdesk.models.pages.change import call_lines, call_state, conflict_texts

    channel, lines = call_lines(call)
    state, tone = call_state(call), (CHANGES.column("state").tones or {}).get(call.state)
    toned = (Toned(state, tone),) if tone else ()
    yield Field(channel, "\n".join(lines), f"call:{call.id}", toned=toned)
    for _name, title, told in conflict_texts(call):
        yield Field(title, told)
    for label, text in ((_("Request"), call.request), (_("Answer"), call.response)):
        if text:
            yield Field(label, text)
