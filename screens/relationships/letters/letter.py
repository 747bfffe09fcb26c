"""A letter on a page: read it, copy it, write it to a file; edit it, send it, record it as sent."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from string import ascii_lowercase
from typing import TYPE_CHECKING, ClassVar

from textual.getters import query_one

from partnerdesk.models.core.errors import AppError
from partnerdesk.models.core.paths import is_there, typed_path
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import N_, _
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.field_page import Field, FieldPage, Section
from partnerdesk.tui.widgets.page_search import PageScreen
from partnerdesk.tui.widgets.questions import Choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.letters.letter import Letter
    from partnerdesk.models.relationships.entities import SentBy
    from partnerdesk.models.session import AppSession

LONGEST = 80
"""Characters of a file's path that the status line has room for beside a question."""
RECORD = Action(
    "letter.record", "m", N_("Sent"),
    N_("Record that the letter went out, when you have sent it yourself"), "m", changes=True,
)  # fmt: skip


class LetterPage(PageScreen):
    """Shows a letter to read, to copy, and to write to a file: none of that changes the book."""

    OWN_ACCOUNT = True
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("letter.copy", "y", N_("Copy"),
               N_("Copy the letter that is shown, to paste it into your mail program"), "y"),
        Action("letter.file", "f", N_("File"),
               N_("Write the letter to an .eml file, which any mail program opens as a draft"),
               "f"),
    )  # fmt: skip

    page = query_one(FieldPage)

    def __init__(self, desk: AppSession, letter: Letter) -> None:
        super().__init__(desk)
        self.letter = letter

    @property
    def about(self) -> str:
        """To whom the letter goes, and what it says."""
        return f"{self.letter.email} {self.letter.subject}"

    # What subclasses say

    def around(self) -> Sequence[Section]:
        """Return what stands above the letter."""
        return ()

    def file_suggestion(self) -> str:
        """Return a name for the letter's file."""
        from partnerdesk.models.letters.eml import eml_name

        return eml_name(self.letter)

    def taken(self, how: SentBy, said: str) -> None:  # noqa: ARG002
        """Say what was done when somebody took the letter, to let it go out in a way."""
        self.status.say(said, whole=True)

    # What is shown

    def body(self) -> ComposeResult:
        """Build the page."""
        yield FieldPage()

    def on_mount(self) -> None:
        """Show the letter."""
        self.set_focus(self.page)
        self.show()

    def focus_body(self) -> None:
        """Give the keys back to the page."""
        self.set_focus(self.page)

    def show(self) -> None:
        """Show what there is now."""
        from partnerdesk.models.letters.letter import (
            LANGUAGE_TITLES,
            LETTER_TITLES,
            check_letter,
            receiver,
        )

        letter = self.letter
        wrong = [
            Field("✗" if reason.refuses else "!", reason.text) for reason in check_letter(letter)
        ]
        kind = _(LETTER_TITLES[letter.kind])
        language = _(LANGUAGE_TITLES.get(letter.language, letter.language))
        title = f"{kind} · {language}"
        self.page.show(
            [
                *self.around(),
                Section(_("What to mind"), tuple(wrong)),
                Section(
                    title,
                    (
                        Field(_("To"), receiver(letter.name, letter.email), "to"),
                        Field(_("Subject"), letter.subject, "subject"),
                        Field(_("Letter"), letter.body, "body"),
                    ),
                ),
            ]
        )

    # What keys do

    def wrong(self) -> str:
        """Return what is wrong with the letter itself; empty for nothing."""
        from partnerdesk.models.letters.letter import check_letter

        return " ".join(reason.text for reason in check_letter(self.letter) if reason.refuses)

    def refusal(self, action: Action) -> str:
        """Return why `action` cannot be done now: a file takes no letter that cannot be sent."""
        return super().refusal(action) or (self.wrong() if action.id == "letter.file" else "")

    def do_copy(self) -> None:
        """Copy the letter; what is wrong with it is said, and copied with it."""
        from partnerdesk.models.letters.letter import safe_text
        from partnerdesk.models.relationships.entities import SentBy

        self.app.copy_to_clipboard(safe_text(self.letter))
        self.taken(SentBy.CLIPBOARD, " ".join([_("The letter is copied."), self.wrong()]).strip())

    def do_file(self) -> None:
        """Ask where to write the letter."""
        self.ask(_("Write to"), self.file_suggestion(), self._file_named)

    async def _file_named(self, text: str | None) -> None:
        if not text or not text.strip():
            return
        path = typed_path(text)
        if not is_there(path):
            await self._write(text, overwrite=False)
            return
        self.choose(
            _("{file} is there already.").format(file=shown(path.name)),
            [Choice("o", _("Overwrite"), partial(self._write, text, overwrite=True))],
        )

    async def _write(self, text: str, *, overwrite: bool) -> None:
        from uuid import uuid4

        from partnerdesk.models.letters.eml import eml_bytes, write_eml
        from partnerdesk.models.relationships.entities import SentBy

        path, letter = typed_path(text), self.letter
        sender, at = self.desk.settings.mail.sender, self.desk.clock()
        content = eml_bytes(letter, sender, at, str(uuid4()))
        await self.desk.reader.aside(lambda: write_eml(path, content, overwrite=overwrite))
        name = shown(str(path))
        said = _("Written: {file}.").format(
            file=name if len(name) <= LONGEST else f"…{name[-LONGEST:]}"
        )
        if letter is self.letter:
            self.taken(SentBy.EML, said)
        else:  # somebody else was faster: another letter is shown by now
            self.status.say(said, whole=True)


class LetterScreen(LetterPage):
    """A letter that is to go out: it is edited, sent, and recorded as sent by a step of its own.

    Subclasses say what it means to the book that the letter goes out.
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
        self._edited = False
        self._way: SentBy | None = None
        """How the letter was taken last; None where it was not."""
        self.recorded = False
        """Whether it was recorded on this page that a letter went out."""

    # What subclasses say

    def plan_out(self, how: SentBy) -> Plan:
        """Return the plan that records that the letter goes out."""
        raise NotImplementedError

    def event_words(self) -> tuple[str, str]:
        """Return what recording it is called, and what is said when that is done."""
        return _("record as sent"), _("It is recorded as sent.")

    def warning(self) -> str:
        """Return what to mind before the letter goes out; then Enter alone records nothing."""
        return " ".join(reason.text for reason in self._reasons() if not reason.refuses)

    async def rewritten(self, letter: Letter) -> None:
        """Keep an edited letter."""
        self.letter = letter

    def in_language(self, language: str) -> Letter:
        """Return the letter anew in another language."""
        raise NotImplementedError

    # What keys do

    def refusal(self, action: Action) -> str:
        """Return why `action` cannot be done now: what is wrong with the letter, or its state."""
        if reason := super().refusal(action):
            return reason
        if action.id in ("letter.send", "letter.record"):
            return " ".join(reason.text for reason in self._reasons() if reason.refuses)
        return ""

    def _reasons(self) -> Sequence[Reason]:
        from partnerdesk.models.relationships.entities import SentBy

        return self.plan_out(SentBy.CLIPBOARD).reasons

    def taken(self, how: SentBy, said: str) -> None:
        """Ask whether the letter went out by now, where that can be recorded."""
        self._way = how
        all_clouds = self.desk.scope is not None and self.desk.scope.account is None
        if all_clouds or self.refusal(RECORD):
            super().taken(how, said)
            return
        label, _done = self.event_words()
        warning = self.warning()
        question = " ".join(filter(None, [said, warning, _("Did it go out?")]))
        answer = self._recording(how, "y", label, default=not warning)
        self.choose(question, [answer], _("not yet"))

    def _recording(self, how: SentBy, key: str, label: str, *, default: bool) -> Choice:
        """Return the answer that records the letter as it is now, whatever is shown by then."""
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
        """Ask how the letter went out, and record that."""
        from partnerdesk.models.relationships.entities import SentBy
        from partnerdesk.models.relationships.lists import SENT_BY

        label, _done = self.event_words()
        warning = self.warning()
        usual = self._way or SentBy.CLIPBOARD
        ways = {"c": SentBy.CLIPBOARD, "f": SentBy.EML, "p": SentBy.PRINTED}
        choices = [
            self._recording(how, key, _(SENT_BY[how]), default=how is usual and not warning)
            for key, how in ways.items()
        ]
        question = _("How did it go out? ({step})").format(step=label)
        self.choose(" ".join(filter(None, [warning, question])), choices)

    def do_send(self) -> None:
        """Ask before the letter is handed to the mail server."""
        from partnerdesk.models.relationships.entities import SentBy

        mail = self.desk.settings.mail
        if not mail.host:
            self.status.say(
                _("No mail server is set: write [mail] host in your settings. "
                  "y copies the letter, f writes a file.")
            )  # fmt: skip
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
        """Edit the letter; the first line is the subject."""
        await self._edit(f"{self.letter.subject}\n\n{self.letter.body}")

    async def _edit(self, typed: str, why: str = "") -> None:
        from partnerdesk.screens.shared.note_dialog import NoteDialog

        async def written(text: str | None) -> None:
            if text is not None:
                await self._written(text)

        before = f"{self.letter.subject}\n\n{self.letter.body}"
        title = _("Letter: the first line is its subject")
        of = f"{self.NAME}/{self.letter.kind}/{self.letter.name}/{self.letter.email}"
        dialog = NoteDialog(before, typed, why, title=title, belongs_to=of)
        await self.shell.ask_dialog(dialog, written)

    async def _written(self, text: str) -> None:
        from partnerdesk.models.letters.letter import check_letter

        subject, _blank, body = text.replace("\r\n", "\n").partition("\n")
        letter = replace(self.letter, subject=subject.strip(), body=body.strip("\n") + "\n")
        wrong = [reason.text for reason in check_letter(letter) if reason.refuses]
        try:
            if not wrong:
                await self.rewritten(letter)
        except AppError as error:
            wrong = [str(error)]
        if wrong:  # what was typed is not lost: the dialog opens again with it and says why
            await self._edit(text, " ".join(wrong))
            return
        self._edited = True
        self.show()

    def do_language(self) -> None:
        """Ask for the language."""
        from partnerdesk.models.letters.letter import LANGUAGE_TITLES

        question = _("Language:")
        if self._edited:
            question = _("Language (what you edited is replaced):")
        choices: list[Choice] = []
        for code, title in LANGUAGE_TITLES.items():
            taken = {choice.key for choice in choices}
            key = next(letter for letter in code + ascii_lowercase if letter not in taken)
            choices.append(Choice(key, _(title), partial(self._take_language, code)))
        self.choose(question, choices)

    async def _take_language(self, language: str) -> None:
        await self.rewritten(self.in_language(language))
        self._edited = False
        self.show()
