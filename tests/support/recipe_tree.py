"""A copy of the source tree for following recipes, and the number of files that each promises."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).parents[2]
LEFT_OUT = (".git", ".venv", "__pycache__", "snapshots", "build", ".*_cache", "*.svg")
VERSIONS = "models/migrations/versions"


class Tree:
    """A copy of the source tree, and the names of the changed files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.touched: set[str] = set()
        shutil.copytree(HOUSE, folder, symlinks=True, ignore=shutil.ignore_patterns(*LEFT_OUT))

    def add(self, name: str, text: str) -> None:
        """Add a file."""
        self.touched.add(name)
        file = self.folder / name
        assert not file.exists(), name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text.strip("\n") + "\n", encoding="utf-8")

    def put(self, name: str, behind: str, text: str) -> None:
        """Insert lines after the first line that begins with `behind`."""
        self.touched.add(name)
        file = self.folder / name
        lines = file.read_text(encoding="utf-8").splitlines()
        place = next(n for n, line in enumerate(lines, 1) if line.lstrip().startswith(behind))
        lines[place:place] = text.strip("\n").splitlines()
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace the only occurrence of `old` in a file."""
        self.touched.add(name)
        file = self.folder / name
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, (name, old)
        file.write_text(text.replace(old, new), encoding="utf-8")

    @property
    def book(self) -> Path:
        """The book on which commands work."""
        return self.folder / "book.db"

    def table(self, *lines: str) -> str:
        """Write a table file; return its name."""
        file = self.folder / "table.csv"
        file.write_text("\n".join(lines), encoding="utf-8")
        return str(file)

    def python(self, *words: str) -> str:
        """Run Python in the copy; return its output."""
        return self._run(sys.executable, *words)

    def partnerdesk(self, *words: str) -> str:
        """Run a command of the copy on the copy's book; return its output."""
        return self.python("-m", "partnerdesk", *words, "--database", str(self.book))

    def imports(self) -> None:
        """Check the import contracts of the copy."""
        self._run(str(Path(sys.executable).with_name("lint-imports")), "--no-cache")

    def _run(self, *command: str) -> str:
        own = {"PYTHONPATH": str(self.folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            command, cwd=self.folder, env=os.environ | own, capture_output=True, text=True,
            timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    def test(self, *words: str) -> None:
        """Run some of the copy's own tests."""
        self.python("-m", "pytest", "-q", *words)


def promised(recipe: str) -> int:
    """Return the number of files that a recipe changes according to docs/recipes.md."""
    text = (HOUSE / "docs" / "recipes.md").read_text(encoding="utf-8")
    heading = re.search(rf"^## {re.escape(recipe)}: (\d+) files$", text, re.MULTILINE)
    assert heading, recipe
    return int(heading[1])


def migration(body: str) -> tuple[str, str]:
    """Return the name and text of a migration that follows the latest one."""
    last = max(file.name[:4] for file in (HOUSE / VERSIONS).glob("[0-9]*.py"))
    new = f"{int(last) + 1:04}"
    text = f'''
"""The migration of a recipe."""

import sqlalchemy as sa
from alembic import op

from partnerdesk.models.database.column_types import Moment, SortedText

revision = "{new}"
down_revision = "{last}"


def upgrade() -> None:
    """Bring the schema from the version before to this one."""
{body}
'''
    return f"{VERSIONS}/{new}_recipe.py", text
