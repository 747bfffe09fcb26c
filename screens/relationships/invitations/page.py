"""The page of one invitation: its state, and its next letter."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Self

from partnerdesk.models.core.errors import AppError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import N_, _
from partnerdesk.screens.relationships.invitations.sections import case_sections
from partnerdesk.screens.relationships.letters.outgoing import LetterScreen
from partnerdesk.screens.shared.undo import undo
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.questions import Choice, done

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.letters.letter import Letter
    from partnerdesk.models.lists.spec import RowKey
    from partnerdesk.models.relationships.entities import SentBy
    from partnerdesk.models.relationships.invitation_details import InvitationDetails
    from partnerdesk.models.relationships.sent_letters import SentLetter
    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.widgets.app_screen import Show
    from partnerdesk.tui.widgets.sections import Section


class InvitationScreen(LetterScreen):
    """Shows an invitation with its next letter: the first letter, or a reminder."""

    NAME = "invitation"
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        *LetterScreen.ACTIONS,
        Action("invitation.open", "enter", N_("Open"),
               N_("Show the letter under the cursor that went out, to read and copy it again"),
               "Enter", bar=False),
        Action("invitation.accept", "a", N_("Accepted"),
               N_("Record that the customer accepted"), "a", changes=True),
        Action("invitation.decline", "d", N_("Declined"),
               N_("Record that the customer said no"), "d", changes=True, bar=False),
        Action("invitation.withdraw", "W", N_("Withdraw"),
               N_("Give the invitation up; shows the plan first"), "W", changes=True, bar=False),
        Action("invitation.template", "T", N_("Template"),
               N_("Edit your own text for letters of this kind and language"), "T", changes=True,
               bar=False),
        Action("invitation.customer", "o", N_("Customer"), N_("Open the customer"), "o",
               bar=False),
        Action("invitation.undo", "u", N_("Undo"),
               N_("Take the latest step of this invitation back; shows the plan first"), "u",
               changes=True),
    )  # fmt: skip

    def __init__(self, desk: AppSession, details: InvitationDetails) -> None:
        super().__init__(desk, details.letter(desk.clock()))
        self._details = details

    @classmethod
    async def load(cls, desk: AppSession, key: RowKey) -> Self:
        """Return the page of an invitation.

        Raises:
            NotFoundError: the invitation is not in the book.
        """
        from partnerdesk.models.relationships.invitation_details import read_invitation

        return cls(desk, await desk.aside(read_invitation, key))

    @classmethod
    async def read_details(cls, desk: AppSession, key: RowKey, show: Show) -> Sequence[Section]:
        """Return the sections of the page, without the letter to send."""
        from partnerdesk.models.relationships.invitation_details import read_invitation

        del show  # a letter that went out is opened on the page
        return case_sections(await desk.aside(read_invitation, key), desk.clock(), None)

    # Display

    def around(self) -> Sequence[Section]:
        """Return the sections with the state of the invitation, and with the sent letters."""
        return case_sections(self._details, self.desk.clock(), self._open_letter)

    def book_changed(self) -> None:
        """Read the invitation again; the letter is replaced only if the invitation changed."""
        from partnerdesk.models.relationships.invitation_details import read_invitation

        id = self._details.invitation.id or 0
        self.read(partial(self.desk.aside, read_invitation, id), self._take)

    def _take(self, details: InvitationDetails) -> None:
        if details.invitation.version != self._details.invitation.version:
            self.letter = details.letter(self.desk.clock())
        self._details = details
        self.show()

    # The letter

    def plan_out(self, how: SentBy) -> Plan:
        """Return the plan that records the letter as sent, as the first letter or as a reminder."""
        from partnerdesk.models.relationships.invitation_events import plan_letter_out

        return plan_letter_out(self._details, self.letter, how, self.desk.by())

    def event_words(self) -> tuple[str, str]:
        """Return the label of recording, and the message after it, by the kind of letter."""
        from partnerdesk.models.relationships.invitation_events import next_event
        from partnerdesk.models.relationships.lifecycles import InvitationEvent

        if next_event(self._details.invitation, self.desk.clock()) is InvitationEvent.SEND:
            return _("record as sent"), _("It is recorded as sent; u takes that back.")
        return _("record as a reminder"), _("It is recorded as a reminder; u takes that back.")

    async def rewritten(self, letter: Letter) -> None:
        """Store an edited letter: of a draft in the book, a reminder only on this page."""
        from partnerdesk.models.relationships.invitation_events import plan_rewrite
        from partnerdesk.models.relationships.lifecycles import InvitationState

        if self._details.invitation.state_at(self.desk.clock()) is InvitationState.DRAFT:
            await self._carry_out(plan_rewrite(self._details, letter, self.desk.by()))
        self.letter = letter

    def in_language(self, language: str) -> Letter:
        """Return a new letter in another language."""
        from partnerdesk.models.letters.letter import LetterLanguage

        return self._details.new_letter(self.desk.clock(), LetterLanguage(language))

    # Actions

    async def do_open(self) -> None:
        """Show the sent letter under the cursor."""
        field = self.page.field
        if field is None or field.open is None:
            self.status.say(_("Enter opens a letter that went out: put the cursor on one."))
            return
        await done(field.open)

    async def _open_letter(self, sent: SentLetter) -> None:
        if sent.letter is None:
            self.status.say(_("The text of this letter was not kept."))
            return
        company = self._details.invitation.company_name
        await self.shell.show("sent-letter", company, sent, sent.letter)

    def on_field_page_chosen(self) -> None:
        """Open the double-clicked letter."""
        self.begin("invitation.open")

    async def do_accept(self) -> None:
        """Show the plan that records the acceptance; if several customers match, ask which."""
        from partnerdesk.models.relationships.invitation_events import plan_accept

        likely = self._details.likely
        if len(likely) < 2:
            await self._review(plan_accept(self._details, self.desk.by()))
            return
        choices = []
        for place, (customer, _sure) in enumerate(likely[:9], 1):
            plan = plan_accept(self._details, self.desk.by(), customer)
            name = shown(customer.primary_domain or customer.company_name)[:40]
            review = partial(self._review, plan)
            choices.append(Choice(str(place), name, review, default=place == 1))
        self.choose(_("Which one is it?"), choices)

    async def do_decline(self) -> None:
        """Show the plan that records the refusal."""
        from partnerdesk.models.relationships.invitation_events import plan_decline

        await self._review(plan_decline(self._details, self.desk.by()))

    async def do_withdraw(self) -> None:
        """Show the plan that withdraws the invitation."""
        from partnerdesk.models.relationships.invitation_events import plan_withdraw

        await self._review(plan_withdraw(self._details, self.desk.by()))

    async def _review(self, plan: Plan) -> None:
        async def done(_outcome: Outcome) -> None:
            self.shell.say(_("Recorded. u takes it back."))

        await self.shell.review(plan, done, self._on_conflict)

    async def _on_conflict(self) -> None:
        self.book_changed()
        await self.settled()
        self.shell.say(_("Somebody else changed this invitation; look at it again."))

    async def do_customer(self) -> None:
        """Open the customer of the invitation."""
        customer = self._details.customer
        if customer is None:
            self.status.say(_("This company is not in the book yet."))
            return
        await self.shell.show("customer", customer.id or 0)

    async def do_undo(self) -> None:
        """Show the plan that undoes the latest step of the invitation."""
        from partnerdesk.models.changes.entries import latest_change_of
        from partnerdesk.models.relationships.records import INVITATION

        invitation, store = self._details.invitation, self.desk.store
        id, name = invitation.id or 0, invitation.company_name

        def latest() -> int | None:
            with store.reading() as session:
                return latest_change_of(session, INVITATION, id, name)

        change_id = await self.desk.reader.aside(latest)
        if change_id is None:
            self.status.say(_("There is nothing to undo here."))
            return
        await undo(self, change_id)

    async def do_template(self) -> None:
        """Edit the partner's own template for this kind and language of letter."""
        from partnerdesk.models.letters.letter import Template, built_in

        own = self._details.templates.get((self.letter.kind, self.letter.language))
        base = built_in(self.letter.kind, self.letter.language)
        template = Template(own.subject, own.body) if own is not None else base
        await self._edit_template(f"{template.subject}\n\n{template.body}")

    async def _edit_template(self, typed: str, why: str = "") -> None:
        from partnerdesk.screens.shared.note_dialog import NoteDialog

        async def written(text: str | None) -> None:
            if text is not None:
                await self._save_template(text)

        title = _("Own text, with {company} {contact} {partner} {link}; empty: the built-in one")
        key = f"template/{self.letter.kind}/{self.letter.language}"
        dialog = NoteDialog(typed, typed, why, title=title, belongs_to=key)
        await self.shell.ask_dialog(dialog, written)

    async def _save_template(self, text: str) -> None:
        from partnerdesk.models.letters.letter import Template
        from partnerdesk.models.relationships.invitation_events import plan_template

        subject, _blank, body = text.replace("\r\n", "\n").partition("\n")
        template = Template(subject.strip(), body.strip("\n"))
        letter = (self.letter.kind, self.letter.language)
        own = self._details.templates.get(letter)
        plan = plan_template(self._details.account, own, letter, template, self.desk.by())
        try:
            await self._carry_out(plan)
        except AppError as error:
            await self._edit_template(text, str(error))
            return
        self.book_changed()
        await self.settled()
        await self.rewritten(self.in_language(self.letter.language))
        self.show()
        self.status.say(_("Your own text is kept for letters of this kind."))
