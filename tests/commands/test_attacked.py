"""What an attack on the program found: secrets in headings, open folders, odd flags and keys."""

from __future__ import annotations

import os
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.core import paths
from partnerdesk.models.core.clock import now
from partnerdesk.models.core.crash_report import write_report
from tests.support.commands import run

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRETS = [
    "root:x:0:0:root:/root:/bin/bash\n",
    "hunter2\n",
    "correct horse battery staple\n",
    "machine example.com login anna password hunter2\n",
    "-----BEGIN PRIVATE KEY-----\nabc\n",
    "token;aGVsbG8gd29ybGQ=;x1Zq9==;x9+/Q1==\n",
]


@pytest.mark.parametrize("text", SECRETS)
def test_a_file_that_is_no_table_is_not_shown(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.txt"
    file.write_text(text)
    for words in ((), ("--map", "domain=x")):
        result = run("customers", "import", file, "--database", tmp_path / "book.db", *words)
        assert result.code in (1, 2)
        for word in text.replace(";", " ").split():
            if word not in ("x", "token"):
                assert word not in result.out + result.err, result.err


def test_headings_of_an_unknown_table_are_named(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("Kundennr.,Ort (Stadt),=1+1\n1,Bonn,2\n")
    result = run("customers", "import", file, "--database", tmp_path / "book.db")
    assert "Kundennr., Ort (Stadt)." in result.err
    assert "=1+1" not in result.err


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.crashes
@pytest.mark.usefixtures("open_umask")
def test_all_that_is_made_is_its_owners_alone(tmp_path: Path) -> None:
    book, home = tmp_path / "new" / "deep" / "book.db", tmp_path / "home"
    assert run("customers", "list", "--database", book).code == 0
    assert run("customers", "list").code == 0
    assert run("views", "save", "x", "--list", "customers", "--filter", "a").code == 0
    assert run("database", "backup", book.with_name("copy.db"), "--database", book).code == 0
    write_report(ValueError(), now())
    made = [*home.rglob("*"), book.parent.parent, *book.parent.rglob("*")]
    assert len(made) > 8
    for path in made:
        expected = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == expected, path


@pytest.mark.parametrize("flag", ["--view", "--columns", "--sort", "--filter", "--lang"])
def test_bare_dashes_are_no_value(flag: str) -> None:
    result = run("customers", "list", f"{flag}=--")
    assert (result.code, result.out) == (2, "")
    assert f"{flag} needs a value" in result.err


@pytest.mark.parametrize("key", ["\x1b[2J", "f4,\x07", "\u202e"])
def test_a_control_character_is_no_key(tmp_path: Path, key: str) -> None:
    config = tmp_path / "own.toml"
    config.write_text(
        f'[keys]\n"customers.filter" = "{key.encode("unicode_escape").decode()}"\n'.replace(
            "\\x1b", "\\u001b"
        ).replace("\\x07", "\\u0007")
    )
    result = run("info", "--config", config)
    assert result.code == 2
    assert "names of keys" in result.err
    assert key not in result.err


@pytest.mark.crashes
def test_reports_of_one_second_are_all_kept() -> None:
    at = now()
    with ThreadPoolExecutor(8) as pool:
        written = list(pool.map(lambda number: write_report(ValueError(number), at), range(24)))
    assert len(set(written)) == 24
    assert len(list(paths.state_folder().glob("crash-*.txt"))) == 24


@pytest.mark.parametrize("name", ["precious.json", "notes.txt"])
def test_what_a_link_in_the_place_of_views_leads_to_is_never_renamed(
    tmp_path: Path, name: str
) -> None:
    target = tmp_path / name
    target.write_text("damaged")
    views = paths.user_views()
    views.parent.mkdir(parents=True)
    views.symlink_to(target)
    result = run("views", "save", "x", "--list", "customers", "--filter", "a")
    assert result.code == 1
    assert "a link" in result.err
    assert views.is_symlink()
    assert target.read_text() == "damaged"
    kept = [path.name for path in tmp_path.iterdir() if not path.name.endswith(".lock")]
    assert sorted(kept) == sorted([name, "home"])


@pytest.mark.parametrize("place", ["/dev/null", "/dev/zero"])
def test_a_link_to_a_device_stays(place: str) -> None:
    views = paths.user_views()
    views.parent.mkdir(parents=True)
    views.symlink_to(place)
    assert run("views", "save", "x", "--list", "customers", "--filter", "a").code == 1
    assert run("customers", "export", views, "--overwrite").code in (1, 3)
    assert views.readlink() == Path(place)


_SPY = "AFTER INSERT ON customers BEGIN DELETE FROM notes; END"
_WORDS = "customers_words_add"


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        (f"CREATE TRIGGER spy {_SPY}", "trigger spy"),
        ("CREATE VIEW everyone AS SELECT * FROM customers", "view everyone"),
        (f"DROP TRIGGER {_WORDS}; CREATE TRIGGER {_WORDS} {_SPY}", f"trigger {_WORDS}"),
    ],
)
def test_check_names_triggers_and_views_of_others(
    tmp_path: Path, statement: str, name: str
) -> None:
    book = tmp_path / "book.db"
    assert run("customers", "list", "--database", book).code == 0
    assert run("database", "check", "--database", book).code == 0
    with closing(sqlite3.connect(book)) as raw:
        raw.executescript(statement)
    result = run("database", "check", "--database", book)
    assert result.code == 1
    assert f"Not of partnerdesk: {name}" in result.out
