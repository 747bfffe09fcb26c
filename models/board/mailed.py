"""What was mailed last of a board, in a small file for each address and set of accounts."""

from __future__ import annotations

import hashlib
import json
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, TypedDict

from partnerdesk.models.core import own_files, paths
from partnerdesk.models.core.errors import BusyError, FileError
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.typed import DamagedError
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from partnerdesk.models.core.own_files import Tell
    from partnerdesk.models.lists.query import Query
    from partnerdesk.models.settings.database_url import Database


class _Content(TypedDict):
    digest: own_files.Line


def file_of(database: Database, address: str, query: Query) -> Path:
    """Return the file of an address, the accounts and the filter of a board of a book."""
    named = [database.name, address.strip().casefold(), sorted(query.accounts), query.filter.text]
    digest = hashlib.sha256(json.dumps(named).encode()).hexdigest()[:16]
    return paths.state_folder() / f"board-mail-{digest}.json"


def read_mailed(file: Path, tell: Tell | None = None) -> str:
    """Return the digest of the board that was mailed last; empty for none.

    With `tell`, a damaged file is renamed and told; the board then counts as not mailed.

    Raises:
        FileError: the file cannot be read.
    """
    try:
        if tell is not None:
            stored = own_files.load_mended(file, _Content, tell)
        else:
            stored = own_files.load(file, _Content)
    except DamagedError:
        return ""
    except OSError as error:
        raise _unusable(file, error) from None
    return stored["digest"] if stored else ""


def keep_mailed(file: Path, digest: str) -> None:
    """Store the digest of the board that was mailed, the file as a whole.

    Raises:
        FileError: the file cannot be written.
    """
    try:
        own_files.write(file, {"digest": digest})
    except OSError as error:
        raise _unusable(file, error) from None


@contextmanager
def one_mailing(file: Path) -> Iterator[None]:
    """Hold the lock of the file, so that two runs at once do not send the same letter.

    Raises:
        BusyError: another run is sending.
        FileError: the folder cannot be written.
    """
    with ExitStack() as held:
        try:
            paths.private_folder(file.parent)
            is_held = held.enter_context(paths.locked(file))
        except OSError as error:
            raise _unusable(file, error) from None
        if not is_held:
            raise BusyError(_("Another run is mailing this board now. Nothing was sent."))
        yield


def _unusable(file: Path, error: OSError) -> FileError:
    reason = shown(error.strerror or type(error).__name__)
    return FileError(
        _("{file} cannot be used, which tells what was mailed last: {reason}.").format(
            file=shown(str(file)), reason=reason
        ),
        _("Name another file, or look at the folder and the room on the disk."),
    )
