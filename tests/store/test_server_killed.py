"""PostgreSQL is killed in the middle of a plan: nothing half, nothing twice, and a plain word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, event

from tests.support.commands import Result, run
from tests.support.postgres import OwnServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TABLE = (
    "Microsoft ID,Company name,Primary domain name,Relationship\n"
    "11111111-1111-4222-8333-444444444444,Alpha GmbH,alpha.onmicrosoft.com,Cloud Reseller\n"
)
STEPS = ("INSERT INTO tags", "UPDATE customers", "INSERT INTO changes", "COMMIT")
"""What is written next when the server dies."""


@pytest.fixture(scope="module")
def server() -> Iterator[OwnServer]:
    with OwnServer() as server:
        yield server


class Killing:
    """Kills a server once, before a statement that begins so is sent."""

    def __init__(self, kill: Callable[[], None], statement: str) -> None:
        self._kill, self._statement = kill, statement
        self.has_killed = False

    def __enter__(self) -> Killing:
        event.listen(Engine, "before_cursor_execute", self._executes)
        event.listen(Engine, "commit", self._commits)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(Engine, "before_cursor_execute", self._executes)
        event.remove(Engine, "commit", self._commits)

    def _executes(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(self._statement) and not self.has_killed:
            self.has_killed = True
            self._kill()

    def _commits(self, _connection: object) -> None:
        self._executes(None, None, "COMMIT")


def test_a_server_that_dies_in_a_plan_leaves_nothing_half(
    server: OwnServer, tmp_path: Path
) -> None:
    def book(*words: str | Path) -> Result:
        return run(*words, "--database", server.address)

    (tmp_path / "in.csv").write_text(TABLE)
    assert book("customers", "import", tmp_path / "in.csv").code == 0
    whole = book("customers", "show", "alpha.onmicrosoft.com", "--json").json
    history = len(book("changes", "list", "--json").json)
    for number, step in enumerate(STEPS, 1):
        tag = ("customers", "tag", "alpha.onmicrosoft.com", "--add", f"tag{number}")
        with Killing(server.kill, step) as killing:
            failed = book(*tag)
        assert killing.has_killed, step
        assert failed.code == 6, failed
        assert "cannot be reached" in failed.err
        assert "Look whether the server runs" in failed.err
        assert "Traceback" not in failed.err
        assert book("customers", "list").code == 6, "it is gone"
        server.start()
        shown = book("customers", "show", "alpha.onmicrosoft.com", "--json").json
        assert shown["tags"] == whole["tags"], step
        assert len(book("changes", "list", "--json").json) == history
        assert book("database", "check").code == 0
        assert book("changes", "verify").code == 0
        assert book(*tag).code == 0
        whole, history = (
            book("customers", "show", "alpha.onmicrosoft.com", "--json").json,
            history + 1,
        )
        assert f"tag{number}" in whole["tags"]
        assert len(book("changes", "list", "--json").json) == history
