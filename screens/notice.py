"""The notice letter: tells a customer that the relationship ended, since nobody else does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.languages import _
from screens.letter import LetterScreen

if TYPE_CHECKING:
    from models.desk import Desk
    from models.ending import Ending
    from models.letters.letter import Letter
    from models.relationships import SentBy


class NoticeScreen(LetterScreen):
    """The letter to a customer whose relationship ended."""

    NAME = "notice"

    def __init__(self, desk: Desk, ending: Ending) -> None:
        from models.ending import notice_letter

        super().__init__(desk, notice_letter(ending, desk.clock()))
        self._ending = ending

    async def went_out(self, how: SentBy) -> str:
        """Hand the letter to the mail server where that was wished; it stays in the history."""
        from models.changes import carry_out
        from models.ending import plan_notice
        from models.relationships import SentBy

        if how is not SentBy.SMTP:
            return _("Send it with your mail program.")
        plan, store = plan_notice(self._ending, self.letter, self.desk.by()), self.desk.store
        outcome = await self.desk.reader.aside(lambda: carry_out(store, plan))
        await self.shell.book_changed()
        return await self.shell.send_letters(outcome.change_id)

    def in_language(self, language: str) -> Letter:
        """Return the letter anew in another language."""
        from models.ending import notice_letter
        from models.letters.letter import LetterLanguage

        return notice_letter(self._ending, self.desk.clock(), LetterLanguage(language))
