"""How a command plans, prints, carries out and ends: the same for all that change the book.

    plan = plan_…(…, present(settings))
    return carry(arguments, settings, store, plan, ("done", "would_do"), record)

A plan is printed in words, or as one JSON object with the record as it is then.
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

    from partnerdesk.models.changes.plan import Fields, Plan, PlanContext
    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.letters.letter import Letter
    from partnerdesk.models.settings.model import Settings

_OF_LETTERS = ("subject", "body", "link")
"""Fields of an invitation that a printed letter holds already."""


def present(settings: Settings) -> PlanContext:
    """Return who plans something now, under a new id, and why not, if so."""
    from partnerdesk.models.changes.history import Actor
    from partnerdesk.models.changes.plan import PlanContext

    refusals = (read_only(),) if settings.read_only else ()
    return PlanContext(Actor.present(), now(), str(uuid4()), refusals)


def add_dry_run(command: argparse.ArgumentParser, json_help: str) -> None:
    """Add the flags of every command that plans; `json_help` says what is printed as JSON."""
    command.add_argument("--dry-run", action="store_true", help=_("only say what would happen"))
    command.add_argument("--json", action="store_true", help=json_help)


def add_trying(command: argparse.ArgumentParser) -> None:
    """Add the flags of every command that plans one change."""
    add_dry_run(command, _("the result as one JSON object"))


def no_letters(_letter: Letter | None) -> Fields:
    """Return what JSON says of letters where a change has none."""
    return {}


def carry(
    arguments: argparse.Namespace,
    settings: Settings,
    store: Store,
    plan: Plan,
    words: tuple[str, str],
    record: Callable[[int | None], Fields] | None,
    *,
    said: str = "",
    tells_why: bool = False,
    letter: Letter | None = None,
    letters: Callable[[Letter | None], Fields] = no_letters,
    do: Callable[[], ExitCode] | None = None,
) -> ExitCode:
    """Print a plan, carry it out unless it is refused or only tried, and say what came of it.

    Args:
        arguments: `dry_run`, `json`, and `why` where the command has it.
        settings: for the names of clouds.
        store: the book.
        plan: what is to be done.
        words: the result in JSON, where it is done and where it would be.
        record: gives the record's fields: by its id, or with None as they would be; None where
            JSON is the plan alone.
        said: what is said when it is done; by default that it is.
        tells_why: whether stderr says why it is refused, also where stdout does.
        letter: the letter that goes with it, shown where it is only tried.
        letters: what JSON says of the letter.
        do: carries out and prints what came of it, where that takes more than the plan.

    Raises:
        ConflictError: the record is not any more as it was when the plan was made.
        StoreError: the book cannot be written.
    """
    from partnerdesk.models.core.verdicts import Verdict
    from partnerdesk.models.operations.carry_out import carry_out

    def print_as(result: str, id: int | None = None, **more: Any) -> None:
        fields = record(id) if record is not None else None
        print_plan(arguments, settings, plan, fields, result, **more)

    done, would = words
    if plan.verdict is Verdict.REFUSED:
        print_as("refused", **letters(None))
        return _refused(plan.reasons, tells_why=tells_why or arguments.json)
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
    print_as(done, outcome.record_id, **letters(letter), change_id=outcome.change_id)
    tell(said or _("Done."))
    return ExitCode.DONE


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


def print_reasons(reasons: Iterable[Reason], indent: str = "") -> None:
    """Print reasons with their sources, a line each."""
    for reason in reasons:
        mark = "✗" if reason.refuses else "!"
        source = told_source(reason.source)
        print(f"{indent}{mark} {shown(reason.text)}" + (f" ({source})" if source else ""))


def _refused(reasons: Iterable[Reason], *, tells_why: bool) -> ExitCode:
    """Say on stderr that a plan was refused, and why where stdout does not tell it in words."""
    for reason in reasons:
        if reason.refuses and tells_why:
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


def print_below(letter: Letter | None) -> None:
    """Print a letter below what stands above it."""
    if letter is not None:
        print()
        print_letter(letter)
