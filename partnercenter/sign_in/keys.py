"""The key that seals the files of the token store: in the keyring, else in a file of its own."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from contextlib import contextmanager
from typing import TYPE_CHECKING

from partnerdesk.models.core import own_files, paths

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keyring.backend import KeyringBackend

KEYRING, KEY_FILE = "keyring", "file"
"""Where a key is: the first word of a sealed file."""
_SERVICE, _USER = "partnerdesk", "tokens"
_LOCK_SECONDS = 10.0
_KEY_BYTES = 32


class Keys:
    """Gives the key of this person's token store; the first use makes it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._found: dict[str, bytes] = {}
        """The keys by their places; a keyring may be slow."""

    @property
    def _file(self) -> Path:
        return self._folder / "key"

    def make(self) -> tuple[str, bytes]:
        """Return where the key is, and the key; make it if there is none yet.

        Raises:
            OSError: the folder cannot be written.
        """
        if self._found:
            return next(iter(self._found.items()))
        with self._locked():
            for place in (KEYRING, KEY_FILE):
                if key := self.find(place):
                    return place, key
            from cryptography.fernet import Fernet

            key = Fernet.generate_key()
            if _keep_in_keyring(key):
                return self._remember(KEYRING, key)
            with paths.written_whole(self._file) as out:
                out.write(key)
            return self._remember(KEY_FILE, key)

    def find(self, place: str) -> bytes:
        """Return the key in a place; empty where there is none, or it cannot be reached.

        Raises:
            OSError: the file of the key cannot be read.
        """
        if place not in self._found:
            self._remember(place, _from_keyring() if place == KEYRING else self._from_file())
        return self._found.get(place, b"")

    def _remember(self, place: str, key: bytes) -> tuple[str, bytes]:
        if _is_key(key):
            self._found[place] = key
        return place, key

    def _from_file(self) -> bytes:
        if not paths.is_there(self._file):
            return b""
        only_for_owner(self._file)
        return own_files.content(self._file)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        from portalocker import Lock

        paths.private_folder(self._folder)
        with Lock(self._folder / ".key.lock", "a", timeout=_LOCK_SECONDS):
            yield


def _is_key(key: bytes) -> bool:
    """Say whether a key can seal; what a person or a full disk left instead counts as none."""
    try:
        return len(urlsafe_b64decode(key)) == _KEY_BYTES
    except ValueError:
        return False


def only_for_owner(file: Path) -> None:
    """Take the rights of others at a file away, where a person or a copy gave them.

    Raises:
        OSError: the file belongs to somebody else, or is none.
    """
    if file.stat().st_mode & 0o077:
        file.chmod(0o600)


def _from_keyring() -> bytes:
    keyring = _keyring()
    if keyring is None:
        return b""
    from keyring.errors import KeyringError

    try:
        found = keyring.get_password(_SERVICE, _USER)
    except (KeyringError, RuntimeError, OSError):  # locked, or its service has gone
        return b""
    return found.encode() if isinstance(found, str) else b""


def _keep_in_keyring(key: bytes) -> bool:
    keyring = _keyring()
    if keyring is None:
        return False
    from keyring.errors import KeyringError

    try:
        keyring.set_password(_SERVICE, _USER, key.decode())
    except (KeyringError, RuntimeError, OSError):
        return False
    return _from_keyring() == key  # some accept everything and keep nothing


def _keyring() -> KeyringBackend | None:
    """Return the keyring of the session; None where there is none that keeps anything."""
    import keyring
    from keyring.backends import fail, null

    found = keyring.get_keyring()
    return None if isinstance(found, (fail.Keyring, null.Keyring)) else found
