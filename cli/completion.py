"""`partnerdesk completion`: prints the shell code; argcomplete answers each Tab by the parser."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from partnerdesk.models.core.errors import AppError, ExitCode
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from partnerdesk.models.lists.spec import ListSpec
    from partnerdesk.models.settings.model import Settings

SHELLS = ("bash", "zsh", "fish")
PROGRAM = "partnerdesk"


def add_arguments(command: argparse.ArgumentParser, _shared: argparse.ArgumentParser) -> None:
    """Add `completion`."""
    command.description = _(
        "Prints what makes Tab complete commands, flags, fields of filters, columns, views and "
        "clouds. In bash and zsh add to your shell's start file: "
        'eval "$(partnerdesk completion bash)"; in fish: '
        "partnerdesk completion fish > ~/.config/fish/completions/partnerdesk.fish"
    )
    command.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace, _settings: Settings) -> ExitCode:
    """Print the code that the shell's start file evaluates."""
    from argcomplete.shell_integration import shellcode

    print(shellcode([PROGRAM], shell=arguments.shell))
    return ExitCode.DONE


def complete() -> None:
    """Print the completions of `COMP_LINE` for the shell, and end the process."""
    import argcomplete
    from argcomplete.completers import SuppressCompleter

    from partnerdesk.cli.parsing import parser

    top = parser(os.environ.get("COMP_LINE", "").split())
    for command in _commands(top):
        _add_completers(command)
    argcomplete.autocomplete(
        top, always_complete_options=False, default_completer=SuppressCompleter()
    )


def _commands(command: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield command
    for action in command._actions:  # noqa: SLF001 - argparse has no public list of them
        if isinstance(action.choices, dict):
            for part in action.choices.values():
                yield from _commands(part)


def _add_completers(command: argparse.ArgumentParser) -> None:
    """Attach a completer to each flag of a command that has no `choices`."""
    from argcomplete.completers import FilesCompleter

    spec = command.get_default("spec")
    own = {
        "cloud": _clouds,
        "filter": partial(_filters, spec),
        "sort": partial(_columns, spec),
        "columns": partial(_columns, spec),
        "view": partial(_views, spec),
    }
    for action in command._actions:  # noqa: SLF001
        completer = FilesCompleter() if action.type is Path else own.get(action.dest)
        if completer is not None and not action.choices:
            action.completer = completer  # type: ignore[attr-defined]


def _list_of(spec: ListSpec | None, parsed: argparse.Namespace) -> ListSpec | None:
    """Return the list of a command: a fixed one, or the one that `--list` or `--tab` names."""
    from partnerdesk.models.operations.registry import LISTS
    from partnerdesk.models.relationships.lists import TABS

    return (
        spec
        or LISTS.get(getattr(parsed, "list", None) or "")
        or TABS.get(getattr(parsed, "tab", None) or "")
    )


def _clouds(**_parsed: Any) -> list[str]:
    from partnerdesk.models.accounts.accounts import ALL
    from partnerdesk.models.settings import load as settings

    try:
        return [*(cloud.id for cloud in settings.load().enabled_clouds()), ALL]
    except AppError:
        return []


def _filters(
    spec: ListSpec | None, prefix: str, parsed_args: argparse.Namespace, **_parsed: Any
) -> list[str]:
    """Return the filter with its last word completed to a field or one of its fixed values."""
    from partnerdesk.models.lists.completion import Line
    from partnerdesk.models.lists.filter_completion import completions, place_at

    if (list_spec := _list_of(spec, parsed_args)) is None:
        return []
    line = Line(prefix, len(prefix))
    offered = completions(line, place_at(line, list_spec), list_spec)
    return [prefix[: offered.start] + choice for choice in offered.candidates]


def _columns(
    spec: ListSpec | None, prefix: str, parsed_args: argparse.Namespace, **_parsed: Any
) -> list[str]:
    """Return column names; after a comma only those not used yet."""
    if (list_spec := _list_of(spec, parsed_args)) is None:
        return []
    before, comma, _rest = prefix.rpartition(",")
    named = before.split(",")
    return [
        before + comma + column.name for column in list_spec.columns if column.name not in named
    ]


def _views(spec: ListSpec | None, parsed_args: argparse.Namespace, **_parsed: Any) -> list[str]:
    from partnerdesk.models.lists.saved_views_file import read_views

    list_spec = _list_of(spec, parsed_args)
    try:
        return [view.word for view in read_views().kept.of(list_spec.name)] if list_spec else []
    except AppError:
        return []
