"""The evidence pack of a customer: all that the book knows of it in one file that proves itself.

    write_evidence(store, customer_id, Path("contoso.zip"))
    check_evidence(Path("contoso.zip")).findings      # empty: every byte is as it was written

A pack is a ZIP file of JSON files and `manifest.json` with their hashes. The same book gives the
same bytes. Its changes keep the hashes of the history, so they prove themselves entry by entry; the
last hash of the whole history stands in the manifest, to be compared with `changes verify`.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlmodel import col, or_, select

from partnerdesk.models.changes.history import SEALED, Change, HistoryHead, digest_of
from partnerdesk.models.core.errors import FileError
from partnerdesk.models.core.given_files import EVIDENCE, opened, taken, to_write, written_whole
from partnerdesk.models.core.paths import is_there
from partnerdesk.models.core.text import shown
from partnerdesk.models.customers.page import page_of
from partnerdesk.models.languages import _
from partnerdesk.models.relationships.of_customer import read_relationship
from partnerdesk.models.subscriptions.page import subscriptions_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from sqlmodel import Session, SQLModel

    from partnerdesk.models.database.store import Store

FORMAT = 1
MANIFEST = "manifest.json"
LARGEST = 256 * 1024 * 1024
"""The most bytes that a pack may hold unpacked; a larger one is not read."""
MOST_FILES = 32
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every file in a pack, so that equal content gives equal bytes."""
_DERIVED = {"search_text", "name_sort", "company_sort", "ends_sort", "renews_sort", "window_sort"}


@dataclass(frozen=True, slots=True)
class EvidenceReport:
    """What checking a pack found."""

    company_name: str
    changes: int
    """The number of entries of the history in it."""
    digest: str
    """The last hash of the whole history when it was written."""
    findings: tuple[str, ...]
    """What is not as it was written, in words; empty for a whole pack."""


def write_evidence(store: Store, customer_id: int, path: Path) -> int:
    """Write the evidence pack of a customer whole or not at all; return the number of its changes.

    Raises:
        NotFoundError: the book has no customer with this id.
        FileError: the file exists already, or cannot be written.
        StoreError: the book cannot be read.
    """
    if is_there(to_write(path, EVIDENCE)):
        raise taken(path)
    files, changes = _files_of(store, customer_id)
    try:
        with (
            written_whole(path, EVIDENCE, overwrite=False) as out,
            zipfile.ZipFile(out, "w") as pack,
        ):
            for name, content in files.items():
                entry = zipfile.ZipInfo(name, _EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o600 << 16
                pack.writestr(entry, content)
    except OSError as error:
        raise _unusable(path, error) from error
    return changes


def _files_of(store: Store, customer_id: int) -> tuple[dict[str, bytes], int]:
    with store.reading() as session:
        page = page_of(session, customer_id, history_shown=0)
        related = read_relationship(session, page.customer)
        changes = _changes_of(session, customer_id, page.customer.added_by_change)
        head = session.get(HistoryHead, 1) or HistoryHead()
        content: dict[str, Any] = {
            "customer.json": {
                "cloud": page.account.cloud,
                "account": page.account.name,
                **_fields(page.customer),
                "company_profile": _fields(page.company),
                "billing_profile": _fields(page.billing),
                "agreement": _fields(page.agreement) if page.agreement else None,
                "tags": page.tags,
                "notes": _all(page.notes),
            },
            "relationships.json": {
                "relationships": _all(related.relationships),
                "invitations": _all(related.invitations),
                "delegated_admin": _all(related.delegated_admin),
            },
            "subscriptions.json": _all(subscriptions_of(session, customer_id)),
            "changes.json": [_sealed(change) for change in changes],
        }
        files = {name: _bytes(value) for name, value in content.items()}
        manifest = {
            "format": FORMAT,
            "company_name": page.customer.company_name,
            "microsoft_id": page.customer.microsoft_id,
            "history": {"entries": head.entries, "digest": head.digest},
            "files": {
                name: {"sha256": _hash(value), "bytes": len(value)} for name, value in files.items()
            },
        }
    return {**files, MANIFEST: _bytes(manifest)}, len(changes)


def _changes_of(session: Session, customer_id: int, added_by: int | None) -> list[Change]:
    mine = [col(Change.customer_id) == customer_id]
    if added_by is not None:
        mine.append(col(Change.id) == added_by)
    return list(session.exec(select(Change).where(or_(*mine)).order_by(col(Change.id))))


def _fields(record: SQLModel) -> dict[str, Any]:
    dumped = record.model_dump(mode="json", exclude=_DERIVED)
    return {name: dumped[name] for name in type(record).model_fields if name in dumped}


def _all(records: Iterable[SQLModel]) -> list[dict[str, Any]]:
    return [_fields(record) for record in records]


def _sealed(change: Change) -> dict[str, Any]:
    """Return an entry as its hash covers it: `at` in milliseconds, objects as their JSON text."""
    from partnerdesk.models.core.clock import to_millis

    values = {name: getattr(change, name) for name in (*SEALED, "part_of", "previous", "digest")}
    values["kind"] = str(values["kind"])
    values["at"] = to_millis(change.at) if change.at else 0
    return values


def _bytes(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def check_evidence(path: Path) -> EvidenceReport:
    """Check every file of a pack against its manifest, and every change against its own hash.

    Raises:
        FileError: the file cannot be read, or is no evidence pack.
    """
    try:
        with opened(path, EVIDENCE) as file, zipfile.ZipFile(file) as pack:
            content = _content(pack)
    except OSError as error:
        raise _unusable(path, error) from error
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError) as error:
        raise _no_pack(path) from error
    try:
        manifest = json.loads(content.pop(MANIFEST))
        listed: Mapping[str, Mapping[str, Any]] = manifest["files"]
        findings = [*_differences(content, listed)]
        changes = json.loads(content.get("changes.json", b"[]"))
        findings += _forged(changes)
        return EvidenceReport(
            str(manifest["company_name"]),
            len(changes),
            str(manifest["history"]["digest"]),
            tuple(findings),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _no_pack(path) from error


def _unusable(path: Path, error: OSError) -> FileError:
    why = error.strerror or type(error).__name__
    return FileError(f"{shown(str(path))}: {why}")


def _no_pack(path: Path) -> FileError:
    return FileError(
        _("{file} is no evidence pack, or a damaged one.").format(file=shown(path.name)),
        _("Write one with: partnerdesk customers evidence ID --out FILE.zip"),
    )


def _content(pack: zipfile.ZipFile) -> dict[str, bytes]:
    entries = pack.infolist()
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > LARGEST:
        raise ValueError
    content: dict[str, bytes] = {}
    for entry in entries:
        if entry.filename in content:
            raise ValueError
        with pack.open(entry) as file:
            content[entry.filename] = file.read(LARGEST)
    return content


def _differences(
    content: Mapping[str, bytes], listed: Mapping[str, Mapping[str, Any]]
) -> Iterable[str]:
    for name, about in listed.items():
        if name not in content:
            yield _("{file} is missing.").format(file=shown(name))
        elif _hash(content[name]) != about["sha256"]:
            yield _("{file} was changed.").format(file=shown(name))
    for name in content.keys() - listed.keys():
        yield _("{file} was added.").format(file=shown(name))


def _forged(changes: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    """Yield the entries whose own hash does not cover what they say."""
    for change in changes:
        if digest_of(change, change["previous"]) != change["digest"]:
            text = _("Change {id} is not what the history sealed.")
            yield text.format(id=shown(str(change.get("id"))[:20]))
