"""The fields that the form asks, in order, with their labels, hints and options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.accounts.accounts import PartnerKind
from partnerdesk.models.core.text import fold, in_latin
from partnerdesk.models.customers.form import addresses, postal_codes, preferences, registration
from partnerdesk.models.customers.form.address_checks import country_of, state_of
from partnerdesk.models.customers.form.agreement import agreement_asked, attests, reseller_asked
from partnerdesk.models.customers.form.contact import phone_example
from partnerdesk.models.customers.form.fields import (
    BLOCK_TITLES,
    FIELD_TITLES,
    WAY_TITLES,
    AgreementWay,
    Block,
    FormContext,
    FormField,
    Values,
)
from partnerdesk.models.customers.form.markets import own_country
from partnerdesk.models.forms.question import Option, Question
from partnerdesk.models.languages import N_, _
from partnerdesk.models.values.countries import codes, country_name

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONTACT = (FormField.FIRST_NAME, FormField.LAST_NAME, FormField.EMAIL, FormField.PHONE_NUMBER)
_ATTESTED = (
    FormField.AGREEMENT_FIRST_NAME,
    FormField.AGREEMENT_LAST_NAME,
    FormField.AGREEMENT_EMAIL,
    FormField.AGREEMENT_PHONE,
    FormField.AGREEMENT_DATE,
)

_ALWAYS_NEEDED = frozenset(
    {
        FormField.COMPANY_NAME,
        FormField.DOMAIN_PREFIX,
        FormField.ADDRESS_LINE1,
        FormField.COUNTRY,
        FormField.FIRST_NAME,
        FormField.LAST_NAME,
        FormField.EMAIL,
        FormField.LANGUAGE,
        FormField.CULTURE,
        FormField.AGREEMENT,
        FormField.AGREEMENT_FIRST_NAME,
        FormField.AGREEMENT_LAST_NAME,
        FormField.AGREEMENT_EMAIL,
        FormField.AGREEMENT_DATE,
    }
)
"""Fields that are required whenever they are asked; the country decides about the others."""

_HINTS: Mapping[FormField, str] = {
    FormField.COMPANY_NAME: N_("The exact legal name, such as Contoso GmbH."),
    FormField.DOMAIN_PREFIX: N_("A free name of letters, digits and hyphens, such as contoso."),
    FormField.REGISTRATION_NUMBER: N_("The company's own number, as in official papers."),
    FormField.COUNTRY: N_("A name or a code of two letters, such as PT."),
    FormField.ADDRESS_LINE1: N_("Street and number, such as Rua Augusta 24."),
    FormField.ADDRESS_LINE2: N_("Building, floor or office, if there is one."),
    FormField.CITY: N_("The town as its address has it, such as Lisboa."),
    FormField.STATE: N_("The part of the country that the address names."),
    FormField.POSTAL_CODE: N_("As the post writes it."),
    FormField.FIRST_NAME: N_("The first name of the contact, such as Anna."),
    FormField.LAST_NAME: N_("The last name of the contact, such as Silva."),
    FormField.EMAIL: N_("An address that is read, such as anna@contoso.com."),
    FormField.LANGUAGE: N_("The language of letters to the customer, such as pt."),
    FormField.CULTURE: N_("Language and country, for dates and currency, such as pt-PT."),
    FormField.ASSOCIATED_PARTNER_ID: N_("The reseller's tenant id; empty for your own customer."),
    FormField.AGREEMENT: N_("Whether you attest that it is accepted, or the customer accepts."),
    FormField.AGREEMENT_FIRST_NAME: N_("The first name of the person who accepted."),
    FormField.AGREEMENT_LAST_NAME: N_("The last name of the person who accepted."),
    FormField.AGREEMENT_EMAIL: N_("The e-mail address of the person who accepted."),
}


def asked_fields(values: Values, at: FormContext) -> dict[FormField, Block]:
    """Return the fields that the form asks, in order, each with its block."""
    country = country_of(values)
    asked = dict.fromkeys(_company_fields(at), Block.COMPANY)
    asked |= dict.fromkeys(_address_fields(country), Block.ADDRESS)
    asked |= dict.fromkeys(_CONTACT, Block.CONTACT)
    asked |= dict.fromkeys((FormField.LANGUAGE, FormField.CULTURE), Block.PREFERENCES)
    if reseller_asked(at):
        asked[FormField.ASSOCIATED_PARTNER_ID] = Block.RESELLER
    if agreement_asked(at):
        asked[FormField.AGREEMENT] = Block.AGREEMENT
    if attests(values, at):
        asked |= dict.fromkeys(_ATTESTED, Block.AGREEMENT)
    return asked


def needed(field: FormField, country: str) -> bool:
    """Say whether an asked field is required in a country."""
    if field in _ALWAYS_NEEDED:
        return True
    if field in {FormField.REGISTRATION_NUMBER, FormField.PHONE_NUMBER}:
        return country in registration.REQUIRED
    if field in {FormField.CITY, FormField.STATE, FormField.POSTAL_CODE}:
        return addresses.needs(country, field)
    return False


def question(field: FormField, block: Block, values: Values, at: FormContext) -> Question:
    """Return a field with its label, hint and options for the typed texts."""
    country = country_of(values)
    return Question(
        field,
        label_of(field, country),
        _(BLOCK_TITLES[block]),
        needed(field, country),
        hint_of(field, values, at),
        _options(field, country, at),
        f".{at.cloud.domain_suffix}" if field is FormField.DOMAIN_PREFIX else "",
    )


def label_of(field: FormField, country: str) -> str:
    """Return the label of a field in a country, translated."""
    if field is FormField.REGISTRATION_NUMBER:
        return registration.number_label(country)
    labels = {
        FormField.STATE: addresses.state_label,
        FormField.CITY: addresses.city_label,
        FormField.POSTAL_CODE: addresses.postal_label,
    }
    if country and field in labels:
        return _(labels[field](country))
    return _(FIELD_TITLES[field])


def hint_of(field: FormField, values: Values, at: FormContext) -> str:
    """Return the hint of a field: an example for the country, else a general one. Translated."""
    example = example_of(field, values, at)
    if example:
        return _("For example {example}.").format(example=example)
    return _(_HINTS.get(field, ""))


def example_of(field: FormField, values: Values, at: FormContext) -> str:
    """Return a valid value of a field in the country; empty if none is known."""
    country = country_of(values)
    if field is FormField.POSTAL_CODE:
        return postal_codes.postal_example(country, state_of(values)) if country else ""
    if field is FormField.REGISTRATION_NUMBER:
        return registration.EXAMPLES.get(country, "")
    if field in {FormField.PHONE_NUMBER, FormField.AGREEMENT_PHONE}:
        return phone_example(country)
    if field is FormField.CULTURE:
        return preferences.default_culture(country)
    if field is FormField.LANGUAGE:
        return preferences.default_language(country)
    if field is FormField.AGREEMENT_DATE:
        return at.today.isoformat()
    if field is FormField.STATE and (places := addresses.states(country)):
        return addresses.state_title(country, places[0].key)
    return ""


def _company_fields(at: FormContext) -> list[FormField]:
    fields = [FormField.COMPANY_NAME, FormField.DOMAIN_PREFIX, FormField.REGISTRATION_NUMBER]
    is_fixed = at.before is not None and FormField.DOMAIN_PREFIX not in at.before
    return [field for field in fields if not (is_fixed and field is FormField.DOMAIN_PREFIX)]


def _address_fields(country: str) -> list[FormField]:
    """Return the address fields of a country; the country comes first, as it decides the rest."""
    rest = [
        field
        for field in addresses.field_order(country)
        if field is FormField.CITY or addresses.has(country, field)
    ]
    return [FormField.COUNTRY, FormField.ADDRESS_LINE1, FormField.ADDRESS_LINE2, *rest]


def _options(field: FormField, country: str, at: FormContext) -> tuple[Option, ...]:
    if field is FormField.COUNTRY:
        return _countries(own_country(at))
    if field is FormField.STATE:
        places = addresses.states(country)
        titled = [Option(item.key, _state_title(country, item.key)) for item in places]
        return tuple(sorted(titled, key=lambda option: fold(option.title)))
    if field is FormField.LANGUAGE:
        return preferences.language_options(country)
    if field is FormField.CULTURE:
        return preferences.culture_options(country)
    if field is FormField.AGREEMENT:
        return tuple(
            Option(way.value, _(title))
            for way, title in WAY_TITLES.items()
            if way is AgreementWay.BY_CUSTOMER or at.kind is not PartnerKind.INDIRECT_RESELLER
        )
    return ()


def _state_title(country: str, state: str) -> str:
    """Return a state's Latin name, followed by its key if that is in another script."""
    title = addresses.state_title(country, state)
    return title if in_latin(state) else f"{title} · {state}"


def _countries(first: str) -> tuple[Option, ...]:
    """Return all countries in order of their names, but the country with code `first` first."""
    options = [Option(code, country_name(code)) for code in codes()]
    return tuple(sorted(options, key=lambda item: (item.value != first, fold(item.title))))
