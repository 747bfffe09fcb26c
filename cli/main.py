"""The `partnerdesk` command: opens the console, or runs one sub-command."""

from __future__ import annotations

import gc
import os
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from partnerdesk.cli.shared import confinement
from partnerdesk.cli.shared.argparse_words import speak_everywhere, wanted_language
from partnerdesk.cli.shared.printing import flush_output, prepare_streams, tell
from partnerdesk.models.core.core_dumps import leave_none
from partnerdesk.models.core.errors import AppError, ExitCode, FileError, SettingsError, UsageError
from partnerdesk.models.core.given_files import SETTINGS, to_read
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _, preferred

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path

    from partnerdesk.models.settings.model import Settings

INTERRUPTED = 130
"""The exit code of a command that was ended by Ctrl-C (128 + SIGINT)."""
READER_GONE = 141
"""The exit code where the reader of the output has gone, as with `| head` (128 + SIGPIPE). The
command ends without a message, but only after its own work is in order."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `partnerdesk` with `argv` and return the exit code; never print a traceback."""
    gc.disable()  # what a start imports stays; collecting it costs a tenth of the first frame
    leave_none()
    prepare_streams()
    words = list(sys.argv[1:] if argv is None else argv)
    speak_everywhere(wanted_language(words) or preferred())
    try:
        if confinement.is_forced(words):
            confinement.clear_environment()
        if "_ARGCOMPLETE" in os.environ:  # a shell asks for completions
            from partnerdesk.cli.completion import complete

            complete()
        code = _run(words)
        sys.stdout.flush()
    except KeyboardInterrupt:
        flush_output()
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last net: a report instead of a traceback
        code = int(_failed(error))
    flush_output()
    return code


def _run(argv: list[str]) -> int:
    arguments: Any = SimpleNamespace()
    if argv:  # the console needs no parser, so it does not import argparse
        from partnerdesk.cli.parsing import parser

        _refuse_bare_dashes(argv)
        try:
            arguments = parser(argv).parse_args(_with_filter(argv))
        except SystemExit as end:  # argparse has printed its message
            return int(end.code or 0)
    settings = _settings(arguments, is_forced=confinement.is_forced(argv))
    confinement.confine(settings)
    speak_everywhere(settings.language or preferred())
    if hasattr(arguments, "run"):
        gc.enable()
        return int(arguments.run(arguments, settings))
    from partnerdesk.cli.console import run_console

    return int(run_console(arguments, settings))


def _refuse_bare_dashes(argv: Sequence[str]) -> None:
    """Refuse `--FLAG=--`, which argparse takes for the end of the flags.

    Raises:
        UsageError: a flag has that value.
    """
    for word in argv:
        flag, _equals, value = word.partition("=")
        if flag.startswith("--") and value == "--":
            raise UsageError(_("{flag} needs a value.").format(flag=shown(flag)))


def _with_filter(argv: Sequence[str]) -> list[str]:
    """Join `--filter` and a value such as `-tag:vip`, which argparse would take for a flag."""
    words: list[str] = []
    for word in argv:
        if words and words[-1] == "--filter" and word[:1] == "-" != word[1:2]:
            words[-1] += f"={word}"
        else:
            words.append(word)
    return words


def _failed(error: Exception) -> int:
    """Print an error on stderr and return its exit code."""
    flush_output()
    if isinstance(error, BrokenPipeError):
        return READER_GONE  # nobody reads a message either
    if isinstance(error, OSError) and error.filename is None:  # no file name: stdout failed
        error = FileError(
            _("{file} cannot be written: {reason}.").format(
                file="stdout", reason=error.strerror or error
            ),
            _("Name another file, or look at the folder and the room on the disk."),
        )
    elif isinstance(error, OSError):
        error = FileError(f"{error.filename}: {error.strerror}.")
    if not isinstance(error, AppError):
        return _unexpected(error)
    tell(f"partnerdesk: {error.message}")
    if error.remedy:
        tell(error.remedy)
    return error.exit_code


def _settings(arguments: argparse.Namespace, *, is_forced: bool) -> Settings:
    from partnerdesk.models.settings import load as all_settings
    from partnerdesk.models.settings.preferences import with_preferences

    config = None
    if is_forced:
        confinement.refuse_flags(arguments)
    elif hasattr(arguments, "config"):
        config = _config(arguments.config)
    loaded = all_settings.load(config)
    if loaded.restricted and not is_forced:
        is_forced = True
        confinement.refuse_flags(arguments)
        confinement.clear_environment(loaded)
        loaded = all_settings.load()
    loaded = with_preferences(loaded)
    if getattr(arguments, "demo", False):
        from partnerdesk.models.demo.rehearsal import at_rehearsal, last_line

        loaded = at_rehearsal(loaded, last_line())  # no call of the demo book goes to Microsoft
    cloud = getattr(arguments, "cloud", None)
    if cloud is not None:
        loaded.checked_cloud(cloud)
    return loaded.with_flags(
        database=getattr(arguments, "database", None),
        language=getattr(arguments, "lang", None),
        theme=getattr(arguments, "theme", None),
        read_only=getattr(arguments, "read_only", None),
        restricted=True if is_forced else None,
    )


def _config(path: Path) -> Path:
    """Return the settings file of `--config`.

    Raises:
        AppError: it is missing, or may not be one (`models.core.given_files`).
    """
    try:
        file = to_read(path, SETTINGS)
    except FileError as error:
        raise SettingsError(error.message, error.remedy) from None
    if not file.exists():
        raise UsageError(_("There is no settings file {file}.").format(file=shown(str(path))))
    return file


def _unexpected(error: Exception) -> ExitCode:
    from partnerdesk.models.core.clock import now
    from partnerdesk.models.core.crash_report import write_report

    report = write_report(error, now())
    tell("partnerdesk: " + _("An error nobody expected."))
    if report is not None:
        tell(_("A report without your data is in {file}.").format(file=report))
    return ExitCode.FAILED


if __name__ == "__main__":
    sys.exit(main())
