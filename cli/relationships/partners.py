"""`partnerdesk relationships partners`: links with indirect providers and resellers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.cli.relationships.invitation import INTERNAL_FIELDS
from partnerdesk.cli.shared.account import account_of
from partnerdesk.cli.shared.open_book import one_account, open_book
from partnerdesk.cli.shared.plans import add_plan_flags, apply_plan, plan_context
from partnerdesk.cli.shared.records import record_fields
from partnerdesk.models.core.errors import ExitCode, UsageError
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from partnerdesk.cli.shared.subcommands import Subcommands
    from partnerdesk.models.changes.plan import Fields, Plan
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.relationships.entities import PartnerLink
    from partnerdesk.models.settings.model import Settings

GIVEN_FIELDS = ("name", "mpn_id", "location", "kind", "agreement_signed", "microsoft_id")
"""The fields of a partner that flags set, as in `FIELDS` of `models.relationships.partners`;
`--tenant-id` sets the last one."""


def add_commands(parts: Subcommands, shared: argparse.ArgumentParser) -> None:
    """Add `add`, `edit`, `end` and `read`; `list` is added with the other lists."""
    adding = parts.add_parser(
        "add",
        parents=[shared],
        help=_("add an indirect provider or reseller"),
        description=_(
            "Adds a partner to the account of one cloud (--cloud; if not said, the first one that "
            "is on)."
        ),
        epilog=_("Exit code 3 where a rule refuses it, as where the cloud has no indirect model."),
    )
    _add_fields(adding)
    adding.set_defaults(run=run_add)
    editing = parts.add_parser(
        "edit",
        parents=[shared],
        help=_("change what is kept of a partner; only the fields that are given"),
    )
    _add_id(editing)
    _add_fields(editing)
    editing.set_defaults(run=run_edit)
    ending = parts.add_parser(
        "end",
        parents=[shared],
        help=_("end the link with a partner; customers and their delegated admin stay"),
    )
    _add_id(ending)
    add_plan_flags(ending)
    ending.set_defaults(run=run_end)
    reading = parts.add_parser(
        "read",
        parents=[shared],
        help=_("read the indirect resellers of a connected provider from Partner Center"),
        description=_(
            "Adds the resellers that Partner Center names, and brings known ones up to date. One "
            "that it does not name any more is told, and stays."
        ),
    )
    add_plan_flags(reading)
    reading.set_defaults(run=run_read)


def _add_id(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "id", metavar="ID", type=int, help=_("the number of the partner, as the list has it")
    )


def _add_fields(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group(_("the partner"))
    group.add_argument("--name", metavar="TEXT", help=_("its name"))
    group.add_argument("--mpn-id", metavar="NUMBER", help=_("its network id, MPN ID"))
    group.add_argument("--location", metavar="COUNTRY", help=_("its country: DE, Germany"))
    group.add_argument(
        "--kind",
        metavar="reseller|provider",
        help=_("what it is (default: what stands on the other side of your account)"),
    )
    group.add_argument(
        "--agreement-signed",
        metavar="yes|no",
        help=_("whether it has signed the partner agreement; empty: not known"),
    )
    group.add_argument(
        "--tenant-id", metavar="GUID", dest="microsoft_id", help=_("its Microsoft ID")
    )
    add_plan_flags(command)


def _given_fields(arguments: argparse.Namespace) -> dict[str, str]:
    """Return the fields whose flags are given.

    Raises:
        UsageError: no flag is given.
    """
    given = {name: text for name in GIVEN_FIELDS if (text := getattr(arguments, name)) is not None}
    if not given:
        raise UsageError(
            _("Say something of the partner."), _("For example: --name TEXT --mpn-id NUMBER")
        )
    return given


def run_add(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Add a partner."""
    from partnerdesk.models.relationships.partners import plan_add_partner, read_partners

    given = _given_fields(arguments)
    store = open_book(arguments, settings)
    account = one_account(arguments, settings, store)
    others = read_partners(store, account.id)
    plan = plan_add_partner(account, given, others, plan_context(settings))
    record = _partner_reader(store, plan)
    return apply_plan(arguments, settings, store, plan, ("added", "would_add"), record)


def run_edit(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Change the given fields of a partner."""
    from partnerdesk.models.relationships.partners import (
        plan_edit_partner,
        read_partner,
        read_partners,
    )

    given = _given_fields(arguments)
    store = open_book(arguments, settings)
    partner, _own = read_partner(store, arguments.id)
    account = account_of(arguments, settings, store, partner.account_id)
    others = read_partners(store, account.id)
    plan = plan_edit_partner(
        account, partner, _current_fields(partner) | given, others, plan_context(settings)
    )
    record = _partner_reader(store, plan, partner)
    return apply_plan(arguments, settings, store, plan, ("changed", "would_change"), record)


def run_end(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """End the link with a partner."""
    from partnerdesk.models.relationships.partners import (
        plan_end_partner,
        read_partner,
        shared_customers,
    )

    store = open_book(arguments, settings)
    partner, own = read_partner(store, arguments.id)
    account = account_of(arguments, settings, store, partner.account_id)
    shared = shared_customers(store, partner)
    plan = plan_end_partner(partner, own, account.cloud, shared, plan_context(settings))
    record = _partner_reader(store, plan, partner)
    return apply_plan(arguments, settings, store, plan, ("ended", "would_end"), record)


def run_read(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Take over the resellers that Partner Center names."""
    from partnerdesk.models.relationships.partners import read_partners
    from partnerdesk.models.relationships.told_partners import plan_take_partners
    from partnerdesk.partnercenter.account_client import account_client
    from partnerdesk.partnercenter.sending.partner_links import read_resellers

    store = open_book(arguments, settings)
    account = one_account(arguments, settings, store)
    with account_client(store, settings, account.id) as client:
        told = read_resellers(client)
    known = read_partners(store, account.id)
    plan = plan_take_partners(account, told, known, plan_context(settings))
    return apply_plan(arguments, settings, store, plan, ("changed", "would_change"), None)


def _current_fields(partner: PartnerLink) -> dict[str, str]:
    """Return the current fields of a partner as the texts that flags would have."""
    signed = {True: "yes", False: "no", None: ""}[partner.agreement_signed]
    return {
        "name": partner.name,
        "mpn_id": partner.mpn_id,
        "location": partner.location,
        "kind": str(partner.relationship_type),
        "agreement_signed": signed,
        "microsoft_id": partner.microsoft_id,
    }


def _partner_reader(
    store: Store, plan: Plan, partner: PartnerLink | None = None
) -> Callable[[int | None], Fields]:
    """Return a function that reads a partner's fields, or takes them from the plan."""

    def record(id: int | None) -> Fields:
        from partnerdesk.models.relationships.entities import PartnerLink
        from partnerdesk.models.relationships.partners import read_partner

        known = partner.id if id is None and partner is not None else id
        if known is not None:
            fields = record_fields(read_partner(store, known)[0], *INTERNAL_FIELDS)
        else:
            fields = dict.fromkeys(
                name for name in PartnerLink.model_fields if name not in INTERNAL_FIELDS
            )
            fields |= {"account_id": plan.target.account_id, "name": plan.target.name or None}
            fields |= (plan.steps[0].after or {}) if plan.steps else {}
        return {"id": fields.pop("id"), "cloud": plan.target.cloud, **fields}

    return record
