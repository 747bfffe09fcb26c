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
_PASSWORD = re.compile(r"(?<=://)([^:/?#\[]*?(?::|%3[Aa]))(?!@|\d*/[^@?]*\?)(.+)(?=@)", re.DOTALL)
_PASSWORD_OPTION = re.compile(r"(?i)([?&](?:ssl)?(?:pass(?:word|wd)?|pwd|secret|token)=)([^&]+)")
_PASSWORD_WORD = re.compile(r"(?i)(\b(?:pass(?:word|wd)?|pwd|secret|token)\s*=\s*)(.+)", re.DOTALL)
# Matches what stands for a port and is none: a password without its host, for example.
_NO_PORT = re.compile(r"(?<=://)((?:[^@/?#]*@)?[^@:/?#\[\]]*:)(?!\d{0,5}(?:[,/?#]|$))([^@/?#,]+)")
# Matches a user and a password in what lacks its scheme, and would be the name of a file.
_ANY_USER = re.compile(r"((?:^|[:/])[^/\s:@]+:)(.+)(?=@)", re.DOTALL)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_PATH = re.compile(r"[.~]|/(?!/)")
_PERCENT = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})*", re.DOTALL)


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
        address = _with_passwords(_POSTGRES.sub("postgresql://", text), _quoted)
        _refuse_unreadable(address)
        return PostgresServer(address)
    if has_password(text) and not _SCHEME.match(text):
        raise UsageError(
            _("The database's address cannot be read; it seems to hold a password."), _example()
        )
    if text.startswith("sqlite:///") and not has_password(text):
        return SqliteFile(paths.typed_path(unquote(text.removeprefix("sqlite:///"))).absolute())
    if "://" in text:
        raise UsageError(
            _("The database address {address} is of no known kind.").format(address=masked(text)),
            _example(),
        )
    return SqliteFile(paths.typed_path(text).absolute())


def _refuse_unreadable(text: str) -> None:
    """Refuse an address whose error messages of the driver would repeat a password.

    Raises:
        UsageError: it cannot be read as an address.
    """
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        is_readable = parts.hostname is None or (bool(_PERCENT.fullmatch(text)) and parts.port != 0)
    except ValueError:
        is_readable = "," in text  # several hosts, each with its port: the driver reads them
    if not is_readable:
        raise UsageError(
            _("The database address {address} cannot be read.").format(address=masked(text)),
            _example(),
        )


def _example() -> str:
    return _("Name a file, or postgresql+psycopg://user@host/name.")


def has_password(text: str) -> bool:
    """Say whether the address `text` holds a password."""
    return masked(text) != text


def masked(text: str) -> str:
    """Return the address `text` with its password hidden."""
    return _with_passwords(text, lambda _password: "***")


def _with_passwords(text: str, write: Callable[[str], str]) -> str:
    text = _PASSWORD_OPTION.sub(lambda match: match[1] + write(match[2]), text)
    if not _SCHEME.match(text):
        text = _PASSWORD_WORD.sub(lambda match: match[1] + write(match[2]), text)
        if _PATH.match(text) and "://" not in text:
            return text
        return _ANY_USER.sub(lambda match: match[1] + write(match[2]), text)
    if "@" not in text:
        return _NO_PORT.sub(lambda match: match[1] + write(match[2]), text)
    return _PASSWORD.sub(lambda match: _quoted(match[1], ":") + write(match[2]), text)


def _quoted(text: str, safe: str = "") -> str:
    # libpq repeats a password in its error if it cannot parse it. Encoded characters stay encoded.
    quoted = quote(text, safe="%" + safe, errors="surrogateescape")
    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", quoted)
