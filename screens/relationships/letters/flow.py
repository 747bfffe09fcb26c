"""The letters of many invitations: written to files and then recorded, or sent by the server."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from partnerdesk.models.core.errors import AppError, RefusedError, UsageError
from partnerdesk.models.core.paths import typed_path
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import Verdict, why_refused
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.lists.completion import path_completer
from partnerdesk.tui.widgets.prompt import Aid
from partnerdesk.tui.widgets.questions import Choice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from partnerdesk.models.changes.plan import Outcome, Plan, PlanContext
    from partnerdesk.models.letters.letter import Letter
    from partnerdesk.models.lists.spec import RowKey
    from partnerdesk.models.relationships.entities import SentBy
    from partnerdesk.tui.widgets.list_screen import ListScreen

FOLDERS_ONLY = ("/",)
"""Endings of the files that are offered: none has this one."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class LettersFlow:
    """What is done with the next letter of each marked invitation, or of the one at the cursor."""

    def __init__(self, screen: ListScreen) -> None:
        self._screen, self._desk = screen, screen.desk
        self._not_done = ""
        """How many could not be done the last time, and why the first of them could not."""

    # Files

    def ask_folder(self) -> None:
        """Ask for the folder that the letters are written to."""
        used = self._desk.letters_folder
        aid = Aid(path_completer(FOLDERS_ONLY))
        self._screen.ask(_("Folder"), used, self._folder_named, aid=aid)

    async def _folder_named(self, text: str | None) -> None:
        if not text or not text.strip():
            self._screen.nothing_typed(text)
            return
        folder = typed_path(text)
        if not folder.is_dir():
            raise UsageError(
                _("{file} is no folder.").format(file=shown(str(folder))),
                _("Tab completes the folders there are."),
            )
        self._desk.letters_folder = text
        plans = await self._each(await self._screen.marks.keys(), partial(self._write, folder))
        count = len(plans)
        said = ngettext("{count} letter is written", "{count} letters are written", count)
        if not plans or self._desk.why_no_change():
            self._say(said)
            return
        label = ngettext("record {count} as sent", "record {count} as sent", count)
        again = _had_one(plans)
        parts = [said, self._not_done, again, _("Did they go out?")]
        self._screen.choose(
            " · ".join(filter(None, parts)),
            [Choice("y", label, partial(self._record, plans), default=not again)],
            _("not yet"),
            stands=False,
        )

    def _write(self, folder: Path, key: RowKey) -> Plan:
        """Write the letter of one invitation; return the plan that records it as sent."""
        from partnerdesk.models.letters.eml import eml_bytes, eml_name, write_eml
        from partnerdesk.models.relationships.entities import SentBy

        by = replace(self._desk.by(), refusals=())  # a file changes no book
        letter, plan = self._planned(key, SentBy.EML, by)
        content = eml_bytes(letter, self._desk.settings.mail.sender, plan.by.at, plan.by.plan_id)
        stem = eml_name(letter).removesuffix(".eml")
        write_eml(folder / f"{stem}-{plan.by.plan_id[:8]}.eml", content)
        return plan

    async def _record(self, plans: Sequence[Plan]) -> None:
        count = len(await self._carry_out(plans))
        self._say(
            ngettext(
                "{count} letter is recorded as sent", "{count} letters are recorded as sent", count
            )
        )

    # The mail server

    async def send(self) -> None:
        """Hand the letters to the mail server; ask where somebody had one a short while ago."""
        from partnerdesk.models.relationships.entities import SentBy

        if not self._desk.settings.mail.host:
            self._say(_("No mail server is set: write [mail] host in your settings."))
            return
        planned = await self._each(
            await self._screen.marks.keys(),
            lambda key: self._planned(key, SentBy.SMTP, self._desk.by()),
        )
        plans = [plan for _letter, plan in planned]
        again = _had_one(plans)
        if not again:
            await self._send(plans)
            return
        question = again + " " + _("Send them all the same?")
        self._screen.choose(question, [Choice("y", _("Yes"), partial(self._send, plans))])

    async def _send(self, plans: Sequence[Plan]) -> None:
        not_planned = self._not_done
        await self._carry_out(plans)
        self._not_done = " · ".join(filter(None, [not_planned, self._not_done]))
        self._say(await self._screen.shell.send_letters())

    # One by one

    def _planned(self, key: RowKey, how: SentBy, by: PlanContext) -> tuple[Letter, Plan]:
        """Return the next letter of an invitation, and the plan by which it goes out.

        Raises:
            RefusedError: it cannot go out.
        """
        from partnerdesk.models.relationships.invitation_details import read_case
        from partnerdesk.models.relationships.invitation_events import plan_letter_out

        case = read_case(self._desk.store, key)
        letter = case.letter(self._desk.clock())
        plan = plan_letter_out(case, letter, how, by)
        if plan.verdict is Verdict.REFUSED:
            raise RefusedError(why_refused(plan.reasons))
        return letter, plan

    async def _carry_out(self, plans: Sequence[Plan]) -> list[Outcome]:
        from partnerdesk.models.operations.carry_out import carry_out

        outcomes = await self._each(plans, partial(carry_out, self._desk.store))
        self._screen.table.marks.clear()
        await self._screen.shell.book_changed()
        return outcomes

    async def _each(self, items: Sequence[Item], act: Callable[[Item], Result]) -> list[Result]:
        """Do something with each, one by one; what cannot be done is left out and told."""
        results, why = [], ""
        for item in items:
            try:
                results.append(await self._desk.reader.aside(partial(act, item)))
            except AppError as error:
                why = why or str(error)
            self._screen.status.say(
                _("{done} of {all} …").format(done=len(results), all=len(items))
            )
        left = len(items) - len(results)
        self._not_done = ""
        if left:
            self._not_done = ngettext(
                "{count} is not: {why}", "{count} are not: {why}", left, why=why
            )
        return results

    def _say(self, text: str) -> None:
        said = " · ".join(filter(None, [text, self._not_done]))
        self._screen.status.say(said, error=bool(self._not_done))


def _had_one(plans: Sequence[Plan]) -> str:
    """Return how many of the letters follow another one closely; empty where none does."""
    count = sum(plan.verdict is Verdict.WARNINGS for plan in plans)
    if not count:
        return ""
    return ngettext(
        "{count} of them had a letter within the last day.",
        "{count} of them had a letter within the last day.",
        count,
    )
