"""`partnerdesk rehearsal serve`: a stand-in for Partner Center, for tests, demos and training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from partnerdesk.cli.shared.printing import tell
from partnerdesk.models.core.errors import ExitCode, FileError, UsageError
from partnerdesk.models.core.given_files import REHEARSAL, to_folder
from partnerdesk.models.core.text import shown
from partnerdesk.models.demo.rehearsal import is_installed, not_installed
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse

    from partnerdesk.models.settings.model import Settings
    from partnerdesk.rehearsal.serve import Wish

CUSTOMERS = 100
MOST_CUSTOMERS = 1_000_000
LAST_PORT = 65_535 - 5
"""The first of six ports is this one at most."""


def add_arguments(command: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """Add `rehearsal` and its part."""
    parts = command.add_subparsers(required=True, metavar="WHAT")
    serve = parts.add_parser(
        "serve", parents=[shared], help=_("serve a stand-in for Partner Center on this machine")
    )
    serve.description = _(
        "Serves the Partner Center API and its sign-in for invented customers, on this machine "
        "only. Prints one line of JSON with its addresses, then serves until it is ended. "
        "Nothing is sent to Microsoft."
    )
    _add_world(serve)
    serve.add_argument(
        "--port",
        type=int,
        default=0,
        metavar="P",
        help=_("the first of six ports in a row; without it, free ones"),
    )
    _add_conduct(serve)
    serve.add_argument(
        "--state",
        type=Path,
        metavar="FOLDER",
        help=_("keep its customers and certificates in this folder; without it, in none"),
    )
    serve.add_argument(
        "--until-eof", action="store_true", help=_("end when standard input is closed, too")
    )
    serve.set_defaults(run=run_serve)


def _add_world(serve: argparse.ArgumentParser) -> None:
    """Add the flags that say which customers there are."""
    serve.add_argument(
        "--customers",
        type=int,
        default=CUSTOMERS,
        metavar="N",
        help=_("how many customers (default: %(default)s)"),
    )
    serve.add_argument(
        "--seed", default="1", metavar="S", help=_("which customers (default: %(default)s)")
    )
    serve.add_argument(
        "--customers-file",
        type=Path,
        metavar="FILE",
        help=_("the customers of the first partner, a JSON object a line, see docs/rehearsal.md"),
    )


def _add_conduct(serve: argparse.ArgumentParser) -> None:
    """Add the flags that say how it answers: faults, slowness, options."""
    serve.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME:RATE",
        help=_("a fault on a share of the calls, such as 429:1/7; can be repeated"),
    )
    serve.add_argument(
        "--latency",
        type=float,
        default=0.0,
        metavar="MS",
        help=_("the milliseconds that each answer takes at least"),
    )
    serve.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="OPTION=VALUE",
        help=_("another option of the rehearsal, such as mfa=always; can be repeated"),
    )


def run_serve(arguments: argparse.Namespace, _settings: Settings) -> ExitCode:
    """Serve until SIGTERM or SIGINT comes."""
    if not is_installed():
        raise not_installed()
    from partnerdesk.rehearsal.customers_file import CustomersFileError
    from partnerdesk.rehearsal.faults import FaultError
    from partnerdesk.rehearsal.serve import serve

    wish = _wish(arguments)
    try:
        serve(wish, lambda line: print(line, flush=True))
    except FaultError as error:
        raise UsageError(
            _("{fault} is no fault with a rate.").format(fault=shown(str(error))),
            _("The names stand in docs/rehearsal.md; a rate is 1/7, 0.1, 7 or once."),
        ) from error
    except CustomersFileError as error:
        file = shown(str(arguments.customers_file))
        raise FileError(
            _("{file} cannot be read: {reason}.").format(file=file, reason=shown(str(error)))
        ) from error
    tell(_("The rehearsal has ended."))
    return ExitCode.DONE


def _wish(arguments: argparse.Namespace) -> Wish:
    from partnerdesk.rehearsal.options import OptionError, Options
    from partnerdesk.rehearsal.serve import Wish

    if not 0 <= arguments.customers <= MOST_CUSTOMERS:
        raise UsageError(_("--customers must be between 0 and {most}.").format(most=MOST_CUSTOMERS))
    if not 0 <= arguments.port <= LAST_PORT:
        raise UsageError(_("--port must be between 0 and {most}.").format(most=LAST_PORT))
    try:
        options = Options(latency_ms=max(0.0, arguments.latency)).with_texts(arguments.set)
    except OptionError as error:
        raise UsageError(
            _("{option} is no option of the rehearsal, or has a wrong value.").format(
                option=shown(str(error))
            )
        ) from error
    return Wish(
        customers=arguments.customers,
        seed=arguments.seed,
        port=arguments.port,
        faults=arguments.fault,
        options=options,
        customers_file=arguments.customers_file,
        folder=to_folder(arguments.state, REHEARSAL) if arguments.state else None,
        until_eof=arguments.until_eof,
    )
