"""What a typed field means: its value, or a Reason that says what is wrong and what is right.

    tenant = kept(guid_field(text, "partner.microsoft-id", "microsoft_id"), reasons, "")

A field that is left empty is empty: whether it may be, its plan says.
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
"""Characters of a name, a domain, an address."""
SIGNED: Mapping[str, bool | None] = {"yes": True, "no": False, "": None}
"""What is written for what is so, is not so, and is not known."""

Value = TypeVar("Value")


def kept(found: Value | Reason, reasons: list[Reason], otherwise: Value) -> Value:
    """Return a field's value; a reason is added to `reasons`, and `otherwise` stands for it."""
    if isinstance(found, Reason):
        reasons.append(found)
        return otherwise
    return found


def is_visible(text: str, longest: int = LONGEST) -> bool:
    """Say whether a text is no longer than it may be, and all of it can be seen."""
    return len(text) <= longest and shown(text) == text


def text_field(
    text: str, code: str, field: str, longest: int = LONGEST, source: str = ""
) -> str | Reason:
    """Return a text of one line of which all can be seen."""
    if is_visible(text, longest):
        return text
    said = _("At most {count} characters, and all of them to be seen.")
    return Reason(code, said.format(count=longest), field, source)


def guid_field(text: str, code: str, field: str) -> str | Reason:
    """Return a GUID in lower case."""
    found = guid(text) if text else ""
    if found is not None:
        return found
    said = _("{text} is no GUID such as 1f6b7b0e-52d1-4a0c-8d5d-3c6f0f8c2a11.")
    return Reason(code, said.format(text=shown(text[:60])), field)


def country_field(text: str, code: str, field: str) -> str | Reason:
    """Return the code of a country that is named or given by its code."""
    found = country_code(text) if text else ""
    if found is not None:
        return found
    likely = likely_code(text)
    said = _("{text} is no country.")
    if likely:
        said = _("{text} is no country; do you mean {likely}?")
    return Reason(code, said.format(text=shown(text[:60]), likely=likely), field, offer=likely)


def yes_no_field(text: str, code: str, field: str) -> bool | Reason | None:
    """Return whether something is so; None where it is not known."""
    word = text.lower()
    if word in SIGNED:
        return SIGNED[word]
    return Reason(code, _("Write yes or no, or leave it empty where it is not known."), field)


def day_field(text: str, code: str, field: str) -> datetime | Reason | None:
    """Return the moment that a day or an ISO 8601 moment means, in UTC; None for no text."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        said = _("{text} is no day such as 2027-06-30.")
        return Reason(code, said.format(text=shown(text[:40])), field)
