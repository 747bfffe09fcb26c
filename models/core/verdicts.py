"""What rules answer: a verdict, and reasons in words with the source of the rule."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from partnerdesk.models.languages import N_

if TYPE_CHECKING:
    from collections.abc import Iterable


class Verdict(StrEnum):
    """Whether something may be done."""

    ALLOWED = "allowed"
    WARNINGS = "warnings"
    """Allowed, but there is something to mind."""
    REFUSED = "refused"


VERDICT_TITLES = {
    Verdict.ALLOWED: N_("Allowed"),
    Verdict.WARNINGS: N_("Allowed, with warnings"),
    Verdict.REFUSED: N_("Refused"),
}
"""What each verdict is called on the screen."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is refused, or what to mind about it."""

    code: str
    """Stable and the same in every language: `country.wrong-code`."""
    text: str
    """A sentence for the person, translated: what is wrong and what is right."""
    field: str = ""
    """The field it is about; empty where it is about the whole."""
    source: str = ""
    """The document and section that the rule stands in."""
    refuses: bool = True
    """Whether it stands in the way; else it is a warning."""
    offer: str = ""
    """The value that would be right, where there is one to offer."""


def verdict_of(reasons: Iterable[Reason]) -> Verdict:
    """Return what the reasons come to."""
    reasons = tuple(reasons)
    if is_refused(reasons):
        return Verdict.REFUSED
    return Verdict.WARNINGS if reasons else Verdict.ALLOWED


def why_refused(reasons: Iterable[Reason]) -> str:
    """Return in words what stands in the way; empty where nothing does."""
    return " ".join(reason.text for reason in reasons if reason.refuses)


def is_refused(reasons: Iterable[Reason]) -> bool:
    """Say whether one of the reasons stands in the way."""
    return any(reason.refuses for reason in reasons)
