"""The front of the form's rules: what is asked, what is right, and what is proposed.

Pure: it takes what is typed and the circumstances, and touches nothing. Rules and their sources:
`reference/rules.md §2-6` and `reference/resources.md`, *Customer* and *Address*.
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
"""Fields that are filled in where they are empty. Only where the country is not known (which is
refused on its own) there is nothing to fill in."""

_SPOKEN_OF_UNASKED = (
    FormField.STATE,
    FormField.POSTAL_CODE,
    FormField.ASSOCIATED_PARTNER_ID,
    FormField.AGREEMENT,
)
"""Fields that are spoken of where something is typed though they are not asked."""

_LEANS_ON: Mapping[FormField, tuple[FormField, ...]] = {
    FormField.REGISTRATION_NUMBER: (FormField.COUNTRY,),
    FormField.CITY: (FormField.COUNTRY, FormField.STATE),
    FormField.STATE: (FormField.COUNTRY,),
    FormField.POSTAL_CODE: (FormField.COUNTRY, FormField.STATE, FormField.CITY),
    FormField.PHONE_NUMBER: (FormField.COUNTRY,),
}
"""Fields that are judged by others: where one of those is changed, they are no longer as before."""

_AGREEMENT_CONTACT: Mapping[FormField, FormField] = {
    FormField.AGREEMENT_FIRST_NAME: FormField.FIRST_NAME,
    FormField.AGREEMENT_LAST_NAME: FormField.LAST_NAME,
    FormField.AGREEMENT_EMAIL: FormField.EMAIL,
    FormField.AGREEMENT_PHONE: FormField.PHONE_NUMBER,
}


def questions(values: Values, at: FormContext) -> list[Question]:
    """Return the fields that are asked now, in order; they follow what is typed already."""
    values = _bounded(values)
    return [question(field, block, values, at) for field, block in asked_fields(values, at).items()]


def check(field: FormField, values: Values, at: FormContext) -> Checked:
    """Check one field as it stands among the others.

    One that is not asked is empty; of some that are typed nevertheless a reason is given.
    """
    bounded = _bounded(values)
    return _check(field, values, bounded, at, asked=field in asked_fields(bounded, at))


def check_all(values: Values, at: FormContext) -> tuple[dict[FormField, str], tuple[Reason, ...]]:
    """Return the normalised values of all asked fields, and all reasons in the order of asking.

    Language, culture and agreement get what `proposals` has, where they are empty.
    """
    bounded = _bounded(values)
    asked = asked_fields(bounded, at)
    stored: dict[FormField, str] = {}
    reasons: list[Reason] = []
    for field in (*asked, *(field for field in _SPOKEN_OF_UNASKED if field not in asked)):
        found = _check(field, values, bounded, at, asked=field in asked)
        reasons.extend(found.reasons)
        if field in asked:
            stored[field] = found.value
    return stored, tuple(reasons)


def proposals(values: Values, at: FormContext) -> dict[FormField, str]:
    """Return what fields could be filled in with; empty where there is nothing to propose."""
    values = _bounded(values)
    country = country_of(values) or own_country(at)
    found = {
        FormField.COUNTRY: own_country(at),
        FormField.LANGUAGE: default_language(country),
        FormField.CULTURE: default_culture(country),
    }
    if not at.editing:
        found[FormField.DOMAIN_PREFIX] = prefix_from(_text(FormField.COMPANY_NAME, values))
        found[FormField.AGREEMENT] = AgreementWay.BY_CUSTOMER.value
        found |= {field: _text(of, values) for field, of in _AGREEMENT_CONTACT.items()}
    return found


def _bounded(values: Values) -> dict[FormField, str]:
    """Return the values without those that no field can hold, so that no look at them is dear."""
    return {field: text for field, text in values.items() if not unfit(field, text.strip())}


def _text(field: FormField, values: Values) -> str:
    return values.get(field, "").strip()


def _check(
    field: FormField, values: Values, bounded: Values, at: FormContext, *, asked: bool
) -> Checked:
    """Check a field; what was there before and is not changed is never refused."""
    text = _text(field, values)
    reason = unfit(field, text)
    if not asked:
        found = Checked("") if reason else _unasked(field, text, bounded, at)
    elif reason:
        found = Checked(text, (reason,))
    else:
        found = _filled(field, text, bounded, at)
    if not found.refused or not _as_before(field, values, at):
        return found
    mild = tuple(replace(reason, refuses=False) for reason in found.reasons)
    return replace(found, reasons=mild)


def _filled(field: FormField, text: str, values: Values, at: FormContext) -> Checked:
    """Check a field that is asked; an empty one gets its default, if it has one."""
    if not text and field in _DEFAULTED:
        text = proposals(values, at).get(field, "")
    country = country_of(values)
    if text:
        found = _CHECKS.get(field, _as_it_is)(text, values, at)
    elif needed(field, country) and field not in _DEFAULTED:
        label, example = label_of(field, country), example_of(field, values, at)
        found = Checked("", (missing(field, country, label, example),))
    else:
        found = Checked("")
    if field is FormField.COUNTRY:
        more = [*(market_reasons(country, at) if country else ()), *cloud_reasons(at)]
        return replace(found, reasons=(*found.reasons, *more))
    return found


def _unasked(field: FormField, text: str, values: Values, at: FormContext) -> Checked:
    """Return what is said of something typed in a field that is not asked."""
    if not text or field not in _SPOKEN_OF_UNASKED:
        return Checked("")
    if at.editing and field in {FormField.ASSOCIATED_PARTNER_ID, FormField.AGREEMENT}:
        return Checked("")
    return replace(_CHECKS[field](text, values, at), value="")


def _as_before(field: FormField, values: Values, at: FormContext) -> bool:
    """Whether an edited field, and what it is judged by, is as it is stored."""
    if at.before is None or _text(field, values) != _text(field, at.before):
        return False
    now, then = _bounded(values), _bounded(at.before)
    return all(_meant(other, now) == _meant(other, then) for other in _LEANS_ON.get(field, ()))


def _meant(field: FormField, values: Values) -> str:
    if field is FormField.COUNTRY and (country := country_of(values)):
        return country
    if field is FormField.STATE and not addresses.has(country_of(values), field):
        return ""
    if field is FormField.STATE and (state := state_of(values)):
        return state
    return fold(_text(field, values))


def _as_it_is(text: str, _values: Values, _at: FormContext) -> Checked:
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
"""The check of each field that has one besides its length and characters."""
