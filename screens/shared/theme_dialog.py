"""The dialog to choose a theme; the console shows the theme under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.languages import _
from partnerdesk.screens.shared.choice_dialog import ChoiceDialog

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.widgets import OptionList


class ThemeDialog(ChoiceDialog):
    """Answers with the name of the chosen theme; None if the person leaves the dialog."""

    def __init__(self, names: Sequence[str], chosen: str, preview: Callable[[str], object]) -> None:
        """Offer themes by name; `preview` is called with the name under the cursor."""
        super().__init__(_("Theme"), [(name, name) for name in names], chosen)
        self._preview = preview

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show the theme under the cursor."""
        if event.option_id is not None and self.is_current:
            self._preview(event.option_id)
