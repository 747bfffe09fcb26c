"""Take a picture of the main screen on top when the console is left, for the next start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.accounts.accounts import choose
from partnerdesk.models.core.clock import to_millis
from partnerdesk.tui.widgets.lines import KeyBar, StatusLine
from partnerdesk.tui.wire.startup_snapshot import KeptPicture

if TYPE_CHECKING:
    from datetime import datetime

    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.widgets.app_screen import AppScreen
    from partnerdesk.tui.wire.screen_buffer import Picture
    from partnerdesk.tui.wire.startup_snapshot import PictureFile


class LastPicture:
    """The picture for the next start, which shows it before the book is open."""

    def __init__(self, desk: AppSession, file: PictureFile | None) -> None:
        self._desk = desk
        self._file = file
        self._taken: KeptPicture | None = None
        """The latest picture of the screen with which the next start begins."""

    def take(self, screen: AppScreen, picture: Picture) -> None:
        """Store the picture of `screen` if the next start may begin with this screen."""
        last = self._desk.settings.start == "last"
        if screen.IS_MAIN if last else screen.NAME == "resources":
            self._taken = picture_of(screen, picture, self._desk.clock()) or self._taken

    def themed(self, name: str) -> None:
        """Note that the console is shown in another theme: earlier pictures do not stand for it."""
        self._taken = None
        if self._file is not None:
            self._file.circumstances["theme"] = name

    def keep(self) -> None:
        """Save the stored picture if the next start opens with its account."""
        taken, desk = self._taken, self._desk
        if self._file is None or taken is None:
            return
        if not desk.wanted_cloud or choose(desk.accounts, desk.wanted_cloud).key == taken.scope:
            self._file.save(taken)


def picture_of(screen: AppScreen, picture: Picture, at: datetime) -> KeptPicture | None:
    """Return the picture of a main screen; None if the terminal shows something else.

    There is no picture while a question is open, or before the screen's own key bar is painted.
    """
    taken, scope = picture.taken(), screen.desk.scope
    bars, lines = screen.query(KeyBar), screen.query(StatusLine)
    if taken is None or scope is None or not bars or not lines:
        return None
    size, rows = taken
    bar, status = bars.first(), lines.first().region
    if status.height != 1:
        return None
    if not (size == screen.size and 0 <= status.y < bar.region.y < size[1]):
        return None
    shown = "".join(run.text for run in rows[bar.region.y])
    if shown.rstrip() != bar.render().plain.rstrip():
        return None
    return KeptPicture(size, rows, status.y, screen.NAME, scope.key, to_millis(at))
