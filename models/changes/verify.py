"""Verifies the hashes of the whole history, to find entries that another program changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from partnerdesk.models.changes.history import SEALED, Change, appending, digest_of
from partnerdesk.models.changes.kinds import KIND_TITLES
from partnerdesk.models.changes.undo_state import standing_undos
from partnerdesk.models.core.clock import from_millis, moment_text
from partnerdesk.models.core.errors import StoreError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from partnerdesk.models.database.connection import Connection
    from partnerdesk.models.database.store import Store

BATCH = 1000
_NAMES = (*SEALED, "part_of", "previous", "digest", "search_text", "undone_by")


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where the history differs from what the program wrote."""

    change_id: int
    """The id of the damaged entry; 0 for the end of the history."""
    text: str
    """The description of the entry and of its damage; translated."""


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of `verify`."""

    entries: int
    """How many entries were read."""
    digest: str
    """The hash of the last entry; empty for a history without entries."""
    findings: tuple[Finding, ...]
    behind: tuple[int, ...] = ()
    """The ids of entries whose `undone_by` is out of date; `correct_undo_states` corrects them."""


def correct_undo_states(store: Store, behind: Iterable[int]) -> None:
    """Compute `undone_by` of entries anew from the undos in the history.

    The column follows from the entries, and no hash covers it. An older program that does not know
    the column, still open beside a newer one, adds undos without updating the column.

    Raises:
        StoreError: the book cannot be written.
    """
    with store.writing() as session, appending(session) as history:
        history.undone += sorted(behind, reverse=True)  # an undo before the entry it undid


def verify(
    connection: Connection,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    *,
    known: str = "",
) -> Verification:
    """Check the hash of every entry, the link to its predecessor, and the recorded end.

    This does not detect a person who can write the database, knows the algorithm and computes all
    hashes anew from some entry on. To detect that too, keep the printed last hash in another place
    and pass it as `known`.

    Args:
        connection: the book.
        on_progress: called with the number of entries read so far, and of all entries.
        known: a hash from an earlier run; it is a finding if no entry has this hash.

    Raises:
        StoreError: the book cannot be read at all.
    """
    with connection.snapshot():
        return _Check(connection, on_progress, known.strip().lower()).run()


class _Check:
    def __init__(
        self, connection: Connection, on_progress: Callable[[int, int], None], wanted: str
    ) -> None:
        self.connection, self.on_progress = connection, on_progress
        self.wanted, self.known = wanted, not wanted
        self.findings: list[Finding] = []
        self.count, self.last_id, self.digest = 0, -(2**62), ""
        self.undos: list[tuple[int, int]] = []
        """`(id, undoes)` of each undo, the oldest first."""
        self.undone: dict[int, Any] = {}
        """The column `undone_by` by entry, for entries where it is not NULL."""
        self.behind: list[int] = []

    def run(self) -> Verification:
        heads = self.connection.rows("SELECT last_id, entries, digest FROM history_head")
        total = int(self.connection.rows("SELECT count(*) FROM changes")[0][0])
        while True:
            before = self.count
            for row in self._batch():
                self._entry(row)
            self.on_progress(self.count, total)
            if self.count - before < BATCH:
                break
        self._undo_states()
        self._end(heads[0] if heads else (0, 0, ""))
        if not self.known:
            text = _("No entry has the hash {digest}: what it stood for was rewritten or removed.")
            self.findings.append(Finding(0, text.format(digest=shown(self.wanted)[:80])))
        return Verification(self.count, self.digest, tuple(self.findings), tuple(self.behind))

    def _batch(self) -> Iterator[Mapping[str, Any]]:
        """Yield the next `BATCH` entries; read field by field if the query for all fails."""
        where = "FROM changes WHERE id > ? ORDER BY id LIMIT ?"
        after = (self.last_id, BATCH)
        try:
            rows = self.connection.rows(f"SELECT {', '.join(_NAMES)} {where}", after)
        except StoreError:  # a damaged text that is not UTF-8
            ids = self.connection.rows(f"SELECT id {where}", after)
            yield from (self._readable_fields(id) for (id,) in ids)
            return
        yield from (dict(zip(_NAMES, row, strict=True)) for row in rows)

    def _readable_fields(self, id: int) -> Mapping[str, Any]:
        """Return the fields of an entry, with None for each field that cannot be read."""
        row: dict[str, Any] = {}
        for name in _NAMES:
            try:
                row[name] = self.connection.rows(
                    f"SELECT {name} FROM changes WHERE id = ?",  # noqa: S608
                    (id,),
                )[0][0]
            except StoreError:
                row[name] = None
        return row

    def _entry(self, row: Mapping[str, Any]) -> None:
        if row["previous"] != self.digest:
            self._report(row, _("an entry before it was taken out, put in or changed"))
        if _digest(row) != row["digest"]:
            self._report(row, _("it was changed after it was written"))
        elif any(row[name] != text for name, text in Change.derive(row).items()):  # not hashed
            self._report(row, _("the text that filters look in was changed"))
        if isinstance(row["undoes"], int):
            self.undos.append((int(row["id"]), row["undoes"]))
        if row["undone_by"] is not None:
            self.undone[int(row["id"])] = row["undone_by"]
        self.known = self.known or row["digest"] == self.wanted
        self.count += 1
        self.last_id, self.digest = int(row["id"]), str(row["digest"] or "")

    def _undo_states(self) -> None:
        """Compare `undone_by`, which no hash covers, with the undos in the history.

        A NULL, or the id of an earlier undo of the entry, can come from an older program: the entry
        is `behind`. Any other id is a finding, because no program has ever written it.
        """
        expected, undos = standing_undos(reversed(self.undos)), set(self.undos)
        for id in sorted(expected.keys() | self.undone.keys()):
            stored = self.undone.get(id)
            if expected.get(id) == stored or not self._exists(id):
                continue
            if stored is None or (stored, id) in undos:
                self.behind.append(id)
            else:
                self._report(self._readable_fields(id), _("whether it was undone was changed"))

    def _exists(self, id: int) -> bool:
        return bool(self.connection.rows("SELECT id FROM changes WHERE id = ?", (id,)))

    def _end(self, head: tuple[Any, ...]) -> None:
        last_id, entries, digest = head
        if (last_id, entries) != (self.last_id if self.count else 0, self.count):
            text = _(
                "The history should have {expected} entries and end with change {last}, "
                "but has {found} and ends with {end}."
            )
            end = self.last_id if self.count else "–"
            text = text.format(expected=entries, last=last_id, found=self.count, end=end)
            self.findings.append(Finding(0, text))
        elif digest != self.digest:
            text = _("The last entry's hash is not the one that the book ends with.")
            self.findings.append(Finding(0, text))

    def _report(self, row: Mapping[str, Any], what: str) -> None:
        kind = str(row["kind"])
        parts = (_moment(row["at"]), row["actor"], _(KIND_TITLES.get(kind, kind)), row["subject"])
        what_it_is = ", ".join(shown(str(part))[:60] for part in parts if part)
        text = _("Change {id} ({what}): {problem}.").format(
            id=row["id"], what=what_it_is, problem=what
        )
        self.findings.append(Finding(int(row["id"]), text))


def _digest(row: Mapping[str, Any]) -> str:
    try:
        return digest_of(row, row["previous"])
    except TypeError:  # bytes, which the program never writes
        return ""


def _moment(millis: object) -> str:
    try:
        return moment_text(from_millis(int(str(millis))))
    except (ValueError, OverflowError, OSError):  # a damaged moment
        return "–"
