"""The `partnerdesk` command: opens the console, or does one job and says the result."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, get_args

from cli.argparse_words import speak_everywhere, wanted_language
from cli.printing import lost_output, ready_streams, tell
from models.errors import DeskError, ExitCode, FileError, UsageError
from models.languages import N_, _, available, preferred
from models.plain import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.settings import Settings

COMMANDS = {
    "accounts": N_("say who the partner is in each cloud"),
    "changes": N_("list, show and undo changes, and verify the history"),
    "customers": N_("list, show, add, import and export customers"),
    "database": N_("upgrade, check, back up or restore the book"),
    "demo": N_("make a demo book"),
    "info": N_("show paths, versions, settings and terminal"),
    "relationships": N_("invite, remind and end; partners and delegated admin"),
    "views": N_("list, save and delete saved views"),
}
"""The commands, each in the file of its name, and what they are for."""
INTERRUPTED = 130
"""What shells expect of a command that Ctrl-C has ended."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `partnerdesk` with `argv` and return the exit code. No traceback reaches a person."""
    ready_streams()
    words = list(sys.argv[1:] if argv is None else argv)
    speak_everywhere(wanted_language(words) or preferred())
    try:
        code = _run(words)
        sys.stdout.flush()
    except KeyboardInterrupt:
        lost_output()
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last net: a report instead of a traceback
        return int(_failed(error))
    return code


def _run(argv: list[str]) -> int:
    try:
        arguments = parser(argv).parse_args(_with_filter(argv))
    except SystemExit as end:  # argparse has said all there is to say
        return int(end.code or 0)
    settings = _settings(arguments)
    speak_everywhere(settings.language or preferred())
    if hasattr(arguments, "run"):
        return int(arguments.run(arguments, settings))
    from cli.console import run_console

    return int(run_console(arguments, settings))


def _with_filter(argv: Sequence[str]) -> list[str]:
    """Tie `--filter` to a filter that begins with a minus: argparse takes `-tag:vip` for a flag."""
    words: list[str] = []
    for word in argv:
        if words and words[-1] == "--filter" and word[:1] == "-" != word[1:2]:
            words[-1] += f"={word}"
        else:
            words.append(word)
    return words


def _failed(error: Exception) -> ExitCode:
    """Say what went wrong and return its exit code."""
    cause = error.__cause__ if isinstance(error, DeskError) else error
    lost = lost_output()
    if isinstance(lost or cause, BrokenPipeError):
        return ExitCode.FAILED  # whoever read our output has gone away: no news to anybody
    if isinstance(error, OSError) and error.filename is None:  # it is about the output
        error = FileError(
            _("{file} cannot be written: {reason}.").format(
                file="stdout", reason=error.strerror or error
            ),
            _("Name another file, or look at the folder and the room on the disk."),
        )
    elif isinstance(error, OSError):
        error = FileError(f"{error.filename}: {error.strerror}.")
    if not isinstance(error, DeskError):
        return _unexpected(error)
    tell(f"partnerdesk: {error.message}")
    if error.remedy:
        tell(error.remedy)
    return error.exit_code


def _settings(arguments: argparse.Namespace) -> Settings:
    from models import settings as all_settings

    config = getattr(arguments, "config", None)
    if config is not None and not config.exists():
        raise UsageError(_("There is no settings file {file}.").format(file=config))
    loaded = all_settings.load(config)
    cloud = getattr(arguments, "cloud", None)
    if cloud is not None:
        loaded.checked_cloud(cloud)
    return loaded.with_flags(
        database=getattr(arguments, "database", None),
        language=getattr(arguments, "lang", None),
        theme=getattr(arguments, "theme", None),
        read_only=getattr(arguments, "read_only", None),
    )


def parser(argv: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser of the commands that `argv` can mean."""
    from models.settings import Theme

    shared = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    group = shared.add_argument_group(_("everywhere"))
    group.add_argument("--cloud", metavar="ID", help=_("global, us-gov, germany, china or all"))
    group.add_argument(
        "--database", metavar="URL",
        help=_("another book: a file, or postgresql+psycopg://user@host/name"),
    )  # fmt: skip
    group.add_argument(
        "--config", metavar="FILE", type=Path, help=_("another settings file than your own")
    )
    group.add_argument("--lang", choices=available(), help=_("language of all texts"))
    group.add_argument("--theme", choices=get_args(Theme), help=_("colours of the console"))
    group.add_argument("--read-only", action="store_true", help=_("take every change away"))
    group.add_argument("--demo", action="store_true", help=_("use the demo book, made if missing"))

    top = _Parser(
        prog="partnerdesk",
        parents=[shared],
        description=_(
            "Keeps a Microsoft reseller partner's customer accounts in every cloud it sells in. "
            "Without a command it opens the console."
        ),
        epilog=_(
            "Exit codes: 0 done, 1 failed, 2 wrong use, 3 refused by a rule, 4 not found, "
            "5 busy or conflict, 6 offline or sign-in needed."
        ),
    )
    top.add_argument("--version", action=_Version, nargs=0, help=_("show the version and exit"))
    commands = top.add_subparsers(title=_("commands"), metavar="COMMAND")
    for name, help_text in COMMANDS.items():
        command = commands.add_parser(name, parents=[shared], help=_(help_text))
        if name in argv:  # the console and the other commands do not wait for this one's imports
            import_module(f"cli.{name}").add_arguments(command, shared)
    return top


class _Parser(argparse.ArgumentParser):
    """Takes flags by their whole names only: a part of one means something else one day."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the command line, whatever control characters are in it."""
        super().error(shown(message))


class _Version(argparse.Action):
    """Prints the version; looks it up only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"partnerdesk {version('partnerdesk')}")
        parser.exit()


def _unexpected(error: Exception) -> ExitCode:
    from models.clock import now
    from models.crash import write_report

    report = write_report(error, now())
    tell("partnerdesk: " + _("An error nobody expected."))
    if report is not None:
        tell(_("A report without your data is in {file}.").format(file=report))
    return ExitCode.FAILED


if __name__ == "__main__":
    sys.exit(main())
