"""The recipes for a new cloud and a new language, on a copy of the program."""

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
from babel.messages import Catalog
from babel.messages.mofile import write_mo

HOUSE = Path(__file__).parents[2]
ROOMS = ("cli", "mailing", "models", "partnercenter", "rehearsal", "screens", "tui")


LINK = "https://{}/?invType=ResellerRelationship&partnerId=3b33e682-00c3-41ee-9dd2-a548adf56438"


class Copy:
    """A copy of the program in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for room in (*ROOMS, "src"):
            shutil.copytree(
                HOUSE / room,
                folder / room,
                symlinks=True,
                ignore=shutil.ignore_patterns("__pycache__"),
            )
        shutil.copy(HOUSE / "config.toml", folder)

    def changed(self) -> list[str]:
        """Return the files of the copy that are changed or new."""
        found = []
        for file in sorted(self.folder.rglob("*")):
            name = file.relative_to(self.folder)
            if file.is_file() and "__pycache__" not in name.parts and name.parts[0] != "src":
                own = HOUSE / name
                if not own.is_file() or own.read_bytes() != file.read_bytes():
                    found.append(name.as_posix())
        return found

    def run(self, *words: str | Path, code: int = 0, **environment: str) -> str:
        """Run a command of the copy in its own process; return stdout and stderr."""
        return self.python("-m", "partnerdesk", *words, code=code, **environment)

    def python(self, *words: str | Path, code: int = 0, **environment: str) -> str:
        """Run this Python with the code of the copy; return stdout and stderr."""
        done = subprocess.run(
            [sys.executable, *map(str, words)],
            env={**os.environ, "PYTHONPATH": str(self.folder / "src"), **environment},
            cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert done.returncode == code, said
        return said

    def json(self, *words: str | Path) -> Any:
        """Run a command of the copy with `--json`; return the parsed output."""
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
    invite = ("relationships", "invite", "--company", "Olympus", "--email", "a@olympus.example",
              "--dry-run", "--cloud")  # fmt: skip
    own, foreign = LINK.format("portal.office.example"), LINK.format("portal.office.de")
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


FRENCH = '''    "fr": Language(N_("French"), "%d/%m/%Y"),
}
"""The languages by code.'''
IMPORT = """
doubtful = []
line = "Ligne"
reason = "Motif"
[[headings]]
microsoft_id = ["Identifiant Microsoft"]
company_name = ["Nom de la société"]
primary_domain = ["Nom de domaine principal"]
relationship_to_partner = ["Relation"]
[relationships]
reseller = ["Revendeur"]
"""
SHEET = """Identifiant Microsoft,Nom de la société,Nom de domaine principal,Relation
1f6b7b0e-52d1-4a0c-8d5d-3c6f0f8c2a11,Lumière SARL,lumiere.onmicrosoft.com,Revendeur
"""
GUIDE_AND_DAY = """
from datetime import UTC, datetime
from partnerdesk.models.languages import speak
from partnerdesk.models.letters.letter import language_for
from partnerdesk.models.relationships.invitation_details import letter_day
from partnerdesk.models.resources import RESOURCES
speak("fr")
print(RESOURCES[0].guide(), letter_day(datetime(2026, 11, 30, tzinfo=UTC), language_for("fr-CH")))
"""


def french(folder: Path) -> None:
    """Write a small French translation: one console text, a guide, the letters, import headings."""
    for part in ("LC_MESSAGES", "guides"):
        (folder / part).mkdir(parents=True)
    catalogue = Catalog(locale="fr")
    catalogue.add("Company", "Société")
    with (folder / "LC_MESSAGES" / "partnerdesk.mo").open("wb") as file:
        write_mo(file, catalogue)
    (folder / "guides" / "get-new-customers.md").write_text("# Trouver des clients\n")
    shutil.copytree(folder.parent / "en" / "letters", folder / "letters")
    for letter in (folder / "letters").iterdir():
        letter.write_text(letter.read_text().replace("Dear", "Bonjour"))
    (folder / "import.toml").write_text(IMPORT)


def test_a_language_is_a_line_and_a_folder(copy: Copy, tmp_path: Path) -> None:
    languages = copy.folder / "models" / "languages"
    line = languages / "__init__.py"
    line.write_text(line.read_text().replace('}\n"""The languages by code.', FRENCH, 1))
    french(languages / "fr")
    others = [name for name in copy.changed() if not name.startswith("models/languages/fr/")]
    assert others == ["models/languages/__init__.py"]

    book = tmp_path / "book.db"
    sheet = tmp_path / "clients.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    copy.run("customers", "import", sheet, "--cloud", "global", "--database", book)
    words = ("customers", "list", "--database", book)
    (customer,) = copy.json(*words)
    assert customer["company_name"] == "Lumière SARL"
    assert customer["relationship_to_partner"] == "reseller"
    assert copy.run(*words, "--lang", "fr").startswith("Société")
    assert copy.run(*words, PARTNERDESK_LANGUAGE="fr").startswith("Société")
    assert copy.run(*words, LANG="fr_FR.UTF-8", LC_ALL="").startswith("Société")
    unknown = copy.run(*words, PARTNERDESK_LANGUAGE="de", code=2)
    assert "It must be one of '', 'en', 'ru' or 'fr'." in unknown

    new = ("customers", "add", "--dry-run", "--json", "--company-name", "Soleil SARL", "--country",
           "Allemagne", "--language", "allemand")  # fmt: skip
    added = copy.run(*new, code=3)
    assert "country.unknown" not in added
    assert "language.unknown" not in added
    assert "language.unknown" in copy.run(*new, "--language", "martien", code=3)
    invite = ("relationships", "invite", "--company", "Soleil SARL", "--email", "a@soleil.example",
              "--contact", "Anne", "--link", LINK.format("admin.microsoft.com"), "--dry-run",
              "--language")  # fmt: skip
    assert "Bonjour" in copy.run(*invite, "fr")
    assert "Bonjour" not in copy.run(*invite, "en")
    assert copy.python("-c", GUIDE_AND_DAY).split("\n") == [
        "# Trouver des clients",
        " 30/11/2026",
        "",
    ]
