"""How charts are drawn and placed, at any size and for any numbers."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from partnerdesk.models.changes.list import CHANGES
from partnerdesk.models.overview.charts import Bar, Chart, Shape
from partnerdesk.tui.widgets.chart_layout import LEAST_RISING, arrange
from partnerdesk.tui.widgets.chart_lines import (
    EIGHTHS,
    RISING,
    Look,
    Picture,
    bar_at,
    drawn,
    fitting,
    height_of,
)

COUNTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=12)
LABELS = st.text(max_size=30)


def chart(shape: Shape, most: int, *, optional: bool = False) -> Chart:
    return Chart(
        "c", "Title", "", "Nothing here.", CHANGES, shape, most, lambda _book: [], optional
    )


def bars(counts: list[int], label: str = "Label") -> list[Bar]:
    return [Bar(f"{n}", label, count, "", f"{n:02}", f"{n:02}") for n, count in enumerate(counts)]


def text(picture: Picture, width: int = 40, rising: int = 4) -> list[str]:
    return ["".join(piece.text for piece in line) for line in drawn(picture, width, rising)]


def lengths(counts: list[int], *, is_plain: bool = False) -> list[float]:
    """Return how long each bar is, in cells."""
    picture = Picture(chart(Shape.BARS, len(counts)), bars(counts), is_plain=is_plain)
    drawn_bars = [
        piece.text.rstrip()
        for line in drawn(picture, 60, 4)
        for piece in line
        if piece.look is Look.BAR
    ]
    if is_plain:
        assert set("".join(drawn_bars)) <= {"#"}
        return [len(bar) for bar in drawn_bars]
    return [sum(EIGHTHS.index(cell) / 8 for cell in bar) for bar in drawn_bars]


@given(COUNTS, st.booleans())
def test_a_longer_bar_counts_more_and_none_is_lost(counts: list[int], is_plain: bool) -> None:
    if not any(counts):
        return
    long = lengths(counts, is_plain=is_plain)
    for count, length in zip(counts, long, strict=True):
        assert (length > 0) == (count > 0)
        for other, its in zip(counts, long, strict=True):
            assert count < other or length >= its
    assert max(long) == long[counts.index(max(counts))]


@given(COUNTS)
def test_a_higher_column_counts_more_and_none_is_lost(counts: list[int]) -> None:
    if not any(counts):
        return
    rows = text(Picture(chart(Shape.COLUMNS, len(counts)), bars(counts)), 60, 5)[1:6]
    pitch = 58 // len(counts)
    pitch = min(max(pitch, 2), 6)
    heights = [
        sum(RISING.index(row[2 + place * pitch]) for row in rows) for place in range(len(counts))
    ]
    for count, height in zip(counts, heights, strict=True):
        assert (height > 0) == (count > 0)
        assert all(
            count < other or height >= its for other, its in zip(counts, heights, strict=True)
        )
    assert max(heights) == 5 * 8


@given(COUNTS, LABELS, st.sampled_from(Shape), st.integers(38, 120), st.integers(-1, 11))
def test_a_chart_stays_in_its_place_whatever_its_texts(
    counts: list[int], label: str, shape: Shape, width: int, cursor: int
) -> None:
    own, shown = chart(shape, 12), bars(counts, label)
    cursor = min(cursor, len(counts) - 1)
    for picture in (Picture(own, None), Picture(own, shown, cursor), Picture(own, [])):
        lines = text(picture, width, 6)
        assert len(lines) == height_of(own, 6)
        assert all(cell_len(line) <= width for line in lines)
        assert all(line.isprintable() or not label.isprintable() for line in lines)
        assert not any(letter in line for line in lines for letter in "\x1b\r\n\t\x9b")


@pytest.mark.parametrize("shape", Shape)
def test_a_hostile_label_shows_as_what_it_is(shape: Shape) -> None:
    hostile = [Bar("x", "\x1b[2J\n[/]", 3, "", "\x1b", "\x1b"), Bar("y", "y", 1, "", "y", "y")]
    whole = "".join(text(Picture(chart(shape, 2), hostile, 0)))
    assert "\x1b" not in whole
    assert "\n" not in whole
    assert shape is Shape.COLUMNS or "␛[2J␊[/]" in whole


def test_the_number_of_a_bar_is_right_aligned_and_its_mark_at_the_left() -> None:
    picture = Picture(chart(Shape.BARS, 3), bars([1234, 5]), 1)
    assert text(picture) == [
        " Title                             1,239",
        "  Label ██████████████████████████ 1,234",
        "▌ Label ▏                              5",
        "",
    ]
    plain = text(Picture(chart(Shape.BARS, 3), bars([1234, 5]), 1, is_plain=True))
    assert plain[2] == "> Label #                              5"
    assert "".join(plain).isascii()


def test_a_column_says_what_it_stands_for_where_the_cursor_is() -> None:
    picture = Picture(chart(Shape.COLUMNS, 3), bars([4, 0, 8]), 2)
    assert text(picture) == [
        " Title                             02: 8",
        "              █████ ",
        "              █████ ",
        "  █████       █████ ",
        "  █████       █████ ",
        "  4     0     8     ",
        "  00    01    ▲     ",
    ]
    assert text(Picture(picture.chart, picture.bars))[0] == " Title" + " " * 31 + " 12"


def test_nothing_counted_says_what_to_do_and_an_optional_chart_nothing() -> None:
    assert text(Picture(chart(Shape.BARS, 3), bars([0, 0])))[1] == "  Nothing here."
    assert text(Picture(chart(Shape.BARS, 3), None))[1] == "  …"
    for counted in (None, [], bars([0])):
        assert text(Picture(chart(Shape.BARS, 3, optional=True), counted)) == [""] * 4
    assert "Title" in text(Picture(chart(Shape.BARS, 3, optional=True), bars([1])))[0]


def test_half_of_the_months_are_shown_where_there_is_no_room_for_all() -> None:
    years = bars([*range(24)])
    own = chart(Shape.COLUMNS, 24)
    assert [bar.name for bar in fitting(own, years, 38)] == [f"{n}" for n in range(12, 24)]
    assert fitting(own, years, 50) is years
    assert fitting(chart(Shape.BARS, 24), years, 38) is years


@pytest.mark.parametrize("shape", Shape)
def test_a_click_finds_the_bar_that_is_drawn_there(shape: Shape) -> None:
    picture = Picture(chart(shape, 4), bars([5, 6, 7, 8]), 0)
    for place in range(4):
        x, y = (2 + place * 6 + 4, 3) if shape is Shape.COLUMNS else (20, 1 + place)
        assert bar_at(picture, 40, x, y) == place
    assert bar_at(picture, 40, 20, 0) is None
    assert bar_at(picture, 40, 39, 20) is None
    assert bar_at(Picture(picture.chart, None), 40, 20, 1) is None


@given(
    st.lists(st.integers(1, 12), min_size=1, max_size=10), st.integers(20, 250), st.integers(5, 60)
)
def test_charts_never_cover_each_other_and_stay_in_order(
    lines: list[int], width: int, height: int
) -> None:
    layout = arrange(lambda rising: [own + rising for own in lines], width, height)
    heights = [own + layout.rising for own in lines]
    taken = set[tuple[int, int]]()
    for spot, own in zip(layout.spots, heights, strict=True):
        cells = {(spot.x, y) for y in range(spot.y, spot.y + own)}
        assert not cells & taken
        taken |= cells
        assert spot.x + layout.width <= max(width, layout.width)
        assert spot.y + own <= layout.height
    for before, behind in pairwise(layout.spots):
        assert (before.page, before.x, before.y) < (behind.page, behind.x, behind.y)
    for page in {spot.page for spot in layout.spots}:
        placed = [
            (spot, lines)
            for spot, lines in zip(layout.spots, heights, strict=True)
            if spot.page == page
        ]
        top = min(spot.y for spot, _lines in placed)
        bottom = max(spot.y + lines for spot, lines in placed)
        assert bottom - top <= max(height, *(lines for _spot, lines in placed)), "it fits a page"
    columns = {spot.x for spot in layout.spots}
    assert all(abs(one - other) >= layout.width for one in columns for other in columns - {one})


def test_the_charts_use_the_size_of_the_terminal() -> None:
    def heights(rising: int) -> list[int]:
        return [4, 8, 7, *[rising + 3] * 4, 8, 7]

    small, design, large = (arrange(heights, *size) for size in ((79, 21), (119, 37), (199, 47)))
    assert (small.width, small.rising, max(spot.page for spot in small.spots)) == (
        38,
        LEAST_RISING,
        1,
    )
    assert (design.width, max(spot.page for spot in design.spots)) == (58, 0)
    assert max(spot.page for spot in large.spots) == 0
    assert large.rising > design.rising
