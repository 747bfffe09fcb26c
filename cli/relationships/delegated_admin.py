"""`partnerdesk relationships delegated-admin`: keeps relationships and what happens to them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from partnerdesk.cli.relationships.invitation import LEFT_OUT
from partnerdesk.cli.shared.account import account_of
from partnerdesk.cli.shared.open_book import open_book, scope
from partnerdesk.cli.shared.plans import add_dry_run, add_trying, carry, present
from partnerdesk.cli.shared.records import record_fields
from partnerdesk.cli.shared.rows import add_rows, given_rows
from partnerdesk.models.accounts.accounts import ALL
from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import UsageError
from partnerdesk.models.languages import _
from partnerdesk.models.relationships.delegated_admin_fields import FIELD_TITLES, DelegationField

if TYPE_CHECKING:
    import argparse

    from partnerdesk.models.changes.plan import Fields
    from partnerdesk.models.core.errors import ExitCode
    from partnerdesk.models.settings.model import Settings

WORDS = {
    "request": ("requested", "would_request"),
    "approve": ("approved", "would_approve"),
    "terminate": ("terminated", "would_terminate"),
}
"""The results in JSON of what happens to a relationship: done, and where it would be."""


def add_commands(parts: argparse._SubParsersAction, shared: argparse.ArgumentParser) -> None:  # type: ignore[type-arg]
    """Add `add`, `request`, `approve` and `terminate`; `list` stands with the other lists."""
    adding = parts.add_parser(
        "add", parents=[shared],
        help=_("keep relationships that there are in Partner Center"),
        description=_(
            "Keeps one relationship from flags, or many from a file with the same fields: "
            "--auto-extend is auto_extend. Each row is a plan of its own: what was kept stays, "
            "and running the same file again does the rest."
        ),
        epilog=_("Exit code 3 if any row was refused; the other rows are kept all the same."),
    )  # fmt: skip
    adding.add_argument("--file", type=Path, metavar="FILE", help=_("a CSV, XLSX or JSON file"))
    add_dry_run(adding, _("a JSON list, one object for each row, in order"))
    group = adding.add_argument_group(_("the relationship"))
    for field in DelegationField:
        flags = [f"--{field.replace('_', '-')}"]
        if field is DelegationField.MICROSOFT_ID:
            flags.append("--id")
        group.add_argument(*flags, metavar="TEXT", dest=f"of_{field}",
                           help=_(FIELD_TITLES[field]))  # fmt: skip
    adding.set_defaults(run=run_add)
    for name, help_text in (
        ("request", _("record that the customer was asked to approve one")),
        ("approve", _("record that the customer approved one; it is active then")),
        ("terminate", _("record that one was terminated")),
    ):
        command = parts.add_parser(
            name, parents=[shared], help=help_text,
            epilog=_("Exit code 3 where its state does not allow it, 4 where there is none of that "
                     "number."),
        )  # fmt: skip
        command.add_argument(
            "id", metavar="ID", type=int,
            help=_("the number of the relationship, as the list has it"),
        )  # fmt: skip
        add_trying(command)
        command.set_defaults(run=run_event, event=name)


def run_add(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Keep relationships, or say what that would do."""
    from partnerdesk.models.operations.bulk import RunRequest
    from partnerdesk.models.operations.bulk_records import RunKind

    nothing = UsageError(
        _("Say which relationship to keep."),
        _("For example: --customer DOMAIN --name TEXT --end 2027-06-30, or --file FILE"),
    )
    both = _("Name a file or the fields of one relationship, not both.")
    rows = given_rows(arguments, DelegationField, both=both, nothing=nothing)
    store = open_book(arguments, settings)
    accounts = scope(arguments, settings, store, ALL).accounts
    among = ",".join(str(account.id) for account in accounts)
    wish = RunRequest(RunKind.ADD_DELEGATED_ADMIN, {"accounts": among})
    return add_rows(arguments, settings, store, accounts[0], wish, rows)


def run_event(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Record what happened to a relationship."""
    from partnerdesk.models.relationships.delegated_admin import EVENTS, plan_event, read_delegation

    store = open_book(arguments, settings)
    delegation = read_delegation(store, arguments.id)
    account_of(arguments, settings, store, delegation.relationship.account_id)
    plan = plan_event(delegation, EVENTS[arguments.event], present(settings))

    def record(_id: int | None) -> Fields:
        found = read_delegation(store, arguments.id)
        fields = record_fields(found.relationship, *LEFT_OUT)
        fields["roles"] = ", ".join(fields["roles"].split("\n"))
        fields["status"] = found.relationship.status_at(now()).value
        company = {"cloud": found.account.cloud, "company_name": found.customer.company_name}
        return {"id": fields.pop("id"), **company, **fields}

    return carry(arguments, settings, store, plan, WORDS[arguments.event], record)
