"""Naming the indirect reseller of customers: which one is asked, then the run is shown."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.settings.clouds import Capability
from partnerdesk.screens.changes.cut_off import offer_cut_off
from partnerdesk.tui.widgets.questions import Choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.lists.spec import RowKey
    from partnerdesk.models.relationships.entities import PartnerLink
    from partnerdesk.tui.widgets.list_screen import ListScreen

NOBODY = ""
"""What takes the reseller's name away."""


class ResellerFlow:
    """Asks step by step; nothing is written before the run itself is carried out."""

    def __init__(self, screen: ListScreen, account: Account) -> None:
        self._screen = screen
        self._account = account
        self._keys: Sequence[RowKey] = ()
        self._hidden = ""

    async def ask(self) -> None:
        """Ask which reseller the marked customers get, or the one under the cursor.

        A run that was cut off is offered first.
        """
        from partnerdesk.models.operations.bulk_records import RunKind

        screen = self._screen
        model = self._account.cloud.allows(Capability.INDIRECT_MODEL)
        if not model.allowed:
            screen.status.say(model.reason)
            return
        await offer_cut_off(screen, self._account, RunKind.NAME_RESELLER, self._ask_which)

    async def _ask_which(self) -> None:
        screen, desk = self._screen, self._screen.desk
        self._keys = await screen.marks.keys()
        if not self._keys:
            screen.status.say(_("There is no customer here."))
            return
        self._hidden = await screen.marks.hidden_text()
        resellers = await desk.reader.aside(self._resellers)
        if resellers:
            await self._offer(resellers)
        else:
            self._offer_to_add()

    def _resellers(self) -> list[PartnerLink]:
        from partnerdesk.models.relationships.entities import PartnerRelation, PartnerState
        from partnerdesk.models.relationships.partners import read_partners

        wanted = (PartnerState.ACTIVE, PartnerRelation.IS_INDIRECT_RESELLER_OF)
        return [
            partner
            for partner in read_partners(self._screen.desk.store, self._account.id)
            if (partner.state, partner.relationship_type) == wanted
        ]

    async def _offer(self, resellers: Sequence[PartnerLink]) -> None:
        from partnerdesk.screens.shared.choice_dialog import ChoiceDialog

        choices = [(partner.mpn_id or partner.name, partner.name) for partner in resellers]
        nobody = (NOBODY, _("none: take the name away"))
        # The cursor stands on a reseller, so that Enter alone takes no name away.
        dialog = ChoiceDialog(self._question(), [*choices, nobody], choices[0][0])
        await self._screen.shell.ask_dialog(dialog, self._chosen)

    def _question(self) -> str:
        count = len(self._keys)
        asked = ngettext("Reseller of {count} customer", "Reseller of {count} customers", count)
        return f"{asked} {self._hidden}".rstrip()

    async def _chosen(self, reseller: str | None) -> None:
        if reseller is not None:
            await self._name(reseller)

    def _offer_to_add(self) -> None:
        self._screen.choose(
            _("{question}: you have no active reseller here.").format(question=self._question()),
            [
                Choice("a", _("add one"), partial(self._screen.shell.show, "partner")),
                Choice("m", _("write its MPN ID"), self._ask_mpn_id),
                Choice("t", _("take the name away"), partial(self._name, NOBODY)),
            ],
        )

    def _ask_mpn_id(self) -> None:
        self._screen.ask(_("MPN ID of the reseller"), "", self._mpn_id_given)

    async def _mpn_id_given(self, text: str | None) -> None:
        if text and text.strip():
            await self._name(text.strip())
        else:
            self._screen.nothing_typed(text)

    async def _name(self, reseller: str) -> None:
        from partnerdesk.models.operations.bulk import RunRequest
        from partnerdesk.models.operations.bulk_records import RunKind

        wish = RunRequest(RunKind.NAME_RESELLER, {"reseller": reseller})
        screen = self._screen
        await screen.shell.show("run", wish, self._keys, self._account.id, marks=screen.table.marks)
