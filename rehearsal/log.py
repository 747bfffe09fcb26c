"""The rehearsal's own log: every call, to be compared with the book of the client."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from partnerdesk.rehearsal.state import State

TABLES = """
CREATE TABLE IF NOT EXISTS calls (
  number INTEGER PRIMARY KEY, at REAL NOT NULL, host TEXT NOT NULL, operation TEXT NOT NULL,
  method TEXT NOT NULL, path TEXT NOT NULL, query TEXT NOT NULL, status INTEGER NOT NULL,
  code TEXT NOT NULL, request_id TEXT NOT NULL, correlation_id TEXT NOT NULL, fault TEXT NOT NULL,
  tenant TEXT NOT NULL, customer TEXT NOT NULL, who TEXT NOT NULL, done INTEGER NOT NULL,
  mfa TEXT NOT NULL, note TEXT NOT NULL
);
"""


@dataclass(slots=True)
class Entry:
    """One call. Tokens, secrets and bodies are never written down."""

    at: float
    host: str
    operation: str
    method: str
    path: str
    query: str = ""
    status: int = 0
    """The status that was answered; 0 for none: cut, or held until the client hung up."""
    code: str = ""
    """The service's own code of a refusal."""
    request_id: str = ""
    correlation_id: str = ""
    fault: str = ""
    tenant: str = ""
    customer: str = ""
    who: str = ""
    """Who is signed in; app for an app alone."""
    done: bool = False
    """Whether the work was done by this call: a write that took place, not its repeated answer."""
    mfa: str = ""
    """What `isMfaCompliant` was answered, empty if nobody asked."""
    note: str = ""


def write(state: State, entry: Entry) -> None:
    """Add a call to the log."""
    state.insert("calls", asdict(entry))


def read(state: State, after: int = 0, operation: str = "") -> list[dict[str, Any]]:
    """Return the calls after a number, oldest first; of one operation only if it is named."""
    rows = state.rows(
        "SELECT * FROM calls WHERE number > ?1 AND (?2 = '' OR operation = ?2) ORDER BY number",
        after,
        operation,
    )
    return [{**dict(row), "done": bool(row["done"])} for row in rows]


def clear(state: State) -> None:
    """Forget all calls."""
    state.run("DELETE FROM calls")
