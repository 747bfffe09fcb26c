"""Items of the board as records: to open one, to snooze some, or to tell how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from partnerdesk.models.board.list import BOARD
from partnerdesk.models.board.rules import KINDS, MOST, NUMBERS, RULES, Rule, items_of
from partnerdesk.models.core.clock import to_millis
from partnerdesk.models.languages import _, number
from partnerdesk.models.lists.filter_parser import NO_FILTER
from partnerdesk.models.lists.query import Query
from partnerdesk.models.lists.spec import NOW

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from partnerdesk.models.database.connection import Connection
    from partnerdesk.models.lists.spec import Row, RowKey


@dataclass(frozen=True, slots=True)
class BoardItem:
    """One thing that waits for a person."""

    key: RowKey
    kind: str
    record_id: int
    opened: int
    """The id that what settles it takes: of a record, or of an account."""
    account_id: int
    cloud: str
    customer_id: int
    """0 for an item about no customer of the book."""
    customer: str
    due: int
    """The deadline, or since when it waits (milliseconds); 0 if nothing tells."""
    snooze: tuple[int, str, str] | None
    """The stored snooze, lasting or passed: until (milliseconds), reason, by whom."""

    @property
    def rule(self) -> Rule:
        """The rule that found it."""
        return KINDS[self.kind]

    def is_snoozed(self, at: datetime) -> bool:
        """Return whether its snooze lasts at a moment."""
        return self.snooze is not None and self.snooze[0] > to_millis(at)


def record_of(key: RowKey) -> tuple[Rule, int]:
    """Return the rule that gave an item its key, and the id of the record that waits."""
    record_id, number = divmod(key, NUMBERS)
    return next(rule for rule in RULES if rule.number == number), record_id


def read_items(
    connection: Connection, keys: Iterable[RowKey], accounts: Sequence[int], at: datetime
) -> list[BoardItem]:
    """Return those of some items that wait at a moment, snoozed or not, by their keys."""
    listed = ", ".join(str(int(key)) for key in keys) or "NULL"
    columns = (
        "b.id, b.kind, b.record_id, b.opened, b.account_id, a.cloud, b.customer_id, b.customer, "
        "b.due, s.until, s.reason, s.snoozed_by"
    )
    sql = " ".join(
        (
            "SELECT",
            columns,
            f"FROM ({items_of(accounts)}) AS b",
            "JOIN partner_accounts AS a ON a.id = b.account_id",
            "LEFT JOIN snoozes AS s ON s.kind = b.kind AND s.record_id = b.record_id",
            f"WHERE b.id IN ({listed}) ORDER BY b.due_sort, b.id",
        )
    )
    return [_item(row) for row in connection.rows(sql.replace(NOW, str(to_millis(at))))]


def _item(row: tuple[Any, ...]) -> BoardItem:
    key, kind, record_id, opened, account_id, cloud, customer_id, customer, due, *snooze = row
    until, reason, by = snooze
    return BoardItem(
        key,
        kind,
        record_id,
        opened,
        account_id,
        cloud,
        customer_id,
        customer,
        due,
        snooze=None if until is None else (until, reason, by),
    )


def count_and_first(
    connection: Connection, accounts: Sequence[int], at: datetime, most: int
) -> tuple[int, list[Row]]:
    """Return how many items wait, and the rows of those with the oldest deadlines."""
    sort = BOARD.default_sort
    query = Query(BOARD, tuple(accounts), NO_FILTER, sort, at=to_millis(at))
    return query.count(connection), query.window(connection, 0, most)


def cut_kinds(connection: Connection, accounts: Sequence[int], at: datetime) -> tuple[str, ...]:
    """Return the kinds of which an account has more items than the board gives (`MOST`)."""
    arms = " UNION ALL ".join(
        " ".join(("SELECT * FROM", f"({rule.cut(account)}) AS cut_{rule.kind}_{int(account)}"))
        for account in accounts
        for rule in RULES
    )
    if not arms:
        return ()
    cut = {kind for (kind,) in connection.rows(arms.replace(NOW, str(to_millis(at))))}
    return tuple(kind for kind in KINDS if kind in cut)


def cut_text(kinds: Sequence[str]) -> str:
    """Return that the board does not give all items of some kinds."""
    titles = ", ".join(_(KINDS[kind].title) for kind in kinds)
    text = _("Only the first {most} of each account are here of: {kinds}.")
    return text.format(most=number(MOST), kinds=titles)
