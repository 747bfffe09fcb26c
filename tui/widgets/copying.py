"""Copies texts out of a screen, or shows them to be marked by hand where no copy arrives."""

from __future__ import annotations

import asyncio
import os
from functools import partial

from partnerdesk.models.core.text import shown_lines
from partnerdesk.models.languages import _
from partnerdesk.tui.widgets.screen_words import ScreenWords
from partnerdesk.tui.wire.clipboard import may_arrive


class Copies(ScreenWords):
    """A screen out of which texts are copied."""

    def copy(self, text: str) -> None:
        """Copy a text without characters that could control a terminal on pasting."""
        safe = "\n".join(shown_lines(text))
        if not safe:
            self.status.say(_("There is nothing to copy."))
            return
        self.app.copy_to_clipboard(safe)
        self.status.say(_("Copied: {text}").format(text=safe.replace("\n", " ")))
        self.show_by_hand(safe)

    def show_by_hand(self, text: str) -> None:
        """Show a copied text so that it can be marked by hand, where no copy can arrive."""
        if self.app.is_headless:
            return

        def show(arrives: bool) -> None:
            if not arrives:
                self.status.say("")
                self.shell.begin(self, partial(self.shell.show, "copied-text", text))

        self.read(partial(asyncio.to_thread, may_arrive, os.environ), show, group="copy")
