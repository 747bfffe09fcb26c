"""Prints the rows of a run as they are done: a line each, or a JSON object that is always whole."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

from partnerdesk.cli.shared.printing import json_text, tell
from partnerdesk.cli.shared.rows_in import print_reasons
from partnerdesk.models.core.errors import ExitCode
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import Verdict, verdict_of
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.operations.bulk_records import RowState, RunKind

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from partnerdesk.models.changes.plan import Fields
    from partnerdesk.models.core.verdicts import Reason

WOULD = {
    RunKind.EXTEND: "would_extend",
    RunKind.NAME_RESELLER: "would_name",
    RunKind.INVITE: "would_invite",
}
"""What becomes of a row, were this not a dry run."""
MARKS = {"done": "✓", "nothing": "=", "refused": "✗", "failed": "✗", "waiting": "…"}
"""What stands before a row, by its result; `+` for one that would be done."""


class Printed:
    """The rows that are printed, and what they come to."""

    def __init__(
        self, arguments: argparse.Namespace, kind: RunKind, *, dry_run: bool = False
    ) -> None:
        self._json, self._would = arguments.json, WOULD[kind]
        self._results = [self._would] if dry_run else ["done", "failed", "waiting"]
        self.kind = kind
        self.counts: Counter[str] = Counter()
        self.runs: list[int] = []

    @property
    def exit_code(self) -> ExitCode:
        """What the command answers the shell."""
        if self.counts[RowState.FAILED]:
            return ExitCode.BUSY
        return ExitCode.REFUSED if self.counts[RowState.REFUSED] else ExitCode.DONE

    def __enter__(self) -> Printed:
        if self._json:
            print('{"rows": [', end="")
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        """End what was begun, also where the book failed midway."""
        if self._json:
            names = [*self._results, "nothing", "refused"]
            counts = {name: self.counts[name] for name in names}
            one = self.runs[0] if len(self.runs) == 1 else None
            told = {"counts": counts, "run": one, "runs": self.runs}
            print("],\n", json_text(told)[1:], sep="")
        tell(self._summary())
        if self.counts[RowState.FAILED]:
            for id in self.runs:
                tell(_("Try failed rows again: partnerdesk relationships go-on {id}").format(id=id))
        if kind is not None and self.runs:
            tell(_("What is done is done: the same command goes on with the rest."))

    def row(
        self, fields: Fields, reasons: Sequence[Reason], state: RowState, *, planned: bool = False
    ) -> None:
        """Print one row with its result and why."""
        result = self._would if planned and state is RowState.WAITING else state.value
        if self._json:
            verdict = verdict_of(reasons)
            told = _row_json(fields, verdict, reasons, result)
            comma = ",\n " if self.counts.total() else ""
            print(comma, json_text(told), sep="", end="", flush=True)
        else:
            name = " · ".join(shown(str(fields[key])) for key in ("customer", "display_name")
                              if fields.get(key))  # fmt: skip
            print(f"{MARKS.get(result, '+')} {name[:120] or '–'}: {self._words(fields, result)}")
            print_reasons(reasons, "    ")
            sys.stdout.flush()
        self.counts[result] += 1

    def _words(self, fields: Fields, result: str) -> str:
        said = {
            "done": _("done"), "nothing": _("already so"), "refused": _("refused"),
            "failed": _("failed"), "waiting": _("to do"),
        }  # fmt: skip
        text = said.get(result) or _("would be done")
        end = fields.get("end_date_time")
        if end and result in ("done", self._would):
            text += ", " + _("ends {date}").format(date=str(end)[:10])
        return text

    def _summary(self) -> str:
        told = {
            "done": ngettext("{count} done", "{count} done", self.counts["done"]),
            self._would: ngettext("{count} would be done", "{count} would be done",
                                  self.counts[self._would]),
            "nothing": ngettext("{count} already so", "{count} already so",
                                self.counts["nothing"]),
            "refused": ngettext("{count} refused", "{count} refused", self.counts["refused"]),
            "failed": ngettext("{count} failed", "{count} failed", self.counts["failed"]),
            "waiting": ngettext("{count} to do", "{count} to do", self.counts["waiting"]),
        }  # fmt: skip
        return ", ".join(text for name, text in told.items() if self.counts[name]) or _("No rows.")


def _row_json(
    fields: Fields, verdict: Verdict, reasons: Iterable[Reason], result: str
) -> dict[str, Any]:
    from partnerdesk.models.changes.plan import reason_json

    last = {name: fields[name] for name in ("end_date_time",) if name in fields}
    first = {name: value for name, value in fields.items() if name not in last}
    return {
        **first,
        "verdict": verdict.value,
        "reasons": [reason_json(reason) for reason in reasons],
        "result": result,
        **last,
    }
