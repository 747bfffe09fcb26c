"""A letter on a page: read it, edit it, copy it, write it to a file, hand it to the mail server."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.getters import query_one

from models.errors import DeskError
from models.languages import N_, _
from models.paths import is_there, typed_path
from models.plain import shown
from tui.widgets.actions import Action
from tui.widgets.desk_screen import DeskScreen
from tui.widgets.field_page import Field, FieldPage, Section
from tui.widgets.questions import Choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from models.desk import Desk
    from models.letters.letter import Letter
    from models.relationships import SentBy


class LetterScreen(DeskScreen):
    """Shows a letter. Subclasses say which, what stands around it, and what sending it means."""

    OWN_ACCOUNT = True
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("letter.copy", "y", N_("Copy"),
               N_("Copy the letter, to paste it into your mail program; it counts as sent"), "y",
               changes=True),
        Action("letter.file", "f", N_("File"),
               N_("Write the letter to an .eml file, which any mail program opens as a draft"), "f",
               changes=True),
        Action("letter.send", "S", N_("Send"),
               N_("Hand the letter to the mail server of the settings"), "S", changes=True),
        Action("letter.edit", "e", N_("Edit"),
               N_("Edit the letter; its link has to stay as it is"), "e", changes=True),
        Action("letter.language", "L", N_("Language"),
               N_("Write the letter anew in another language"), "L", bar=False, changes=True),
    )  # fmt: skip

    page = query_one(FieldPage)

    def __init__(self, desk: Desk, letter: Letter) -> None:
        super().__init__(desk)
        self.letter = letter
        self._edited = False

    # What subclasses say

    def around(self) -> Sequence[Section]:
        """Return what stands above the letter."""
        return ()

    def file_suggestion(self) -> str:
        """Return a name for the letter's file."""
        from models.letters.eml import eml_name

        return eml_name(self.letter)

    def why_not_sent(self) -> str:
        """Return why the letter cannot go out now; empty if it can."""
        return ""

    async def went_out(self, how: SentBy) -> str:
        """Record that the letter went out; return what to say of it."""
        raise NotImplementedError

    async def rewritten(self, letter: Letter) -> None:
        """Keep an edited letter."""
        self.letter = letter

    def in_language(self, language: str) -> Letter:
        """Return the letter anew in another language."""
        raise NotImplementedError

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
        from models.letters.letter import LANGUAGE_TITLES, LETTER_TITLES, check_letter

        letter = self.letter
        wrong = [
            Field("✗" if reason.refuses else "!", reason.text) for reason in check_letter(letter)
        ]
        to = f"{letter.name} <{letter.email}>" if letter.name else letter.email
        kind, language = _(LETTER_TITLES[letter.kind]), _(LANGUAGE_TITLES[letter.language])
        title = f"{kind} · {language}"
        self.page.show(
            [
                *self.around(),
                Section(_("What to mind"), tuple(wrong)),
                Section(
                    title,
                    (
                        Field(_("To"), to, "to"),
                        Field(_("Subject"), letter.subject, "subject"),
                        Field(_("Letter"), letter.body, "body"),
                    ),
                ),
            ]
        )

    # What keys do

    def refusal(self, action: Action) -> str:
        """Return why `action` cannot be done now: what is wrong with the letter, or its state."""
        if reason := super().refusal(action):
            return reason
        if action.id in ("letter.copy", "letter.file", "letter.send"):
            from models.letters.letter import check_letter

            refusing = [reason.text for reason in check_letter(self.letter) if reason.refuses]
            return " ".join(refusing) or self.why_not_sent()
        return ""

    async def do_copy(self) -> None:
        """Copy the letter, and record that it goes out so."""
        from models.letters.letter import letter_text
        from models.relationships import SentBy

        text = letter_text(self.letter)
        said = await self.went_out(SentBy.CLIPBOARD)
        self.app.copy_to_clipboard(text)
        self.status.say(_("The letter is copied.") + " " + said)

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

        from models.letters.eml import eml_bytes, write_eml
        from models.relationships import SentBy

        path, letter = typed_path(text), self.letter
        sender, at = self.desk.settings.mail.sender, self.desk.clock()
        content = eml_bytes(letter, sender, at, str(uuid4()))
        await self.desk.reader.aside(lambda: write_eml(path, content, overwrite=overwrite))
        said = await self.went_out(SentBy.EML)
        self.status.say(_("Written: {file}.").format(file=shown(str(path))) + " " + said)

    def do_send(self) -> None:
        """Ask before the letter is handed to the mail server."""
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
        self.choose(question, [Choice("y", _("Yes"), self._send)])

    async def _send(self) -> None:
        from models.relationships import SentBy

        self.status.say(_("Sending …"))
        self.status.say(await self.went_out(SentBy.SMTP))

    async def do_edit(self) -> None:
        """Edit the letter; the first line is the subject."""
        await self._edit(f"{self.letter.subject}\n\n{self.letter.body}")

    async def _edit(self, typed: str, why: str = "") -> None:
        from screens.note_dialog import NoteDialog

        async def written(text: str | None) -> None:
            if text is not None:
                await self._written(text)

        before = f"{self.letter.subject}\n\n{self.letter.body}"
        title = _("Letter: the first line is its subject")
        await self.shell.ask_dialog(NoteDialog(before, typed, why, title=title), written)

    async def _written(self, text: str) -> None:
        from models.letters.letter import check_letter

        subject, _blank, body = text.replace("\r\n", "\n").partition("\n")
        letter = replace(self.letter, subject=subject.strip(), body=body.strip("\n") + "\n")
        wrong = [reason.text for reason in check_letter(letter) if reason.refuses]
        try:
            if not wrong:
                await self.rewritten(letter)
        except DeskError as error:
            wrong = [str(error)]
        if wrong:  # what was typed is not lost: the dialog opens again with it and says why
            await self._edit(text, " ".join(wrong))
            return
        self._edited = True
        self.show()

    def do_language(self) -> None:
        """Ask for the language."""
        from models.letters.letter import LANGUAGE_TITLES

        question = _("Language:")
        if self._edited:
            question = _("Language (what you edited is replaced):")
        choices = [
            Choice(language.value[0], _(title), partial(self._take_language, language.value))
            for language, title in LANGUAGE_TITLES.items()
        ]
        self.choose(question, choices)

    async def _take_language(self, language: str) -> None:
        await self.rewritten(self.in_language(language))
        self._edited = False
        self.show()
