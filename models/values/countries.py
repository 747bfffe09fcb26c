"""Finds countries by code, by name in every known language, and by the usual wrong codes."""

from __future__ import annotations

import asyncio
import difflib
import pickle
import re
from functools import cache
from typing import TYPE_CHECKING

from partnerdesk.models.core.text import fold
from partnerdesk.models.languages import LANGUAGES, language

if TYPE_CHECKING:
    from collections.abc import Mapping

_NO_COUNTRY = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}
)
"""Two-letter codes that are in CLDR but not in ISO 3166-1."""

_LONGEST_NAME = 80

_VARIANTS: Mapping[str, str] = {
    "AE": "UAE, Emirates, ОАЭ, Эмираты, VAE",
    "AM": "Republic of Armenia, Республика Армения",
    "AZ": "Republic of Azerbaijan, Азербайджанская Республика, Aserbaidschan",
    "BA": "Bosnia, Bosnia and Herzegovina, Босния, Босния и Герцеговина, Bosnien",
    "BR": "Brasil",
    "BY": "Byelorussia, Belorussia, Белоруссия, Республика Беларусь, Weißrussland",
    "CD": "DR Congo, Democratic Republic of the Congo, ДР Конго, ДРК",
    "CG": "Republic of the Congo, Республика Конго",
    "CH": "Suisse, Schweiz, Svizzera",
    "CI": "Ivory Coast, Кот д'Ивуар, Берег Слоновой Кости, Elfenbeinküste",
    "CN": "PRC, P.R. China, People's Republic of China, КНР, VR China, 中国",
    "CZ": "Czech Republic, Czechia, Чешская Республика, Чехия, Tschechische Republik",
    "DE": "Deutschland, BRD, ФРГ, Federal Republic of Germany",
    "ES": "España",
    "FR": "République française",
    "GB": "Great Britain, United Kingdom of Great Britain and Northern Ireland, Britain, England, "
    "Scotland, Wales, Northern Ireland, Великобритания, Соединенное Королевство, Англия, "
    "Großbritannien",
    "GR": "Hellas, Ellada",
    "HK": "Hong Kong, Hongkong, Гонконг",
    "HU": "Magyarország",
    "IE": "Republic of Ireland, Éire",
    "IN": "Bharat",
    "IR": "Islamic Republic of Iran",
    "IT": "Italia",
    "JP": "Nippon, 日本",
    "KG": "Kirghizia, Kirgizstan, Киргизия, Кыргызстан, Кыргызская Республика, Kirgistan",
    "KP": "North Korea, DPRK, КНДР, Северная Корея, Nordkorea",
    "KR": "South Korea, Republic of Korea, Южная Корея, Республика Корея, Südkorea",
    "KZ": "Kazakstan, Republic of Kazakhstan, Республика Казахстан, Qazaqstan, Kasachstan",
    "LA": "Lao PDR",
    "MD": "Moldova, Republic of Moldova, Молдова, Молдавия, Республика Молдова, Moldawien",
    "MK": "Macedonia, North Macedonia, Македония, Mazedonien",
    "MM": "Burma, Myanmar, Бирма, Birma",
    "MO": "Macau, Macao, Макао",
    "NL": "Holland, The Netherlands, Голландия, Niederlande",
    "PL": "Polska",
    "PS": "Palestine, Палестина",
    "RU": "Russian Federation, Rossiya, РФ, Российская Федерация, Russische Föderation",
    "SY": "Syrian Arab Republic",
    "SZ": "Swaziland, Свазиленд",
    "TJ": "Republic of Tajikistan, Республика Таджикистан, Tadshikistan",
    "TL": "East Timor",
    "TM": "Туркмения",
    "TR": "Turkey, Türkiye, Turkiye, Турция, Türkei",
    "TW": "Taiwan R.O.C.",
    "TZ": "United Republic of Tanzania",
    "UA": "Ukrayina, Україна",
    "US": "USA, U.S.A., U.S., United States of America, The United States, США, "
    "Соединенные Штаты Америки, Vereinigte Staaten von Amerika",
    "UZ": "Republic of Uzbekistan, Республика Узбекистан, Oʻzbekiston, Usbekistan",
    "VA": "Vatican, Holy See, Ватикан",
    "VE": "Bolivarian Republic of Venezuela",
    "VN": "Viet Nam",
}
"""Further names that mean exactly one country."""

_OTHER_CODES: Mapping[str, str] = {"UK": "GB", "EL": "GR", "UAE": "AE"}
"""Further codes that mean exactly one country: two of the European Union (Interinstitutional style
guide, 7.1.1) that differ from ISO 3166-1, and the usual one of the Emirates."""

_DOUBTFUL = frozenset({"congo", "korea", "america", "samoa", "guyana", "virgin islands"})
"""Names that mean one country in some language, but are ambiguous in English."""

_WRONG_CODES: Mapping[str, str] = {
    "EN": "GB", "ENG": "GB", "SCO": "GB", "GER": "DE", "JA": "JP",
    "KO": "KR", "SP": "ES", "SUI": "CH", "HOL": "NL", "POR": "PT", "DAN": "DK", "SWE": "SE",
    "BUL": "BG", "CRO": "HR", "SLO": "SI", "LAT": "LV", "GRE": "GR", "RF": "RU", "BEL": "BE",
    "KAZ": "KZ",
}  # fmt: skip
"""Wrong codes in use (Internet domains, languages, sports, number plates) and the right ones."""


def country_code(text: str, *, any_language: bool = True, other_codes: bool = True) -> str | None:
    """Return the ISO 3166-1 alpha-2 code of a code or a name; None for an unknown one.

    Args:
        text: the written code or name.
        any_language: whether a name may be in any language of CLDR. The first such search reads all
            languages, which takes half a second; on an event loop, which must not stand still, they
            are searched only where they are read (`awaits_names`, `read_names`).
        other_codes: whether a code of another system (UK, EL, DEU) is taken. A file's is; a person
            who types one is offered the right one (`likely_code`).
    """
    text = text.strip()
    if len(text) > _LONGEST_NAME:
        return None
    code = text.upper()
    if code in codes():
        return code
    found = (_OTHER_CODES.get(code) if other_codes else None) or _by_name().get(_key(text))
    if code in _OTHER_CODES or (len(code) == 3 and code.isascii() and code in _aliases()):
        return found or (_aliases().get(code) if other_codes else None)
    if found is None and any_language and (names_are_read() or not _is_on_event_loop()):
        found = _in_any_language().get(_key(text)) if _is_name(text) else None
    return found


def awaits_names(text: str) -> bool:
    """Return whether a country's name is unknown, and other languages' names are not read yet."""
    return not names_are_read() and _is_name(text.strip()) and country_code(text) is None


def names_are_read() -> bool:
    """Return whether the names of countries in all languages are in memory."""
    return _in_any_language.cache_info().currsize > 0


def read_names() -> None:
    """Read the names of countries in all languages; call it beside the event loop."""
    _in_any_language()


def _is_name(text: str) -> bool:
    return len(_key(text)) > 1 and len(text) <= _LONGEST_NAME and not text.isdecimal()


def _is_on_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def likely_code(text: str) -> str:
    """Return the likely country code for a wrong code or a misspelt name; empty if unknown."""
    text = text.strip()
    if not text or len(text) > _LONGEST_NAME:
        return ""
    code = text.upper()
    if wrong := _WRONG_CODES.get(code) or _OTHER_CODES.get(code):
        return wrong
    if alias := _aliases().get(code):
        return alias
    if len(text) <= 3:
        return ""
    near = difflib.get_close_matches(_key(text), _by_name(), n=1, cutoff=0.8)
    return _by_name()[near[0]] if near else ""


def country_name(code: str) -> str:
    """Return a country's name in the language in use; an unknown code comes back unchanged."""
    return _names(language()).get(code, code)


@cache
def codes() -> frozenset[str]:
    """Return the codes of all countries of ISO 3166-1."""
    from babel import Locale

    named = map(str, Locale("en").territories)
    return frozenset(
        code for code in named if re.fullmatch(r"[A-Z]{2}", code) and code not in _NO_COUNTRY
    )


@cache
def _names(speech: str) -> dict[str, str]:
    from babel import Locale

    names = Locale(speech).territories
    return {code: names.get(code, code) for code in codes()}


def _key(name: str) -> str:
    """Return the key by which names are compared: folded, words only, without the article."""
    spelled = fold(name).replace("&", " and ").replace(".", "")
    words = re.sub(r"[\W_]+", " ", spelled).split()
    return " ".join(words[1:] if len(words) > 1 and words[0] == "the" else words)


@cache
def _by_name() -> dict[str, str]:
    """Return the country code for the key of each name that means exactly one country."""
    codes_by_name: dict[str, set[str]] = {}
    for speech in LANGUAGES:
        for code, name in _names(speech).items():
            codes_by_name.setdefault(_key(name), set()).add(code)
    for code, names in _VARIANTS.items():
        for name in names.split(", "):
            codes_by_name.setdefault(_key(name), set()).add(code)
    return {
        name: countries.pop()
        for name, countries in codes_by_name.items()
        if len(countries) == 1 and name
    }


@cache
def _in_any_language() -> dict[str, str]:
    """Return the country code for the key of each name, in any language, of exactly one country."""
    from babel.localedata import locale_identifiers

    codes_by_name: dict[str, set[str]] = {}
    for speech in locale_identifiers():
        if "_" in speech:  # a regional variant of a language that has its own entry
            continue
        for code, name in _territories(speech).items():
            if code in codes():
                codes_by_name.setdefault(_key(name), set()).add(code)
    return {
        name: countries.pop()
        for name, countries in codes_by_name.items()
        if len(countries) == 1 and name and name not in _DOUBTFUL
    }


def _territories(speech: str) -> dict[str, str]:
    """Return the names of countries in one language, by code.

    The file is read here, because Babel caches each language that it reads: 140 MB for all of them.
    """
    from babel.localedata import resolve_locale_filename

    with open(resolve_locale_filename(speech), "rb") as file:  # noqa: PTH123 - Babel names the file
        data = pickle.load(file)  # noqa: S301 - the file belongs to Babel
    return {str(code): str(name) for code, name in data.get("territories", {}).items()}


@cache
def _aliases() -> dict[str, str]:
    """Return the current code for three-letter and former codes that lead to one country."""
    from babel.core import get_global

    return {
        alias: countries[0]
        for alias, countries in get_global("territory_aliases").items()
        if alias.isalpha() and len(countries) == 1 and countries[0] in codes()
    }
