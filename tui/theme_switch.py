"""Switches the console's theme while it runs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import SettingsError, UsageError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _
from partnerdesk.models.settings.themes import ANSI, BUILT_IN
from partnerdesk.tui.themes import theme

if TYPE_CHECKING:
    from collections.abc import Callable

    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.base_app import BaseApp


class ThemeSwitch:
    """The theme of the app: the settings' one at first, then what the person chooses."""

    def __init__(self, app: BaseApp, desk: AppSession, chosen: Callable[[str], None]) -> None:
        """Show `app` in the settings' theme; `chosen` is called with one that a person takes."""
        self._app = app
        self._chosen = chosen
        self._desk = desk
        try:
            self.use(desk.settings.theme)
        except SettingsError as error:
            desk.notices.append(str(error))
            self.use(BUILT_IN[0])

    def use(self, name: str) -> None:
        """Show the console in a theme.

        Raises:
            SettingsError: it is the person's own theme, and its file cannot be used.
        """
        app = self._app
        app.register_theme(theme(name))  # in place of Textual's, or of a file that was read before
        if app.screen_stack:
            app.ansi_color = True if name == ANSI else None
        if app.theme == name:
            app.refresh_css(animate=False)
        app.theme = name

    async def choose(self, name: str) -> None:
        """Switch to a theme, and keep it for the next starts; without a name, let choose from all.

        Raises:
            UsageError: there is no such theme, or the terminal shows no colours.
            SettingsError: it is the person's own theme, and its file cannot be used.
        """
        from partnerdesk.models.settings.themes import names

        app, known = self._app, names()
        if app.no_color:
            raise UsageError(_("NO_COLOR is set: this terminal shows no colours."))
        if name in known:
            self.use(name)
            self._keep(name)
            return
        if name:
            import difflib

            near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
            raise UsageError(
                _("There is no theme {name}.").format(name=shown(name)),
                _("Did you mean {name}?").format(name=near[0])
                if near
                else _(":theme shows them all."),
            )
        from partnerdesk.screens.shared.theme_dialog import ThemeDialog

        await app.ask_dialog(
            ThemeDialog(known, app.theme, self._preview), partial(self._answered, app.theme)
        )

    def _preview(self, name: str) -> None:
        """Show a theme behind the dialog; one whose file cannot be used is passed over."""
        try:
            self.use(name)
        except SettingsError as error:
            self._app.say(str(error), error=True)

    def _answered(self, before: str, name: str | None) -> None:
        self.use(name or before)
        if name:
            self._keep(name)

    def _keep(self, name: str) -> None:
        """Keep a chosen theme; say so where the next start has another one all the same."""
        self._desk.settings = replace(self._desk.settings, theme=name)
        self._chosen(name)
        self._app.start(partial(self._write, name))

    async def _write(self, name: str) -> None:
        from partnerdesk.models.settings.preferences import keep_theme

        try:
            sets = await asyncio.to_thread(keep_theme, name, self._desk.settings)
        except OSError as error:
            text = _("The theme cannot be kept for the next start: {reason}.")
            self._app.say(text.format(reason=error.strerror or error), error=True)
            return
        text = _("Theme {name}.").format(name=name)
        if sets:
            again = _("The next start shows another one: {origin} sets it.")
            text = f"{text} {again.format(origin=sets)}"
        self._app.say(text)
