"""Rows of invitations that were made elsewhere: of which company, which plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from sqlmodel import col, select

from partnerdesk.models.core.clock import date_text, iso
from partnerdesk.models.core.text import fold, shown
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.importing.fields import InvitationColumn as Ic
from partnerdesk.models.importing.record_rows import Book, ReadRow, Said, stored_choice
from partnerdesk.models.languages import _
from partnerdesk.models.relationships.entities import (
    Invitation,
    InvitationKind,
)
from partnerdesk.models.relationships.invite import (
    InvitationRequest,
    invitation_context,
    plan_invite,
)
from partnerdesk.models.relationships.lifecycles import INVITATION_TITLES, InvitationState
from partnerdesk.models.relationships.lists import INVITATION_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.changes.plan import Plan, PlanContext


class InvitationBook(Book):
    """The invitations of an account."""

    COLUMNS: ClassVar[Mapping[str, str]] = {"company": Ic.COMPANY_NAME, "domain": Ic.PRIMARY_DOMAIN}
    DETAIL = Ic.SENT

    def load(self) -> None:
        """Read invitations by company and day; where no day is said, by company."""
        own = select(Invitation).where(Invitation.account_id == self.account.id)
        self._there: dict[tuple[str, str], int] = {}
        for invitation in self.session.exec(own.order_by(col(Invitation.id))):
            day = date_text(invitation.sent_at) if invitation.sent_at else ""
            for wanted in (day, ""):
                self._there[invitation.name_sort, wanted] = int(invitation.id or 0)

    def called(self, said: Mapping[str, str]) -> str:
        """Return the company."""
        return said.get(Ic.COMPANY_NAME, "")

    def read(self, said: Said) -> ReadRow:
        """Return what a row means; its days in ISO 8601, its words as they are stored."""
        said = dict(said)
        problems: list[Reason] = []
        for column in (Ic.SENT, Ic.CLOSED):
            if (moment := self.day(said, column, problems)) is not None:
                said[column] = iso(moment)
        for column, titles, word in (
            (Ic.STATE, INVITATION_TITLES, "state"), (Ic.KIND, INVITATION_KINDS, "kind"),
        ):  # fmt: skip
            if column not in said:
                continue
            found = stored_choice("invitations", word, said[column], titles)
            if found is None:
                text = _("{text} is none of: {words}.")
                said_so = text.format(text=shown(said[column][:40]), words=", ".join(titles))
                problems.append(Reason("import.choice", said_so, column))
            else:
                said[column] = found
        name = fold(" ".join(said.get(Ic.COMPANY_NAME, "").split()))[:200]
        key = (name, said.get(Ic.SENT, "")[:10])
        return ReadRow(said, key, self.called(said), self._there.get(key, 0), None, problems)

    def plan(self, row: ReadRow, by: PlanContext) -> Plan:
        """Plan to record an invitation made elsewhere; one that is there stays as it is."""
        said, state = row.said, row.said.get(Ic.STATE, "")
        sent = said.get(Ic.SENT, "")
        wish = InvitationRequest(
            company=said.get(Ic.COMPANY_NAME, ""),
            contact=said.get(Ic.CONTACT, ""),
            email=said.get(Ic.EMAIL, ""),
            kind=InvitationKind(said.get(Ic.KIND) or InvitationKind.RESELLER),
            microsoft_id=said.get(Ic.MICROSOFT_ID, ""),
            domain=said.get(Ic.PRIMARY_DOMAIN, ""),
            in_portal=True,
            sent_at=sent,
            closed_at=said.get(Ic.CLOSED, ""),
            state=InvitationState(state) if state else None,
        )
        plan = plan_invite(
            self.account, wish, invitation_context(self.session, self.account.id, wish), by
        )
        if row.record_id and plan.steps:
            return replace(plan, steps=())
        return plan
