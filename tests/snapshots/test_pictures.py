"""The pictures of README and guide are the screens of today."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
SNAPSHOTS = Path(__file__).parent / "__snapshots__" / "test_screens"


@pytest.mark.parametrize(
    "screen",
    [
        "resources",
        "customers",
        "customer",
        "add-customer",
        "changes",
        "invitations",
        "delegated-admin",
    ],
)
def test_a_picture_in_the_docs_is_its_snapshot(screen: str, request: pytest.FixtureRequest) -> None:
    snapshot = SNAPSHOTS / f"test_screen[{screen}-en-120x40].svg"
    picture = PICTURES / f"{screen}.svg"
    if request.config.getoption("--snapshot-update"):
        shutil.copyfile(snapshot, picture)
    assert picture.read_bytes() == snapshot.read_bytes(), "run `make snapshots` once more"
