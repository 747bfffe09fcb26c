"""`partnerdesk relationships send`: sends the letters that wait in the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.cli.relationships.letters import call_json
from partnerdesk.cli.shared.open_book import open_book
from partnerdesk.cli.shared.printing import json_text, tell
from partnerdesk.models.core.clock import moment_text, now
from partnerdesk.models.core.errors import ExitCode
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _, ngettext

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from partnerdesk.cli.shared.subcommands import Subcommands
    from partnerdesk.mailing.outbox import SentCall
    from partnerdesk.models.settings.model import Settings

MARKS = {"sent": "✓", "failed": "✗"}
"""The mark in front of a letter, by its state; `?` for a letter that may have been sent."""


def add_command(parts: Subcommands, shared: argparse.ArgumentParser) -> None:
    """Add `send`."""
    sending = parts.add_parser(
        "send",
        parents=[shared],
        help=_("hand the letters that wait or failed to the mail server"),
        description=_(
            "Hands every letter that waits in the outbox, or failed, to the mail server of the "
            "settings, [mail]. A letter whose sending was cut off may have been sent: it is told, "
            "and never sent again unless you say so."
        ),
        epilog=_("Exit code 6 where the mail server was not reached, 1 where it refused a letter."),
    )
    sending.add_argument(
        "--unsure",
        choices=("again", "sent"),
        help=_("send the letters that may have been sent once more, or count them as sent"),
    )
    sending.add_argument("--json", action="store_true", help=_("a JSON list, one object a letter"))
    sending.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Send the waiting and failed letters, and print the state of each."""
    from partnerdesk.mailing.outbox import send_waiting, settle_unsure, unsure_letters
    from partnerdesk.mailing.smtp import sender_of

    store = open_book(arguments, settings)
    if arguments.unsure != "sent":
        sender_of(settings.mail)
    if arguments.unsure:
        settled = settle_unsure(store, sent=arguments.unsure == "sent", at=now())
        if arguments.unsure == "sent":
            _print(arguments, settled)
            count = len(settled)
            tell(
                ngettext("{count} letter counts as sent.", "{count} letters count as sent.", count)
            )
            return ExitCode.DONE
    sending = send_waiting(store, settings.mail, now, again=True)
    tried = {call.id for call in sending.calls}
    unsure = [call for call in unsure_letters(store) if call.id not in tried]
    calls = sorted([*sending.calls, *unsure], key=lambda call: call.id)
    _print(arguments, calls)
    tell(sending.text)
    if unsure or any(call.state == "sending" for call in calls):
        text = _(
            "Of a letter with ? nobody knows whether it was sent: look, then say --unsure again "
            "or --unsure sent."
        )
        tell(text)
    return sending.error.exit_code if sending.error is not None else ExitCode.DONE


def _print(arguments: argparse.Namespace, calls: Sequence[SentCall]) -> None:
    if arguments.json:
        print(json_text([call_json(call) for call in calls], indent=2))
        return
    state_texts = {"sent": _("sent"), "failed": _("failed")}
    for call in calls:
        state = state_texts.get(call.state) or _("being sent since {moment}").format(
            moment=moment_text(call.changed_at)
        )
        print(f"{MARKS.get(call.state, '?')} {shown(call.email)}: {state}")
        if call.answer and call.state != "sent":
            print(f"    {shown(call.answer)}")
