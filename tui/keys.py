"""Remapped keys: check that the ids in the settings' `[keys]` are ids of actions."""

from __future__ import annotations

import difflib
import unicodedata
from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.keys import KEY_NAME_REPLACEMENTS, Keys

from partnerdesk.models.core.errors import SettingsError
from partnerdesk.models.languages import _
from partnerdesk.tui.widgets.detail_pane import DetailPane
from partnerdesk.tui.widgets.field_page import FieldPage
from partnerdesk.tui.widgets.form_page import FormPage
from partnerdesk.tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from partnerdesk.tui.widgets.app_screen import AppScreen


def check_keymap(keys: Mapping[str, str], screens: Iterable[type[AppScreen]]) -> None:
    """Raise if a remapped action or its key does not exist.

    Raises:
        SettingsError: the error names the most similar id.
    """
    known = {action.id for screen in screens for action in screen.all_actions()}
    for widget in (RecordTable, FieldPage, FormPage, DetailPane):
        known |= {str(entry.id) for entry in widget.BINDINGS if isinstance(entry, Binding)}
    for id, text in keys.items():
        for key in text.split(","):
            if not _is_key(key.strip()):
                raise SettingsError(
                    _("The settings give {name} the key {key}, which there is not.").format(
                        name=id, key=key.strip() or '""'
                    ),
                    _("Write it as Textual does: a, A, slash, f2, ctrl+s; several with commas."),
                )
        if id not in known:
            near = difflib.get_close_matches(id, known, n=1, cutoff=0.3)
            raise SettingsError(
                _("The settings remap keys of {name}, but no action is called so.").format(name=id),
                _("Did you mean {name}?").format(name=near[0]) if near else "",
            )


def _is_key(text: str) -> bool:
    """Return whether `text` is a name that Textual gives to keys."""
    *modifiers, key = text.split("+") if text != "+" else [text]
    if not set(modifiers) <= {"ctrl", "shift", "alt", "super", "meta", "hyper"}:
        return False
    named = {*(known.value for known in Keys), *KEY_NAME_REPLACEMENTS.values()}
    if len(key) == 1 or key in named:
        return True
    try:
        unicodedata.lookup(key.replace("_", " "))
    except KeyError:
        return False
    return True
