"""The file in which a person's views and columns are kept: one for all books.

It is read anew for each change and written whole, under a lock, so consoles that run at once keep
each other's. What cannot be read is never written over: a damaged file is kept beside.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from models import paths
from models.errors import BusyError, ConflictError, FileError
from models.languages import _
from models.plain import shown
from models.views import ChosenColumn, Kept, SavedView

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from models.views import Chosen

FORMAT = 1
"""What the file says of its own form."""
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")
LARGEST = 10_000_000
"""Bytes that such a file has at most; what is larger is something else."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the file holds, and what to tell the person of it."""

    kept: Kept
    notice: str = ""


def read_views() -> Reading:
    """Return what the person keeps; a damaged file is put aside, and said to be so once.

    Raises:
        FileError: the file cannot be read, or a newer version wrote it.
        BusyError: it is damaged, and another process holds it.
    """
    kept, whole = _parsed(_content(_file()))
    return Reading(kept) if whole else _change(lambda found: found)


def keep_view(view: SavedView, *, over: bool = False) -> Reading:
    """Keep a view of the person's own.

    Raises:
        ConflictError: there is one of its name, and it is not to be replaced (`over`).
        FileError: it cannot be written.
        BusyError: another process holds the file.
    """
    return _change(lambda kept: kept.with_view(view, over=over))


def remove_view(view: SavedView) -> Reading:
    """Remove a view of the person's own; see `keep_view` for what it raises."""
    return _change(lambda kept: kept.without_view(view))


def keep_columns(list_name: str, columns: Chosen) -> Reading:
    """Keep the columns of a list, none for the usual ones; see `keep_view` for what it raises."""
    return _change(lambda kept: kept.with_columns(list_name, columns))


def _file() -> Path:
    return paths.user_views().resolve()  # a link to where somebody keeps such files stays one


def _change(change: Callable[[Kept], Kept]) -> Reading:
    file = _file()
    try:
        paths.private_folder(file.parent)
        with paths.held(file) as is_held:
            if not is_held:
                raise BusyError(_("Another program holds {file}.").format(file=shown(str(file))))
            found, whole = _parsed(_content(file))
            changed = change(found)
            notice = "" if whole else _put_aside(file)
            if changed != found or not whole:
                with paths.written_whole(file) as out:
                    out.write(_written(changed))
    except OSError as error:
        raise FileError(
            _("{file} cannot be written: {reason}.").format(
                file=shown(str(file)), reason=error.strerror or error
            )
        ) from None
    return Reading(changed, notice)


def _put_aside(file: Path) -> str:
    """Keep a damaged file under another name, and return what to tell of it."""
    place, aside = 1, file.with_name("views.damaged.json")
    while paths.is_there(aside):
        place += 1
        aside = file.with_name(f"views.damaged-{place}.json")
    file.rename(aside)
    return _("{file} was damaged: it is kept as {kept}, and what could be read goes on.").format(
        file=shown(str(file)), kept=shown(aside.name)
    )


def _content(file: Path) -> bytes:
    """Return what the file holds; nothing where there is none."""
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise FileError(
            _("{file} cannot be read: {error}.").format(
                file=shown(str(file)), error=error.strerror or error
            )
        ) from None


def _written(kept: Kept) -> bytes:
    views = [{"list": view.list_name, **asdict(view)} for view in kept.own]
    for view in views:
        del view["list_name"], view["id"]  # an own view has no id
    columns = {name: [asdict(one) for one in chosen] for name, chosen in kept.columns.items()}
    content = {"format": FORMAT, "views": views, "columns": columns}
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def _parsed(content: bytes) -> tuple[Kept, bool]:
    """Return what can be understood, and whether that is everything."""
    if not content:
        return Kept(), True
    try:
        found = json.loads(content)
        format_, views, columns = found["format"], list(found["views"]), dict(found["columns"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return Kept(), False
    if isinstance(format_, int) and format_ > FORMAT:
        raise FileError(
            _("{file} was written by a newer version.").format(file=shown(str(_file()))),
            _("Use that version, or move the file away."),
        )
    kept, whole = Kept(), format_ == FORMAT
    changes = [partial(_with_view, entry) for entry in views]
    changes += [partial(_with_columns, name, entries) for name, entries in columns.items()]
    for change in changes:
        try:
            kept = change(kept)
        except (ValueError, KeyError, TypeError, AttributeError, ConflictError):
            whole = False
    return kept, whole


def _with_view(entry: Any, kept: Kept) -> Kept:
    view = SavedView(
        _text(entry["list"]), _text(entry["title"]), _text(entry["filter"]), _text(entry["sort"]),
        descending=bool(entry["descending"]), columns=_columns(entry["columns"]),
        wide=bool(entry["wide"]),
    )  # fmt: skip
    return kept.with_view(view, over=False)  # of two with one name the second is kept aside


def _with_columns(name: str, entries: Any, kept: Kept) -> Kept:
    return kept.with_columns(_text(name), _columns(entries))


def _columns(entries: Any) -> Chosen:
    return tuple(ChosenColumn(_text(one["name"]), _width(one["width"])) for one in list(entries))


def _width(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= 1000:  # a `bool` is none
        raise ValueError
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    value.encode()  # half a character is no text
    if _CONTROLS.search(value):
        raise ValueError
    return value
