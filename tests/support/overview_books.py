"""Books for tests of the overview: customers, relationships and calls at the edges of periods."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar
from zlib import crc32

from partnerdesk.models.accounts.accounts import read_accounts
from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.calls import Channel
from partnerdesk.models.changes.history import entry
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.outbox import CallState, OutboxCall
from partnerdesk.models.customers.entities import Customer, Relationship
from partnerdesk.models.relationships.entities import DelegatedAdminRelationship, Invitation
from partnerdesk.models.relationships.lifecycles import DelegatedAdminState, InvitationState
from partnerdesk.models.settings import load as settings
from tests.support.books import NOW, TESTER
from tests.support.edits import add_to_history

if TYPE_CHECKING:
    from collections.abc import Iterable

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.database.store import Store

Value = TypeVar("Value")

TODAY = NOW.replace(hour=0)
TICK = timedelta(milliseconds=1)
COUNTRIES = (
    "US",
    "US",
    "US",
    "DE",
    "DE",
    "FR",
    "RU",
    "PL",
    "BR",
    "JP",
    "NO",
    "",
    "",
    "de",
    "DEU",
    "ß",
    '"',
    "a ",
    "\x1b[",
    "[/",
)
"""Codes as they should be, and those that no form lets through."""
MONTHS = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 10, 11, 12)]
ADDED = (None, *(day + by for day in MONTHS for by in (-TICK, timedelta(0), timedelta(days=3))))
WEEKS = [TODAY + timedelta(days=7 * week) for week in (0, 1, 2, 11, 12)]
ENDS = (
    None,
    NOW - timedelta(hours=1),
    NOW,
    NOW + TICK,
    *(day + by for day in WEEKS for by in (-TICK, timedelta(0), timedelta(days=3))),
)
LETTERS = [end - timedelta(days=90) for end in ENDS if end]


def accounts_of(store: Store) -> list[Account]:
    """Return the accounts of a book, as the screens and commands read them."""
    with closing(store.connect()) as connection:
        return read_accounts(connection, list(settings.load().enabled_clouds()))


class Drawing:
    """Chooses among values: the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._numbers = count()

    def choice(self, possible: Iterable[Value]) -> Value:
        """Return one of the values."""
        values = list(possible)
        return values[crc32(f"{self._seed}/{next(self._numbers)}".encode()) % len(values)]


def fill_edges(store: Store, seed: int = 7, rows: int = 400) -> None:
    """Fill a book with records whose moments lie at the edges of months and weeks.

    The global cloud has two accounts.
    """
    draw = Drawing(seed)
    with store.writing() as session:
        session.add(PartnerAccount(cloud="global", name="Second"))
    ids = [account.id for account in accounts_of(store)]

    def drawn(**values: Any) -> dict[str, Any]:
        return {name: draw.choice(possible) for name, possible in values.items()}

    with store.writing() as session:
        customers = [
            Customer(
                company_name=f"{number}",
                **drawn(
                    account_id=ids,
                    country=COUNTRIES,
                    added_at=ADDED,
                    relationship_to_partner=Relationship,
                    ended_at=(None, None, None, NOW),
                ),
            )
            for number in range(rows)
        ]
        session.add_all(customers)
        session.flush()
        for number in range(rows):
            customer = draw.choice(customers)
            session.add(
                DelegatedAdminRelationship(
                    account_id=customer.account_id,
                    customer_id=customer.id or 0,
                    display_name=f"{number}",
                    **drawn(
                        status=(*DelegatedAdminState, *[DelegatedAdminState.ACTIVE] * 5),
                        end_date_time=ENDS,
                        auto_extend_duration=("P0D", "P180D"),
                        requested_at=(None, NOW - timedelta(days=90)),
                    ),
                )
            )
            state = draw.choice([one for one in InvitationState if one != InvitationState.LAPSED])
            is_draft = state is InvitationState.DRAFT
            session.add(
                Invitation(
                    company_name=f"{number}",
                    state=state,
                    **drawn(
                        account_id=ids,
                        sent_at=(None,) if is_draft else LETTERS,
                        reminded_at=(None,) if is_draft else (None, *LETTERS),
                    ),
                )
            )
    _add_calls(store, draw, [*ids, None])


def _add_calls(store: Store, draw: Drawing, ids: list[int | None]) -> None:
    """Add changes with none, one or several calls; some of them parts of others."""
    changes: list[int] = []
    for _number in range(40):
        part_of = draw.choice([0, *changes[:1]])
        changes += add_to_history(
            store,
            entry(ChangeKind.NOTED, TESTER, NOW, account_id=draw.choice(ids), part_of=part_of),
        )
    with store.writing() as session:
        session.add_all(
            OutboxCall(
                change_id=draw.choice(changes),
                account_id=ids[0] or 0,
                channel=Channel.MAIL,
                operation="?",
                request_id=f"{number}",
                state=draw.choice(CallState),
            )
            for number in range(50)
        )
