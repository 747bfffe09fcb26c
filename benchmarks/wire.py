"""Rows 5 to 7: bytes sent to a terminal of 120×40 with all colours."""

from __future__ import annotations

import contextlib
import time
from statistics import mean
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.bench import BOOK_IS_OPEN, SMALL, open_list
from benchmarks.figures import Figure, Unit, against, within

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.bench import Bench
    from benchmarks.terminal import Session

MOVES, SCROLLS, PAGES = 25, 15, 10
WHOLE = 0.2
"""Seconds without output and work after which an answer of several parts is complete."""
IDLE_OF_VISIDATA = b"\x1b[40;120H\r\x1b[2d\x1b[?1h\x1b=\x1b[A"
"""Output that VisiData repeats for a second after each key; not counted."""
TIMES = 4


class Act(NamedTuple):
    """An action of a person, with its keys in both programs and the keys that undo it."""

    what: str
    ours: tuple[str, ...]
    our_way_back: tuple[str, ...]
    theirs: tuple[str, ...]
    their_way_back: tuple[str, ...]
    of_the_way_back: str = ""
    """The name of the way back, if its bytes are measured, too; else empty."""


ACTS = (
    Act("Opening the filter", ("/",), ("escape",), ("/",), ("escape",)),
    Act("Opening the cloud dialog", ("c",), ("escape",), ("c",), ("escape",),
        "Closing the cloud dialog"),
    Act("Opening the help", ("?",), ("escape",), ("?",), ("escape",), "Closing the help"),
    Act("Going to the changes", ("g", "h"), ("g", "c"), ("h",), ("escape",),
        "Going back to the customers"),
)  # fmt: skip
WORDS = ("county", "robotics")
"""The words typed into the filter, letter by letter."""
SHARE = 0.35
"""The largest allowed ratio of the console's bytes to the usual app's."""


class Way(NamedTuple):
    """The keys that lead to a screen, and a text that the screen shows."""

    keys: tuple[str, ...]
    shows: str


SCREENS = {
    "resources": Way((), "Read this to learn"),
    "customers": Way(("g", "c"), "Primary domain"),
    "a customer": Way(("g", "c", "enter"), "Microsoft ID  "),
    "invitations": Way(("g", "l", "1"), "▸1"),
    "partners": Way(("g", "l", "2"), "▸2"),
    "delegated admin": Way(("g", "l", "3"), "▸3"),
    "ended": Way(("g", "l", "4"), "▸4"),
    "changes": Way(("g", "h"), "When (UTC)"),
    "add a customer": Way(("g", "c", "n"), "New customer"),
    "help": Way(("g", "c", "?"), "Show all keys of this screen"),
}
"""Every screen that keys lead to."""


def beside_visidata(bench: Bench) -> Iterator[Figure]:
    """Row 5: moves over the same customers, compared with VisiData."""
    book = bench.middle_book
    with bench.console(book) as session:
        open_list(session, book)
        ours = _moves(session)
    with bench.visidata(bench.shelf.table(book.size)) as session:
        session.settle(2.0)
        session.press("down")
        session.press("home", "up", quiet=1.0)
        theirs = _moves(session)
    for what, own, other, most in zip(
        ("Cursor move", "Cursor move that scrolls", "Page down"), ours, theirs, (1.0, 1.0, 1.2),
        strict=True,
    ):  # fmt: skip
        yield against(5, f"{what}, bytes", own, other, Unit.BYTES, "VisiData", most=most)


def _moves(session: Session) -> tuple[float, float, float]:
    """Return the mean bytes of a move in the page, of a scrolling move, and of a page down."""
    moves = _sizes(session, "down", MOVES)
    session.press(*["down"] * 20, quiet=1.0)
    return moves, _sizes(session, "down", SCROLLS), _sizes(session, "pagedown", PAGES)


def _sizes(session: Session, key: str, times: int) -> float:
    answers = [session.press(key, quiet=WHOLE) for _ in range(times)]
    return mean(len(answer.output.replace(IDLE_OF_VISIDATA, b"")) for answer in answers)


def beside_the_usual(bench: Bench) -> Iterator[Figure]:
    """Row 6: actions that change much of the screen, compared with a usual Textual app."""
    book = bench.small_book
    table = bench.shelf.table(SMALL)
    with (
        bench.console(book) as console,
        bench.peer("usual", str(table), str(SMALL)) as usual,
    ):
        open_list(console, book)
        usual.settle(1.0)
        for act in ACTS:
            ours, ours_back = _acted(console, act.ours, act.our_way_back)
            theirs, theirs_back = _acted(usual, act.theirs, act.their_way_back)
            yield _share(act.what, ours, theirs)
            if act.of_the_way_back:
                yield _share(act.of_the_way_back, ours_back, theirs_back)
        yield _share("One filter key", _letters(console), _letters(usual))


def _share(what: str, ours: float, theirs: float) -> Figure:
    return against(6, f"{what}, bytes", ours, theirs, Unit.BYTES, "usual Textual app", most=SHARE)


def _acted(session: Session, keys: Sequence[str], back: Sequence[str]) -> tuple[float, float]:
    """Return the mean bytes of an action and of its way back; the first round is not counted."""
    forward, backward = [], []
    for number in range(TIMES + 1):
        sent = sum(session.press(key, quiet=WHOLE).size for key in keys)
        sent_back = sum(session.press(key, quiet=WHOLE).size for key in back)
        if number:
            forward.append(sent)
            backward.append(sent_back)
    return mean(forward), mean(backward)


def _letters(session: Session) -> float:
    """Return the mean bytes of one letter typed into the filter."""
    sizes = []
    for word in WORDS:
        session.press("/", quiet=WHOLE)
        sizes += [session.press(letter, quiet=WHOLE).size for letter in word]
        session.press("escape", quiet=WHOLE)
    return mean(sizes)


def idle(bench: Bench) -> Iterator[Figure]:
    """Row 7: the bytes of idle screens, all at the same time, each in a console of its own."""
    book = bench.middle_book
    cloud = book.accounts()[0].cloud.id
    with contextlib.ExitStack() as stack:
        sessions = {}
        for name, way in SCREENS.items():
            session = stack.enter_context(bench.console(book, "--cloud", cloud))
            session.wait_for(BOOK_IS_OPEN)
            session.settle(WHOLE)
            for key in way.keys:
                session.press(key, quiet=WHOLE, first=10.0)
            session.wait_for(way.shows)
            sessions[name] = session
        for session in sessions.values():
            session.settle(1.0)
        before = {name: session.written for name, session in sessions.items()}
        time.sleep(bench.idle)
        for name, session in sessions.items():
            what = f"Idle for {bench.idle:g} s: {name}, bytes"
            yield within(7, what, session.written - before[name], Unit.BYTES, 0)
