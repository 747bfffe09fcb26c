"""Fields of a customer's page about relationships, invitations and delegated admin."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.core.clock import date_text, to_millis, until
from partnerdesk.models.customers.list import RELATIONSHIPS
from partnerdesk.models.customers.records import CUSTOMER_TITLES
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.lists.spec import toned
from partnerdesk.models.relationships.lifecycles import (
    DELEGATED_ADMIN_TITLES,
    INVITATION_TITLES,
    DelegatedAdminState,
)
from partnerdesk.models.relationships.lists import DELEGATED_ADMIN, INVITATIONS, SENT_BY
from partnerdesk.tui.widgets.sections import Field

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from datetime import datetime

    from partnerdesk.models.lists.tones import Toned
    from partnerdesk.models.pages.customer import WholeCustomer
    from partnerdesk.models.relationships.entities import (
        DelegatedAdminRelationship,
        Invitation,
        ResellerRelationship,
    )
    from partnerdesk.models.relationships.of_customer import RelationshipRecords

    Tones = tuple[Toned, ...]

NO_DELEGATION = "delegation:"
"""The name of the field that stands where no delegated-admin relationship is kept."""
_OVER = (DelegatedAdminState.EXPIRED, DelegatedAdminState.TERMINATED)


def relationship_lines(
    records: RelationshipRecords, at: datetime, show: Callable[..., Awaitable[None]]
) -> Iterator[Field]:
    """Return the accepted invitation, the relationships, and all invitations, the newest first.

    `show` opens a screen by its name.
    """

    def field(label: str, text: str, invitation: Invitation, toned: Tones = ()) -> Field:
        act = partial(show, "invitation", invitation.id or 0)
        return Field(label, text, f"invitation:{invitation.id}", act, act, toned)

    if (came_by := records.accepted_invitation) is not None:
        yield field(_("Came by"), _came_by(came_by), came_by)
    for relationship in records.relationships:
        yield _relationship(relationship)
    for invitation in records.invitations:
        when = invitation.sent_at or invitation.created_at
        label = _("Invitation of {date}").format(date=date_text(when))
        state = toned(INVITATIONS.column("state"), invitation.state_at(at), at)
        yield field(label, _invitation(invitation, at), invitation, state)


def _came_by(invitation: Invitation) -> str:
    return _("the invitation of {date}, sent by {who}, accepted on {accepted}").format(
        date=date_text(invitation.sent_at),
        who=invitation.sent_by,
        accepted=date_text(invitation.closed_at),
    )


def _relationship(relationship: ResellerRelationship) -> Field:
    kind = relationship.relationship_to_partner
    kind = _(RELATIONSHIPS.get(kind, kind))
    began = date_text(relationship.began_at) or "?"
    if relationship.ended_at is None:
        text = _("{was} since {date}").format(was=kind, date=began)
        return Field(_("Present relationship"), text)
    text = _("{was} from {began} to {ended}, ended by {who}").format(
        was=kind,
        began=began,
        ended=date_text(relationship.ended_at),
        who=relationship.ended_by,
    )
    return Field(_("Earlier relationship"), f"{text}\n{relationship.reason}".strip())


def _invitation(invitation: Invitation, at: datetime) -> str:
    state = invitation.state_at(at)
    text = _(INVITATION_TITLES[state])
    if invitation.closed_at is not None:
        text += " " + date_text(invitation.closed_at)
    parts = [text]
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
    """Return a field for DAP, and a field for each GDAP relationship.

    Both are shown, since they are independent of each other (`reference/rules.md §10`). `show`
    opens a screen by its name.
    """
    titles = {None: _("not known"), True: _("yes"), False: _("no")}
    title = CUSTOMER_TITLES["allow_delegated_access"]
    yield Field(_(title), titles[page.customer.allow_delegated_access])
    for delegation in page.relationship.delegated_admin:
        edit, name = partial(show, "delegation", delegation.id), f"delegation:{delegation.id}"
        yield Field(
            delegation.display_name,
            _delegation(delegation, at),
            name,
            edit=edit,
            toned=_delegation_tones(delegation, at),
        )
    if not page.relationship.delegated_admin:
        add = partial(show, "delegation", None, page.customer.id)
        text = _("none is kept; Enter adds one")
        yield Field(_("Delegated admin (GDAP)"), text, NO_DELEGATION, edit=add)


def _delegation_tones(delegation: DelegatedAdminRelationship, at: datetime) -> Tones:
    ends = to_millis(delegation.end_date_time) if delegation.end_date_time else 0
    state = toned(DELEGATED_ADMIN.column("status"), delegation.status_at(at), at)
    return (*state, *toned(DELEGATED_ADMIN.column("ends"), ends, at))


def _delegation(delegation: DelegatedAdminRelationship, at: datetime) -> str:
    status = delegation.status_at(at)
    parts = [_(DELEGATED_ADMIN_TITLES[status])]
    if end := delegation.end_date_time:
        ends = _("ends {date}") if end > at else _("ended {date}")
        parts.append(ends.format(date=date_text(end)) + f" ({until(end, at)})")
    if status not in _OVER:
        extends = delegation.auto_extend_duration == "P180D"
        parts.append(_("extends itself") if extends else _("does not extend itself"))
        if delegation.has_global_administrator:
            parts.append(_("with Global Administrator, never extended"))
    roles = ", ".join(delegation.roles.split("\n"))
    return "\n".join(filter(None, [" · ".join(parts), roles]))
