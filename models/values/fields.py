"""Parses typed fields: into a value, or a Reason that says what is wrong and what is right.

    tenant = kept(guid_field(text, "partner.microsoft-id", "microsoft_id"), reasons, "")

An empty text gives an empty value; the plan decides whether the field may be empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from partnerdesk.models.core.text import fold, shown
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.languages import _
from partnerdesk.models.values.countries import country_code, country_name, likely_code
from partnerdesk.models.values.days import AmbiguousDayError, parse_moment
from partnerdesk.models.values.identifiers import guid

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

LONGEST = 256
"""Maximum characters of a name, a domain or an address."""
SIGNED: Mapping[str, bool | None] = {"yes": True, "no": False, "": None}
"""The words for yes and no; an empty text means that the answer is unknown."""

_YES = frozenset(
    {
        "yes", "y", "true", "t", "1", "on", "enabled", "x", "✓", "✔", "да", "д", "истина", "ja",
        "wahr", "oui", "vrai", "si", "sim", "tak", "prawda", "ano", "igen", "evet", "kylla",
        "はい", "是", "예",
    }
)  # fmt: skip
_NO = frozenset(
    {
        "no", "n", "false", "f", "0", "off", "disabled", "нет", "н", "ложь", "nein", "falsch",
        "non", "faux", "nao", "nie", "nei", "nej", "ne", "nem", "hayır", "hayir", "ei", "いいえ",
        "否", "아니요",
    }
)  # fmt: skip
"""The words for yes and no, folded, in the languages of spreadsheets, PowerShell and portals."""

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
    found = country_code(text, other_codes=False) if text else ""
    if found is not None:
        return found
    likely = likely_code(text)
    return Reason(code, no_country(text, likely), field, offer=likely)


def no_country(text: str, likely: str) -> str:
    """Return the sentence that `text` is no country, with the likely country, if there is one."""
    if likely and len(text) <= 3:
        sentence = _("{text} is no country code; the code of {country} is {code}.")
    elif likely:
        sentence = _("There is no country {text}. Did you mean {country} ({code})?")
    else:
        sentence = _(
            "There is no country {text}. Write its name, or its code of two letters such as PT."
        )
    return sentence.format(text=shown(text[:60]), country=country_name(likely), code=likely)


def yes_no(text: str) -> bool | None:
    """Return True for a word that means yes, False for no, None for any other word."""
    word = fold(text.strip())
    return True if word in _YES else False if word in _NO else None


def yes_no_field(text: str, code: str, field: str) -> bool | Reason | None:
    """Return the answer to a yes-or-no field; None for an empty text (unknown)."""
    answer = yes_no(text)
    if answer is not None or not text.strip():
        return answer
    return Reason(code, _("Write yes or no, or leave it empty where it is not known."), field)


def day_field(
    text: str, code: str, field: str, *, day_first: bool | None = None
) -> datetime | Reason | None:
    """Return the UTC moment of a written day or moment; None for an empty text.

    `day_first`: whether 03/04/2027 is the third of April; None if unknown.
    """
    if not text:
        return None
    try:
        return parse_moment(text, day_first=day_first)
    except AmbiguousDayError:
        sentence = _("{text} can be two days; write it as 2027-06-30.")
    except (ValueError, OverflowError):
        sentence = _("{text} is no day such as 2027-06-30.")
    return Reason(code, sentence.format(text=shown(text[:40])), field)
