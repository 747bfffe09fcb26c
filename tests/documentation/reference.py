"""Writes `docs/reference.md`: every column, key, command, setting and code, from the code."""

from __future__ import annotations

import argparse
import ast
import re
import tomllib
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import TYPE_CHECKING, Any

import partnerdesk.models
from partnerdesk.cli.parsing import COMMANDS, parser
from partnerdesk.models.core.errors import ExitCode
from partnerdesk.models.customers.form.reasons import CODES
from partnerdesk.models.lists.spec import ListSpec
from tests.walker.catalogue import all_screens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

HOUSE = Path(__file__).parents[2]
PAGE = HOUSE / "docs" / "reference.md"
_HEAD = """# Reference

Every column, key, command, setting and code there is. `make docs` writes this page from the
code; what they are for, the [guide](guide.md) says.
"""
_CODE = re.compile(r"[a-z0-9-]+\.[a-z-]+")
_SWITCHES = ("--help", "--version")


def text() -> str:
    """Return the whole page."""
    return "\n".join([_HEAD, *_lists(), *_keys(), *_commands(), *_settings(), *_codes()])


def lists() -> list[ListSpec]:
    """Return all lists there are, by their names."""
    found: dict[str, ListSpec] = {}
    for module in walk_packages(partnerdesk.models.__path__, "partnerdesk.models."):
        if module.name.rpartition(".")[2] in ("list", "lists"):
            values = vars(import_module(module.name)).values()
            found |= {spec.name: spec for spec in values if isinstance(spec, ListSpec)}
    return [found[name] for name in sorted(found)]


def _lists() -> Iterator[str]:
    yield "## Columns of the lists\n"
    yield "A column's name is what a filter, `--sort` and `--columns` call it.\n"
    for spec in lists():
        yield f"### {spec.name}\n"
        yield from _table(
            ("Name", "Also", "Heading", "Holds", "Sorts", "Shown"),
            (
                (
                    f"`{column.name}`",
                    " ".join(f"`{alias}`" for alias in column.aliases),
                    column.label,
                    column.kind,
                    "yes" if column.sort else "",
                    "wide (`w`)" if column.wide_only else "always",
                )
                for column in spec.columns
            ),
        )


def _keys() -> Iterator[str]:
    yield "## Keys\n"
    yield "An action's id is what `[keys]` in your settings calls it; keys are written as there.\n"
    seen: dict[str, Sequence[str]] = {}
    where: dict[str, list[str]] = {}
    for screen in all_screens().values():
        for action in screen.actions:
            keys = " ".join(f"`{_escaped(key)}`" for key in action.keys.split(","))
            seen.setdefault(action.id, (f"`{action.id}`", keys, _escaped(action.help)))
            where.setdefault(action.id, []).append(screen.name)
    everywhere = len(all_screens())
    yield from _table(
        ("Action", "Keys", "Does", "On"),
        (
            (*seen[id], "every screen" if len(where[id]) == everywhere else ", ".join(where[id]))
            for id in sorted(seen)
        ),
    )


def _commands() -> Iterator[str]:
    yield "## Commands\n"
    yield (
        "Exit codes: "
        + " · ".join(f"{code.value} {code.name.lower().replace('_', ' ')}" for code in ExitCode)
        + "\n"
    )
    top = parser(list(COMMANDS))
    shared = set(_flags(top))
    yield "Everywhere: " + " ".join(f"`{flag}`" for flag in sorted(shared)) + "\n"
    yield from _table(("Command", "Takes", "Does"), _parts(top, "", "", shared))


def _parts(
    command: argparse.ArgumentParser, words: str, help_text: str, shared: set[str]
) -> Iterator[Sequence[str]]:
    parts = [one for one in command._actions if isinstance(one, argparse._SubParsersAction)]
    if words and not parts:
        places = [
            one.metavar if isinstance(one.metavar, str) else one.dest.upper()
            for one in command._actions
            if not one.option_strings
        ]
        flags = [flag for flag in _flags(command) if flag not in shared]
        yield (
            f"`{words}`",
            " ".join(f"`{_escaped(word)}`" for word in (*places, *flags)),
            _escaped(help_text),
        )
    for part in parts:
        helps = {one.dest: one.help or "" for one in part._choices_actions}
        for name, below in part.choices.items():
            yield from _parts(below, f"{words} {name}".strip(), helps.get(name, ""), shared)


def _flags(command: argparse.ArgumentParser) -> list[str]:
    flags = [one.option_strings[-1] for one in command._actions if one.option_strings]
    return [flag for flag in flags if flag not in _SWITCHES]


def _settings() -> Iterator[str]:
    yield "## Settings\n"
    yield (
        "With their defaults; comments stand in [config.toml](../config.toml), and a flag or "
        "`PARTNERDESK_<NAME>` (`__` between table and name) is stronger.\n"
    )
    settings = tomllib.loads((HOUSE / "config.toml").read_text(encoding="utf-8"))
    yield from _table(("Setting", "Default"), _values("", settings))


def _values(table: str, settings: dict[str, Any]) -> Iterator[Sequence[str]]:
    for name, value in settings.items():
        if table == "capabilities.":
            cells = (f"{cloud} {cell}" for cloud, cell in value.items() if cloud != "source")
            yield f"`{table}{name}`", " · ".join(cells)
        elif isinstance(value, dict) and (value or table):
            yield from _values(f"{table}{name}.", value)
        else:
            shown = str(value).lower() if isinstance(value, bool) else _escaped(str(value))
            yield f"`{table}{name}`", f"`{shown}`" if shown else ""


def _codes() -> Iterator[str]:
    yield "## Codes of reasons\n"
    yield (
        "What `--json` gives as `code` where something is refused, or allowed with a warning; the "
        "same in every language. `…` stands for the name of a field or problem.\n"
    )
    rooms: dict[str, list[str]] = {}
    for code in sorted(codes()):
        rooms.setdefault(code.partition(".")[0], []).append(code)
    yield from _table(
        ("About", "Codes"),
        ((room, " ".join(f"`{code}`" for code in held)) for room, held in rooms.items()),
    )


def codes() -> set[str]:
    """Return the codes of all reasons that the program can give."""
    found, texts = set(CODES), set[str]()
    for file in (HOUSE / "models").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Reason":
                found.add(_code(node.args[0] if node.args else node.keywords[0].value))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
    rooms = {code.partition(".")[0] for code in found}
    kept = {text for text in texts if _CODE.fullmatch(text) and text.partition(".")[0] in rooms}
    return {code for code in found | kept if code[0] != "…"}


def _code(said: ast.expr) -> str:
    if isinstance(said, ast.JoinedStr):
        return "".join(_code(part) for part in said.values)
    return str(said.value) if isinstance(said, ast.Constant) else "…"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        cells = " | ".join(cell.replace("|", "\\|") for cell in row)
        yield f"| {cells} |".replace("  ", " ")
    yield ""


def _escaped(text: str) -> str:
    return text.replace("\n", " ")
