"""Books for tests: the demo book is built once in a run and copied for each test."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from partnerdesk.models.changes.history import Actor
from partnerdesk.models.database.store import Store
from partnerdesk.models.demo.fill import fill
from partnerdesk.models.session import AppSession
from partnerdesk.models.settings import load as settings
from partnerdesk.models.settings.database_url import SqliteFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.settings.clouds import Cloud

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
"""The current time of all tests that show ages."""
SEED = 1783
"""The book of 300 has 216 customers in the global cloud, 6 of them a GmbH; tests rely on it."""
TESTER = Actor("tester", "testhost")
ALL_CLOUDS = ("global", "us-gov", "germany", "china")
"""The clouds that the program ships with."""


@cache
def cloud_called(id: str) -> Cloud:
    """Return a cloud from the default settings."""
    return settings.load().all_clouds()[id]


def fill_demo(
    store: Store,
    customers: int,
    clouds: Sequence[str] = ("global", "us-gov", "germany"),
    *,
    hostile: bool = False,
) -> None:
    """Fill an open, empty book with the demo customers of all tests."""
    fill(
        store, customers=customers, seed=SEED, as_of=NOW, actor=TESTER, hostile=hostile,
        clouds=[cloud_called(id) for id in clouds],
    )  # fmt: skip


@cache
def _demo_file(customers: int, *, hostile: bool) -> Path:
    file = Path(mkdtemp(prefix="partnerdesk-tests-")) / "demo.db"
    store = Store(SqliteFile(file))
    store.open(["global", "us-gov", "germany"])
    fill_demo(store, customers, hostile=hostile)
    store.engine.dispose()
    return file


def demo_store(folder: Path, customers: int = 300, *, hostile: bool = False) -> Store:
    """Return the store of a new copy of the demo book, in `folder`."""
    file = folder / "demo.db"
    shutil.copyfile(_demo_file(customers, hostile=hostile), file)
    return Store(SqliteFile(file))


def demo_desk(
    folder: Path, customers: int = 300, *, cloud: str = "", hostile: bool = False, **flags: object
) -> AppSession:
    """Return a session over a copy of the demo book, at a fixed time."""
    chosen = settings.load().with_flags(**flags)
    store = demo_store(folder, customers, hostile=hostile)
    store.read_only = chosen.read_only
    return AppSession(chosen, store, clock=lambda: NOW, wanted_cloud=cloud)


def empty_desk(folder: Path, **flags: object) -> AppSession:
    """Return a session over a new book, which is created on opening."""
    return AppSession(
        settings.load().with_flags(**flags),
        Store(SqliteFile(folder / "empty.db")),
        clock=lambda: NOW,
    )
