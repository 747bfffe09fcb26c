"""The list of customers: its columns and their SQL."""

from __future__ import annotations

from partnerdesk.models.changes.list import CALL_STATES
from partnerdesk.models.languages import N_
from partnerdesk.models.lists.account_column import account_column
from partnerdesk.models.lists.spec import (
    Column,
    FieldGroup,
    Kind,
    ListSpec,
    Many,
    Sort,
    WordIndex,
)
from partnerdesk.models.lists.tones import tones
from partnerdesk.models.settings.load import CLOUDS

RELATIONSHIPS = {
    "reseller": N_("Reseller"),
    "advisor": N_("Advisor"),
    "syndication": N_("Syndication"),
    "microsoft_support": N_("Microsoft support"),
    "none": N_("None"),
    "unknown": N_("Unknown"),
}
"""Titles by stored value; here, because the first frame cannot import SQLModel."""

RELATIONSHIP_TONES = tones(
    good=("reseller", "advisor", "syndication", "microsoft_support"), over=("none", "unknown")
)
YES_NO = {"yes": N_("yes"), "no": N_("no"), "": N_("not known")}
"""Titles of the values of a yes-or-no column; the empty value means unknown."""


SIGNED_HOW = {
    "attested": N_("attested by us"),
    "by_customer": N_("by the customer"),
    "": "",
}
"""Titles of how a customer accepts the agreement, as the list says it."""
_AGREED = "coalesce((SELECT {} FROM agreements AS g WHERE g.customer_id = c.id), '')"
OPEN_CALLS = ("waiting", "sending", "sent", "conflict", "failed")
"""The states of a call to Partner Center that is not settled, as `CALL_STATES` has them."""
CALLS = {state: CALL_STATES[state] for state in OPEN_CALLS}
"""Titles of how far the first call of a customer is that is not settled."""
_OPEN_CALLS_OF = (
    "FROM outbox AS o WHERE o.customer_id = c.id AND o.channel = 'partner_center' "
    "AND o.state IN ('waiting', 'sending', 'sent', 'conflict', 'failed')"
)
FIRST_OPEN_CALL = f"coalesce((SELECT o.state {_OPEN_CALLS_OF} ORDER BY o.id LIMIT 1), '')"
"""The SQL expression of the state of that call; empty if there is none."""
OPEN_CALL_EXISTS = (
    "c.id IN (SELECT o.customer_id FROM outbox AS o WHERE o.channel = 'partner_center' "
    "AND o.state IN ('waiting', 'sending', 'sent', 'conflict', 'failed'))"
)
"""The SQL condition that there is such a call, which the index of states answers."""

TAGS = Many("tags", "customer_id", "name")
"""The table that holds the tags of customers."""

CUSTOMERS = ListSpec(
    name="customers",
    table="customers AS c",
    key="c.id",
    scope="c.account_id",
    always="c.ended_at = 0",
    words="c.search_text",
    columns=(
        Column(
            "company", N_("Company"), "c.company_name", 21, grows=3,
            sort="c.company_sort", folded="c.company_sort", in_words=True,
            aliases=("name", "company_name"),
        ),
        Column(
            "domain", N_("Primary domain"), "c.primary_domain", 19, grows=3,
            sort="c.primary_domain", in_words=True, aliases=("primary_domain",), rank=1,
        ),
        Column(
            "cloud", N_("Cloud"),
            "(SELECT a.cloud FROM partner_accounts AS a WHERE a.id = c.account_id)", 10,
            Kind.CHOICE,
            choices=CLOUDS, rank=2, attribute="cloud",
        ),
        account_column("c.account_id", 12),
        Column(
            "country", N_("Country"), "c.country", 7, Kind.CODE, sort="c.country", rank=4,
        ),
        Column(
            "relationship", N_("Relationship"), "c.relationship_to_partner", 17, Kind.CHOICE,
            grows=1,
            sort="c.relationship_to_partner", choices=RELATIONSHIPS, rank=2,
            tones=RELATIONSHIP_TONES,
            aliases=("relationship_to_partner",),
        ),
        Column(
            "tag", N_("Tags"), "", 10, Kind.TAGS, grows=1, rank=5, aliases=("tags",),
            many=TAGS, attribute="tags",
        ),
        Column("seen", N_("Seen"), "c.seen_at", 12, Kind.AGE, sort="c.seen_at", rank=3),
        Column(
            "id", N_("Microsoft ID"), "c.microsoft_id", 36, folded="coalesce(c.microsoft_id, '')",
            is_identifier=True, in_files=True,
            wide_only=True, rank=7, aliases=("microsoft_id", "tenant"),
        ),
        Column(
            "reseller", N_("Reseller"), "c.indirect_reseller", 14, wide_only=True, rank=8,
            is_sparse=True,
            aliases=("indirect_reseller",),
        ),
        Column(
            "alias", N_("Own name"), "c.alias", 18, grows=1, wide_only=True, rank=6,
            in_words=True, is_sparse=True, aliases=("own_name", "own-name"),
        ),
        Column(
            "agreement", N_("Agreement"), "c.agreement_accepted_at", 11, Kind.DATE,
            wide_only=True, rank=9,
        ),
        Column(
            "signed", N_("Accepted how"), _AGREED.format("g.way"), 15, Kind.CHOICE,
            choices=SIGNED_HOW, wide_only=True, rank=9, attribute="agreement_way",
            aliases=("agreement_way",),
        ),
        Column(
            "signer", N_("Accepted by"),
            _AGREED.format("trim(g.first_name || ' ' || g.last_name || ' ' || g.email)"), 20,
            wide_only=True, rank=9, attribute="agreement_accepted_by",
        ),
        Column(
            "since", N_("Since"), "c.added_at", 11, Kind.DATE, sort="c.added_at",
            wide_only=True, rank=6, aliases=("added", "added_at"),
        ),
        Column(
            "dap", N_("Delegated admin"),
            "CASE WHEN c.allow_delegated_access THEN 'yes' "
            "WHEN NOT c.allow_delegated_access THEN 'no' ELSE '' END",
            15, Kind.CHOICE, choices=YES_NO, wide_only=True, rank=10,
            attribute="allow_delegated_access", stored={"yes": True, "no": False},
        ),
        Column(
            "call", N_("Partner Center"), FIRST_OPEN_CALL, 14, Kind.CHOICE,
            choices=CALLS, wide_only=True, rank=11, attribute="call",
            tones=tones(pending=OPEN_CALLS[:3], bad=OPEN_CALLS[3:]),
            implies=dict.fromkeys(OPEN_CALLS, OPEN_CALL_EXISTS),
        ),
    ),
    default_sort=Sort("company"),
    word_index=WordIndex(
        "customers_words", "customers_words_entries", "customers", "id", "account_id",
        "microsoft_id",
    ),
    groups=(
        FieldGroup("", ("company", "alias", "domain", "id", "country")),
        FieldGroup(
            N_("Relationship"),
            ("cloud", "account", "relationship", "reseller", "agreement", "signed", "signer",
             "since", "seen", "call"),
        ),
        FieldGroup(N_("Delegated admin"), ("dap",)),
        FieldGroup(N_("Tags and notes"), ("tag",)),
    ),
)  # fmt: skip
"""The customers whose relationship has not ended."""
