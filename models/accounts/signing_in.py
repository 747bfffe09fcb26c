"""What screens and commands know of a sign-in that is going on; light to import."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from partnerdesk.models.accounts.accounts import SignInWay


class SignInPhase(StrEnum):
    """What a sign-in is doing."""

    CONTACTING = "contacting"
    """Microsoft's sign-in is asked how to go on, or for the tokens."""
    WAITING = "waiting"
    """The person does their part in a browser."""
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The result of a sign-in; it holds no secret."""

    who: str
    """Who is signed in, such as `anna@contoso.com`, or the application."""
    until: datetime | None
    """When a person has to sign in again; None if nothing says."""
    remark: str = ""
    """What to mind, such as a clock that is off; translated, empty for nothing."""


@dataclass(frozen=True, slots=True)
class SignInProgress:
    """Where a sign-in stands."""

    phase: SignInPhase
    code: str = field(default="", repr=False)
    """The code that the person types into the page; empty where there is none."""
    address: str = field(default="", repr=False)
    """The page to open in a browser; empty where there is none."""
    ends_at: datetime | None = None
    """When the code or the waiting ends."""
    remark: str = ""
    """What is to be known while waiting, such as a lost connection; translated."""
    failure: Exception | None = None
    """Why it failed: an `AppError` for the person, or an error that nobody expected."""
    signed_in: SignedIn | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.phase in (SignInPhase.DONE, SignInPhase.FAILED, SignInPhase.CANCELLED)


class SignInAttempt(Protocol):
    """One try to sign in to one account, in one way; its methods may be called in any thread."""

    @property
    def way(self) -> SignInWay:
        """How it is tried."""
        ...

    @property
    def progress(self) -> SignInProgress:
        """Where it stands now."""
        ...

    def listen(self, changed: Callable[[], None]) -> None:
        """Have `changed` called after each change of `progress`, in the thread of the sign-in."""
        ...

    def paste(self, text: str) -> None:
        """Go on with the address at which the person's browser ended.

        Raises:
            UsageError: it is no such address, or one of another sign-in.
        """
        ...

    def cancel(self) -> None:
        """Stop at once; nothing of the sign-in is kept."""
        ...


class WatchedSignIn(SignInAttempt, Protocol):
    """A sign-in that has begun, as a screen follows it."""

    async def next_progress(self) -> SignInProgress:
        """Return where it stands after the next change, or after a second that it lasts."""
        ...
