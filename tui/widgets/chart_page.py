"""A page of charts; the cursor goes from bar to bar and from chart to chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.segment import Segment
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from partnerdesk.tui.widgets.chart_layout import ChartLayout, arrange
from partnerdesk.tui.widgets.chart_lines import (
    Line,
    Look,
    Picture,
    bar_at,
    drawn,
    fitting,
    height_of,
)
from partnerdesk.tui.widgets.motions import Seen, motions, seen_motions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style
    from textual.binding import BindingType
    from textual.events import Click

    from partnerdesk.models.overview.charts import Bar, Chart


class Place(NamedTuple):
    """A bar: the indexes of its chart and of the bar in it."""

    chart: int
    bar: int


class ChartPage(ScrollView, Seen, can_focus=True):
    """Shows charts as they are counted; each has its place before."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"chart-page--{look}" for look in Look),
        "chart-page--cursor",
        *(
            f"chart-page--cloud-{color}"
            for color in ("blue", "red", "yellow", "magenta", "cyan", "green")
        ),
    }

    DEFAULT_CSS = """
    ChartPage {
        height: 1fr;
        background: $background;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        scrollbar-background: $background;
        scrollbar-color: $panel;
        overflow-x: hidden;
    }
    ChartPage > .chart-page--heading { text-style: bold; color: $text-accent; }
    ChartPage > .chart-page--label { color: $foreground; }
    ChartPage > .chart-page--bar { color: $primary; }
    ChartPage > .chart-page--number { text-style: bold; }
    ChartPage > .chart-page--muted { color: $text-muted; }
    ChartPage:ansi > .chart-page--muted { text-style: dim; }
    ChartPage > .chart-page--cursor {
        background: $cursor; color: $cursor-text; text-style: bold;
    }
    ChartPage > .chart-page--cloud-blue { color: $cloud-blue; }
    ChartPage > .chart-page--cloud-red { color: $cloud-red; }
    ChartPage > .chart-page--cloud-yellow { color: $cloud-yellow; }
    ChartPage > .chart-page--cloud-magenta { color: $cloud-magenta; }
    ChartPage > .chart-page--cloud-cyan { color: $cloud-cyan; }
    ChartPage > .chart-page--cloud-green { color: $cloud-green; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [*motions("charts"), *seen_motions("charts")]

    class Moved(Message):
        """The cursor came to another bar, or its bar was counted anew."""

    class Chosen(Message):
        """A bar was clicked twice."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._charts: Sequence[Chart] = ()
        self._counted: dict[str, Sequence[Bar]] = {}
        """The bars of the charts that are counted, by the names of the charts."""
        self._color = ""
        """The colour of all bars without one of their own; empty for the theme's."""
        self._cursor = Place(0, 0)
        self._wanted = ("", "")
        """The names of chart and bar under the cursor, until they are counted again."""
        self._layout = ChartLayout((), 1, 1, 0)
        self._lines: list[list[Line]] = []

    # What is shown

    def show(self, charts: Sequence[Chart], *, color: str = "", keep: bool = True) -> None:
        """Show charts that are not counted yet.

        Args:
            charts: the charts.
            color: the cloud's colour for all bars.
            keep: whether the bars of charts with the same names stay until they are counted.
        """
        self._charts, self._color = charts, color
        if not keep:
            self._counted.clear()
        self._lay_out()

    def take(self, name: str, bars: Sequence[Bar]) -> None:
        """Show the bars of a chart, which were counted; the cursor stays on its bar."""
        before = self._cursor.chart
        self._counted[name] = bars
        self._find_wanted()
        self._draw()
        if self._cursor.chart != before:
            self._follow()

    @property
    def is_counted(self) -> bool:
        """Whether all charts are counted."""
        return all(chart.name in self._counted for chart in self._charts)

    @property
    def total(self) -> int:
        """The sum of all bars that are counted."""
        return sum(bar.count for bars in self._counted.values() for bar in bars)

    @property
    def chosen(self) -> tuple[Chart, Bar] | None:
        """The bar under the cursor and its chart; None if there is none."""
        bars = self._bars(self._cursor.chart)
        if not self._cursor.bar < len(bars):
            return None
        return self._charts[self._cursor.chart], bars[self._cursor.bar]

    def refresh_pointer(self) -> None:
        """Draw the cursor's chart again."""
        self._draw()

    # The cursor

    def move_by(self, lines: int) -> None:
        """Go to another bar; behind the last one of a chart comes the next chart."""
        places = self._places()
        if self._cursor in places:
            self._go(places, places.index(self._cursor) + lines)
        else:
            self._go(places, 0)

    def move_to(self, place: int) -> None:
        """Go to a bar, counted over all charts; a negative number counts from the end."""
        places = self._places()
        self._go(places, place if place >= 0 else len(places) + place)

    def move_charts(self, by: int) -> None:
        """Go to the first bar of another chart, around both ends."""
        charts = sorted({place.chart for place in self._places()})
        if not charts:
            return
        here = charts.index(self._cursor.chart) if self._cursor.chart in charts else -by
        self._put(Place(charts[(here + by) % len(charts)], 0))

    def move_pages(self, pages: float) -> None:
        """Go to the first bar of another page; by half pages, of another chart."""
        places = self._places()
        if not places:
            return
        if pages != int(pages):
            charts = sorted({place.chart for place in places})
            here = charts.index(self._cursor.chart) if self._cursor.chart in charts else 0
            beside = min(max(here + (1 if pages > 0 else -1), 0), len(charts) - 1)
            self._put(Place(charts[beside], 0))
            return
        own = [self._layout.spots[place.chart].page for place in places]
        wanted = self._layout.spots[self._cursor.chart].page + int(pages)
        if wanted > own[-1]:
            self._put(places[-1])
        else:
            self._put(
                next(place for place, page in zip(places, own, strict=True) if page >= wanted)
            )

    def move_to_seen(self, part: float, beside: int) -> None:
        """Go to a part of the visible bars; see `Seen`."""
        seen = [place for place in self._places() if self._is_seen(place.chart)]
        if seen:
            self._go(seen, round(part * (len(seen) - 1)) + (beside if part < 1 else -beside))

    def _go(self, places: Sequence[Place], index: int) -> None:
        if places:
            self._put(places[min(max(index, 0), len(places) - 1)])

    def _put(self, place: Place) -> None:
        self._cursor = place
        self._want_here()
        self._draw()
        self._follow()

    def _places(self) -> list[Place]:
        """Return all bars in their order."""
        return [
            Place(chart, bar)
            for chart in range(len(self._charts))
            for bar in range(len(self._bars(chart)))
        ]

    def _bars(self, chart: int) -> Sequence[Bar]:
        """Return the bars of a chart that are shown; none if nothing is counted."""
        if not chart < len(self._charts):
            return ()
        own = self._charts[chart]
        bars = fitting(own, self._counted.get(own.name, ()), self._layout.width)
        return bars if any(bar.count for bar in bars) else ()

    def _want_here(self) -> None:
        chosen = self.chosen
        if chosen is not None:
            self._wanted = (chosen[0].name, chosen[1].name)

    def _find_wanted(self) -> None:
        """Put the cursor on the bar it was on, else beside it, else on the first one there is."""
        places = self._places()
        named = {
            (self._charts[place.chart].name, self._bars(place.chart)[place.bar].name): place
            for place in places
        }
        if not places:
            return
        if self._wanted in named:
            self._cursor = named[self._wanted]
        elif not self._wanted[0]:
            self._cursor = places[0]
        elif self._wanted[0] in (name for name, _bar in named):
            own = [place for place in places if place.chart == self._cursor.chart]
            before = [place for place in own if place <= self._cursor]
            self._cursor = before[-1] if before else own[0]
        elif self.is_counted:  # nothing is left in its chart
            behind = [place for place in places if place.chart > self._cursor.chart]
            self._cursor = (behind or places)[0]

    # Drawing

    def on_resize(self) -> None:
        """Place the charts for the new size."""
        self._lay_out()
        self._follow()

    def _lay_out(self) -> None:
        room = self.size
        self._layout = arrange(
            lambda rising: [height_of(chart, rising) for chart in self._charts],
            max(room.width - 1, 20),
            max(room.height, 1),
        )
        self._find_wanted()
        self._draw()
        self.virtual_size = Size(room.width, self._layout.height)

    def _draw(self) -> None:
        """Draw all charts anew, and refresh the lines of those that changed."""
        before, layout = self._lines, self._layout
        self._lines = [
            drawn(self._picture(place), layout.width, layout.rising)
            for place in range(len(self._charts))
        ]
        for place, spot in enumerate(layout.spots):
            if place >= len(before) or before[place] != self._lines[place]:
                y = spot.y - self.scroll_offset.y
                self.refresh(Region(spot.x, y, layout.width, len(self._lines[place])))
        self.post_message(self.Moved())

    def _picture(self, place: int) -> Picture:
        chart = self._charts[place]
        bars = self._counted.get(chart.name)
        if bars is not None:
            bars = fitting(chart, bars, self._layout.width)
        is_here = place == self._cursor.chart and bool(self._bars(place))
        return Picture(chart, bars, self._cursor.bar if is_here else -1)

    def render_line(self, y: int) -> Strip:
        """Return one line of the screen."""
        base, width = self.rich_style, self.size.width
        place = self.scroll_offset.y + y
        segments: list[Segment] = []
        length = 0
        for spot, lines in sorted(
            zip(self._layout.spots, self._lines, strict=True), key=lambda pair: pair[0].x
        ):
            if not spot.y <= place < spot.y + len(lines) or not lines[place - spot.y]:
                continue
            own = [
                Segment(piece.text, self._style(piece.look, piece.color, at_cursor=piece.at_cursor))
                for piece in lines[place - spot.y]
            ]
            segments += [Segment(" " * (spot.x - length), base), *own]
            length = spot.x + sum(segment.cell_length for segment in own)
        return Strip(segments).adjust_cell_length(width, base)

    def _style(self, look: Look, color: str, *, at_cursor: bool) -> Style:
        style = self.rich_style + self.get_component_rich_style(f"chart-page--{look}", partial=True)
        if look is Look.BAR and (own := color or self._color):
            style += self.get_component_rich_style(f"chart-page--cloud-{own}", partial=True)
        if at_cursor:
            style += self.get_component_rich_style("chart-page--cursor", partial=True)
        return style

    def _is_seen(self, chart: int) -> bool:
        top, own = self._layout.spots[chart].y, len(self._lines[chart])
        first = self.scroll_offset.y
        return first <= top and top + own <= first + self.size.height

    def _follow(self) -> None:
        """Show the page of the cursor's chart, if the chart is not seen whole."""
        chart, spots = self._cursor.chart, self._layout.spots
        if not chart < len(spots) or self._is_seen(chart):
            return
        page = min(spot.y for spot in spots if spot.page == spots[chart].page)
        top = page
        if spots[chart].y + len(self._lines[chart]) > page + self.size.height:
            top = spots[chart].y
        self.scroll_to(y=top, animate=False, immediate=True, force=True)

    def on_click(self, event: Click) -> None:
        """Put the cursor on the clicked bar; a double click opens it."""
        self.focus()
        x, y = event.x, event.y + self.scroll_offset.y
        for place, spot in enumerate(self._layout.spots):
            if not (spot.x <= x < spot.x + self._layout.width):
                continue
            if not (spot.y <= y < spot.y + len(self._lines[place])):
                continue
            bar = bar_at(self._picture(place), self._layout.width, x - spot.x, y - spot.y)
            if bar is not None and bar < len(self._bars(place)):
                self._put(Place(place, bar))
                if event.chain > 1:
                    self.post_message(self.Chosen())
