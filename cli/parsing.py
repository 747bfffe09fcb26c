"""The command line: which commands there are, and which flags they all have."""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import N_, _, available

if TYPE_CHECKING:
    from collections.abc import Sequence

    from _typeshed import SupportsWrite

ROOMS = {
    "customers": "partnerdesk.cli.customers.commands",
    "relationships": "partnerdesk.cli.relationships.commands",
    "subscriptions": "partnerdesk.cli.subscriptions.commands",
    "views": "partnerdesk.cli.lists.views",
}
"""The modules of commands that have a folder; any other command is the module of its name."""
COMMANDS = {
    "accounts": N_("say who the partner is in each cloud"),
    "agreements": N_("list who accepted the customer agreement"),
    "board": N_("list and snooze what waits for a person"),
    "changes": N_("list, show and undo changes, and verify the history"),
    "completion": N_("print what completes words in your shell"),
    "customers": N_("list, show, add, import and export customers"),
    "database": N_("upgrade, check, back up or restore the book"),
    "demo": N_("make a demo book"),
    "evidence": N_("check an evidence pack of a customer"),
    "explain": N_("say what an error code of Partner Center means, without a network"),
    "info": N_("show paths, versions, settings and terminal"),
    "outbox": N_("list and send what waits for Partner Center, or give it up"),
    "overview": N_("count customers, relationships and invitations, as charts"),
    "rehearsal": N_("serve a stand-in for Partner Center, to try things without Microsoft"),
    "relationships": N_("invite, remind and end; partners and delegated admin"),
    "subscriptions": N_("list, import and change subscriptions: seats, renewal, status"),
    "sync": N_("read the customers from Partner Center"),
    "views": N_("list, save and delete saved views"),
}
"""The commands in the order of the help, each with its help text."""


def parser(argv: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser of the commands that `argv` can mean."""
    from partnerdesk.models.settings import themes

    shared = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    group = shared.add_argument_group(_("everywhere"))
    group.add_argument("--cloud", metavar="ID", help=_("a cloud's id, or all; info names them"))
    group.add_argument(
        "--account",
        metavar="ID",
        type=int,
        help=_("one account, where a cloud has several; accounts list shows them"),
    )
    group.add_argument(
        "--database",
        metavar="URL",
        help=_("another book: a file, or postgresql+psycopg://user@host/name"),
    )
    group.add_argument(
        "--config", metavar="FILE", type=Path, help=_("another settings file than your own")
    )
    group.add_argument("--lang", choices=available(), help=_("language of all texts"))
    colours = _("colours of the console, such as nord; :theme there shows them all")
    group.add_argument("--theme", choices=themes.names(), metavar="NAME", help=colours)
    group.add_argument(
        "--restricted",
        action="store_true",
        help=_("only the console and one folder for files, as for a key of SSH"),
    )
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
            "5 busy or conflict, 6 offline or sign-in needed, 7 something waits "
            "(board --exit-code)."
        ),
    )
    top.add_argument("--version", action=_Version, nargs=0, help=_("show the version and exit"))
    commands = top.add_subparsers(title=_("commands"), metavar="COMMAND")
    for name, help_text in COMMANDS.items():
        command = commands.add_parser(name, parents=[shared], help=_(help_text))
        if name in argv:  # import only the module of the command that is run
            import_module(ROOMS.get(name, f"partnerdesk.cli.{name}")).add_arguments(command, shared)
    return top


class _Parser(argparse.ArgumentParser):
    """Accepts no abbreviated flags: a new flag could change what an abbreviation means."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, allow_abbrev=False)

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Print the help and raise if stdout cannot be written; argparse ignores that error."""
        print(self.format_help(), end="", file=file)

    def error(self, message: str) -> NoReturn:
        """Exit with a usage error; control characters of the command line are made visible."""
        super().error(shown(message))


class _Version(argparse.Action):
    """Prints the version, which is looked up only when the flag is given."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"partnerdesk {version('partnerdesk')}")
        parser.exit()
