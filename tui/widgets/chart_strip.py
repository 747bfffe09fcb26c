"""Charts side by side below a list: drawn once they are counted, never by a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.content import Content
from textual.widgets import Static

from partnerdesk.tui.widgets.chart_lines import Look, Picture, drawn, height_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.events import Resize

    from partnerdesk.models.overview.charts import Bar

RISE = 4
"""Lines of the columns."""
_STYLES: dict[Look, str] = {
    Look.HEADING: "bold $text-accent",
    Look.LABEL: "$foreground",
    Look.BAR: "$primary",
    Look.NUMBER: "bold",
    Look.MUTED: "$text-muted",
}


class ChartStrip(Static):
    """Shows charts of weeks beside each other; nothing in it is chosen."""

    DEFAULT_CSS: ClassVar[str] = """
    ChartStrip { height: auto; margin-top: 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._pictures: Sequence[Picture] = ()

    def show(self, pictures: Sequence[Picture]) -> None:
        """Show counted charts; the same ones are not drawn again."""
        before, self._pictures = self._pictures, pictures
        if [_shown(picture) for picture in before] != [_shown(picture) for picture in pictures]:
            self._draw(self.size.width)

    def on_resize(self, event: Resize) -> None:
        """Draw in another width."""
        self._draw(event.size.width)

    def _draw(self, width: int) -> None:
        if not self._pictures or not width:
            return
        room = width // len(self._pictures)
        drawings = [drawn(picture, room - 1, RISE) for picture in self._pictures]
        lines = []
        for place in range(max(height_of(one.chart, RISE) for one in self._pictures)):
            line = Content("")
            for number, drawing in enumerate(drawings):
                pieces = [(piece.text, _STYLES[piece.look]) for piece in drawing[place]]
                line = Content.assemble(line, *pieces).pad_right(
                    max(room * (number + 1) - line.cell_length - _width(pieces), 0)
                )
            lines.append(line.rstrip())
        self.update(Content("\n").join(lines))


def _shown(picture: Picture) -> tuple[str, Sequence[Bar] | None]:
    return picture.chart.title, picture.bars


def _width(pieces: Sequence[tuple[str, str]]) -> int:
    from rich.cells import cell_len

    return sum(cell_len(text) for text, _style in pieces)
