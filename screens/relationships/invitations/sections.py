"""What the page of an invitation shows around its letter: how far it is, what went out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.core.clock import moment_text, to_millis
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _
from partnerdesk.models.lists.details import field_line
from partnerdesk.models.lists.spec import toned
from partnerdesk.tui.widgets.sections import Field, Section

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from partnerdesk.models.relationships.invitation_details import InvitationDetails
    from partnerdesk.models.relationships.sent_letters import SentLetter

    OpenLetter = Callable[[SentLetter], Awaitable[None]]


def case_sections(
    case: InvitationDetails, at: datetime, open_letter: OpenLetter | None
) -> list[Section]:
    """Return how far an invitation is, and the letters that went out.

    `open_letter` shows one of them; None where none is opened.
    """
    from partnerdesk.models.relationships.entities import SentBy
    from partnerdesk.models.relationships.lifecycles import INVITATION_TITLES
    from partnerdesk.models.relationships.lists import INVITATION_KINDS, INVITATIONS, SENT_BY
    from partnerdesk.models.relationships.sent_letters import (
        about_letter,
        letter_title,
        moment_with_age,
    )

    one = case.invitation
    state = one.state_at(at)
    due = to_millis(one.next_at) if one.closed_at is None and one.next_at else 0
    next_due = field_line(INVITATIONS.column("due"), due, at)
    portal = ""
    if one.sent_at and one.how is SentBy.PORTAL:
        parts = (moment_with_age(one.sent_at, at), one.sent_by, _(SENT_BY[one.how]))
        portal = " · ".join(filter(None, parts))
    fields = (
        Field(
            _("Status"),
            _(INVITATION_TITLES[state]),
            "state",
            toned=toned(INVITATIONS.column("state"), state, at),
        ),
        Field(_("Sent"), portal),
        Field(_("Next step due"), next_due.text, toned=next_due.toned),
        Field(_("Closed"), moment_text(one.closed_at)),
        Field(_("Kind of invitation"), _(INVITATION_KINDS[one.kind])),
        Field(_("Delegated admin"), _("yes") if one.delegated_admin else _("no")),
        Field(_("Customer"), _customer_text(case)),
    )
    title = shown(one.company_name)[:200]
    letters = (
        Field(
            letter_title(letter),
            about_letter(letter, at),
            f"letter:{place}",
            open=partial(open_letter, letter) if open_letter is not None else None,
        )
        for place, letter in enumerate(case.sent_letters)
    )
    return [
        Section(title, tuple(field for field in fields if field.text)),
        Section(_("Letters that went out"), tuple(letters)),
    ]


def _customer_text(case: InvitationDetails) -> str:
    customer = case.customer
    if customer is not None:
        return f"{customer.company_name} · {customer.primary_domain}"
    names = [f"{one.company_name} · {one.primary_domain}" for one, _sure in case.likely]
    if not names:
        return _("not in the book yet")
    return _("maybe {names}: a confirms it").format(names=", ".join(names))
