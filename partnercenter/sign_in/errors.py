"""Decodes what Microsoft's sign-in answers, and every way in which MSAL fails, for a person.

The table is `error_codes.toml`. Codes and the meaning of most come from `reference/newer.md §2.6`.
"""

from __future__ import annotations

import re
import tomllib
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from partnerdesk.models.accounts.accounts import SIGN_IN_WAY_TITLES, SignInWay
from partnerdesk.models.core.errors import AppError, OfflineError, SignInNeededError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CLOCK_OFF = timedelta(minutes=5)
"""From this difference on the clock is named: Entra accepts five minutes."""
PEOPLES_WAYS = (SignInWay.DEVICE, SignInWay.BROWSER, SignInWay.PASTE)
"""The ways in which a person signs in."""
_NUMBER = re.compile(r"AADSTS([0-9]{4,7})")


class ErrorKind(StrEnum):
    """What follows from an error."""

    REFUSED = "refused"
    ENDED = "ended"
    """The sign-in holds no more: a person has to sign in again."""
    POLICY = "policy"
    """The tenant refuses this way to sign in."""
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class KnownError:
    """One line of the table."""

    codes: tuple[str, ...]
    text: str
    remedy: str
    source: str
    kind: ErrorKind = ErrorKind.REFUSED


@dataclass(frozen=True, slots=True)
class WireState:
    """What is known beside the answer, which may be the true reason of an error."""

    way: SignInWay
    clock_ahead: timedelta | None = None
    """How far this computer's clock is ahead of the server's; None if unknown."""
    retry_after: int = 0
    """How many seconds the server asked to wait."""
    is_throttled: bool = False
    authority: str = ""


@cache
def known_errors() -> tuple[KnownError, ...]:
    """Return the lines of the table, in their order."""
    text = Path(__file__).with_name("error_codes.toml").read_text(encoding="utf-8")
    return tuple(
        KnownError(
            tuple(row["codes"]),
            row["text"],
            row["remedy"],
            row["source"],
            ErrorKind(row.get("kind", ErrorKind.REFUSED)),
        )
        for row in tomllib.loads(text)["codes"]
    )


def code_of(answer: Mapping[str, Any]) -> str:
    """Return the AADSTS number of an error answer, else its OAuth name; empty if it has neither."""
    found = _NUMBER.search(str(answer.get("error_description", "")))
    if found:
        return found.group(1)
    numbers = answer.get("error_codes")
    if isinstance(numbers, list) and numbers:
        return str(numbers[0])
    return str(answer.get("error", ""))


def known(answer: Mapping[str, Any]) -> KnownError | None:
    """Return the line that fits an error answer best; None if no line does."""
    for code in (code_of(answer), str(answer.get("suberror", "")), str(answer.get("error", ""))):
        for line in known_errors():
            if code and code in line.codes:
                return line
    return None


def refusal(answer: Mapping[str, Any], at: WireState) -> AppError:
    """Return the error for a person that an error answer of the sign-in means."""
    code, line = code_of(answer), known(answer)
    if at.is_throttled:
        text = _("Microsoft's sign-in has been asked too often.")
        return OfflineError(text, _wait(at) or _("Try again in a minute."))
    named = f"AADSTS{code}" if code.isdecimal() else shown(code)[:60]
    if line is None:
        text = _("Microsoft refuses the sign-in ({code}): {text}")
        said = shown(str(answer.get("error_description", "")).partition("\n")[0])[:200]
        return SignInNeededError(text.format(code=named or "?", text=said), _clock(at))
    if line.kind is ErrorKind.WAIT:
        return OfflineError(_(line.text), _wait(at) or _(line.remedy))
    remedy = [_(line.remedy)]
    if line.kind is ErrorKind.POLICY:
        remedy.append(_other_ways(at.way))
    remedy.append(_clock(at))
    correlation = shown(str(answer.get("correlation_id") or ""))[:60]
    named = f"{named}, {correlation}" if correlation else named
    text = _(line.text)
    return SignInNeededError(f"{text} ({named})", " ".join(filter(None, remedy)))


def clock_remark(ahead: timedelta | None) -> str:
    """Return that this computer's clock is off, and by how much; empty if it is not."""
    if ahead is None or abs(ahead) < CLOCK_OFF:
        return ""
    minutes = round(abs(ahead) / timedelta(minutes=1))
    if ahead > timedelta():
        return ngettext(
            "This computer's clock is {count} minute ahead of Microsoft's: set it.",
            "This computer's clock is {count} minutes ahead of Microsoft's: set it.",
            minutes,
        )
    return ngettext(
        "This computer's clock is {count} minute behind Microsoft's: set it.",
        "This computer's clock is {count} minutes behind Microsoft's: set it.",
        minutes,
    )


def _clock(at: WireState) -> str:
    return clock_remark(at.clock_ahead)


def _wait(at: WireState) -> str:
    if not at.retry_after:
        return ""
    return ngettext(
        "It asks to wait {count} second.", "It asks to wait {count} seconds.", at.retry_after
    )


def _other_ways(way: SignInWay) -> str:
    titles = {other: _(SIGN_IN_WAY_TITLES[other]) for other in PEOPLES_WAYS if other is not way}
    named = ", ".join(f"--auth {other} ({title})" for other, title in titles.items())
    return _("Another way may be allowed: {ways}.").format(ways=named)


@contextmanager
def explained(at: WireState) -> Iterator[None]:
    """Turn whatever MSAL and the wire raise in the block into an error for a person.

    Raises:
        OfflineError: the sign-in was not reached, or does not work now.
        SignInNeededError: it refused, or is none.
    """
    import httpx

    from partnerdesk.partnercenter.sign_in.library import msal

    service_error: type[Exception] = msal().exceptions.MsalServiceError
    try:
        yield
    except AppError:
        raise
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise unreached(error, at) from None
    except service_error:
        raise OfflineError(
            _("Microsoft's sign-in does not work at the moment."),
            _wait(at) or _("Try again in a minute."),
        ) from None
    except (ValueError, KeyError, RuntimeError) as error:
        raise _odd_answer(error, at) from None
    except OSError as error:  # what `requests` raises is one, too
        raise unreached(error, at) from None


def unreached(error: Exception, at: WireState) -> OfflineError:
    """Return the error for a sign-in that was not reached; a bad certificate is told apart."""
    host = shown(at.authority.removeprefix("https://"))
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return OfflineError(
            _("The certificate of {host} is not one that this computer trusts.").format(host=host),
            _("A proxy may have its own: name its authority in [tls] ca_file of your settings."),
        )
    return OfflineError(
        _("{host} cannot be reached.").format(host=host),
        _("Look at the network and the proxy (HTTPS_PROXY), then try again."),
    )


def _odd_answer(error: Exception, at: WireState) -> AppError:
    """Return the error for an answer that is none of a sign-in, such as a page of a proxy."""
    found = _NUMBER.search(f"{error} {error.__context__}")  # MSAL hides what the tenant answered
    if found:
        return refusal({"error_description": found.group(0)}, at)
    text = _("{host} does not answer as Microsoft's sign-in does.")
    return OfflineError(
        text.format(host=shown(at.authority.removeprefix("https://"))),
        _("Look at authority of the cloud in your settings, and at the proxy."),
    )
