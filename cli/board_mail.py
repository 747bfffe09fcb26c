"""`partnerdesk board mail`: sends what waits to an address, if it changed since the last letter."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from partnerdesk.cli.lists.options import add_view, chosen_query
from partnerdesk.cli.shared.open_book import open_book, scope
from partnerdesk.cli.shared.printing import json_text, tell
from partnerdesk.models.accounts.accounts import ALL
from partnerdesk.models.board.list import BOARD
from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import ExitCode, RefusedError, UsageError
from partnerdesk.models.core.permissions import read_only
from partnerdesk.models.core.text import shown, shown_lines
from partnerdesk.models.languages import _, language

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from partnerdesk.cli.shared.subcommands import Subcommands
    from partnerdesk.models.board.letter import BoardLetter
    from partnerdesk.models.settings.model import Settings

LISTED, MOST_LISTED = 50, 1_000
"""How many items a letter lists unless `--most` says so, and at most."""


def add_mail(parts: Subcommands, shared: argparse.ArgumentParser, filter_help: str) -> None:
    """Add `board mail`."""
    mailing = parts.add_parser(
        "mail",
        parents=[shared],
        help=_("send what waits to an address, if it changed since the last letter"),
        description=_(
            "Sends what waits as a letter, in text and HTML, through the mail server of the "
            "settings, [mail]. What was sent last is remembered for each address, set of accounts "
            "and filter; a letter that was not sent is not remembered."
        ),
        epilog=_("Exit code 6 where the mail server was not reached, 1 where it refused a letter."),
    )
    mailing.add_argument("--to", required=True, metavar="ADDRESS", help=_("who gets the letter"))
    add_view(mailing)
    mailing.add_argument("--filter", default="", metavar="TEXT", help=filter_help)
    mailing.add_argument(
        "--most",
        type=int,
        default=LISTED,
        metavar="N",
        help=_("list so many items at most, and say how many more there are"),
    )
    mailing.add_argument(
        "--always", action="store_true", help=_("send it as well if nothing changed")
    )
    mailing.add_argument(
        "--dry-run", action="store_true", help=_("show the letter, and send nothing")
    )
    mailing.add_argument(
        "--exit-code",
        action="store_true",
        help=_("exit with 7 if anything is listed, and with 0 if nothing waits"),
    )
    mailing.add_argument("--json", action="store_true", help=_("the result as one JSON object"))
    mailing.set_defaults(run=run_mail, spec=BOARD, sort="", reverse=False)


def run_mail(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Send the board as a letter, if it changed."""
    from partnerdesk.models.board.letter import write_letter
    from partnerdesk.models.board.mailed import file_of
    from partnerdesk.models.letters.letter import recipient_reasons

    _check(arguments)
    if reasons := recipient_reasons(arguments.to):
        raise UsageError(reasons[0].text)
    if settings.read_only and not arguments.dry_run:
        raise RefusedError(read_only().text)
    store = open_book(arguments, settings)
    query = chosen_query(arguments, BOARD, scope(arguments, settings, store, ALL).ids)
    with closing(store.connect()) as book:
        letter = write_letter(book, query, arguments.most)
    file = file_of(store.database, arguments.to, query)
    result = _mail(arguments, settings, letter, file)
    if arguments.json:
        print(json_text(_as_json(arguments, letter, result), indent=2))
    elif arguments.dry_run:
        _print(arguments.to, letter)
    if not arguments.json:
        tell(_told(result).format(address=arguments.to))
    waits = arguments.exit_code and letter.count
    return ExitCode.WAITING if waits else ExitCode.DONE


def _check(arguments: argparse.Namespace) -> None:
    if not 1 <= arguments.most <= MOST_LISTED:
        raise UsageError(_("--most takes a number from 1 to {most}.").format(most=MOST_LISTED))


def _mail(
    arguments: argparse.Namespace, settings: Settings, letter: BoardLetter, file: Path
) -> str:
    """Send the letter if it is to be sent; return the result as a stable word."""
    from uuid import uuid4

    from partnerdesk.mailing.smtp import send_report, sender_of
    from partnerdesk.models.board.mailed import keep_mailed, one_mailing, read_mailed
    from partnerdesk.models.letters.eml import Report

    if arguments.dry_run:
        is_new = arguments.always or read_mailed(file) != letter.digest
        return "would_send" if is_new else "unchanged"
    sender_of(settings.mail)
    read_mailed(file, tell)  # a damaged file is renamed before the lock is held
    with one_mailing(file):
        if not arguments.always and read_mailed(file) == letter.digest:
            return "unchanged"
        report = Report(language(), arguments.to, letter.subject, letter.text, letter.html)
        send_report(report, settings.mail, now(), str(uuid4()))
        keep_mailed(file, letter.digest)
    return "sent"


def _told(result: str) -> str:
    match result:
        case "sent":
            return _("The letter to {address} is sent.")
        case "would_send":
            return _("The letter would be sent to {address}; nothing was sent.")
        case _:
            return _("Nothing changed since the last letter to {address}; nothing was sent.")


def _print(address: str, letter: BoardLetter) -> None:
    print(_("To: {address}").format(address=shown(address)))
    print(_("Subject: {subject}").format(subject=letter.subject))
    print()
    for line in shown_lines(letter.text.rstrip("\n")):
        print(line)


def _as_json(arguments: argparse.Namespace, letter: BoardLetter, result: str) -> dict[str, object]:
    facts: dict[str, object] = {
        "result": result,
        "to": arguments.to,
        "count": letter.count,
        "listed": letter.listed,
        "subject": letter.subject,
    }
    if arguments.dry_run:
        facts |= {"text": letter.text, "html": letter.html}
    return facts
