"""Reads the whole history and finds whatever was changed in it behind the program's back."""

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
    """One place where the history is not as the program wrote it."""

    change_id: int
    """The entry that it is about; 0 for the end of the history."""
    text: str
    """In words, with what the entry is; translated."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What `verify` found."""

    entries: int
    digest: str
    """The hash of the last entry; empty for a history without entries."""
    findings: tuple[Finding, ...]
    behind: tuple[int, ...] = ()
    """Changes that are not said to be undone, or to stand, as the undos behind them have it."""


def set_right(store: Store, behind: Iterable[int]) -> None:
    """Say anew of changes whether they are undone, by the undos that the history holds.

    What is said beside an entry follows from the entries and is covered by no hash. A program that
    does not know of it, left open beside a newer one, writes undos and says nothing.

    Raises:
        StoreError: the book cannot be written.
    """
    with store.writing() as session, appending(session) as history:
        history.undone += sorted(behind, reverse=True)  # an undo before what it undoes


def verify(
    connection: Connection,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    *,
    known: str = "",
) -> Verification:
    """Check every entry's hash, that each follows the one before, and that the end is the end.

    Whoever can write the database and knows the algorithm could make a new chain from some entry
    on: keep the last hash, which is printed, in another place to be safe from that too.

    Args:
        connection: the book.
        progress: told how many of how many entries are read.
        known: a hash that was kept; some entry must have it, or what it stood for is gone.

    Raises:
        StoreError: the book cannot be read at all.
    """
    with connection.snapshot():
        return _Check(connection, progress, known.strip().lower()).run()


class _Check:
    def __init__(
        self, connection: Connection, progress: Callable[[int, int], None], wanted: str
    ) -> None:
        self.connection, self.progress = connection, progress
        self.wanted, self.known = wanted, not wanted
        self.findings: list[Finding] = []
        self.count, self.last_id, self.digest = 0, -(2**62), ""
        self.undos: list[tuple[int, int]] = []
        """Each undo with what it undoes, oldest first."""
        self.undone: dict[int, Any] = {}
        """Entries that are said to be undone, and by which."""
        self.behind: list[int] = []

    def run(self) -> Verification:
        heads = self.connection.rows("SELECT last_id, entries, digest FROM history_head")
        total = int(self.connection.rows("SELECT count(*) FROM changes")[0][0])
        while True:
            before = self.count
            for row in self._batch():
                self._entry(row)
            self.progress(self.count, total)
            if self.count - before < BATCH:
                break
        self._undo_states()
        self._end(heads[0] if heads else (0, 0, ""))
        if not self.known:
            text = _("No entry has the hash {digest}: what it stood for was rewritten or removed.")
            self.findings.append(Finding(0, text.format(digest=shown(self.wanted)[:80])))
        return Verification(self.count, self.digest, tuple(self.findings), tuple(self.behind))

    def _batch(self) -> Iterator[Mapping[str, Any]]:
        """Go through the next entries; where one cannot be read, one by one."""
        where = "FROM changes WHERE id > ? ORDER BY id LIMIT ?"
        after = (self.last_id, BATCH)
        try:
            rows = self.connection.rows(f"SELECT {', '.join(_NAMES)} {where}", after)
        except StoreError:  # text that is no UTF-8 any more
            ids = self.connection.rows(f"SELECT id {where}", after)
            yield from (self._readable(id) for (id,) in ids)
            return
        yield from (dict(zip(_NAMES, row, strict=True)) for row in rows)

    def _readable(self, id: int) -> Mapping[str, Any]:
        """Return what can be read of an entry; None stands for what cannot."""
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
            self._found(row, _("an entry before it was taken out, put in or changed"))
        if _digest(row) != row["digest"]:
            self._found(row, _("it was changed after it was written"))
        elif any(row[name] != text for name, text in Change.derive(row).items()):  # not sealed
            self._found(row, _("the text that filters look in was changed"))
        if isinstance(row["undoes"], int):
            self.undos.append((int(row["id"]), row["undoes"]))
        if row["undone_by"] is not None:
            self.undone[int(row["id"])] = row["undone_by"]
        self.known = self.known or row["digest"] == self.wanted
        self.count += 1
        self.last_id, self.digest = int(row["id"]), str(row["digest"] or "")

    def _undo_states(self) -> None:
        """Find entries that are not said to be undone by what undid them; that is not sealed.

        Where nothing is said, or what was true before a later undo, an older program may have left
        it so. What was never true was made up.
        """
        expected, undos = standing_undos(reversed(self.undos)), set(self.undos)
        for id in sorted(expected.keys() | self.undone.keys()):
            said = self.undone.get(id)
            if expected.get(id) == said or not self._is_there(id):
                continue
            if said is None or (said, id) in undos:
                self.behind.append(id)
            else:
                self._found(self._readable(id), _("whether it was undone was changed"))

    def _is_there(self, id: int) -> bool:
        return bool(self.connection.rows("SELECT id FROM changes WHERE id = ?", (id,)))

    def _end(self, head: tuple[Any, ...]) -> None:
        last_id, entries, digest = head
        if (last_id, entries) != (self.last_id if self.count else 0, self.count):
            text = _(
                "The history should have {expected} entries and end with change {last}, "
                "but has {found} and ends with {end}."
            ).format(expected=entries, last=last_id, found=self.count,
                     end=self.last_id if self.count else "–")  # fmt: skip
            self.findings.append(Finding(0, text))
        elif digest != self.digest:
            text = _("The last entry's hash is not the one that the book ends with.")
            self.findings.append(Finding(0, text))

    def _found(self, row: Mapping[str, Any], what: str) -> None:
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
    except (ValueError, OverflowError, OSError):  # a damaged one
        return "–"
