"""One change on one page: who, what, when, why; before and after; its plan, calls and seal."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Self

from textual.getters import query_one

from partnerdesk.models.core.clock import age, moment_text
from partnerdesk.models.languages import N_, _, ngettext
from partnerdesk.screens.shared.undo import undo
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.field_page import Field, FieldPage, Section
from partnerdesk.tui.widgets.page_search import PageScreen
from partnerdesk.tui.widgets.questions import done

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.app import ComposeResult

    from partnerdesk.models.changes.history import Change
    from partnerdesk.models.changes.outbox import OutboxCall
    from partnerdesk.models.lists.spec import RowKey
    from partnerdesk.models.pages.change import ChangePage, ChangeParts
    from partnerdesk.models.session import AppSession


class ChangeScreen(PageScreen):
    """Everything that the history says of one change."""

    NAME = "change"
    OWN_ACCOUNT = True
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("change.copy", "y", N_("Copy"), N_("Copy the field under the cursor"), "y"),
        Action("change.undo", "u", N_("Undo"),
               N_("Take this change back, or all rows of a run; shows the plan first"), "u",
               changes=True),
        Action("change.row", "enter", N_("Row"),
               N_("Open the row under the cursor: of a run, or of an import"), "Enter"),
        Action("change.open", "o", N_("Customer"), N_("Open the customer"), "o"),
    )  # fmt: skip

    page = query_one(FieldPage)

    def __init__(self, desk: AppSession, page: ChangePage) -> None:
        super().__init__(desk)
        self._change_id = page.entry.id or 0
        self._shown = page

    @classmethod
    async def load(cls, desk: AppSession, key: RowKey) -> Self:
        """Read the entry of the history.

        Raises:
            NotFoundError: there is no such entry.
        """
        from partnerdesk.models.pages.change import read_change

        return cls(desk, await desk.aside(read_change, key))

    def body(self) -> ComposeResult:
        """Build the page."""
        yield FieldPage()

    def on_mount(self) -> None:
        """Show the change."""
        self.set_focus(self.page)
        self._show()

    def focus_body(self) -> None:
        """Give the keys back to the page."""
        self.set_focus(self.page)

    def book_changed(self) -> None:
        """Read again what became of the change."""
        from partnerdesk.models.pages.change import read_change

        self.read(partial(self.desk.aside, read_change, self._change_id), self._take)

    def _take(self, page: ChangePage) -> None:
        self._shown = page
        self._show()

    def _show(self) -> None:
        self.page.show(self._sections(self._shown))
        self.status.state = _("change {id}").format(id=self._change_id)

    # What is shown

    def _sections(self, page: ChangePage) -> list[Section]:
        from partnerdesk.models.operations.describe_fields import change_lines

        lines = change_lines(page.entry)
        seal = (
            Field(_("Change"), str(page.entry.id)),
            Field(_("Hash"), page.entry.digest),
            Field(_("Previous hash"), page.entry.previous),
        )
        return [
            Section(_title(page.entry), tuple(self._head(page))),
            Section(_("Before and after"), tuple(Field(*_parted(line)) for line in lines)),
            Section(_("Letter"), tuple(_letter(page.entry))),
            *self._plan(page),
            *self._parts(page),
            Section(_("What is sent"), tuple(map(_call, page.calls))),
            Section(_("Seal"), seal),
        ]

    def _head(self, page: ChangePage) -> list[Field]:
        entry = page.entry
        clouds = self.desk.settings.all_clouds()
        who = f"{entry.actor}@{entry.host}"
        if entry.client:
            who += "\n" + _("via SSH from {address}").format(address=entry.client)
        when = f"{moment_text(entry.at)} ({age(entry.at, self.desk.clock())})"
        fields = [
            Field(_("When"), when),
            Field(_("Who"), who),
            Field(_("What"), _title(entry)),
            Field(_("Customer"), entry.subject),
            Field(_("Cloud"), clouds[page.cloud].name if page.cloud in clouds else page.cloud),
            Field(_("Why"), entry.why),
            Field(_("Status"), self._state(page)),
        ]
        if page.undoes is not None:
            fields.append(Field(_("Undoes"), _named(page.undoes)))
        if entry.part_of:
            leads = partial(self.shell.show, "change", entry.part_of)
            text = _("change {id}; Enter opens all of its rows").format(id=entry.part_of)
            fields.append(Field(_("Part of"), text, "part-of", open=leads))
        return fields

    def _state(self, page: ChangePage) -> str:
        from partnerdesk.models.changes.list import STATES

        state = _(STATES[page.state])
        if page.undone_by is None:
            return state
        by = _("by {change}").format(change=_named(page.undone_by))
        return f"{state} {by}"

    def _plan(self, page: ChangePage) -> list[Section]:
        from partnerdesk.models.changes.history import as_object
        from partnerdesk.models.core.verdicts import VERDICT_TITLES, Verdict
        from partnerdesk.models.operations.describe_plan import describe_steps

        kept = as_object(page.entry.plan)
        if "run" in kept:
            from partnerdesk.models.operations.describe_run import asked_lines

            asked = asked_lines(kept.get("wishes", {}))
            return [Section(_("What was asked for"), tuple(Field(*line) for line in asked))]
        if "verdict" not in kept:
            return [Section(_("Plan"), (Field(_("Taking it back"), page.why_not_undone),))]
        verdict = Field(_("Verdict"), _(VERDICT_TITLES[Verdict(kept["verdict"])]))
        return [
            Section(_("Plan"), (verdict,)),
            *(
                Section(title, tuple(Field(*line) for line in lines))
                for title, lines in describe_steps({**kept, "calls": []})
            ),
        ]

    def _parts(self, page: ChangePage) -> list[Section]:
        """Return the rows of a run or an import, each leading to what is known of it."""
        from partnerdesk.models.operations.describe_fields import change_lines

        parts, show = page.parts, self.shell.show
        if parts is None:
            return []
        rows = [Field(_("Rows"), _counted(parts), "rows")]
        if parts.waiting and parts.run_id is not None:
            text = ngettext("{count} row is still to do; Enter goes on",
                            "{count} rows are still to do; Enter goes on",
                            parts.waiting)  # fmt: skip
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

    # What keys do

    async def do_row(self) -> None:
        """Open the row under the cursor."""
        field = self.page.field
        if field is not None and field.open is not None:
            await done(field.open)
        else:
            self.status.say(_("Nothing opens here."))

    def on_field_page_chosen(self) -> None:
        """Open what was clicked twice."""
        self.begin("change.row")

    def do_copy(self) -> None:
        """Copy the field under the cursor."""
        field = self.page.field
        self.copy(field.text if field else "")

    async def do_undo(self) -> None:
        """Show the plan that takes this change back."""
        await undo(self, self._change_id)

    async def do_open(self) -> None:
        """Open the customer, where it is still in the book."""
        customer_id = self._shown.entry.customer_id
        if customer_id is None:
            self.status.say(_("This change is not about one customer."))
            return
        await self.shell.show("customer", customer_id)


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


def _call(call: OutboxCall) -> Field:
    from partnerdesk.models.pages.change import call_lines

    channel, lines = call_lines(call)
    return Field(channel, "\n".join(lines))
