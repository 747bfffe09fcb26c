"""The ledger of invitations: who was asked, how far it is, and who must act."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from models.clouds import Capability
from models.errors import DeskError
from models.languages import N_, _, ngettext
from models.paths import typed_path
from models.plain import shown
from models.relationship_lists import INVITATIONS
from screens.relationship_tabs import TAB_ACTIONS, RelationshipTab, list_actions
from tui.widgets.actions import Action
from tui.widgets.questions import Choice

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from models.account_list import Scope
    from models.changes import Plan
    from models.letters.letter import Letter
    from models.lists import Row, RowKey
    from models.relationships import SentBy


class InvitationsScreen(RelationshipTab):
    """The list of invitations, what is overdue first."""

    TAB = "invitations"
    SPEC = INVITATIONS
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
               changes=True, bar=False),
        Action("invitations.send", "S", N_("Send"),
               N_("Hand the letters of the marked invitations to the mail server"), "S",
               changes=True, bar=False),
        Action("invitations.copy", "y", N_("Copy"), N_("Copy the e-mail address, domain or name"),
               "y", bar=False),
        *TAB_ACTIONS,
    )  # fmt: skip
    TAKEN_KEYS = frozenset({"desk.refresh"})

    def count_text(self, count: int) -> str:
        """Return how many invitations there are, in words."""
        return ngettext("{count} invitation", "{count} invitations", count)

    def empty_text(self, scope: Scope, *, filtered: bool) -> str:
        """Return what to do where there are none, and what the cloud says of inviting."""
        if filtered:
            return _("No invitation matches this filter.\n\n"
                     "/ changes it, Esc clears it.")  # fmt: skip
        account = scope.account
        place = _(account.cloud.short_name) if account else _("all clouds")
        lines = [_("Nobody has been invited in {place} yet.").format(place=place), ""]
        if account is not None:
            reasons = [
                account.cloud.allows(capability).reason
                for capability in (Capability.INVITATION_URL, Capability.INVITE_EXISTING)
            ]
            lines += [reason for reason in dict.fromkeys(reasons) if reason]
            lines.append(_("i  invites a company that has a tenant already"))
        lines.append(_("A company without a tenant is added instead: g c, n"))
        return "\n".join(lines)

    async def open_row(self, row: Row) -> None:
        """Open the invitation under the cursor."""
        await self.shell.open_letter(row.key)

    # What keys do

    async def do_invite(self) -> None:
        """Show the form."""
        await self.shell.invite(None)

    async def do_remind(self) -> None:
        """Show the reminder of one; for marked ones, ask how they go out."""
        if not self.table.marks:
            await self.do_open()
            return
        self.choose(
            await self.about_marked(_("Letters")),
            [Choice("f", _(".eml files"), self.do_letters),
             Choice("s", _("by the mail server"), self._send_marked)],
        )  # fmt: skip

    def do_letters(self) -> None:
        """Ask for the folder that the letters are written to."""
        self.ask(_("Folder"), "", self._folder_named)

    async def _folder_named(self, text: str | None) -> None:
        if not text or not text.strip():
            return
        folder = typed_path(text)
        if not folder.is_dir():
            self.status.say(_("{file} is no folder.").format(file=shown(str(folder))))
            return
        from models.relationships import SentBy

        await self._all_out(SentBy.EML, lambda letter, plan: self._write(folder, letter, plan))

    def _write(self, folder: Path, letter: Letter, plan: Plan) -> None:
        from models.letters.eml import eml_bytes, eml_name, write_eml

        content = eml_bytes(letter, self.desk.settings.mail.sender, plan.by.at, plan.by.plan_id)
        stem = eml_name(letter).removesuffix(".eml")
        write_eml(folder / f"{stem}-{plan.by.plan_id[:8]}.eml", content)

    async def do_send(self) -> None:
        """Ask before the marked letters are handed to the mail server."""
        mail = self.desk.settings.mail
        if not mail.host:
            self.status.say(_("No mail server is set: write [mail] host in your settings."))
            return
        question = await self.about_marked(_("Send by {host}").format(host=shown(mail.host)))
        self.choose(question, [Choice("y", _("Yes"), self._send_marked)])

    async def _send_marked(self) -> None:
        from models.relationships import SentBy

        if not self.desk.settings.mail.host:
            self.status.say(_("No mail server is set: write [mail] host in your settings."))
            return
        await self._all_out(SentBy.SMTP, lambda _letter, _plan: None)
        self.status.say(await self.shell.send_letters())

    async def _all_out(self, how: SentBy, first: Callable[[Letter, Plan], None]) -> None:
        """Let the letters of the marked rows go out, one by one; say how many could not."""
        keys = await self.chosen_keys()
        done, wrong = 0, ""
        for key in keys:
            try:
                await self.desk.reader.aside(partial(self._out, key, how, first))
                done += 1
            except DeskError as error:
                wrong = wrong or str(error)
            self.status.say(_("{done} of {all} …").format(done=done, all=len(keys)))
        self.table.marks.clear()
        await self.shell.book_changed()
        said = ngettext("{count} letter is out", "{count} letters are out", done)
        left = len(keys) - done
        if left:
            said += " · " + ngettext("{count} is not: {why}", "{count} are not: {why}", left,
                                     why=wrong)  # fmt: skip
        self.status.say(said, error=bool(left))

    def _out(self, key: RowKey, how: SentBy, first: Callable[[Letter, Plan], None]) -> None:
        from models.answering import plan_letter_out, read_case
        from models.changes import carry_out
        from models.errors import RefusedError
        from models.verdicts import Verdict

        case = read_case(self.desk.store, key)
        letter = case.letter(self.desk.clock())
        plan = plan_letter_out(case, letter, how, self.desk.by())
        if plan.verdict is Verdict.REFUSED:
            raise RefusedError(" ".join(reason.text for reason in plan.reasons if reason.refuses))
        first(letter, plan)
        carry_out(self.desk.store, plan)

    async def do_copy(self) -> None:
        """Ask what to copy of the invitation under the cursor."""
        row = await self.table.row_there()
        if row is None:
            self.status.say(_("There is nothing to copy."))
            return
        self.ask_what_to_copy(row, {"e": "email", "d": "domain", "n": "company"})
