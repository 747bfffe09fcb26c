"""What every test gets: a pinned environment; and on demand a database of either kind, a store."""

from __future__ import annotations

import gc
import importlib
import os
import platform
import sys
import time
from typing import TYPE_CHECKING

import hypothesis
import pytest

from partnerdesk.models.core.given_files import DOOR
from partnerdesk.models.database.store import Store
from partnerdesk.models.languages import speak
from partnerdesk.models.settings.database_url import Database, SqliteFile
from partnerdesk.models.settings.load import CLOUDS as CLOUD_NAMES
from tests.support import postgres
from tests.support.depth import DEEP
from tests.support.empty_book import empty_book_on_the_server, empty_store, migrate_once
from tests.support.rehearsal import RehearsalInfo, rehearsal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CLOUDS = ["global", "us-gov", "germany"]
"""The clouds that are on out of the box."""

_PINNED = {
    "TZ": "UTC",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "TERM": "xterm-256color",
    "COLORTERM": "truecolor",
    "USER": "tester",
    "LOGNAME": "tester",
    "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",  # never the developer's own
}
_REMOVED = (
    "CI",
    "COLORFGBG",
    "COLUMNS",
    "ESCDELAY",
    "FORCE_COLOR",
    "LANGUAGE",
    "LINES",
    "NO_COLOR",
    "PYTHONDONTWRITEBYTECODE",  # else each started program compiles all of its modules anew
    "STY",
    "TMUX",
)
_REMOVED_PREFIXES = ("LC_", "PARTNERDESK_", "SSH_", "TEXTUAL_", "TERM_PROGRAM")
_KEPT_PREFIXES = ("PARTNERDESK_TEST_", "TEXTUAL_SNAPSHOT_")

hypothesis.settings.register_profile("quick", deadline=None, max_examples=25, derandomize=True)
hypothesis.settings.register_profile("deep", deadline=None)
hypothesis.settings.load_profile("deep" if DEEP else "quick")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is looked at by `make test-all` only."""
    left_out = [] if DEEP else [item for item in items if item.get_closest_marker("deep")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def pytest_configure(config: pytest.Config) -> None:
    """Clear what Textual reads when it is imported; in the controller, find room for a server."""
    stale = [
        name
        for name in os.environ
        if name.startswith("TEXTUAL_") and not name.startswith(_KEPT_PREFIXES)
    ]
    for name in stale:
        del os.environ[name]
    if stale and "textual.constants" in sys.modules:  # a pytest plugin has imported it already
        importlib.reload(sys.modules["textual.constants"])
    if not hasattr(config, "workerinput"):
        postgres.prepare()


def pytest_collection_finish() -> None:
    """Never look for garbage in what stays to the end: seven thousand tests and all modules."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server; pytest calls this also after Ctrl-C."""
    postgres.drop_templates()
    if not hasattr(config, "workerinput"):
        postgres.shut_down()


@pytest.fixture(autouse=True)
def environment(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Pin everything that the runner's machine, terminal or user could change in a test.

    An error that nobody expected costs a screen and not the app, so it is looked for afterwards.
    """
    for name in list(os.environ):
        outside = name in _REMOVED or name.startswith(_REMOVED_PREFIXES)
        if outside and not name.startswith(_KEPT_PREFIXES):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))
    for name, value in _PINNED.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(platform, "node", lambda: "testhost")
    monkeypatch.setattr(CLOUD_NAMES, "settings", None)  # of the settings of the test before
    monkeypatch.setattr(DOOR, "folder", None)
    monkeypatch.setattr(DOOR, "book", None)
    migrate_once(monkeypatch)
    # However busy the machine is, rows and their count come together ...
    if window := sys.modules.get("partnerdesk.tui.widgets.record_window"):
        monkeypatch.setattr(window, "PATIENCE", 30.0)
    # ... and each key finds what the one before showed.
    if app := sys.modules.get("partnerdesk.tui.base_app"):
        monkeypatch.setattr(app, "SETTLE_SECONDS", 30.0)
        monkeypatch.setattr(app, "LONG_SECONDS", 30.0)
    time.tzset()
    speak("en")
    yield
    speak("en")
    if request.node.get_closest_marker("crashes") is None:
        crashes = [file.read_text() for file in (home / "state").rglob("crash-*.txt")]
        assert not crashes, "\n".join(crashes)


@pytest.fixture(scope="session")
def rehearsal_server() -> Iterator[RehearsalInfo]:
    """Serve a rehearsal of 20 customers to all tests; who changes it takes `rehearsed`."""
    with rehearsal(customers=20, device_interval=1) as info:
        yield info


@pytest.fixture
def rehearsed(rehearsal_server: RehearsalInfo) -> Iterator[RehearsalInfo]:
    """Return the shared rehearsal, and take back the faults and options of the test.

    A test that changes customers, or counts calls, has a partner of its own (`.partner()`).
    """
    options = rehearsal_server.ask("state")
    yield rehearsal_server
    rehearsal_server.faults()
    rehearsal_server.ask("state", **options)
    rehearsal_server.ask("throttle", forget=True)


@pytest.fixture
def sqlite_database(tmp_path: Path) -> SqliteFile:
    """Return a SQLite file that does not exist yet, nor does its folder."""
    return SqliteFile(tmp_path / "books" / "book.db")


@pytest.fixture
def postgres_database() -> Iterator[Database]:
    """Return an empty database on a PostgreSQL server."""
    with postgres.fresh_database() as database:
        yield database


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    """Return an empty database of each kind in turn."""
    found: Database = request.getfixturevalue(f"{request.param}_database")
    return found


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Return an opened, empty book on each kind of database in turn."""
    if request.param == "sqlite":
        yield empty_store(tmp_path / "books" / "book.db")
    else:
        with empty_book_on_the_server() as database:
            yield Store(database)
