"""Restricted mode: what a person keeps who was given the console alone, such as by an SSH key.

It is on where the settings say `restricted = true`, with `--restricted`, and by itself where the
SSH server runs a command of its own choice (a forced command) in place of the person's. A source
that says so cannot be outdone by another one.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from partnerdesk.models.core import paths
from partnerdesk.models.core.errors import FileError, RefusedError
from partnerdesk.models.core.given_files import DOOR
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from partnerdesk.models.settings.model import Settings

FORCED = "SSH_ORIGINAL_COMMAND"
"""The variable in which OpenSSH keeps the person's command where it runs another one."""
FLAG = "--restricted"

_TAKEN_FLAGS = ("config", "database")
_TAKEN_VARIABLES = (
    "PARTNERDESK_", "XDG_", "_ARGCOMPLETE", "_ARC_", "ARGCOMPLETE", "PYTHON", "LD_", "DYLD_",
    "TEXTUAL", "SSL_", "PG", "BROWSER", "TMP", "TEMP", "KEYRING_",
)  # fmt: skip
"""How variables begin that lead the program to files, or change what it runs. `PGPASSWORD` and the
like of an administrator stand in the settings' own files instead."""
_KEPT_VARIABLES = ("PARTNERDESK_TEST_",)


def is_forced(words: Sequence[str]) -> bool:
    """Say whether the start itself asks for restricted mode, whatever the settings say."""
    return FLAG in words or FORCED in os.environ


def clear_environment(settings: Settings | None = None) -> None:
    """Remove the variables with which a person could lead the program elsewhere.

    Where the person's own file turned restricted mode on, it is one of `settings`, and the
    variables that led to it stay.
    """
    own = str(paths.user_settings())
    led_here = settings is not None and settings.origins.get("restricted") == own
    kept = (*_KEPT_VARIABLES, "XDG_") if led_here else _KEPT_VARIABLES
    for name in list(os.environ):
        if name.upper().startswith(_TAKEN_VARIABLES) and not name.startswith(kept):
            del os.environ[name]
    os.environ["HOME"] = home()


def home() -> str:
    """Return the home folder of the program's user as the system knows it."""
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_dir
    except (ImportError, KeyError):  # no such user: the variable is all there is
        return os.environ.get("HOME", "")


def refuse_flags(arguments: argparse.Namespace) -> None:
    """Refuse the flags that restricted mode takes away.

    Raises:
        RefusedError: one is given.
    """
    for name in _TAKEN_FLAGS:
        if hasattr(arguments, name):
            raise RefusedError(
                _("--{name} is not allowed in restricted mode.").format(name=name),
                _("Ask whoever set up this console."),
            )


def confine(settings: Settings) -> None:
    """Keep files that the person names below the folder for files, if there is one.

    Raises:
        FileError: the folder cannot be made.
    """
    folder = settings.files_folder or ("~/partnerdesk-files" if settings.restricted else "")
    try:
        DOOR.confine(Path(folder).expanduser().absolute() if folder else None)
        if settings.restricted and DOOR.folder is not None:
            os.chdir(DOOR.folder)
            signal.signal(signal.SIGTSTP, signal.SIG_IGN)  # also before the console reads keys
    except (OSError, RuntimeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise FileError(
            _("The folder for files {folder} cannot be used: {reason}.").format(
                folder=shown(folder), reason=reason
            ),
            _("Look at files_folder in the settings."),
        ) from None
