"""The file of a person's own views and columns; one file serves all books.

Each change reads the file again and writes it whole, under a lock, so consoles that run at once
keep each other's changes. A damaged file is renamed, and never overwritten.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from partnerdesk.models.core import own_files, paths
from partnerdesk.models.core.errors import BusyError, ConflictError, FileError
from partnerdesk.models.core.own_files import Line
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.typed import DamagedError, typed
from partnerdesk.models.languages import _
from partnerdesk.models.lists.saved_views import ChosenColumn, Kept, SavedView

if TYPE_CHECKING:
    from collections.abc import Callable

    from partnerdesk.models.lists.saved_views import Chosen

FORMAT = 1
"""The version of the file's format."""


@dataclass(frozen=True)
class _Format:
    """The part of the file that is checked first."""

    format: int


@dataclass(frozen=True)
class _Content:
    """The content of the file; each entry is checked on its own."""

    format: int
    views: list[object]
    columns: dict[str, object]


@dataclass(frozen=True)
class _Column:
    """A chosen column, as it is stored."""

    name: Line
    width: Annotated[int, range(1_001)]


@dataclass(frozen=True)
class _Entry:
    """An own view, as it is stored."""

    list: Line
    title: Line
    filter: Line
    sort: Line
    descending: bool
    columns: tuple[_Column, ...]
    wide: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """The content of the file, and a notice for the person about a damaged file."""

    kept: Kept
    notice: str = ""


def read_views() -> Reading:
    """Return the stored views and columns; rename a damaged file, and report it once.

    Raises:
        FileError: the file cannot be read, or a newer version wrote it.
        BusyError: the file is damaged, and another process holds its lock.
    """
    kept, is_whole = _read(_file())
    return Reading(kept) if is_whole else _change(lambda found: found)


def keep_view(view: SavedView, *, over: bool = False) -> Reading:
    """Store an own view; `over` replaces a view of the same name.

    Raises:
        ConflictError: a view of the same name exists, and `over` is False.
        FileError: the file cannot be read or written.
        BusyError: another process holds the lock of the file.
    """
    return _change(lambda kept: kept.with_view(view, over=over))


def remove_view(view: SavedView) -> Reading:
    """Remove an own view; raises FileError and BusyError as `keep_view` does."""
    return _change(lambda kept: kept.without_view(view))


def keep_columns(list_name: str, columns: Chosen) -> Reading:
    """Store the columns of a list, none for the usual ones; raises errors as `remove_view` does."""
    return _change(lambda kept: kept.with_columns(list_name, columns))


def _file() -> Path:
    file = paths.user_views()
    with suppress(OSError):
        if file.is_file():  # a link stays a link
            return Path(os.path.realpath(file))
    return file


def _change(change: Callable[[Kept], Kept]) -> Reading:
    file = _file()
    try:
        paths.private_folder(file.parent)
        with paths.locked(file) as is_held:
            if not is_held:
                raise BusyError(_("Another program holds {file}.").format(file=shown(str(file))))
            found, is_whole = _read(file)
            changed = change(found)
            notice = "" if is_whole else _put_aside(file)
            if changed != found or not is_whole:
                own_files.write(file, _as_json(changed), for_people=True)
    except OSError as error:
        raise FileError(
            _("{file} cannot be written: {reason}.").format(
                file=shown(str(file)), reason=error.strerror or error
            )
        ) from None
    return Reading(changed, notice)


def _put_aside(file: Path) -> str:
    """Rename a damaged file, and return the notice about it."""
    if paths.user_views().is_symlink():  # `file` is what it leads to
        file = paths.user_views()
    aside = own_files.put_aside(file)
    return _("{file} was damaged: it is kept as {kept}, and what could be read goes on.").format(
        file=shown(str(file)), kept=shown(aside.name)
    )


def _as_json(kept: Kept) -> dict[str, object]:
    views = [{"list": view.list_name, **asdict(view)} for view in kept.own]
    for view in views:
        del view["list_name"], view["id"]  # an own view has no id
    columns = {name: [asdict(one) for one in chosen] for name, chosen in kept.columns.items()}
    return {"format": FORMAT, "views": views, "columns": columns}


def _read(file: Path) -> tuple[Kept, bool]:
    """Return the valid entries of the file, and whether all entries are valid."""
    try:
        value = own_files.read(file)
        if value is None:
            return Kept(), True
        if typed(_Format, value).format > FORMAT:
            raise FileError(
                _("{file} was written by a newer version.").format(file=shown(str(file))),
                _("Use that version, or move the file away."),
            )
        content = typed(_Content, value)
    except DamagedError:
        return Kept(), False
    except OSError as error:
        raise FileError(
            _("{file} cannot be read: {error}.").format(
                file=shown(str(file)), error=error.strerror or error
            )
        ) from None
    kept, is_whole = Kept(), content.format == FORMAT
    changes = [partial(_with_view, entry) for entry in content.views]
    changes += [partial(_with_columns, name, chosen) for name, chosen in content.columns.items()]
    for change in changes:
        try:
            kept = change(kept)
        except (DamagedError, ConflictError):
            is_whole = False
    return kept, is_whole


def _with_view(value: object, kept: Kept) -> Kept:
    entry = typed(_Entry, value)
    view = SavedView(
        entry.list, entry.title, entry.filter, entry.sort,
        descending=entry.descending, columns=_columns(entry.columns), wide=entry.wide,
    )  # fmt: skip
    return kept.with_view(view, over=False)  # of two with the same name, the second is invalid


def _with_columns(name: str, chosen: object, kept: Kept) -> Kept:
    [(list_name, columns)] = typed(dict[Line, tuple[_Column, ...]], {name: chosen}).items()
    return kept.with_columns(list_name, _columns(columns))


def _columns(entries: tuple[_Column, ...]) -> Chosen:
    return tuple(ChosenColumn(entry.name, entry.width) for entry in entries)
