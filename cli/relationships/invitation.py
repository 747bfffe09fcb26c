"""An invitation as the commands print it: its fields and its letter; and `relationships show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnerdesk.cli.relationships.letters import call_json
from partnerdesk.cli.shared.account import account_of
from partnerdesk.cli.shared.open_book import open_book
from partnerdesk.cli.shared.plans import letter_json, print_below, print_object, print_reasons
from partnerdesk.cli.shared.printing import json_text, tell
from partnerdesk.cli.shared.records import print_fields, record_fields
from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import ExitCode
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse

    from partnerdesk.mailing.outbox import SentCall
    from partnerdesk.models.changes.plan import Fields, Plan
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.letters.letter import Letter
    from partnerdesk.models.relationships.entities import Invitation
    from partnerdesk.models.relationships.invitation_details import InvitationDetails
    from partnerdesk.models.relationships.sent_letters import SentLetter
    from partnerdesk.models.settings.model import Settings

LEFT_OUT = ("name_sort", "ends_sort", "search_text", "version")
"""Fields of a record that are for the book itself."""


def add_command(parts: argparse._SubParsersAction, shared: argparse.ArgumentParser) -> None:  # type: ignore[type-arg]
    """Add `show`."""
    showing = parts.add_parser(
        "show", parents=[shared], help=_("show one invitation with its letter")
    )
    add_id(showing)
    showing.add_argument(
        "--letters", action="store_true",
        help=_("with every letter that went out, each of them whole"),
    )  # fmt: skip
    showing.add_argument("--json", action="store_true", help=_("as one JSON object"))
    showing.set_defaults(run=run_show)


def add_id(command: argparse.ArgumentParser) -> None:
    """Add the number of an invitation."""
    command.add_argument(
        "id", metavar="ID", type=int, help=_("the number of the invitation, as the list has it")
    )


def run_show(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print one invitation and its letter as it is written, or went out last."""
    from partnerdesk.models.relationships.invitation_details import letter_as_written
    from partnerdesk.models.relationships.sent_letters import about_letter, letter_title

    store = open_book(arguments, settings)
    case = chosen_case(arguments, settings, store)
    fields = invitation_json(case.invitation, case.account.cloud)
    letter = letter_as_written(case.invitation) if case.invitation.body else None
    sent = case.sent_letters
    if arguments.json:
        more = {"letter": letter_json(letter), "letters": [sent_letter_json(one) for one in sent]}
        print(json_text({**fields, **more}, indent=2))
        return ExitCode.DONE
    print_record(fields)
    if not arguments.letters:
        print_below(letter)
        return ExitCode.DONE
    for one in sent:
        print()
        print(f"{letter_title(one)}: {shown(about_letter(one, now()))}")
        print_below(one.letter)
    if not sent:
        tell(_("No letter went out."))
    return ExitCode.DONE


def sent_letter_json(sent: SentLetter) -> Fields:
    """Return a letter that went out as `--json` prints it."""
    at = sent.at.isoformat().replace("+00:00", "Z") if sent.at else None
    return {
        "kind": sent.kind.value, "reminder": sent.reminder,
        "at": at, "by": sent.by, "how": sent.how.value,
        "change_id": sent.change_id, "state": sent.call.value if sent.call else None,
        "letter": letter_json(sent.letter),
    }  # fmt: skip


def chosen_case(
    arguments: argparse.Namespace, settings: Settings, store: Store
) -> InvitationDetails:
    """Return the invitation that is named, where it is of one of the clouds that are meant.

    Raises:
        NotFoundError: there is no such invitation, or it is another cloud's.
    """
    from partnerdesk.models.relationships.invitation_details import read_case

    case = read_case(store, arguments.id)
    account_of(arguments, settings, store, case.invitation.account_id)
    return case


def invitation_json(invitation: Invitation, cloud: str) -> Fields:
    """Return an invitation as `--json` prints it: its state is that of this moment."""
    from partnerdesk.models.core.clock import NEVER

    fields = record_fields(invitation, *LEFT_OUT)
    fields["state"] = invitation.state_at(now()).value
    if invitation.next_at == NEVER:
        fields["next_at"] = None
    return {"id": fields.pop("id"), "cloud": cloud, **fields}


def invitation_now(store: Store, id: int) -> Fields:
    """Return an invitation as the book has it now, as `--json` prints it."""
    from partnerdesk.models.relationships.invitation_details import read_case

    case = read_case(store, id)
    return invitation_json(case.invitation, case.account.cloud)


def planned_invitation(plan: Plan) -> Invitation | None:
    """Return the invitation that a plan makes; None where it makes none."""
    from partnerdesk.models.changes.fields import value_of
    from partnerdesk.models.relationships.entities import Invitation

    if not plan.steps:
        return None
    after = plan.steps[0].after or {}
    return Invitation(**{name: value_of(Invitation, name, raw) for name, raw in after.items()})


def refused_json(plan: Plan) -> Fields:
    """Return the fields of an invitation that is refused, as far as they are known."""
    from partnerdesk.models.relationships.entities import Invitation

    names = [name for name in Invitation.model_fields if name not in LEFT_OUT]
    target = plan.target
    known = {
        "cloud": target.cloud, "account_id": target.account_id, "customer_id": target.customer_id,
        "company_name": target.name,
    }  # fmt: skip
    return {"id": None, "cloud": None, **dict.fromkeys(names)} | known


def letters_json(letter: Letter | None, call: SentCall | None = None) -> Fields:
    """Return what `--json` says of a letter and of its way through the outbox."""
    return {"letter": letter_json(letter), "call": call_json(call)}


def print_done(
    arguments: argparse.Namespace,
    store: Store,
    plan: Plan,
    id: int,
    result: str,
    letter: Letter | None,
    call: SentCall | None = None,
    **more: Any,
) -> None:
    """Print an invitation as it is now, what was to mind, and its letter."""
    fields = invitation_now(store, id)
    if arguments.json:
        print_object(fields, plan, result, **letters_json(letter, call), **more)
        return
    print_reasons(plan.reasons)
    print_record(fields)
    print_below(letter)


def print_record(fields: Fields) -> None:
    """Print an invitation's fields but those that its letter holds."""
    print_fields({name: value for name, value in fields.items()
                  if name not in ("subject", "body", "link")})  # fmt: skip
