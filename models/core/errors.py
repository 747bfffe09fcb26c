"""The one tree of errors a person may see, each with its remedy and exit code."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of the command line: a stable contract with scripts."""

    DONE = 0
    FAILED = 1
    WRONG_USE = 2
    REFUSED = 3
    NOT_FOUND = 4
    BUSY = 5
    OFFLINE = 6
    WAITING = 7
    """Something waits for a person, for whoever asks `board --exit-code`."""


class AppError(Exception):
    """An error that a person reads: what happened, why, and what to do about it.

    Both texts are translated already, plain (no markup) and free of secrets.
    """

    exit_code: ExitCode = ExitCode.FAILED
    uncertain: bool = False
    """Whether the letter or request may have taken effect; it is never sent again unasked."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        """What happened and why, in one or two sentences."""
        self.remedy = remedy
        """What to do about it; empty if the message says so."""

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class UsageError(AppError):
    """The words of a command, a filter or a setting are wrong."""

    exit_code = ExitCode.WRONG_USE


class SettingsError(UsageError):
    """A settings file, variable or flag holds a name or value that cannot be used."""


class FilterError(UsageError):
    """A filter cannot be parsed; the message names the wrong part."""


class StoreError(AppError):
    """The book cannot be opened, read or written."""


class ForeignError(StoreError):
    """The database belongs to another program."""


class BusyError(StoreError):
    """Another process has held the lock of the book for too long."""

    exit_code = ExitCode.BUSY


class ConflictError(AppError):
    """Somebody else changed the record since it was read; nothing was written."""

    exit_code = ExitCode.BUSY


class NotFoundError(AppError):
    """The record or the file that was asked for does not exist."""

    exit_code = ExitCode.NOT_FOUND


class RefusedError(AppError):
    """A rule or the read-only mode forbids the change; nothing was written."""

    exit_code = ExitCode.REFUSED


class FileError(AppError):
    """A file cannot be read or written, or holds the wrong kind of content."""


class OfflineError(AppError):
    """Partner Center or its sign-in cannot be reached; nothing was sent, or it can be repeated."""

    exit_code = ExitCode.OFFLINE


class SignInNeededError(AppError):
    """Nobody is signed in to the account, or the sign-in has ended or lacks what is needed."""

    exit_code = ExitCode.OFFLINE


class PartnerCenterError(AppError):
    """Partner Center answered no; the message names its code and correlation id."""

    kind: str = ""
    """A value of `partnercenter.errors.ErrorKind`; empty if the call was never answered."""
    status: int = 0
    """The HTTP status of the answer; 0 if none came."""
    code: str = ""
    """Partner Center's own code, as text; empty if the answer names none."""
    correlation_id: str = ""
    """The id that Microsoft's support asks for."""
    request_id: str = ""
    """The MS-RequestId of the last attempt; a repetition of an unclear call keeps it."""


class ThrottledError(PartnerCenterError):
    """Partner Center asks to wait longer than the program waits by itself."""

    exit_code = ExitCode.BUSY


class UnclearError(PartnerCenterError):
    """The connection was lost after a change was sent: it may have taken effect."""

    uncertain = True


class MailError(AppError):
    """A letter was not sent: the server could not be reached, or did not accept the login."""

    exit_code = ExitCode.OFFLINE


class MailRefusedError(MailError):
    """The server was reached and refused the letter, its sender or its recipient."""

    exit_code = ExitCode.FAILED


class MailUncertainError(MailError):
    """The connection was lost after the letter was handed over: it may have been sent."""

    exit_code = ExitCode.FAILED
    uncertain = True
