"""Fields and letter of an invitation for printing; the command `relationships show`."""

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

    from partnerdesk.cli.shared.subcommands import Subcommands
    from partnerdesk.mailing.outbox import SentCall
    from partnerdesk.models.changes.plan import Fields, Plan
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.letters.letter import Letter
    from partnerdesk.models.relationships.entities import Invitation
    from partnerdesk.models.relationships.invitation_details import InvitationDetails
    from partnerdesk.models.relationships.sent_letters import SentLetter
    from partnerdesk.models.settings.model import Settings

INTERNAL_FIELDS = ("name_sort", "ends_sort", "search_text", "version")
"""Fields of a record that the book needs internally; never printed."""


def add_command(parts: Subcommands, shared: argparse.ArgumentParser) -> None:
    """Add `show`."""
    showing = parts.add_parser(
        "show", parents=[shared], help=_("show one invitation with its letter")
    )
    add_id(showing)
    showing.add_argument(
        "--letters",
        action="store_true",
        help=_("with every letter that went out, each of them whole"),
    )
    showing.add_argument("--json", action="store_true", help=_("as one JSON object"))
    showing.set_defaults(run=run_show)


def add_id(command: argparse.ArgumentParser) -> None:
    """Add the argument for the number of an invitation."""
    command.add_argument(
        "id", metavar="ID", type=int, help=_("the number of the invitation, as the list has it")
    )


def run_show(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print one invitation with its letter; with `--letters` every letter that was sent."""
    from partnerdesk.models.relationships.invitation_details import stored_letter
    from partnerdesk.models.relationships.sent_letters import about_letter, letter_title

    store = open_book(arguments, settings)
    details = named_invitation(arguments, settings, store)
    fields = invitation_json(details.invitation, details.account.cloud)
    letter = stored_letter(details.invitation) if details.invitation.body else None
    sent = details.sent_letters
    if arguments.json:
        more = {
            "letter": letter_json(letter),
            "letters": [sent_letter_json(entry) for entry in sent],
        }
        print(json_text({**fields, **more}, indent=2))
        return ExitCode.DONE
    print_record(fields)
    if not arguments.letters:
        print_below(letter)
        return ExitCode.DONE
    for entry in sent:
        print()
        print(f"{letter_title(entry)}: {shown(about_letter(entry, now()))}")
        print_below(entry.letter)
    if not sent:
        tell(_("No letter went out."))
    return ExitCode.DONE


def sent_letter_json(sent: SentLetter) -> Fields:
    """Return a sent letter as `--json` prints it."""
    at = sent.at.isoformat().replace("+00:00", "Z") if sent.at else None
    return {
        "kind": sent.kind.value,
        "reminder": sent.reminder,
        "at": at,
        "by": sent.by,
        "how": sent.how.value,
        "change_id": sent.change_id,
        "state": sent.call.value if sent.call else None,
        "letter": letter_json(sent.letter),
    }


def named_invitation(
    arguments: argparse.Namespace, settings: Settings, store: Store
) -> InvitationDetails:
    """Return the invitation with the given number, if its account is in scope.

    Raises:
        NotFoundError: there is no such invitation, or it belongs to another cloud.
    """
    from partnerdesk.models.relationships.invitation_details import read_invitation

    details = read_invitation(store, arguments.id)
    account_of(arguments, settings, store, details.invitation.account_id)
    return details


def invitation_json(invitation: Invitation, cloud: str) -> Fields:
    """Return an invitation as `--json` prints it, with its state as of now."""
    from partnerdesk.models.core.clock import NEVER

    fields = record_fields(invitation, *INTERNAL_FIELDS)
    fields["state"] = invitation.state_at(now()).value
    if invitation.next_at == NEVER:
        fields["next_at"] = None
    return {"id": fields.pop("id"), "cloud": cloud, **fields}


def invitation_now(store: Store, id: int) -> Fields:
    """Read an invitation from the book and return it as `--json` prints it."""
    from partnerdesk.models.relationships.invitation_details import read_invitation

    details = read_invitation(store, id)
    return invitation_json(details.invitation, details.account.cloud)


def planned_invitation(plan: Plan) -> Invitation | None:
    """Return the invitation that a plan would create; None for a plan without steps."""
    from partnerdesk.models.changes.fields import value_of
    from partnerdesk.models.relationships.entities import Invitation

    if not plan.steps:
        return None
    after = plan.steps[0].after or {}
    return Invitation(**{name: value_of(Invitation, name, raw) for name, raw in after.items()})


def refused_json(plan: Plan) -> Fields:
    """Return the fields of a refused invitation: all None except those of the plan's target."""
    from partnerdesk.models.relationships.entities import Invitation

    names = [name for name in Invitation.model_fields if name not in INTERNAL_FIELDS]
    target = plan.target
    known = {
        "cloud": target.cloud,
        "account_id": target.account_id,
        "customer_id": target.customer_id,
        "company_name": target.name,
    }
    return {"id": None, "cloud": None, **dict.fromkeys(names)} | known


def letters_json(letter: Letter | None, call: SentCall | None = None) -> Fields:
    """Return a letter and its outbox call as `--json` prints them."""
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
    """Print an invitation as it is now, the plan's reasons, and its letter."""
    fields = invitation_now(store, id)
    if arguments.json:
        print_object(fields, plan, result, **letters_json(letter, call), **more)
        return
    print_reasons(plan.reasons)
    print_record(fields)
    print_below(letter)


def print_record(fields: Fields) -> None:
    """Print the fields of an invitation without those that its letter shows."""
    print_fields(
        {name: value for name, value in fields.items() if name not in ("subject", "body", "link")}
    )
