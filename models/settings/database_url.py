"""Parses the address of a database, a SQLite file or a PostgreSQL server; hides its password."""

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
# Matches the text between the user's colon and the last @, even if it is not percent-encoded; but
# not a port that is followed by a path and a query.
_PASSWORD = re.compile(r"(?<=://)([^:/?#\[]*:)(?!@|\d*/[^@?]*\?)(.+)(?=@)", re.DOTALL)
_PASSWORD_OPTION = re.compile(r"([?&](?:ssl)?password=)([^&]+)")


@dataclass(frozen=True)
class SqliteFile:
    """A book in one file on this machine."""

    path: Path

    @property
    def name(self) -> str:
        """The name under which the database is shown."""
        return str(self.path)


@dataclass(frozen=True, repr=False)
class PostgresServer:
    """A book on a server, shared across hosts."""

    address: str
    """`postgresql://user@host/name`, as libpq takes it; may hold a password."""

    @property
    def name(self) -> str:
        """The name under which the database is shown: the address without its password."""
        return masked(self.address)

    def __repr__(self) -> str:
        return f"PostgresServer({self.name!r})"


Database = SqliteFile | PostgresServer


def parse(text: str, default: Path | None = None) -> Database:
    """Return the database that `text` names; for an empty text, `default` or the person's own book.

    Raises:
        UsageError: `text` is an address of an unknown kind.
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
    # libpq repeats a password in its error if it cannot parse it. Encoded characters stay encoded.
    quoted = quote(text, safe="%" + safe, errors="surrogateescape")
    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", quoted)
