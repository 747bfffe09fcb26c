"""The fields that an imported row may carry, what they are called, and headings that mean them."""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from partnerdesk.models.core.text import fold
from partnerdesk.models.customers.records import BILLING, COMPANY, CUSTOMER, TAG
from partnerdesk.models.languages import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence


class ImportField(StrEnum):
    """A field of a customer that a column of a file can hold; its value is its name in the book."""

    MICROSOFT_ID = "microsoft_id"
    COMPANY_NAME = "company_name"
    PRIMARY_DOMAIN = "primary_domain"
    RELATIONSHIP = "relationship_to_partner"
    COUNTRY = "country"
    INDIRECT_RESELLER = "indirect_reseller"
    TAGS = "tags"
    REGISTRATION_NUMBER = "organization_registration_number"
    EMAIL = "email"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    ADDRESS_LINE1 = "address_line1"
    ADDRESS_LINE2 = "address_line2"
    CITY = "city"
    STATE = "state"
    POSTAL_CODE = "postal_code"
    PHONE_NUMBER = "phone_number"


PORTAL_FIELDS = (
    ImportField.MICROSOFT_ID,
    ImportField.COMPANY_NAME,
    ImportField.PRIMARY_DOMAIN,
    ImportField.RELATIONSHIP,
)
"""What every export of Partner Center's customer list has (`reference/rules.md §14`)."""

BILLING_FIELDS = (
    ImportField.EMAIL,
    ImportField.FIRST_NAME,
    ImportField.LAST_NAME,
    ImportField.ADDRESS_LINE1,
    ImportField.ADDRESS_LINE2,
    ImportField.CITY,
    ImportField.STATE,
    ImportField.POSTAL_CODE,
    ImportField.PHONE_NUMBER,
)
"""What is kept in the billing profile."""

_WORDS: dict[str, str] = {
    **BILLING.fields,
    **COMPANY.fields,
    **CUSTOMER.fields,
    ImportField.COMPANY_NAME: N_("Company name"),
    ImportField.PRIMARY_DOMAIN: N_("Primary domain name"),
    ImportField.INDIRECT_RESELLER: N_("Reseller"),
    ImportField.TAGS: TAG.fields["name"],
}
FIELD_TITLES = {field: _WORDS[field] for field in ImportField}
"""What each field is called on the screen and in files."""

LINE_TITLE, REASON_TITLE = N_("Line"), N_("Reason")
"""Headings of the two columns that a file of refused rows has more; import leaves them out."""

_HEADINGS = {
    ImportField.MICROSOFT_ID: (
        "Microsoft ID, MicrosoftId, companyProfile.tenantId, Tenant ID, Customer tenant ID, "
        "Directory ID, Идентификатор Майкрософт, Идентификатор Microsoft, ИД Майкрософт, "
        "ИД Microsoft, Код Microsoft, Код Майкрософт, ID Microsoft, ИД клиента Майкрософт, "
        "Идентификатор арендатора, ИД арендатора, ИД клиента, Идентификатор клиента, Mandanten-ID, "
        "Mandanten-Kennung, Verzeichnis-ID, Microsoft-Kennung, Tenant, Customer ID, "
        "CustomerTenantId, Kunden-ID, GUID, ID"
    ),
    ImportField.COMPANY_NAME: (
        "Company name, companyProfile.companyName, Company, Customer company name, Customer name, "
        "Legal name, Organization name, Organization, Organisation, Название компании, "
        "Наименование компании, Имя компании, Название организации, Наименование организации, "
        "Имя организации, Компания, Организация, Наименование, Название, Имя клиента, "
        "Название клиента, Firmenname, Name der Firma, Name des Unternehmens, Unternehmensname, "
        "Firma, Unternehmen, Kundenname, Customer, Клиент, Kunde, Display name, Name"
    ),
    ImportField.PRIMARY_DOMAIN: (
        "Primary domain name, companyProfile.domain, Primary domain, Default domain name, "
        "Default domain, Domain name, Основное доменное имя, Имя основного домена, "
        "Первичное доменное имя, Имя первичного домена, Основной домен, Первичный домен, "
        "Доменное имя, Имя домена, Primärer Domänenname, Name der primären Domäne, "
        "Primäre Domäne, Primärdomäne, Primäre Domain, Domänenname, Domain, Домен, Domäne"
    ),
    ImportField.RELATIONSHIP: (
        "Relationship, relationshipToPartner, Relationship to partner, Relationship type, "
        "Relationships, Отношение, Отношения, Тип отношений, Отношение с партнером, "
        "Отношения с партнером, Связь, Взаимоотношения, Beziehung, Beziehungen, "
        "Beziehung zum Partner, Geschäftsbeziehung, Art der Beziehung"
    ),
    ImportField.COUNTRY: (
        "Country, Country code, billingProfile.defaultAddress.country, Country/region, "
        "Country or region, Страна, Код страны, Страна/регион, Land, Ländercode, "
        "Länderkennzeichen, Land/Region"
    ),
    ImportField.INDIRECT_RESELLER: (
        "Indirect reseller, Reseller, Indirect reseller name, Reseller name, "
        "Непрямой торговый посредник, Косвенный торговый посредник, Торговый посредник, Посредник, "
        "Реселлер, Indirekter Handelspartner, Indirekter Vertriebspartner, "
        "Indirekter Wiederverkäufer, Handelspartner, Wiederverkäufer, Vertriebspartner"
    ),
    ImportField.TAGS: "Tags, Tag, Labels, Теги, Тег, Метки, Метка, Schlagwörter, Schlagworte",
    ImportField.REGISTRATION_NUMBER: (
        "Organization registration number, companyProfile.organizationRegistrationNumber, "
        "Company registration number, Registration number, Registration ID, INN, ИНН, "
        "Регистрационный номер, Регистрационный номер организации, Registrierungsnummer, "
        "Handelsregisternummer"
    ),
    ImportField.EMAIL: (
        "Email, E-mail, billingProfile.email, Email address, E-mail address, Электронная почта, "
        "Адрес электронной почты, Эл. почта, Почта, E-Mail-Adresse"
    ),
    ImportField.FIRST_NAME: "First name, billingProfile.firstName, Given name, Имя, Vorname",
    ImportField.LAST_NAME: (
        "Last name, billingProfile.lastName, Surname, Family name, Фамилия, Nachname, Familienname"
    ),
    ImportField.ADDRESS_LINE1: (
        "Address line 1, billingProfile.defaultAddress.addressLine1, Address 1, Address, "
        "Street address, Street, Адрес, Адрес 1, Строка адреса 1, Улица, Adresszeile 1, Adresse, "
        "Adresse 1, Straße, Strasse"
    ),
    ImportField.ADDRESS_LINE2: (
        "Address line 2, billingProfile.defaultAddress.addressLine2, Address 2, Адрес 2, "
        "Строка адреса 2, Adresszeile 2, Adresse 2, Adresszusatz"
    ),
    ImportField.CITY: (
        "City, billingProfile.defaultAddress.city, Town, Город, Населенный пункт, Stadt, Ort"
    ),
    ImportField.STATE: (
        "State, billingProfile.defaultAddress.state, State/province, State or province, Province, "
        "Область, Регион, Край, Штат, Bundesland, Provinz"
    ),
    ImportField.POSTAL_CODE: (
        "Postal code, billingProfile.defaultAddress.postalCode, ZIP, ZIP code, Postcode, "
        "Почтовый индекс, Индекс, Postleitzahl, PLZ"
    ),
    ImportField.PHONE_NUMBER: (
        "Phone number, billingProfile.defaultAddress.phoneNumber, Phone, Telephone, Телефон, "
        "Номер телефона, Telefon, Telefonnummer, Rufnummer"
    ),
}
"""Headings by field, the surest first: the portal's in three languages, REST names, usual words."""

_DOUBTFUL = "ID, GUID, Tenant, Customer ID, Kunden-ID, ИД клиента, Идентификатор клиента"
_OWN_LINE, _OWN_REASON = "Line, Строка, Zeile", "Reason, Причина, Grund"


def key(text: str) -> str:
    """Return `text` as headings and words are compared: folded, letters and digits only."""
    return "".join(letter for letter in fold(text) if letter.isalnum())


def headings() -> dict[ImportField, list[str]]:
    """Return the keys of the headings that mean each field, the surest first.

    The book's own name of a field comes first; its title in the language in use is known too.
    """
    return {
        field: [
            key(heading)
            for heading in (field, _(FIELD_TITLES[field]), *_HEADINGS[field].split(", "))
        ]
        for field in ImportField
    }


def doubtful_headings() -> frozenset[str]:
    """Return the keys of headings that mean the Microsoft ID only where GUIDs stand below."""
    return frozenset(key(heading) for heading in _DOUBTFUL.split(", "))


def own_places(columns: Sequence[str]) -> set[int]:
    """Return the indexes of the two columns that a file of refused rows has added, if it is one."""
    line = {key(heading) for heading in (*_OWN_LINE.split(", "), _(LINE_TITLE))}
    reason = {key(heading) for heading in (*_OWN_REASON.split(", "), _(REASON_TITLE))}
    keys = [key(column) for column in columns]
    for place, pair in enumerate(pairwise(keys)):
        if pair[0] in line and pair[1] in reason:
            return {place, place + 1}
    return set()
