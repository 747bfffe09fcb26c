"""Rules of the code base: imports of the first frame, content of the wheel, rules of files."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import venv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUSE = Path(__file__).parents[2]

FIRST_FRAME = """
import asyncio, json, os, sys, threading
from partnerdesk.cli.shared.open_book import book
from partnerdesk.models.settings import load as settings
from partnerdesk.models.session import AppSession
from partnerdesk.models.settings.database_url import SqliteFile
from partnerdesk.models.database.store import Store
from pathlib import Path

async def main():
    chosen = settings.load()
    from partnerdesk.tui.app import ConsoleApp
    desk = AppSession(chosen, Store(SqliteFile(Path(sys.argv[1]))))
    desk.open = asyncio.Event().wait  # the book is opened beside the first frame: never here
    app = ConsoleApp(desk)
    loaded = []
    async with app.run_test(size=(80, 24)) as pilot:
        loaded = sorted({name.partition(".")[0] for name in sys.modules})
        print(json.dumps(loaded), flush=True)
        os._exit(0)

asyncio.run(main())
"""
HEAVY = {"sqlmodel", "sqlalchemy", "alembic", "pydantic", "pydantic_settings", "psycopg", "httpx",
         "msal", "babel", "xlsxwriter", "python_calamine"}  # fmt: skip


def test_the_first_frame_loads_nothing_heavy(tmp_path: Path) -> None:
    """With cached settings, as on every start except the first."""
    warm = [sys.executable, "-c", "from partnerdesk.models.settings.load import load; load()"]
    subprocess.run(warm, check=True, cwd=HOUSE)
    command = [sys.executable, "-c", FIRST_FRAME, str(tmp_path / "book.db")]
    result = subprocess.run(command, check=True, cwd=HOUSE, capture_output=True, text=True)
    loaded = set(json.loads(result.stdout))
    assert "textual" in loaded
    assert loaded & HEAVY == set()


def test_the_rows_of_the_last_list_load_no_orm(tmp_path: Path) -> None:
    """A book with the newest schema is opened and listed over a plain connection."""
    from tests.support.books import demo_store

    demo_store(tmp_path)
    program = (
        "import json, sys; from pathlib import Path\n"
        "from partnerdesk.models.customers.list import CUSTOMERS\n"
        "from partnerdesk.models.settings.database_url import SqliteFile\n"
        "from partnerdesk.models.lists.filter_parser import parse\n"
        "from partnerdesk.models.lists.query import Query\n"
        "from partnerdesk.models.database.store import Store; from datetime import datetime, UTC\n"
        "store = Store(SqliteFile(Path(sys.argv[1]))); store.open(['global'])\n"
        "query = Query(CUSTOMERS, (1,), parse('a', CUSTOMERS, datetime.now(UTC)),"
        " CUSTOMERS.default_sort)\n"
        "assert query.window(store.connect(), 0, 10)\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "demo.db")]
    result = subprocess.run(command, check=True, cwd=HOUSE, capture_output=True, text=True)
    assert set(json.loads(result.stdout)) & HEAVY == set()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run(command, check=True, cwd=HOUSE, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_works_alone_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    """The wheel works without the source tree, beside packages with the names of its folders.

    The dependencies are taken from this environment.
    """
    home = tmp_path / "environment"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    install = [
        str(python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True)
    site = next((home / "lib").glob("python*/site-packages"))
    ours = next(path for path in sys.path if path.endswith("site-packages"))
    # Adds our site-packages after the wheel, without the .pth file of the editable install.
    (site / "dependencies.py").write_text(f"import sys; sys.path.append({ours!r})\n")
    (site / "dependencies.pth").write_text("import dependencies\n")
    # Other packages of the same names.
    for name in ("models", "screens", "tui", "cli", "mailing", "partnercenter", "rehearsal"):
        (site / f"{name}.py").write_text("theirs = True\n")
    for words in (["info"], ["customers", "list"], ["customers", "list", "--demo", "--json"]):
        command = [str(home / "bin" / "partnerdesk"), *words]
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        if words == ["info"]:
            assert str(site) in result.stdout, "it reads its own config.toml"
        if "--json" in words:
            assert len(json.loads(result.stdout)) > 1_000
    theirs = "import partnerdesk, models; assert models.theirs"
    subprocess.run([str(python), "-c", theirs], check=True, cwd=tmp_path)
    held = subprocess.run(
        [str(python), "-m", "zipfile", "-l", str(wheel)], check=True, capture_output=True, text=True
    ).stdout
    for needed in ("config.toml", "screens/shared/help.tcss", "tui/app.tcss",
                   "models/languages/ru/guides/manage-customers.md",
                   "models/migrations/versions/0001_book.py",
                   "models/languages/ru/LC_MESSAGES/partnerdesk.mo"):  # fmt: skip
        assert f"partnerdesk/{needed}" in held
    assert "tests/" not in held


def test_the_import_contracts_are_kept() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    result = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


def test_files_name_no_package_index_and_no_machine() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=HOUSE, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    hosts = re.compile(r"pypi\.(org)|python(hosted)\.org|/(root)/|/(work)/")
    for name in listed.stdout.splitlines():
        file = HOUSE / name
        if file.suffix in {".svg", ".mo", ".png"} or not file.is_file():
            continue
        assert not hosts.search(file.read_text(encoding="utf-8", errors="replace")), name
    assert "--index" not in (HOUSE / "requirements.lock").read_text()


def _called(file: Path) -> Iterator[str]:
    """Return the names of all functions and methods that a file calls."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Attribute):
                yield function.attr
            elif isinstance(function, ast.Name):
                yield function.id


SHOWN = [file for room in ("screens", "tui") for file in sorted((HOUSE / room).rglob("*.py"))]
"""All files of the user interface."""


def test_a_handler_never_waits() -> None:
    """A handler must not await: the awaited call could remove the handler's own screen."""
    waiting = [
        f"{file}:{node.lineno} {node.name}"
        for file in SHOWN
        if file.name not in ("app.py", "base_app.py")  # the app outlives its screens
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.AsyncFunctionDef) and node.name.startswith(("on_", "watch_"))
    ]
    assert waiting == []


@pytest.mark.parametrize(
    ("names", "places"),
    [
        # Work for a screen or table starts in one place, which cancels it with the screen.
        ({"run_worker", "work"}, {"tui/jobs.py", "tui/widgets/reads.py"}),
        ({"create_task", "call_from_thread", "set_timer", "run_coroutine_threadsafe"}, set()),
        ({"set_interval"}, {"tui/book_watch.py"}),
        # Only the app removes screens, one after the other.
        (
            {"push_screen", "pop_screen", "switch_screen", "push_screen_wait", "pop_until_active"},
            {"tui/app.py", "tui/base_app.py", "tui/surviving.py"},
        ),
        (
            {"dismiss"},
            {
                "screens/shared/choice_dialog.py",
                "screens/shared/columns_dialog.py",
                "screens/shared/first_admin_dialog.py",
                "screens/shared/note_dialog.py",
            },
        ),
    ],
)
def test_work_begins_in_few_places(names: set[str], places: set[str]) -> None:
    found = {
        file.relative_to(HOUSE).as_posix()
        for file in SHOWN
        for name in _called(file)
        if name in names
    }
    assert found == places


def test_no_screen_asks_whether_it_is_still_there() -> None:
    for file in SHOWN:
        assert "is_attached" not in file.read_text(), file
