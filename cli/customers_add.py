"""`partnerdesk customers add`: one customer from flags, or many from a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cli.books import given_path, one_account, open_book
from cli.printing import json_text, tell
from models.customer_form.fields import FIELD_TITLES, FormField
from models.errors import ExitCode, UsageError
from models.languages import _, ngettext

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from models.adding_many import AddedRow, GivenRow
    from models.settings import Settings

MARKS = {"added": "✓", "would_add": "+", "exists": "=", "refused": "✗"}
"""What stands before a row, by its result."""


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

    from models.adding_many import RowResult, add_rows
    from models.changes import By
    from models.clock import now
    from models.history import Actor

    rows = _given(arguments)
    store = open_book(arguments, settings)
    account = one_account(
        arguments, settings, store, _("A customer is added to the account of one cloud.")
    )
    actor = Actor.present()
    results = add_rows(
        store, account, rows, lambda: By(actor, now(), str(uuid4())), dry_run=arguments.dry_run
    )
    printed = _print_json(results) if arguments.json else _print_words(results, len(rows) == 1)
    counts = {result.value: printed.count(result) for result in RowResult}
    tell(_summary(counts))
    if arguments.dry_run:
        tell(_("Nothing was written: this was a dry run."))
    return ExitCode.REFUSED if counts["refused"] else ExitCode.DONE


def _given(arguments: argparse.Namespace) -> list[GivenRow]:
    from models.adding_many import GivenRow, read_rows

    values = {
        field: text
        for field in FormField
        if (text := getattr(arguments, f"of_{field}")) is not None
    }
    if arguments.file and values:
        raise UsageError(_("Name a file or the fields of one customer, not both."))
    if arguments.file:
        return read_rows(given_path(arguments.file))
    if not values:
        raise UsageError(
            _("Say which customer to add."),
            _("For example: partnerdesk customers add --company-name TEXT … or --file FILE"),
        )
    return [GivenRow(1, values)]


def _print_json(results: Iterable[AddedRow]) -> list[str]:
    """Print the rows as they are done; the list is whole even where the book fails midway."""
    printed: list[str] = []
    print("[", end="")
    try:
        for row in results:
            print(",\n " if printed else "", json_text(row.as_json()), sep="", end="", flush=True)
            printed.append(row.result)
    finally:
        print("]")
    return printed


def _print_words(results: Iterable[AddedRow], alone: bool) -> list[str]:
    from models.plain import shown

    said = {
        "added": _("added"), "would_add": _("would be added"),
        "exists": _("in the book already"), "refused": _("refused"),
    }  # fmt: skip
    printed: list[str] = []
    for row in results:
        place = "" if alone else _("row {row}: ").format(row=row.number)
        name = shown(row.name)[:80] or "–"
        domain = f" ({row.plan.unused_domain})" if row.plan and row.plan.unused_domain else ""
        print(f"{MARKS[row.result]} {place}{name}{shown(domain)}: {said[row.result]}")
        for reason in row.reasons:
            mark = "✗" if reason.refuses else "!"
            source = f" ({reason.source})" if reason.source else ""
            print(f"    {mark} {shown(reason.text)}{source}")
        printed.append(row.result)
    return printed


def _summary(counts: dict[str, int]) -> str:
    told = {
        "added": ngettext("{count} added", "{count} added", counts["added"]),
        "would_add": ngettext("{count} would be added", "{count} would be added",
                              counts["would_add"]),
        "exists": ngettext("{count} in the book already", "{count} in the book already",
                           counts["exists"]),
        "refused": ngettext("{count} refused", "{count} refused", counts["refused"]),
    }  # fmt: skip
    return ", ".join(text for name, text in told.items() if counts[name]) or _("No rows.")
