"""The list of invitations: the company, the state, and the next step."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import N_, _, ngettext
from partnerdesk.models.relationships.lists import INVITATIONS
from partnerdesk.models.relationships.records import INVITATION
from partnerdesk.models.settings.clouds import Capability
from partnerdesk.screens.files.ask_import import import_action
from partnerdesk.screens.lists.record_list import list_actions
from partnerdesk.screens.relationships.letters.flow import LettersFlow
from partnerdesk.screens.relationships.tabs import TAB_ACTIONS, RelationshipTab
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.empty_place import LETTER, Emptiness
from partnerdesk.tui.widgets.questions import Choice

if TYPE_CHECKING:
    from partnerdesk.models.accounts.accounts import Scope
    from partnerdesk.models.lists.spec import Row


class InvitationsScreen(RelationshipTab):
    """Shows the invitations, overdue ones first."""

    TAB = "invitations"
    SPEC = INVITATIONS
    TITLES = INVITATION.fields
    PAGE = "invitation"
    RUN = "invite"
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        *list_actions("invitations", N_("Narrow the list: words, state:sent, next:remind, due<7d")),
        Action("invitations.invite", "i,n", N_("Invite"),
               N_("Invite a company that has a tenant already"), "i", changes=True),
        Action("invitations.remind", "r", N_("Remind"),
               N_("Write a reminder with the same link: of one, or of all that are marked"), "r",
               changes=True),
        Action("invitations.letters", "f", N_("Letters"),
               N_("Write the letters of the marked invitations to .eml files in a folder"), "f",
               bar=False),
        Action("invitations.send", "S", N_("Send"),
               N_("Hand the letters of the marked invitations to the mail server"), "S",
               changes=True, bar=False),
        import_action("invitations"),
        Action("invitations.copy", "y", N_("Copy"), N_("Copy the e-mail address, domain or name"),
               "y", bar=False),
        *TAB_ACTIONS,
    )  # fmt: skip
    TAKEN_KEYS = frozenset({"desk.refresh"})

    def count_text(self, count: int) -> str:
        """Return the number of invitations as text."""
        return ngettext("{count} invitation", "{count} invitations", count)

    def emptiness(self, scope: Scope) -> Emptiness:
        """Return that nobody is invited, the limits of the cloud, and what to do."""
        account = scope.account
        place = _(account.cloud.short_name) if account else _("all clouds")
        why, ways = [_("Nobody has been invited in {place} yet.").format(place=place)], []
        if account is not None:
            reasons = [
                account.cloud.allows(capability).reason
                for capability in (Capability.INVITATION_URL, Capability.INVITE_EXISTING)
            ]
            why += [reason for reason in dict.fromkeys(reasons) if reason]
            ways = [("invitations.invite", _("invites a company that has a tenant already"))]
        ways.append(("g c, n", _("adds a company without a tenant instead")))
        return Emptiness("\n\n".join(why), tuple(ways), LETTER)

    def no_match_text(self) -> str:
        """Return that nothing matches the filter."""
        return _("No invitation matches this filter.")

    async def open_row(self, row: Row) -> None:
        """Open the invitation under the cursor."""
        await self.shell.show("invitation", row.key)

    # Actions

    async def do_invite(self) -> None:
        """Show the form for a new invitation."""
        await self.shell.show("invite")

    async def do_remind(self) -> None:
        """Open the invitation under the cursor; with marked rows, ask how to send the letters."""
        if not self.table.marks:
            await self.do_open()
            return
        self.choose(
            await self.about_marked(_("Letters")),
            [
                Choice("f", _(".eml files"), self.do_letters, default=True),
                Choice("s", _("by the mail server"), LettersFlow(self).send),
            ],
        )

    def do_letters(self) -> None:
        """Ask for a folder, and write the letters to it."""
        LettersFlow(self).ask_folder()

    async def do_send(self) -> None:
        """Ask for confirmation, then send the letters by the mail server."""
        mail = self.desk.settings.mail
        if not mail.host:
            self.status.say(_("No mail server is set: write [mail] host in your settings."))
            return
        question = await self.about_marked(_("Send by {host}").format(host=shown(mail.host)))
        self.choose(question, [Choice("y", _("Yes"), LettersFlow(self).send)])

    async def do_copy(self) -> None:
        """Ask what to copy of the invitation under the cursor."""
        row = await self.table.row_there()
        if row is None:
            self.status.say(_("There is nothing to copy."))
            return
        self.questions.ask_what_to_copy(row, {"e": "email", "d": "domain", "n": "company"})
