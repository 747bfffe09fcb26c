"""What a screen says in its status line that no key of its own asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from partnerdesk.models.languages import _
from partnerdesk.tui.widgets.command_line import Commanded
from partnerdesk.tui.widgets.motions import Counting

if TYPE_CHECKING:
    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.widgets.app_protocol import Shell


class ScreenWords(Commanded, Counting):
    """A screen over an open book that shows messages of the app, unless a question is open."""

    def __init__(self, desk: AppSession) -> None:
        super().__init__()
        self.desk = desk
        self._shown_count = ""
        self._told_long = ""

    @property
    def shell(self) -> Shell:
        """The app, with the methods that screens may call."""
        return cast("Shell", self.app)

    def take_word(self, text: str, *, error: bool = False, whole: bool = False) -> None:
        """Show a message of the app, unless a question waits for a key."""
        if not self.awaits_key:
            self.status.say(text, error=error, whole=error or whole)

    def takes_long(self) -> None:
        """Show that an action takes long, unless there is a message or an open prompt."""
        waits = self.desk.store.lock_waits.is_waiting
        if self.prompt.is_open or self.awaits_key or (self.status.message and not waits):
            return
        self._told_long = _("This takes its time; ctrl+q leaves.")
        if waits:
            self._told_long = _("Another process holds the book: Esc stops waiting, ctrl+q leaves.")
        self.status.say(self._told_long)

    def took_long(self) -> None:
        """Remove the message of `takes_long`."""
        if self.status.message == self._told_long:
            self.status.say("")

    def take_warning(self, text: str) -> None:
        """Show a warning: beside the text of an open prompt, else in place of a question."""
        if self.prompt.is_open:
            self.prompt.remark(text, error=True)
        else:
            self.status.say(text, error=True, whole=True)

    def no_such_key(self, *, typing: bool) -> None:
        """Show that a key does nothing here; beside the text of an open prompt, if there is one."""
        text = _("No such key here; {key} shows all.").format(key="F1" if typing else "?")
        if self.prompt.is_open:
            self.prompt.remark(text)
        else:
            self.status.say(text)

    def tell_count(self, text: str) -> None:
        """Show the number typed before a key in the status line; remove it if `text` is empty."""
        if text or self.status.message == self._shown_count:
            self.status.say(text)
        self._shown_count = text
