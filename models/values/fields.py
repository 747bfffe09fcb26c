"""Parses typed fields: into a value, or a Reason that says what is wrong and what is right.

    tenant = kept(guid_field(text, "partner.microsoft-id", "microsoft_id"), reasons, "")

An empty text gives an empty value; the plan decides whether the field may be empty.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.languages import _
from partnerdesk.models.values.countries import country_code, likely_code
from partnerdesk.models.values.identifiers import guid

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 256
"""Maximum characters of a name, a domain or an address."""
SIGNED: Mapping[str, bool | None] = {"yes": True, "no": False, "": None}
"""The words for yes and no; an empty text means that the answer is unknown."""

Value = TypeVar("Value")


def kept(found: Value | Reason, reasons: list[Reason], otherwise: Value) -> Value:
    """Return a parsed value; add a Reason to `reasons` instead and return `otherwise`."""
    if isinstance(found, Reason):
        reasons.append(found)
        return otherwise
    return found


def is_visible(text: str, longest: int = LONGEST) -> bool:
    """Say whether a text has at most `longest` characters, all of them visible."""
    return len(text) <= longest and shown(text) == text


def text_field(
    text: str, code: str, field: str, longest: int = LONGEST, source: str = ""
) -> str | Reason:
    """Return a text of one line; a Reason if it is too long or has invisible characters."""
    if is_visible(text, longest):
        return text
    sentence = _("At most {count} characters, and all of them to be seen.")
    return Reason(code, sentence.format(count=longest), field, source)


def guid_field(text: str, code: str, field: str) -> str | Reason:
    """Return a GUID in lower case; a Reason if the text is no GUID."""
    found = guid(text) if text else ""
    if found is not None:
        return found
    sentence = _("{text} is no GUID such as 1f6b7b0e-52d1-4a0c-8d5d-3c6f0f8c2a11.")
    return Reason(code, sentence.format(text=shown(text[:60])), field)


def country_field(text: str, code: str, field: str) -> str | Reason:
    """Return the code of a country, given by name or code; a Reason if it is unknown."""
    found = country_code(text) if text else ""
    if found is not None:
        return found
    likely = likely_code(text)
    sentence = _("{text} is no country.")
    if likely:
        sentence = _("{text} is no country; do you mean {likely}?")
    return Reason(code, sentence.format(text=shown(text[:60]), likely=likely), field, offer=likely)


def yes_no_field(text: str, code: str, field: str) -> bool | Reason | None:
    """Return the answer to a yes-or-no field; None for an empty text (unknown)."""
    word = text.lower()
    if word in SIGNED:
        return SIGNED[word]
    return Reason(code, _("Write yes or no, or leave it empty where it is not known."), field)


def day_field(text: str, code: str, field: str) -> datetime | Reason | None:
    """Return the UTC moment of a day or an ISO 8601 moment; None for an empty text."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        sentence = _("{text} is no day such as 2027-06-30.")
        return Reason(code, sentence.format(text=shown(text[:40])), field)
