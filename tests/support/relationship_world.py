"""A model of a book with relationships, for tests, independent of the program's code.

A record is some fields, by table and id; a change is the fields before and after. The model decides
without the program which changes can be undone: those whose records are still as they left them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

DAY = 86_400_000
NEVER = 253_402_214_400_000
"""The last day of the year 9999 in milliseconds."""
RELATED = ("reseller", "advisor", "syndication")

STORED_WHOLE = {"customers", "lives", "delegated"}
"""Tables for which a change stores every field that it sets, even if the value stays the same."""

Key = tuple[str, int]
Fields = dict[str, Any]

OPEN = {"sent", "reminded", "lapsed"}
MAY_INVITATION = {
    "send": {"draft"}, "remind": OPEN, "decline": OPEN, "withdraw": OPEN | {"draft"},
}  # fmt: skip
"""The states of an invitation in which each action is allowed."""
MAY_DELEGATED = {
    "request": {"created"},
    "approve": {"approvalPending"},
    "extend": {"active"},
    "terminate": {"active"},
}
"""The states of a delegated-admin relationship in which each action is allowed."""


@dataclass
class Entry:
    """One change: the changed fields of each record before and after."""

    did: dict[Key, tuple[Fields | None, Fields | None]]
    undoes: int | None = None
    never: bool = False
    """Whether the change can never be undone: an import, a sent letter."""


@dataclass
class World:
    """The expected records of the book, and its changes."""

    rows: dict[Key, Fields] = field(default_factory=dict)
    entries: dict[int, Entry] = field(default_factory=dict)
    matched: set[tuple[int, int]] = field(default_factory=set)
    """Pairs of an invitation and a customer that the program has matched itself."""
    last_life: int = 0

    def of(self, table: str) -> dict[int, Fields]:
        """Return the records of a table, by id."""
        return {id: row for (name, id), row in sorted(self.rows.items()) if name == table}

    def record(
        self, change: int, after: dict[Key, Fields | None], undoes: int | None = None,
        *, never: bool = False,
    ) -> None:  # fmt: skip
        """Apply and store a change: changed fields, new records, or None for a removed record."""
        did: dict[Key, tuple[Fields | None, Fields | None]] = {}
        for key, fields in after.items():
            row = self.rows.get(key)
            if fields is None:
                did[key] = (self.rows.pop(key), None)
            elif row is None:
                self.rows[key] = dict(fields)
                did[key] = (None, dict(fields))
            else:
                all_fields = key[0] in STORED_WHOLE
                new = {
                    name: value
                    for name, value in fields.items()
                    if all_fields or row[name] != value
                }
                did[key] = ({name: row[name] for name in new}, new)
                row |= new
        self.entries[change] = Entry(did, undoes, never)

    def stands(self, change: int) -> bool:
        """Return whether a change is in effect: not undone, or its undo was undone."""
        later = [id for id, entry in self.entries.items() if entry.undoes == change]
        return not later or not self.stands(max(later))

    def taken_back(self, change: int) -> dict[Key, Fields | None] | None:
        """Return the effect of undoing a change; None if the change cannot be undone."""
        entry = self.entries[change]
        if entry.never or not self.stands(change):
            return None
        after: dict[Key, Fields | None] = {}
        for key, (was, became) in reversed(entry.did.items()):
            row = self.rows.get(key)
            if key[0] == "customers" and was is None:
                known_to_microsoft = row is not None and bool(row["tenant"])
                if known_to_microsoft or self._hangs_on(key[1]):
                    return None
            elif became is None:
                if row is not None or (key[0] == "customers" and self._has_domain(was or {})):
                    return None
            elif row is None or any(row[name] != became[name] for name in became):
                return None
            after[key] = was
        return None if self._has_two_lives(after) else after

    def _hangs_on(self, customer: int) -> bool:
        tables = ("invitations", "lives", "delegated")
        return any(
            row["customer"] == customer
            for (table, _id), row in self.rows.items()
            if table in tables
        )

    def _has_domain(self, customer: Fields) -> bool:
        return any(row["domain"] == customer["domain"] for row in self.of("customers").values())

    def _has_two_lives(self, after: dict[Key, Fields | None]) -> bool:
        rows = {key: {**self.rows.get(key, {}), **(fields or {})} for key, fields in after.items()}
        gone = {key for key, fields in after.items() if fields is None}
        lives = [row for key, row in {**self.rows, **rows}.items()
                 if key[0] == "lives" and key not in gone and not row["ended"]]  # fmt: skip
        return len({life["customer"] for life in lives}) < len(lives)

    def lasting(self, customer: int | None) -> int | None:
        """Return the id of a customer's active relationship record; None if there is none."""
        active = [id for id, life in self.of("lives").items()
                  if life["customer"] == customer and not life["ended"]]  # fmt: skip
        assert len(active) < 2, "two lives at once"
        return active[0] if active else None

    def state_of(self, invitation: int, at: int) -> str:
        """Return an invitation's state at a moment, including the lapse after 90 days."""
        row = self.rows["invitations", invitation]
        last = row["reminded"] or row["sent"]
        lapsed = row["state"] in ("sent", "reminded") and at - last >= 90 * DAY
        return "lapsed" if lapsed else str(row["state"])

    def status_of(self, delegated: int, at: int) -> str:
        """Return a delegated-admin relationship's state at a moment, including its expiry."""
        row = self.rows["delegated", delegated]
        over = row["status"] == "active" and 0 < row["ends"] <= at and not row["auto"]
        unanswered = row["status"] == "approvalPending" and at - row["requested"] >= 90 * DAY
        return "expired" if over or unanswered else str(row["status"])

    def likely(self, invitation: int) -> list[tuple[int, bool]]:
        """Return the customers that may be the invited company, and whether each certainly is."""
        row = self.rows["invitations", invitation]
        if row["customer"] or row["related_before"]:
            return []
        candidates = []
        for id, customer in self.of("customers").items():
            same = any(row[name] and row[name] == customer[name] for name in ("tenant", "domain"))
            if is_related(customer) and (same or row["name"] == customer["name"]):
                candidates.append((id, same))
        return candidates

    def surely(self, invitation: int) -> int | None:
        """Return the customer that certainly accepted; None if there is no certain one."""
        row = self.rows["invitations", invitation]
        if row["state"] not in ("sent", "reminded") and not self.waits(invitation):
            return None
        if invited := row["customer"]:
            came = is_related(self.rows["customers", invited]) and not row["related_before"]
            return invited if came else None
        certain = [id for id, sure in self.likely(invitation) if sure]
        return certain[0] if len(certain) == 1 else None

    def waits(self, invitation: int) -> bool:
        """Return whether an invitation was accepted by a customer that is not in the book yet."""
        row = self.rows["invitations", invitation]
        return row["state"] == "accepted" and not row["customer"]

    def accepted(self, invitation: int, customer: int | None, at: int) -> dict[Key, Fields | None]:
        """Return the effect of accepting an invitation."""
        row = self.rows["invitations", invitation]
        closed = row["closed"] if self.waits(invitation) else at
        after: dict[Key, Fields | None] = {
            ("invitations", invitation): {"state": "accepted", "closed": closed, "due": NEVER}
            | ({"customer": customer} if customer else {})
        }
        if customer is None:
            return after
        who = self.rows["customers", customer]
        came = {"ended": 0, "dap": row["dap"] or who["dap"]}
        came["relation"] = who["relation"] if who["relation"] in RELATED else "reseller"
        changed = {name: value for name, value in came.items() if who[name] != value}
        if changed:
            after["customers", customer] = changed
        again = row["related_before"] and is_related(who)
        if self.lasting(customer) is None and not again:
            self.last_life += 1
            after["lives", self.last_life] = {
                "customer": customer, "invitation": invitation, "began": closed, "ended": 0,
                "reason": "",
            }  # fmt: skip
        return after

    def ended(self, customer: int, reason: str, at: int) -> dict[Key, Fields | None]:
        """Return the effect of ending the relationship with a customer."""
        who = self.rows["customers", customer]
        gone = {"relation": "none", "ended": at} | ({"dap": False} if who["dap"] else {})
        life = self.lasting(customer)
        over: Fields = {"ended": at, "reason": reason}
        if life is None:
            earlier = [life for life in self.of("lives").values() if life["customer"] == customer]
            life = self.last_life = self.last_life + 1
            began = 0 if earlier else who["added"]
            over |= {"customer": customer, "invitation": None, "began": began}
        return {("customers", customer): gone, ("lives", life): over}


def is_related(customer: Fields) -> bool:
    """Return whether a customer has an active relationship with the partner."""
    return not customer["ended"] and customer["relation"] in RELATED
