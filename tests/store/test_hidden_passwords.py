"""Passwords in the address of a database: however it is mistyped, none is shown or kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerdesk.models.core.errors import AppError
from partnerdesk.models.settings.database_url import masked, parse
from tests.support.commands import run

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "Hush7Hush"
ADDRESSES = [
    f"postgresql+psycopg://u:{SECRET}@[::1/x",
    f"postgresql://u:{SECRET}@127.0.0.1:1/x%zz",
    f"postgresql://u:{SECRET}@127.0.0.1:99x/x",
    f"postgresql://u:{SECRET}@127.0.0.1:1/x",
    f"postgresql://u%3A{SECRET}@127.0.0.1:1/x",
    f"postgresql://u:{SECRET}",
    f"postgresql://h:{SECRET}/x",
    f"postgresql://127.0.0.1:1/x?PASSWORD={SECRET}",
    f"postgresql://127.0.0.1:1/x?user=u&password={SECRET}&sslmode=bad",
    f"host=127.0.0.1 user=u password={SECRET}",
    f"sqlite:///x?password={SECRET}",
    f"postgresql:u:{SECRET}@h/x",
    f"postgres//u:{SECRET}@h",
    f"mysql:/u:{SECRET}@h/x",
    f"//u:{SECRET}@h/x",
    f"http://u:{SECRET}@h/x",
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("words", [("customers", "list"), ("info",), ("database", "check")])
def test_no_password_is_shown_or_becomes_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*words, "--database", address)
    assert SECRET not in result.out + result.err
    assert "expected" not in result.err
    for place in tmp_path.rglob("*"):
        assert SECRET not in place.name
        assert not place.is_file() or SECRET.encode() not in place.read_bytes()


PIECES = st.sampled_from(
    ["postgresql", "postgres", "sqlite", "x", ":", "/", "//", "://", ":///", "@", "?", "&", "#",
     "[", "]", "%", "%3A", "%zz", "password=", "user=", "host", "127.0.0.1", "1", " ", ".db"]
)  # fmt: skip


@given(before=st.lists(PIECES, max_size=4).map("".join), after=st.lists(PIECES, max_size=4))
@pytest.mark.parametrize(
    "shape", ["{0}://u:{s}@{1}", "{0} password={s} {1}", "{0}://h/?password={s}&{1}"]
)
def test_no_error_repeats_a_password(shape: str, before: str, after: list[str]) -> None:
    scheme = before if "://" not in before else "postgresql"
    text = shape.format(scheme or "postgresql", "".join(after), s=SECRET)
    assert SECRET not in masked(text)
    said = ""
    try:
        said = parse(text).name
    except AppError as error:
        said = str(error)
    assert SECRET not in said
