"""`make bench`: measures, and prints a table of figures and ratios."""

from __future__ import annotations

import csv
import platform
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from importlib.metadata import version
from pathlib import Path

from benchmarks.first_frame import BARE, seconds_to
from models.clock import now
from models.customer_list import CUSTOMERS
from models.database_url import SqliteFile
from models.demo import fill
from models.filters import NO_FILTER, parse
from models.history import Actor
from models.importing.customers import carry_out_import
from models.importing.files import read_plan
from models.lists import Query, Sort
from models.store import Store

CLOUDS = {"global": "onmicrosoft.com", "us-gov": "onmicrosoft.us", "germany": "onmicrosoft.de"}
RUNS = 7
SIZE = 10_000


def main() -> None:
    """Measure everything and print it."""
    print(f"Python {platform.python_version()}, Textual {version('textual')}, "
          f"SQLite {sqlite3.sqlite_version}, {platform.machine()}")  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = _demo(folder)
        rows = [*_first_frames(store), *_lists(store), *_imports(folder)]
    width = max(len(row[0]) for row in rows)
    for what, figure, ratio in rows:
        print(f"{what:{width}}  {figure:>10}  {ratio:>6}")


def _demo(folder: Path) -> Store:
    store = Store(SqliteFile(folder / "demo.db"))
    store.open(list(CLOUDS))
    fill(store, customers=SIZE, seed=1, as_of=now(), actor=Actor("bench", ""),
         clouds=list(CLOUDS), suffixes=CLOUDS, progress=lambda _done, _total: None)  # fmt: skip
    return store


def _first_frames(store: Store) -> list[tuple[str, str, str]]:
    console = [sys.executable, "-m", "cli.main", "--database", store.database.name]
    subprocess.run([*console[:3], "info"], capture_output=True, check=True)  # warms the caches
    bare = statistics.median(seconds_to([sys.executable, "-c", BARE], "bare") for _ in range(RUNS))
    frame = statistics.median(seconds_to(console, "partnerdesk") for _ in range(RUNS))
    counts = statistics.median(seconds_to(console, "customers  ") for _ in range(RUNS))
    return [
        ("a bare Textual app on the screen", f"{bare:.3f} s", ""),
        ("the console's first frame / bare", f"{frame:.3f} s", f"{frame / bare:.2f}"),
        (f"its counts of {SIZE:,} customers / bare", f"{counts:.3f} s", f"{counts / bare:.2f}"),
    ]


def _lists(store: Store) -> list[tuple[str, str, str]]:
    connection = store.connect()
    rows = []
    for title, text in (("no filter", ""), ("a rare word", "fabri"), ("a common word", "onmic"),
                        ("one letter", "e"), ("a field", "country:de -tag:vip")):  # fmt: skip
        chosen = parse(text, CUSTOMERS, now()) if text else NO_FILTER
        query = Query(CUSTOMERS, (1,), chosen, Sort("company"))
        times = []
        for _ in range(30):
            start = time.perf_counter()
            query.count(connection)
            query.window(connection, 0, 120)
            times.append(time.perf_counter() - start)
        p95 = statistics.quantiles(times, n=20)[-1]
        rows.append((f"count and first rows of {SIZE:,}, {title}, p95", f"{p95 * 1e3:.1f} ms", ""))
    connection.close()
    return rows


def _imports(folder: Path) -> list[tuple[str, str, str]]:
    file = folder / "export.csv"
    with file.open("w", newline="", encoding="utf-8-sig") as out:
        writer = csv.writer(out)
        writer.writerow(["Microsoft ID", "Company name", "Primary domain name", "Relationship"])
        for number in range(100_000):
            writer.writerow([uuid.UUID(int=number + 1), f"Company {number}",
                             f"c{number}.onmicrosoft.com", "reseller"])  # fmt: skip
    store = Store(SqliteFile(folder / "import.db"))
    store.open(list(CLOUDS))
    start = time.perf_counter()
    carry_out_import(store, read_plan(store, 1, file), Actor("bench", ""), now())
    whole = time.perf_counter() - start
    bare = _executemany(folder, store)
    return [
        ("executemany of 100,000 rows into the same schema", f"{bare:.2f} s", ""),
        ("import of 100,000 CSV rows / executemany", f"{whole:.2f} s", f"{whole / bare:.2f}"),
    ]


def _executemany(folder: Path, filled: Store) -> float:
    source = filled.connect()
    names = [row[1] for row in source.rows("PRAGMA table_info(customers)")]
    rows = source.rows(f"SELECT {', '.join(names)} FROM customers")
    source.close()
    target = Store(SqliteFile(folder / "bare.db"))
    target.open(list(CLOUDS))
    raw = sqlite3.connect(folder / "bare.db")
    start = time.perf_counter()
    marks = ", ".join("?" * len(names))
    raw.executemany(f"INSERT INTO customers ({', '.join(names)}) VALUES ({marks})", rows)
    raw.commit()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
