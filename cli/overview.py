"""`partnerdesk overview`: the numbers of the console's overview, as charts or as JSON."""

from __future__ import annotations

import shutil
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from partnerdesk.cli.shared.open_book import open_book, scope
from partnerdesk.cli.shared.printing import json_text, tell
from partnerdesk.models.accounts.accounts import ALL
from partnerdesk.models.core.clock import iso, now
from partnerdesk.models.core.errors import ExitCode
from partnerdesk.models.languages import _
from partnerdesk.models.overview.charts import charts
from partnerdesk.tui.widgets.chart_lines import EIGHTHS, RISING, Picture, drawn

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from partnerdesk.models.accounts.accounts import Scope
    from partnerdesk.models.settings.model import Settings

WIDTH, WIDEST = 80, 100
"""Cells of a line where the output is no terminal, and at most where it is one."""
RISE = 6
"""Lines of the columns of a chart."""


def add_arguments(command: argparse.ArgumentParser, _shared: argparse.ArgumentParser) -> None:
    """Add `overview`."""
    command.add_argument(
        "--json", action="store_true", help=_("as one JSON object, each bar with its filter")
    )
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print the charts of the chosen clouds, or their numbers."""
    store = open_book(arguments, settings)
    chosen, at = scope(arguments, settings, store, ALL), now()
    with closing(store.connect()) as book, book.snapshot():
        pictures = [
            Picture(chart, chart.bars(book), is_plain=not _has_blocks())
            for chart in charts(chosen.accounts, at)
        ]
    if arguments.json:
        print(json_text({"at": iso(at), **_as_json(chosen, pictures)}, indent=2))
        return ExitCode.DONE
    if not any(picture.total for picture in pictures):
        tell(_("There is nothing to count yet."))
        return ExitCode.DONE
    _print(pictures)
    return ExitCode.DONE


def _as_json(chosen: Scope, pictures: Iterable[Picture]) -> dict[str, object]:
    clouds = dict.fromkeys(account.cloud.id for account in chosen.accounts)
    return {
        "clouds": list(clouds),
        "charts": [
            {
                "name": picture.chart.name,
                "list": picture.chart.spec.name,
                "total": picture.total,
                "bars": [
                    {"name": bar.name, "count": bar.count, "filter": bar.filter}
                    for bar in picture.bars or ()
                ],
            }
            for picture in pictures
        ],
    }


def _print(pictures: Iterable[Picture]) -> None:
    width = WIDTH
    if sys.stdout.isatty():
        width = min(shutil.get_terminal_size((WIDTH, 24)).columns - 1, WIDEST)
    for place, picture in enumerate(pictures):
        if not picture.total and picture.chart.is_optional:
            continue
        lines = ["".join(piece.text for piece in line) for line in drawn(picture, width, RISE)]
        while not lines[-1].strip():
            lines.pop()
        print(*([""] * bool(place)), *(line.rstrip() for line in lines), sep="\n")


def _has_blocks() -> bool:
    """Say whether the output's encoding has the characters of the charts."""
    try:
        (EIGHTHS + RISING).encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        return False
    return True
