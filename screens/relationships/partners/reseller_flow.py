"""Setting the indirect reseller of customers: asks for the reseller, then shows the run."""

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
"""The choice that removes the name of the reseller."""


class ResellerFlow:
    """Asks for the reseller step by step; nothing is written until the run is carried out."""

    def __init__(self, screen: ListScreen, account: Account) -> None:
        self._screen = screen
        self._account = account
        self._keys: Sequence[RowKey] = ()
        self._hidden = ""

    async def ask(self) -> None:
        """Ask for the reseller of the marked customers, or of the one under the cursor.

        If a run was interrupted, offer to continue it first.
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
        # The cursor begins on a reseller, so that Enter alone removes no name.
        dialog = ChoiceDialog(self._question(), [*choices, nobody], choices[0][0])
        await self._screen.shell.ask_dialog(dialog, self._chosen)

    def _question(self) -> str:
        count = len(self._keys)
        text = ngettext("Reseller of {count} customer", "Reseller of {count} customers", count)
        return f"{text} {self._hidden}".rstrip()

    async def _chosen(self, reseller: str | None) -> None:
        if reseller is not None:
            await self._set_reseller(reseller)

    def _offer_to_add(self) -> None:
        self._screen.choose(
            _("{question}: you have no active reseller here.").format(question=self._question()),
            [
                Choice(
                    "a", _("add one"), partial(self._screen.shell.show, "partner"), default=True
                ),
                Choice("m", _("write its MPN ID"), self._ask_mpn_id),
                Choice("t", _("take the name away"), partial(self._set_reseller, NOBODY)),
            ],
        )

    def _ask_mpn_id(self) -> None:
        self._screen.ask(_("MPN ID of the reseller"), "", self._mpn_id_given)

    async def _mpn_id_given(self, text: str | None) -> None:
        if text and text.strip():
            await self._set_reseller(text.strip())
        else:
            self._screen.nothing_typed(text)

    async def _set_reseller(self, reseller: str) -> None:
        from partnerdesk.models.operations.bulk import RunRequest
        from partnerdesk.models.operations.bulk_records import RunKind

        request = RunRequest(RunKind.NAME_RESELLER, {"reseller": reseller})
        shell, marks = self._screen.shell, self._screen.table.marks
        await shell.show("run", request, self._keys, self._account.id, marks=marks)
