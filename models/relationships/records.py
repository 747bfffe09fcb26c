"""The kinds of record in this room that plans change, and their titles; without SQLModel."""

from __future__ import annotations

from partnerdesk.models.changes.record_kind import OfCustomer, RecordKind
from partnerdesk.models.customers.list import RELATIONSHIPS
from partnerdesk.models.languages import N_
from partnerdesk.models.relationships.lifecycles import DELEGATED_ADMIN_TITLES, INVITATION_TITLES
from partnerdesk.models.relationships.lists import (
    INVITATION_KINDS,
    PARTNER_RELATIONS,
    PARTNER_STATES,
    SENT_BY,
)

INVITATION = RecordKind(
    "invitations",
    "relationships.entities:Invitation",
    N_("Invitation"),
    fields={
        "company_name": N_("Company"),
        "contact": N_("Contact"),
        "email": N_("E-mail"),
        "microsoft_id": N_("Microsoft ID"),
        "primary_domain": N_("Primary domain"),
        "kind": N_("Kind of invitation"),
        "delegated_admin": N_("Delegated admin"),
        "provider": N_("Indirect provider"),
        "language": N_("Language"),
        "link": N_("Link"),
        "subject": N_("Subject"),
        "body": N_("Letter"),
        "state": N_("Status"),
        "how": N_("How"),
        "related_before": N_("Related before"),
        "created_at": N_("Written"),
        "created_by": N_("Written by"),
        "sent_at": N_("Sent"),
        "sent_by": N_("Sent by"),
        "reminders": N_("Reminders"),
        "reminded_at": N_("Reminded"),
        "next_at": N_("Next step due"),
        "closed_at": N_("Closed"),
    },
    choices={"state": INVITATION_TITLES, "kind": INVITATION_KINDS, "how": SENT_BY},
    named_as={"state": "invitation_state", "kind": "invitation_kind"},
    of_customer=OfCustomer.HOLDS,
)
RELATIONSHIP = RecordKind(
    "reseller_relationships",
    "relationships.entities:ResellerRelationship",
    N_("Relationship"),
    fields={
        "invitation_id": N_("By invitation"),
        "relationship_to_partner": N_("Relationship"),
        "began_at": N_("Began"),
        "ended_at": N_("Ended"),
        "ended_by": N_("Ended by"),
        "reason": N_("Why"),
    },
    choices={"relationship_to_partner": RELATIONSHIPS},
    named_as={
        "relationship_to_partner": "relationship_was",
        "began_at": "life_began_at",
        "ended_at": "life_ended_at",
    },
    of_customer=OfCustomer.HOLDS,
)
PARTNER = RecordKind(
    "partner_links",
    "relationships.entities:PartnerLink",
    N_("Partner"),
    fields={
        "microsoft_id": N_("Microsoft ID"),
        "name": N_("Name"),
        "mpn_id": N_("MPN ID"),
        "location": N_("Country"),
        "relationship_type": N_("Kind of partner"),
        "state": N_("Status"),
        "agreement_signed": N_("Partner agreement signed"),
        "since": N_("Since"),
        "ended_at": N_("Ended"),
    },
    choices={"state": PARTNER_STATES, "relationship_type": PARTNER_RELATIONS},
    named_as={"state": "partner_state"},
)
DELEGATED_ADMIN = RecordKind(
    "delegated_admin_relationships",
    "relationships.entities:DelegatedAdminRelationship",
    N_("Delegated admin"),
    fields={
        "microsoft_id": N_("Microsoft ID"),
        "display_name": N_("Name"),
        "roles": N_("Roles"),
        "status": N_("Status"),
        "duration": N_("Term"),
        "auto_extend_duration": N_("Extends itself"),
        "requested_at": N_("Approval asked"),
        "activated_date_time": N_("Begins"),
        "end_date_time": N_("Ends"),
    },
    choices={
        "status": DELEGATED_ADMIN_TITLES,
        "auto_extend_duration": {"P0D": N_("no"), "PT0S": N_("no")},
    },
    named_as={"status": "delegated_status"},
    of_customer=OfCustomer.HOLDS,
)
TEMPLATE = RecordKind(
    "letter_templates",
    "relationships.entities:LetterTemplate",
    N_("Letter template"),
    fields={
        "kind": N_("Kind"),
        "language": N_("Language"),
        "subject": N_("Subject"),
        "body": N_("Letter"),
    },
)

RECORDS = (INVITATION, RELATIONSHIP, PARTNER, DELEGATED_ADMIN, TEMPLATE)
"""All kinds of record in this room; each follows the kinds that its foreign keys point to."""
