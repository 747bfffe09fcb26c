"""The rules of the Add-customer form: a table of cases by country, by field and by cloud."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import NamedTuple

import pytest

from partnerdesk.models.accounts.accounts import PartnerKind
from partnerdesk.models.core.verdicts import Verdict, verdict_of
from partnerdesk.models.customers.form import checks
from partnerdesk.models.customers.form.fields import FormContext, FormField
from partnerdesk.models.languages import speak
from partnerdesk.models.settings import load as settings

F = FormField
TODAY = date(2026, 3, 10)

COMMON = {
    "company_name": "Contoso Works",
    "domain_prefix": "contoso",
    "address_line1": "Main Street 1",
    "first_name": "Anna",
    "last_name": "Silva",
    "email": "anna@contoso.com",
}
PLACES = {
    "US": "Redmond|WA|98052||",
    "GB": "London||SW1A 1AA||",
    "DE": "Berlin||10115||",
    "PT": "Lisboa||1100-148||",
    "FR": "Paris||75001||",
    "NL": "Amsterdam||1012 AB||",
    "CH": "Bern||3011||",
    "IE": "Dublin|Co. Dublin|D02 X285||",
    "ES": "Madrid|M|28039||",
    "IT": "Roma|RM|00144||",
    "CA": "Montreal|QC|H3Z 2Y7||",
    "AU": "Sydney|NSW|2000||",
    "MX": "Guadalajara|Jal.|44100||",
    "JP": "|東京都|154-0023||",
    "CN": "东城区|北京市|100005||",
    "HK": "Central|Hong Kong Island|||",
    "SG": "||238880||",
    "RU": "Москва|Москва|101000|7707083893|+7 495 123-45-67",
    "KZ": "Алматы||050000|971240001315|+7 727 250 1234",
    "BY": "Минск||220030|200988541|+375 17 200-10-10",
    "UA": "Київ|місто Київ|01001|32855961|+380 44 200 1234",
    "HU": "Budapest||1051|12892312|+36 1 234 5678",
    "BR": "São Paulo|SP|01310-100|33.000.167/0001-01|+55 11 2345-6789",
    "IN": "Mumbai|Maharashtra|400001|AAPFU0939F|+91 22 2345 6789",
    "PL": "Warszawa||00-950|8567346215|+48 12 345 67 89",
    "AM": "Yerevan||0010|00123456|+374 10 123456",
    "MD": "Chișinău||2012|1008600038413|+373 22 123 456",
    "TR": "Kadıköy|İstanbul|34710|4540536920|+90 212 345 67 89",
    "AE": "|إمارة دبيّ||100123456700003|+971 2 234 5678",
    "VN": "Hà Nội||100000|0100112437|+84 210 1234 567",
    "ZA": "Sandton||2196|0001339050|+27 10 123 4567",
}


def place(country: str) -> dict[str, str]:
    names = ("city", "state", "postal_code", "registration_number", "phone_number")
    parts = zip(names, PLACES[country].split("|"), strict=True)
    return COMMON | {"country": country} | {name: text for name, text in parts if text}


def circumstances(cloud: str = "global", **changes: object) -> FormContext:
    plain = FormContext(
        settings.load().all_clouds()[cloud], PartnerKind.DIRECT_BILL, "", False, TODAY
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def typed(values: dict[str, str]) -> dict[FormField, str]:
    return {FormField(name): text for name, text in values.items()}


class Case(NamedTuple):
    """A valid address of a country with some fields changed, and the expected reasons."""

    country: str
    changes: dict[str, str]
    codes: str = ""
    """The expected codes in order; codes of warnings have a `?` in front."""
    offers: str = ""
    """The expected offers in order, separated by `|`."""

    def __str__(self) -> str:
        changes = " ".join(f"{name}={text!r}" for name, text in self.changes.items())
        return f"{self.country} {changes}"[:70]


def said(values: dict[FormField, str], at: FormContext) -> tuple[str, str]:
    reasons = checks.check_all(values, at)[1]
    codes = [("" if reason.refuses else "?") + reason.code for reason in reasons]
    return " ".join(codes), "|".join(reason.offer for reason in reasons if reason.offer)


COUNTRY_CASES = [
    # United States: state and ZIP code are needed, and must belong together
    Case("US", {"state": ""}, "state.required"),
    Case("US", {"postal_code": ""}, "postal-code.required"),
    Case("US", {"city": ""}, "city.required"),
    Case("US", {"state": "Washington"}),
    Case("US", {"state": "washington "}),
    Case("US", {"state": "Washingtn"}, "state.unknown", "WA"),
    Case("US", {"state": "Bavaria"}, "state.unknown"),
    Case("US", {"postal_code": "90210"}, "postal-code.wrong-state"),
    Case("US", {"postal_code": "9805"}, "postal-code.wrong-form"),
    Case("US", {"postal_code": "98052-1234"}),
    Case("US", {"postal_code": "980521234"}, "postal-code.wrong-form", "98052-1234"),
    Case("US", {"postal_code": "９８０５２"}),
    Case("US", {"registration_number": "91-1144442"}),
    Case("US", {"registration_number": "12345"}, "?registration-number.doubtful"),
    Case("US", {"phone_number": "(425) 882-8080"}),
    Case("US", {"phone_number": "12"}, "phone.impossible"),
    Case("US", {"phone_number": "555-555-0100"}, "?phone.doubtful"),
    # United Kingdom: no state; the postcode is written with a space
    Case("GB", {"postal_code": "sw1a1aa"}),
    Case("GB", {"postal_code": "12345"}, "postal-code.wrong-form"),
    Case("GB", {"postal_code": ""}, "postal-code.required"),
    Case("GB", {"state": "Kent"}, "?state.not-used"),
    Case("GB", {"registration_number": "00445790"}),
    Case("GB", {"country": "Great Britain"}),
    Case("GB", {"country": "UK"}, "country.wrong-code", "GB"),
    Case("GB", {"country": "uk"}, "country.wrong-code", "GB"),
    # Germany
    Case("DE", {"postal_code": "1011"}, "postal-code.wrong-form"),
    Case("DE", {"postal_code": "D-10115"}, "postal-code.wrong-form", "10115"),
    Case("DE", {"postal_code": ""}, "postal-code.required"),
    Case("DE", {"city": ""}, "city.required"),
    Case("DE", {"registration_number": "HRB 12345"}),
    Case("DE", {"phone_number": "030 123456"}),
    Case("DE", {"country": "Deutschland"}),
    Case("DE", {"country": "Германия"}),
    Case("DE", {"country": "GER"}, "country.wrong-code", "DE"),
    Case("DE", {"country": "DEU"}, "country.wrong-code", "DE"),
    Case("DE", {"state": "Bayern"}, "?state.not-used"),
    # Portugal
    Case("PT", {"postal_code": " 1234567 "}, "postal-code.wrong-form", "1234-567"),
    Case("PT", {"postal_code": "1234"}, "postal-code.wrong-form"),
    Case("PT", {"postal_code": "1234 567"}, "postal-code.wrong-form", "1234-567"),
    Case("PT", {"registration_number": "501964843"}),
    Case("PT", {"registration_number": "501964842"}, "?registration-number.doubtful"),
    Case("PT", {"phone_number": "21 234 5678"}),
    Case("PT", {"phone_number": "phone"}, "phone.wrong-form"),
    Case("PT", {"country": "portugal"}),
    Case("PT", {"country": "Portugl"}, "country.unknown", "PT"),
    Case("PT", {"country": "Португалия"}),
    # Russia: number and phone are required, the state is chosen
    Case("RU", {"registration_number": ""}, "registration-number.required"),
    Case("RU", {"phone_number": ""}, "phone.required"),
    Case("RU", {"registration_number": "", "phone_number": ""},
         "registration-number.required phone.required"),
    Case("RU", {"registration_number": "7707083894"}, "?registration-number.doubtful"),
    Case("RU", {"state": "г. Москва"}),
    Case("RU", {"state": "Moscow"}),
    Case("RU", {"state": "MOW"}),
    Case("RU", {"state": "московская", "postal_code": "141400"}),
    Case("RU", {"state": "Moskovskaya oblast", "postal_code": "141400"}),
    Case("RU", {"state": "Москвa"}, "state.unknown", "Москва"),
    Case("RU", {"state": "Бавария"}, "state.unknown"),
    Case("RU", {"state": ""}, "state.required"),
    Case("RU", {"postal_code": "680000"}, "postal-code.wrong-state"),
    Case("RU", {"postal_code": "10100"}, "postal-code.wrong-form"),
    Case("RU", {"phone_number": "8 495 123-45-67"}),
    Case("RU", {"country": "Россия"}),
    Case("RU", {"country": "РФ"}),
    # Kazakhstan
    Case("KZ", {"registration_number": ""}, "registration-number.required"),
    Case("KZ", {"phone_number": ""}, "phone.required"),
    Case("KZ", {"postal_code": "05000"}, "postal-code.wrong-form"),
    Case("KZ", {"postal_code": ""}),
    Case("KZ", {"registration_number": "anything goes"}),
    Case("KZ", {"country": "Казахстан"}),
    # Belarus: the only registration number with a documented format
    Case("BY", {"registration_number": ""}, "registration-number.required"),
    Case("BY", {"registration_number": "12345678"}, "registration-number.wrong-form"),
    Case("BY", {"registration_number": "1234567890"}, "registration-number.wrong-form"),
    Case("BY", {"registration_number": "200 988 541"}, "registration-number.wrong-form",
         "200988541"),
    Case("BY", {"registration_number": "MA1953684"}),
    Case("BY", {"registration_number": "123456789"}, "?registration-number.doubtful"),
    Case("BY", {"phone_number": ""}, "phone.required"),
    Case("BY", {"postal_code": "22003"}, "postal-code.wrong-form"),
    Case("BY", {"country": "Белоруссия"}),
    # Ukraine
    Case("UA", {"registration_number": ""}, "registration-number.required"),
    Case("UA", {"phone_number": ""}, "phone.required"),
    Case("UA", {"registration_number": "1759013776"}, "?registration-number.personal"),
    Case("UA", {"state": ""}),
    Case("UA", {"state": "Київ"}),
    Case("UA", {"state": "Kyiv"}),
    Case("UA", {"state": "Львівська"}, "postal-code.wrong-state"),
    Case("UA", {"state": "Львiвська"}, "?state.not-listed", "Львівська область"),
    # Hungary
    Case("HU", {"registration_number": ""}, "registration-number.required"),
    Case("HU", {"registration_number": "12892312-2-41"}),
    Case("HU", {"registration_number": "12892313"}, "?registration-number.doubtful"),
    Case("HU", {"phone_number": ""}, "phone.required"),
    Case("HU", {"postal_code": "10511"}, "postal-code.wrong-form"),
    Case("HU", {"postal_code": "H-1051"}, "postal-code.wrong-form", "1051"),
    # Brazil: cities of the states are listed
    Case("BR", {"registration_number": ""}, "registration-number.required"),
    Case("BR", {"registration_number": "390.533.447-05"}, "?registration-number.personal"),
    Case("BR", {"phone_number": ""}, "phone.required"),
    Case("BR", {"state": "sao paulo", "city": "sao paulo"}),
    Case("BR", {"state": ""}, "state.required"),
    Case("BR", {"state": "XX"}, "state.unknown"),
    Case("BR", {"city": "Sao Palo"}, "?city.not-listed", "São Paulo"),
    Case("BR", {"city": "Lisboa"}, "?city.not-listed"),
    Case("BR", {"postal_code": "01310100"}),
    Case("BR", {"postal_code": "90000-000"}, "postal-code.wrong-state"),
    # India
    Case("IN", {"registration_number": ""}, "registration-number.required"),
    Case("IN", {"registration_number": "27AAPFU0939F1ZV"}),
    Case("IN", {"registration_number": "234123412346"}, "?registration-number.personal"),
    Case("IN", {"phone_number": ""}, "phone.required"),
    Case("IN", {"state": ""}, "state.required"),
    Case("IN", {"state": "महाराष्ट्र"}),
    Case("IN", {"state": "Maharashtr"}, "state.unknown", "Maharashtra"),
    Case("IN", {"postal_code": "110034"}, "postal-code.wrong-state"),
    Case("IN", {"postal_code": "40001"}, "postal-code.wrong-form"),
    # China
    Case("CN", {"state": ""}, "state.required"),
    Case("CN", {"state": "Beijing", "city": "dongcheng qu"}),
    Case("CN", {"state": "Bejing Shi"}, "state.unknown", "北京市"),
    Case("CN", {"postal_code": ""}, "postal-code.required"),
    Case("CN", {"postal_code": "1000"}, "postal-code.wrong-form"),
    Case("CN", {"registration_number": ""}),
    Case("CN", {"registration_number": "91110000600037341L"}),
    Case("CN", {"registration_number": "360426199101010071"}, "?registration-number.personal"),
    # Japan: the library expects the city in the street
    Case("JP", {"state": "Tokyo"}),
    Case("JP", {"state": ""}, "state.required"),
    Case("JP", {"state": "Tokio"}, "state.unknown", "東京都"),
    Case("JP", {"postal_code": "〒1540023"}, "postal-code.wrong-form", "154-0023"),
    Case("JP", {"postal_code": "１５４－００２３"}),
    Case("JP", {"postal_code": "060-0000"}, "postal-code.wrong-state"),
    Case("JP", {"city": "Setagaya"}),
    Case("JP", {"registration_number": "5-8356-7825-6246"}),
    # Poland
    Case("PL", {"postal_code": "00950"}, "postal-code.wrong-form", "00-950"),
    Case("PL", {"registration_number": ""}, "registration-number.required"),
    Case("PL", {"registration_number": "44051401359"}, "?registration-number.personal"),
    Case("PL", {"registration_number": "8567346216"}, "?registration-number.doubtful"),
    Case("PL", {"phone_number": ""}, "phone.required"),
    # Armenia: an unlisted state is only a warning
    Case("AM", {"registration_number": ""}, "registration-number.required"),
    Case("AM", {"phone_number": ""}, "phone.required"),
    Case("AM", {"state": "Ararat"}, "postal-code.wrong-state"),
    Case("AM", {"state": "Arrarat"}, "?state.not-listed", "Արարատ"),
    Case("AM", {"state": "Bavaria"}, "?state.not-listed"),
    Case("AM", {"postal_code": "00100"}, "postal-code.wrong-form"),
    # more countries
    Case("CA", {"postal_code": "h3z2y7"}),
    Case("CA", {"state": "Colombie-Britannique", "postal_code": "V8W 1A1"}),
    Case("CA", {"state": "Ontario"}, "postal-code.wrong-state"),
    Case("CA", {"state": "Texas"}, "state.unknown"),
    Case("MX", {"state": "Jalisco"}),
    Case("MX", {"state": "CDMX", "postal_code": "06000"}),
    Case("MX", {"state": "Jalisko"}, "state.unknown", "Jal."),
    Case("AU", {"state": "new south wales"}),
    Case("AU", {"postal_code": "6000"}, "postal-code.wrong-state"),
    Case("IE", {"state": "Dublin", "postal_code": "d02x285"}),
    Case("IE", {"state": ""}),
    Case("NL", {"postal_code": "1012ab"}),
    Case("NL", {"country": "Holland"}),
    Case("CH", {"postal_code": "CH-3011"}, "postal-code.wrong-form", "3011"),
    Case("FR", {"postal_code": "7500"}, "postal-code.wrong-form"),
    Case("FR", {"country": "FRA"}, "country.wrong-code", "FR"),
    Case("ES", {"state": "Barcelona"}, "postal-code.wrong-state"),
    Case("IT", {"state": "Roma"}),
    Case("HK", {"postal_code": "999077"}, "?postal-code.not-used"),
    Case("CH", {"country": "LI", "postal_code": "9490"}),
    Case("CH", {"country": "LI", "postal_code": "9485123"}, "postal-code.wrong-form"),
    Case("CH", {"country": "CR", "postal_code": "10101"}, "state.required"),
    Case("SG", {"postal_code": "23888"}, "postal-code.wrong-form"),
    Case("AE", {"state": "Dubai"}),
    Case("AE", {"postal_code": "00000"}, "?postal-code.not-used"),
    Case("AE", {"registration_number": ""}, "registration-number.required"),
    Case("MD", {"postal_code": "MD-2012"}, "postal-code.wrong-form", "2012"),
    Case("TR", {"registration_number": "17291716060"}, "?registration-number.personal"),
    Case("VN", {"registration_number": ""}, "registration-number.required"),
    Case("ZA", {"registration_number": "7503305044089"}),
    Case("ZA", {"phone_number": ""}, "phone.required"),
]  # fmt: skip

FIELD_CASES = [
    # the country itself
    Case("PT", {"country": ""}, "country.required"),
    Case("PT", {"country": "Atlantis"}, "country.unknown"),
    Case("PT", {"country": "XK"}, "country.unknown"),
    Case("PT", {"country": "EU"}, "country.unknown"),
    Case("PT", {"country": "ZZ"}, "country.unknown"),
    Case("PT", {"country": "Korea"}, "country.unknown"),
    # company names: odd ones cause a warning, hostile ones are ordinary text
    Case("PT", {"company_name": ""}, "company-name.required"),
    Case("PT", {"company_name": "Test"}, "?company-name.test-name"),
    Case("PT", {"company_name": "тест ООО"}, "?company-name.test-name"),
    Case("PT", {"company_name": "Demo Customer GmbH"}, "?company-name.test-name"),
    Case("PT", {"company_name": "asdf"}, "?company-name.test-name"),
    Case("PT", {"company_name": "IBM"}, "?company-name.short-form"),
    Case("PT", {"company_name": "ЗАО «ВТБ»"}, "?company-name.short-form"),
    Case("PT", {"company_name": "CONTOSO WORKS LDA"}, "?company-name.all-capitals"),
    Case("PT", {"company_name": "=cmd()"}),
    Case("PT", {"company_name": "[red]x"}),
    Case("PT", {"company_name": "شركة كونتوسو"}),
    Case("PT", {"company_name": "x" * 257}, "company-name.too-long"),
    Case("PT", {"company_name": "x" * 10_000}, "company-name.too-long"),
    Case("PT", {"company_name": "Con\x1b[2Jtoso"}, "company-name.unsafe-characters"),
    Case("PT", {"company_name": "Con\ud800toso"}, "company-name.unsafe-characters"),
    Case("PT", {"company_name": "Con\0toso"}, "company-name.unsafe-characters"),
    Case("PT", {"company_name": "Con\u202etoso"}, "company-name.unsafe-characters", "Contoso"),
    Case("PT", {"company_name": "Con\u200btoso"}, "company-name.unsafe-characters", "Contoso"),
    Case("PT", {"address_line1": "Rua 1\nLisboa"}, "address-line1.unsafe-characters",
         "Rua 1 Lisboa"),
    Case("PT", {"address_line1": ""}, "address-line1.required"),
    Case("PT", {"address_line1": "x" * 201}, "address-line1.too-long"),
    Case("PT", {"address_line2": "x" * 201}, "address-line2.too-long"),
    Case("PT", {"address_line2": "3rd floor"}),
    # the domain
    Case("PT", {"domain_prefix": ""}, "domain.required"),
    Case("PT", {"domain_prefix": "Contoso-1"}),
    Case("PT", {"domain_prefix": "contoso.onmicrosoft.com"}, "domain.suffix-twice", "contoso"),
    Case("PT", {"domain_prefix": "Contoso.OnMicrosoft.com."}, "domain.suffix-twice", "contoso"),
    Case("PT", {"domain_prefix": "contoso.onmicrosoft.us"}, "domain.other-suffix", "contoso"),
    Case("PT", {"domain_prefix": "contoso.partner.onmschina.cn"}, "domain.other-suffix",
         "contoso"),
    Case("PT", {"domain_prefix": "contoso.com"}, "domain.whole-domain", "contoso"),
    Case("PT", {"domain_prefix": "https://www.contoso.com/a"}, "domain.whole-domain", "contoso"),
    Case("PT", {"domain_prefix": "it@contoso.com"}, "domain.e-mail", "contoso"),
    Case("PT", {"domain_prefix": "con toso"}, "domain.wrong-characters", "contoso"),
    Case("PT", {"domain_prefix": "контосо"}, "domain.wrong-characters", "kontoso"),
    Case("PT", {"domain_prefix": "日本"}, "domain.wrong-characters"),
    Case("PT", {"domain_prefix": "-contoso"}, "domain.outer-hyphen", "contoso"),
    Case("PT", {"domain_prefix": "a" * 27}),
    Case("PT", {"domain_prefix": "a" * 28}, "domain.too-long", "a" * 27),
    Case("PT", {"domain_prefix": "a" * 10_000}, "domain.too-long"),
    # the contact
    Case("PT", {"first_name": ""}, "first-name.required"),
    Case("PT", {"last_name": " "}, "last-name.required"),
    Case("PT", {"first_name": "x" * 50}),
    Case("PT", {"first_name": "x" * 51}, "first-name.too-long"),
    Case("PT", {"email": ""}, "email.required"),
    Case("PT", {"email": "anna"}, "email.wrong-form"),
    Case("PT", {"email": "anna@contoso"}, "email.wrong-form"),
    Case("PT", {"email": "анна@пример.рф"}),
    Case("PT", {"country": "", "phone_number": "212345678"},
         "country.required phone.no-country-code"),
    Case("PT", {"country": "", "phone_number": "+351 212345678"}, "country.required"),
    # preferences
    Case("PT", {"language": "PT", "culture": "pt_pt"}),
    Case("PT", {"language": "Portuguese"}),
    Case("PT", {"language": "португальский"}),
    Case("PT", {"language": "xx"}, "language.unknown", "pt"),
    Case("PT", {"language": "en-US"}, "language.unknown", "en"),
    Case("PT", {"culture": "pt"}, "culture.wrong-form", "pt-PT"),
    Case("PT", {"culture": "xx-PT"}, "culture.unknown", "pt-PT"),
    Case("PT", {"culture": "sr-Latn-RS"}),
    # the agreement
    Case("PT", {"agreement": "by_customer", "agreement_date": "nonsense"}),
    Case("PT", {"agreement": "maybe"}, "agreement.unknown"),
    Case("PT", {"agreement": "attested"}, "agreement-first-name.required "
         "agreement-last-name.required agreement-email.required agreement-date.required"),
    Case("PT", {"associated_partner_id": "1f6b7b0e-52d1-4a0c-8d5d-3c6f0f8c2a11"},
         "reseller.not-provider"),
]  # fmt: skip

ATTESTED = {
    "agreement": "attested",
    "agreement_first_name": "Rui",
    "agreement_last_name": "Costa",
    "agreement_email": "rui@contoso.com",
    "agreement_date": "2026-03-10",
}
AGREEMENT_CASES = [
    Case("PT", {}),
    Case("PT", {"agreement": "The customer has accepted; I attest it"}),
    Case("PT", {"agreement_date": "2026-03-10T12:30:00Z"}),
    Case("PT", {"agreement_date": "2026-03-11"}, "agreement-date.future", "2026-03-10"),
    Case("PT", {"agreement_date": "2019-10-01"}),
    Case("PT", {"agreement_date": "2019-09-30"}, "?agreement-date.before-agreement"),
    Case("PT", {"agreement_date": "2026-02-30"}, "agreement-date.wrong-form"),
    Case("PT", {"agreement_date": "1.3.2026"}),
    Case("PT", {"agreement_date": "yesterday"}, "agreement-date.wrong-form"),
    Case("PT", {"agreement_email": "rui"}, "agreement-email.wrong-form"),
    Case("PT", {"agreement_phone": "212345678"}),
    Case("PT", {"agreement_phone": "12"}, "agreement-phone.impossible"),
    Case("PT", {"agreement_phone": "+1 555-555-0100"}, "?agreement-phone.doubtful"),
    Case("PT", {"agreement_phone": "x"}, "agreement-phone.wrong-form"),
    Case("PT", {"agreement_phone": "+351 999 999 999 9"}, "agreement-phone.impossible"),
    Case("PT", {"agreement_first_name": "x" * 51}, "agreement-first-name.too-long"),
]


@pytest.mark.parametrize("country", PLACES)
def test_a_right_address_is_accepted_without_a_word(country: str) -> None:
    assert said(typed(place(country)), circumstances()) == ("", "")


@pytest.mark.parametrize("case", [*COUNTRY_CASES, *FIELD_CASES], ids=str)
def test_what_is_said_of_an_address(case: Case) -> None:
    values = typed(place(case.country) | case.changes)
    assert said(values, circumstances()) == (case.codes, case.offers)


@pytest.mark.parametrize("case", AGREEMENT_CASES, ids=str)
def test_what_is_said_of_an_attested_agreement(case: Case) -> None:
    values = typed(place(case.country) | ATTESTED | case.changes)
    assert said(values, circumstances()) == (case.codes, case.offers)


def test_there_are_as_many_cases_as_the_issue_wants() -> None:
    assert len(COUNTRY_CASES) + len(FIELD_CASES) + len(AGREEMENT_CASES) + len(PLACES) >= 250


def test_every_code_is_known_and_every_offer_is_right() -> None:
    """An offered value is accepted in its field without further refusal."""
    for case in (*COUNTRY_CASES, *FIELD_CASES):
        values = typed(place(case.country) | case.changes)
        for reason in checks.check_all(values, circumstances())[1]:
            assert reason.code in checks.CODES
            assert reason.text
            assert "{" not in reason.text
            assert reason.source
            if reason.offer:
                field = FormField(reason.field)
                mended = checks.check(field, values | {field: reason.offer}, circumstances())
                assert verdict_of(mended.reasons) is not Verdict.REFUSED, case


NORMALISED = [
    ("PT", {"country": "portugal"}, "country", "PT"),
    ("PT", {"domain_prefix": " Contoso "}, "domain_prefix", "contoso"),
    ("PT", {"phone_number": "212345678"}, "phone_number", "+351 21 234 5678"),
    ("PT", {"email": "Anna@CONTOSO.com"}, "email", "Anna@contoso.com"),
    ("PT", {}, "language", "pt"),
    ("PT", {}, "culture", "pt-PT"),
    ("PT", {}, "agreement", "by_customer"),
    ("PT", {"culture": "EN_us"}, "culture", "en-US"),
    ("PT", {"language": "русский"}, "language", "ru"),
    ("US", {"state": "washington"}, "state", "WA"),
    ("GB", {"postal_code": "sw1a1aa"}, "postal_code", "SW1A 1AA"),
    ("BR", {"city": "sao paulo"}, "city", "São Paulo"),
    ("BR", {"postal_code": "01310100"}, "postal_code", "01310-100"),
    ("RU", {"state": "moscow"}, "state", "Москва"),
    ("JP", {"state": "tokyo"}, "state", "Tokyo"),
    ("JP", {"state": "tokyo", "address_line1": "丸の内1-1"}, "state", "東京都"),
    ("CN", {"state": "beijing", "city": "dongcheng qu"}, "state", "北京市"),
    ("HU", {"registration_number": " 12892312-2-41 "}, "registration_number", "12892312-2-41"),
    ("PT", {"company_name": "  Contoso  Works "}, "company_name", "Contoso  Works"),
]


@pytest.mark.parametrize(("country", "changes", "field", "stored"), NORMALISED)
def test_what_is_stored(country: str, changes: dict[str, str], field: str, stored: str) -> None:
    values, reasons = checks.check_all(typed(place(country) | changes), circumstances())
    assert values[FormField(field)] == stored
    assert verdict_of(reasons) is not Verdict.REFUSED


def test_reasons_in_russian() -> None:
    """Reasons are translated at access, including the name of the country."""
    speak("ru")
    found = checks.check(F.POSTAL_CODE, typed(place("PT") | {"postal_code": "1"}), circumstances())
    assert "Португали" in found.reasons[0].text
    assert checks.check(F.COUNTRY, {F.COUNTRY: "россия"}, circumstances()).value == "RU"
