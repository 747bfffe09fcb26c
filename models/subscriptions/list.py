"""The list of the subscriptions of all customers; without SQLModel."""

from __future__ import annotations

from partnerdesk.models.customers.list import YES_NO
from partnerdesk.models.languages import N_
from partnerdesk.models.lists.account_column import account_column
from partnerdesk.models.lists.spec import Column, FieldGroup, JoinedWords, Kind, ListSpec, Sort
from partnerdesk.models.lists.tones import PAST, Tone, tones
from partnerdesk.models.settings.load import CLOUDS
from partnerdesk.models.subscriptions.schedule import schedule_words
from partnerdesk.models.subscriptions.states import (
    AT_END,
    AT_END_SQL,
    BILLING_CYCLES,
    RENEWS_AT_SQL,
    STATUSES,
    TERMS,
    WINDOW_SQL,
)

_AUTO = (
    "CASE WHEN s.auto_renew_enabled THEN 'yes' WHEN NOT s.auto_renew_enabled THEN 'no' ELSE '' END"
)
_CLOUD = "(SELECT a.cloud FROM partner_accounts AS a WHERE a.id = s.account_id)"
_PRICE = "CASE s.unit_price WHEN '' THEN '' ELSE s.unit_price || ' ' || s.currency END"

SUBSCRIPTIONS = ListSpec(
    name="subscriptions",
    table="subscriptions AS s JOIN customers AS c ON c.id = s.customer_id",
    key="s.id",
    scope="s.account_id",
    always="1 = 1",
    words="s.search_text",
    joined_words=JoinedWords(
        "s.customer_id", "customers", "id", "(search_text || '\n' || coalesce(microsoft_id, ''))"
    ),
    columns=(
        Column("customer", N_("Customer"), "c.company_name", 18, grows=2, folded="c.company_sort",
               aliases=("company",), attribute="company_name"),
        Column("product", N_("Subscription"), "s.friendly_name", 18, grows=2, sort="s.name_sort",
               folded="s.name_sort", rank=1, aliases=("name", "friendly_name")),
        Column("seats", N_("Seats"), "s.quantity", 6, Kind.NUMBER, sort="s.quantity", rank=2,
               aliases=("quantity",), attribute="quantity"),
        Column("status", N_("Status"), "s.status", 12, Kind.CHOICE, choices=STATUSES, rank=3,
               aliases=("state",), tones=tones(
                   good=("active",), pending=("pending",), bad=("suspended", "disabled"),
                   over=("expired", "deleted"),
               )),
        Column("renews", N_("Renews in"), RENEWS_AT_SQL, 12, Kind.DEADLINE, sort="s.renews_sort",
               rank=4, aliases=("renewal",), attribute="term_ends_at",
               tones={PAST: Tone.BAD}),
        Column("then", N_("Then"), AT_END_SQL, 16, Kind.CHOICE, choices=AT_END, rank=5,
               attribute="at_end", tones=tones(
                   good=("renews", "changes"), pending=("extended", "ends"),
               )),
        Column("scheduled", N_("At the renewal"), "s.scheduled", 16, grows=1, rank=7,
               words=schedule_words),
        Column("window", N_("Can be reduced"), WINDOW_SQL, 14, Kind.DEADLINE,
               sort="s.window_sort", rank=6, aliases=("reducible",), attribute="window_ends_at"),
        Column("auto", N_("Auto-renew"), _AUTO, 10, Kind.CHOICE, choices=YES_NO, wide_only=True,
               rank=7, attribute="auto_renew_enabled", aliases=("auto_renew", "auto-renew"),
               stored={"yes": True, "no": False}),
        Column("term", N_("Term"), "s.term_duration", 8, Kind.CHOICE, choices=TERMS,
               wide_only=True, rank=8, aliases=("term_duration",)),
        Column("billing", N_("Billing"), "s.billing_cycle", 10, Kind.CHOICE,
               choices=BILLING_CYCLES, wide_only=True, rank=9, aliases=("billing_cycle",)),
        Column("price", N_("Price"), _PRICE, 12, Kind.MONEY, wide_only=True, rank=10,
               attribute="price"),
        Column("offer", N_("Offer"), "s.offer_name", 20, wide_only=True, rank=11,
               aliases=("offer_name",)),
        Column("reseller", N_("Reseller"),
               "CASE s.partner_id WHEN '' THEN c.indirect_reseller ELSE s.partner_id END", 12,
               wide_only=True, rank=12, attribute="partner_id"),
        Column("cloud", N_("Cloud"), _CLOUD, 10, Kind.CHOICE, choices=CLOUDS, rank=13,
               attribute="cloud"),
        account_column("s.account_id", 15),
        Column("starts", N_("Since"), "s.effective_start_date", 11, Kind.DATE, wide_only=True,
               rank=14, attribute="effective_start_date"),
        Column("end", N_("End of term"), "s.commitment_end_date", 11, Kind.DATE, wide_only=True,
               rank=14, attribute="commitment_end_date"),
        Column("domain", N_("Primary domain"), "c.primary_domain", 20, wide_only=True, rank=15,
               aliases=("primary_domain",)),
        Column("alias", N_("Own name"), "c.alias", 18, wide_only=True, rank=15,
               aliases=("own_name", "own-name"), attribute="alias"),
        Column("customer_id", N_("Microsoft ID of the customer"),
               "coalesce(c.microsoft_id, '')", 36, wide_only=True, in_files=True, rank=16,
               aliases=("tenant", "customer_microsoft_id"), attribute="customer_microsoft_id"),
        Column("id", N_("Microsoft ID"), "coalesce(s.microsoft_id, '')", 36, wide_only=True,
               in_files=True, rank=17, aliases=("microsoft_id",), attribute="microsoft_id"),
        Column("seen", N_("Seen"), "s.seen_at", 10, Kind.AGE, wide_only=True, rank=18,
               aliases=("seen_at",)),
        Column("number", N_("No."), "s.id", 6, Kind.NUMBER, wide_only=True, rank=20),
    ),
    default_sort=Sort("renews"),
    groups=(
        FieldGroup("", ("product", "offer", "seats", "status", "price", "billing", "term")),
        FieldGroup(
            N_("Renewal"), ("renews", "then", "scheduled", "auto", "window", "starts", "end")
        ),
        FieldGroup(
            N_("Customer"),
            ("customer", "alias", "domain", "customer_id", "reseller", "cloud", "account"),
        ),
        FieldGroup(N_("Partner Center"), ("id", "seen", "number")),
    ),
    named_by="product",
)  # fmt: skip
"""The subscriptions of all customers, the next to renew first."""
