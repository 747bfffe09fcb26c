"""The list of the board: what waits for a person, the oldest deadline first; without SQLModel."""

from __future__ import annotations

from partnerdesk.models.board.rules import KINDS, WHAT_TO_DO, items_of
from partnerdesk.models.core.clock import DAY
from partnerdesk.models.customers.list import YES_NO
from partnerdesk.models.database.sql import folded
from partnerdesk.models.languages import N_
from partnerdesk.models.lists.account_column import account_column
from partnerdesk.models.lists.spec import NOW, Column, FieldGroup, Kind, ListSpec, Sort
from partnerdesk.models.lists.tones import PAST, Tone
from partnerdesk.models.settings.load import CLOUDS

_LEFT = f"(b.due - {NOW})"
_DAYS = (
    f"CASE WHEN b.due = 0 THEN NULL WHEN {_LEFT} >= 0 THEN {_LEFT} / {DAY * 1000} "
    f"ELSE -(({DAY * 1000 - 1} - {_LEFT}) / {DAY * 1000}) END"
)
"""Whole days left, rounded down; negative once the deadline has passed."""
_CLOUD = "(SELECT a.cloud FROM partner_accounts AS a WHERE a.id = b.account_id)"
_TENANT = "coalesce((SELECT c.microsoft_id FROM customers AS c WHERE c.id = b.customer_id), '')"
_DOMAIN = "coalesce((SELECT c.primary_domain FROM customers AS c WHERE c.id = b.customer_id), '')"

BOARD = ListSpec(
    name="board",
    table="board_items AS b",
    computed=items_of,
    key="b.id",
    scope="b.account_id",
    always="b.snoozed_until = 0",
    opened_by="snoozed",
    words=folded("(b.customer || '\n' || b.about)"),
    columns=(
        Column("due", N_("Due"), "b.due", 12, Kind.DEADLINE, sort="b.due_sort", rank=1,
               tones={PAST: Tone.BAD}, attribute="due"),
        Column("kind", N_("What"), "b.kind", 18, Kind.CHOICE, sort="b.kind", rank=3,
               choices={kind: rule.title for kind, rule in KINDS.items()}, attribute="kind"),
        Column("customer", N_("Customer"), "b.customer", 16, grows=2, sort="b.customer_sort",
               folded="b.customer_sort", attribute="customer", aliases=("company",)),
        Column("what_to_do", N_("What to do"), "b.what", 28, Kind.CHOICE, grows=1, rank=2,
               choices=WHAT_TO_DO, attribute="what_to_do", aliases=("do",)),
        Column("about", N_("About"), "b.about", 18, grows=1, rank=4, attribute="about"),
        Column("cloud", N_("Cloud"), _CLOUD, 10, Kind.CHOICE, choices=CLOUDS, rank=5,
               attribute="cloud"),
        account_column("b.account_id", 6),
        Column("days", N_("Days left"), _DAYS, 9, Kind.NUMBER, wide_only=True, rank=7,
               attribute="days_left", aliases=("days_left",)),
        Column("domain", N_("Primary domain"), _DOMAIN, 20, wide_only=True, rank=8,
               attribute="primary_domain", aliases=("primary_domain",)),
        Column("tenant", N_("Microsoft ID of the customer"), _TENANT, 36, wide_only=True,
               in_files=True, rank=9, attribute="customer_microsoft_id",
               aliases=("customer_microsoft_id",)),
        Column("number", N_("No. of the customer"),
               "CASE b.customer_id WHEN 0 THEN NULL ELSE b.customer_id END", 8, Kind.NUMBER,
               wide_only=True, rank=10, attribute="customer_id", aliases=("customer_id",)),
        Column("snoozed", N_("Snoozed"), "CASE b.snoozed_until WHEN 0 THEN 'no' ELSE 'yes' END", 8,
               Kind.CHOICE, choices={"no": "", "yes": YES_NO["yes"]}, wide_only=True, rank=11,
               attribute="snoozed", stored={"yes": True, "no": False}),
        Column("until", N_("Snoozed till"), "b.snoozed_until", 12, Kind.DATE, wide_only=True,
               rank=12, attribute="snoozed_until", aliases=("snoozed_until",)),
        Column("why", N_("Why snoozed"), "b.snooze_reason", 16, wide_only=True, rank=13,
               attribute="snooze_reason", aliases=("snooze_reason",)),
        Column("by", N_("Snoozed by"), "b.snoozed_by", 10, wide_only=True, rank=14,
               attribute="snoozed_by", aliases=("snoozed_by",)),
    ),
    default_sort=Sort("due"),
    groups=(
        FieldGroup("", ("kind", "what_to_do", "due", "days", "about")),
        FieldGroup(N_("Customer"), ("customer", "domain", "tenant", "number", "cloud", "account")),
        FieldGroup(N_("Snooze"), ("until", "why", "by", "snoozed")),
    ),
    named_by="customer",
)  # fmt: skip
"""Everything that waits for a person and is not snoozed; `snoozed:yes` shows what is."""
