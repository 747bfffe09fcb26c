"""Only what differs is sent, and the terminal shows the same as if all were."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.drivers.headless_driver import HeadlessDriver
from textual.drivers.linux_driver import LinuxDriver

from partnerdesk.tui.wire import own_driver
from partnerdesk.tui.wire.driver import SparingDriver
from partnerdesk.tui.wire.frame_writer import Abilities
from partnerdesk.tui.wire.screen_buffer import Picture
from partnerdesk.tui.wire.styles import Looks
from partnerdesk.tui.wire.wire import BEGIN, END, Wire
from tests.support.depth import times
from tests.support.emulator import Link
from tests.support.wire_frames import Span, frame, piece, shown, terminal

if TYPE_CHECKING:
    from collections.abc import Callable

WIDTH, HEIGHT = 40, 9
WORDS = ("Fabrikam", "Contoso, Ltd", " ", "  ", " " * 6, " " * 17, "a", "–", "Приём", "│", "█",
         "株式会社", "上海", "e\u0301te\u0301", "شركة", "🎉", "n\u0303", "☎",
         "\u0e01\u0e34")  # fmt: skip
"""Narrow, wide, and of uncertain width; the emulator measures all of them as Rich does."""
LOOKS = ("", "", "1", "31", "38;2;200;10;10", "1;38;5;120;48;2;0;0;90", "48;2;0;0;90", "7", "4;32",
         "2;38;2;200;10;10;48;2;0;0;90", "9;44", "1;3;97;40")  # fmt: skip

Cell = tuple[str, str]
"""What stands in a cell, empty for the second one of a wide character, and its look."""
Line = list[Cell]


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """Return a row of words in all looks."""
    line: Line = []
    words = st.tuples(st.sampled_from(WORDS), st.sampled_from(LOOKS))
    for word, look in draw(st.lists(words, max_size=7)):
        for letter in _clusters(word):
            if len(line) + cell_len(letter) <= WIDTH:
                line += [(letter, look)] + [("", look)] * (cell_len(letter) - 1)
    return line + [(" ", draw(st.sampled_from(LOOKS)))] * (WIDTH - len(line))


def _clusters(word: str) -> list[str]:
    clusters: list[str] = []
    for letter in word:
        if cell_len(letter) or not clusters:
            clusters.append(letter)
        else:
            clusters[-1] += letter
    return clusters


@st.composite
def pictures(draw: st.DrawFn) -> list[list[Line]]:
    """Return pictures one after the other: new rows, rows that moved, rows changed in part."""
    shown_now = [draw(lines()) for _ in range(HEIGHT)]
    result = [shown_now]
    for _ in range(draw(st.integers(1, 5))):
        shown_now = [line.copy() for line in shown_now]
        kind = draw(st.sampled_from(("rows", "move", "part", "part", "looks", "nothing")))
        if kind == "move":
            top, by = draw(st.integers(0, 2)), draw(st.integers(-3, 3))
            moving = range(top, HEIGHT - draw(st.integers(0, 1)))
            old = shown_now.copy()
            for row in moving:
                shown_now[row] = old[row + by] if row + by in moving else draw(lines())
        rows = draw(st.sets(st.integers(0, HEIGHT - 1), max_size=0 if kind == "nothing" else 3))
        for row in rows:
            new = draw(lines())
            if kind == "looks":
                look = draw(st.sampled_from(LOOKS))
                shown_now[row] = [(text, look) for text, _ in shown_now[row]]
            elif kind == "part":  # from an edge that halves no wide character, to another
                cut = sorted(draw(st.tuples(*[st.integers(0, WIDTH)] * 2)))
                edges = [_edge(shown_now[row], new, column) for column in cut]
                shown_now[row][edges[0] : edges[1]] = new[edges[0] : edges[1]]
            else:
                shown_now[row] = new
        result.append(shown_now)
    return result


def _edge(old: Line, new: Line, column: int) -> int:
    while column < WIDTH and "" in (old[column][0], new[column][0]):
        column += 1
    return column


def written(old: list[Line] | None, new: list[Line], *, whole: bool) -> str:
    """Return the frame in which Textual would write `new`: all of it, or the parts that differ."""
    pieces = []
    for row, line in enumerate(new):
        start, end = 0, WIDTH
        if old is not None and not whole:
            if line == old[row]:
                continue
            differing = [column for column in range(WIDTH) if line[column] != old[row][column]]
            start, end = differing[0], differing[-1] + 1
            while "" in (old[row][start][0], line[start][0]):
                start -= 1
            end = _edge(old[row], line, end)
        pieces.append(piece(row, start, _spans(line[start:end])))
    return frame(pieces, (HEIGHT - 1, 3))


def _spans(line: Line) -> list[Span]:
    spans: list[Span] = []
    for text, look in line:
        if spans and spans[-1][1] == look:
            spans[-1] = (spans[-1][0] + text, look)
        else:
            spans.append((text, look))
    return spans


@settings(derandomize=True, max_examples=times(60), database=None)
@given(pictures(), st.booleans(), st.booleans())
def test_changes_show_what_whole_frames_show(
    all_pictures: list[list[Line]], whole: bool, erases_in_colour: bool
) -> None:
    picture = Picture(lambda: Abilities(erases_in_colour, erases_in_colour))
    raw, spared = (terminal(WIDTH, HEIGHT, erases_in_colour=erases_in_colour) for _ in range(2))
    old = None
    for new in all_pictures:
        data = written(old, new, whole=whole)
        raw.feed(data.encode())
        spared.feed(picture.sent(data, WIDTH, HEIGHT).encode())
        assert shown(spared) == shown(raw)
        assert spared.screen.display == raw.screen.display
        assert (spared.screen.cursor.y, spared.screen.cursor.x) == (HEIGHT - 1, 3)
        assert picture.sent(written(None, new, whole=True), WIDTH, HEIGHT) == ""
        old = new


# Frames of a small terminal, each thing alone


class Sender:
    """A picture of 30×6 and the terminal that is to show it."""

    def __init__(self, abilities: Callable[[], Abilities] = Abilities, **options: bool) -> None:
        self.wire = Wire(Picture(abilities, **options))
        self.terminal = terminal(30, 6)

    def send(self, data: str) -> str:
        """Send what Textual writes, and return what went to the terminal for it."""
        sent = self.wire.sent(data, 30, 6)
        self.terminal.feed(sent.encode())
        return sent

    def line(self, row: int) -> str:
        """Return what the terminal shows in a row, one character for each column."""
        cells = self.terminal.screen.buffer[row]
        return "".join(cells[column].data[:1] or " " for column in range(30)).rstrip()


def screen(*texts: str, sgr: str = "32", cursor: tuple[int, int] = (0, 0)) -> str:
    """Return a whole frame with these rows."""
    rows = [text + " " * (30 - cell_len(text)) for text in (*texts, *[""] * (6 - len(texts)))]
    return frame([piece(row, 0, [(text, sgr)]) for row, text in enumerate(rows)], cursor)


def test_a_frame_sent_twice_costs_nothing_the_second_time() -> None:
    sender = Sender()
    whole = screen("Fabrikam", "Contoso")
    assert len("".join(map(sender.send, (BEGIN, whole, END)))) > 100
    assert "".join(map(sender.send, (BEGIN, whole, END))) == ""
    assert sender.send(whole) == ""


def test_a_frame_with_something_new_is_shown_at_once() -> None:
    sender = Sender()
    sender.send(screen("Fabrikam"))
    sent = "".join(map(sender.send, (BEGIN, screen("Fabrikan"), END)))
    assert sent == f"{BEGIN}\x1b[1;8H\x1b[32mn\x1b[m\r{END}"


def test_the_cursor_alone_costs_its_place() -> None:
    sender = Sender()
    sender.send(screen("Fabrikam"))
    assert sender.send(screen("Fabrikam", cursor=(4, 7))) == "\x1b[5;8H"
    assert sender.send(screen("Fabrikam", cursor=(4, 7))) == ""


def test_rows_that_moved_are_moved_by_the_terminal() -> None:
    sender = Sender()
    rows = [f"a customer called {number}" for number in range(7)]
    sender.send(screen(*rows[:6]))
    sent = sender.send(screen(*rows[1:]))
    assert len(sent) < 70
    assert [sender.line(row) for row in range(6)] == rows[1:]
    assert len(sender.send(screen(*rows[:6]))) < 70
    assert [sender.line(row) for row in range(6)] == rows[:6]


def test_rows_that_did_not_move_with_the_others_come_back() -> None:
    sender = Sender()
    sender.send(screen("a", "b", "c", "d", "e", "f"))
    assert "r" in sender.send(screen("b", "c", "d", "e", "e", "f"))
    assert [sender.line(row) for row in range(6)] == ["b", "c", "d", "e", "e", "f"]


def test_rows_known_in_part_are_not_moved() -> None:
    def left_half(*texts: str) -> str:
        return frame([piece(row, 0, [(text, "")]) for row, text in enumerate(texts)])

    sender = Sender()
    sender.terminal.feed(screen("x" * 30, "y" * 30, "z" * 30).encode())
    sender.send(left_half("a", "b", "c", "d", "e", "f"))
    sender.send(left_half("b", "c", "d", "e", "f", "g"))
    assert sender.line(0) == "b" + "x" * 29


def test_a_row_that_becomes_what_it_was_is_sent() -> None:
    sender = Sender()
    sender.send(screen("Fabrikam"))
    sender.send(frame([piece(0, 3, [("XXX", "")])]))
    sender.send(screen("Fabrikam"))
    assert sender.line(0) == "Fabrikam"


def test_a_screen_of_another_size_is_sent_whole() -> None:
    picture = Picture()
    assert picture.sent(screen("Fabrikam"), 30, 6)
    assert "Fabrikam" in picture.sent(screen("Fabrikam"), 30, 7)
    assert "Fabrikam" in picture.sent(screen("Fabrikam"), 31, 7)


def test_the_cursor_finds_the_last_column() -> None:
    sender = Sender()
    sender.send(screen("x" * 30, cursor=(0, 29)))
    sender.send(screen("y" * 30, cursor=(0, 29)))
    assert (sender.terminal.screen.cursor.y, sender.terminal.screen.cursor.x) == (0, 29)
    assert len(sender.send(screen("z" * 30, cursor=(0, 28)))) > 30
    assert (sender.terminal.screen.cursor.y, sender.terminal.screen.cursor.x) == (0, 28)


def test_wide_characters_are_never_written_by_halves() -> None:
    sender = Sender()
    sender.send(screen("株式会社 old Ltd"))
    sender.send(screen("上海会社 new Ltd"))
    assert sender.terminal.screen.display[0].rstrip() == "上海会社 new Ltd"
    sender.send(frame([piece(0, 1, [("x", "32")])]))
    assert sender.line(0).startswith(" x海")
    sender.send(frame([piece(0, 2, [("y", "32")])]))
    assert sender.line(0).startswith(" xy 会")


@pytest.mark.parametrize(
    ("old", "new", "sequence"),
    [
        ("1;2;31", "1;31", "\x1b[22;1m"),
        ("1;31", "31", "\x1b[22m"),
        ("4;5;31", "4;31", "\x1b[0;4;31m"),
        ("31;42", "42", "\x1b[39m"),
        ("31;42", "31", "\x1b[49m"),
        ("38;2;1;2;3;48;5;7", "38;2;1;2;3;48;5;8", "\x1b[48;5;8m"),
        ("1;31", "", "\x1b[m"),
        ("1;31", "22;39", "\x1b[m"),
        ("31;1", "1;31", ""),
        ("", "97;104", "\x1b[97;104m"),
    ],
)
def test_one_look_leads_to_another_by_the_shortest_sequence(
    old: str, new: str, sequence: str
) -> None:
    looks = Looks()
    assert looks.change(looks.after(looks.plain, old), looks.after(looks.plain, new)) == sequence


HARMLESS = ("\a", "\x1b[?25l", "\x1b[?2004h", "\x1b[?1000h", "\x1b[>1u", "\x1b[<u", "\x1b[?2026$p",
            "\x1b[c", "\x1b[6n", "\x1b[4 q", "\x1b]52;c;aGk=\a",
            "\x1b]2;A title\x1b\\")  # fmt: skip
HARMFUL = ("\x1b[?1049h", "\x1b[?1049l", "\x1b[2J", "\x1bc", "\x1b[!p", "\x1b[3;5r", "Hello",
           "\x1bPtmux;\x1b\x1b]52;c;aGk=\a\x1b\\", "\x1b]8;;https://a.example\x1b\\", "\x1b[?6h",
           "\x1b[2;2Hno cursor at the end", "\x1b]1337;File=inline=1:aGk=\a", "\x1b[",
           "\x1b]2;A title\a\x1b[2J\a", "\x1b]2;A title")  # fmt: skip


@pytest.mark.parametrize("data", HARMLESS)
def test_what_changes_no_picture_goes_through(data: str) -> None:
    sender = Sender()
    sender.send(screen("Fabrikam"))
    assert sender.send(data) == data
    assert sender.send(screen("Fabrikam")) == ""


@pytest.mark.parametrize("data", HARMFUL)
def test_after_what_is_not_understood_all_is_sent(data: str) -> None:
    sender = Sender()
    sender.send(screen("Fabrikam", "Contoso"))
    assert sender.wire.sent(data, 30, 6) == data
    sent = sender.wire.sent(screen("Fabrikam", "Contoso"), 30, 6)
    assert "Fabrikam" in sent
    assert "Contoso" in sent


@pytest.mark.parametrize(
    "text", ["a\tb", "a\x1b[3mb\x1b[2Jc", "a\x1b[38;7;1mb", "\x85", "a\rb", "b" * 31, "\u0301a"]
)
def test_a_frame_that_is_not_understood_goes_through_whole(text: str) -> None:
    sender = Sender()
    sender.send(screen("Fabrikam", "Contoso"))
    odd = frame([piece(0, 0, [(text, "")])])
    assert sender.wire.sent(odd, 30, 6) == odd
    assert "Contoso" in sender.wire.sent(screen("Fabrikam", "Contoso"), 30, 6)


def test_a_frame_begun_before_the_picture_was_forgotten_goes_through_whole() -> None:
    """As when a signal comes in its midst: the terminal may have been someone else's meanwhile."""

    def forgetting() -> Abilities:
        sender.wire.picture.forget()
        return Abilities()

    sender = Sender(forgetting)
    first, second = screen("Fabrikam"), screen("Fabrikan")
    assert sender.send(first) != first  # abilities are not asked for it
    assert sender.send(second) == second
    assert "Fabrikan" in sender.send(second)


def test_a_picture_is_repaired_whatever_was_done_to_the_terminal() -> None:
    sender = Sender()
    sender.send(screen("Fabrikam", "Contoso", "a", "b"))
    before = shown(sender.terminal)
    modes = b"\x1b[2;4r\x1b[?6h\x1b[?7h\x1b[?25h\x1b[1;41m\x1b(0"
    sender.terminal.feed(modes + b"\x1b[2;5Hwall: lqqk\n\n")
    sender.wire.picture.repair()
    sender.send(screen("Fabrikam", "Contoso", "a", "b"))
    assert shown(sender.terminal) == before
    assert sender.terminal.screen.cursor.hidden


def test_a_link_is_kept_and_its_changing_id_costs_nothing() -> None:
    def linked(id: int, address: str) -> str:
        link = f"\x1b]8;id={id};{address}\x1b\\\x1b[4mRead this\x1b[0m\x1b]8;;\x1b\\"
        return frame([f"\x1b[1;3H{link} now"])

    sender = Sender()
    sent = sender.send(linked(17, "https://a.example/x;y"))
    assert "https://a.example/x;y\x1b\\" in sent
    assert sent.index("\x1b]8;;\x1b\\", 20) < sent.index("now")
    assert sender.terminal.links == [Link("https://a.example/x;y", "Read this")]
    assert sender.send(linked(4711, "https://a.example/x;y")) == ""
    sender.send(linked(4711, "https://b.example"))
    assert sender.terminal.links[1] == Link("https://b.example", "Read this")


@pytest.mark.parametrize("mark", ["👩\u200d🚒", "☎\ufe0f", "🏳️\u200d🌈", "🇩🇪"])
def test_what_follows_an_uncertain_width_stands_in_its_column(mark: str) -> None:
    """The emulator gives these another width than Rich does, as many terminals do."""
    sender = Sender()
    sender.send(screen("x" * 30))
    sender.send(screen(f"zz {mark} Fabrikam".ljust(20) + "Ltd"))
    column = cell_len(f"zz {mark} ")
    assert sender.line(0)[column : column + 8] == "Fabrikam"
    assert "x" not in sender.line(0)
    sent = sender.send(screen(f"zz {mark} Fabrikan".ljust(20) + "Ltd"))
    assert sender.line(0)[column : column + 8] == "Fabrikan"
    assert sent.count("zz") == 0
    assert "Ltd" in sent
    sender.send(screen("zz"))
    assert sender.line(0) == "zz"


def test_lines_and_cyrillic_are_uncertain_where_they_can_be_wide() -> None:
    sender = Sender(ambiguous_may_be_wide=True)
    sender.send(screen("Приём", "Contoso"))
    assert "Приём" not in Sender().send(screen("Contoso"))
    assert "Приём" in sender.send(screen("Приём!", "Contoso"))
    certain = Sender()
    certain.send(screen("Приём", "Contoso"))
    assert "П" not in certain.send(screen("Приём!", "Contoso"))


def test_only_textuals_own_driver_is_replaced() -> None:
    assert own_driver(LinuxDriver, sparing=True) is SparingDriver
    assert own_driver(HeadlessDriver, sparing=True) is HeadlessDriver
