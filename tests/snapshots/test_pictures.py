"""The pictures of README and guide are the screens of today."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
SNAPSHOTS = Path(__file__).parent / "__snapshots__" / "test_screens"


SHOWN = {
    name: f"test_screen[{name}-en-120x40]"
    for name in (
        "resources",
        "overview",
        "customers",
        "customer",
        "add-customer",
        "changes",
        "invitations",
        "delegated-admin",
    )
} | {"details": "test_details_beside_a_list[customers-en-160x45]"}
"""The snapshot of each picture in `docs/pictures`."""


@pytest.mark.parametrize("name", SHOWN)
def test_a_picture_in_the_docs_is_its_snapshot(name: str, request: pytest.FixtureRequest) -> None:
    snapshot = SNAPSHOTS / f"{SHOWN[name]}.svg"
    picture = PICTURES / f"{name}.svg"
    if request.config.getoption("--snapshot-update"):
        shutil.copyfile(snapshot, picture)
    assert picture.read_bytes() == snapshot.read_bytes(), "run `make snapshots` once more"
