"""The lists of the relationship manager: invitations, partners, delegated admin, ended customers.

Without SQLModel, so that the first rows do not wait for its import. The SQL computes the states
that follow from the time of the query: lapsed invitations, expired delegated-admin relationships.
"""

from __future__ import annotations

from partnerdesk.models.core.clock import DAY
from partnerdesk.models.core.stored import Titles
from partnerdesk.models.customers.list import RELATIONSHIPS, YES_NO
from partnerdesk.models.languages import N_
from partnerdesk.models.lists.account_column import account_column
from partnerdesk.models.lists.spec import NOW, Column, FieldGroup, Kind, ListSpec, Sort
from partnerdesk.models.lists.tones import PAST, Tone, tones
from partnerdesk.models.relationships.lifecycles import (
    DELEGATED_ADMIN_TITLES,
    INVITATION_TITLES,
    OPEN_INVITATIONS,
    DelegatedAdminState,
    InvitationState,
)
from partnerdesk.models.settings.load import CLOUDS

REMIND_AFTER_DAYS = 7
"""Days from a letter until a reminder is due; this program's own rule."""
LAPSE_AFTER_DAYS = 90
"""Days from the last letter until an invitation counts as lapsed; this program's own rule."""
APPROVAL_DAYS = 90
"""Days within which the customer must approve delegated admin (`reference/rules.md §10`)."""
GLOBAL_ADMINISTRATOR = (
    "global administrator",
    "company administrator",
    "62e90394-69f5-4237-9190-012177145e10",
)
"""The folded names and the id of the Global Administrator role (`resources.md`, *GDAP*)."""

INVITATION_KINDS = Titles({"reseller": N_("reseller"), "combined": N_("reseller and provider")})
"""The title of each kind of invitation."""
SENT_BY = Titles(
    {
        "": "",
        "clipboard": N_("clipboard"),
        "eml": N_("e-mail file"),
        "smtp": N_("mail server"),
        "printed": N_("printed"),
        "portal": N_("portal"),
    }
)
"""The title of each way in which a letter goes out."""
PARTNER_RELATIONS = Titles(
    {
        "is_indirect_reseller_of": N_("Indirect reseller"),
        "is_indirect_cloud_solution_provider_of": N_("Indirect provider"),
        "none": N_("None"),
    }
)
"""The title of each role of a linked partner."""
PARTNER_STATES = {"active": N_("linked"), "ended": N_("link ended")}
"""The title of each state of a linked partner."""
NEXT_STEPS = {
    "send": N_("you: send the letter"),
    "confirm": N_("you: confirm, in the book"),
    "remind": N_("you: remind"),
    "answer": N_("customer: accept"),
    "decide": N_("you: remind or withdraw"),
    "link": N_("you: add or import it"),
    "": "",
}
"""The title of each next step of an invitation, with who must act."""


def _listed(*states: str) -> str:
    return ", ".join(f"'{state}'" for state in states)


_LAST_LETTER = "CASE i.reminded_at WHEN 0 THEN i.sent_at ELSE i.reminded_at END"
_LAPSES = LAPSE_AFTER_DAYS * DAY * 1000
IS_OPEN = f"i.state IN ({_listed(*OPEN_INVITATIONS)})"
"""The SQL condition that an answer to an invitation is awaited."""
_INVITATION_STATE = (
    f"CASE WHEN {IS_OPEN} AND {_LAST_LETTER} + {_LAPSES} <= {NOW} "
    f"THEN '{InvitationState.LAPSED}' ELSE i.state END"
)
LAPSES_AT = f"CASE WHEN {IS_OPEN} AND {_LAST_LETTER} > 0 THEN {_LAST_LETTER} + {_LAPSES} ELSE 0 END"
"""The SQL expression of the moment at which an open invitation lapses; 0 for the others."""
_ACTIVE_RELATIONSHIP = "c.relationship_to_partner IN ('reseller', 'advisor', 'syndication')"


def _customer_exists(same: str) -> str:
    """Return the condition that a customer with a relationship matches the condition `same`."""
    return (
        "EXISTS (SELECT 1 FROM customers AS c WHERE c.account_id = i.account_id "  # noqa: S608
        f"AND {same} AND c.ended_at = 0 AND {_ACTIVE_RELATIONSHIP})"
    )


_HAS_MATCH = (
    "NOT i.related_before AND CASE WHEN i.customer_id IS NOT NULL "
    f"THEN {_customer_exists('c.id = i.customer_id')} "
    f"ELSE {_customer_exists('c.company_sort = i.name_sort')} "
    f"OR {_customer_exists('c.microsoft_id = i.microsoft_id')} "
    f"OR i.primary_domain <> '' AND {_customer_exists('c.primary_domain = i.primary_domain')} END"
)
"""The condition that the book has the invited customer, so that a person must confirm the answer.

Each comparison has an index of its own. `candidates.likely_customers` has the same rules in Python.
"""
NEXT_STEP = (
    "CASE WHEN i.state = 'draft' THEN 'send' "
    "WHEN i.state = 'accepted' AND i.customer_id IS NULL "
    f"THEN CASE WHEN {_HAS_MATCH} THEN 'confirm' ELSE 'link' END "
    f"WHEN i.state NOT IN ({_listed(*OPEN_INVITATIONS)}) THEN '' "
    f"WHEN {_HAS_MATCH} THEN 'confirm' "
    f"WHEN {_LAST_LETTER} + {_LAPSES} <= {NOW} THEN 'decide' "
    f"WHEN i.next_at <= {NOW} THEN 'remind' ELSE 'answer' END"
)
"""The next step of an invitation: a key of `NEXT_STEPS`."""


def _cloud(account: str, rank: int) -> Column:
    text = f"(SELECT a.cloud FROM partner_accounts AS a WHERE a.id = {account})"  # noqa: S608
    return Column(
        "cloud", N_("Cloud"), text, 10, Kind.CHOICE, choices=CLOUDS, rank=rank, attribute="cloud"
    )


def _number(id: str) -> Column:
    return Column("number", N_("No."), id, 5, Kind.NUMBER, wide_only=True, rank=20)


INVITATIONS = ListSpec(
    name="invitations",
    table="invitations AS i",
    key="i.id",
    scope="i.account_id",
    always="1 = 1",
    words="i.search_text",
    columns=(
        Column("company", N_("Company"), "i.company_name", 18, grows=3, sort="i.name_sort",
               folded="i.name_sort", aliases=("name", "company_name")),
        Column("state", N_("Status"), _INVITATION_STATE, 10, Kind.CHOICE, rank=1,
               choices=INVITATION_TITLES, attribute="state", tones=tones(
                   good=("accepted",), pending=("draft", "sent", "reminded"),
                   bad=("declined", "lapsed"), over=("withdrawn",),
               )),
        Column("next", N_("Next step"), NEXT_STEP, 25, Kind.CHOICE, choices=NEXT_STEPS,
               rank=2, attribute="next_step"),
        Column("due", N_("Due"),
               "CASE WHEN i.closed_at = 0 THEN i.next_at ELSE 0 END", 12, Kind.DEADLINE,
               sort="i.next_at", rank=3, attribute="next_at", tones={PAST: Tone.BAD}),
        Column("sent", N_("Sent"), "i.sent_at", 10, Kind.AGE, sort="i.sent_at", rank=4,
               aliases=("sent_at",)),
        _cloud("i.account_id", 5),
        account_column("i.account_id", 15),
        Column("reminders", N_("Reminders"), "i.reminders", 11, Kind.NUMBER, wide_only=True,
               rank=6),
        Column("by", N_("By"), "i.sent_by", 10, wide_only=True, rank=7, aliases=("sent_by",)),
        Column("how", N_("How"), "i.how", 10, Kind.CHOICE, wide_only=True, choices=SENT_BY,
               rank=8),
        Column("language", N_("Language"), "i.language", 8, wide_only=True, rank=9),
        Column("email", N_("E-mail"), "i.email", 22, wide_only=True, rank=10),
        Column("kind", N_("Kind"), "i.kind", 21, Kind.CHOICE, wide_only=True,
               choices=INVITATION_KINDS, rank=11),
        Column("domain", N_("Domain"), "i.primary_domain", 20, wide_only=True, rank=12,
               aliases=("primary_domain",)),
        Column("id", N_("Microsoft ID"),
               "coalesce(i.microsoft_id, "
               "(SELECT c.microsoft_id FROM customers AS c WHERE c.id = i.customer_id), '')",
               36, wide_only=True, in_files=True, rank=13, aliases=("microsoft_id", "tenant"),
               attribute="microsoft_id"),
        Column("lapses", N_("Lapses"), LAPSES_AT, 12, Kind.DEADLINE, wide_only=True, rank=14,
               attribute="lapses_at"),
        _number("i.id"),
    ),
    default_sort=Sort("due"),
    groups=(
        FieldGroup("", ("company", "state", "next", "due", "kind")),
        FieldGroup(N_("Letter"), ("sent", "by", "how", "reminders", "language", "email")),
        FieldGroup(N_("Customer"), ("domain", "id", "cloud", "account", "number")),
    ),
)  # fmt: skip
"""All invitations, the longest overdue first."""

_SHARED = (
    "(SELECT count(*) FROM customers AS c WHERE c.account_id = p.account_id "
    "AND c.indirect_reseller <> '' "
    "AND c.indirect_reseller IN (p.name, p.mpn_id, p.microsoft_id) AND c.ended_at = 0)"
)

PARTNERS = ListSpec(
    name="partners",
    table="partner_links AS p",
    key="p.id",
    scope="p.account_id",
    always="1 = 1",
    words="p.search_text",
    columns=(
        Column("name", N_("Partner"), "p.name", 22, grows=3, sort="p.name_sort",
               folded="p.name_sort"),
        Column("mpn", N_("MPN ID"), "p.mpn_id", 10, sort="p.mpn_id", aliases=("mpn_id",), rank=2),
        Column("location", N_("Country"), "p.location", 7, Kind.CODE, rank=4,
               aliases=("country",)),
        Column("kind", N_("Kind"), "p.relationship_type", 18, Kind.CHOICE,
               choices=PARTNER_RELATIONS, rank=3, aliases=("relationship_type",)),
        Column("state", N_("Status"), "p.state", 10, Kind.CHOICE, choices=PARTNER_STATES, rank=1,
               tones=tones(good=("active",), over=("ended",))),
        Column("agreement", N_("Agreement"),
               "CASE WHEN p.agreement_signed THEN 'yes' WHEN NOT p.agreement_signed THEN 'no' "
               "ELSE '' END", 10, Kind.CHOICE, choices=YES_NO, rank=5,
               attribute="agreement_signed", stored={"yes": True, "no": False}),
        Column("customers", N_("Customers"), _SHARED, 9, Kind.NUMBER, rank=6,
               attribute="customers"),
        _cloud("p.account_id", 7),
        account_column("p.account_id", 11),
        Column("since", N_("Since"), "p.since", 11, Kind.DATE, wide_only=True, rank=8),
        Column("ended", N_("Ended"), "p.ended_at", 11, Kind.DATE, wide_only=True, rank=9),
        Column("id", N_("Microsoft ID"), "p.microsoft_id", 36, wide_only=True, rank=10,
               aliases=("microsoft_id", "tenant")),
        _number("p.id"),
    ),
    default_sort=Sort("name"),
    groups=(
        FieldGroup("", ("name", "kind", "state", "agreement", "since", "ended", "customers")),
        FieldGroup(N_("Account"), ("mpn", "id", "location", "cloud", "account", "number")),
    ),
)  # fmt: skip
"""The linked partners: the resellers of a provider, the providers of a reseller."""

_D = DelegatedAdminState
_STATUS = (
    f"CASE WHEN g.status IN ({_listed(_D.ACTIVE, _D.EXPIRING)}) AND g.end_date_time > 0 "
    f"AND g.end_date_time <= {NOW} AND g.auto_extend_duration <> 'P180D' THEN '{_D.EXPIRED}' "
    f"WHEN g.status = '{_D.APPROVAL_PENDING}' AND g.requested_at > 0 "
    f"AND g.requested_at + {APPROVAL_DAYS * DAY * 1000} <= {NOW} THEN '{_D.EXPIRED}' "
    "ELSE g.status END"
)
_AUTO = "CASE g.auto_extend_duration WHEN 'P180D' THEN 'yes' ELSE 'no' END"
_CUSTOMER_WORDS = "(c.search_text || '\n' || coalesce(c.microsoft_id, ''))"

DELEGATED_ADMIN = ListSpec(
    name="delegated-admin",
    table="delegated_admin_relationships AS g JOIN customers AS c ON c.id = g.customer_id",
    key="g.id",
    scope="g.account_id",
    always="1 = 1",
    words=f"({_CUSTOMER_WORDS} || '\n' || g.search_text)",
    columns=(
        Column("customer", N_("Customer"), "c.company_name", 20, grows=3, folded="c.company_sort",
               aliases=("company",)),
        Column("name", N_("Relationship"), "g.display_name", 18, grows=2, sort="g.name_sort",
               folded="g.name_sort", rank=4, aliases=("display_name",)),
        Column("status", N_("Status"), _STATUS, 21, Kind.CHOICE,
               choices=DELEGATED_ADMIN_TITLES, rank=2, aliases=("state",), attribute="status",
               tones=tones(
                   good=("active",),
                   pending=("created", "approvalPending", "approved", "activating", "expiring"),
                   over=("expired", "terminationRequested", "terminating", "terminated"),
               )),
        Column("ends", N_("Ends"), "g.end_date_time", 12, Kind.DEADLINE, sort="g.ends_sort",
               rank=1, aliases=("end",)),
        Column("auto", N_("Extends itself"), _AUTO, 14, Kind.CHOICE, choices=YES_NO, rank=5,
               attribute="auto_extend_duration", aliases=("auto_extend", "auto_extend_duration"),
               stored={"yes": "P180D", "no": "P0D"}),
        Column("role", N_("Roles"), "replace(g.roles, '\n', ', ')", 20, grows=1, wide_only=True,
               rank=6, aliases=("roles",), attribute="roles"),
        _cloud("g.account_id", 3),
        account_column("g.account_id", 10),
        Column("starts", N_("Begins"), "g.activated_date_time", 11, Kind.DATE, wide_only=True,
               rank=7, aliases=("start",)),
        Column("domain", N_("Primary domain"), "c.primary_domain", 20, wide_only=True, rank=8,
               aliases=("primary_domain",)),
        Column("id", N_("Microsoft ID of the customer"), "coalesce(c.microsoft_id, '')", 36,
               wide_only=True, in_files=True, rank=9, aliases=("tenant", "customer_microsoft_id"),
               attribute="customer_microsoft_id"),
        _number("g.id"),
    ),
    default_sort=Sort("ends"),
    groups=(
        FieldGroup("", ("name", "status", "starts", "ends", "auto", "role")),
        FieldGroup(N_("Customer"), ("customer", "domain", "id", "cloud", "account", "number")),
    ),
    named_by="name",
)  # fmt: skip
"""The delegated-admin relationships of all customers, the next to end first."""


def _of_last_life(field: str) -> str:
    return (
        f"coalesce((SELECT r.{field} FROM reseller_relationships AS r "  # noqa: S608
        "WHERE r.customer_id = c.id AND r.ended_at > 0 ORDER BY r.id DESC LIMIT 1), '')"
    )


ENDED = ListSpec(
    name="ended",
    table="customers AS c",
    key="c.id",
    scope="c.account_id",
    always="c.ended_at <> 0",
    words=_CUSTOMER_WORDS,
    columns=(
        Column("company", N_("Company"), "c.company_name", 20, grows=3, folded="c.company_sort",
               aliases=("name", "company_name")),
        Column("domain", N_("Primary domain"), "c.primary_domain", 20, grows=2, rank=3,
               aliases=("primary_domain",)),
        Column("ended", N_("Ended"), "c.ended_at", 11, Kind.DATE, sort="c.ended_at", rank=1,
               aliases=("ended_at",)),
        Column("by", N_("By"), _of_last_life("ended_by"), 10, rank=4, attribute="ended_by"),
        Column("reason", N_("Reason"), _of_last_life("reason"), 16, grows=2, rank=2,
               attribute="reason", aliases=("why",)),
        _cloud("c.account_id", 5),
        account_column("c.account_id", 9),
        Column("was", N_("Was"), _of_last_life("relationship_to_partner"), 12, Kind.CHOICE,
               choices={**RELATIONSHIPS, "": ""}, wide_only=True, rank=6,
               attribute="relationship_to_partner"),
        Column("since", N_("Since"), "c.added_at", 11, Kind.DATE, wide_only=True, rank=7,
               aliases=("added", "added_at")),
        Column("id", N_("Microsoft ID"), "c.microsoft_id", 36,
               folded="coalesce(c.microsoft_id, '')", wide_only=True, in_files=True, rank=8,
               aliases=("microsoft_id", "tenant")),
    ),
    default_sort=Sort("ended", descending=True),
    groups=(
        FieldGroup("", ("company", "domain", "id")),
        FieldGroup(
            N_("Relationship"), ("cloud", "account", "was", "since", "ended", "by", "reason")
        ),
    ),
)  # fmt: skip
"""Customers whose relationship has ended; they can be invited again."""

TABS = {
    "invitations": INVITATIONS,
    "partners": PARTNERS,
    "delegated-admin": DELEGATED_ADMIN,
    "ended": ENDED,
}
"""The tabs of the relationship manager, in order."""
