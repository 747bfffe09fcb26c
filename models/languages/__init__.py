"""The languages: a line in `LANGUAGES` each, and a folder beside this file of what it says.

A folder can hold the catalogue of the console's texts (gettext) and its guides, the letters to
customers, and what an import understands.

Mark a text where it is written, `_("Company")`; where it is written before the language is known
(class bodies, module level), mark it with `N_` and translate it with `_` where it is shown.
"""

from __future__ import annotations

import gettext as _gettext
import locale
import os
from dataclasses import dataclass
from pathlib import Path

DOMAIN = "partnerdesk"
FOLDER = Path(__file__).parent
SOURCE_LANGUAGE = "en"


def available() -> list[str]:
    """Return the codes of all languages that the console speaks, English first."""
    catalogue = f"LC_MESSAGES/{DOMAIN}.mo"
    translated = [code for code in LANGUAGES if (FOLDER / code / catalogue).exists()]
    return [SOURCE_LANGUAGE, *translated]


def of_letters() -> list[str]:
    """Return the codes of all languages that letters are written in."""
    return [code for code in LANGUAGES if (FOLDER / code / "letters").exists()]


def preferred() -> str:
    """Return the language of the person's locale, English where there is no catalogue for it."""
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "")
        if value:
            code = (locale.normalize(value.split(":", maxsplit=1)[0])).split("_")[0].lower()
            return code if code in available() else SOURCE_LANGUAGE
    return SOURCE_LANGUAGE


class _Speech:
    """The language in use: chosen once when the process starts (and by each test)."""

    language: str = SOURCE_LANGUAGE
    catalogue: _gettext.NullTranslations = _gettext.NullTranslations()


def speak(language: str) -> None:
    """Use `language` from now on; an unknown code falls back to English."""
    _Speech.catalogue = _gettext.translation(DOMAIN, FOLDER, [language], fallback=True)
    _Speech.language = language if language in available() else SOURCE_LANGUAGE


def language() -> str:
    """Return the code of the language in use."""
    return _Speech.language


def _(text: str) -> str:
    """Return `text` in the language in use."""
    return _Speech.catalogue.gettext(text) if text else ""


def N_(text: str) -> str:  # noqa: N802 - the name gettext's own documentation gives it
    """Mark `text` for translation and return it as it is."""
    return text


def ngettext(singular: str, plural: str, count: int, **names: object) -> str:
    """Return the form for `count`, with `{count}` (the number, grouped) and `names` filled in."""
    form = _Speech.catalogue.ngettext(singular, plural, count)
    return form.format(count=number(count), **names)


def pgettext(context: str, text: str) -> str:
    """Return `text` in the language in use, where one word has several meanings."""
    return _Speech.catalogue.pgettext(context, text)


def number(value: int) -> str:
    """Return `value` with its thousands grouped as the language does."""
    return f"{value:,}".replace(",", pgettext("thousands separator", ","))


@dataclass(frozen=True, slots=True)
class Language:
    """What is known of a language besides what its folder holds."""

    name: str
    """Marked with `N_`."""
    day: str
    """How its letters write a day."""


LANGUAGES = {
    "en": Language(N_("English"), "%Y-%m-%d"),
    "ru": Language(N_("Russian"), "%d.%m.%Y"),
    "de": Language(N_("German"), "%d.%m.%Y"),
    "zh": Language(N_("Chinese"), "%Y-%m-%d"),
    "ja": Language(N_("Japanese"), "%Y/%m/%d"),
}
"""The languages by code. Their names of countries and languages are understood, too."""
