"""The page of a letter that is not sent yet: edit it, send it, record it as sent."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from string import ascii_lowercase
from typing import TYPE_CHECKING, ClassVar

from partnerdesk.models.core.errors import AppError
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import why_refused
from partnerdesk.models.languages import N_, _
from partnerdesk.screens.relationships.letters.page import LetterPage
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.questions import Choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.letters.letter import Letter
    from partnerdesk.models.relationships.entities import SentBy
    from partnerdesk.models.session import AppSession

RECORD_HELP = N_("Record that the letter went out, when you have sent it yourself")
RECORD = Action("letter.record", "m", N_("Sent"), RECORD_HELP, "m", changes=True)


class LetterScreen(LetterPage):
    """Shows a letter that is not sent yet; recording it as sent is a step of its own.

    Subclasses define the plan that records it.
    """

    ACTIONS: ClassVar[tuple[Action, ...]] = (
        *LetterPage.ACTIONS,
        Action("letter.send", "S", N_("Send"),
               N_("Hand the letter to the mail server of the settings"), "S", changes=True),
        RECORD,
        Action("letter.edit", "e", N_("Edit"),
               N_("Edit the letter; its link has to stay as it is"), "e", changes=True),
        Action("letter.language", "l", N_("Language"),
               N_("Write the letter anew in another language"), "l", bar=False, changes=True),
    )  # fmt: skip

    def __init__(self, desk: AppSession, letter: Letter) -> None:
        super().__init__(desk, letter)
        self._is_edited = False
        self._way: SentBy | None = None
        """How the letter was last copied or written; None if it was not."""
        self.recorded = False
        """Whether a letter was recorded as sent on this page."""

    # Implemented by subclasses

    def plan_out(self, how: SentBy) -> Plan:
        """Return the plan that records the letter as sent in the way `how`."""
        raise NotImplementedError

    def event_words(self) -> tuple[str, str]:
        """Return the label of recording, and the message after it."""
        return _("record as sent"), _("It is recorded as sent.")

    def warning(self) -> str:
        """Return warnings about sending the letter; with a warning, Enter is not the answer yes."""
        return " ".join(reason.text for reason in self._reasons() if not reason.refuses)

    async def rewritten(self, letter: Letter) -> None:
        """Store an edited letter."""
        self.letter = letter

    def in_language(self, language: str) -> Letter:
        """Return a new letter in another language."""
        raise NotImplementedError

    # Actions

    def refusal(self, action: Action) -> str:
        """Return why `action` is refused now: errors of the letter, or its state."""
        if reason := super().refusal(action):
            return reason
        if action.id in ("letter.send", "letter.record"):
            return why_refused(self._reasons())
        return ""

    def _reasons(self) -> Sequence[Reason]:
        from partnerdesk.models.relationships.entities import SentBy

        return self.plan_out(SentBy.CLIPBOARD).reasons

    def after_copy(self, how: SentBy, message: str) -> None:
        """Ask whether the letter was sent meanwhile, if that can be recorded."""
        self._way = how
        all_clouds = self.desk.scope is not None and self.desk.scope.account is None
        if all_clouds or self.refusal(RECORD):
            super().after_copy(how, message)
            return
        label, _done = self.event_words()
        warning = self.warning()
        question = " ".join(filter(None, [message, warning, _("Did it go out?")]))
        answer = self._recording(how, "y", label, default=not warning)
        self.choose(question, [answer], _("not yet"), stands=False)

    def _recording(self, how: SentBy, key: str, label: str, *, default: bool) -> Choice:
        """Return the answer that records the present letter, even if another is shown later."""
        plan, (_label, done) = self.plan_out(how), self.event_words()

        async def record() -> None:
            await self._carry_out(plan)
            self.recorded = True
            self.status.say(done)

        return Choice(key, label, record, default=default)

    async def _carry_out(self, plan: Plan) -> Outcome:
        from partnerdesk.models.operations.carry_out import carry_out

        outcome = await self.desk.aside(carry_out, plan)
        await self.shell.book_changed()
        return outcome

    def do_record(self) -> None:
        """Ask how the letter was sent, and record it."""
        from partnerdesk.models.relationships.entities import SentBy
        from partnerdesk.models.relationships.lists import SENT_BY

        label, _done = self.event_words()
        warning = self.warning()
        default = self._way or SentBy.CLIPBOARD
        ways = {"c": SentBy.CLIPBOARD, "f": SentBy.EML, "p": SentBy.PRINTED}
        choices = [
            self._recording(how, key, _(SENT_BY[how]), default=how is default and not warning)
            for key, how in ways.items()
        ]
        question = _("How did it go out? ({step})").format(step=label)
        self.choose(" ".join(filter(None, [warning, question])), choices)

    def do_send(self) -> None:
        """Ask for confirmation, then send the letter by the mail server."""
        from partnerdesk.models.relationships.entities import SentBy

        mail = self.desk.settings.mail
        if not mail.host:
            self.status.say(
                _(
                    "No mail server is set: write [mail] host in your settings. "
                    "y copies the letter, f writes a file."
                )
            )
            return
        question = _("Send to {email} by {host}?").format(
            email=shown(self.letter.email), host=shown(mail.host)
        )
        question = " ".join(filter(None, [self.warning(), question]))
        plan = self.plan_out(SentBy.SMTP)
        self.choose(question, [Choice("y", _("Yes"), partial(self._send, plan))])

    async def _send(self, plan: Plan) -> None:
        self.status.say(_("Sending …"))
        outcome = await self._carry_out(plan)
        self.recorded = True
        self.status.say(await self.shell.send_letters(outcome.change_id))

    async def do_edit(self) -> None:
        """Open the dialog to edit the letter; its first line is the subject."""
        await self._edit(f"{self.letter.subject}\n\n{self.letter.body}")

    async def _edit(self, typed: str, why: str = "") -> None:
        from partnerdesk.screens.shared.note_dialog import NoteDialog

        async def written(text: str | None) -> None:
            if text is not None:
                await self._check_and_store(text)

        before = f"{self.letter.subject}\n\n{self.letter.body}"
        title = _("Letter: the first line is its subject")
        key = f"{self.NAME}/{self.letter.kind}/{self.letter.name}/{self.letter.email}"
        dialog = NoteDialog(before, typed, why, title=title, belongs_to=key)
        await self.shell.ask_dialog(dialog, written)

    async def _check_and_store(self, text: str) -> None:
        from partnerdesk.models.letters.letter import check_letter

        subject, _blank, body = text.replace("\r\n", "\n").partition("\n")
        letter = replace(self.letter, subject=subject.strip(), body=body.strip("\n") + "\n")
        wrong = [reason.text for reason in check_letter(letter) if reason.refuses]
        try:
            if not wrong:
                await self.rewritten(letter)
        except AppError as error:
            wrong = [str(error)]
        if wrong:  # the dialog opens again with the typed text and the reason
            await self._edit(text, " ".join(wrong))
            return
        self._is_edited = True
        self.show()

    def do_language(self) -> None:
        """Ask for the language, and show the new letter."""
        from partnerdesk.models.letters.letter import LANGUAGE_TITLES

        question = _("Language:")
        if self._is_edited:
            question = _("Language (what you edited is replaced):")
        choices: list[Choice] = []
        for code, title in LANGUAGE_TITLES.items():
            used = {choice.key for choice in choices}
            key = next(letter for letter in code + ascii_lowercase if letter not in used)
            choices.append(Choice(key, _(title), partial(self._take_language, code)))
        self.choose(question, choices)

    async def _take_language(self, language: str) -> None:
        await self.rewritten(self.in_language(language))
        self._is_edited = False
        self.show()
