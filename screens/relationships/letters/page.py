"""A letter on a page: read it, copy it, write it to a file; none of that changes the book."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.getters import query_one

from partnerdesk.models.core.paths import is_there, typed_path
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
"""Characters of a file's path that the status line has room for beside a question."""


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

        return why_refused(check_letter(self.letter))

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
            self.nothing_typed(text)
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
