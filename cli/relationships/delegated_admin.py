"""`partnerdesk relationships delegated-admin`: records relationships and their events."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from partnerdesk.cli.relationships.invitation import INTERNAL_FIELDS
from partnerdesk.cli.shared.account import account_of
from partnerdesk.cli.shared.import_file import import_instead
from partnerdesk.cli.shared.open_book import open_book, scope
from partnerdesk.cli.shared.plans import add_dry_run, add_plan_flags, apply_plan, plan_context
from partnerdesk.cli.shared.records import record_fields
from partnerdesk.cli.shared.rows import add_rows, given_rows
from partnerdesk.models.accounts.accounts import ALL
from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import UsageError
from partnerdesk.models.languages import _
from partnerdesk.models.relationships.delegated_admin_fields import FIELD_TITLES, DelegationField

if TYPE_CHECKING:
    import argparse

    from partnerdesk.cli.shared.subcommands import Subcommands
    from partnerdesk.models.changes.plan import Fields
    from partnerdesk.models.core.errors import ExitCode
    from partnerdesk.models.settings.model import Settings

EVENT_RESULTS = {
    "request": ("requested", "would_request"),
    "approve": ("approved", "would_approve"),
    "terminate": ("terminated", "would_terminate"),
}
"""The `result` of each event in JSON: when recorded, and in a dry run."""


def add_commands(parts: Subcommands, shared: argparse.ArgumentParser) -> None:
    """Add `add`, `request`, `approve` and `terminate`; `list` is added with the other lists."""
    adding = parts.add_parser(
        "add",
        parents=[shared],
        help=_("keep relationships that there are in Partner Center"),
        description=_(
            "Keeps one relationship from flags, or many from a file with the same fields: "
            "--auto-extend is auto_extend. Each row is a plan of its own: what was kept stays, "
            "and running the same file again does the rest. A file of another program, such as the "
            "portal's export, is imported instead, as import does."
        ),
        epilog=_("Exit code 3 if any row was refused; the other rows are kept all the same."),
    )
    adding.add_argument("--file", type=Path, metavar="FILE", help=_("a CSV, XLSX or JSON file"))
    add_dry_run(adding, _("a JSON list, one object for each row, in order"))
    group = adding.add_argument_group(_("the relationship"))
    for field in DelegationField:
        flags = [f"--{field.replace('_', '-')}"]
        if field is DelegationField.MICROSOFT_ID:
            flags.append("--id")
        group.add_argument(*flags, metavar="TEXT", dest=f"of_{field}", help=_(FIELD_TITLES[field]))
    adding.set_defaults(run=run_add)
    exit_codes = _(
        "Exit code 3 where its state does not allow it, 4 where there is none of that number."
    )
    for name, help_text in (
        ("request", _("record that the customer was asked to approve one")),
        ("approve", _("record that the customer approved one; it is active then")),
        ("terminate", _("record that one was terminated")),
    ):
        command = parts.add_parser(name, parents=[shared], help=help_text, epilog=exit_codes)
        command.add_argument(
            "id",
            metavar="ID",
            type=int,
            help=_("the number of the relationship, as the list has it"),
        )
        add_plan_flags(command)
        command.set_defaults(run=run_event, event=name)


def run_add(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Record relationships, or only print their plans in a dry run."""
    from partnerdesk.models.operations.bulk import RunRequest
    from partnerdesk.models.operations.bulk_records import RunKind
    from partnerdesk.models.sheets.rows import ForeignFieldsError

    nothing = UsageError(
        _("Say which relationship to keep."),
        _("For example: --customer DOMAIN --name TEXT --end 2027-06-30, or --file FILE"),
    )
    both = _("Name a file or the fields of one relationship, not both.")
    try:
        rows = given_rows(arguments, DelegationField, both=both, nothing=nothing)
    except ForeignFieldsError:
        return import_instead(arguments, settings, "delegated-admin")
    store = open_book(arguments, settings)
    accounts = scope(arguments, settings, store, ALL).accounts
    among = ",".join(str(account.id) for account in accounts)
    request = RunRequest(RunKind.ADD_DELEGATED_ADMIN, {"accounts": among})
    return add_rows(arguments, settings, store, accounts[0], request, rows)


def run_event(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Record an event of a relationship: requested, approved or terminated."""
    from partnerdesk.models.relationships.delegated_admin import EVENTS, plan_event, read_delegation

    store = open_book(arguments, settings)
    delegation = read_delegation(store, arguments.id)
    account_of(arguments, settings, store, delegation.relationship.account_id)
    plan = plan_event(delegation, EVENTS[arguments.event], plan_context(settings))

    def record(_id: int | None) -> Fields:
        recorded = read_delegation(store, arguments.id)
        fields = record_fields(recorded.relationship, *INTERNAL_FIELDS)
        fields["roles"] = ", ".join(fields["roles"].split("\n"))
        fields["status"] = recorded.relationship.status_at(now()).value
        company = {"cloud": recorded.account.cloud, "company_name": recorded.customer.company_name}
        return {"id": fields.pop("id"), **company, **fields}

    return apply_plan(arguments, settings, store, plan, EVENT_RESULTS[arguments.event], record)
