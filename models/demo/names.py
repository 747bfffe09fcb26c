"""The names and words of the demo book (from `names.toml`), and the hostile names."""

from __future__ import annotations

import re
import tomllib
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from partnerdesk.models.accounts.accounts import PartnerKind
from partnerdesk.models.core.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from random import Random

    from partnerdesk.models.settings.clouds import Cloud

Choice = TypeVar("Choice")

_LATIN = "a|b|v|g|d|e|yo|zh|z|i|y|k|l|m|n|o|p|r|s|t|u|f|kh|ts|ch|sh|sch||y||e|yu|ya|"
_CYRILLIC = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя'", _LATIN.split("|"), strict=True))
_LETTERS = str.maketrans(_CYRILLIC)
_GERMAN_LETTERS = str.maketrans(_CYRILLIC | {"ä": "ae", "ö": "oe", "ü": "ue"})


def pick(rng: Random, choices: Sequence[Choice]) -> Choice:
    """Return one of `choices`, several times as fast as `Random.choice`."""
    return choices[int(rng.random() * len(choices))]


def digits(rng: Random, pattern: str) -> str:
    """Return `pattern` with a random digit in place of each `#`."""
    count = pattern.count("#")
    drawn = f"{rng.randrange(10**count):0{count}d}"
    return pattern.replace("#", "%s") % tuple(drawn[:count])


class Word(NamedTuple):
    """A word in its own script, and in Latin letters for domains and e-mail addresses."""

    text: str
    latin: str


class Place(NamedTuple):
    """A town, with the parts of an address there."""

    city: Word
    """The name of the town, as companies use it."""
    locality: str
    """The name of the town in an address; empty if the country's addresses have none."""
    state: str
    """The key of the state in the customer form; empty if the country's addresses have none."""
    postal_code: str
    """The pattern of postal codes; `#` stands for any digit."""
    area: str
    """The telephone area code; empty if the country's pattern needs none."""


class Tongue(NamedTuple):
    """The patterns for companies, people and addresses of one country and language."""

    country: str
    """The ISO code of the country."""
    culture: str
    """The culture of the billing profile, such as `de-DE`."""
    top_level: str
    """The top-level domain of companies' own domains."""
    phone: str
    """The pattern of telephone numbers, with `#` and `{area}`."""
    registrations: tuple[str, ...]
    """Patterns of the registration number; empty for a country without one (`rules.md §4`).

    `#` stands for a digit, `?` for a check digit.
    """
    check_digits: str
    """The function of python-stdnum that computes the check digits; empty for none."""
    places: tuple[Place, ...]
    streets: tuple[str, ...]
    given: tuple[Word, ...]
    family: tuple[Word, ...]
    patterns: tuple[tuple[tuple[Word, ...], ...], ...]
    """Patterns of company names. Each piece of a pattern is a choice of words; an empty piece is
    the name of the town."""

    def company(self, rng: Random, place: Place) -> Word:
        """Return the name of an invented company in `place`."""
        pieces = pick(rng, self.patterns)
        words = [pick(rng, piece) if piece else place.city for piece in pieces]
        return Word("".join(word.text for word in words), "".join(word.latin for word in words))

    def registration(self, rng: Random) -> str:
        """Return an invented registration number with valid check digits; empty if not needed."""
        if not self.registrations:
            return ""
        while True:
            number = digits(rng, pick(rng, self.registrations))
            missing = number.count("?")
            if not missing:
                return number
            room, _, function = self.check_digits.rpartition(".")
            calculate: Callable[[str], str | int] = getattr(_module(room), function)
            check = str(calculate("".join(filter(str.isalnum, number))))
            if len(check) == missing:  # some numbers have no valid check digit, so none is issued
                return number.replace("?", "%s") % tuple(check)

    def phone_number(self, rng: Random, place: Place) -> str:
        """Return an invented telephone number in `place`."""
        return digits(rng, self.phone.replace("{area}", place.area))


class Partner(NamedTuple):
    """The demo partner in one cloud."""

    name: str
    market: str
    kind: PartnerKind
    share: int
    """The weight of the cloud when customers are distributed, roughly a percentage."""


def _module(room: str) -> object:
    return import_module(f"stdnum.{room}")


def _word(text: str, letters: Mapping[int, str] = _LETTERS) -> Word:
    text, _, latin = text.partition("=")
    if latin:
        return Word(text, f"{latin} ")
    return Word(text, re.sub("[^a-z0-9]+", " ", fold(text.lower().translate(letters))).strip())


def _tongue(own: Mapping[str, Any]) -> Tongue:
    word = partial(_word, letters=_GERMAN_LETTERS if own["culture"][:2] == "de" else _LETTERS)
    choices = {name: tuple(map(word, items)) for name, items in own["words"].items()}
    choices["form"] = tuple(Word(form.text, "") for form in choices["form"])
    choices["city"] = ()

    def piece(part: str) -> tuple[Word, ...]:
        return choices[part[1:-1]] if part[0] == "{" else (Word(part, f" {word(part).latin} "),)

    def place(city: str, **fields: str) -> Place:
        name = word(city)
        parts = (fields.get(field, "") for field in ("state", "postal_code", "area"))
        return Place(name, fields.get("locality", name.text), *parts)

    return Tongue(
        *(own["country"], own["culture"], own["top_level"], own["phone"]),
        tuple(own.get("registration", ())),
        own.get("check_digits", ""),
        tuple(place(**fields) for fields in own["places"]),
        tuple(own["streets"]),
        choices["given"],
        choices["family"],
        tuple(
            tuple(piece(part) for part in re.split(r"(\{\w+\})", name) if part)
            for name in own["names"]
        ),
    )


_DATA = tomllib.loads(Path(__file__).with_name("names.toml").read_text(encoding="utf-8"))


def _people(name: str) -> Mapping[str, Any]:
    """Return a table of `names.toml`, completed by the table that its `like` names."""
    own = _DATA["peoples"][name]
    other = _people(own["like"]) if "like" in own else {"words": {}}
    return {**other, **own, "words": {**other["words"], **own["words"]}}


_PEOPLES = {name: _tongue(_people(name)) for name in _DATA["peoples"]}
ENGLISH = _PEOPLES["english"]
"""The patterns of American companies; the samples have addresses of this country, too."""
TONGUES = {
    cloud: tuple(_PEOPLES[name] for name, share in shares.items() for _time in range(share))
    for cloud, shares in _DATA["clouds"].items()
}
"""The patterns for each cloud, each repeated by its share (of one hundred in the global cloud)."""
PARTNERS = {
    cloud: Partner(**fields | {"kind": PartnerKind(fields["kind"])})
    for cloud, fields in _DATA["partners"].items()
}
"""The partner in each cloud."""
SAMPLES = tuple(
    Word(name, _word(name.partition(",")[0]).latin) for name in _DATA["people"]["samples"]
)
"""Microsoft's sample companies. Fabrikam comes first and is in every demo book, once."""
STAFF: list[str] = _DATA["people"]["staff"]
RESELLERS: list[str] = _DATA["people"]["resellers"]
TAGS: dict[str, list[str]] = _DATA["tags"]
"""Tags by language; `everywhere` has those of all languages."""
NOTES: dict[str, list[str]] = _DATA["notes"]

HOSTILE = tuple(
    Word(f"Zz {text}", latin) if latin != "hyperlink" else Word(text, latin)
    for text, latin in (
        ("[bold red]Not bold[/]", "not bold"),
        ("\x1b[2J\x1b[31mred", "red"),
        ("tab\there,\nnew line and \x07bell", "tab bell"),
        (("Donaudampfschifffahrtselektrizitätenhauptbetriebswerk " * 8)[:396] + "!", "donaudampf"),
        ("Invoice \u202egpj.exe", "invoice"),
        ("شركة Northgate للتجارة 2000 Ltd. فرع دبي", "northgate trading"),
        ("Z\u0337\u0322\u031b\u0300\u0315\u034a" * 3 + "algo\u0336\u0329\u0348\u0307 Ltd", "zalgo"),
        ("👩\u200d👩\u200d👧\u200d👦 Family Office 🏳️\u200d🌈", "family office"),
        ('=HYPERLINK("http://example.com","x")', "hyperlink"),
        ("'; DROP TABLE customers; --", "drop table"),
        ("100% _ \\ \"quoted\" 'name'", "quoted"),
        ("Nothing But a Name", ""),
    )
)
"""Names that attack the terminal, spreadsheets and the database; the last one has no other field.

They sort after every company. Only the formula does not, because it must begin with `=`.
"""
HOSTILE_TAG = "hostile"


def tongues(cloud: Cloud) -> tuple[Tongue, ...]:
    """Return the patterns of a cloud; for an unknown cloud those of its countries, or all."""
    if cloud.id in TONGUES:
        return TONGUES[cloud.id]
    world = TONGUES["global"]
    return tuple(tongue for tongue in world if tongue.country in cloud.countries) or world


def partner(cloud: Cloud) -> Partner:
    """Return the partner in a cloud."""
    name, market = f"Northlight {cloud.short_name}", cloud.only_country
    return PARTNERS.get(cloud.id) or Partner(name, market, PartnerKind.DIRECT_BILL, 5)
