"""What the console was left in: a picture of the main screen on top, for the next start."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, Any

from partnerdesk.models.accounts.accounts import choose
from partnerdesk.models.core.clock import to_millis
from partnerdesk.tui.openings import Openings
from partnerdesk.tui.widgets.desk_screen import DeskScreen
from partnerdesk.tui.widgets.lines import KeyBar, StatusLine
from partnerdesk.tui.wire.startup_snapshot import KeptPicture

if TYPE_CHECKING:
    from datetime import datetime

    from textual.screen import Screen

    from partnerdesk.models.session import Desk
    from partnerdesk.tui.wire.screen_buffer import Picture
    from partnerdesk.tui.wire.startup_snapshot import PictureFile

SAVE_SECONDS = 0.3
"""How long leaving waits for how the lists are left to be written."""


class Leaving(Openings):
    """The part of the app that keeps a picture for the next start, which shows it at once."""

    def __init__(self, desk: Desk, last_picture: PictureFile | None = None) -> None:
        super().__init__(desk)
        self._last_picture = last_picture
        self._left_as: KeptPicture | None = None
        """How the screen was left in which the next start begins."""

    def before_leaving(self) -> None:
        """Keep what the main screen on top shows for the next start, and how the lists are left.

        The lists at once: on a busy machine the end may have to be forced. In a thread, since the
        disk, or a lock, may be what hangs.
        """
        if self.screen_stack:
            self.take_picture(self.screen_stack[-1])
        saving = Thread(target=self.desk.remembered.save, daemon=True)
        saving.start()
        saving.join(SAVE_SECONDS)

    def take_picture(self, screen: Screen[Any]) -> None:
        """Take note of what the terminal shows of `screen`, if the next start may begin there."""
        if self.picture is None or self.standing is not None:
            return
        last = self.desk.settings.start == "last"
        if isinstance(screen, DeskScreen) and (
            screen.IS_MAIN if last else screen.NAME == "resources"
        ):
            self._left_as = picture_of(screen, self.picture, self.desk.clock()) or self._left_as

    def keep_picture(self) -> None:
        """Write down the picture that was taken, if there is one and the next start opens there."""
        left, desk = self._left_as, self.desk
        if self._last_picture is None or left is None:
            return
        if not desk.wanted_cloud or choose(desk.accounts, desk.wanted_cloud).key == left.scope:
            self._last_picture.save(left)


def picture_of(screen: DeskScreen, picture: Picture, at: datetime) -> KeptPicture | None:
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
