"""What a customer's page shows of the relationship: lives, invitations, delegated admin."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.core.clock import date_text, until
from partnerdesk.models.customers.list import RELATIONSHIPS
from partnerdesk.models.customers.records import CUSTOMER_TITLES
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.relationships.lifecycles import (
    DELEGATED_ADMIN_TITLES,
    INVITATION_TITLES,
    DelegatedAdminState,
)
from partnerdesk.models.relationships.lists import SENT_BY
from partnerdesk.tui.widgets.sections import Field

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from datetime import datetime

    from partnerdesk.models.pages.customer import WholeCustomer
    from partnerdesk.models.relationships.entities import (
        DelegatedAdminRelationship,
        Invitation,
        ResellerRelationship,
    )
    from partnerdesk.models.relationships.of_customer import RelationshipRecords

NO_DELEGATION = "delegation:"
"""The name of the field that stands where no delegated-admin relationship is kept."""
_OVER = (DelegatedAdminState.EXPIRED, DelegatedAdminState.TERMINATED)


def relationship_lines(
    records: RelationshipRecords, at: datetime, show: Callable[..., Awaitable[None]]
) -> Iterator[Field]:
    """Return how the customer came, its lives, and its invitations, the newest first.

    `show` leads to a screen by its name.
    """

    def field(label: str, text: str, invitation: Invitation) -> Field:
        leads = partial(show, "invitation", invitation.id or 0)
        return Field(label, text, f"invitation:{invitation.id}", open=leads, edit=leads)

    if (came_by := records.came_by) is not None:
        yield field(_("Came by"), _came_by(came_by), came_by)
    for life in records.lives:
        yield _life(life)
    for invitation in records.invitations:
        when = invitation.sent_at or invitation.created_at
        label = _("Invitation of {date}").format(date=date_text(when))
        yield field(label, _invitation(invitation, at), invitation)


def _came_by(invitation: Invitation) -> str:
    return _("the invitation of {date}, sent by {who}, accepted on {accepted}").format(
        date=date_text(invitation.sent_at), who=invitation.sent_by,
        accepted=date_text(invitation.closed_at),
    )  # fmt: skip


def _life(life: ResellerRelationship) -> Field:
    was = _(RELATIONSHIPS.get(life.relationship_to_partner, life.relationship_to_partner))
    began = date_text(life.began_at) or "?"
    if life.ended_at is None:
        return Field(_("Present relationship"), _("{was} since {date}").format(was=was, date=began))
    told = _("{was} from {began} to {ended}, ended by {who}").format(
        was=was, began=began, ended=date_text(life.ended_at), who=life.ended_by
    )
    return Field(_("Earlier relationship"), f"{told}\n{life.reason}".strip())


def _invitation(invitation: Invitation, at: datetime) -> str:
    state = invitation.state_at(at)
    told = _(INVITATION_TITLES[state])
    if invitation.closed_at is not None:
        told += " " + date_text(invitation.closed_at)
    parts = [told]
    if who := invitation.sent_by or invitation.created_by:
        how = _(SENT_BY[invitation.how]) if invitation.how else ""
        parts.append(", ".join(filter(None, (_("by {who}").format(who=who), how))))
    if invitation.reminders:
        count = ngettext("{count} reminder", "{count} reminders", invitation.reminders)
        last = _("the last on {date}").format(date=date_text(invitation.reminded_at))
        parts.append(f"{count}, {last}")
    return " · ".join(parts)


def delegated_admin_lines(
    page: WholeCustomer, at: datetime, show: Callable[..., Awaitable[None]]
) -> Iterator[Field]:
    """Return whether there is delegated admin of the old kind, and each relationship of the new.

    Both are shown, since neither says anything of the other (`reference/rules.md §10`). `show`
    leads to a screen by its name.
    """
    known = {None: _("not known"), True: _("yes"), False: _("no")}
    title = CUSTOMER_TITLES["allow_delegated_access"]
    yield Field(_(title), known[page.customer.allow_delegated_access])
    for one in page.relationship.delegated_admin:
        leads = partial(show, "delegation", one.id)
        yield Field(one.display_name, _delegation(one, at), f"delegation:{one.id}", edit=leads)
    if not page.relationship.delegated_admin:
        leads = partial(show, "delegation", None, page.customer.id)
        told = _("none is kept; Enter adds one")
        yield Field(_("Delegated admin (GDAP)"), told, NO_DELEGATION, edit=leads)


def _delegation(one: DelegatedAdminRelationship, at: datetime) -> str:
    status = one.status_at(at)
    parts = [_(DELEGATED_ADMIN_TITLES[status])]
    if end := one.end_date_time:
        ends = _("ends {date}") if end > at else _("ended {date}")
        parts.append(ends.format(date=date_text(end)) + f" ({until(end, at)})")
    if status not in _OVER:
        extends = one.auto_extend_duration == "P180D"
        parts.append(_("extends itself") if extends else _("does not extend itself"))
        if one.has_global_administrator:
            parts.append(_("with Global Administrator, never extended"))
    return "\n".join([" · ".join(parts), *filter(None, [", ".join(one.roles.split("\n"))])])
