"""Which database a setting names: a SQLite file or a PostgreSQL server; never shows a password."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from partnerdesk.models.core import paths
from partnerdesk.models.core.errors import UsageError
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_POSTGRES = re.compile(r"^postgres(ql)?(\+psycopg)?://")
# What stands between the user's colon and the last @, whatever people put there unquoted; but not
# a port with a path and a query behind it.
_PASSWORD = re.compile(r"(?<=://)([^:/?#\[]*:)(?!@|\d*/[^@?]*\?)(.+)(?=@)", re.DOTALL)
_PASSWORD_OPTION = re.compile(r"([?&](?:ssl)?password=)([^&]+)")


@dataclass(frozen=True)
class SqliteFile:
    """A book in one file on this machine."""

    path: Path

    @property
    def name(self) -> str:
        """How the database is shown."""
        return str(self.path)


@dataclass(frozen=True, repr=False)
class PostgresServer:
    """A book on a server, shared across hosts."""

    address: str
    """`postgresql://user@host/name`, as libpq takes it; may hold a password."""

    @property
    def name(self) -> str:
        """How the database is shown: without its password."""
        return masked(self.address)

    def __repr__(self) -> str:
        return f"PostgresServer({self.name!r})"


Database = SqliteFile | PostgresServer


def parse(text: str, default: Path | None = None) -> Database:
    """Return the database that `text` names; the person's own book where it is empty.

    Raises:
        UsageError: it is neither a path nor an address that the console knows.
    """
    if not text:
        return SqliteFile(default or paths.data_folder() / "book.db")
    if _POSTGRES.match(text):
        return PostgresServer(_with_passwords(_POSTGRES.sub("postgresql://", text), _quoted))
    if text.startswith("sqlite:///"):
        return SqliteFile(paths.typed_path(unquote(text.removeprefix("sqlite:///"))).absolute())
    if "://" in text:
        raise UsageError(
            _("The database address {address} is of no known kind.").format(address=masked(text)),
            _("Name a file, or postgresql+psycopg://user@host/name."),
        )
    return SqliteFile(paths.typed_path(text).absolute())


def has_password(text: str) -> bool:
    """Say whether the address `text` holds a password."""
    return masked(text) != text


def masked(text: str) -> str:
    """Return the address `text` with its password hidden."""
    return _with_passwords(text, lambda _password: "***")


def _with_passwords(text: str, write: Callable[[str], str]) -> str:
    text = _PASSWORD_OPTION.sub(lambda match: match[1] + write(match[2]), text)
    return _PASSWORD.sub(lambda match: _quoted(match[1], ":") + write(match[2]), text)


def _quoted(text: str, safe: str = "") -> str:
    # A password that libpq cannot read would be repeated in its error; what is quoted stays so.
    quoted = quote(text, safe="%" + safe, errors="surrogateescape")
    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", quoted)
