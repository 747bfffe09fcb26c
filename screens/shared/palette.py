"""The palette: an action of the screen by any part of its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.languages import _
from partnerdesk.screens.shared.choice_dialog import ChoiceDialog
from partnerdesk.tui.widgets.actions import shown_keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partnerdesk.tui.widgets.actions import Action

REDRAW, LEAVE = "desk.redraw", "desk.leave"
"""What the app does itself, on every screen."""


class Palette(ChoiceDialog):
    """Answers with the id of the action that was taken, or None."""

    def __init__(self, actions: Sequence[Action], remapped: Mapping[str, str]) -> None:
        offered = [
            (action.id, _(action.label), shown_keys(action, remapped), _(action.help))
            for action in actions
        ]
        redrawing = _("Draw the whole screen anew, where something else wrote over it")
        offered += [
            (REDRAW, _("Redraw"), "F5", redrawing),
            (LEAVE, _("Quit"), "ctrl+q", _("Leave the console")),
        ]
        super().__init__(_("Find an action …"), [(id, label) for id, label, *_rest in offered])
        self._told = {id: f"{keys}  {told}" for id, _label, keys, told in offered}

    def behind(self, value: str, name: str) -> str:  # noqa: ARG002
        """Return the keys of an action and what it does."""
        return self._told[value]
