"""`make bench`: measure, and print a table of figures, ratios and goals."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import (
    concurrent_import,
    imports,
    keys,
    machine,
    memory,
    queries,
    readme,
    server,
    starts,
    subscriptions,
    syncs,
    wire,
)
from benchmarks.bench import Bench
from benchmarks.books import Shelf
from benchmarks.figures import Figure, text_figure, text_table
from partnerdesk.models.core.errors import AppError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MEASURES: tuple[tuple[frozenset[int], Callable[[Bench], Iterator[Figure]]], ...] = (
    (frozenset({1}), starts.first_frame),
    (frozenset({2, 3}), starts.last_list),
    (frozenset({4}), keys.cursor),
    (frozenset({5}), wire.beside_visidata),
    (frozenset({6}), wire.beside_the_usual),
    (frozenset({7}), wire.idle),
    (frozenset({8}), keys.far_moves),
    (frozenset({8}), queries.far_windows),
    (frozenset({9}), queries.filters),
    (frozenset({10}), queries.sorts),
    (frozenset({11}), memory.peak),
    (frozenset({12}), imports.beside_executemany),
    (frozenset({13}), concurrent_import.while_importing),
    (frozenset({14}), syncs.beside_bare_inserts),
    (frozenset({15}), syncs.keys_while_syncing),
    (frozenset({16}), syncs.at_the_limit),
    (frozenset({17}), subscriptions.long_list),
    (frozenset({8, 9, 10}), server.on_postgres),
)
"""The measuring functions in their order, with the rows of the table that each measures."""
ROWS = sorted(set().union(*(rows for rows, _ in MEASURES)))


def main() -> None:
    """Measure the rows of the command line and print the table."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # exiting ends the measured programs
    options = _options()
    wanted = frozenset(int(row) for row in options.rows.split(",") if row) or frozenset(ROWS)
    if unknown := wanted - set(ROWS):
        sys.exit(f"There are no rows {sorted(unknown)}; known: {ROWS}.")
    about = machine.described()
    print("\n".join(about), flush=True)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="partnerdesk-bench-") as folder:
        bench = Bench(Shelf(options.cache), Path(folder), options.large, options.idle, wanted)
        bench.warm_up()
        for rows, measure in MEASURES:
            if rows & wanted:
                figures += _measured(measure(bench), rows & wanted)
    figures.sort(key=lambda figure: figure.row)
    print(f"\n{text_table(figures)}\n\nload at the end {machine.load()}")
    if worse := readme.shortfalls(figures):
        print("\nFell short of the kept run (benchmarks/README.md):", *worse, sep="\n  ")
    if options.write_readme:
        readme.write([*about, f"Load at the end {machine.load()}."], figures)


def _measured(measured: Iterator[Figure], wanted: frozenset[int]) -> Iterator[Figure]:
    """Yield and print each wanted figure; a failure of the measurement becomes a figure, too."""
    try:
        for figure in measured:
            if figure.row in wanted:
                print(f"  {' | '.join(cell for cell in figure.cells if cell)}", file=sys.stderr)
                yield figure
    except (TimeoutError, AppError, AssertionError) as error:
        print(error, file=sys.stderr)
        reason = str(error).splitlines()[0]
        yield text_figure(min(wanted), "The rest of this row", reason, met=False)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", default="", metavar="1,4,5", help="only these rows")
    parser.add_argument("--large", type=int, default=1_000_000, metavar="N",
                        help="customers at the stress point (default: %(default)s)")  # fmt: skip
    parser.add_argument("--idle", type=float, default=60, metavar="S",
                        help="how long screens are left idle (default: %(default)s)")  # fmt: skip
    parser.add_argument("--cache", type=Path, default=_cache(), metavar="FOLDER",
                        help="where built books are kept (default: %(default)s)")  # fmt: skip
    parser.add_argument(
        "--write-readme", action="store_true", help="write the figures into benchmarks/README.md"
    )
    return parser.parse_args()


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "partnerdesk-bench"


if __name__ == "__main__":
    main()
