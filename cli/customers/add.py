"""`partnerdesk customers add`: one customer from flags, or many from a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from partnerdesk.cli.shared.open_book import one_account, open_book
from partnerdesk.cli.shared.plans import add_dry_run
from partnerdesk.cli.shared.rows import add_rows, given_rows
from partnerdesk.models.core.errors import FileError, UsageError
from partnerdesk.models.customers.form.fields import FIELD_TITLES, FormField
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse

    from partnerdesk.cli.shared.subcommands import Subcommands
    from partnerdesk.models.core.errors import ExitCode
    from partnerdesk.models.settings.model import Settings


def add_command(parts: Subcommands, shared: argparse.ArgumentParser) -> None:
    """Add `add`."""
    adding = parts.add_parser(
        "add",
        parents=[shared],
        help=_("add a customer from flags, or many from a file"),
        description=_(
            "Adds customers to the book of one cloud (--cloud; if not said, the first one that is "
            "on), by the rules of the form. Each row is a plan of its own: what was added stays, "
            "and running the same file again does the rest."
        ),
        epilog=_("Exit code 3 if any row was refused; the other rows are added all the same."),
    )
    adding.add_argument(
        "--file",
        type=Path,
        metavar="FILE",
        help=_("a CSV, XLSX or JSON file with the same fields: --company-name is company_name"),
    )
    add_dry_run(adding, _("a JSON list, one object for each row, in order"))
    group = adding.add_argument_group(_("the customer"))
    for field in FormField:
        flag, help_text = f"--{field.replace('_', '-')}", _(FIELD_TITLES[field])
        help_text += _EXAMPLES.get(field, "")
        group.add_argument(flag, metavar="TEXT", dest=f"of_{field}", help=help_text)
    adding.set_defaults(run=run)


_EXAMPLES = {
    FormField.DOMAIN_PREFIX: " (contoso)",
    FormField.COUNTRY: " (PT, Portugal)",
    FormField.LANGUAGE: " (en)",
    FormField.CULTURE: " (en-US)",
    FormField.ASSOCIATED_PARTNER_ID: " (GUID)",
    FormField.AGREEMENT: " (attested, by_customer)",
    FormField.AGREEMENT_DATE: " (2026-11-22)",
}
"""Example values behind the help of a field; the same in every language."""


def run(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Add customers, or only print their plans in a dry run."""
    from partnerdesk.models.operations.bulk import RunRequest
    from partnerdesk.models.operations.bulk_records import RunKind
    from partnerdesk.models.sheets.rows import ForeignFieldsError

    nothing = UsageError(
        _("Say which customer to add."),
        _("For example: partnerdesk customers add --company-name TEXT … or --file FILE"),
    )
    both = _("Name a file or the fields of one customer, not both.")
    try:
        rows = given_rows(arguments, FormField, both=both, nothing=nothing)
    except ForeignFieldsError as error:
        offer = _("What another program wrote is read by partnerdesk customers import FILE.")
        raise FileError(error.message, f"{error.remedy} {offer}".strip()) from error
    store = open_book(arguments, settings)
    account = one_account(arguments, settings, store)
    return add_rows(arguments, settings, store, account, RunRequest(RunKind.ADD_CUSTOMERS), rows)
