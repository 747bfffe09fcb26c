"""The rules of the board: what waits for a person, each an indexed query over the book.

A rule is data; a new one is an entry in `RULES`. It says which records wait at a moment, what a
person is to do, and what settles it. The moment is passed in (`NOW`), so rules can be tried at any.
Without SQLModel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnerdesk.models.accounts.accounts import SignInWay
from partnerdesk.models.core.clock import DAY, HOUR, NEVER, to_millis
from partnerdesk.models.languages import N_
from partnerdesk.models.lists.account_column import ACCOUNT_TITLE
from partnerdesk.models.lists.spec import NOW
from partnerdesk.models.relationships.lists import NEXT_STEP
from partnerdesk.models.subscriptions.states import AT_END_SQL, AtEnd

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 500
"""How many items a rule gives of an account at most: those with the oldest deadlines."""
NUMBERS = 32
"""One more than the greatest number of a rule."""

ENDING_DAYS = 30
"""How long before its end delegated admin, or a term that nobody renews, is on the board."""
NEAR_DAYS = 7
"""How long before a window closes, a term renews itself or a sign-in ends it is on the board."""
OLD_DAYS = 1
"""After how many days the data of a connected account are old."""
UNCLEAR_HOURS = 1
"""After how many hours a call without a result is unclear, and not just being sent."""

RENEWAL = "renew_"
"""Before a value of `AtEnd`: what is to be done before the term of a subscription ends."""
INVITATION = "invite_"
"""Before a next step of an invitation: what is to be done about it."""

WHAT_TO_DO = {
    "extend": N_("Extend it, or let it end"),
    f"{RENEWAL}{AtEnd.UNKNOWN}": N_("Look whether it renews"),
    f"{RENEWAL}{AtEnd.RENEWS}": N_("Check seats: it renews"),
    f"{RENEWAL}{AtEnd.CHANGES}": N_("Check the change at renewal"),
    f"{RENEWAL}{AtEnd.EXTENDED}": N_("Decide: else goes monthly"),
    f"{RENEWAL}{AtEnd.ENDS}": N_("Renew it, or let it end"),
    "reduce": N_("Reduce now, if at all"),
    "accept": N_("Note when it was accepted"),
    "sign": N_("Get it signed, and note it"),
    f"{INVITATION}send": N_("Send the letter"),
    f"{INVITATION}confirm": N_("Confirm the acceptance"),
    f"{INVITATION}remind": N_("Remind the customer"),
    f"{INVITATION}decide": N_("Remind again, or withdraw"),
    f"{INVITATION}answer": N_("Ask for the answer"),
    "correct": N_("Correct it, or undo it"),
    "send_again": N_("Send it again, or undo it"),
    "choose": N_("Choose whose values hold"),
    "look_up": N_("See whether it arrived"),
    "sign_in": N_("Sign in again"),
    "sync": N_("Read from Partner Center"),
    "go_on": N_("Go on, or throw it away"),
}
"""What to do about an item, by its stable code."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of item. The texts are SQL over `table`, but for the first four."""

    kind: str
    """The stable name of the kind."""
    number: int
    """Below `NUMBERS`; part of the keys of the items, so it is never given to another rule."""
    title: str
    """Marked with `N_`."""
    opens: str
    """What settles an item: the name of a screen, which takes the id in `opened`, or one of
    `ACCEPT`, `SIGN_IN`, `SYNC` and `DRAFT`."""
    table: str
    record: str
    """The id of the record that waits."""
    account: str
    where: str
    """The condition of the records that wait now."""
    due: str
    """The deadline, or since when it waits (milliseconds); 0 if nothing tells."""
    what: str
    """A key of `WHAT_TO_DO`."""
    order: str = ""
    """What an index orders the items by, where that is not their deadline."""
    opened: str = ""
    """The id of what is opened; empty: that of the record."""
    customer_id: str = "c.id"
    customer: str = "c.company_name"
    customer_sort: str = "c.company_sort"
    about: str = "''"
    """What of the customer it is about, such as the name of a subscription."""

    def select(self, account: int) -> str:
        """Return the SQL of the items of an account, the oldest deadline first."""
        columns = {
            "id": f"CAST({self.record} AS BIGINT) * {NUMBERS} + {self.number}",
            "account_id": self.account,
            "kind": f"'{self.kind}'",
            "record_id": self.record,
            "opened": self.opened or self.record,
            "customer_id": self.customer_id,
            "customer": self.customer,
            "customer_sort": self.customer_sort,
            "about": self.about,
            "what": self.what,
            "due": self.due,
        }
        return " ".join(
            (
                "SELECT",
                ", ".join(f"{text} AS {name}" for name, text in columns.items()),
                f"FROM {self.table}",
                f"WHERE {self.account} = {int(account)} AND {self.where}",
                f"ORDER BY {self.order or self.due}, {self.record} LIMIT {MOST}",
            )
        )

    def cut(self, account: int) -> str:
        """Return the SQL that gives the kind if more items of an account wait than are given."""
        return " ".join(
            (
                "SELECT",
                f"'{self.kind}' AS kind FROM {self.table}",
                f"WHERE {self.account} = {int(account)} AND {self.where} LIMIT 1 OFFSET {MOST}",
            )
        )


ACCEPT, SIGN_IN, SYNC, DRAFT = "accept", "sign-in-to", "sync-of", "draft"
"""What settles an item where that is no screen that takes the id of a record."""


def _within(moment: str, days: int) -> str:
    """Return the condition that a moment is at most some days ahead; `days` are 24 hours each."""
    return f"{moment} > {NOW} AND {moment} <= {NOW} + {days * DAY * 1000}"


_OF_CUSTOMER = "JOIN customers AS c ON c.id = {of}.customer_id"
_SUBSCRIPTIONS = f"subscriptions AS s {_OF_CUSTOMER.format(of='s')}"
_CALLS = "outbox AS o JOIN changes AS ch ON ch.id = o.change_id"
_TO_PARTNER_CENTER = "o.channel = 'partner_center'"
_REFUSED = "o.http_status BETWEEN 400 AND 499 AND o.http_status NOT IN (401, 403, 408, 429)"
_ACCOUNT = {"customer_id": "0", "customer_sort": "''"}
_BY_SECRET = ", ".join(f"'{way}'" for way in SignInWay if way.is_by_secret)


def _call(kind: str, number: int, title: str, what: str, where: str) -> Rule:
    """Return a rule about calls to Partner Center; the page of their change settles them."""
    return Rule(
        kind,
        number,
        title,
        "change",
        _CALLS,
        "o.id",
        "o.account_id",
        f"{_TO_PARTNER_CENTER} AND {where}",
        "o.changed_at",
        f"'{what}'",
        opened="o.change_id",
        customer_id="coalesce(o.customer_id, 0)",
        customer="ch.subject",
        customer_sort="ch.subject",
        about="o.answer",
    )


RULES = (
    Rule(
        "delegated_admin",
        1,
        N_("Delegated admin ends"),
        "delegation",
        f"delegated_admin_relationships AS g {_OF_CUSTOMER.format(of='g')}",
        "g.id",
        "g.account_id",
        f"{_within('g.ends_sort', ENDING_DAYS)} AND g.auto_extend_duration <> 'P180D'",
        "g.ends_sort",
        "'extend'",
        about="g.display_name",
    ),
    Rule(
        "renewal",
        2,
        N_("Renewal"),
        "subscription",
        _SUBSCRIPTIONS,
        "s.id",
        "s.account_id",
        f"{_within('s.renews_sort', ENDING_DAYS)} AND (s.auto_renew_enabled IS NOT TRUE "
        f"OR s.term_duration <> 'P1M' AND s.renews_sort <= {NOW} + {NEAR_DAYS * DAY * 1000})",
        "s.renews_sort",
        f"'{RENEWAL}' || {AT_END_SQL}",
        about="s.friendly_name",
    ),
    Rule(
        "window",
        3,
        N_("Window closes"),
        "subscription",
        _SUBSCRIPTIONS,
        "s.id",
        "s.account_id",
        _within("s.window_sort", NEAR_DAYS),
        "s.window_sort",
        "'reduce'",
        about="s.friendly_name",
    ),
    Rule(
        "agreement",
        4,
        N_("Customer agreement"),
        ACCEPT,
        "agreements AS m CROSS JOIN customers AS c",
        "c.id",
        "c.account_id",
        "c.id = m.customer_id AND m.way = 'by_customer' AND m.date_agreed = 0 "
        "AND c.agreement_accepted_at = 0 AND c.ended_at = 0",
        "c.added_at",
        "'accept'",
        order="m.customer_id",
    ),
    Rule(
        "partner_agreement",
        5,
        N_("Partner agreement"),
        "partner",
        "partner_links AS p",
        "p.id",
        "p.account_id",
        "p.state = 'active' AND p.agreement_signed IS FALSE",
        "p.since",
        "'sign'",
        customer_id="0",
        customer="p.name",
        customer_sort="p.name_sort",
        about="p.mpn_id",
    ),
    Rule(
        "invitation",
        6,
        N_("Invitation"),
        "invitation",
        "invitations AS i",
        "i.id",
        "i.account_id",
        f"i.closed_at = 0 AND i.next_at > 0 AND i.next_at <= {NOW}",
        "i.next_at",
        f"'{INVITATION}' || {NEXT_STEP}",
        customer_id="coalesce(i.customer_id, 0)",
        customer="i.company_name",
        customer_sort="i.name_sort",
        about="i.email",
    ),
    _call("refused_edit", 7, N_("Edit refused"), "correct", f"o.state = 'failed' AND {_REFUSED}"),
    _call(
        "failed_call",
        8,
        N_("Call failed"),
        "send_again",
        f"o.state = 'failed' AND ({_REFUSED}) IS NOT TRUE",
    ),
    _call("conflict", 9, N_("Changed on both sides"), "choose", "o.state = 'conflict'"),
    _call(
        "unclear_call",
        10,
        N_("Call unclear"),
        "look_up",
        f"o.state IN ('sending', 'sent') AND o.changed_at <= {NOW} - {UNCLEAR_HOURS * HOUR * 1000}",
    ),
    Rule(
        "sign_in",
        11,
        N_("Sign-in ends"),
        SIGN_IN,
        "partner_accounts AS a LEFT JOIN account_syncs AS y ON y.account_id = a.id",
        "a.id",
        "a.id",
        f"a.connected AND a.sign_in_way NOT IN ({_BY_SECRET}) AND (y.trouble = 'sign-in' "
        f"OR a.signed_in_until > 0 AND a.signed_in_until <= {NOW} + {NEAR_DAYS * DAY * 1000})",
        "a.signed_in_until",
        "'sign_in'",
        customer=ACCOUNT_TITLE,
        about="a.signed_in_as",
        **_ACCOUNT,
    ),
    Rule(
        "sync",
        12,
        N_("Data are old"),
        SYNC,
        "partner_accounts AS a",
        "a.id",
        "a.id",
        f"a.connected AND a.synced_at <= {NOW} - {OLD_DAYS * DAY * 1000}",
        f"CASE a.synced_at WHEN 0 THEN 0 ELSE a.synced_at + {OLD_DAYS * DAY * 1000} END",
        "'sync'",
        customer=ACCOUNT_TITLE,
        **_ACCOUNT,
    ),
    Rule(
        "draft",
        13,
        N_("Draft"),
        DRAFT,
        "customer_drafts AS d",
        "d.id",
        "d.account_id",
        f"d.changed_at <= {NOW}",
        "d.changed_at",
        "'go_on'",
        customer="d.name",
        about="d.author",
        **_ACCOUNT,
    ),
)
"""Every rule. Leads, requests and budgets come with their rooms, each as one entry here."""
KINDS = {rule.kind: rule for rule in RULES}
"""The rules by the kind of their items."""

_SNOOZED = (
    f"CASE every.due WHEN 0 THEN {to_millis(NEVER)} ELSE every.due END AS due_sort, "
    "coalesce(z.until, 0) AS snoozed_until, coalesce(z.reason, '') AS snooze_reason, "
    "coalesce(z.snoozed_by, '') AS snoozed_by"
)


def items_of(accounts: Sequence[int]) -> str:
    """Return the SQL of all items of some accounts, with the snooze of each that lasts.

    Each rule has a query for each account, because an index is read in its order only so.
    """
    arms = " UNION ALL ".join(
        " ".join(("SELECT * FROM", f"({rule.select(account)}) AS {rule.kind}_{int(account)}"))
        for account in accounts or (0,)
        for rule in RULES
    )
    return " ".join(
        (
            "SELECT every.*,",
            _SNOOZED,
            f"FROM ({arms}) AS every",
            "LEFT JOIN snoozes AS z ON z.kind = every.kind AND z.record_id = every.record_id",
            f"AND z.until > {NOW}",
        )
    )
