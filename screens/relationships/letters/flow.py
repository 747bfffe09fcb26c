"""Letters of many invitations: written to files and recorded, or sent by the mail server."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from partnerdesk.models.core.errors import AppError, RefusedError, UsageError
from partnerdesk.models.core.given_files import LETTER, to_folder, typed
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
"""A file ending that no file has, so that the completion offers folders only."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class LettersFlow:
    """Writes or sends the next letter of each marked invitation, or of the one under the cursor."""

    def __init__(self, screen: ListScreen) -> None:
        self._screen, self._desk = screen, screen.desk
        self._failures = ""
        """The number of failures of the latest operation, and the first reason; "" if none."""

    # Files

    def ask_folder(self) -> None:
        """Ask for the folder to write the letters to."""
        folder = self._desk.letters_folder
        aid = Aid(path_completer(FOLDERS_ONLY))
        self._screen.ask(_("Folder"), folder, self._folder_named, aid=aid)

    async def _folder_named(self, text: str | None) -> None:
        if not text or not text.strip():
            self._screen.nothing_typed(text)
            return
        folder = to_folder(typed(text), LETTER)
        if not folder.is_dir():
            raise UsageError(
                _("{file} is no folder.").format(file=shown(str(folder))),
                _("Tab completes the folders there are."),
            )
        self._desk.letters_folder = text
        plans = await self._each(await self._screen.marks.keys(), partial(self._write, folder))
        count = len(plans)
        text = ngettext("{count} letter is written", "{count} letters are written", count)
        if not plans or self._desk.why_no_change():
            self._say(text)
            return
        label = ngettext("record {count} as sent", "record {count} as sent", count)
        warning = _recent_letters(plans)
        parts = [text, self._failures, warning, _("Did they go out?")]
        self._screen.choose(
            " · ".join(filter(None, parts)),
            [Choice("y", label, partial(self._record, plans), default=not warning)],
            _("not yet"),
            stands=False,
        )

    def _write(self, folder: Path, key: RowKey) -> Plan:
        """Write the letter of one invitation; return the plan that records it as sent."""
        from partnerdesk.models.letters.eml import eml_bytes, eml_name, write_eml
        from partnerdesk.models.relationships.entities import SentBy

        by = replace(self._desk.by(), refusals=())  # no refusal stops a file
        letter, plan = self._plan_letter(key, SentBy.EML, by)
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
        """Send the letters by the mail server; ask first if some follow another one closely."""
        from partnerdesk.models.relationships.entities import SentBy

        if not self._desk.settings.mail.host:
            self._say(_("No mail server is set: write [mail] host in your settings."))
            return
        letters_and_plans = await self._each(
            await self._screen.marks.keys(),
            lambda key: self._plan_letter(key, SentBy.SMTP, self._desk.by()),
        )
        plans = [plan for _letter, plan in letters_and_plans]
        warning = _recent_letters(plans)
        if not warning:
            await self._send(plans)
            return
        question = warning + " " + _("Send them all the same?")
        self._screen.choose(question, [Choice("y", _("Yes"), partial(self._send, plans))])

    async def _send(self, plans: Sequence[Plan]) -> None:
        planning_failures = self._failures
        await self._carry_out(plans)
        self._failures = " · ".join(filter(None, [planning_failures, self._failures]))
        self._say(await self._screen.shell.send_letters())

    # One by one

    def _plan_letter(self, key: RowKey, how: SentBy, by: PlanContext) -> tuple[Letter, Plan]:
        """Return the next letter of an invitation, and the plan that records it as sent.

        Raises:
            RefusedError: the letter cannot be sent.
        """
        from partnerdesk.models.relationships.invitation_details import read_invitation
        from partnerdesk.models.relationships.invitation_events import plan_letter_out

        invitation = read_invitation(self._desk.store, key)
        letter = invitation.letter(self._desk.clock())
        plan = plan_letter_out(invitation, letter, how, by)
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
        """Call `act` for each item; return the results, and store the failures in `_failures`."""
        results, why = [], ""
        for item in items:
            try:
                results.append(await self._desk.reader.aside(partial(act, item)))
            except AppError as error:
                why = why or str(error)
            self._screen.status.say(
                _("{done} of {all} …").format(done=len(results), all=len(items))
            )
        failed = len(items) - len(results)
        self._failures = ""
        if failed:
            self._failures = ngettext(
                "{count} is not: {why}", "{count} are not: {why}", failed, why=why
            )
        return results

    def _say(self, text: str) -> None:
        message = " · ".join(filter(None, [text, self._failures]))
        self._screen.status.say(message, error=bool(self._failures))


def _recent_letters(plans: Sequence[Plan]) -> str:
    """Return a text with the number of letters that follow another closely; "" if none."""
    count = sum(plan.verdict is Verdict.WARNINGS for plan in plans)
    if not count:
        return ""
    return ngettext(
        "{count} of them had a letter within the last day.",
        "{count} of them had a letter within the last day.",
        count,
    )
