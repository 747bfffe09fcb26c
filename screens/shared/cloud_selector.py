"""The cloud selector: accounts by cloud, then *All clouds*; typing narrows the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets.option_list import Option

from partnerdesk.models.accounts.accounts import ALL
from partnerdesk.models.core.text import fold
from partnerdesk.models.languages import _, ngettext
from partnerdesk.screens.shared.choice_dialog import NarrowingDialog

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.session import AppSession


class CloudSelector(NarrowingDialog):
    """Answers with the key of the chosen scope; None if the person leaves the dialog."""

    def __init__(self, desk: AppSession) -> None:
        super().__init__(_("Cloud and account"), desk.scope.key if desk.scope else "")
        self._desk = desk

    def entries(self, words: Sequence[str]) -> Iterator[Option]:
        """Return the accounts that contain all words, each cloud below its heading."""
        heading = ""
        for account in self._desk.accounts:
            short_name = _(account.cloud.short_name)
            searched = f"{account.cloud.id} {account.cloud.name} {short_name}"
            if not all(word in fold(f"{searched} {account.title}") for word in words):
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
        title = account.title if account.title != linked else _("Own book")
        return Content.assemble("  ", (title, "bold"), f"  {linked} · {customers}")
