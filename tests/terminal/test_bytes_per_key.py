"""What each key costs on the wire: bounds in bytes, near what is sent now, in a real terminal.

A busy machine may show what comes between (a header before its list); the bounds allow for that.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from partnerdesk.tui.widgets.detail_screen import REST_SECONDS
from tests.support.books import demo_store
from tests.support.commands import COMMAND
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

ACTS = {
    "a move": ["down"],
    "to the end of the page": ["pagedown"],
    "a page down": ["pagedown"],
    "the filter opens": ["/"],
    "a filter key": ["z"],
    "the filter is left": ["escape"],
    "a dialog opens": ["c"],
    "a dialog closes": ["escape"],
    "to the changes": ["g", "h"],
    "to the customers": ["g", "c"],
    "to the overview": ["g", "o"],
    "to the next bar": ["down"],
    "to the next chart": ["tab"],
}
"""What is done, and the keys for it."""
MOST = {
    "a move": 350,
    "to the end of the page": 900,
    "a page down": 4_000,
    "the filter opens": 170,
    "a filter key": 4_900,
    "the filter is left": 4_000,
    "a dialog opens": 1_950,
    "a dialog closes": 1_200,
    "to the changes": 1_900,
    "to the customers": 5_600,
    "to the overview": 8_200,
    "to the next bar": 400,
    "to the next chart": 400,
}
"""How many bytes each may cost at 120×40 in all colours."""
IDLE = 2.2
"""Seconds in which an idle console has looked at the book at least once."""


def test_no_key_costs_more_than_its_bound_and_an_idle_screen_sends_nothing(tmp_path: Path) -> None:
    book = demo_store(tmp_path).database.name
    command = [*COMMAND, "--database", book, "--cloud", "global"]
    with Terminal(command, columns=120, rows=40) as terminal:
        terminal.wait_for("216 customers")
        terminal.press("g", "c")
        terminal.wait_for("Company ▲")
        terminal.wait_idle()
        costs = {}
        for name, keys in ACTS.items():
            mark = terminal.written
            terminal.press(*keys)
            terminal.wait_idle()
            costs[name] = terminal.written - mark
        dear = {name: f"{size:,} > {MOST[name]:,}" for name, size in costs.items()
                if not 0 < size <= MOST[name]}  # fmt: skip
        assert not dear, f"{terminal}\n{costs}"

        mark, since = terminal.written, time.monotonic()
        terminal.wait_until(lambda _: time.monotonic() - since > IDLE)
        assert terminal.bytes_since(mark) == b""


BESIDE_DETAILS = {
    "a list with details": (["g", "c"], 16_000),
    "a move and a rest": (["down"], 4_500),
    "ten moves and a rest": (["down"] * 10, 12_000),
    "into the details": (["tab"], 400),
    "a move in them": (["down"], 600),
    "out of them": (["escape"], 400),
    "the details are hidden": (["\\"], 6_000),
    "a move without them": (["down"], 450),
    "ten moves without them": (["down"] * 10, 4_500),
}
"""What is done at 200×50, and the bytes it may cost with what is read when the cursor rests."""


def test_details_beside_a_list_cost_little_and_nothing_while_idle(tmp_path: Path) -> None:
    book = demo_store(tmp_path).database.name
    command = [*COMMAND, "--database", book, "--cloud", "global"]
    with Terminal(command, columns=200, rows=50) as terminal:
        terminal.wait_for("216 customers")
        terminal.wait_idle()
        costs = {}
        for name, (keys, _most) in BESIDE_DETAILS.items():
            mark = terminal.written
            terminal.press(*keys)
            terminal.read_for(2 * REST_SECONDS)
            terminal.wait_idle()
            costs[name] = terminal.written - mark
        dear = {name: f"{size:,} > {BESIDE_DETAILS[name][1]:,}" for name, size in costs.items()
                if not 0 < size <= BESIDE_DETAILS[name][1]}  # fmt: skip
        assert not dear, f"{terminal}\n{costs}"
        mark = terminal.written
        terminal.read_for(IDLE)
        assert terminal.bytes_since(mark) == b""
