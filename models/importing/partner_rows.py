"""Rows of indirect providers and resellers: which one, which plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import select

from partnerdesk.models.core.text import fold
from partnerdesk.models.importing.fields import PartnerColumn as Pc
from partnerdesk.models.importing.record_rows import Book, ReadRow, Said, stored_choice
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
        """Read the partners whose link lasts."""
        own = select(PartnerLink).where(
            PartnerLink.account_id == self.account.id, PartnerLink.state == PartnerState.ACTIVE
        )
        self._partners = list(self.session.exec(own))
        self._known: dict[tuple[str, str], PartnerLink] = {}
        for partner in self._partners:
            for name, text in (
                (Pc.MICROSOFT_ID, partner.microsoft_id), (Pc.MPN_ID, partner.mpn_id),
                (Pc.NAME, partner.name_sort),
            ):  # fmt: skip
                if text:
                    self._known[name, text] = partner

    def called(self, said: Mapping[str, str]) -> str:
        """Return the partner's name."""
        return said.get(Pc.NAME, "")

    def read(self, said: Said) -> ReadRow:
        """Return what a row means; its words as they are stored."""
        said = dict(said)
        if self.headings.get(Pc.KIND) == "relationshipType":
            # The list of the API says what its reader is to them (`reference/newer.md §3.2`);
            # what they are to the reader the account knows.
            said.pop(Pc.KIND, None)
        if Pc.KIND in said:
            found = stored_choice("partners", "kind", said[Pc.KIND], PARTNER_RELATIONS)
            said[Pc.KIND] = found or said[Pc.KIND]
        name = fold(" ".join(said.get(Pc.NAME, "").split()))[:200]
        keys = ((Pc.MICROSOFT_ID, guid(said.get(Pc.MICROSOFT_ID, "")) or ""),
                (Pc.MPN_ID, said.get(Pc.MPN_ID, "")), (Pc.NAME, name))  # fmt: skip
        partner = next((self._known[one] for one in keys if one in self._known), None)
        first = next((one for one in keys if one[1]), keys[-1])
        there = int(partner.id or 0) if partner is not None else 0
        return ReadRow(said, first, self.called(said), there)

    def plan(self, row: ReadRow, by: PlanContext) -> Plan:
        """Plan to add a partner, or to change what the file says otherwise."""
        if not row.record_id:
            return plan_add_partner(self.account, row.said, self._partners, by)
        partner = next(one for one in self._partners if one.id == row.record_id)
        signed = {True: "yes", False: "no"}.get(bool(partner.agreement_signed), "")
        now = {
            Pc.NAME: partner.name, Pc.MPN_ID: partner.mpn_id, Pc.LOCATION: partner.location,
            Pc.KIND: str(partner.relationship_type), Pc.MICROSOFT_ID: partner.microsoft_id,
            Pc.AGREEMENT: "" if partner.agreement_signed is None else signed,
        }  # fmt: skip
        return plan_edit_partner(self.account, partner, now | row.said, self._partners, by)
