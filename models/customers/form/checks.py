"""The entry point of the form's rules: the asked fields, their checks and proposed values.

Pure: the rules depend only on the typed texts and the `FormContext`. Sources: `reference/rules.md
§2-6` and `reference/resources.md`, *Customer* and *Address*.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from partnerdesk.models.core.text import fold
from partnerdesk.models.customers.form import addresses, agreement, registration
from partnerdesk.models.customers.form.address_checks import (
    check_city,
    check_country,
    check_postal_code,
    check_state,
    country_of,
    state_of,
)
from partnerdesk.models.customers.form.contact import check_email, check_phone
from partnerdesk.models.customers.form.domain_prefix import check_prefix, prefix_from
from partnerdesk.models.customers.form.fields import (
    AgreementWay,
    FormContext,
    FormField,
    Values,
)
from partnerdesk.models.customers.form.markets import cloud_reasons, market_reasons, own_country
from partnerdesk.models.customers.form.names import name_warnings
from partnerdesk.models.customers.form.preferences import (
    check_culture,
    check_language,
    default_culture,
    default_language,
)
from partnerdesk.models.customers.form.questions import (
    asked_fields,
    example_of,
    label_of,
    needed,
    question,
)
from partnerdesk.models.customers.form.reasons import CODES, Checked, unfit
from partnerdesk.models.customers.form.required import missing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.forms.question import Question

__all__ = ["CODES", "Checked", "check", "check_all", "cloud_reasons", "proposals", "questions"]

_DEFAULTED = (FormField.LANGUAGE, FormField.CULTURE, FormField.AGREEMENT)
"""Fields that get their proposal if they are empty.

Language and culture stay empty only if neither the typed country nor the partner's is known; the
country field then has a reason of its own.
"""

_CHECKED_UNASKED = (
    FormField.STATE,
    FormField.POSTAL_CODE,
    FormField.ASSOCIATED_PARTNER_ID,
    FormField.AGREEMENT,
)
"""Fields whose typed texts are checked even if the form does not ask for them."""

_DEPENDS_ON: Mapping[FormField, tuple[FormField, ...]] = {
    FormField.REGISTRATION_NUMBER: (FormField.COUNTRY,),
    FormField.CITY: (FormField.COUNTRY, FormField.STATE),
    FormField.STATE: (FormField.COUNTRY,),
    FormField.POSTAL_CODE: (FormField.COUNTRY, FormField.STATE, FormField.CITY),
    FormField.PHONE_NUMBER: (FormField.COUNTRY,),
}
"""The fields that the check of a field depends on; a change in them counts as its change."""

_AGREEMENT_CONTACT: Mapping[FormField, FormField] = {
    FormField.AGREEMENT_FIRST_NAME: FormField.FIRST_NAME,
    FormField.AGREEMENT_LAST_NAME: FormField.LAST_NAME,
    FormField.AGREEMENT_EMAIL: FormField.EMAIL,
    FormField.AGREEMENT_PHONE: FormField.PHONE_NUMBER,
}


def questions(values: Values, at: FormContext) -> list[Question]:
    """Return the fields that the form asks, in order; they depend on the typed texts."""
    values = _bounded(values)
    return [question(field, block, values, at) for field, block in asked_fields(values, at).items()]


def check(field: FormField, values: Values, at: FormContext) -> Checked:
    """Check one field in the context of the others.

    A field that the form does not ask has an empty value; a text in it has reasons only if the
    field is in `_CHECKED_UNASKED`.
    """
    bounded = _bounded(values)
    return _check(field, values, bounded, at, asked=field in asked_fields(bounded, at))


def check_all(values: Values, at: FormContext) -> tuple[dict[FormField, str], tuple[Reason, ...]]:
    """Return the normalised values of all asked fields, and all reasons in the form's order.

    Empty fields in `_DEFAULTED` get their proposals.
    """
    bounded = _bounded(values)
    asked = asked_fields(bounded, at)
    stored: dict[FormField, str] = {}
    reasons: list[Reason] = []
    for field in (*asked, *(field for field in _CHECKED_UNASKED if field not in asked)):
        checked = _check(field, values, bounded, at, asked=field in asked)
        reasons.extend(checked.reasons)
        if field in asked:
            stored[field] = checked.value
    return stored, tuple(reasons)


def proposals(values: Values, at: FormContext) -> dict[FormField, str]:
    """Return a proposed value for some fields; a value is empty if there is none to propose."""
    values = _bounded(values)
    country = country_of(values) or own_country(at)
    proposed = {
        FormField.COUNTRY: own_country(at),
        FormField.LANGUAGE: default_language(country),
        FormField.CULTURE: default_culture(country),
    }
    if not at.editing:
        proposed[FormField.DOMAIN_PREFIX] = prefix_from(_text(FormField.COMPANY_NAME, values))
        proposed[FormField.AGREEMENT] = AgreementWay.BY_CUSTOMER.value
        proposed |= {field: _text(of, values) for field, of in _AGREEMENT_CONTACT.items()}
    return proposed


def _bounded(values: Values) -> dict[FormField, str]:
    """Return the values that a field can hold, so that no check runs on a huge text."""
    return {field: text for field, text in values.items() if not unfit(field, text.strip())}


def _text(field: FormField, values: Values) -> str:
    return values.get(field, "").strip()


def _check(
    field: FormField, values: Values, bounded: Values, at: FormContext, *, asked: bool
) -> Checked:
    """Check a field; an unchanged value of an existing customer is warned about, not refused."""
    text = _text(field, values)
    reason = unfit(field, text)
    if not asked:
        checked = Checked("") if reason else _unasked(field, text, bounded, at)
    elif reason:
        checked = Checked(text, (reason,))
    else:
        checked = _asked(field, text, bounded, at)
    if not checked.refused or not _is_unchanged(field, values, at):
        return checked
    warnings = tuple(replace(reason, refuses=False) for reason in checked.reasons)
    return replace(checked, reasons=warnings)


def _asked(field: FormField, text: str, values: Values, at: FormContext) -> Checked:
    """Check a field that the form asks; an empty field in `_DEFAULTED` gets its proposal."""
    if not text and field in _DEFAULTED:
        text = proposals(values, at).get(field, "")
    country = country_of(values)
    if text:
        checked = _CHECKS.get(field, _any_text)(text, values, at)
    elif needed(field, country) and field not in _DEFAULTED:
        label, example = label_of(field, country), example_of(field, values, at)
        checked = Checked("", (missing(field, country, label, example),))
    else:
        checked = Checked("")
    if field is FormField.COUNTRY:
        more = [*(market_reasons(country, at) if country else ()), *cloud_reasons(at)]
        return replace(checked, reasons=(*checked.reasons, *more))
    return checked


def _unasked(field: FormField, text: str, values: Values, at: FormContext) -> Checked:
    """Check a text in a field that the form does not ask; its value is empty."""
    if not text or field not in _CHECKED_UNASKED:
        return Checked("")
    if at.editing and field in {FormField.ASSOCIATED_PARTNER_ID, FormField.AGREEMENT}:
        return Checked("")
    return replace(_CHECKS[field](text, values, at), value="")


def _is_unchanged(field: FormField, values: Values, at: FormContext) -> bool:
    """Say whether an edited field, and the fields it depends on, have their stored values."""
    if at.before is None or _text(field, values) != _text(field, at.before):
        return False
    now, then = _bounded(values), _bounded(at.before)
    return all(
        _comparable(other, now) == _comparable(other, then) for other in _DEPENDS_ON.get(field, ())
    )


def _comparable(field: FormField, values: Values) -> str:
    """Return a value in the same form however it is spelled: a code, a key or folded text."""
    if field is FormField.COUNTRY and (country := country_of(values)):
        return country
    if field is FormField.STATE and not addresses.has(country_of(values), field):
        return ""
    if field is FormField.STATE and (state := state_of(values)):
        return state
    return fold(_text(field, values))


def _any_text(text: str, _values: Values, _at: FormContext) -> Checked:
    return Checked(text)


def _company_name(text: str, _values: Values, _at: FormContext) -> Checked:
    return Checked(text, tuple(name_warnings(text)))


def _domain_prefix(text: str, _values: Values, at: FormContext) -> Checked:
    return check_prefix(text, at.cloud)


def _registration_number(text: str, values: Values, _at: FormContext) -> Checked:
    return registration.check_number(text, country_of(values))


def _country(text: str, _values: Values, _at: FormContext) -> Checked:
    return check_country(text)


def _city(text: str, values: Values, _at: FormContext) -> Checked:
    return check_city(text, values)


def _state(text: str, values: Values, _at: FormContext) -> Checked:
    return check_state(text, values)


def _postal_code(text: str, values: Values, _at: FormContext) -> Checked:
    return check_postal_code(text, values)


def _language(text: str, values: Values, _at: FormContext) -> Checked:
    return check_language(text, country_of(values))


def _culture(text: str, values: Values, _at: FormContext) -> Checked:
    return check_culture(text, country_of(values))


def _agreement(text: str, _values: Values, at: FormContext) -> Checked:
    return agreement.check_way(text, at)


def _agreement_date(text: str, _values: Values, at: FormContext) -> Checked:
    return agreement.check_date(text, at)


def _reseller(text: str, _values: Values, at: FormContext) -> Checked:
    return agreement.check_reseller(text, at)


def _email(text: str, _values: Values, _at: FormContext) -> Checked:
    return check_email(FormField.EMAIL, text)


def _agreement_email(text: str, _values: Values, _at: FormContext) -> Checked:
    return check_email(FormField.AGREEMENT_EMAIL, text)


def _phone(text: str, values: Values, _at: FormContext) -> Checked:
    return check_phone(FormField.PHONE_NUMBER, text, country_of(values))


def _agreement_phone(text: str, values: Values, _at: FormContext) -> Checked:
    return check_phone(FormField.AGREEMENT_PHONE, text, country_of(values))


_CHECKS: Mapping[FormField, Callable[[str, Values, FormContext], Checked]] = {
    FormField.COMPANY_NAME: _company_name,
    FormField.DOMAIN_PREFIX: _domain_prefix,
    FormField.REGISTRATION_NUMBER: _registration_number,
    FormField.COUNTRY: _country,
    FormField.CITY: _city,
    FormField.STATE: _state,
    FormField.POSTAL_CODE: _postal_code,
    FormField.EMAIL: _email,
    FormField.PHONE_NUMBER: _phone,
    FormField.LANGUAGE: _language,
    FormField.CULTURE: _culture,
    FormField.ASSOCIATED_PARTNER_ID: _reseller,
    FormField.AGREEMENT: _agreement,
    FormField.AGREEMENT_EMAIL: _agreement_email,
    FormField.AGREEMENT_PHONE: _agreement_phone,
    FormField.AGREEMENT_DATE: _agreement_date,
}
"""The check of each field that has more rules than length and characters."""
