"""`partnerdesk accounts add`, `sign-in`, `sign-out` and `remove`: the connection of an account."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from partnerdesk.cli.shared.demo_rehearsal import reachable, rehearsed_secrets
from partnerdesk.cli.shared.open_book import one_account, open_book
from partnerdesk.cli.shared.plans import add_dry_run, apply_plan, plan_context, print_plan
from partnerdesk.cli.shared.printing import json_text, tell
from partnerdesk.cli.shared.records import record_fields
from partnerdesk.cli.shared.sign_in import sign_in
from partnerdesk.cli.shared.sign_in_flags import (
    add_ways,
    given_secrets,
    refuse_unused_secrets,
)
from partnerdesk.models.accounts.accounts import ALL, PartnerKind, SignInWay
from partnerdesk.models.accounts.own_sign_ins import SignInKey, own_sign_in
from partnerdesk.models.core.errors import ExitCode, RefusedError, UsageError
from partnerdesk.models.core.permissions import read_only
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse

    from partnerdesk.cli.shared.subcommands import Subcommands
    from partnerdesk.models.accounts.entities import PartnerAccount
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.settings.model import Settings


def add_sign_in_parts(parts: Subcommands, shared: argparse.ArgumentParser) -> None:
    """Add the parts of `accounts` that are about the connection."""
    adding = parts.add_parser(
        "add",
        parents=[shared],
        help=_("connect an account of a cloud to Partner Center"),
        description=_(
            "Connects an account of the cloud (--cloud). The account kept by hand there is taken "
            "over with its customers; where there is none, another account is added."
        ),
    )
    adding.add_argument("--tenant", metavar="GUID", required=True, help=_("the partner's tenant"))
    adding.add_argument(
        "--client-id", metavar="GUID", required=True, help=_("the application that signs in")
    )
    kinds = _("how the partner sells: {kinds}").format(kinds=", ".join(PartnerKind))
    adding.add_argument("--kind", metavar="KIND", help=kinds)
    adding.add_argument("--name", metavar="TEXT", default="", help=_("the account's name"))
    add_ways(adding)
    add_dry_run(adding, _("the result as one JSON object"))
    adding.set_defaults(run=run_add)

    signing = parts.add_parser(
        "sign-in", parents=[shared], help=_("sign in to an account that is connected")
    )
    add_ways(signing)
    signing.add_argument("--json", action="store_true", help=_("the account as one JSON object"))
    signing.set_defaults(run=run_sign_in)

    leaving = parts.add_parser(
        "sign-out", parents=[shared], help=_("remove the sign-in from this computer")
    )
    leaving.add_argument("--json", action="store_true", help=_("the account as one JSON object"))
    leaving.set_defaults(run=run_sign_out)

    removing = parts.add_parser(
        "remove",
        parents=[shared],
        help=_("end the connection of an account; its customers stay"),
    )
    removing.add_argument("--yes", action="store_true", help=_("do it without asking"))
    add_dry_run(removing, _("the result as one JSON object"))
    removing.set_defaults(run=run_remove)


def run_add(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Connect an account, and sign in where nobody, or somebody at a terminal, does it."""
    from partnerdesk.models.accounts.connect import ConnectRequest, plan_connect_account
    from partnerdesk.models.accounts.stored import stored_account, stored_accounts
    from partnerdesk.models.operations.carry_out import carry_out

    cloud = getattr(arguments, "cloud", ALL)
    if cloud == ALL:
        raise UsageError(_("Name the cloud, for example: --cloud global"))
    way = SignInWay(arguments.auth or SignInWay.DEVICE)
    refuse_unused_secrets(arguments, way)
    store = open_book(arguments, settings)
    wanted = ConnectRequest(
        arguments.tenant, arguments.client_id, way, _kind(arguments.kind), arguments.name
    )
    id_given = getattr(arguments, "account", None)
    accounts = [one for one in stored_accounts(store) if id_given in (None, one.id)]
    plan = plan_connect_account(
        accounts, settings.all_clouds()[cloud], wanted, plan_context(settings)
    )

    def connect() -> ExitCode:
        secrets = given_secrets(arguments, way)
        outcome = carry_out(store, plan)
        id = outcome.record_id or 0
        signs_in_now = way.is_by_secret or sys.stdin.isatty()
        if not arguments.json:
            print_plan(arguments, settings, plan, None, "connected")
        tell(_("Connected as account {id}.").format(id=id))
        if signs_in_now:
            sign_in(store, settings, id, way, secrets)
        else:
            tell(_("Sign in with: partnerdesk accounts sign-in --account {id}").format(id=id))
        tell(_("Then read its customers: partnerdesk sync --account {id}").format(id=id))
        if arguments.json:
            fields = account_fields(store, settings, stored_account(store, id))
            print_plan(arguments, settings, plan, fields, "connected", change_id=outcome.change_id)
        return ExitCode.DONE

    return apply_plan(
        arguments, settings, store, plan, ("connected", "would_connect"), None, do=connect
    )


def run_sign_in(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Sign in to an account; ends when the person has done their part."""
    from partnerdesk.models.accounts.stored import stored_account
    from partnerdesk.partnercenter.sign_in.accounts import account_connection

    if settings.read_only:
        raise RefusedError(read_only().text)
    store = open_book(arguments, settings)
    account = stored_account(store, one_account(arguments, settings, store).id)
    rehearsed = rehearsed_secrets(arguments) if not arguments.auth else None
    way = SignInWay(arguments.auth or account.sign_in_way)
    if rehearsed is not None:
        way = SignInWay.REFRESH_TOKEN
    refuse_unused_secrets(arguments, way)
    id = account.id or 0
    account_connection(store, settings, id)  # says at once that the account is kept by hand
    with reachable(arguments, settings, store) as reached:
        secrets = rehearsed or given_secrets(arguments, way)
        sign_in(store, reached, id, way, secrets)
    _print_account(arguments, settings, store, id)
    return ExitCode.DONE


def run_sign_out(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Remove the sign-in of an account from this computer."""
    from partnerdesk.models.accounts.sign_ins import keep_signed_out
    from partnerdesk.partnercenter.sign_in.accounts import account_connection, sign_out

    store = open_book(arguments, settings)
    id = one_account(arguments, settings, store).id
    sign_out(account_connection(store, settings, id))
    keep_signed_out(store, id)
    tell(_("Signed out."))
    _print_account(arguments, settings, store, id)
    return ExitCode.DONE


def run_remove(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """End the connection of an account."""
    from partnerdesk.models.accounts.connect import plan_disconnect_account
    from partnerdesk.models.accounts.sign_ins import keep_signed_out
    from partnerdesk.models.accounts.stored import stored_account
    from partnerdesk.models.changes.waiting_calls import waiting_count
    from partnerdesk.models.operations.carry_out import carry_out
    from partnerdesk.partnercenter.sign_in.accounts import account_connection, sign_out

    store = open_book(arguments, settings)
    id = one_account(arguments, settings, store).id
    account = stored_account(store, id)
    plan = plan_disconnect_account(account, waiting_count(store, id), plan_context(settings))

    def disconnect() -> ExitCode:
        if not arguments.json:
            print_plan(arguments, settings, plan, None, "removed")
        if not (arguments.yes or _is_sure()):
            tell(_("Nothing was changed."))
            return ExitCode.REFUSED
        connection = account_connection(store, settings, id)
        outcome = carry_out(store, plan)
        keep_signed_out(store, id)
        sign_out(connection)
        tell(_("The account is kept by hand now; its customers stay."))
        if arguments.json:
            fields = account_fields(store, settings, stored_account(store, id))
            print_plan(arguments, settings, plan, fields, "removed", change_id=outcome.change_id)
        return ExitCode.DONE

    results = ("removed", "would_remove")
    return apply_plan(arguments, settings, store, plan, results, None, do=disconnect)


def account_fields(store: Store, settings: Settings, account: PartnerAccount) -> dict[str, Any]:
    """Return an account as `--json` prints it, with who is signed in here, and until when."""
    own = own_sign_in(SignInKey(account.cloud, account.tenant_id, account.client_id))
    fields = record_fields(account, "version", "signed_in_until")
    fields |= {"signed_in_as": own.who if own else "", "mfa": own.mfa if own else None}
    until = own.until if own else None
    if account.connected and own and until is None:
        from partnerdesk.partnercenter.sign_in.accounts import account_connection, tokens_end

        until = tokens_end(account_connection(store, settings, account.id or 0))
    return fields | {"expires_at": until.isoformat() if until else None}


def _kind(text: str | None) -> PartnerKind | None:
    """Return the kind of partner that is named; None if none is.

    Raises:
        UsageError: there is no such kind.
    """
    if text is None:
        return None
    from partnerdesk.models.accounts.edit import kind_of

    found = kind_of(text)
    if isinstance(found, Reason):
        raise UsageError(found.text)
    return PartnerKind(found)


def _is_sure() -> bool:
    if not sys.stdin.isatty():
        raise UsageError(_("Say --yes to do it without being asked."))
    tell(_("End the connection? Type yes:"))
    return input().strip().lower() in ("yes", "y", _("yes"))


def _print_account(
    arguments: argparse.Namespace, settings: Settings, store: Store, id: int
) -> None:
    from partnerdesk.models.accounts.stored import stored_account

    if arguments.json:
        print(json_text(account_fields(store, settings, stored_account(store, id)), indent=2))
