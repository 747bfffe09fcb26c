"""The recorded sessions of README and guide can be walked today, and their pictures are sound."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.documentation.recording import cast, film
from tests.documentation.sessions import (
    CLONE,
    COLUMNS,
    FROM_THE_CLONE,
    LINES,
    PICTURES,
    SESSIONS,
    readme_commands,
    record,
)
from tests.support.emulator import Emulator


@pytest.mark.parametrize("name", SESSIONS)
def test_a_session_can_be_walked_and_shown(name: str, tmp_path: Path) -> None:
    title, steps, arguments = SESSIONS[name]
    recording = record(tmp_path, steps, *arguments)
    assert recording.seconds < 120

    head, *events = map(json.loads, cast(recording, title).splitlines())
    assert (head["width"], head["height"]) == (COLUMNS, LINES)
    player = Emulator(COLUMNS, LINES, lambda _answer: None)
    for _at, kind, text in events:
        assert kind == "o"
        player.feed(text.encode())
    shown = ["".join(place.data for place in player.places(row)) for row in range(LINES)]
    last = recording.frames[-1].rows
    assert shown == ["".join(cell.text for cell in row) for row in last]

    picture = film(recording, title)
    drawn, used = (re.findall(kind, picture) for kind in ('<g id="(r[0-9]+)">', '="#(r[0-9]+)"'))
    assert set(used) == set(drawn)
    assert len(used) % LINES == 0


def test_readme_leads_from_a_clone_to_the_first_own_customer_in_two_minutes() -> None:
    """The recording typed what README says today, and it tells its real time."""
    text = (PICTURES / f"{FROM_THE_CLONE}.cast").read_text(encoding="utf-8")
    head, *events = map(json.loads, text.splitlines())
    shell, typed = Emulator(COLUMNS, LINES, lambda _answer: None), []
    for _at, _kind, sent in events:
        shell.feed(sent.encode())
        lines = [_line(shell, row) for row in range(LINES)]
        typed += [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    places = [typed.index(command) for command in (CLONE, *readme_commands())]
    assert places == sorted(places)
    assert _line(shell, 1).strip() == "Fabrikam Labs Ltd."
    assert events[-1][0] < 120
    assert head["idle_time_limit"] < 10


def _line(player: Emulator, row: int) -> str:
    return "".join(place.data for place in player.places(row)).rstrip()


@pytest.mark.parametrize("name", SESSIONS)
def test_a_recorded_session_tells_nothing_of_the_machine(name: str) -> None:
    for kind in ("cast", "svg"):
        text = (PICTURES / f"{name}.{kind}").read_text(encoding="utf-8")
        assert str(Path.home()) not in text
        assert str(Path(__file__).parents[2]) not in text
