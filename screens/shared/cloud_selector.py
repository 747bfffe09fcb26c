"""The cloud selector: accounts by cloud, then *All clouds*; typing narrows the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets.option_list import Option

from partnerdesk.models.accounts.accounts import ALL, shown_titles, sign_in_words
from partnerdesk.models.core.text import fold
from partnerdesk.models.languages import _, ngettext
from partnerdesk.screens.shared.choice_dialog import NarrowingDialog
from partnerdesk.tui.widgets.actions import SIGN_IN_TO

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.session import AppSession


class CloudSelector(NarrowingDialog):
    """Answers with the key of the chosen scope, or `SIGN_IN_TO` and an account's id."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "sign_in", show=False, priority=True, id="selector.sign-in"),
    ]

    def __init__(self, desk: AppSession) -> None:
        super().__init__(_("Cloud and account"), desk.scope.key if desk.scope else "")
        self._desk = desk
        self._titles = shown_titles(desk.accounts)
        self._connected = {str(account.id) for account in desk.accounts if account.client_id}

    def hint(self) -> str:
        """Return the keys; that of the sign-in where an account is connected."""
        keys = super().hint()
        return f"{keys}   " + _("ctrl+s sign in") if self._connected else keys

    def action_sign_in(self) -> None:
        """Answer that the person wants to sign in to the account under the cursor."""
        if self.highlighted_id in self._connected:
            self.answer(f"{SIGN_IN_TO}{self.highlighted_id}")
        else:
            self.query_one(".dialog").border_subtitle = _("It is kept by hand: nobody signs in.")

    def entries(self, words: Sequence[str]) -> Iterator[Option]:
        """Return the accounts that contain all words, each cloud below its heading."""
        heading = ""
        for account in self._desk.accounts:
            short_name = _(account.cloud.short_name)
            searched = f"{account.cloud.id} {account.cloud.name} {short_name}"
            title = self._titles[account.id]
            if not all(word in fold(f"{searched} {title}") for word in words):
                continue
            if account.cloud.id != heading:
                heading = account.cloud.id
                yield Option(
                    Content.assemble(
                        (f" {short_name} ", f"bold $background on $cloud-{account.cloud.color}"),
                        (f" {account.cloud.name}", "$text-muted"),
                    ),
                    disabled=True,
                )
            yield Option(self._line(account), id=str(account.id))
        if all(word in fold(_("All clouds")) for word in words):
            yield Option(
                Content.assemble(
                    (_("All clouds"), "bold"),
                    "  ",
                    _("look, search and edit; what is new needs one account"),
                ),
                id=ALL,
            )

    def _line(self, account: Account) -> Content:
        customers = ngettext("{count} customer", "{count} customers", account.customers)
        linked = _("connected") if account.connected else _("kept by hand")
        title = self._titles[account.id]
        parts = [linked, customers, *sign_in_words(account, self._desk.clock())]
        shown_title = title if title != linked else _("Own book")
        return Content.assemble("  ", (shown_title, "bold"), "  " + " · ".join(parts))
