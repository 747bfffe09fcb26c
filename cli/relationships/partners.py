"""`partnerdesk relationships partners`: indirect providers and resellers on the other side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.cli.relationships.invitation import LEFT_OUT
from partnerdesk.cli.shared.account import account_of
from partnerdesk.cli.shared.open_book import one_account, open_book
from partnerdesk.cli.shared.plans import add_trying, carry, present
from partnerdesk.cli.shared.records import record_fields
from partnerdesk.models.core.errors import ExitCode, UsageError
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from partnerdesk.models.changes.plan import Fields, Plan
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.relationships.entities import PartnerLink
    from partnerdesk.models.settings.model import Settings

NAMES = ("name", "mpn_id", "location", "kind", "agreement_signed", "microsoft_id")
"""What a person can say of a partner, as `FIELDS` of `models.relationships.partners`;
`--tenant-id` is the last."""


def add_commands(parts: argparse._SubParsersAction, shared: argparse.ArgumentParser) -> None:  # type: ignore[type-arg]
    """Add `add`, `edit` and `end`; `list` stands with the other lists."""
    adding = parts.add_parser(
        "add", parents=[shared],
        help=_("add an indirect provider or reseller"),
        description=_("Adds a partner to the account of one cloud (--cloud; if not said, the "
                      "first one that is on)."),
        epilog=_("Exit code 3 where a rule refuses it, as where the cloud has no indirect model."),
    )  # fmt: skip
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
    add_trying(ending)
    ending.set_defaults(run=run_end)


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
        "--kind", metavar="reseller|provider",
        help=_("what it is (default: what stands on the other side of your account)"),
    )  # fmt: skip
    group.add_argument(
        "--agreement-signed",
        metavar="yes|no",
        help=_("whether it has signed the partner agreement; empty: not known"),
    )
    group.add_argument("--tenant-id", metavar="GUID", dest="microsoft_id",
                       help=_("its Microsoft ID"))  # fmt: skip
    add_trying(command)


def _said(arguments: argparse.Namespace) -> dict[str, str]:
    """Return the fields that are given.

    Raises:
        UsageError: none is.
    """
    said = {name: text for name in NAMES if (text := getattr(arguments, name)) is not None}
    if not said:
        raise UsageError(
            _("Say something of the partner."), _("For example: --name TEXT --mpn-id NUMBER")
        )
    return said


def run_add(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Add a partner."""
    from partnerdesk.models.relationships.partners import plan_add_partner, read_partners

    said = _said(arguments)
    store = open_book(arguments, settings)
    account = one_account(arguments, settings, store)
    others = read_partners(store, account.id)
    plan = plan_add_partner(account, said, others, present(settings))
    record = _reading(store, plan)
    return carry(arguments, settings, store, plan, ("added", "would_add"), record)


def run_edit(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Change what is kept of a partner."""
    from partnerdesk.models.relationships.partners import (
        plan_edit_partner,
        read_partner,
        read_partners,
    )

    said = _said(arguments)
    store = open_book(arguments, settings)
    partner, _own = read_partner(store, arguments.id)
    account = account_of(arguments, settings, store, partner.account_id)
    others = read_partners(store, account.id)
    plan = plan_edit_partner(account, partner, _kept(partner) | said, others, present(settings))
    record = _reading(store, plan, partner)
    return carry(arguments, settings, store, plan, ("changed", "would_change"), record)


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
    plan = plan_end_partner(partner, own, account.cloud, shared, present(settings))
    record = _reading(store, plan, partner)
    return carry(arguments, settings, store, plan, ("ended", "would_end"), record)


def _kept(partner: PartnerLink) -> dict[str, str]:
    """Return what is kept of a partner as a person says it."""
    signed = {True: "yes", False: "no", None: ""}[partner.agreement_signed]
    return {
        "name": partner.name, "mpn_id": partner.mpn_id, "location": partner.location,
        "kind": str(partner.relationship_type), "agreement_signed": signed,
        "microsoft_id": partner.microsoft_id,
    }  # fmt: skip


def _reading(
    store: Store, plan: Plan, partner: PartnerLink | None = None
) -> Callable[[int | None], Fields]:
    """Return what gives a partner's fields: as they are, or as the plan would make them."""

    def record(id: int | None) -> Fields:
        from partnerdesk.models.relationships.entities import PartnerLink
        from partnerdesk.models.relationships.partners import read_partner

        known = partner.id if id is None and partner is not None else id
        if known is not None:
            fields = record_fields(read_partner(store, known)[0], *LEFT_OUT)
        else:
            fields = dict.fromkeys(
                name for name in PartnerLink.model_fields if name not in LEFT_OUT
            )
            fields |= {"account_id": plan.target.account_id, "name": plan.target.name or None}
            fields |= (plan.steps[0].after or {}) if plan.steps else {}
        return {"id": fields.pop("id"), "cloud": plan.target.cloud, **fields}

    return record
