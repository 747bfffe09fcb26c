"""Restricted mode of commands and settings: who turns it on, and what it takes away."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from partnerdesk.cli.shared import confinement
from partnerdesk.models.core import paths
from partnerdesk.models.core.given_files import DOOR
from partnerdesk.models.settings import load as settings
from tests.support.commands import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

APP = ("--cloud", "global", "--auth", "app", "--tenant", "contoso.com", "--client-id", "1" * 8)
FORCED = {"SSH_ORIGINAL_COMMAND": "scp -t ."}


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Let the home folder of the test be the one that the system knows; take all back later."""
    variables, stops = dict(os.environ), signal.getsignal(signal.SIGTSTP)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(confinement, "home", lambda: str(tmp_path / "home"))
    yield
    signal.signal(signal.SIGTSTP, stops)
    os.environ.clear()
    os.environ.update(variables)


@pytest.fixture
def administrator(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the administrator's settings file, which is empty."""
    file = tmp_path / "etc" / "config.toml"
    file.parent.mkdir()
    file.touch()
    monkeypatch.setattr(paths, "administrator_settings", lambda: file)
    return file


def own_settings(text: str) -> None:
    file = paths.user_settings()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.mark.parametrize("how", ["flag", "forced command", "own file", "administrator", "variable"])
def test_each_source_turns_it_on_and_none_turns_it_off(
    how: str, administrator: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    words = ["--restricted"] if how == "flag" else []
    own_settings(f"restricted = {str(how == 'own file').lower()}\n")
    if how == "administrator":
        administrator.write_text("restricted = true\n")
    if how == "forced command":
        monkeypatch.setenv("SSH_ORIGINAL_COMMAND", "")
    monkeypatch.setenv("PARTNERDESK_RESTRICTED", str(how == "variable").lower())
    (tmp_path / "c.toml").touch()
    flags = [["--database", str(tmp_path / "other.db")], ["--config", str(tmp_path / "c.toml")]]
    if how == "own file":
        flags.pop()  # who may name another file than this one may write this one, too
    for flag in flags:
        result = run("customers", "list", *words, *flag)
        assert (result.code, result.out) == (3, ""), result.err
        assert f"{flag[0]} is not allowed in restricted mode" in result.err
    assert not (tmp_path / "other.db").exists()


def test_a_connection_by_ssh_alone_is_not_restricted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22")
    assert run("customers", "list", "--database", tmp_path / "other.db").code == 0


def test_nothing_of_the_environment_is_a_setting(
    administrator: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    administrator.write_text('restricted = true\nfiles_folder = "~/shared"\n')
    other = tmp_path / "other.db"
    for name, value in {
        "PARTNERDESK_DATABASE": str(other), "PARTNERDESK_FILES_FOLDER": "/", "XDG_DATA_HOME": "/x",
        "partnerdesk_files_folder": "/", "PARTNERDESK_KEYS__X": "1", "XDG_CONFIG_HOME": "/x",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    assert run("customers", "list").code == 0
    assert not other.exists()
    assert DOOR.folder == tmp_path / "home" / "shared"
    assert paths.data_folder() == tmp_path / "home" / ".local" / "share" / "partnerdesk"


def test_the_administrators_folder_stands(administrator: Path, tmp_path: Path) -> None:
    administrator.write_text(f'files_folder = "{tmp_path / "shared"}"\n')
    own_settings('files_folder = "/"\nrestricted = false\n')
    assert settings.load().files_folder == str(tmp_path / "shared")
    assert run("customers", "export", tmp_path / "x.csv").code == 3
    result = run("customers", "export", "x.csv")
    assert result.code == 0, result.err
    assert (tmp_path / "shared" / "x.csv").exists()


def test_an_administrators_file_that_cannot_be_read_stops_the_start(administrator: Path) -> None:
    administrator.write_text("restricted = maybe")
    assert run("customers", "list").code == 2
    administrator.unlink()
    administrator.mkdir()
    assert run("customers", "list").code == 2


@pytest.mark.parametrize(
    "words",
    [
        ("customers", "export", "{out}/x.csv"),
        ("customers", "export", "../x.csv"),
        ("customers", "import", "{out}/in.csv"),
        ("customers", "import", "in.csv", "--refused", "{out}/x.csv"),
        ("customers", "tag", "--file", "{out}/in.csv", "--add", "x"),
        ("customers", "add", "--file", "{out}/in.csv"),
        ("relationships", "invite", "--file", "{out}/in.csv"),
        ("database", "backup", "{out}/x.db"),
        ("database", "restore", "in.db"),
        ("rehearsal", "serve", "--state", "{out}/state"),
        ("rehearsal", "serve", "--customers-file", "{out}/in.csv"),
        ("accounts", "add", *APP, "--certificate", "{out}/in.csv"),
        ("accounts", "add", *APP, "--secret-file", "{out}/in.csv"),
    ],
)
def test_no_command_reads_or_writes_outside(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "in.csv").write_text("secret heading\nsecret value\n")
    assert run("customers", "list", "--restricted").code == 0
    (tmp_path / "home" / "partnerdesk-files" / "in.csv").write_text("Microsoft ID\nx\n")
    before = sorted(tmp_path.iterdir())
    result = run(*(word.format(out=tmp_path) for word in words), "--restricted")
    assert result.code in (2, 3, 4), result
    assert "secret" not in result.err.replace("--secret-file", "") + result.out
    assert sorted(tmp_path.iterdir()) == before


def test_a_completion_of_a_shell_writes_no_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """argcomplete writes to a file that a variable names."""
    target = tmp_path / "target"
    target.write_text("kept")
    for name, value in {
        **FORCED, "_ARGCOMPLETE": "1", "_ARGCOMPLETE_STDOUT_FILENAME": str(target),
        "COMP_LINE": "partnerdesk cu", "COMP_POINT": "14", "_ARGCOMPLETE_IFS": "\n",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    assert "needs a terminal" in run().err
    assert target.read_text() == "kept"


def test_info_says_that_it_is_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "SSH_ORIGINAL_COMMAND", "x")
    said = run("info", "--json").json["settings"]
    assert said["restricted"].startswith("true")
