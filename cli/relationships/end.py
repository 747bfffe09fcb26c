"""`partnerdesk relationships end`: prints plan and notice letter, then ends the relationship."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.cli.customers.many import (
    add_named_customers,
    join_named_customers,
    names_one_customer,
    run_many,
    several_customers,
)
from partnerdesk.cli.relationships.letters import (
    LetterFile,
    add_letter_channels,
    call_json,
    check_channel,
    refuse_channel,
    send_letter,
    tell_failure,
)
from partnerdesk.cli.shared.account import named_customer
from partnerdesk.cli.shared.live import with_live_findings
from partnerdesk.cli.shared.open_book import open_book
from partnerdesk.cli.shared.plans import (
    add_plan_flags,
    apply_plan,
    calls_json,
    letter_json,
    plan_context,
    print_below,
    print_plan,
    send_calls_of,
    tell_sending,
)
from partnerdesk.cli.shared.printing import tell
from partnerdesk.models.core.errors import ExitCode, RefusedError, UsageError
from partnerdesk.models.core.text import shown, without_nul
from partnerdesk.models.core.verdicts import why_refused
from partnerdesk.models.languages import _, ngettext

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from partnerdesk.cli.shared.subcommands import Subcommands
    from partnerdesk.mailing.outbox import SentCall
    from partnerdesk.models.changes.plan import Fields, Outcome, Plan
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.letters.letter import Letter
    from partnerdesk.models.operations.bulk import PlannedRun
    from partnerdesk.models.relationships.end import Ending, EndingRequest
    from partnerdesk.models.settings.model import Settings
    from partnerdesk.partnercenter.sending.results import Sending


def add_command(parts: Subcommands, shared: argparse.ArgumentParser) -> None:
    """Add `end`."""
    ending = parts.add_parser(
        "end",
        parents=[shared],
        help=_("end the relationship with customers"),
        description=_(
            "Prints the plan, a checklist in the safe order with what is lost, and the notice "
            "letter; then ends the relationship, if --confirm is the customer's primary domain. "
            "While anything is known to stand in the way nothing is touched. Several are told row "
            "by row, and confirmed together by --yes; a row that is refused leaves the others be."
        ),
        epilog=_("Exit code 2 where it is not confirmed, 3 where the plan is refused.")
        + " "
        + several_customers(),
    )
    add_named_customers(ending)
    ending.add_argument(
        "--reason", metavar="TEXT", required=True, help=_("why; it stays on record")
    )
    confirm_help = _("the customer's primary domain, typed once more")
    ending.add_argument("--confirm", metavar="DOMAIN", default="", help=confirm_help)
    yes_help = _("end all that are meant; look at them with --dry-run before")
    ending.add_argument("--yes", action="store_true", help=yes_help)
    obstacles = ending.add_argument_group(
        _("what you found in Partner Center"),
        _("none: nothing is left; active: there is some; 2027-03-31: there is some until that day"),
    )
    for name, help_text in (
        ("reservations", _("Azure reservations")),
        ("software", _("software purchases")),
        ("subscriptions", _("active subscriptions")),
    ):
        obstacles.add_argument(f"--{name}", metavar="none|active|DAY", default="", help=help_text)
    add_letter_channels(ending)
    add_plan_flags(ending)
    ending.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """End the relationship with a customer, or only print the plan in a dry run."""
    from partnerdesk.models.relationships.end import notice_letter, plan_end, read_ending

    join_named_customers(arguments)
    is_single = names_one_customer(arguments)
    store = open_book(arguments, settings)
    if not is_single:
        return _end_many(arguments, settings, store)
    account, id = named_customer(arguments, settings, store, arguments.customer[0])
    ending = read_ending(store, id)
    by = plan_context(settings)
    request = with_live_findings(settings, store, account, ending, _request(arguments))
    plan = plan_end(account, ending, request, by)
    letter = notice_letter(ending, by.at)
    return apply_plan(
        arguments,
        settings,
        store,
        plan,
        ("ended", "would_end"),
        lambda _id: _fields(ending, plan),
        letter=letter,
        letters=_letters,
        do=partial(_end, arguments, settings, store, ending, plan, letter),
    )


def _end_many(arguments: argparse.Namespace, settings: Settings, store: Store) -> ExitCode:
    """End the relationships with several customers, each by the whole checklist."""
    from partnerdesk.models.operations.bulk_records import RowState, RunKind

    if arguments.confirm:
        raise UsageError(
            _("--confirm names one customer; several are meant."), _("Confirm them with: --yes")
        )
    refuse_channel(arguments, _("They go with the ending of one customer."))

    def check(planned: Sequence[PlannedRun]) -> None:
        if not arguments.yes:
            count = sum(run.counts()[RowState.WAITING] for run in planned)
            raise _unconfirmed(count)

    request = _request(arguments)
    obstacles = {obstacle.value: text for obstacle, text in request.findings.items()}
    wishes = {"reason": request.reason, **obstacles}
    return run_many(arguments, settings, store, RunKind.END, wishes, check)


def _unconfirmed(count: int) -> UsageError:
    return UsageError(
        ngettext(
            "Nothing was ended: it would be the relationship with {count} customer.",
            "Nothing was ended: it would be the relationships with {count} customers.",
            count,
        ),
        _("--dry-run shows each of them. To end them, add: --yes"),
    )


def _request(arguments: argparse.Namespace) -> EndingRequest:
    from partnerdesk.models.relationships.end import EndingRequest, Obstacle

    obstacles = {obstacle: getattr(arguments, obstacle.value) for obstacle in Obstacle}
    return EndingRequest(
        without_nul(arguments.reason),
        {obstacle: text.strip().lower() for obstacle, text in obstacles.items() if text.strip()},
    )


def _check_confirmed(plan: Plan, typed: str) -> None:
    """Check that `--confirm` is the customer's domain.

    Raises:
        UsageError: it is another text.
    """
    if plan.is_confirmed(typed):
        return
    raise UsageError(
        _("Nothing was ended: --confirm is not the customer's primary domain."),
        _("To end it, write: --confirm {domain}").format(domain=shown(plan.confirm)),
    )


def _end(
    arguments: argparse.Namespace,
    settings: Settings,
    store: Store,
    ending: Ending,
    plan: Plan,
    letter: Letter,
) -> ExitCode:
    from partnerdesk.models.operations.carry_out import carry_out
    from partnerdesk.models.relationships.end import plan_notice

    _check_confirmed(plan, arguments.confirm)
    check_channel(arguments, settings)
    notice = plan_notice(ending, letter, plan_context(settings))
    if arguments.send and (wrong := why_refused(notice.reasons)):
        raise RefusedError(wrong, _("Nothing was ended. Leave out --send."))
    with LetterFile(arguments, settings, letter, plan.by.plan_id):
        outcome = carry_out(store, plan)
    sending = send_calls_of(settings, store, plan, outcome)
    is_ended = sending is None or all(sent.state == "confirmed" for sent in sending.calls)
    call, notice_outcome = None, None
    if arguments.send and is_ended:
        notice_outcome = carry_out(store, notice)
        call = send_letter(settings, store, notice, notice_outcome)
    _print_done(arguments, settings, store, plan, (letter, call), outcome, notice_outcome, sending)
    if not is_ended:
        tell(_("The relationship lasts until Partner Center has ended it; no letter was sent."))
        return tell_sending(sending)
    tell_sending(sending)
    if call is None:
        tell(_("The relationship has ended. Nobody tells the customer: send the letter."))
        return ExitCode.DONE
    tell(_("The relationship has ended."))
    error = tell_failure(call)
    return error.exit_code if error is not None else ExitCode.DONE


def _print_done(
    arguments: argparse.Namespace,
    settings: Settings,
    store: Store,
    plan: Plan,
    written: tuple[Letter, SentCall | None],
    outcome: Outcome,
    notice_outcome: Outcome | None,
    sending: Sending | None,
) -> None:
    from partnerdesk.models.relationships.end import read_ending

    ended = read_ending(store, plan.target.customer_id or 0)
    letter, call = written
    more = _letters(letter, call, notice_outcome.change_id if notice_outcome else None)
    more |= calls_json(sending)
    fields = _fields(ended, plan)
    print_plan(arguments, settings, plan, fields, "ended", change_id=outcome.change_id, **more)
    if not arguments.json:
        print_below(letter)


def _fields(ending: Ending, plan: Plan) -> Fields:
    customer = ending.customer
    return {
        "id": customer.id,
        "cloud": ending.account.cloud,
        "microsoft_id": customer.microsoft_id,
        "company_name": customer.company_name,
        "primary_domain": customer.primary_domain,
        "ended_at": customer.model_dump(mode="json", include={"ended_at"})["ended_at"],
        "reason": plan.why,
        "confirm": plan.confirm,
    }


def _letters(
    letter: Letter | None, call: SentCall | None = None, change_id: int | None = None
) -> Fields:
    return {
        "letter": letter_json(letter),
        "call": call_json(call),
        "letter_change_id": change_id,
    }
