"""What the console was left in: a picture of the main screen on top, for the next start."""

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
    """Takes a picture for the next start, which shows it at once."""

    def __init__(self, desk: AppSession, file: PictureFile | None) -> None:
        self._desk = desk
        self._file = file
        self._left_as: KeptPicture | None = None
        """How the screen was left in which the next start begins."""

    def take(self, screen: AppScreen, picture: Picture) -> None:
        """Take note of what the terminal shows of `screen`, if the next start may begin there."""
        last = self._desk.settings.start == "last"
        if screen.IS_MAIN if last else screen.NAME == "resources":
            self._left_as = picture_of(screen, picture, self._desk.clock()) or self._left_as

    def keep(self) -> None:
        """Write down the picture that was taken, if there is one and the next start opens there."""
        left, desk = self._left_as, self._desk
        if self._file is None or left is None:
            return
        if not desk.wanted_cloud or choose(desk.accounts, desk.wanted_cloud).key == left.scope:
            self._file.save(left)


def picture_of(screen: AppScreen, picture: Picture, at: datetime) -> KeptPicture | None:
    """Return what the terminal shows of a main screen; None where it shows something else.

    A question that is being asked is none of its business, nor what was painted before the
    screen's own keys stood below it.
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
