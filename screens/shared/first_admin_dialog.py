"""The first administrator of a new tenant: shown until it is dismissed, and kept nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _
from partnerdesk.tui.widgets.questions import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult


class FirstAdminDialog(Dialog[bool]):
    """Shows user name and password; a second Esc closes it, as it may open while one types."""

    CSS_PATH = "first_admin_dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False, priority=True),
        Binding("y", "copy_password", show=False),
        Binding("Y", "copy_name", show=False),
    ]

    def __init__(self, company: str, user_name: str, password: str) -> None:
        super().__init__()
        self._company, self._user_name, self._password = company, user_name, password
        self._is_warned = False

    def compose(self) -> ComposeResult:
        """Build the texts."""
        with Vertical(classes="dialog") as box:
            box.border_title = _("First administrator")
            yield Static(self._text(), markup=False)
            keys = _("y copies the password   Y the user name   Esc twice closes it")
            yield Static(keys, markup=False, classes="hint")

    def _text(self) -> Content:
        return Content.assemble(
            (f"{shown(self._company)}\n\n", "bold"),
            _("User name"),
            ": ",
            (shown(self._user_name), "bold"),
            "\n",
            _("Password"),
            ": ",
            (shown(self._password), "bold"),
            "\n\n",
            _(
                "Partner Center tells this password only now. Give it to the customer outside of "
                "this program, which keeps it nowhere."
            ),
        )

    def action_copy_password(self) -> None:
        """Copy the password."""
        self._copy(self._password, _("The password is copied."))

    def action_copy_name(self) -> None:
        """Copy the user name."""
        self._copy(self._user_name, _("The user name is copied."))

    def _copy(self, text: str, told: str) -> None:
        self.app.copy_to_clipboard(shown(text))
        self.query_one(".dialog").border_subtitle = told

    def action_leave(self) -> None:
        """Warn that the password is not shown again; close at the second request."""
        if self._is_warned:
            self.dismiss(result=True)
            return
        self._is_warned = True
        told = _("It is not shown again: Esc once more closes it.")
        self.query_one(".dialog").border_subtitle = told
