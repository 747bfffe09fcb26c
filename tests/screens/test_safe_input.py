"""How a line to type into is drawn, whatever stands in it."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from partnerdesk.tui.themes import DARK, OWN
from partnerdesk.tui.widgets.safe_input import SafeInput, veiled


class OneLine(App[None]):
    """An app of one line."""

    def __init__(self) -> None:
        super().__init__()
        for theme in OWN.values():
            self.register_theme(theme)
        self.theme = DARK.name

    def compose(self) -> ComposeResult:
        yield SafeInput()


@pytest.mark.parametrize(
    "text", ["Rg👩\u200d👩\u200d👧 Family 🏳️\u200d🌈", "Cafe\u0301 a\u0308", "plain", "क्षि"]
)
async def test_the_cursor_parts_no_letter_that_is_joined_of_several(text: str) -> None:
    async with OneLine().run_test(size=(60, 3)) as pilot:
        line = pilot.app.query_one(SafeInput)
        line.value = veiled(text)
        await pilot.pause()
        drawn_texts = set()
        for position in range(len(line.value)):
            line.cursor_position = position
            await pilot.pause()
            drawn = line.render_line(0)
            drawn_texts.add(drawn.text.rstrip())
            for before, segment in zip([*drawn][:-1], [*drawn][1:], strict=True):
                assert not segment.text.startswith(("\u200d", "\u0301", "\u0308", "\ufe0f"))
                assert not before.text.endswith("\u200d")
        assert drawn_texts == {text}
