"""The list of delegated-admin relationships of all customers; many can be extended at once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from partnerdesk.models.core.errors import UsageError
from partnerdesk.models.languages import N_, _, ngettext
from partnerdesk.models.relationships.lists import DELEGATED_ADMIN
from partnerdesk.models.relationships.records import DELEGATED_ADMIN as KIND
from partnerdesk.screens.files.ask_import import import_action
from partnerdesk.screens.lists.record_list import list_actions
from partnerdesk.screens.relationships.tabs import TAB_ACTIONS, RelationshipTab
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.empty_place import KEY, Emptiness
from partnerdesk.tui.widgets.questions import Choice

if TYPE_CHECKING:
    from partnerdesk.models.accounts.accounts import Scope
    from partnerdesk.models.changes.plan import Outcome
    from partnerdesk.models.lists.spec import Row


class DelegatedAdminScreen(RelationshipTab):
    """Shows the delegated-admin relationships, the next to end first."""

    TAB = "delegated-admin"
    SPEC = DELEGATED_ADMIN
    TITLES = KIND.fields
    PAGE = "delegation"
    RUN = "extend"
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        *list_actions("delegated-admin",
                      N_("Narrow the list: words, ends<30d, state:active, auto:no, role:helpdesk")),
        Action("delegated-admin.new", "n", N_("Add"),
               N_("Keep a relationship that there is in Partner Center"), "n", changes=True),
        Action("delegated-admin.extend", "E", N_("Extend"),
               N_("Extend the marked ones, by P180D or to a day; :extend 2027-06-30 does it too"),
               "E", changes=True),
        Action("delegated-admin.happened", "a", N_("Happened"),
               N_("Record what happened: asked for approval, approved, terminated"), "a",
               changes=True),
        import_action("delegated-admin"),
        Action("delegated-admin.customer", "o", N_("Customer"), N_("Open the customer"), "o",
               bar=False),
        Action("delegated-admin.copy", "y", N_("Copy"),
               N_("Copy the name, the roles or the customer's domain"), "y", bar=False),
        *TAB_ACTIONS,
    )  # fmt: skip

    def count_text(self, count: int) -> str:
        """Return the number of relationships as text."""
        return ngettext("{count} relationship", "{count} relationships", count)

    def emptiness(self, scope: Scope) -> Emptiness:
        """Return that nothing is kept, and what to do."""
        account = scope.account
        place = _(account.cloud.short_name) if account else _("all clouds")
        why = (
            _("No delegated-admin relationships are kept in {place}.").format(place=place),
            _("Delegated admin of the older kind (DAP) stands on each customer's page."),
        )
        adds = ("delegated-admin.new", _("keeps one that there is in Partner Center"))
        imports = _("imports the relationships that you exported from the portal")
        ways = (*((adds,) if account is not None else ()), ("delegated-admin.import", imports))
        return Emptiness("\n\n".join(why), ways, KEY)

    def no_match_text(self) -> str:
        """Return that nothing matches the filter."""
        return _("No relationship matches this filter.")

    async def open_row(self, row: Row) -> None:
        """Open the relationship under the cursor."""
        await self.shell.show("delegation", row.key)

    # Actions

    async def do_new(self) -> None:
        """Show the form for a new relationship."""
        await self.shell.show("delegation")

    async def do_extend(self, argument: str = "") -> None:
        """Show the run that extends the relationships; without an argument, ask for the period."""
        if argument.strip():
            await self._extend(argument.strip())
            return
        question = await self.about_marked(_("Extend"))
        if question:
            self.choose(
                question,
                [Choice("p", _("by P180D (half a year)"), partial(self._extend, "P180D"),
                        default=True),
                 Choice("d", _("to a day …"), self._ask_day)],
            )  # fmt: skip

    def _ask_day(self) -> None:
        self.ask(_("Until (2027-06-30, or P90D)"), "", self._day_named)

    async def _day_named(self, text: str | None) -> None:
        if text and text.strip():
            await self._extend(text.strip())
        else:
            self.nothing_typed(text)

    async def _extend(self, text: str) -> None:
        from partnerdesk.models.operations.bulk import RunRequest
        from partnerdesk.models.operations.bulk_records import RunKind
        from partnerdesk.models.relationships.delegated_admin import parse_extension

        extension = parse_extension(text)
        if extension is None:
            raise UsageError(
                _("{text} is neither a duration nor a day.").format(text=text[:40]),
                _("Write P180D, or a day such as 2027-06-30."),
            )
        keys, account = await self.marks.keys(), self.desk.account
        if keys and account is not None:
            wish = RunRequest(RunKind.EXTEND, {"by": extension.text})
            await self.shell.show("run", wish, keys, account.id, marks=self.table.marks)

    async def do_happened(self) -> None:
        """Ask what happened to the relationship under the cursor."""
        from partnerdesk.models.relationships.delegated_admin import (
            EVENT_TITLES,
            EVENTS,
            read_delegation,
        )
        from partnerdesk.models.relationships.lifecycles import DELEGATED_ADMIN as LIFE
        from partnerdesk.models.relationships.lifecycles import DELEGATED_ADMIN_TITLES

        row = await self.table.row_there()
        if row is None:
            return
        kept = await self.desk.aside(read_delegation, row.key)
        state = kept.relationship.status_at(self.desk.clock())
        possible: list[Choice] = []
        for place, (word, event) in enumerate(EVENTS.items(), 1):
            if LIFE.after(state, event) is not None:
                record = partial(self._record, row.key, word)
                title = _(EVENT_TITLES[event])
                possible.append(Choice(str(place), title, record, default=not possible))
        if not possible:
            text = _("Nothing more can happen to it: it is {state}.")
            self.status.say(text.format(state=_(DELEGATED_ADMIN_TITLES[state])))
            return
        self.choose(_("What happened?"), possible)

    async def _record(self, key: int, word: str) -> None:
        from partnerdesk.models.relationships.delegated_admin import (
            EVENTS,
            plan_event,
            read_delegation,
        )

        kept = await self.desk.aside(read_delegation, key)

        async def done(_outcome: Outcome) -> None:
            self.shell.say(_("Recorded. It can be undone under g h."))

        await self.shell.review(plan_event(kept, EVENTS[word], self.desk.by()), done)

    async def do_customer(self) -> None:
        """Open the customer of the relationship under the cursor."""
        from partnerdesk.models.relationships.delegated_admin import read_delegation

        row = await self.table.row_there()
        if row is not None:
            kept = await self.desk.aside(read_delegation, row.key)
            await self.shell.show("customer", kept.customer.id or 0)

    async def do_copy(self) -> None:
        """Ask what to copy of the relationship under the cursor."""
        row = await self.table.row_there()
        if row is None:
            self.status.say(_("There is nothing to copy."))
            return
        self.questions.ask_what_to_copy(row, {"n": "name", "r": "role", "d": "domain"})
