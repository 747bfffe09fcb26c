"""The base of the relationship manager's screens: a line of tabs above a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.getters import query_one

from partnerdesk.models.languages import N_, _
from partnerdesk.screens.lists.record_list import RecordList, resume_action
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.tab_line import TabLine

if TYPE_CHECKING:
    from textual.app import ComposeResult


TABS = ("invitations", "partners", "delegated-admin", "ended")
"""The names of the lists in the order of their tabs."""
TITLES = (N_("Invitations"), N_("Partners"), N_("Delegated admin"), N_("Ended"))
HELPED = (
    N_("Go to the invitations"),
    N_("Go to the indirect providers and resellers"),
    N_("Go to the delegated-admin relationships"),
    N_("Go to the relationships that ended"),
)

TAB_ACTIONS = (
    resume_action("tab"),
    *(
        Action(f"tab.{name}", str(place), title, helped, str(place), bar=False)
        for place, (name, title, helped) in enumerate(zip(TABS, TITLES, HELPED, strict=True), 1)
    ),
    Action("tab.next", "tab", N_("Next tab"), N_("Go to the next tab"), "Tab", bar=False),
    Action("tab.previous", "shift+tab", N_("Previous tab"), N_("Go to the tab before"),
           "⇧Tab", bar=False),
)  # fmt: skip
"""Actions of all tabs: change the tab, and resume a run."""


class RelationshipTab(RecordList):
    """A tab of the relationship manager. Subclasses define the list and its actions."""

    NAME = "relationships"
    IS_MAIN = True
    TAB: ClassVar[str] = ""
    """The name of the list, one of `TABS`."""
    TAKEN_KEYS: ClassVar[frozenset[str]] = frozenset()
    """Ids of common actions whose keys have another meaning on this tab."""

    tabs = query_one(TabLine)

    @classmethod
    def all_actions(cls) -> tuple[Action, ...]:
        """Return all actions except those in `TAKEN_KEYS`."""
        return tuple(action for action in super().all_actions() if action.id not in cls.TAKEN_KEYS)

    def body(self) -> ComposeResult:
        """Build the tabs above the list."""
        yield TabLine([_(title) for title in TITLES], TABS.index(self.TAB))
        yield from super().body()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether a key means something here: beside details, Tab goes into them."""
        if action == "perform" and parameters == ("tab.next",) and self.shows_details:
            return False
        return super().check_action(action, parameters)

    def on_tab_line_chosen(self, event: TabLine.Chosen) -> None:
        """Go to the clicked tab."""
        self.begin(f"tab.{TABS[event.place]}")

    # Actions

    async def do_invitations(self) -> None:
        """Go to the invitations."""
        await self._go_to_tab("invitations")

    async def do_partners(self) -> None:
        """Go to the indirect providers and resellers."""
        await self._go_to_tab("partners")

    async def do_delegated_admin(self) -> None:
        """Go to the delegated-admin relationships."""
        await self._go_to_tab("delegated-admin")

    async def do_ended(self) -> None:
        """Go to the customers whose relationship ended."""
        await self._go_to_tab("ended")

    async def do_next(self) -> None:
        """Go to the next tab."""
        await self._step(1)

    async def do_previous(self) -> None:
        """Go to the previous tab."""
        await self._step(-1)

    async def _step(self, by: int) -> None:
        await self._go_to_tab(TABS[(TABS.index(self.TAB) + by) % len(TABS)])

    async def _go_to_tab(self, name: str) -> None:
        if name != self.TAB:
            await self.shell.replace(name)
