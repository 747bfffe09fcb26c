"""Remapped keys: the ids in the settings' `[keys]` must be those of actions."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from textual.binding import Binding

from models.errors import SettingsError
from models.languages import _
from tui.widgets.field_page import FieldPage
from tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tui.widgets.desk_screen import DeskScreen


def check_keymap(keys: Mapping[str, str], screens: Iterable[type[DeskScreen]]) -> None:
    """Refuse remapped keys whose action does not exist.

    Raises:
        SettingsError: names the nearest id that exists.
    """
    known = {action.id for screen in screens for action in screen.all_actions()}
    for widget in (RecordTable, FieldPage):
        known |= {str(entry.id) for entry in widget.BINDINGS if isinstance(entry, Binding)}
    for id in keys:
        if id not in known:
            near = difflib.get_close_matches(id, known, n=1, cutoff=0.3)
            raise SettingsError(
                _("The settings remap keys of {name}, but no action is called so.").format(name=id),
                _("Did you mean {name}?").format(name=near[0]) if near else "",
            )
