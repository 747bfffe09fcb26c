"""Reads and plans rows of indirect providers and resellers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import select

from partnerdesk.models.core.text import fold
from partnerdesk.models.importing.fields import PartnerColumn as Pc
from partnerdesk.models.importing.record_rows import Book, ReadRow, RowValues, stored_choice
from partnerdesk.models.relationships.entities import (
    PartnerLink,
    PartnerState,
)
from partnerdesk.models.relationships.lists import PARTNER_RELATIONS
from partnerdesk.models.relationships.partners import plan_add_partner, plan_edit_partner
from partnerdesk.models.values.identifiers import guid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.changes.plan import Plan, PlanContext


class PartnerBook(Book):
    """The indirect providers and resellers of an account."""

    DETAIL = Pc.MPN_ID

    def load(self) -> None:
        """Read the account's active links with partners."""
        own = select(PartnerLink).where(
            PartnerLink.account_id == self.account.id, PartnerLink.state == PartnerState.ACTIVE
        )
        self._partners = list(self.session.exec(own))
        self._known: dict[tuple[str, str], PartnerLink] = {}
        for partner in self._partners:
            for name, text in (
                (Pc.MICROSOFT_ID, partner.microsoft_id),
                (Pc.MPN_ID, partner.mpn_id),
                (Pc.NAME, partner.name_sort),
            ):
                if text:
                    self._known[name, text] = partner

    def subject(self, values: Mapping[str, str]) -> str:
        """Return the name of the partner."""
        return values.get(Pc.NAME, "")

    def read(self, values: RowValues) -> ReadRow:
        """Read a row: the kind becomes its stored value."""
        values = dict(values)
        if self.headings.get(Pc.KIND) == "relationshipType":
            # In the API's list this column is the account's relation to the partner
            # (`reference/newer.md §3.2`), not the partner's relation to the account.
            values.pop(Pc.KIND, None)
        if Pc.KIND in values:
            found = stored_choice("partners", "kind", values[Pc.KIND], PARTNER_RELATIONS)
            values[Pc.KIND] = found or values[Pc.KIND]
        name = fold(" ".join(values.get(Pc.NAME, "").split()))[:200]
        keys = (
            (Pc.MICROSOFT_ID, guid(values.get(Pc.MICROSOFT_ID, "")) or ""),
            (Pc.MPN_ID, values.get(Pc.MPN_ID, "")),
            (Pc.NAME, name),
        )
        partner = next((self._known[key] for key in keys if key in self._known), None)
        first = next((key for key in keys if key[1]), keys[-1])
        known = int(partner.id or 0) if partner is not None else 0
        return ReadRow(values, first, self.subject(values), known)

    def plan(self, row: ReadRow, by: PlanContext) -> Plan:
        """Plan to add a partner, or to change the fields in which the row differs."""
        if not row.record_id:
            return plan_add_partner(self.account, row.values, self._partners, by)
        partner = next(partner for partner in self._partners if partner.id == row.record_id)
        signed = {True: "yes", False: "no"}.get(bool(partner.agreement_signed), "")
        now = {
            Pc.NAME: partner.name, Pc.MPN_ID: partner.mpn_id, Pc.LOCATION: partner.location,
            Pc.KIND: str(partner.relationship_type), Pc.MICROSOFT_ID: partner.microsoft_id,
            Pc.AGREEMENT: "" if partner.agreement_signed is None else signed,
        }  # fmt: skip
        return plan_edit_partner(self.account, partner, now | row.values, self._partners, by)
