"""`partnerdesk accounts add`, `sign-in`, `sign-out` and `remove`: the connection of an account."""

from __future__ import annotations

import sys
from threading import Event
from typing import TYPE_CHECKING, Any

from partnerdesk.cli.shared.open_book import one_account, open_book
from partnerdesk.cli.shared.plans import add_dry_run, apply_plan, plan_context, print_plan
from partnerdesk.cli.shared.printing import json_text, tell
from partnerdesk.cli.shared.records import record_fields
from partnerdesk.cli.shared.secrets import add_secret, is_given, secret
from partnerdesk.models.accounts.accounts import ALL, SIGN_IN_WAY_TITLES, PartnerKind, SignInWay
from partnerdesk.models.accounts.signing_in import SignInPhase
from partnerdesk.models.core.clock import moment_text
from partnerdesk.models.core.errors import ExitCode, NotFoundError, RefusedError, UsageError
from partnerdesk.models.core.permissions import read_only
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse

    from partnerdesk.cli.shared.subcommands import Subcommands
    from partnerdesk.models.accounts.entities import PartnerAccount
    from partnerdesk.models.accounts.signing_in import SignedIn
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.settings.model import Settings
    from partnerdesk.partnercenter.sign_in.attempt import Attempt, Secrets

_BY_SECRET = (SignInWay.REFRESH_TOKEN, SignInWay.APP)
"""The ways in which nobody does anything in a browser."""
_SECRET, _CLIENT_SECRET = "secret", "client-secret"


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
    _add_ways(adding)
    add_dry_run(adding, _("the result as one JSON object"))
    adding.set_defaults(run=run_add)

    signing = parts.add_parser(
        "sign-in", parents=[shared], help=_("sign in to an account that is connected")
    )
    _add_ways(signing)
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


def _add_ways(command: argparse.ArgumentParser) -> None:
    from pathlib import Path

    ways = "; ".join(f"{way}: {_(SIGN_IN_WAY_TITLES[way])}" for way in SignInWay)
    command.add_argument("--auth", choices=[*map(str, SignInWay)], metavar="WAY", help=ways)
    add_secret(command, _SECRET, _("the refresh token, or the application's secret with app"))
    add_secret(command, _CLIENT_SECRET, _("the application's secret beside a refresh token"))
    command.add_argument(
        "--certificate",
        metavar="FILE",
        type=Path,
        help=_("the application's certificate with its private key (PEM), instead of a secret"),
    )


def run_add(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Connect an account, and sign in where nobody, or somebody at a terminal, does it."""
    from partnerdesk.models.accounts.connect import ConnectRequest, plan_connect_account
    from partnerdesk.models.operations.carry_out import carry_out

    cloud = getattr(arguments, "cloud", ALL)
    if cloud == ALL:
        raise UsageError(_("Name the cloud, for example: --cloud global"))
    way = SignInWay(arguments.auth or SignInWay.DEVICE)
    _check_flags(arguments, way)
    store = open_book(arguments, settings)
    wanted = ConnectRequest(
        arguments.tenant, arguments.client_id, way, _kind(arguments.kind), arguments.name
    )
    accounts = _accounts(store, getattr(arguments, "account", None))
    plan = plan_connect_account(
        accounts, settings.all_clouds()[cloud], wanted, plan_context(settings)
    )

    def connect() -> ExitCode:
        secrets = _secrets(arguments, way) if way in _BY_SECRET else None
        outcome = carry_out(store, plan)
        id = outcome.record_id or 0
        begins = way in _BY_SECRET or sys.stdin.isatty()
        if not arguments.json:
            print_plan(arguments, settings, plan, None, "connected")
        tell(_("Connected as account {id}.").format(id=id))
        if begins:
            _sign_in(store, settings, id, way, secrets)
        else:
            tell(_("Sign in with: partnerdesk accounts sign-in --account {id}").format(id=id))
        if arguments.json:
            fields = account_fields(store, settings, _account(store, id))
            print_plan(arguments, settings, plan, fields, "connected", change_id=outcome.change_id)
        return ExitCode.DONE

    return apply_plan(
        arguments, settings, store, plan, ("connected", "would_connect"), None, do=connect
    )


def run_sign_in(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Sign in to an account; ends when the person has done their part."""
    if settings.read_only:
        raise RefusedError(read_only().text)
    store = open_book(arguments, settings)
    account = _account(store, one_account(arguments, settings, store).id)
    way = SignInWay(arguments.auth or account.sign_in_way)
    _check_flags(arguments, way)
    id = account.id or 0
    _connection(store, settings, id)  # says at once that the account is kept by hand
    secrets = _secrets(arguments, way) if way in _BY_SECRET else None
    _sign_in(store, settings, id, way, secrets)
    _print_account(arguments, settings, store, id)
    return ExitCode.DONE


def run_sign_out(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Remove the sign-in of an account from this computer."""
    from partnerdesk.models.accounts.sign_ins import keep_signed_out
    from partnerdesk.partnercenter.sign_in.accounts import sign_out

    store = open_book(arguments, settings)
    id = one_account(arguments, settings, store).id
    sign_out(_connection(store, settings, id))
    keep_signed_out(store, id)
    tell(_("Signed out."))
    _print_account(arguments, settings, store, id)
    return ExitCode.DONE


def run_remove(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """End the connection of an account."""
    from partnerdesk.models.accounts.connect import plan_disconnect_account
    from partnerdesk.models.accounts.sign_ins import keep_signed_out
    from partnerdesk.models.operations.carry_out import carry_out
    from partnerdesk.partnercenter.sign_in.accounts import sign_out

    store = open_book(arguments, settings)
    id = one_account(arguments, settings, store).id
    account = _account(store, id)
    plan = plan_disconnect_account(account, _waiting_calls(store, id), plan_context(settings))

    def disconnect() -> ExitCode:
        if not arguments.json:
            print_plan(arguments, settings, plan, None, "removed")
        if not (arguments.yes or _is_sure()):
            tell(_("Nothing was changed."))
            return ExitCode.REFUSED
        connection = _connection(store, settings, id)
        outcome = carry_out(store, plan)
        keep_signed_out(store, id)
        sign_out(connection)
        tell(_("The account is kept by hand now; its customers stay."))
        if arguments.json:
            fields = account_fields(store, settings, _account(store, id))
            print_plan(arguments, settings, plan, fields, "removed", change_id=outcome.change_id)
        return ExitCode.DONE

    results = ("removed", "would_remove")
    return apply_plan(arguments, settings, store, plan, results, None, do=disconnect)


def account_fields(store: Store, settings: Settings, account: PartnerAccount) -> dict[str, Any]:
    """Return an account as `--json` prints it, with the moment until which its sign-in holds."""
    fields = record_fields(account, "version", "signed_in_until")
    until = account.signed_in_until
    if account.connected and account.signed_in_as and until is None:
        from partnerdesk.partnercenter.sign_in.accounts import tokens_end

        until = tokens_end(_connection(store, settings, account.id or 0))
    return fields | {"expires_at": until.isoformat() if until else None}


# What signs in


def _sign_in(
    store: Store, settings: Settings, id: int, way: SignInWay, secrets: Secrets | None
) -> None:
    from partnerdesk.partnercenter.sign_in.accounts import attempt_to_sign_in

    attempt = attempt_to_sign_in(store, settings, id, way, secrets=secrets)
    signed_in = _by_paste(attempt) if way is SignInWay.PASTE else _by_itself(attempt)
    text = _("Signed in as {who}.").format(who=shown(signed_in.who))
    if signed_in.until is not None:
        text += " " + _("Until {moment}.").format(moment=moment_text(signed_in.until))
    tell(text)
    if signed_in.remark:
        tell(signed_in.remark)


def _by_itself(attempt: Attempt) -> SignedIn:
    """Sign in in this thread, so that Ctrl-C stops it."""
    attempt.listen(lambda: _tell_progress(attempt))
    attempt.run()
    return _ended(attempt)


def _by_paste(attempt: Attempt) -> SignedIn:
    changed = Event()
    attempt.listen(changed.set)
    attempt.start()
    while not attempt.progress.is_over:
        changed.wait()
        changed.clear()
        if attempt.progress.phase is SignInPhase.WAITING:
            _tell_progress(attempt)
            _ask_address(attempt)
    return _ended(attempt)


def _ask_address(attempt: Attempt) -> None:
    """Ask for the address at which the browser ended, again where it is none."""
    terminal = sys.stdin.isatty()
    if terminal:
        from contextlib import suppress

        with suppress(ImportError):
            import readline  # noqa: F401 - lets `input` take lines longer than a terminal's 4096
    while True:
        try:
            attempt.paste(input(_("Address: ") if terminal else ""))
        except EOFError:
            attempt.cancel()
        except UsageError as error:
            if not terminal:
                raise
            tell(str(error))
            continue
        return


def _tell_progress(attempt: Attempt) -> None:
    progress = attempt.progress
    if progress.phase is not SignInPhase.WAITING:
        return
    if progress.remark:
        tell(progress.remark)
    if progress.code and not progress.remark:
        text = _("Open {address} in a browser on any machine and type the code {code}")
        tell(text.format(address=progress.address, code=progress.code))
    elif progress.address and not progress.code:
        tell(_("Open this address in a browser:"))
        tell(progress.address)
        if attempt.way is SignInWay.PASTE:
            tell(
                _(
                    "The browser ends on a page that cannot be shown. Copy its address, which "
                    "begins with http://localhost, and paste it here."
                )
            )


def _ended(attempt: Attempt) -> SignedIn:
    progress = attempt.progress
    if progress.failure is not None:
        raise progress.failure
    if progress.signed_in is None:
        raise UsageError(_("The sign-in was cancelled."))
    return progress.signed_in


# What is given


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


def _check_flags(arguments: argparse.Namespace, way: SignInWay) -> None:
    """Refuse secrets that the way has no use for.

    Raises:
        UsageError: one is given.
    """
    allowed = {SignInWay.APP: (_SECRET,), SignInWay.REFRESH_TOKEN: (_SECRET, _CLIENT_SECRET)}
    for name in (_SECRET, _CLIENT_SECRET):
        if is_given(arguments, name) and name not in allowed.get(way, ()):
            text = _("--auth {way} takes no {flag}.")
            raise UsageError(text.format(way=way, flag=f"--{name}-file, --{name}-env"))
    if arguments.certificate and way not in _BY_SECRET:
        text = _("--auth {way} takes no {flag}.")
        raise UsageError(text.format(way=way, flag="--certificate"))


def _secrets(arguments: argparse.Namespace, way: SignInWay) -> Secrets:
    from partnerdesk.partnercenter.sign_in.attempt import Secrets
    from partnerdesk.partnercenter.sign_in.token_store import Credential

    certificate = str(arguments.certificate.absolute()) if arguments.certificate else ""
    if way is SignInWay.APP:
        label = _("Secret of the application")
        own = secret(arguments, _SECRET, label, optional=bool(certificate))
        return Secrets(Credential(own, certificate))
    token = secret(arguments, _SECRET, _("Refresh token"))
    label = _("Secret of the application")
    own = secret(arguments, _CLIENT_SECRET, label, optional=True)
    return Secrets(Credential(own, certificate), token)


def _is_sure() -> bool:
    if not sys.stdin.isatty():
        raise UsageError(_("Say --yes to do it without being asked."))
    tell(_("End the connection? Type yes:"))
    return input().strip().lower() in ("yes", "y", _("yes"))


# The book


def _accounts(store: Store, id: int | None = None) -> list[PartnerAccount]:
    from sqlmodel import col, select

    from partnerdesk.models.accounts.entities import PartnerAccount

    with store.reading() as session:
        found = list(session.exec(select(PartnerAccount).order_by(col(PartnerAccount.id))))
    return [account for account in found if id in (None, account.id)]


def _account(store: Store, id: int) -> PartnerAccount:
    for account in _accounts(store, id):
        return account
    raise NotFoundError(_("There is no account {id}.").format(id=id))


def _connection(store: Store, settings: Settings, id: int) -> Any:
    from partnerdesk.partnercenter.sign_in.accounts import account_connection

    return account_connection(store, settings, id)


def _waiting_calls(store: Store, id: int) -> int:
    from sqlmodel import func, select

    from partnerdesk.models.changes.calls import Channel
    from partnerdesk.models.changes.outbox import OutboxCall

    waiting = select(func.count()).where(
        OutboxCall.account_id == id,
        OutboxCall.channel == Channel.PARTNER_CENTER,
        OutboxCall.state == "waiting",
    )
    with store.reading() as session:
        return session.exec(waiting).one()


def _print_account(
    arguments: argparse.Namespace, settings: Settings, store: Store, id: int
) -> None:
    if arguments.json:
        print(json_text(account_fields(store, settings, _account(store, id)), indent=2))
