"""Prints what became of a record of the relationship manager: a plan in words, or a JSON object."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from partnerdesk.cli.shared.printing import json_text, tell
from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import ExitCode
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable

    from partnerdesk.models.changes.plan import By, Fields, Plan
    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.letters.letter import Letter
    from partnerdesk.models.settings.model import Settings

_OF_LETTERS = ("subject", "body", "link")
"""Fields of an invitation that a printed letter holds already."""


def present() -> By:
    """Return who plans something now, under a new id."""
    from partnerdesk.models.changes.history import Actor
    from partnerdesk.models.changes.plan import By

    return By(Actor.present(), now(), str(uuid4()))


def add_trying(command: argparse.ArgumentParser) -> None:
    """Add the flags of every command that plans a change."""
    command.add_argument("--dry-run", action="store_true", help=_("only say what would happen"))
    command.add_argument("--json", action="store_true", help=_("the result as one JSON object"))


def carry(
    arguments: argparse.Namespace,
    settings: Settings,
    store: Store,
    plan: Plan,
    words: tuple[str, str],
    record: Callable[[int | None], Fields],
) -> ExitCode:
    """Print a plan, carry it out unless it is refused or only tried, and say what came of it.

    Args:
        arguments: `dry_run`, `json`, and `why` where the command has it.
        settings: for the names of clouds.
        store: the book.
        plan: what is to be done.
        words: the result in JSON, where it is done and where it would be.
        record: gives the record's fields: by its id, or with None as they would be.

    Raises:
        ConflictError: the record is not any more as it was when the plan was made.
        StoreError: the book cannot be written.
    """
    from partnerdesk.models.core.verdicts import Verdict
    from partnerdesk.models.operations.carry_out import carry_out

    done, would = words
    if plan.verdict is Verdict.REFUSED:
        print_plan(arguments, settings, plan, record(None), "refused")
        return refused(arguments, plan.reasons)
    if plan.changes_nothing:
        print_plan(arguments, settings, plan, record(None), "nothing")
        tell(_("There is nothing to change."))
        return ExitCode.DONE
    if arguments.dry_run:
        print_plan(arguments, settings, plan, record(None), would)
        tell_dry_run()
        return ExitCode.DONE
    outcome = carry_out(store, plan, getattr(arguments, "why", ""))
    fields = record(outcome.record_id)
    print_plan(arguments, settings, plan, fields, done, change_id=outcome.change_id)
    tell(_("Done."))
    return ExitCode.DONE


def print_plan(
    arguments: argparse.Namespace,
    settings: Settings,
    plan: Plan,
    fields: Fields,
    result: str,
    **more: Any,
) -> None:
    """Print a plan in words, or a record with its plan and the result as one JSON object."""
    from partnerdesk.models.operations.describe_plan import plan_text

    if arguments.json:
        print_object(fields, plan, result, **more)
    else:
        print(plan_text(without_letter(plan), settings.all_clouds()))


def print_object(
    fields: Fields, plan: Plan, result: str, *, change_id: int | None = None, **more: Any
) -> None:
    """Print a record, the plan and what came of it as one JSON object."""
    from partnerdesk.models.changes.plan import reason_json

    told = {
        **fields,
        **more,
        "plan": plan.as_json(),
        "reasons": [reason_json(reason) for reason in plan.reasons],
        "result": result,
        "change_id": change_id,
    }
    print(json_text(told, indent=2))


def refused(arguments: argparse.Namespace, reasons: Iterable[Reason]) -> ExitCode:
    """Say on stderr that a plan was refused: why, where stdout does not tell it in words."""
    if arguments.json:
        for reason in reasons:
            if reason.refuses:
                tell(reason.text)
    tell(_("Refused: nothing was written."))
    return ExitCode.REFUSED


def tell_dry_run() -> None:
    """Say on stderr that nothing was written."""
    tell(_("Nothing was written: this was a dry run."))


def without_letter(plan: Plan) -> Plan:
    """Return a plan without the text of its letter, which is printed by itself."""
    steps = [
        replace(step, before=_bare(step.before), after=_bare(step.after))
        if step.record.table == "invitations"
        else step
        for step in plan.steps
    ]
    return replace(plan, steps=tuple(steps))


def _bare(fields: Fields | None) -> Fields | None:
    if fields is None:
        return None
    return {name: value for name, value in fields.items() if name not in _OF_LETTERS}


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
    """Print a letter as a person copies it, every line safe for a terminal."""
    from partnerdesk.models.letters.letter import safe_text

    print(safe_text(letter).rstrip("\n"))
