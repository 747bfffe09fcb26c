"""The page of a sent letter, to read, copy or write to a file again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.core.text import shown
from partnerdesk.screens.relationships.letters.page import LetterPage
from partnerdesk.tui.widgets.sections import Field, Section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.letters.letter import Letter
    from partnerdesk.models.relationships.sent_letters import SentLetter
    from partnerdesk.models.session import AppSession


class SentLetterScreen(LetterPage):
    """Shows a sent letter of an invitation; it cannot be changed or recorded again."""

    NAME = "sent-letter"

    def __init__(self, desk: AppSession, company: str, sent: SentLetter, letter: Letter) -> None:
        super().__init__(desk, letter)
        self._company = company
        self._sent = sent

    def around(self) -> Sequence[Section]:
        """Return the section that says when, by whom and how the letter was sent."""
        from partnerdesk.models.relationships.sent_letters import about_letter, letter_title

        field = Field(letter_title(self._sent), about_letter(self._sent, self.desk.clock()))
        return [Section(shown(self._company)[:200], (field,))]
