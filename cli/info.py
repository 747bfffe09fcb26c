"""`partnerdesk info`: paths, versions, where each setting comes from, what the terminal can do."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from partnerdesk.cli.shared.open_book import book, demo_database
from partnerdesk.cli.shared.printing import json_text
from partnerdesk.models.core import paths
from partnerdesk.models.core.errors import AppError, ExitCode
from partnerdesk.models.core.text import shown
from partnerdesk.models.customers.list import CUSTOMERS
from partnerdesk.models.database.versions import known_versions, schema_version
from partnerdesk.models.languages import _, speak
from partnerdesk.models.settings.database_url import SqliteFile
from partnerdesk.models.settings.describe import describe_settings

if TYPE_CHECKING:
    import argparse

    from partnerdesk.models.database.store import Store
    from partnerdesk.models.settings.model import Settings


def add_arguments(command: argparse.ArgumentParser, _shared: argparse.ArgumentParser) -> None:
    """Add `info`."""
    command.add_argument("--json", action="store_true", help=_("as one JSON object"))
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print all sections; works also if the book cannot be opened."""
    if arguments.json:
        speak("en")  # JSON texts do not depend on the language
    sections = {
        "versions": _versions(),
        "paths": _paths(book(arguments, settings)),
        "database": _database(book(arguments, settings)),
        "settings": describe_settings(settings),
        "terminal": _terminal(settings),
    }
    if arguments.json:
        print(json_text(sections, indent=2))
        return ExitCode.DONE
    width = max(len(name) for section in sections.values() for name in section)
    for title, section in sections.items():
        print(title)
        for name, value in section.items():
            print(f"  {shown(name):{width}}  {shown(value)}")
    return ExitCode.DONE


def _versions() -> dict[str, str]:
    names = ("partnerdesk", "textual", "sqlmodel", "sqlalchemy", "pydantic-settings", "psycopg")
    return {
        **{name: version(name) for name in names},
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }


def _paths(store: Store) -> dict[str, str]:
    return {
        "book": store.database.name,
        "demo book": demo_database().name,
        "your settings": _existing(str(paths.user_settings())),
        "all settings": str(paths.project_settings()),
        "your views": str(paths.user_views()),
        "remembered views": str(paths.state_folder()),
        "crash reports": str(paths.state_folder()),
        "cache": str(paths.cache_folder()),
    }


def _existing(path: str) -> str:
    absent = _("not there; only defaults")
    return path if Path(path).exists() else f"{path} ({absent})"


def _database(store: Store) -> dict[str, str]:
    kind = "SQLite" if isinstance(store.database, SqliteFile) else "PostgreSQL"
    if isinstance(store.database, SqliteFile) and not store.database.path.exists():
        return {"kind": kind, "state": _("not made yet; the first start makes it")}
    try:
        connection = store.connect()
        try:
            schema = schema_version(connection)
            index = CUSTOMERS.word_index
            indexed = index is not None and connection.has_table(index.table)
        finally:
            connection.close()
    except AppError as error:
        return {"kind": kind, "state": str(error)}
    newest = known_versions()[-1]
    state = _("up to date") if schema == newest else _("older; the next start brings it up to date")
    return {
        "kind": kind,
        "schema": schema or "–",
        "state": state,
        "index of words": _("there") if indexed else _no_index(store),
    }


def _no_index(store: Store) -> str:
    if isinstance(store.database, SqliteFile):
        return _("missing: filters of a large book are slow. This Python's SQLite has no FTS5")
    return _(
        "missing: filters of a large book are slow. Let the server have the extension pg_trgm, "
        "then run partnerdesk database upgrade"
    )


def _terminal(settings: Settings) -> dict[str, str]:
    size = shutil.get_terminal_size()
    return {
        "TERM": os.environ.get("TERM", ""),
        "COLORTERM": os.environ.get("COLORTERM", ""),
        "NO_COLOR": _("set") if "NO_COLOR" in os.environ else _("not set"),
        "size": f"{size.columns}×{size.lines}",
        "encoding": sys.stdout.encoding,
        "input": _("terminal") if sys.stdin.isatty() else _("no terminal"),
        "ssh": os.environ.get("SSH_CONNECTION", "").split(" ")[0] or _("no"),
        "mouse": settings.mouse,
    }
