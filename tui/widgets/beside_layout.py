"""A layout of widgets one below the other, with details beside the list among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Region, Spacing
from textual.layout import ArrangeResult, WidgetPlacement
from textual.layouts.vertical import VerticalLayout

from partnerdesk.tui.widgets.detail_pane import DetailPane
from partnerdesk.tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from textual.geometry import Size
    from textual.widget import Widget


class BesideLayout(VerticalLayout):
    """Stacks widgets; details take what the list leaves of its lines.

    A container around both would do the same, and be drawn with every move of the cursor.
    """

    name = "beside"

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        """Return where each widget is drawn; details only where a list is."""
        panes = [child for child in children if isinstance(child, DetailPane)]
        stacked = [child for child in children if not isinstance(child, DetailPane)]
        placements = super().arrange(parent, stacked, size, greedy)
        lists = (placed for placed in placements if isinstance(placed.widget, RecordTable))
        if panes and (beside := next(lists, None)) is not None:
            _x, y, _width, height = beside.region
            left = beside.region.right
            room = Region(left, y, max(size.width - left, 0), height)
            placements += [WidgetPlacement(room, beside.offset, Spacing(), pane) for pane in panes]
        return placements
