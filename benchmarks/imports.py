"""Row 12: the import of a table file, compared with the bare driver writing the same rows."""

from __future__ import annotations

import csv
import sqlite3
import time
import uuid
from typing import TYPE_CHECKING

from benchmarks.figures import Figure, Unit, against
from partnerdesk.models.changes.history import Actor
from partnerdesk.models.core.clock import now
from partnerdesk.models.database.store import Store
from partnerdesk.models.importing.customers import carry_out_import, plan_import
from partnerdesk.models.settings.database_url import SqliteFile
from partnerdesk.models.sheets import read_sheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.bench import Bench

IMPORTED = 100_000
CLOUDS = ["global", "us-gov", "germany"]


def beside_executemany(bench: Bench) -> Iterator[Figure]:
    """Row 12: reading, checking and writing, compared with writing alone."""
    file = portal_export(bench.folder, IMPORTED)
    store = Store(SqliteFile(bench.folder / "import.db"))
    store.open(CLOUDS)
    start = time.perf_counter()
    carry_out_import(store, plan_import(store, 1, read_sheet(file)), Actor("bench", ""), now())
    whole = time.perf_counter() - start
    bare = executemany(bench.folder / "bare.db", store)
    yield against(
        12, f"Import of {IMPORTED:,} CSV rows", whole, bare, Unit.SECONDS, "executemany", most=3
    )


def portal_export(folder: Path, rows: int) -> Path:
    """Write a CSV file like the portal's export of new customers, and return its path."""
    file = folder / f"export-{rows}.csv"
    with file.open("w", newline="", encoding="utf-8-sig") as out:
        writer = csv.writer(out)
        writer.writerow(["Microsoft ID", "Company name", "Primary domain name", "Relationship"])
        for number in range(rows):
            writer.writerow([uuid.UUID(int=number + 1), f"Company {number}",
                             f"c{number}.onmicrosoft.com", "reseller"])  # fmt: skip
    return file


def executemany(file: Path, filled: Store) -> float:
    """Write the customers of a book into a new one with the bare driver; return the seconds."""
    source = filled.connect()
    names = [row[1] for row in source.rows("PRAGMA table_info(customers)")]
    rows = source.rows(f"SELECT {', '.join(names)} FROM customers")
    source.close()
    target = Store(SqliteFile(file))
    target.open(CLOUDS)
    raw = sqlite3.connect(file)
    start = time.perf_counter()
    marks = ", ".join("?" * len(names))
    raw.executemany(f"INSERT INTO customers ({', '.join(names)}) VALUES ({marks})", rows)
    raw.commit()
    seconds = time.perf_counter() - start
    raw.close()
    return seconds
