"""What the console was left in: a picture of the main screen on top, for the next start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.clock import to_millis
from tui.widgets.lines import KeyBar
from tui.wire.kept import KeptPicture

if TYPE_CHECKING:
    from datetime import datetime

    from tui.widgets.desk_screen import DeskScreen
    from tui.wire.picture import Picture


def picture_of(screen: DeskScreen, picture: Picture, at: datetime) -> KeptPicture | None:
    """Return what the terminal shows of a main screen; None where it shows something else.

    A question that is being asked is none of its business, nor what was painted before the
    screen's own keys stood below it.
    """
    taken, scope = picture.taken(), screen.desk.scope
    bars, status = screen.query(KeyBar), screen.query_one("StatusLine").region
    if taken is None or scope is None or not bars or status.height != 1:
        return None
    size, rows = taken
    bar = bars.first()
    if not (size == screen.size and 0 <= status.y < bar.region.y < size[1]):
        return None
    shown = "".join(run.text for run in rows[bar.region.y])
    if shown.rstrip() != bar.render().plain.rstrip():
        return None
    return KeptPicture(size, rows, status.y, screen.NAME, scope.key, to_millis(at))
