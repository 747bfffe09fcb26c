"""All screens by name, with their modules; a module is imported when its screen is opened.

Screens open each other by these names (`shell.show`), so that no screen imports another.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from partnerdesk.models.languages import N_, _

if TYPE_CHECKING:
    from partnerdesk.tui.widgets.actions import Action
    from partnerdesk.tui.widgets.app_screen import AppScreen

SCREENS = {
    "resources": ("resources.list", "ResourcesScreen"),
    "customers": ("customers.list", "CustomersScreen"),
    "subscriptions": ("subscriptions.list", "SubscriptionsScreen"),
    "relationships": ("relationships.invitations.list", "InvitationsScreen"),
    "changes": ("changes.list", "ChangesScreen"),
    "overview": ("overview.page", "OverviewScreen"),
    "board": ("board.list", "BoardScreen"),
    "invitations": ("relationships.invitations.list", "InvitationsScreen"),
    "partners": ("relationships.partners.list", "PartnersScreen"),
    "delegated-admin": ("relationships.delegated_admin.list", "DelegatedAdminScreen"),
    "ended": ("relationships.ended", "EndedScreen"),
    "guide": ("resources.guide", "GuideScreen"),
    "add-customer": ("customers.add", "AddCustomerScreen"),
    "change": ("changes.page", "ChangeScreen"),
    "copied-text": ("shared.copied_text", "CopiedTextScreen"),
    "customer": ("customers.page", "CustomerScreen"),
    "delegation": ("relationships.delegated_admin.form", "DelegationFormScreen"),
    "drafts": ("customers.drafts", "DraftsScreen"),
    "edit-customer": ("customers.edit", "EditCustomerScreen"),
    "end-relationship": ("relationships.end", "EndRelationshipScreen"),
    "import": ("files.import_", "ImportScreen"),
    "invite": ("relationships.invitations.invite", "InviteScreen"),
    "invite-many": ("relationships.invitations.invite", "InviteManyScreen"),
    "invitation": ("relationships.invitations.page", "InvitationScreen"),
    "notice": ("relationships.letters.notice", "NoticeScreen"),
    "partner": ("relationships.partners.form", "PartnerFormScreen"),
    "plan": ("changes.plan", "PlanScreen"),
    "run": ("changes.run", "RunScreen"),
    "subscription": ("subscriptions.page", "SubscriptionScreen"),
    "undo-import": ("changes.undo_import", "UndoImportScreen"),
    "end-many": ("relationships.end", "EndManyScreen"),
    "sign-in": ("accounts.sign_in", "SignInScreen"),
    "sent-letter": ("relationships.letters.sent_letter", "SentLetterScreen"),
}
"""For each name, the module below `partnerdesk.screens` and the class."""
MAIN_SCREENS = (
    "resources",
    "board",
    "overview",
    "customers",
    "subscriptions",
    "relationships",
    "changes",
)
"""The screens that `g` leads to, and with which the console can start."""
LIGHT_SCREENS = frozenset(
    {*MAIN_SCREENS, "invitations", "partners", "delegated-admin", "ended", "guide"}
)
"""The screens that need none of the modules imported after the first rows."""

PLACES = (
    ("resources", "", N_("Resources")),
    ("board", "", N_("Needs you")),
    ("overview", "", N_("Overview")),
    ("customers", "", N_("Customers")),
    ("subscriptions", "", N_("Subscriptions")),
    ("invitations", "tab.invitations", N_("Invitations")),
    ("partners", "tab.partners", N_("Partners")),
    ("delegated-admin", "tab.delegated-admin", N_("Delegated admin")),
    ("ended", "tab.ended", N_("Ended")),
    ("changes", "", N_("Changes")),
)
"""The screens that the palette reaches from everywhere: the name, the tab's action, the title."""


class Place(NamedTuple):
    """An action of a screen that the palette reaches from everywhere."""

    screen: str
    """The name of the main screen."""
    tab: str
    """The action that opens the tab of the main screen; empty if the screen is no tab."""
    title: str
    """The screen's title, in the current language."""
    action: Action


def actions_elsewhere(here: AppScreen) -> dict[str, Place]:
    """Return the actions of the other screens in `PLACES`, by ids of the form `screen/action`."""
    actions: dict[str, Place] = {}
    for name, tab, title in PLACES:
        other = screen_class(name)
        if isinstance(here, other):
            continue
        for action in other.ACTIONS:
            if not action.id.startswith("tab."):
                place = Place("relationships" if tab else name, tab, _(title), action)
                actions[f"{name}/{action.id}"] = place
    return actions


def screen_class(name: str) -> type[AppScreen]:
    """Return the class of the screen called `name`."""
    module, class_name = SCREENS[name]
    screen: type[AppScreen] = getattr(import_module(f"partnerdesk.screens.{module}"), class_name)
    return screen


def all_screens() -> list[type[AppScreen]]:
    """Return the classes of all screens in the order of `SCREENS`, each once."""
    return list(dict.fromkeys(map(screen_class, SCREENS)))
