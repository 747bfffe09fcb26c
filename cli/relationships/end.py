"""`partnerdesk relationships end`: the plan, what is lost, the notice letter; then the ending."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.cli.relationships.letters import (
    LetterFile,
    add_ways,
    call_json,
    check_way,
    failure,
    hand_over,
)
from partnerdesk.cli.shared.account import named_customer
from partnerdesk.cli.shared.open_book import open_book
from partnerdesk.cli.shared.plans import (
    add_trying,
    carry,
    letter_json,
    present,
    print_below,
    print_plan,
)
from partnerdesk.cli.shared.printing import tell
from partnerdesk.models.core.errors import ExitCode, RefusedError, UsageError
from partnerdesk.models.core.text import shown, without_nul
from partnerdesk.models.core.verdicts import why_refused
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse

    from partnerdesk.mailing.outbox import SentCall
    from partnerdesk.models.changes.plan import Fields, Outcome, Plan
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.letters.letter import Letter
    from partnerdesk.models.relationships.end import Ending, EndingRequest
    from partnerdesk.models.settings.model import Settings


def add_command(parts: argparse._SubParsersAction, shared: argparse.ArgumentParser) -> None:  # type: ignore[type-arg]
    """Add `end`."""
    ending = parts.add_parser(
        "end", parents=[shared],
        help=_("end the relationship with a customer"),
        description=_(
            "Prints the plan, a checklist in the safe order with what is lost, and the notice "
            "letter; then ends the relationship, if --confirm is the customer's primary domain. "
            "While anything is known to stand in the way nothing is touched."
        ),
        epilog=_("Exit code 2 where --confirm is not the domain, 3 where the plan is refused."),
    )  # fmt: skip
    ending.add_argument("--customer", metavar="ID|DOMAIN", required=True,
                        help=_("Microsoft ID or primary domain"))  # fmt: skip
    ending.add_argument("--reason", metavar="TEXT", required=True,
                        help=_("why; it stays on record"))  # fmt: skip
    ending.add_argument("--confirm", metavar="DOMAIN", default="",
                        help=_("the customer's primary domain, typed once more"))  # fmt: skip
    looked = ending.add_argument_group(
        _("what you found in Partner Center"),
        _("none: nothing is left; active: there is some; 2027-03-31: there is some until that day"),
    )
    for name, help_text in (
        ("reservations", _("Azure reservations")),
        ("software", _("software purchases")),
        ("subscriptions", _("active subscriptions")),
    ):
        looked.add_argument(f"--{name}", metavar="none|active|DAY", default="", help=help_text)
    add_ways(ending)
    add_trying(ending)
    ending.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """End the relationship with a customer, or say what that would do."""
    from partnerdesk.models.relationships.end import notice_letter, plan_end, read_ending

    store = open_book(arguments, settings)
    account, id = named_customer(arguments, settings, store, arguments.customer)
    ending = read_ending(store, id)
    by = present(settings)
    plan = plan_end(account, ending, _wish(arguments), by)
    letter = notice_letter(ending, by.at)
    return carry(
        arguments, settings, store, plan, ("ended", "would_end"),
        lambda _id: _fields(ending, plan), letter=letter, letters=_letters,
        do=partial(_end, arguments, settings, store, ending, plan, letter),
    )  # fmt: skip


def _wish(arguments: argparse.Namespace) -> EndingRequest:
    from partnerdesk.models.relationships.end import EndingRequest, Obstacle

    looked = {obstacle: getattr(arguments, obstacle.value) for obstacle in Obstacle}
    return EndingRequest(
        without_nul(arguments.reason),
        {obstacle: said.strip().lower() for obstacle, said in looked.items() if said.strip()},
    )


def _check_confirmed(plan: Plan, typed: str) -> None:
    """Look that the customer's domain was typed, in any of its forms.

    Raises:
        UsageError: it was not.
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
    check_way(arguments, settings)
    notice = plan_notice(ending, letter, present(settings))
    if arguments.send and (wrong := why_refused(notice.reasons)):
        raise RefusedError(wrong, _("Nothing was ended. Leave out --send."))
    with LetterFile(arguments, settings, letter, plan.by.plan_id):
        outcome = carry_out(store, plan)
    call, told = None, None
    if arguments.send:
        told = carry_out(store, notice)
        call = hand_over(settings, store, notice, told)
    _print_done(arguments, settings, store, plan, (letter, call), outcome, told)
    if call is None:
        tell(_("The relationship has ended. Nobody tells the customer: send the letter."))
        return ExitCode.DONE
    tell(_("The relationship has ended."))
    error = failure(call)
    return error.exit_code if error is not None else ExitCode.DONE


def _print_done(
    arguments: argparse.Namespace,
    settings: Settings,
    store: Store,
    plan: Plan,
    written: tuple[Letter, SentCall | None],
    outcome: Outcome,
    told: Outcome | None,
) -> None:
    from partnerdesk.models.relationships.end import read_ending

    ended = read_ending(store, plan.target.customer_id or 0)
    letter, call = written
    more = _letters(letter, call, told.change_id if told else None)
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
        "letter": letter_json(letter), "call": call_json(call), "letter_change_id": change_id,
    }  # fmt: skip
