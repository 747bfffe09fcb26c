"""Who is signed in on this computer, as this person; light to import, for the first frame.

A book can be shared: what it holds of a sign-in is whoever signed in last. Each person's own tokens
are on their computer, and beside them a file says whose they are. It holds no secret.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from partnerdesk.models.core import own_files, paths
from partnerdesk.models.core.clock import from_millis, to_millis
from partnerdesk.models.core.typed import DamagedError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class OwnSignIn:
    """A sign-in of this person on this computer."""

    who: str
    """Who is signed in, such as `anna@contoso.com`, or the application."""
    until_millis: int = 0
    mfa_said: Literal["yes", "no", ""] = ""

    @property
    def until(self) -> datetime | None:
        """When a person has to sign in again; None if that is not known."""
        return from_millis(self.until_millis) if self.until_millis else None

    @property
    def mfa(self) -> bool | None:
        """What Partner Center last said of the sign-in (`isMfaCompliant`); None: not known yet."""
        return {"yes": True, "no": False}.get(self.mfa_said)

    def lasting(self, until: datetime | None) -> OwnSignIn:
        """Return the sign-in with another end."""
        return replace(self, until_millis=to_millis(until) if until else 0)

    def with_mfa(self, mfa: bool | None) -> OwnSignIn:
        """Return the sign-in with what is known of MFA."""
        said: dict[bool | None, Literal["yes", "no", ""]] = {True: "yes", False: "no", None: ""}
        return replace(self, mfa_said=said[mfa])


class SignInKey(NamedTuple):
    """What tells sign-ins apart, in all books of a person."""

    cloud: str
    tenant_id: str
    client_id: str

    @property
    def file(self) -> Path:
        """The file that says who is signed in."""
        name = hashlib.sha256("\n".join(self).encode()).hexdigest()[:24]
        return paths.tokens_folder() / f"{name}.who"


def own_sign_in(key: SignInKey) -> OwnSignIn | None:
    """Return who is signed in here; None for nobody, or where the file cannot be read."""
    with suppress(DamagedError, OSError):
        return own_files.load(key.file, OwnSignIn)
    return None


def keep_own(key: SignInKey, signed_in: OwnSignIn | None) -> None:
    """Keep who is signed in here; None for nobody. What cannot be written is not kept."""
    with suppress(OSError):  # then nobody seems to be signed in, though the tokens are good
        if signed_in is None:
            key.file.unlink(missing_ok=True)
        elif signed_in != own_sign_in(key):
            own_files.write(key.file, asdict(signed_in))
