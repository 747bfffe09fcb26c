"""Run the console, from its start until the person leaves it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import AppError
from partnerdesk.models.languages import _
from partnerdesk.tui.app import ConsoleApp
from partnerdesk.tui.surviving import report_text

if TYPE_CHECKING:
    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.wire.startup_snapshot import PictureFile, Standing


def run(
    desk: AppSession, *, mouse: bool, last_picture: PictureFile | None, standing: Standing | None
) -> int:
    """Run the console until the person leaves it, and return the exit code.

    The exit code is 0, or 128 plus the signal's number if a signal ended the console.

    Args:
        desk: the book and the settings.
        mouse: whether the terminal reports the mouse.
        last_picture: the file of the picture for the next start; None for no picture.
        standing: the picture that the terminal shows already.

    Raises:
        AppError: the book could not be used, or the console hung; the terminal is restored.
    """
    app = ConsoleApp(desk, last_picture)
    app.standing = standing
    # A result of a reading thread that arrives after the loop is closed is logged as an error by
    # concurrent.futures; nobody waits for it, so nothing is printed.
    logging.getLogger("concurrent.futures").addHandler(logging.NullHandler())
    logging.getLogger("concurrent.futures").propagate = False
    try:
        app.run(mouse=mouse)
    finally:
        app.last_picture.keep()
        desk.close()
    if app.failure is not None:
        raise app.failure
    if app.guard is not None and app.guard.is_hanging:
        raise AppError(
            _("partnerdesk did not answer and was ended."), report_text(app.guard.report)
        )
    return app.return_code or 0
