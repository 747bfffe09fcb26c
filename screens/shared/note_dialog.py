"""The dialog in which a note, or another text of several lines, is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static, TextArea

from partnerdesk.models.languages import _
from partnerdesk.tui.widgets.questions import Dialog

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult


class NoteDialog(Dialog[str | None]):
    """Answers with the text, empty to remove the note, or None to leave it as it was."""

    CSS_PATH = "note_dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "keep", show=False, priority=True, id="note.keep"),
        Binding("escape", "give_up", show=False, priority=True, id="note.give-up"),
        Binding("ctrl+q", "give_up", show=False, priority=True),
    ]

    def __init__(
        self,
        text: str,
        typed: str | None = None,
        why: str = "",
        *,
        title: str = "",
        belongs_to: str = "",
    ) -> None:
        """Edit `text`; `typed` is what was typed before, refused because of `why`.

        `title` says what is written where it is no note, and `belongs_to` which record it is of.
        """
        super().__init__()
        self._belongs_to = belongs_to
        self._title = title
        self._text = text
        self._typed = text if typed is None else typed
        self._why = why
        self._warned_of: str | None = None
        """The text of which the person knows that leaving throws it away."""

    def compose(self) -> ComposeResult:
        """Build the text area."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content(self._title or _("Note"))
            area = TextArea(self._typed, soft_wrap=True, show_line_numbers=False)
            area.cursor_blink = False
            yield area
            yield Static(self._hint(), markup=False, classes="hint")

    def _hint(self) -> str:
        hint = _("ctrl+s keeps it   Esc leaves it")
        if self._why:
            return f"{self._why}\n{hint}"
        if self._text and not self._title:
            hint += "   " + _("an empty note is removed")
        return hint

    def on_mount(self) -> None:
        """Begin at the end of the text."""
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)
        area.focus()

    def on_text_area_changed(self) -> None:
        """What is typed after the warning is warned of, too."""
        if self._warned_of not in (None, self.query_one(TextArea).text):
            self._warned_of = None
            self.query_one(Static).update(self._hint())

    @property
    def belongs_to(self) -> str:
        """What is typed here belongs to a record."""
        return f"note/{self._belongs_to}"

    def unsaved(self) -> Mapping[str, str]:
        """Return the text, where somebody typed into it."""
        text = self.query_one(TextArea).text
        return {"text": text} if self._belongs_to and text != self._text else {}

    def take_back(self, texts: Mapping[str, str]) -> None:
        """Put back the text that was being typed when such a dialog failed."""
        self.query_one(TextArea).text = texts["text"]

    def action_keep(self) -> None:
        """Answer with the text."""
        self.dismiss(self.query_one(TextArea).text)

    def action_give_up(self) -> None:
        """Leave; ask once where something would be lost."""
        text = self.query_one(TextArea).text
        if text in (self._text, self._warned_of):
            self.dismiss(None)
            return
        self._warned_of = text
        self.query_one(Static).update(_("Esc again throws the changes away   ctrl+s keeps them"))
