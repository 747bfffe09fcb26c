"""`partnerdesk evidence verify`: checks an evidence pack without a book."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from partnerdesk.cli.shared.printing import json_text, tell
from partnerdesk.models.core.errors import ExitCode
from partnerdesk.models.languages import _, ngettext

if TYPE_CHECKING:
    import argparse

    from partnerdesk.models.settings.model import Settings


def add_arguments(command: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """Add `evidence` and its parts."""
    parts = command.add_subparsers(required=True, metavar="WHAT")
    verifying = parts.add_parser(
        "verify",
        parents=[shared],
        help=_("check that an evidence pack is as it was written"),
        description=_(
            "Compares every file of a pack with the hashes of its manifest, and every change with "
            "the hash by which the history sealed it. It needs no book. customers evidence writes "
            "packs."
        ),
        epilog=_("Exit code 1 if anything differs."),
    )
    verifying.add_argument("file", type=Path, help=_("a pack, such as contoso.zip"))
    verifying.add_argument("--json", action="store_true", help=_("the result as one JSON object"))
    verifying.set_defaults(run=run_verify)


def run_verify(arguments: argparse.Namespace, _settings: Settings) -> ExitCode:
    """Check a pack, and print what differs."""
    from partnerdesk.models.core.text import shown
    from partnerdesk.models.pages.evidence import check_evidence

    report = check_evidence(arguments.file)
    if arguments.json:
        fields = {
            "company_name": report.company_name,
            "changes": report.changes,
            "history_digest": report.digest,
            "findings": list(report.findings),
        }
        print(json_text(fields))
    else:
        for finding in report.findings:
            print(finding)
    if report.findings:
        tell(_("The pack is not as it was written."))
        return ExitCode.FAILED
    text = ngettext(
        "The pack of {company} is whole: {count} change, sealed.",
        "The pack of {company} is whole: {count} changes, all sealed.",
        report.changes,
        company=shown(report.company_name)[:80],
    )
    tell(text)
    if report.digest and not arguments.json:
        tell(
            _("Compare with the history: changes verify --known {hash}").format(hash=report.digest)
        )
    return ExitCode.DONE
