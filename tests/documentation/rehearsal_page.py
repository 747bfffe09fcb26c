"""Renews the tables of `docs/rehearsal.md` from the data of the rehearsal."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from partnerdesk.rehearsal.areas import AREAS
from partnerdesk.rehearsal.clock import Clock
from partnerdesk.rehearsal.faults import FAULTS
from partnerdesk.rehearsal.operation import EVERYWHERE, Host
from partnerdesk.rehearsal.options import Options
from partnerdesk.rehearsal.rehearsal import start
from partnerdesk.rehearsal.state import State
from partnerdesk.rehearsal.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parents[2] / "docs" / "rehearsal.md"
STAGES = {
    "before": "instead",
    "inside": "while",
    "after": "after",
    "refusal": "refusals",
    "sign-in": "discovery",
    "at-tokens": "token",
}
"""The word of each stage: nothing is done; it is played by the work; the work is done."""


def renewed(page: str) -> str:
    """Return the page with its tables as the data are now."""
    tables = {
        "faults": _table("| Fault | Does | Hits | When | Usual |", _faults()),
        "options": _table("| Option | At first | Is |", _options()),
        "control": _table("| Name | Does |", _control()),
        "operations": _table("| Operation | Call | Sign-in | Clouds | Document |", _operations()),
    }
    for name, table in tables.items():
        begin, end = f"<!-- {name}: made by `make docs` -->", f"<!-- end of {name} -->"
        before, _, rest = page.partition(begin)
        page = f"{before}{begin}\n{table}{end}{rest.partition(end)[2]}"
    return page


def _table(head: str, rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, "|" + "---|" * (head.count("|") - 1)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _faults() -> Iterator[tuple[str, ...]]:
    for fault in FAULTS.values():
        usual = "yes" if fault.usual else ""
        yield f"`{fault.name}`", fault.text, str(fault.needs), STAGES[fault.stage], usual


def _options() -> Iterator[tuple[str, ...]]:
    """Each option with the text that stands under it."""
    usual = Options().as_json()
    [kind] = ast.parse(inspect.getsource(Options)).body
    assert isinstance(kind, ast.ClassDef)
    for field, text in zip(kind.body, kind.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            assert isinstance(text, ast.Expr)
            assert isinstance(text.value, ast.Constant)
            words = " ".join(str(text.value.value).split())
            yield f"`{field.target.id}`", f"{usual[field.target.id]}", words


def _control() -> Iterator[tuple[str, ...]]:
    with TemporaryDirectory() as folder:
        state = State(Path(folder) / "rehearsal.db")
        world = World(state, Clock(), "1", addresses={host: f"https://{host}" for host in Host})
        names = start(world, 1).control.names()
        state.close()
    for name, text in sorted(names.items()):
        yield f"`{name}`", text


def _operations() -> Iterator[tuple[str, ...]]:
    for area in AREAS:
        for operation in area.operations:
            where = "" if operation.host is Host.API else f" ({operation.host})"
            clouds = (
                "all" if operation.clouds == EVERYWHERE else ", ".join(sorted(operation.clouds))
            )
            call = f"{operation.method} `{operation.path}`{where}"
            yield f"`{operation.name}`", call, str(operation.auth), clouds, operation.source
