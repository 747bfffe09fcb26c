"""Registration numbers: the countries that require them, their local names, and their check.

Microsoft documents only the pattern of Belarus, nine characters. So a number that python-stdnum
rejects is warned about, never refused (`reference/rules.md §4`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.customers.form.reasons import (
    NUMBER_LIBRARY,
    SECTION_4,
    Checked,
    quoted,
    refusal,
    warning,
)
from partnerdesk.models.languages import N_, _
from partnerdesk.models.values.countries import country_name

if TYPE_CHECKING:
    from collections.abc import Mapping

_GROUP_A = "AM AZ BY HU KZ KG MD RU TJ UA UZ"
"""Countries that require the number since November 2020."""
_GROUP_B = "AE BR IN IQ MM PL SA SS TH TR VE VN ZA"
"""Countries that require the number since 25 March 2021."""
REQUIRED = frozenset(f"{_GROUP_A} {_GROUP_B}".split())
"""Countries that require the number and the contact's phone; not US and CN (group C)."""

KINDS: Mapping[str, str] = {
    "AE": N_("Tax id or VAT number"),
    "AM": N_("INN or VAT number"),
    "AZ": N_("TIN / INN"),
    "BR": "CNPJ",
    "BY": N_("UNP"),
    "CN": N_("TIN"),
    "HU": N_("TIN"),
    "IN": N_("Tax id / PAN"),
    "IQ": N_("TIN"),
    "KG": N_("INN"),
    "KZ": N_("BIN / IIN"),
    "MD": "IDNO / IDNP",
    "MM": N_("TIN"),
    "PL": N_("TIN / PESEL"),
    "RU": N_("INN"),
    "SA": N_("TIN"),
    "SS": N_("TIN"),
    "TH": N_("TIN"),
    "TJ": N_("INN / EIN / KPP"),
    "TR": N_("TIN / NIN"),
    "UA": N_("EDRPOU"),
    "US": "EIN",
    "UZ": N_("INN"),
    "VE": "RIF",
    "VN": N_("TIN"),
    "ZA": "TRN",
}
"""The local name of the number by country; those with `N_` are translated."""

EXAMPLES: Mapping[str, str] = {
    "BR": "33.000.167/0001-01",
    "BY": "200988541",
    "HU": "12892312",
    "IN": "AAPFU0939F",
    "MD": "1008600038413",
    "PL": "8567346215",
    "PT": "501964843",
    "RU": "7707083893",
    "TR": "4540536920",
    "UA": "32855961",
    "US": "91-1144442",
    "VE": "J-00012345-4",
    "VN": "0100112437",
}
"""A sample number by country, if its form is known."""

_COMPANY: Mapping[str, str] = {
    "AR": "cuit", "AU": "abn acn", "AZ": "voen", "BE": "vat", "BG": "vat", "BR": "cnpj",
    "BY": "unp", "CH": "uid vat", "CL": "rut", "CN": "uscc", "CO": "nit", "CZ": "dic", "DK": "cvr",
    "EC": "ruc", "EE": "registrikood kmkr", "ES": "cif nif", "FI": "ytunnus alv",
    "FR": "siren siret tva", "GR": "vat", "HR": "oib", "HU": "anum", "IL": "hp", "IN": "pan gstin",
    "IT": "iva", "JP": "cn", "KR": "brn", "LV": "pvn", "MD": "idno", "MX": "rfc", "NO": "orgnr mva",
    "PE": "ruc", "PL": "nip regon", "PT": "nif", "PY": "ruc", "RO": "cui", "RS": "pib", "RU": "inn",
    "SE": "orgnr vat", "SG": "uen", "TH": "moa", "TR": "vkn", "TW": "ubn", "UA": "edrpou",
    "US": "ein", "UY": "rut", "VE": "rif", "VN": "mst",
}  # fmt: skip
"""The modules of python-stdnum for company numbers, by country; one must accept a number."""

_PERSONAL: Mapping[str, str] = {
    "BR": "cpf", "CN": "ric", "IN": "aadhaar", "PL": "pesel", "TH": "pin", "TR": "tckimlik",
    "UA": "rntrc", "ZA": "idnr",
}  # fmt: skip
"""Modules for ids of persons that differ in form from company numbers, by country."""

_BELARUS = re.compile(r"[0-9A-Za-zА-Яа-я]{9}")
_LONGEST_KNOWN = 40


def number_label(country: str) -> str:
    """Return the name of the number in a country, translated."""
    kind = KINDS.get(country)
    return _(kind) if kind else _("Registration number")


def check_number(text: str, country: str) -> Checked:
    """Check a registration number; only a malformed number of Belarus is refused."""
    field = FormField.REGISTRATION_NUMBER
    if country == "BY" and not _BELARUS.fullmatch(text):
        sentence = _(
            "{number} is no UNP of Belarus: it has exactly 9 digits or letters, such as {example}."
        )
        message = sentence.format(number=quoted(text), example=EXAMPLES["BY"])
        return Checked(text, (refusal(field, "wrong-form", message, SECTION_4, _nine(text)),))
    if _accepted(country, _COMPANY, text) is not False:
        return Checked(text)
    if _accepted(country, _PERSONAL, text):
        sentence = _("{number} looks like a person's id. Write the company's own number: {label}.")
        problem = "personal"
    else:
        sentence = _(
            "{number} does not look like a company's number in {country} ({label}). "
            "Check it against official papers."
        )
        problem = "doubtful"
    message = sentence.format(
        number=quoted(text), label=number_label(country), country=country_name(country)
    )
    return Checked(text, (warning(field, problem, message, NUMBER_LIBRARY),))


def _nine(text: str) -> str:
    """Return a number of Belarus without separators; empty if it still has a wrong form."""
    squeezed = re.sub(r"[\s./-]", "", text)
    return squeezed if _BELARUS.fullmatch(squeezed) else ""


def _accepted(country: str, modules: Mapping[str, str], text: str) -> bool | None:
    """Say whether a module accepts the number; None if the country has no module."""
    from stdnum import get_cc_module

    names = modules.get(country)
    if names is None:
        return None
    if len(text) > _LONGEST_KNOWN or not text.isascii():
        return False
    if country == "HU":  # the library knows the first eight of eleven digits
        text = re.sub(r"^(\d{8})-?\d-?\d\d$", r"\1", text)
    validators = [get_cc_module(country, name) for name in names.split()]
    return any(module is not None and _valid(module, text) for module in validators)


def _valid(module: object, text: str) -> bool:
    try:
        return bool(module.is_valid(text))  # type: ignore[attr-defined]
    except (ValueError, LookupError, TypeError):  # the library fails on some invalid numbers
        return False
