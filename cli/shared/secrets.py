"""Secrets for a command: from a file, an environment variable or a prompt, never an argument."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from partnerdesk.cli.shared.printing import tell
from partnerdesk.models.core.errors import FileError, UsageError
from partnerdesk.models.core.given_files import SECRET, opened
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse
    from pathlib import Path


def add_secret(command: argparse.ArgumentParser, name: str, what: str) -> None:
    """Add `--NAME-file` and `--NAME-env`; `what` says in words what the secret is."""
    from pathlib import Path

    text = _("{what}: the first line of a file")
    command.add_argument(f"--{name}-file", metavar="FILE", type=Path, help=text.format(what=what))
    text = _("{what}: the value of an environment variable")
    command.add_argument(f"--{name}-env", metavar="NAME", help=text.format(what=what))


def secret(arguments: argparse.Namespace, name: str, label: str, *, optional: bool = False) -> str:
    """Return the secret of `--NAME-file` or `--NAME-env`, else ask for it without showing it.

    An optional one that is not given is empty; nobody is asked for it.

    Raises:
        UsageError: it is given twice, is empty, or nobody can be asked.
        FileError: the file cannot be read.
    """
    flag = name.replace("-", "_")
    file, variable = getattr(arguments, f"{flag}_file"), getattr(arguments, f"{flag}_env")
    if file and variable:
        raise UsageError(_("Say {name} once.").format(name=f"--{name}-file, --{name}-env"))
    if file:
        found = _first_line(file)
    elif variable:
        found = os.environ.get(variable, "").strip()
    elif optional:
        return ""
    else:
        found = _asked(name, label)
    if not found or "\0" in found:
        raise UsageError(_("{label} is empty.").format(label=label))
    return found


def is_given(arguments: argparse.Namespace, name: str) -> bool:
    """Say whether the command line names a place for the secret."""
    flag = name.replace("-", "_")
    return bool(getattr(arguments, f"{flag}_file") or getattr(arguments, f"{flag}_env"))


def _first_line(named: Path) -> str:
    name = shown(str(named))
    try:
        with opened(named, SECRET) as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                text = _("Others than you can read {file}; you can change that with: chmod 600")
                tell(text.format(file=name))
            return file.readline(100_000).decode().strip()
    except UnicodeDecodeError:
        raise FileError(_("{file} is no text.").format(file=name)) from None
    except OSError as error:
        text = _("{file} cannot be read: {reason}.")
        raise FileError(text.format(file=name, reason=error.strerror or error)) from None


def _asked(name: str, label: str) -> str:
    if not sys.stdin.isatty():
        raise UsageError(
            _("{label} is missing.").format(label=label),
            _("Say where it is: {file} or {env}").format(
                file=f"--{name}-file FILE", env=f"--{name}-env NAME"
            ),
        )
    from getpass import getpass

    return getpass(f"{label}: ").strip()
