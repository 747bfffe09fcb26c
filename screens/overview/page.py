"""The overview: the customers, relationships and letters of the scope as charts to look at."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.getters import query_one

from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import N_, _, number
from partnerdesk.models.overview.charts import charts
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.app_screen import AppScreen
from partnerdesk.tui.widgets.chart_page import ChartPage
from partnerdesk.tui.widgets.empty_place import (
    BARS,
    Emptiness,
    EmptyPlace,
    another_cloud,
    demo_book,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import ComposeResult

    from partnerdesk.models.overview.charts import Bar, Chart


class OverviewScreen(AppScreen):
    """Charts of the book; each bar opens the list of what it counts."""

    NAME = "overview"
    IS_MAIN = True
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action(
            "overview.open",
            "enter",
            N_("Open list"),
            N_("Open the list of what the bar under the cursor counts"),
            "Enter",
        ),
        Action("overview.next", "tab,right", N_("Next chart"), N_("Go to the next chart"), "Tab →"),
        Action(
            "overview.previous",
            "shift+tab,left",
            N_("Chart before"),
            N_("Go to the chart before"),
            "⇧Tab ←",
            bar=False,
        ),
    )

    DEFAULT_CSS = """
    OverviewScreen.-empty #empty { display: block; }
    OverviewScreen.-empty ChartPage { display: none; }
    """

    page = query_one(ChartPage)
    empty = query_one("#empty", EmptyPlace)

    def body(self) -> ComposeResult:
        """Build the page of charts, and the text to show instead of an empty book."""
        yield ChartPage(id="overview")
        yield EmptyPlace(id="empty")

    def on_mount(self) -> None:
        """Show the charts; their numbers come with the book."""
        self.set_focus(self.page)
        self.shown_state = self.desk.state
        self.scope_chosen()

    def scope_chosen(self) -> None:
        """Count in another scope."""
        self._count(keep=False)

    def book_changed(self) -> None:
        """Count again; the charts stay until then."""
        self._count(keep=True)

    def _count(self, *, keep: bool) -> None:
        """Start to count; each chart is shown as soon as it is counted."""
        scope = self.desk.scope
        if scope is None:
            return
        account = scope.account
        wanted = charts(scope.accounts, self.desk.clock())
        self.page.show(wanted, color=account.cloud.color if account else "", keep=keep)
        for place, chart in enumerate(wanted):
            self.read(self._counting(chart, place), partial(self._take, chart), group=chart.name)

    def _counting(self, chart: Chart, place: int) -> Callable[[], Awaitable[list[Bar]]]:
        """Return the question for the bars of a chart; the counters share the charts."""
        counter = self.desk.counters[place % len(self.desk.counters)]
        return lambda: counter.ask(chart.bars)

    def _take(self, chart: Chart, bars: list[Bar]) -> None:
        self.page.take(chart.name, bars)
        if not self.page.is_counted:
            return
        is_empty = self.page.total == 0
        if is_empty:
            why = self._emptiness()
            self.empty.say(why.drawing, why.content(self.all_actions(), self.desk.settings.keys))
        self.set_class(is_empty, "-empty")
        self.key_bar.leave_out(*(["overview.open", "overview.next"] if is_empty else []))
        if not self.prompt.is_open:
            self.focus_body()
        self.shell.unveil()

    def focus_body(self) -> None:
        """Focus the charts, or nothing if the book is empty."""
        self.set_focus(self.page if self.page.display else None)

    def _emptiness(self) -> Emptiness:
        account = self.desk.account
        place = _(account.cloud.short_name) if account else _("all clouds")
        adds = ("g c", _("goes to the customers, where n adds one and I imports a list"))
        return Emptiness(
            _("There is nothing to count in {place} yet.").format(place=place),
            (adds, another_cloud(), demo_book()),
            BARS,
        )

    def on_chart_page_moved(self) -> None:
        """Say in words what the bar under the cursor counts."""
        chosen = self.page.chosen
        if chosen is None:
            self.status.state = ""
            return
        chart, bar = chosen
        self.status.state = f"{shown(bar.label)}: {number(bar.count)} · {chart.about}"

    def on_chart_page_chosen(self) -> None:
        """Open the list of the bar that was clicked twice."""
        self.begin("overview.open")

    # What keys do

    async def do_open(self) -> None:
        """Open the list of what the bar under the cursor counts."""
        chosen = self.page.chosen
        if chosen is None:
            self.status.say(_("There is nothing here."))
            return
        chart, bar = chosen
        await self.shell.show(chart.spec.name, bar.filter)

    def do_next(self) -> None:
        """Go to the next chart."""
        self.page.move_charts(1)

    def do_previous(self) -> None:
        """Go to the chart before."""
        self.page.move_charts(-1)
