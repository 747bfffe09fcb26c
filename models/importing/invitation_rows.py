"""Reads and plans rows of invitations that were made outside the program."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from sqlmodel import col, select

from partnerdesk.models.core.clock import date_text, iso
from partnerdesk.models.core.text import fold, shown
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.importing.fields import InvitationColumn as Ic
from partnerdesk.models.importing.record_rows import Book, ReadRow, RowValues, stored_choice
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
        """Read the invitations' ids by company and day; for rows without a day, by company only."""
        own = select(Invitation).where(Invitation.account_id == self.account.id)
        self._known: dict[tuple[str, str], int] = {}
        for invitation in self.session.exec(own.order_by(col(Invitation.id))):
            day = date_text(invitation.sent_at) if invitation.sent_at else ""
            for wanted in (day, ""):
                self._known[invitation.name_sort, wanted] = int(invitation.id or 0)

    def subject(self, values: Mapping[str, str]) -> str:
        """Return the name of the company."""
        return values.get(Ic.COMPANY_NAME, "")

    def read(self, values: RowValues) -> ReadRow:
        """Read a row: days become ISO 8601, state and kind become their stored values."""
        values = dict(values)
        problems: list[Reason] = []
        for column in (Ic.SENT, Ic.CLOSED):
            if (moment := self.day(values, column, problems)) is not None:
                values[column] = iso(moment)
        for column, titles, word in (
            (Ic.STATE, INVITATION_TITLES, "state"),
            (Ic.KIND, INVITATION_KINDS, "kind"),
        ):
            if column not in values:
                continue
            found = stored_choice("invitations", word, values[column], titles)
            if found is None:
                text = _("{text} is none of: {words}.")
                text = text.format(text=shown(values[column][:40]), words=", ".join(titles))
                problems.append(Reason("import.choice", text, column))
            else:
                values[column] = found
        name = fold(" ".join(values.get(Ic.COMPANY_NAME, "").split()))[:200]
        key = (name, values.get(Ic.SENT, "")[:10])
        known = self._known.get(key, 0)
        return ReadRow(values, key, self.subject(values), known, None, problems)

    def plan(self, row: ReadRow, by: PlanContext) -> Plan:
        """Plan to record an invitation; the plan for an existing invitation has no steps."""
        values, state = row.values, row.values.get(Ic.STATE, "")
        sent = values.get(Ic.SENT, "")
        wish = InvitationRequest(
            company=values.get(Ic.COMPANY_NAME, ""),
            contact=values.get(Ic.CONTACT, ""),
            email=values.get(Ic.EMAIL, ""),
            kind=InvitationKind(values.get(Ic.KIND) or InvitationKind.RESELLER),
            microsoft_id=values.get(Ic.MICROSOFT_ID, ""),
            domain=values.get(Ic.PRIMARY_DOMAIN, ""),
            in_portal=True,
            sent_at=sent,
            closed_at=values.get(Ic.CLOSED, ""),
            state=InvitationState(state) if state else None,
        )
        plan = plan_invite(
            self.account, wish, invitation_context(self.session, self.account.id, wish), by
        )
        if row.record_id and plan.steps:
            return replace(plan, steps=())
        return plan
