"""All screens by name, with their modules; a module is imported when its screen is opened.

Screens open each other by these names (`shell.show`), so that no screen imports another.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from partnerdesk.tui.widgets.app_screen import AppScreen

SCREENS = {
    "resources": ("resources.list", "ResourcesScreen"),
    "customers": ("customers.list", "CustomersScreen"),
    "relationships": ("relationships.invitations.list", "InvitationsScreen"),
    "changes": ("changes.list", "ChangesScreen"),
    "invitations": ("relationships.invitations.list", "InvitationsScreen"),
    "partners": ("relationships.partners.list", "PartnersScreen"),
    "delegated-admin": ("relationships.delegated_admin.list", "DelegatedAdminScreen"),
    "ended": ("relationships.ended", "EndedScreen"),
    "guide": ("resources.guide", "GuideScreen"),
    "add-customer": ("customers.add", "AddCustomerScreen"),
    "change": ("changes.page", "ChangeScreen"),
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
    "undo-import": ("changes.undo_import", "UndoImportScreen"),
    "end-many": ("relationships.end", "EndManyScreen"),
    "sent-letter": ("relationships.letters.sent_letter", "SentLetterScreen"),
}
"""For each name, the module below `partnerdesk.screens` and the class."""
MAIN_SCREENS = ("resources", "customers", "relationships", "changes")
"""The screens that `g` leads to, and with which the console can start."""
LIGHT_SCREENS = frozenset(
    {*MAIN_SCREENS, "invitations", "partners", "delegated-admin", "ended", "guide"}
)
"""The screens that need none of the modules imported after the first rows."""


def screen_class(name: str) -> type[AppScreen]:
    """Return the class of the screen called `name`."""
    module, class_name = SCREENS[name]
    screen: type[AppScreen] = getattr(import_module(f"partnerdesk.screens.{module}"), class_name)
    return screen


def all_screens() -> list[type[AppScreen]]:
    """Return the classes of all screens in the order of `SCREENS`, each once."""
    return list(dict.fromkeys(map(screen_class, SCREENS)))
