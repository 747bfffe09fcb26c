"""The token store: what lets one account call without asking a person again.

Each account has a file of tokens and a file for what the application itself proves who it is with,
below the data folder, shared by all processes of this person.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from partnerdesk.models.core import paths
from partnerdesk.models.core.errors import BusyError
from partnerdesk.models.core.typed import DamagedError, typed
from partnerdesk.models.languages import _
from partnerdesk.partnercenter.sign_in.keys import Keys
from partnerdesk.partnercenter.sign_in.library import msal_extensions
from partnerdesk.partnercenter.sign_in.sealed_file import SealedFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from partnerdesk.partnercenter.connection import AccountConnection

RENEWAL_SECONDS = 90.0
"""How long a process waits for another one that renews the same sign-in."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What the application proves who it is with; all empty for a public application."""

    secret: str = field(default="", repr=False)
    """The client secret, or the password of the certificate's key."""
    certificate_file: str = ""
    """A file (PEM) of the certificate and its private key."""

    def __bool__(self) -> bool:
        return bool(self.secret or self.certificate_file)


class TokenStore:
    """The sealed files of one account."""

    def __init__(self, connection: AccountConnection, folder: Path | None = None) -> None:
        """Name the files of an account, below `folder` (else the data folder).

        The authority is named with its port: MSAL tells tokens apart by the host alone.
        """
        told_apart = (
            connection.cloud.addresses.authority,
            connection.tenant_id,
            connection.client_id,
        )
        name = hashlib.sha256("\n".join(told_apart).encode()).hexdigest()[:24]
        self._folder = folder or paths.tokens_folder()
        self._keys = Keys(self._folder)
        self._tokens = self._folder / f"{name}.tokens"
        self._credential = self._folder / f"{name}.credential"
        self._lock = self._folder / f".{name}.lock"
        self._renewing = self._folder / f".{name}.renewing"

    @property
    def has_tokens(self) -> bool:
        """Whether somebody signed in; asks nobody, and opens nothing."""
        return self._tokens.exists()

    def cache(self) -> Any:
        """Return MSAL's cache over the file, which every process writes to in turn.

        Raises:
            OSError: the folder cannot be made.
        """
        paths.private_folder(self._folder)
        self._heal()
        sealed = SealedFile(self._tokens, self._keys)
        return msal_extensions().PersistedTokenCache(sealed, str(self._lock))

    def replace(self, content: str, credential: Credential) -> None:
        """Keep a new sign-in instead of any before.

        Raises:
            OSError: the folder cannot be written.
        """
        with self.renewing():
            self.forget()
            if credential:
                text = json.dumps(asdict(credential))
                SealedFile(self._credential, self._keys).save(text)
            SealedFile(self._tokens, self._keys).save(content)

    def credential(self) -> Credential:
        """Return what the application proves who it is with.

        Raises:
            SignInNeededError: the file cannot be opened.
            OSError: the file cannot be read.
        """
        text = SealedFile(self._credential, self._keys).load()
        with suppress(ValueError, DamagedError):
            return typed(Credential, json.loads(text or "{}"))
        return Credential()

    def forget(self) -> None:
        """Remove the sign-in from this computer.

        Raises:
            OSError: a file cannot be removed.
        """
        for file in (self._tokens, self._credential):
            file.unlink(missing_ok=True)

    @contextmanager
    def renewing(self) -> Iterator[None]:
        """Hold the right to renew the sign-in; the system frees it when a process dies.

        Raises:
            BusyError: another process holds it for too long.
            OSError: the folder cannot be written.
        """
        from portalocker import Lock, LockException

        paths.private_folder(self._folder)
        lock = Lock(self._renewing, "a", timeout=RENEWAL_SECONDS)
        try:
            lock.acquire()
        except LockException:
            raise BusyError(
                _("Another process has been renewing the sign-in for too long."),
                _("Try again in a moment."),
            ) from None
        try:
            yield
        finally:
            lock.release()

    def _heal(self) -> None:
        """Remove the lock that a killed process left: MSAL would wait five seconds for it."""
        if not self._lock.exists():
            return
        from portalocker import Lock, LockException

        with suppress(LockException, OSError), Lock(self._lock, "a", timeout=0):
            self._lock.unlink(missing_ok=True)
