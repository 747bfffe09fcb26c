"""`partnerdesk relationships letter|remind|sent|accept|decline|withdraw`: events of invitations."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.cli.relationships.invitation import (
    add_id,
    invitation_json,
    invitation_now,
    letters_json,
    named_invitation,
    print_done,
)
from partnerdesk.cli.relationships.letters import (
    LetterFile,
    add_letter_channels,
    channel_of,
    check_channel,
    send_letter,
    tell_failure,
)
from partnerdesk.cli.shared.open_book import open_book
from partnerdesk.cli.shared.plans import (
    add_plan_flags,
    apply_plan,
    plan_context,
    print_letter,
    print_object,
)
from partnerdesk.cli.shared.printing import tell
from partnerdesk.models.core.errors import ExitCode, UsageError
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse

    from partnerdesk.cli.shared.subcommands import Subcommands
    from partnerdesk.models.changes.plan import Fields, Plan
    from partnerdesk.models.customers.entities import Customer
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.letters.letter import Letter
    from partnerdesk.models.relationships.invitation_details import InvitationDetails
    from partnerdesk.models.settings.model import Settings


def add_commands(parts: Subcommands, shared: argparse.ArgumentParser) -> None:
    """Add `letter`, `remind`, `sent`, `accept`, `decline` and `withdraw`."""
    for name, help_text in (
        ("letter", _("let the letter of a draft out")),
        ("remind", _("write a reminder, with the same link")),
    ):
        command = parts.add_parser(
            name,
            parents=[shared],
            help=help_text,
            description=_(
                "Prints the letter, which counts as sent with that; --eml and --send let it out "
                "in another way, --dry-run only shows it. With --not-sent it is printed or "
                "written and nothing is recorded: say when it is out with "
                "partnerdesk relationships sent ID."
            ),
            epilog=_(
                "Exit code 3 where the invitation's state does not allow it, 4 where there "
                "is none of that number, 6 where the mail server was not reached."
            ),
        )
        _add_common(command)
        add_letter_channels(command)
        command.add_argument(
            "--not-sent",
            action="store_true",
            help=_("record nothing: the letter is only printed, or written to the file"),
        )
        command.set_defaults(run=run_letter, reminds=name == "remind")
    _add_sent(parts, shared)
    for name, help_text in (
        ("accept", _("record that the customer accepted")),
        ("decline", _("record that the customer said no")),
        ("withdraw", _("give an invitation up; its link stays valid all the same")),
    ):
        command = parts.add_parser(name, parents=[shared], help=help_text, epilog=_exit_codes())
        _add_common(command)
        command.set_defaults(run=run_answer, answer=name)
        if name == "accept":
            customer_help = _(
                "who of the book it is (default: by tenant, domain, or the only one of that name)"
            )
            command.add_argument("--customer", metavar="ID|DOMAIN", help=customer_help)


def _exit_codes() -> str:
    return _(
        "Exit code 3 where the invitation's state does not allow it, 4 where there is none of "
        "that number."
    )


def _add_sent(parts: Subcommands, shared: argparse.ArgumentParser) -> None:
    sent = parts.add_parser(
        "sent",
        parents=[shared],
        help=_("record that a letter is out which you sent yourself"),
        description=_(
            "Records that the letter of a draft is out, or a reminder, as it is written then: "
            "nothing is sent. One that follows another within a day is warned of."
        ),
        epilog=_exit_codes(),
    )
    _add_common(sent)
    sent.add_argument(
        "--how",
        choices=("clipboard", "eml", "printed"),
        default="clipboard",
        help=_("how it went out (default: %(default)s)"),
    )
    sent.set_defaults(run=run_sent)


def _add_common(command: argparse.ArgumentParser) -> None:
    add_id(command)
    command.add_argument("--why", metavar="TEXT", default="", help=_("a reason, for the history"))
    add_plan_flags(command)


def run_letter(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Send and print the first letter of an invitation, or a reminder."""
    from partnerdesk.models.relationships.invitation_events import plan_letter_out

    if arguments.not_sent and arguments.send:
        raise UsageError(
            _("--send hands the letter to the mail server: that is recorded."),
            _("Leave out --not-sent."),
        )
    store = open_book(arguments, settings)
    details = named_invitation(arguments, settings, store)
    check_channel(arguments, settings)
    context = plan_context(settings)
    if arguments.not_sent:  # nothing is written, so read-only mode allows it
        context = replace(context, refusals=())
    letter = details.letter(context.at)
    plan = _checked_kind(
        arguments, details, plan_letter_out(details, letter, channel_of(arguments), context)
    )
    fields = invitation_json(details.invitation, details.account.cloud)
    do = partial(_send_and_print, arguments, settings, store, plan, letter)
    if arguments.not_sent:
        do = partial(_print_unrecorded, arguments, settings, fields, plan, letter)
    words = ("reminded", "would_remind") if arguments.reminds else ("sent", "would_send")
    return apply_plan(
        arguments,
        settings,
        store,
        plan,
        words,
        lambda _id: fields,
        letter=letter,
        letters=letters_json,
        do=do,
    )


def _print_unrecorded(
    arguments: argparse.Namespace, settings: Settings, fields: Fields, plan: Plan, letter: Letter
) -> ExitCode:
    """Print a letter or write it to a file, and record nothing (`--not-sent`)."""
    with LetterFile(arguments, settings, letter, plan.by.plan_id):
        if arguments.json:
            print_object(fields, plan, "not_sent", **letters_json(letter))
        else:
            print_letter(letter)
    text = _("Nothing is recorded. When it is out: partnerdesk relationships sent {id}")
    tell(text.format(id=arguments.id))
    return ExitCode.DONE


def run_sent(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Record that the person sent the first letter or a reminder."""
    from partnerdesk.models.relationships.entities import SentBy
    from partnerdesk.models.relationships.invitation_events import next_event, plan_letter_out
    from partnerdesk.models.relationships.lifecycles import InvitationEvent

    store = open_book(arguments, settings)
    details = named_invitation(arguments, settings, store)
    context = plan_context(settings)
    letter = details.letter(context.at)
    plan = plan_letter_out(details, letter, SentBy(arguments.how), context)

    def record(_id: int | None) -> Fields:
        out = letter if plan.steps else None
        return {**invitation_now(store, arguments.id), **letters_json(out)}

    first = next_event(details.invitation, context.at) is InvitationEvent.SEND
    words = ("sent", "would_send") if first else ("reminded", "would_remind")
    return apply_plan(arguments, settings, store, plan, words, record)


def _checked_kind(arguments: argparse.Namespace, details: InvitationDetails, plan: Plan) -> Plan:
    """Return the plan; refused if `letter` would send a reminder, or `remind` the first letter."""
    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.relationships.lifecycles import InvitationState

    draft = details.invitation.state == InvitationState.DRAFT
    if draft is not arguments.reminds:
        return plan
    text = _("Its letter has gone out already. Remind with: partnerdesk relationships remind {id}")
    if draft:
        text = _("Its letter has not gone out yet: partnerdesk relationships letter {id}")
    reason = Reason("invitation.state", text.format(id=details.invitation.id))
    return plan.refused(*plan.by.refusals, reason)


def _send_and_print(
    arguments: argparse.Namespace, settings: Settings, store: Store, plan: Plan, letter: Letter
) -> ExitCode:
    from partnerdesk.models.operations.carry_out import carry_out

    with LetterFile(arguments, settings, letter, plan.by.plan_id):
        outcome = carry_out(store, plan, arguments.why)
    call = send_letter(settings, store, plan, outcome)
    result = "reminded" if arguments.reminds else "sent"
    if call is not None and call.error is not None:
        result = "failed"
    print_done(
        arguments, store, plan, arguments.id, result, letter, call, change_id=outcome.change_id
    )
    if error := tell_failure(call):
        return error.exit_code
    done = _("Invitation {id} is reminded.") if arguments.reminds else _("Invitation {id} is sent.")
    tell(done.format(id=arguments.id))
    return ExitCode.DONE


def run_answer(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Record that an invitation was accepted, declined or withdrawn."""
    from partnerdesk.models.relationships.invitation_details import read_invitation
    from partnerdesk.models.relationships.invitation_events import (
        plan_accept,
        plan_decline,
        plan_withdraw,
    )

    store = open_book(arguments, settings)
    details = named_invitation(arguments, settings, store)
    context = plan_context(settings)
    if arguments.answer == "accept":
        customer = _customer(arguments, store, details)
        if customer is not None:
            details = read_invitation(store, arguments.id, customer.id)
        plan = plan_accept(details, context, customer)
    else:
        plan = {"decline": plan_decline, "withdraw": plan_withdraw}[arguments.answer](
            details, context
        )

    words = {
        "accept": ("accepted", "would_accept"),
        "decline": ("declined", "would_decline"),
        "withdraw": ("withdrawn", "would_withdraw"),
    }[arguments.answer]
    return apply_plan(
        arguments, settings, store, plan, words, lambda _id: invitation_now(store, arguments.id)
    )


def _customer(
    arguments: argparse.Namespace, store: Store, details: InvitationDetails
) -> Customer | None:
    """Return the customer of `--customer` in the invitation's account; None without that flag."""
    if not arguments.customer:
        return None
    from partnerdesk.models.customers.page import customer_named

    with store.reading() as session:
        return customer_named(session, arguments.customer, [details.invitation.account_id])
