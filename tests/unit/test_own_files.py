"""Damaged files of the program's own: a start continues, keeps a copy and reports it once."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from partnerdesk.models.core import own_files, paths
from partnerdesk.models.core.typed import DamagedError
from partnerdesk.models.database.store import Store
from partnerdesk.models.demo import rehearsal
from partnerdesk.models.lists.filter_history import FilterHistory
from partnerdesk.models.lists.list_state import Remembered, View
from partnerdesk.models.lists.saved_views_file import read_views
from partnerdesk.models.session import AppSession
from partnerdesk.models.settings import load as settings
from partnerdesk.models.settings.model import Settings
from tests.support.commands import run
from tests.support.own_files import (
    FILES,
    GARBAGE,
    INSTEAD,
    MISSED,
    PICTURE,
    are_kept,
    asides,
    book_of,
    check_kept_aside,
    dangling_link,
    every_file,
    good,
    picture_of,
    put,
    started,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@every_file
@pytest.mark.parametrize("garbage", GARBAGE)
def test_whatever_is_in_a_file_the_start_goes_on(tmp_path: Path, name: str, garbage: str) -> None:
    content = GARBAGE[garbage]
    put(FILES[name](tmp_path), content)
    check_kept_aside(tmp_path, name, content)


@every_file
@pytest.mark.parametrize("content", [b"", None], ids=["empty", "missing"])
def test_an_empty_file_is_like_none(tmp_path: Path, name: str, content: bytes | None) -> None:
    if content is not None:
        put(FILES[name](tmp_path), content)
    assert started(tmp_path) == []
    assert asides(tmp_path) == []
    assert are_kept(tmp_path)


ODD: list[object] = [
    None, True, -1, 2**70, 2.5, "", "\x1b[2J", "\ud800", [], {}, [None], {"x": {"x": []}},
    [[[[[[[[[[[]]]]]]]]]]],
]  # fmt: skip


def places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value inside a JSON value."""
    yield above
    if isinstance(value, (dict, list)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*above, key))


def replaced(value: Any, place: tuple[Any, ...], odd: object) -> Any:
    if not place:
        return odd
    copy = value.copy()
    copy[place[0]] = replaced(value[place[0]], place[1:], odd)
    return copy


@every_file
def test_whatever_stands_in_the_place_of_any_value_the_start_goes_on(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # saves time in hundreds of starts
    good(tmp_path)
    file = FILES[name](tmp_path)
    whole = json.loads(file.read_bytes())
    count = 0
    for place in places(whole):
        if name == "settings" and len(place) > 1:
            continue  # the checksum covers all settings
        for odd in ODD:
            content = json.dumps(replaced(whole, place, odd)).encode()
            file.write_bytes(content)
            told = started(tmp_path)
            assert len(told) == len(asides(tmp_path)) <= 1, (place, odd)
            for aside in asides(tmp_path):
                assert aside.read_bytes() == content
                aside.unlink()
            count += 1
    assert count > 30


WRONG: dict[str, list[dict[str, object]]] = {
    "remembered": [
        {"scope": 1}, {"scope": None}, {"screen": True}, {"views": []}, {"views": {"1/x": 7}},
        {"views": {"1/x": {"filter": 1}}}, {"views": {"1/x": {"sort": None}}},
        {"views": {"1/x": {"descending": 1}}}, {"views": {"1/x": {"wide": "yes"}}},
        {"views": {"1/x": {"cursor": True}}}, {"views": {"1/x": {"cursor": -1}}},
        {"views": {"1/x": {"cursor": 2**31}}}, {"views": {"1/x": {"cursor": "1"}}},
        {"views": {"1/x": {"view": []}}}, {"views": {"1/x": {"view": "\ud800"}}},
        {"views": {"\udfff": {}}},
    ],
    "filters": [
        {"customers": []}, {"customers": {"a": True}}, {"customers": {"a": -1}},
        {"customers": {"a": "1"}}, {"customers": {"a": 2**53}}, {"customers": {"\ud800": 1}},
        {"\0": {}},
    ],
    "views": [
        {"format": True}, {"format": "1"}, {"format": 0}, {"views": {}}, {"columns": []},
        {"columns": {"customers": [{"name": "company", "width": True}]}},
        {"columns": {"customers": [{"name": "a\x1bb", "width": 1}]}},
        {"columns": {"a\nb": [{"name": "company", "width": 1}]}},
        {"views": [None]}, {"views": [{"list": "customers"}]},
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "wrong"), [(name, wrong) for name in MISSED for wrong in WRONG[name]]
)
def test_what_is_of_another_kind_or_out_of_bounds_is_damage(
    tmp_path: Path, name: str, wrong: dict[str, object]
) -> None:
    good(tmp_path)
    file = FILES[name](tmp_path)
    content = json.dumps(json.loads(file.read_bytes()) | wrong).encode()
    put(file, content)
    check_kept_aside(tmp_path, name, content)


@pytest.mark.parametrize(
    "damage",
    [
        {"size": [True, 2]}, {"size": [9, 2, 2]}, {"size": [0, 2]}, {"size": [1_001, 2]},
        {"note_row": True}, {"note_row": 2}, {"at": 1e999}, {"at": -1}, {"at": 2**43},
        {"rows": [[[0, "", "x" * 1_000_000]], []]}, {"rows": [[[0, "9" * 5_000, "x"]], []]},
        {"rows": [[[0, "1;" * 99, "x"]], []]}, {"rows": [[[9, "", "x"]], []]},
        {"rows": [[[True, "", "x"]], []]}, {"rows": [[[0, "", "\ud800"]], []]},
        {"rows": [[[0, "", 5]], []]}, {"rows": [[{"0": 1}], []]},
        {"rows": [[[0, "", "x", ""]], []]}, {"screen": None}, {"circumstances": 7},
        {"circumstances": {}}, {"format": True},
    ],
)  # fmt: skip
def test_a_picture_that_no_console_can_have_left_is_none(
    tmp_path: Path, damage: dict[str, object]
) -> None:
    good(tmp_path)
    file = FILES["picture"](tmp_path)
    assert picture_of(tmp_path).load() == PICTURE
    file.write_text(json.dumps(json.loads(file.read_bytes()) | damage))
    assert picture_of(tmp_path).load() is None
    assert started(tmp_path) == []
    assert picture_of(tmp_path).load() == PICTURE


@pytest.mark.parametrize("place", ["language", "database", "theme", "keys", "clouds"])
def test_settings_that_fell_over_on_the_disk_are_read_again(place: str) -> None:
    chosen = settings.load()
    file = paths.cache_folder() / "settings.json"
    for odd in (*ODD, "ansi", "ru", "sqlite:///elsewhere.db", {"quit": "ctrl+x"}):
        kept = json.loads(file.read_bytes())
        kept["settings"][place] = odd
        file.write_text(json.dumps(kept))
        assert settings.load() == chosen


NEVER_WRITTEN = {
    "large": b"{}" + b" " * own_files.LARGEST,
    "too deep": b'{"a":' * 17 + b"1" + b"}" * 17,
    "a fraction": b'{"a": [1.5]}',
    "infinite": b'{"a": [1e999]}',
    "endless": b'{"a": [-Infinity]}',
    "no number": b'{"a": [NaN]}',
    "twice": b'{"a": {"b": 1, "b": 1}}',
    "a list": b"[{}]",
}


@pytest.mark.parametrize("what", NEVER_WRITTEN)
def test_what_the_program_never_writes_is_damage(tmp_path: Path, what: str) -> None:
    file = tmp_path / "file.json"
    file.write_bytes(NEVER_WRITTEN[what])
    with pytest.raises(DamagedError):
        own_files.read(file)


@pytest.mark.parametrize("for_people", [True, False])
@given(st.dictionaries(st.text(), st.text('[{"\\}]\n\0é\U0001f600') | st.text(), max_size=5))
@example({"a": '"' + "[" * 99, "b": '\\"' + "{" * 99 + "\\"})
def test_what_is_written_is_read(for_people: bool, value: dict[str, str]) -> None:
    file = paths.state_folder() / "file.json"
    own_files.write(file, value, for_people=for_people)
    assert own_files.read(file) == value


def test_what_would_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    file = tmp_path / "file.json"
    own_files.write(file, {"a": "small"})
    with pytest.raises(OSError, match="large"):
        own_files.write(file, {"a": "x" * own_files.LARGEST})
    assert own_files.read(file) == {"a": "small"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(
        st.sampled_from(["scope", "views", "customers", "format", "columns", "rows", "size"])
        | st.text(), inner),
    max_leaves=12,
)  # fmt: skip
json_like = st.text('[]{}":,\\ue19-.0trufalsn \n', max_size=200).map(str.encode)


@given(st.binary(max_size=200) | json_like | json_values.map(lambda v: json.dumps(v).encode()))
def test_random_files_are_read_or_damaged(content: bytes) -> None:
    file = FILES["filters"](paths.state_folder())
    put(file, content)
    for kind in (dict[str, object], dict[str, View], Settings):
        try:
            own_files.load(file, kind)
        except DamagedError:
            continue
    try:
        assert (own_files.read(file) is None) is (not content)
    except DamagedError:
        return
    assert isinstance(json.loads(content or b"{}"), dict)


@given(st.dictionaries(st.text(), json_values))
def test_random_values_come_back_or_are_damage(value: dict[str, Any]) -> None:
    file = FILES["filters"](paths.state_folder())
    content = json.dumps(value)
    put(file, content.encode())
    fractions: list[str] = []
    json.loads(content, parse_float=fractions.append, parse_constant=fractions.append)
    if fractions:
        with pytest.raises(DamagedError):
            own_files.read(file)
    else:
        assert own_files.read(file) == (value or {})


@every_file
@given(data=st.data())
def test_a_start_goes_on_with_random_values_in_the_right_places(
    name: str, data: st.DataObject
) -> None:
    folder = paths.state_folder()
    shapes: dict[str, list[str]] = {
        "remembered": ["scope", "screen", "views"],
        "filters": ["customers", "x"],
        "views": ["format", "views", "columns"],
        "settings": ["format", "stamps", "settings", "sum"],
        "picture": ["format", "circumstances", "size", "rows", "note_row", "screen", "scope", "at"],
    }
    value = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(shapes[name], json_values)))
    content = json.dumps(value).encode()
    put(FILES[name](folder), content)
    told = started(folder)
    assert [aside.read_bytes() for aside in folder.parent.rglob("*.damaged*")] in ([], [content])
    for aside in folder.parent.rglob("*.damaged*"):
        aside.unlink()
        assert told


# Several consoles


@pytest.mark.parametrize("name", MISSED)
def test_of_consoles_that_start_at_once_one_puts_the_file_aside_and_tells(
    tmp_path: Path, name: str
) -> None:
    put(FILES[name](tmp_path), b"{")
    database = book_of(tmp_path)
    told: list[str] = []

    def start(_: int) -> None:
        Remembered.load(database, told.append).save()
        FilterHistory(told.append)
        told.extend(read_views().notice.splitlines())

    with ThreadPoolExecutor(8) as consoles:
        list(consoles.map(start, range(16)))
    assert (len(told), len(asides(tmp_path))) == (1, 1)


def test_a_file_that_another_process_has_mended_meanwhile_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file.json"
    file.write_bytes(b"{")

    @contextmanager
    def held_by_another_first(_: Path) -> Iterator[bool]:
        file.write_bytes(b'{"a": "theirs"}')
        yield True

    monkeypatch.setattr(paths, "locked", held_by_another_first)
    told: list[str] = []
    assert own_files.load_mended(file, dict[str, str], told.append) == {"a": "theirs"}
    assert told == []


@pytest.mark.parametrize("name", ["remembered", "filters"])
def test_a_damaged_file_that_another_process_holds_is_not_written_over(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = FILES[name](tmp_path)
    put(file, b"{")
    with paths.locked(file), monkeypatch.context() as impatient:
        impatient.setattr(paths, "LOCK_SECONDS", 0.05)
        assert started(tmp_path) == []
        assert file.read_bytes() == b"{"
    check_kept_aside(tmp_path, name, b"{")


def test_a_file_that_is_damaged_while_the_console_runs_is_told_of_when_it_is_left(
    tmp_path: Path,
) -> None:
    desk = AppSession(settings.load(), Store(book_of(tmp_path)))
    assert desk.notices == []
    put(FILES["remembered"](tmp_path), b"{")
    desk.close()
    assert "damaged" in desk.take_notices()
    assert desk.take_notices() == ""


@pytest.mark.parametrize("garbage", GARBAGE)
def test_what_the_rehearsal_said_is_nothing_where_its_file_is_damaged(garbage: str) -> None:
    put(rehearsal.folder() / "line.json", GARBAGE[garbage])
    assert rehearsal.last_line() is None


@pytest.mark.parametrize("instead", INSTEAD)
def test_no_settings_file_makes_a_start_wait(instead: Callable[[Path], None]) -> None:
    file = paths.user_settings()
    file.parent.mkdir(parents=True)
    instead(file)
    result = run("info")
    if instead is not dangling_link:  # which is a file that is not there
        assert result.code in (0, 2), result.err
    assert "Traceback" not in result.err
    if result.code:
        assert "settings" in result.err or "regular file" in result.err or "folder" in result.err
