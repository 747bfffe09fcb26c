"""Verdicts and reasons: the results of rules, in words and with the source of each rule."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from partnerdesk.models.languages import N_

if TYPE_CHECKING:
    from collections.abc import Iterable


class Verdict(StrEnum):
    """Whether a rule allows a change."""

    ALLOWED = "allowed"
    WARNINGS = "warnings"
    """Allowed, but at least one reason warns."""
    REFUSED = "refused"


VERDICT_TITLES = {
    Verdict.ALLOWED: N_("Allowed"),
    Verdict.WARNINGS: N_("Allowed, with warnings"),
    Verdict.REFUSED: N_("Refused"),
}
"""The name of each verdict on the screen."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a change is refused, or a warning about it."""

    code: str
    """Stable and the same in every language: `country.wrong-code`."""
    text: str
    """A sentence for the person, translated: what is wrong and what is right."""
    field: str = ""
    """The field that the reason is about; empty if it is about the whole."""
    source: str = ""
    """The document and section that state the rule."""
    refuses: bool = True
    """True for a refusal, False for a warning."""
    offer: str = ""
    """A right value to offer; empty if none is known."""


def verdict_of(reasons: Iterable[Reason]) -> Verdict:
    """Return the verdict that follows from the reasons; ALLOWED without any."""
    reasons = tuple(reasons)
    if is_refused(reasons):
        return Verdict.REFUSED
    return Verdict.WARNINGS if reasons else Verdict.ALLOWED


def why_refused(reasons: Iterable[Reason]) -> str:
    """Return in words what stands in the way; empty where nothing does."""
    return " ".join(reason.text for reason in reasons if reason.refuses)


def is_refused(reasons: Iterable[Reason]) -> bool:
    """Say whether one of the reasons is a refusal."""
    return any(reason.refuses for reason in reasons)
