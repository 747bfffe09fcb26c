"""The base of all pages with a letter."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.getters import query_one

from partnerdesk.models.core.given_files import LETTER, to_write, typed
from partnerdesk.models.core.paths import is_there
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import why_refused
from partnerdesk.models.languages import N_, _
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.field_page import FieldPage
from partnerdesk.tui.widgets.page_search import PageScreen
from partnerdesk.tui.widgets.questions import Choice
from partnerdesk.tui.widgets.sections import Field, Section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from partnerdesk.models.letters.letter import Letter
    from partnerdesk.models.relationships.entities import SentBy
    from partnerdesk.models.session import AppSession

LONGEST = 80
"""The largest number of characters of a path on the status line, beside a question."""


class LetterPage(PageScreen):
    """Shows a letter to read, copy, or write to a file; none of these changes the book."""

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
        """The receiver and the subject, for typed lines that are kept if the screen fails."""
        return f"{self.letter.email} {self.letter.subject}"

    # Implemented by subclasses

    def around(self) -> Sequence[Section]:
        """Return the sections above the letter."""
        return ()

    def file_suggestion(self) -> str:
        """Return the proposed name of the letter's file."""
        from partnerdesk.models.letters.eml import eml_name

        return eml_name(self.letter)

    def after_copy(self, how: SentBy, message: str) -> None:  # noqa: ARG002
        """Show `message` after the letter was copied or written; `how` is that way of sending."""
        self.status.say(message, whole=True)

    # Display

    def body(self) -> ComposeResult:
        """Build the page."""
        yield FieldPage()

    def on_mount(self) -> None:
        """Show the letter."""
        self.set_focus(self.page)
        self.show()

    def focus_body(self) -> None:
        """Return the focus to the page."""
        self.set_focus(self.page)

    def show(self) -> None:
        """Show the letter, its errors and the sections above it."""
        from partnerdesk.models.letters.letter import (
            LANGUAGE_TITLES,
            LETTER_TITLES,
            check_letter,
            receiver,
        )

        letter = self.letter
        reasons = [
            Field("✗" if reason.refuses else "!", reason.text) for reason in check_letter(letter)
        ]
        kind = _(LETTER_TITLES[letter.kind])
        language = _(LANGUAGE_TITLES.get(letter.language, letter.language))
        title = f"{kind} · {language}"
        self.page.show(
            [
                *self.around(),
                Section(_("What to mind"), tuple(reasons)),
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

    # Actions

    def error_text(self) -> str:
        """Return why the letter cannot be sent; empty if it can."""
        from partnerdesk.models.letters.letter import check_letter

        return why_refused(check_letter(self.letter))

    def refusal(self, action: Action) -> str:
        """Return why `action` is refused now; a letter that cannot be sent is not written."""
        return super().refusal(action) or (self.error_text() if action.id == "letter.file" else "")

    def do_copy(self) -> None:
        """Copy the letter, even with errors, which are shown."""
        from partnerdesk.models.letters.letter import safe_text
        from partnerdesk.models.relationships.entities import SentBy

        text = safe_text(self.letter)
        self.app.copy_to_clipboard(text)
        message = " ".join([_("The letter is copied."), self.error_text()]).strip()
        self.after_copy(SentBy.CLIPBOARD, message)
        self.show_by_hand(text)

    def do_file(self) -> None:
        """Ask for the file, and write the letter to it."""
        self.ask(_("Write to"), self.file_suggestion(), self._file_named)

    async def _file_named(self, text: str | None) -> None:
        if not text or not text.strip():
            self.nothing_typed(text)
            return
        path = typed(text)
        if not is_there(to_write(path, LETTER)):
            await self._write(text, overwrite=False)
            return
        self.choose(
            _("{file} is there already.").format(file=shown(path.name)),
            [
                Choice("n", _("keep it"), lambda: None, default=True),
                Choice("o", _("overwrite"), partial(self._write, text, overwrite=True)),
            ],
        )

    async def _write(self, text: str, *, overwrite: bool) -> None:
        from uuid import uuid4

        from partnerdesk.models.letters.eml import eml_bytes, write_eml
        from partnerdesk.models.relationships.entities import SentBy

        path, letter = typed(text), self.letter
        sender, at = self.desk.settings.mail.sender, self.desk.clock()
        content = eml_bytes(letter, sender, at, str(uuid4()))
        await self.desk.reader.aside(lambda: write_eml(path, content, overwrite=overwrite))
        name = shown(str(path))
        message = _("Written: {file}.").format(
            file=name if len(name) <= LONGEST else f"…{name[-LONGEST:]}"
        )
        if letter is self.letter:
            self.after_copy(SentBy.EML, message)
        else:  # another letter is shown meanwhile, since another person changed the record
            self.status.say(message, whole=True)
