"""Checks and options of language and culture, and the defaults of a country, from CLDR."""

from __future__ import annotations

import difflib
import re
from functools import cache

from partnerdesk.models.core.text import fold
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.customers.form.reasons import CLDR, Checked, quoted, refusal
from partnerdesk.models.forms.question import Option
from partnerdesk.models.languages import LANGUAGES, _, language

_CULTURE = re.compile(r"([A-Za-z]{2,3})[-_](?:([A-Za-z]{4})[-_])?([A-Za-z]{2})")


def check_language(text: str, country: str) -> Checked:
    """Check a language, given by code or name; the value is its code of two letters."""
    code = text.lower()
    if code in _titles("en"):
        return Checked(code)
    if code := _by_name().get(fold(text), ""):
        return Checked(code)
    offer = _likely_language(text) or default_language(country)
    sentence = _(
        "{text} is no language; write its name or its code of two letters, such as {code}."
    )
    message = sentence.format(text=quoted(text), code=offer or "en")
    return Checked(text, (refusal(FormField.LANGUAGE, "unknown", message, CLDR, offer),))


def check_culture(text: str, country: str) -> Checked:
    """Check a culture such as `pt-PT`: a language and a country that CLDR has together."""
    field, offer = FormField.CULTURE, default_culture(country)
    match = _CULTURE.fullmatch(text)
    if match is None:
        sentence = _("{text} is no culture; write a language and a country, such as {example}.")
        message = sentence.format(text=quoted(text), example=offer or "en-US")
        return Checked(
            text, (refusal(field, "wrong-form", message, CLDR, _completed(text, offer)),)
        )
    speech, script, territory = match.groups()
    parts = (speech.lower(), (script or "").title(), territory.upper())
    culture = "-".join(part for part in parts if part)
    if culture in _cultures():
        return Checked(culture)
    sentence = _("The culture {culture} is not known; {example} is, for example.")
    message = sentence.format(culture=culture, example=offer or "en-US")
    return Checked(text, (refusal(field, "unknown", message, CLDR, offer),))


def default_language(country: str) -> str:
    """Return the most spoken official language of a country; `en` if CLDR has none.

    Empty without a country.
    """
    return next(iter(_official(country)), "")


def default_culture(country: str) -> str:
    """Return the culture of a country's most spoken official language; `en-US` if CLDR has none.

    Empty without a country.
    """
    return next(iter(_own_cultures(country)), "en-US" if country else "")


def language_options(country: str) -> tuple[Option, ...]:
    """Return all languages in order of their names, the country's official ones first."""
    titles = _titles(language())
    first = [code for code in _official(country) if code in titles]
    rest = sorted(titles.keys() - set(first), key=lambda code: fold(titles[code]))
    return tuple(Option(code, titles[code]) for code in (*first, *rest))


def culture_options(country: str) -> tuple[Option, ...]:
    """Return cultures without a script in order of their names, the country's own first."""
    first = _own_cultures(country)
    chosen = set(first)
    options = _culture_options(language())
    return (
        *(options[culture] for culture in first),
        *(option for culture, option in options.items() if culture not in chosen),
    )


@cache
def _culture_options(speech: str) -> dict[str, Option]:
    from babel import Locale

    locale = Locale(speech)
    options = []
    for culture in _cultures():
        parts = culture.split("-")
        spoken = locale.languages.get(parts[0])
        place = locale.territories.get(parts[-1])
        if spoken and place and len(parts) == 2:
            options.append(Option(culture, f"{spoken[:1].upper()}{spoken[1:]} ({place})"))
    options.sort(key=lambda option: fold(option.title))
    return {option.value: option for option in options}


@cache
def _titles(speech: str) -> dict[str, str]:
    """Return the capitalised names of languages in `speech`, by codes of two letters."""
    from babel import Locale

    return {
        code: name[:1].upper() + name[1:]
        for code, name in Locale(speech).languages.items()
        if len(code) == 2
    }


@cache
def _by_name() -> dict[str, str]:
    """Return codes by folded name: the name in each of `LANGUAGES` and in the language itself."""
    from babel import Locale, UnknownLocaleError

    names: dict[str, str] = {}
    for speech in LANGUAGES:
        for code, name in _titles(speech).items():
            names.setdefault(fold(name), code)
    for code in _titles("en"):
        try:
            own = Locale(code).get_language_name()
        except UnknownLocaleError:
            continue
        if own:
            names.setdefault(fold(own), code)
    return names


@cache
def _cultures() -> frozenset[str]:
    """Return all cultures of CLDR, with and without their script: `sr-Latn-RS`, `sr-RS`."""
    from babel.localedata import locale_identifiers

    cultures = set()
    for name in locale_identifiers():
        parts = name.split("_")
        if len(parts) in {2, 3} and re.fullmatch(r"[A-Z]{2}", parts[-1]):
            cultures.add("-".join(parts))
            cultures.add(f"{parts[0]}-{parts[-1]}")
    return frozenset(name for name in cultures if _CULTURE.fullmatch(name))


@cache
def _official(country: str) -> tuple[str, ...]:
    """Return codes of the country's official languages, the most spoken first; else `en`."""
    from babel.languages import get_official_languages

    if not country:
        return ()
    spoken = [name.split("_")[0] for name in get_official_languages(country, de_facto=True)]
    return tuple(dict.fromkeys(code for code in spoken if len(code) == 2)) or ("en",)


@cache
def _own_cultures(country: str) -> tuple[str, ...]:
    named = [f"{code}-{country}" for code in _official(country)]
    return tuple(name for name in named if name in _cultures())


def _likely_language(text: str) -> str:
    if match := _CULTURE.fullmatch(text):
        code = match.group(1).lower()
        return code if code in _titles("en") else ""
    near = difflib.get_close_matches(fold(text[:40]), _by_name(), n=1, cutoff=0.8)
    return _by_name()[near[0]] if near else ""


def _completed(text: str, offer: str) -> str:
    """Return the culture of a lone language code in the offer's country; else the offer."""
    code = text.lower()
    _language, _dash, country = offer.partition("-")
    named = f"{code}-{country}"
    return named if named in _cultures() else offer
