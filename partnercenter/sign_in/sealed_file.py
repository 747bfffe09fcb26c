"""A sealed file of the token store: encrypted, for its owner only, written whole or not at all."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from partnerdesk.models.core import own_files, paths
from partnerdesk.models.core.errors import SignInNeededError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _
from partnerdesk.partnercenter.sign_in.keys import KEYRING, Keys, only_for_owner

if TYPE_CHECKING:
    from pathlib import Path


class SealedFile:
    """Keeps one text in a file; the persistence of a cache of `msal_extensions`.

    That library's own persistence keeps the mode of a file that others can read, and writes in
    place, so that a kill in the middle loses the sign-in (`reference/newer.md §2.5`).
    """

    is_encrypted = True

    def __init__(self, file: Path, keys: Keys) -> None:
        self._file = file
        self._keys = keys
        self._seen: tuple[int, int, int] | None = None
        """What tells the file that was last read or written from a newer one."""

    def save(self, content: str) -> None:
        """Replace the file.

        Raises:
            OSError: the folder cannot be written, or the disk is full.
        """
        from cryptography.fernet import Fernet

        paths.private_folder(self._file.parent)
        place, key = self._keys.make()
        with paths.written_whole(self._file) as out:
            out.write(place.encode() + b"\n" + Fernet(key).encrypt(content.encode()))
        self._seen = self._identity()

    def load(self) -> str:
        """Return the text; empty if the file is missing or was cut short.

        Raises:
            SignInNeededError: its key cannot be reached, or another key sealed it.
            OSError: the file cannot be read.
        """
        from cryptography.fernet import Fernet, InvalidToken

        self._seen, seen = None, self._identity()
        if seen is None:
            return ""
        only_for_owner(self._file)
        head, _line, sealed = own_files.content(self._file).partition(b"\n")
        place = head.decode("ascii", "replace")
        key = self._keys.find(place)
        if not key:
            raise self._unreachable(place)
        try:
            text = Fernet(key).decrypt(sealed).decode()
        except (InvalidToken, ValueError):
            raise self._damaged() from None
        self._seen = seen
        return text

    def time_last_modified(self) -> float:
        """Return the far future if the file is another than was last read, else the past.

        MSAL compares it with its own clock; two writes within one tick would look like one.
        """
        return inf if self._identity() != self._seen else -inf

    def get_location(self) -> str:
        """Return the path of the file."""
        return str(self._file)

    def _identity(self) -> tuple[int, int, int] | None:
        try:
            status = self._file.stat()
        except FileNotFoundError:
            return None
        return status.st_mtime_ns, status.st_ino, status.st_size

    def _unreachable(self, place: str) -> SignInNeededError:
        if place == KEYRING:
            return SignInNeededError(
                _("The keyring does not give the key of the sign-in."),
                _("Unlock it, or sign in again: partnerdesk accounts sign-in"),
            )
        return self._damaged()

    def _damaged(self) -> SignInNeededError:
        text = _("The kept sign-in in {file} cannot be opened.")
        return SignInNeededError(
            text.format(file=shown(str(self._file))),
            _("Sign in again: partnerdesk accounts sign-in"),
        )
