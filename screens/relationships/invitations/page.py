"""One invitation: how far it is, and its letter, the first one or the reminder."""

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
    """An invitation of the ledger with its letter."""

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

    def __init__(self, desk: AppSession, case: InvitationDetails) -> None:
        super().__init__(desk, case.letter(desk.clock()))
        self._case = case

    @classmethod
    async def load(cls, desk: AppSession, key: RowKey) -> Self:
        """Read the invitation.

        Raises:
            NotFoundError: it is not in the book.
        """
        from partnerdesk.models.relationships.invitation_details import read_case

        return cls(desk, await desk.aside(read_case, key))

    @classmethod
    async def read_details(cls, desk: AppSession, key: RowKey, show: Show) -> Sequence[Section]:
        """Read what the page says, without the letter that is to go out."""
        from partnerdesk.models.relationships.invitation_details import read_case

        del show  # a letter that went out is opened on the page
        return case_sections(await desk.aside(read_case, key), desk.clock(), None)

    # What is shown

    def around(self) -> Sequence[Section]:
        """Return how far the invitation is."""
        return case_sections(self._case, self.desk.clock(), self._open_letter)

    def book_changed(self) -> None:
        """Read the invitation again; a letter that is being edited stays."""
        from partnerdesk.models.relationships.invitation_details import read_case

        id = self._case.invitation.id or 0
        self.read(partial(self.desk.aside, read_case, id), self._take)

    def _take(self, case: InvitationDetails) -> None:
        if case.invitation.version != self._case.invitation.version:
            self.letter = case.letter(self.desk.clock())
        self._case = case
        self.show()

    # The letter

    def plan_out(self, how: SentBy) -> Plan:
        """Return the plan that records the letter as sent, or as a reminder."""
        from partnerdesk.models.relationships.invitation_events import plan_letter_out

        return plan_letter_out(self._case, self.letter, how, self.desk.by())

    def event_words(self) -> tuple[str, str]:
        """Return what recording the letter is called: it is the first one, or a reminder."""
        from partnerdesk.models.relationships.invitation_events import next_event
        from partnerdesk.models.relationships.lifecycles import InvitationEvent

        if next_event(self._case.invitation, self.desk.clock()) is InvitationEvent.SEND:
            return _("record as sent"), _("It is recorded as sent; u takes that back.")
        return _("record as a reminder"), _("It is recorded as a reminder; u takes that back.")

    async def rewritten(self, letter: Letter) -> None:
        """Keep an edited letter: a draft's with the invitation, a reminder's until it goes out."""
        from partnerdesk.models.relationships.invitation_events import plan_rewrite
        from partnerdesk.models.relationships.lifecycles import InvitationState

        if self._case.invitation.state_at(self.desk.clock()) is InvitationState.DRAFT:
            await self._carry_out(plan_rewrite(self._case, letter, self.desk.by()))
        self.letter = letter

    def in_language(self, language: str) -> Letter:
        """Return the letter anew in another language."""
        from partnerdesk.models.letters.letter import LetterLanguage

        return self._case.new_letter(self.desk.clock(), LetterLanguage(language))

    # What keys do

    async def do_open(self) -> None:
        """Show the letter under the cursor, one of those that went out."""
        field = self.page.field
        if field is None or field.open is None:
            self.status.say(_("Enter opens a letter that went out: put the cursor on one."))
            return
        await done(field.open)

    async def _open_letter(self, sent: SentLetter) -> None:
        if sent.letter is None:
            self.status.say(_("The text of this letter was not kept."))
            return
        company = self._case.invitation.company_name
        await self.shell.show("sent-letter", company, sent, sent.letter)

    def on_field_page_chosen(self) -> None:
        """Open what was clicked twice."""
        self.begin("invitation.open")

    async def do_accept(self) -> None:
        """Show the plan that records the acceptance; ask who it is where several may be."""
        from partnerdesk.models.relationships.invitation_events import plan_accept

        likely = self._case.likely
        if len(likely) < 2:
            await self._review(plan_accept(self._case, self.desk.by()))
            return
        choices = []
        for place, (customer, _sure) in enumerate(likely[:9], 1):
            plan = plan_accept(self._case, self.desk.by(), customer)
            name = shown(customer.primary_domain or customer.company_name)[:40]
            choices.append(Choice(str(place), name, partial(self._review, plan)))
        self.choose(_("Which one is it?"), choices)

    async def do_decline(self) -> None:
        """Show the plan that records a no."""
        from partnerdesk.models.relationships.invitation_events import plan_decline

        await self._review(plan_decline(self._case, self.desk.by()))

    async def do_withdraw(self) -> None:
        """Show the plan that gives the invitation up."""
        from partnerdesk.models.relationships.invitation_events import plan_withdraw

        await self._review(plan_withdraw(self._case, self.desk.by()))

    async def _review(self, plan: Plan) -> None:
        async def done(_outcome: Outcome) -> None:
            self.shell.say(_("Recorded. u takes it back."))

        await self.shell.review(plan, done, self._changed)

    async def _changed(self) -> None:
        self.book_changed()
        await self.settled()
        self.shell.say(_("Somebody else changed this invitation; look at it again."))

    async def do_customer(self) -> None:
        """Open the customer."""
        customer = self._case.customer
        if customer is None:
            self.status.say(_("This company is not in the book yet."))
            return
        await self.shell.show("customer", customer.id or 0)

    async def do_undo(self) -> None:
        """Show the plan that takes the latest step back."""
        from partnerdesk.models.changes.entries import latest_change_of
        from partnerdesk.models.relationships.records import INVITATION

        one, store = self._case.invitation, self.desk.store

        def latest() -> int | None:
            with store.reading() as session:
                return latest_change_of(session, INVITATION, one.id or 0, one.company_name)

        change_id = await self.desk.reader.aside(latest)
        if change_id is None:
            self.status.say(_("There is nothing to undo here."))
            return
        await undo(self, change_id)

    async def do_template(self) -> None:
        """Edit the partner's own text for this kind of letter."""
        from partnerdesk.models.letters.letter import Template, built_in

        kept = self._case.templates.get((self.letter.kind, self.letter.language))
        base = built_in(self.letter.kind, self.letter.language)
        template = Template(kept.subject, kept.body) if kept is not None else base
        await self._edit_template(f"{template.subject}\n\n{template.body}")

    async def _edit_template(self, typed: str, why: str = "") -> None:
        from partnerdesk.screens.shared.note_dialog import NoteDialog

        async def written(text: str | None) -> None:
            if text is not None:
                await self._template_written(text)

        title = _("Own text, with {company} {contact} {partner} {link}; empty: the built-in one")
        of = f"template/{self.letter.kind}/{self.letter.language}"
        dialog = NoteDialog(typed, typed, why, title=title, belongs_to=of)
        await self.shell.ask_dialog(dialog, written)

    async def _template_written(self, text: str) -> None:
        from partnerdesk.models.letters.letter import Template
        from partnerdesk.models.relationships.invitation_events import plan_template

        subject, _blank, body = text.replace("\r\n", "\n").partition("\n")
        template = Template(subject.strip(), body.strip("\n"))
        letter = (self.letter.kind, self.letter.language)
        kept = self._case.templates.get(letter)
        plan = plan_template(self._case.account, kept, letter, template, self.desk.by())
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
