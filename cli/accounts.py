"""`partnerdesk accounts`: who the partner is in each cloud, which decides what the form asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.cli.accounts_sign_in import account_fields, add_sign_in_parts
from partnerdesk.cli.shared.open_book import one_account, open_book, scope
from partnerdesk.cli.shared.plans import add_dry_run, apply_plan, plan_context
from partnerdesk.cli.shared.printing import json_text
from partnerdesk.models.accounts.accounts import (
    ALL,
    PARTNER_KIND_TITLES,
    PartnerKind,
    sign_in_words,
)
from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import ExitCode, UsageError
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse

    from partnerdesk.models.settings.model import Settings


def add_arguments(command: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """Add `accounts` and its parts."""
    parts = command.add_subparsers(required=True, metavar="WHAT")
    listing = parts.add_parser("list", parents=[shared], help=_("list the partner's accounts"))
    listing.add_argument("--json", action="store_true", help=_("a JSON list of objects"))
    listing.set_defaults(run=run_list)

    editing = parts.add_parser(
        "edit",
        parents=[shared],
        help=_("say who the partner is in a cloud: name, market, kind"),
        description=_(
            "Changes the account of one cloud (--cloud; if not said, the first one that is on). "
            "The market and the kind decide what the form for customers asks and warns of."
        ),
    )
    editing.add_argument("--name", metavar="TEXT", help=_("the partner's name in that cloud"))
    editing.add_argument(
        "--market", metavar="COUNTRY", help=_("the country the partner is enrolled in: DE, Germany")
    )
    kinds = _("how the partner sells: {kinds}").format(kinds=", ".join(PartnerKind))
    editing.add_argument("--kind", metavar="KIND", help=kinds)
    editing.add_argument("--mpn-id", metavar="NUMBER", help=_("the partner's network id"))
    editing.add_argument("--tenant-id", metavar="GUID", help=_("the partner's own Microsoft ID"))
    add_dry_run(editing, _("the plan as a JSON object"))
    editing.set_defaults(run=run_edit)
    add_sign_in_parts(parts, shared)


def run_list(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print the partner's accounts."""
    from partnerdesk.models.accounts.stored import stored_accounts

    store = open_book(arguments, settings)
    chosen = scope(arguments, settings, store, ALL).accounts
    if arguments.json:
        ids = [account.id for account in chosen]
        rows = [account for account in stored_accounts(store) if account.id in ids]
        print(json_text([account_fields(store, settings, row) for row in rows], indent=2))
        return ExitCode.DONE
    for account in chosen:
        kind = _(PARTNER_KIND_TITLES[account.kind])
        market = account.market or _("market not said")
        parts = [f"{account.cloud.id}: {account.title}", kind, market]
        if account.client_id:
            parts += [_("account {id}").format(id=account.id), *sign_in_words(account, now())]
        print(" · ".join(parts))
    return ExitCode.DONE


def run_edit(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Change the fields of one account that are given."""
    from partnerdesk.models.accounts.edit import EDITED, plan_edit_account
    from partnerdesk.models.accounts.stored import stored_account

    wanted = {name: getattr(arguments, name) for name in EDITED}
    given = {name: text for name, text in wanted.items() if text is not None}
    if not given:
        raise UsageError(_("Say what to change, for example: --market DE"))
    store = open_book(arguments, settings)
    id = one_account(arguments, settings, store).id
    account = stored_account(store, id)
    cloud = settings.all_clouds()[account.cloud]
    plan = plan_edit_account(account, cloud, given, plan_context(settings))
    return apply_plan(arguments, settings, store, plan, ("changed", "would_change"), None)
