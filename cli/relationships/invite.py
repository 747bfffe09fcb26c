"""`partnerdesk relationships invite`: records an invitation and sends its letter."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.cli.customers.many import (
    add_named_customers,
    chooses_customers,
    join_named_customers,
    names_one_customer,
    run_many,
    several_customers,
)
from partnerdesk.cli.relationships.invitation import (
    invitation_json,
    letters_json,
    planned_invitation,
    print_done,
    refused_json,
)
from partnerdesk.cli.relationships.letters import (
    LetterFile,
    add_letter_channels,
    channel_of,
    check_channel,
    refuse_channel,
    send_letter,
    tell_failure,
)
from partnerdesk.cli.shared.account import named_customer
from partnerdesk.cli.shared.live import fetch_link
from partnerdesk.cli.shared.open_book import one_account, open_book
from partnerdesk.cli.shared.plans import add_plan_flags, apply_plan, plan_context
from partnerdesk.cli.shared.printing import tell
from partnerdesk.models.core.errors import AppError, ExitCode, UsageError
from partnerdesk.models.languages import _, of_letters

if TYPE_CHECKING:
    import argparse

    from partnerdesk.cli.shared.subcommands import Subcommands
    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import Fields, Plan
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.letters.letter import Letter
    from partnerdesk.models.relationships.invite import InvitationRequest
    from partnerdesk.models.settings.model import Settings


def add_command(parts: Subcommands, shared: argparse.ArgumentParser) -> None:
    """Add `invite`."""
    inviting = parts.add_parser(
        "invite",
        parents=[shared],
        help=_("invite companies that have a tenant to link with you"),
        description=_(
            "Writes an invitation into the ledger and prints its letter, which counts as sent "
            "with that; --eml and --send let it out in another way, --draft keeps it back. Your "
            "invitation link is kept with the account from its first use. The letters to several "
            "customers are kept as drafts; relationships letter lets each of them out."
        ),
        epilog=_(
            "The account is that of --cloud, or the first cloud that is on; of a customer of the "
            "book it is the customer's own. Exit code 3 where a rule refuses it, 6 where the mail "
            "server was not reached."
        )
        + " "
        + several_customers(),
    )
    _add_recipient(inviting)
    _add_letter_options(inviting)
    channels = add_letter_channels(inviting)
    channels.add_argument(
        "--draft", action="store_true", help=_("keep the letter back, as a draft")
    )
    channels.add_argument(
        "--in-portal",
        action="store_true",
        help=_("only record an invitation that you made in the portal, as in US Government"),
    )
    add_plan_flags(inviting)
    inviting.set_defaults(run=run)


def _add_recipient(command: argparse.ArgumentParser) -> None:
    add_named_customers(command)
    whom = command.add_argument_group(
        _("whom"), _("of a customer of the book, what is not given is taken from there")
    )
    whom.add_argument("--company", metavar="TEXT", default="", help=_("the company's name"))
    whom.add_argument("--email", metavar="TEXT", default="", help=_("where the letter goes"))
    whom.add_argument("--contact", metavar="TEXT", default="", help=_("the person's name"))
    known_by = _("by it the company is known when it comes into the book")
    whom.add_argument("--domain", metavar="DOMAIN", default="", help=known_by)
    whom.add_argument("--tenant-id", metavar="GUID", default="", help=known_by)


def _add_letter_options(command: argparse.ArgumentParser) -> None:
    what = command.add_argument_group(_("what"))
    what.add_argument(
        "--kind",
        choices=("reseller", "combined"),
        default="reseller",
        help=_("combined: link to you and to your indirect provider at once"),
    )
    provider_help = _("the indirect provider that a combined letter names")
    what.add_argument("--provider", metavar="NAME", default="", help=provider_help)
    admin = what.add_mutually_exclusive_group()
    delegated_admin_help = _("ask for delegated admin (default: as the link says)")
    admin.add_argument(
        "--delegated-admin", action="store_true", default=None, help=delegated_admin_help
    )
    no_delegated_admin_help = _("ask without it, where the cloud gives the choice")
    admin.add_argument(
        "--no-delegated-admin",
        action="store_false",
        dest="delegated_admin",
        help=no_delegated_admin_help,
    )
    language_help = _("the letter's language (default: the customer's)")
    what.add_argument("--language", choices=of_letters(), help=language_help)
    link_help = _("your invitation link of Partner Center; needed once")
    what.add_argument("--link", metavar="URL", default="", help=link_help)


def run(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Record an invitation and send its letter, or only print the plan in a dry run."""
    from partnerdesk.models.relationships.invite import plan_invite, read_invitation_context

    join_named_customers(arguments)
    is_new = not chooses_customers(arguments)
    if is_new and not arguments.company.strip():
        raise UsageError(
            _("Say whom to invite."),
            _("For example: --company TEXT --email TEXT, or the ID of a customer"),
        )
    is_single = is_new or names_one_customer(arguments)
    store = open_book(arguments, settings)
    if not is_single:
        return _invite_many(arguments, settings, store)
    account, customer_id = _recipient(arguments, settings, store)
    check_channel(arguments, settings)
    request = _request(arguments, customer_id)
    if not (request.link or request.in_portal or arguments.kind == "combined"):
        fetch_link(settings, store, account)
    plan = plan_invite(
        account,
        request,
        read_invitation_context(store, account.id, request),
        plan_context(settings),
    )
    draft = planned_invitation(plan)
    letter = None
    if draft is not None and not request.in_portal:
        from partnerdesk.models.relationships.invitation_details import stored_letter

        letter = stored_letter(draft)
    fields = invitation_json(draft, account.cloud.id) if draft else refused_json(plan)
    refusal_codes = {reason.code for reason in plan.reasons if reason.refuses}
    if "invitation.no-link" in refusal_codes:
        tell(_("Record one that you made in the portal with: --in-portal"))
    if "link.missing" in refusal_codes:
        tell(_("Give the link once with: --link URL"))
    return apply_plan(
        arguments,
        settings,
        store,
        plan,
        ("sent", "would_invite"),
        lambda _id: fields,
        letter=letter,
        letters=lambda shown: {**letters_json(shown), "letter_change_id": None},
        do=partial(_carry_out, arguments, settings, store, plan, letter),
    )


def _invite_many(arguments: argparse.Namespace, settings: Settings, store: Store) -> ExitCode:
    """Write an invitation to each of several customers, as a draft."""
    from partnerdesk.models.operations.bulk_records import RunKind

    given = [flag for flag, text in _of_one(arguments).items() if text.strip()]
    if given:
        raise UsageError(
            _("Several customers are meant: what is said of one company is taken from the book."),
            _("Leave out: {flags}").format(flags=" ".join(given)),
        )
    refuse_channel(arguments, _("They are kept as drafts: relationships letter ID lets one out."))
    admin = {True: "yes", False: "no", None: ""}[arguments.delegated_admin]
    wishes = {
        "kind": arguments.kind, "provider": arguments.provider.strip(), "delegated_admin": admin,
        "language": arguments.language or "", "link": arguments.link.strip(),
        "made": "portal" if arguments.in_portal else "",
    }  # fmt: skip
    said = {name: text for name, text in wishes.items() if text}
    return run_many(arguments, settings, store, RunKind.INVITE, said)


def _of_one(arguments: argparse.Namespace) -> dict[str, str]:
    """Return what flags say of one company."""
    return {
        "--company": arguments.company, "--email": arguments.email, "--domain": arguments.domain,
        "--contact": arguments.contact, "--tenant-id": arguments.tenant_id,
    }  # fmt: skip


def _recipient(
    arguments: argparse.Namespace, settings: Settings, store: Store
) -> tuple[Account, int | None]:
    """Return the inviting account, and the id of the customer of `--customer` or None."""
    if not arguments.customer:
        return one_account(arguments, settings, store), None
    return named_customer(arguments, settings, store, arguments.customer[0])


def _request(arguments: argparse.Namespace, customer_id: int | None) -> InvitationRequest:
    from partnerdesk.models.letters.letter import LetterLanguage
    from partnerdesk.models.relationships.entities import InvitationKind
    from partnerdesk.models.relationships.invite import InvitationRequest

    return InvitationRequest(
        company=arguments.company,
        contact=arguments.contact,
        email=arguments.email,
        kind=InvitationKind(arguments.kind),
        delegated_admin=arguments.delegated_admin,
        language=LetterLanguage(arguments.language) if arguments.language else None,
        link=arguments.link,
        microsoft_id=arguments.tenant_id,
        domain=arguments.domain,
        customer_id=customer_id,
        provider=arguments.provider,
        in_portal=arguments.in_portal,
    )


def _carry_out(
    arguments: argparse.Namespace,
    settings: Settings,
    store: Store,
    plan: Plan,
    letter: Letter | None,
) -> ExitCode:
    """Write the invitation to the book, send its letter, and print both."""
    from partnerdesk.models.operations.carry_out import carry_out
    from partnerdesk.models.relationships.invitation_details import read_invitation
    from partnerdesk.models.relationships.invitation_events import plan_letter_out

    if letter is None or arguments.draft:
        outcome = carry_out(store, plan)
        id, result = outcome.record_id or 0, "draft" if letter else "recorded"
        more: Fields = {"change_id": outcome.change_id, "letter_change_id": None}
        print_done(arguments, store, plan, id, result, letter, **more)
        done = _("Invitation {id} is a draft.") if letter else _("Invitation {id} is recorded.")
        tell(done.format(id=id))
        return ExitCode.DONE
    letter_context = plan_context(settings)
    with LetterFile(arguments, settings, letter, letter_context.plan_id):
        outcome = carry_out(store, plan)
        id = outcome.record_id or 0
        try:
            details = read_invitation(store, id)
            letter_plan = plan_letter_out(
                details, details.letter(letter_context.at), channel_of(arguments), letter_context
            )
            letter_outcome = carry_out(store, letter_plan)
        except AppError:
            tell(_("Invitation {id} is kept as a draft.").format(id=id))
            raise
    call = send_letter(settings, store, letter_plan, letter_outcome)
    result = "failed" if call is not None and call.error is not None else "sent"
    more = {"change_id": outcome.change_id, "letter_change_id": letter_outcome.change_id}
    print_done(arguments, store, plan, id, result, letter, call, **more)
    if error := tell_failure(call):
        return error.exit_code
    tell(_("Invitation {id} is sent.").format(id=id))
    return ExitCode.DONE
