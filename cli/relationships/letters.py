"""The ways a command sends a letter: printed, as an `.eml` file, or by the mail server.

A command that sends letters records the letter as sent in all three cases: scripts rely on it.
Only `--not-sent` prints or writes a letter and records nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from partnerdesk.cli.shared.printing import tell
from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import AppError, UsageError
from partnerdesk.models.core.given_files import expanded
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse

    from partnerdesk.mailing.outbox import SentCall
    from partnerdesk.models.changes.plan import Fields, Outcome, Plan
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.letters.letter import Letter
    from partnerdesk.models.relationships.entities import SentBy
    from partnerdesk.models.settings.model import Settings


def add_letter_channels(command: argparse.ArgumentParser) -> argparse._MutuallyExclusiveGroup:
    """Add `--eml` and `--send`; without either flag the letter is printed."""
    channels = command.add_mutually_exclusive_group()
    channels.add_argument(
        "--eml",
        type=Path,
        metavar="FILE",
        help=_("write the letter to a new .eml file, which any mail program opens as a draft"),
    )
    channels.add_argument(
        "--send",
        action="store_true",
        help=_("hand the letter to the mail server of the settings, [mail]"),
    )
    return channels


def refuse_channel(arguments: argparse.Namespace, remedy: str) -> None:
    """Refuse a letter channel where several customers are chosen.

    Raises:
        UsageError: a flag chooses one.
    """
    if arguments.eml is not None or arguments.send:
        raise UsageError(_("Letters go out one by one: leave out --eml and --send."), remedy)


def channel_of(arguments: argparse.Namespace) -> SentBy:
    """Return the channel of the letter that the flags choose."""
    from partnerdesk.models.relationships.entities import SentBy

    if arguments.eml is not None:
        return SentBy.EML
    return SentBy.SMTP if arguments.send else SentBy.PRINTED


def check_channel(arguments: argparse.Namespace, settings: Settings) -> None:
    """Check that the chosen channel works, before anything is written.

    Raises:
        FileError: the file exists already, as letters never overwrite one, or is no regular file.
        SettingsError: the settings name no mail server or no sender.
    """
    if arguments.eml is not None:
        from partnerdesk.models.core.given_files import LETTER, taken, to_write
        from partnerdesk.models.core.paths import is_there

        path = expanded(arguments.eml)
        if is_there(to_write(path, LETTER)):
            raise taken(path)
    if arguments.send:
        from partnerdesk.mailing.smtp import sender_of

        sender_of(settings.mail)


class LetterFile:
    """Writes the `.eml` file of `--eml`; does nothing without that flag.

    A context around the recording of the letter: the file is written before the change.
    """

    def __init__(
        self, arguments: argparse.Namespace, settings: Settings, letter: Letter, message_id: str
    ) -> None:
        self.path: Path | None = None
        if arguments.eml is not None:
            self._write(expanded(arguments.eml), settings, letter, message_id)

    def _write(self, path: Path, settings: Settings, letter: Letter, message_id: str) -> None:
        from partnerdesk.models.letters.eml import eml_bytes, write_eml

        write_eml(path, eml_bytes(letter, settings.mail.sender, now(), message_id))
        self.path = path

    def __enter__(self) -> LetterFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        """Tell where the letter is; after an error also that the file was not removed."""
        if self.path is None:
            return
        name = shown(str(self.path))
        if kind is None:
            tell(_("The letter is in {file}.").format(file=name))
        else:
            tell(_("The letter is in {file} all the same; remove it, or use it.").format(file=name))


def send_letter(settings: Settings, store: Store, plan: Plan, outcome: Outcome) -> SentCall | None:
    """Send the letter of an applied plan by the mail server; return None if it has no letter.

    Raises:
        StoreError: the book cannot be read or written; the letter stays in the outbox, waiting
            or unsure.
    """
    if not plan.calls:
        return None
    from partnerdesk.mailing.outbox import send_waiting

    sending = send_waiting(store, settings.mail, now, outcome.change_id)
    return sending.calls[0] if sending.calls else None


def call_json(call: SentCall | None) -> Fields | None:
    """Return a letter of the outbox as `--json` prints it; None for None."""
    if call is None:
        return None
    return {
        "id": call.id,
        "change_id": call.change_id,
        "email": call.email,
        "state": call.state.value,
        "attempts": call.attempts,
        "answer": call.answer,
    }


def tell_failure(call: SentCall | None) -> AppError | None:
    """Tell on stderr why a letter was not sent, and return the error; None after success."""
    if call is None or call.error is None:
        return None
    tell(call.error.message)
    if call.error.remedy:
        tell(call.error.remedy)
    if call.state == "failed":
        tell(_("It waits in the outbox. Try again with: partnerdesk relationships send"))
    return call.error
