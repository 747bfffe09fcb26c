"""`partnerdesk customers add`: one customer from flags, or many from a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from partnerdesk.cli.shared.open_book import one_account, open_book
from partnerdesk.cli.shared.rows_in import given_rows, print_added
from partnerdesk.models.core.errors import ExitCode, UsageError
from partnerdesk.models.core.text import shown
from partnerdesk.models.customers.form.fields import FIELD_TITLES, FormField
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse

    from partnerdesk.models.operations.bulk_customers import AddedRow
    from partnerdesk.models.settings.model import Settings
    from partnerdesk.models.sheets.rows import GivenRow


def add_command(parts: argparse._SubParsersAction, shared: argparse.ArgumentParser) -> None:  # type: ignore[type-arg]
    """Add `add`."""
    adding = parts.add_parser(
        "add", parents=[shared],
        help=_("add a customer from flags, or many from a file"),
        description=_(
            "Adds customers to the book of one cloud (--cloud; if not said, the first one that is "
            "on), by the rules of the form. Each row is a plan of its own: what was added stays, "
            "and running the same file again does the rest."
        ),
        epilog=_("Exit code 3 if any row was refused; the other rows are added all the same."),
    )  # fmt: skip
    adding.add_argument(
        "--file",
        type=Path,
        metavar="FILE",
        help=_("a CSV, XLSX or JSON file with the same fields: --company-name is company_name"),
    )
    adding.add_argument("--dry-run", action="store_true", help=_("only say what would happen"))
    adding.add_argument(
        "--json", action="store_true", help=_("a JSON list, one object for each row, in order")
    )
    group = adding.add_argument_group(_("the customer"))
    for field in FormField:
        group.add_argument(f"--{field.replace('_', '-')}", metavar="TEXT", dest=f"of_{field}",
                           help=_(FIELD_TITLES[field]) + _NOTES.get(field, ""))  # fmt: skip
    adding.set_defaults(run=run)


_NOTES = {
    FormField.DOMAIN_PREFIX: " (contoso)",
    FormField.COUNTRY: " (PT, Portugal)",
    FormField.LANGUAGE: " (en)",
    FormField.CULTURE: " (en-US)",
    FormField.ASSOCIATED_PARTNER_ID: " (GUID)",
    FormField.AGREEMENT: " (attested, by_customer)",
    FormField.AGREEMENT_DATE: " (2026-11-22)",
}
"""What to write, where the field's name does not say it; the same in every language."""


def run(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Add customers, or say what that would do."""
    from uuid import uuid4

    from partnerdesk.models.changes.history import Actor
    from partnerdesk.models.changes.plan import By
    from partnerdesk.models.core.clock import now
    from partnerdesk.models.operations.bulk_customers import add_rows

    rows = _given(arguments)
    store = open_book(arguments, settings)
    account = one_account(
        arguments, settings, store, _("A customer is added to the account of one cloud.")
    )
    actor = Actor.present()
    results = add_rows(
        store, account, rows, lambda: By(actor, now(), str(uuid4())), dry_run=arguments.dry_run
    )
    return print_added(arguments, results, _name_of, alone=len(rows) == 1)


def _name_of(row: AddedRow) -> str:
    domain = f" ({row.plan.unused_domain})" if row.plan and row.plan.unused_domain else ""
    return (shown(row.name)[:80] or "–") + shown(domain)


def _given(arguments: argparse.Namespace) -> list[GivenRow[FormField]]:
    return given_rows(
        arguments,
        FormField,
        both=_("Name a file or the fields of one customer, not both."),
        nothing=UsageError(
            _("Say which customer to add."),
            _("For example: partnerdesk customers add --company-name TEXT … or --file FILE"),
        ),
    )
