"""The cloud selector: accounts grouped by cloud, *All clouds* last; typing narrows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from models.account_list import ALL
from models.languages import _, ngettext
from models.plain import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.app import ComposeResult

    from models.account_list import Account
    from models.desk import Desk


class CloudSelector(ModalScreen[str | None]):
    """Answers with the key of the chosen scope, or None."""

    CSS_PATH = "cloud_selector.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", show=False, priority=True),
        Binding("down,ctrl+n", "move(1)", show=False, priority=True),
        Binding("up,ctrl+p", "move(-1)", show=False, priority=True),
        Binding("enter", "take", show=False, priority=True),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk

    def compose(self) -> ComposeResult:
        """Build the line to type into and the list."""
        with Vertical(classes="dialog") as box:
            box.border_title = _("Cloud and account")
            entry = Input(placeholder=_("type to narrow"), compact=True)
            entry.cursor_blink = False
            yield entry
            yield OptionList(markup=False)
            yield Static(_("↑↓ choose   Enter take   Esc leave"), markup=False, classes="hint")

    def on_mount(self) -> None:
        """Show all accounts, the chosen one under the cursor."""
        self._fill("")
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show the accounts that hold what was typed."""
        self._fill(event.value)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take what was clicked."""
        self.dismiss(event.option_id)

    def action_move(self, by: int) -> None:
        """Move the cursor in the list while the keys go to the input."""
        options = self.query_one(OptionList)
        if by > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_take(self) -> None:
        """Take the account under the cursor."""
        options = self.query_one(OptionList)
        if options.highlighted is not None:
            self.dismiss(options.get_option_at_index(options.highlighted).id)

    def action_give_up(self) -> None:
        """Leave everything as it is."""
        self.dismiss(None)

    def _fill(self, text: str) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        entries = list(self._entries(fold(text)))
        options.add_options(entries)
        scope = self._desk.scope
        chosen = scope.key if scope else ""
        ids = [entry.id for entry in entries]
        if chosen in ids:
            options.highlighted = ids.index(chosen)
        else:
            options.highlighted = next((n for n, id in enumerate(ids) if id is not None), None)

    def _entries(self, wanted: str) -> Iterator[Option]:
        heading = ""
        for account in self._desk.accounts:
            short_name = _(account.cloud.short_name)
            searched = f"{account.cloud.id} {account.cloud.name} {short_name}"
            if not all(word in fold(f"{searched} {account.title}") for word in wanted.split()):
                continue
            if account.cloud.id != heading:
                heading = account.cloud.id
                yield Option(
                    Content.assemble(
                        (f" {short_name} ",
                         f"bold $background on $cloud-{account.cloud.color}"),
                        (f" {account.cloud.name}", "$text-muted"),
                    ),
                    disabled=True,
                )  # fmt: skip
            yield Option(self._line(account), id=str(account.id))
        if all(word in fold(_("All clouds")) for word in wanted.split()):
            yield Option(
                Content.assemble((_("All clouds"), "bold"), "  ", _("look and search only")), id=ALL
            )

    def _line(self, account: Account) -> Content:
        customers = ngettext("{count} customer", "{count} customers", account.customers)
        linked = _("connected") if account.connected else _("kept by hand")
        title = account.title if account.title != linked else _("Own book")
        return Content.assemble("  ", (title, "bold"), f"  {linked} · {customers}")
