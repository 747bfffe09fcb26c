"""The notice letter, which informs a customer of the end of the relationship."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.languages import _
from partnerdesk.screens.relationships.letters.outgoing import LetterScreen

if TYPE_CHECKING:
    from partnerdesk.models.changes.plan import Plan
    from partnerdesk.models.letters.letter import Letter
    from partnerdesk.models.relationships.end import Ending
    from partnerdesk.models.relationships.entities import SentBy
    from partnerdesk.models.session import AppSession


class NoticeScreen(LetterScreen):
    """The letter to a customer whose relationship ended; nobody else informs the customer."""

    NAME = "notice"

    def __init__(self, desk: AppSession, ending: Ending) -> None:
        from partnerdesk.models.relationships.end import notice_letter

        super().__init__(desk, notice_letter(ending, desk.clock()))
        self._ending = ending

    def plan_out(self, how: SentBy) -> Plan:
        """Return the plan that records the letter as sent in the history."""
        from partnerdesk.models.relationships.end import plan_notice

        return plan_notice(self._ending, self.letter, self.desk.by(), how)

    def event_words(self) -> tuple[str, str]:
        """Return the label of recording, and the message after it."""
        return _("record as sent"), _("It is recorded in the history, with what it says.")

    def warning(self) -> str:
        """Return a warning if the letter was recorded already; only the history shows that."""
        return _("It is recorded as sent already.") if self.recorded else ""

    def in_language(self, language: str) -> Letter:
        """Return a new letter in another language."""
        from partnerdesk.models.letters.letter import LetterLanguage
        from partnerdesk.models.relationships.end import notice_letter

        return notice_letter(self._ending, self.desk.clock(), LetterLanguage(language))
