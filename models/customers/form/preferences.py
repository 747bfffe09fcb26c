"""Language and culture: what CLDR knows, by code or by name, and what a country likely wants."""

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
    """Check a language; its value is the code of two letters."""
    code = text.lower()
    if code in _titles("en"):
        return Checked(code)
    if found := _by_name().get(fold(text)):
        return Checked(found)
    offer = _likely_language(text) or default_language(country)
    sentence = _(
        "{text} is no language; write its name or its code of two letters, such as {code}."
    )
    said = sentence.format(text=quoted(text), code=offer or "en")
    return Checked(text, (refusal(FormField.LANGUAGE, "unknown", said, CLDR, offer),))


def check_culture(text: str, country: str) -> Checked:
    """Check a culture, `pt-PT`: a language and a country that CLDR knows together."""
    field, offer = FormField.CULTURE, default_culture(country)
    match = _CULTURE.fullmatch(text)
    if match is None:
        sentence = _("{text} is no culture; write a language and a country, such as {example}.")
        said = sentence.format(text=quoted(text), example=offer or "en-US")
        return Checked(text, (refusal(field, "wrong-form", said, CLDR, _completed(text, offer)),))
    speech, script, territory = match.groups()
    parts = (speech.lower(), (script or "").title(), territory.upper())
    culture = "-".join(part for part in parts if part)
    if culture in _cultures():
        return Checked(culture)
    sentence = _("The culture {culture} is not known; {example} is, for example.")
    said = sentence.format(culture=culture, example=offer or "en-US")
    return Checked(text, (refusal(field, "unknown", said, CLDR, offer),))


def default_language(country: str) -> str:
    """Return the first official language of a country; empty where none is known."""
    return next(iter(_official(country)), "")


def default_culture(country: str) -> str:
    """Return the culture of a country's first official language; empty where none is known."""
    return next(iter(_own_cultures(country)), "en-US" if country else "")


def language_options(country: str) -> tuple[Option, ...]:
    """Return all languages by name, the official ones of the country first."""
    titles = _titles(language())
    first = [code for code in _official(country) if code in titles]
    rest = sorted(titles.keys() - set(first), key=lambda code: fold(titles[code]))
    return tuple(Option(code, titles[code]) for code in (*first, *rest))


def culture_options(country: str) -> tuple[Option, ...]:
    """Return cultures by name, those of the country first."""
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
    found = []
    for culture in _cultures():
        parts = culture.split("-")
        spoken = locale.languages.get(parts[0])
        place = locale.territories.get(parts[-1])
        if spoken and place and len(parts) == 2:
            found.append(Option(culture, f"{spoken[:1].upper()}{spoken[1:]} ({place})"))
    found.sort(key=lambda option: fold(option.title))
    return {option.value: option for option in found}


@cache
def _titles(speech: str) -> dict[str, str]:
    """Return the name of each language by its code of two letters, beginning with a capital."""
    from babel import Locale

    return {
        code: name[:1].upper() + name[1:]
        for code, name in Locale(speech).languages.items()
        if len(code) == 2
    }


@cache
def _by_name() -> dict[str, str]:
    """Return the code by each language's folded name: in our `LANGUAGES` and in its own."""
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
    """Return `pt-PT` for each language and country that CLDR has; with the script as well."""
    from babel.localedata import locale_identifiers

    found = set()
    for name in locale_identifiers():
        parts = name.split("_")
        if len(parts) in {2, 3} and re.fullmatch(r"[A-Z]{2}", parts[-1]):
            found.add("-".join(parts))
            found.add(f"{parts[0]}-{parts[-1]}")
    return frozenset(name for name in found if _CULTURE.fullmatch(name))


@cache
def _official(country: str) -> tuple[str, ...]:
    """Return the country's languages, the widest first, as codes of two letters."""
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
    """Return a culture for a language that was written alone: its own in the country, if known."""
    code = text.lower()
    _language, _dash, country = offer.partition("-")
    named = f"{code}-{country}"
    return named if named in _cultures() else offer
