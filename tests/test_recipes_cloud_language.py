"""What a new cloud and a new language cost: a copy of the program gets one, by the recipe."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HOUSE = Path(__file__).parents[1]
ROOMS = ("cli", "mailing", "models", "screens", "tui")


class Copy:
    """A copy of the program, and what was changed in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for room in (*ROOMS, "src"):
            shutil.copytree(
                HOUSE / room, folder / room, symlinks=True,
                ignore=shutil.ignore_patterns("__pycache__"),
            )  # fmt: skip
        shutil.copy(HOUSE / "config.toml", folder)

    def changed(self) -> list[str]:
        """Return the files that differ from the program's own, and those that it has not."""
        found = []
        for file in sorted(self.folder.rglob("*")):
            name = file.relative_to(self.folder)
            if file.is_file() and "__pycache__" not in name.parts and name.parts[0] != "src":
                own = HOUSE / name
                if not own.is_file() or own.read_bytes() != file.read_bytes():
                    found.append(name.as_posix())
        return found

    def run(self, *words: str | Path, code: int = 0, **environment: str) -> str:
        """Run a command of the copy in a process of its own; return all that it says."""
        done = subprocess.run(
            [sys.executable, "-m", "partnerdesk", *map(str, words)],
            env={**os.environ, "PYTHONPATH": str(self.folder / "src"), **environment},
            cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert done.returncode == code, said
        return said

    def json(self, *words: str | Path) -> Any:
        """Run a command of the copy, and read what it prints."""
        return json.loads(self.run(*words, "--json"))


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "copy")


MARS = """
[clouds.mars-one]
name = "Partner Center for Mars"
short_name = "Mars"
domain_suffix = "mars.example"
color = "cyan"
enabled = true
link_hosts = ["office.example"]
countries = ["JP"]
outside_text = "Nobody on Mars is in {country}."
[clouds.mars-one.texts]
remove_relationship = "Nobody leaves Mars."

# What each cloud can do"""
CELL = re.compile(r'(remove_relationship +=.*)(, source = ")')


def test_a_cloud_is_a_table_in_one_file(copy: Copy, tmp_path: Path) -> None:
    config = copy.folder / "config.toml"
    text = config.read_text().replace("\n# What each cloud can do", MARS, 1)
    config.write_text(CELL.sub(r'\1, mars-one = "no"\2', text))
    assert copy.changed() == ["config.toml"]

    assert "mars-one: kept by hand" in copy.run("accounts", "list")
    assert copy.json("info")["settings"]["clouds.mars-one.enabled"].startswith("true")
    off = copy.run("accounts", "list", PARTNERDESK_CLOUDS__MARS_ONE__ENABLED="false")
    assert "mars-one" not in off

    new = ("customers", "add", "--cloud", "mars-one", "--dry-run", "--company-name", "Olympus AG",
           "--country", "PT")  # fmt: skip
    assert "Nobody on Mars is in Португалия." in copy.run(*new, "--lang", "ru", code=3)
    link = "https://{}/?invType=ResellerRelationship&partnerId=3b33e682-00c3-41ee-9dd2-a548adf56438"
    invite = ("relationships", "invite", "--company", "Olympus", "--email", "a@olympus.example",
              "--dry-run", "--cloud")  # fmt: skip
    own, foreign = link.format("portal.office.example"), link.format("portal.office.de")
    assert "another cloud" not in copy.run(*invite, "mars-one", "--link", own)
    assert "another cloud" in copy.run(*invite, "mars-one", "--link", foreign)
    assert "another cloud" in copy.run(*invite, "global", "--link", own)

    book = tmp_path / "demo.db"
    copy.run("demo", "--database", book, "--customers", "300")
    words = ("customers", "list", "--database", book, "--filter", "cloud:mars")
    listed = copy.json(*words)
    assert listed
    assert {customer["cloud"] for customer in listed} == {"mars-one"}
    assert any(customer["primary_domain"].endswith(".mars.example") for customer in listed)
    assert "Mars" in copy.run(*words, "--columns", "company,cloud")
    resold = (one for one in listed if one["relationship_to_partner"] == "reseller")
    domain = next(customer["primary_domain"] for customer in resold)
    end = ("relationships", "end", "--customer", domain, "--cloud", "mars-one", "--reason", "sold")
    assert "Nobody leaves Mars." in copy.run(*end, "--database", book, "--dry-run")
