"""Prints a plan, applies it and sets the exit code: shared by all commands that change the book.

    plan = plan_…(…, plan_context(settings))
    return apply_plan(arguments, settings, store, plan, ("done", "would_do"), record)

A plan is printed in words, or as one JSON object together with the record after the change.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from partnerdesk.cli.shared.printing import json_text, tell
from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import ExitCode
from partnerdesk.models.core.permissions import read_only
from partnerdesk.models.core.sources import told_source
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable

    from partnerdesk.models.changes.plan import Fields, Outcome, Plan, PlanContext
    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.letters.letter import Letter
    from partnerdesk.models.settings.model import Settings
    from partnerdesk.partnercenter.sending.results import Sending

_LETTER_FIELDS = ("subject", "body", "link")
"""Fields of an invitation that its printed letter shows already."""


def plan_context(settings: Settings) -> PlanContext:
    """Return the context of a new plan: actor, time, plan id, and the refusal of read-only mode."""
    from partnerdesk.models.changes.history import Actor
    from partnerdesk.models.changes.plan import PlanContext

    refusals = (read_only(),) if settings.read_only else ()
    return PlanContext(Actor.present(), now(), str(uuid4()), refusals)


def add_dry_run(command: argparse.ArgumentParser, json_help: str) -> None:
    """Add `--dry-run` and `--json`; `json_help` is the help text of `--json`."""
    command.add_argument("--dry-run", action="store_true", help=_("only say what would happen"))
    command.add_argument("--json", action="store_true", help=json_help)


def add_plan_flags(command: argparse.ArgumentParser) -> None:
    """Add `--dry-run` and `--json` to a command that makes one plan."""
    add_dry_run(command, _("the result as one JSON object"))


def no_letters(_letter: Letter | None) -> Fields:
    """Return the JSON fields of letters for a change without letters: none."""
    return {}


def apply_plan(
    arguments: argparse.Namespace,
    settings: Settings,
    store: Store,
    plan: Plan,
    results: tuple[str, str],
    record: Callable[[int | None], Fields] | None,
    *,
    done_text: str = "",
    tells_why: bool = False,
    letter: Letter | None = None,
    letters: Callable[[Letter | None], Fields] = no_letters,
    do: Callable[[], ExitCode] | None = None,
) -> ExitCode:
    """Print a plan, apply it unless it is refused or a dry run, and return the exit code.

    Args:
        arguments: `dry_run`, `json`, and `why` if the command has it.
        settings: for the names of clouds.
        store: the book.
        plan: the change to apply.
        results: the value of `result` in JSON: when applied, and in a dry run.
        record: returns the record's fields for JSON, by its id, or for None as the plan would
            make them; without it JSON holds the plan alone.
        done_text: the message on stderr after success; "Done." by default.
        tells_why: whether stderr repeats the reasons of a refusal that stdout has in words.
        letter: the letter that belongs to the plan; printed in a dry run.
        letters: returns the JSON fields of the letter.
        do: applies the plan and prints the result, for commands that do more than the plan.

    Raises:
        ConflictError: the record changed after the plan was made.
        StoreError: the book cannot be written.
    """
    from partnerdesk.models.core.verdicts import Verdict
    from partnerdesk.models.operations.carry_out import carry_out

    def print_as(result: str, id: int | None = None, **more: Any) -> None:
        fields = record(id) if record is not None else None
        print_plan(arguments, settings, plan, fields, result, **more)

    done, would = results
    if plan.verdict is Verdict.REFUSED:
        print_as("refused", **letters(None))
        return tell_refused(plan.reasons, tells_why=tells_why or arguments.json)
    if plan.changes_nothing:
        print_as("nothing", **letters(None))
        tell(_("There is nothing to change."))
        return ExitCode.DONE
    if arguments.dry_run:
        print_as(would, **letters(letter))
        if not arguments.json:
            print_below(letter)
        tell_dry_run()
        return ExitCode.DONE
    if do is not None:
        return do()
    outcome = carry_out(store, plan, getattr(arguments, "why", ""))
    sending = send_calls_of(settings, store, plan, outcome)
    more = calls_json(sending)
    print_as(done, outcome.record_id, **letters(letter), **more, change_id=outcome.change_id)
    tell(done_text or _("Done."))
    return tell_sending(sending)


def send_calls_of(settings: Settings, store: Store, plan: Plan, outcome: Outcome) -> Sending | None:
    """Send what a plan that was carried out asks of Partner Center; None if it asks nothing.

    Raises:
        StoreError: the book cannot be read or written.
    """
    from partnerdesk.models.changes.calls import Channel

    if all(call.channel is not Channel.PARTNER_CENTER for call in plan.calls):
        return None
    from partnerdesk.cli.shared.sent_calls import send_now

    return send_now(settings, store, plan.target.account_id, outcome.customer_id)


def calls_json(sending: Sending | None) -> Fields:
    """Return `calls` for JSON: what became of them; nothing if nothing was to be sent."""
    from partnerdesk.cli.shared.sent_calls import sent_json

    return {} if sending is None else {"calls": [sent_json(sent) for sent in sending.calls]}


def tell_sending(sending: Sending | None) -> ExitCode:
    """Tell what became of calls to Partner Center; the exit code is that of a refused call.

    A call that waits is no failure of the command: the change is in the book and is sent later.
    """
    if sending is None:
        return ExitCode.DONE
    tell(sending.text)
    errors = [sent.error for sent in sending.calls if sent.error and sent.state == "failed"]
    return errors[0].exit_code if errors else ExitCode.DONE


def print_plan(
    arguments: argparse.Namespace,
    settings: Settings,
    plan: Plan,
    fields: Fields | None,
    result: str,
    **more: Any,
) -> None:
    """Print a plan in words, or a record with its plan and the result as one JSON object."""
    from partnerdesk.models.operations.describe_plan import plan_text

    if not arguments.json:
        print(plan_text(without_letter(plan), settings.all_clouds()))
    elif fields is None:
        print(json_text({**plan.as_json(), "result": result, **more}, indent=2))
    else:
        print_object(fields, plan, result, **more)


def print_object(
    fields: Fields, plan: Plan, result: str, *, change_id: int | None = None, **more: Any
) -> None:
    """Print a record, its plan and the result as one JSON object."""
    from partnerdesk.models.changes.plan import reason_json

    result_object = {
        **fields,
        **more,
        "plan": plan.as_json(),
        "reasons": [reason_json(reason) for reason in plan.reasons],
        "result": result,
        "change_id": change_id,
    }
    print(json_text(result_object, indent=2))


def print_reasons(reasons: Iterable[Reason], indent: str = "") -> None:
    """Print reasons with their sources, one per line."""
    for reason in reasons:
        mark = "✗" if reason.refuses else "!"
        source = told_source(reason.source)
        print(f"{indent}{mark} {shown(reason.text)}" + (f" ({source})" if source else ""))


def tell_refused(reasons: Iterable[Reason], *, tells_why: bool = True) -> ExitCode:
    """Tell on stderr that a plan was refused; with `tells_why` also the reasons."""
    for reason in reasons:
        if reason.refuses and tells_why:
            tell(reason.text)
    tell(_("Refused: nothing was written."))
    return ExitCode.REFUSED


def tell_dry_run() -> None:
    """Tell on stderr that a dry run wrote nothing."""
    tell(_("Nothing was written: this was a dry run."))


def without_letter(plan: Plan) -> Plan:
    """Return a plan without the fields of its letter, which is printed separately."""
    steps = [
        replace(
            step,
            before=_without_letter_fields(step.before),
            after=_without_letter_fields(step.after),
        )
        if step.record.table == "invitations"
        else step
        for step in plan.steps
    ]
    return replace(plan, steps=tuple(steps))


def _without_letter_fields(fields: Fields | None) -> Fields | None:
    if fields is None:
        return None
    return {name: value for name, value in fields.items() if name not in _LETTER_FIELDS}


def letter_json(letter: Letter | None) -> Fields | None:
    """Return a letter as `--json` prints it."""
    if letter is None:
        return None
    return {
        "to": letter.email,
        "name": letter.name,
        "subject": letter.subject,
        "body": letter.body,
        "link": letter.link or None,
        "language": letter.language,
    }


def print_letter(letter: Letter) -> None:
    """Print a letter as text to copy, with every line safe for a terminal."""
    from partnerdesk.models.letters.letter import safe_text

    print(safe_text(letter).rstrip("\n"))


def print_below(letter: Letter | None) -> None:
    """Print a blank line and a letter; nothing without a letter."""
    if letter is not None:
        print()
        print_letter(letter)
