"""The dialog for a note, or for another text of several lines."""

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
    """Answers with the text; an empty text removes the note, None leaves the note unchanged."""

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
        """Build a dialog to edit a text.

        Args:
            text: the stored text.
            typed: the edited text that was refused before, shown instead of `text`.
            why: the reason of that refusal, shown below the text.
            title: the title, if the text is not a note.
            belongs_to: the key of the record; empty if typed text needs no rescue after a failure.
        """
        super().__init__()
        self._belongs_to = belongs_to
        self._title = title
        self._text = text
        self._typed = text if typed is None else typed
        self._why = why
        self._warned_of: str | None = None
        """The text for which the warning about lost changes is shown; None if none is shown."""

    def compose(self) -> ComposeResult:
        """Build the text area, and the hint below it."""
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
        """Focus the text area, with the cursor at the end of the text."""
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)
        area.focus()

    def on_text_area_changed(self) -> None:
        """Withdraw the warning after a further edit, so that the next Esc warns again."""
        if self._warned_of not in (None, self.query_one(TextArea).text):
            self._warned_of = None
            self.query_one(Static).update(self._hint())

    @property
    def belongs_to(self) -> str:
        """The key of the unsaved text: the dialog, and the record."""
        return f"note/{self._belongs_to}"

    def unsaved(self) -> Mapping[str, str]:
        """Return the text if it was edited and belongs to a record."""
        text = self.query_one(TextArea).text
        return {"text": text} if self._belongs_to and text != self._text else {}

    def take_back(self, texts: Mapping[str, str]) -> None:
        """Restore the text typed in a dialog for the same record that failed."""
        self.query_one(TextArea).text = texts["text"]

    def action_keep(self) -> None:
        """Answer with the text."""
        self.dismiss(self.query_one(TextArea).text)

    def action_give_up(self) -> None:
        """Close without an answer; warn once before changes are lost."""
        text = self.query_one(TextArea).text
        if text in (self._text, self._warned_of):
            self.dismiss(None)
            return
        self._warned_of = text
        self.query_one(Static).update(_("Esc again throws the changes away   ctrl+s keeps them"))
