"""The companies of the rehearsal: invented names, with addresses that their countries allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

Thing = TypeVar("Thing")

_FIRST = (
    *("Alder", "Amber", "Anchor", "Aspen", "Beacon", "Birch", "Blue", "Bright", "Cedar", "Clear"),
    *("Copper", "Coral", "Crystal", "Delta", "Eagle", "East", "Elm", "Ember", "Falcon", "First"),
    *("Forest", "Frost", "Garnet", "Golden", "Granite", "Harbor", "Hazel", "High", "Indigo"),
    *("Iron", "Ivory", "Jade", "Juniper", "Lake", "Lark", "Linden", "Lunar", "Maple", "Marble"),
    *("Meadow", "Mint", "North", "Oak", "Ocean", "Olive", "Onyx", "Opal", "Pearl", "Pine"),
    *("Quartz", "Raven", "River", "Ruby", "Sage", "Silver", "Sky", "Solar", "South", "Spruce"),
    *("Stone", "Summit", "Swift", "Terra", "Topaz", "Valley", "Vector", "West", "Willow", "Winter"),
    *("Zenith",),
)
_SECOND = (
    *("Analytics", "Automation", "Bakery", "Biotech", "Brewery", "Builders", "Capital", "Ceramics"),
    *("Chemicals", "Clinic", "Consulting", "Dairy", "Dental", "Design", "Electric", "Energy"),
    *("Engineering", "Farms", "Films", "Foods", "Foundry", "Freight", "Furniture", "Gardens"),
    *("Glass", "Health", "Hotels", "Insurance", "Interiors", "Labs", "Legal", "Logistics"),
    *("Machines", "Marine", "Media", "Metals", "Mining", "Motors", "Optics", "Outdoors", "Paper"),
    *("Pharma", "Plastics", "Power", "Press", "Properties", "Robotics", "School", "Software"),
    *("Solutions", "Steel", "Studio", "Systems", "Textiles", "Timber", "Tools", "Toys", "Trading"),
    *("Travel", "Water", "Works"),
)
_GIVEN = (
    *("Ada", "Ben", "Chloé", "Dmitri", "Elena", "Farid", "Grete", "Hana", "Ivo", "Jürgen", "Kofi"),
    *("Lucía", "Mei", "Nils", "Olga", "Paweł", "Quinn", "Rosa", "Søren", "Tomás", "Uma", "Victor"),
    *("Wen", "Yuki", "Zoë"),
)
_FAMILY = (
    *("Almeida", "Berg", "Castro", "Dubois", "Eriksen", "Fischer", "García", "Hoffmann", "Ivanova"),
    *("Jansen", "Kowalska", "Larsen", "Müller", "Nakamura", "O'Brien", "Petrov", "Quist", "Rossi"),
    *("Smith", "Tanaka", "Usman", "Varga", "Wagner", "Young", "Zhang"),
)
_PLACES = (
    ("US", "en-US", "Redmond", "WA", "98052", "One Microsoft Way", "4255550101", "LLC"),
    ("US", "en-US", "Austin", "TX", "78701", "600 Congress Avenue", "5125550123", "Inc."),
    ("CA", "en-CA", "Toronto", "ON", "M5V 2T6", "301 Front Street", "4165550199", "Ltd."),
    ("DE", "de-DE", "München", "", "80331", "Marienplatz 8", "+49 89 5550123", "GmbH"),
    ("FR", "fr-FR", "Lyon", "", "69002", "12 Rue Mercière", "+33 4 72 55 50 12", "SARL"),
    ("GB", "en-GB", "Leeds", "", "LS1 4DY", "7 Park Row", "+44 113 496 0123", "Ltd"),
    ("JP", "ja-JP", "千代田区", "東京都", "100-0005", "丸の内 1-1", "+81 3 5550 1234", "株式会社"),
    ("NL", "nl-NL", "Utrecht", "", "3511 LX", "Oudegracht 120", "+31 30 555 0123", "B.V."),
    ("SE", "sv-SE", "Göteborg", "", "411 06", "Drottninggatan 3", "+46 31 555 012", "AB"),
    ("PL", "pl-PL", "Kraków", "", "31-042", "Rynek Główny 5", "+48 12 555 01 23", "Sp. z o.o."),
    (
        "BR",
        "pt-BR",
        "São Paulo",
        "SP",
        "01310-100",
        "Avenida Paulista 900",
        "+55 11 5555 0123",
        "Ltda.",
    ),
    ("RU", "ru-RU", "Казань", "", "420111", "ул. Баумана, 7", "+7 843 555-01-23", "ООО"),
    ("IN", "en-IN", "Bengaluru", "KA", "560001", "22 MG Road", "+91 80 5550 1234", "Pvt. Ltd."),
    ("AU", "en-AU", "Sydney", "NSW", "2000", "88 Pitt Street", "+61 2 5550 1234", "Pty Ltd"),
    ("CN", "zh-CN", "北京", "BJ", "100020", "建国路 93 号", "+86 10 5555 0123", "有限公司"),
)
_PLACES_OF = {
    country: tuple(place for place in _PLACES if country in ("", place[0]))
    for country in ("", *(place[0] for place in _PLACES))
}
"""The places of each country, and of all without one."""


@dataclass(frozen=True, slots=True)
class Company:
    """An invented company."""

    name: str
    prefix: str
    """What its first domain begins with."""
    billing: dict[str, object]
    """Its billing profile, without id, links and etag."""
    registration: str


def company(dice: random.Random, number: int, country: str = "") -> Company:
    """Return the company of a number; the same dice make the same one."""
    places = _PLACES_OF[country]
    code, culture, city, state, postal, street, phone, form = _one(dice, places)
    first, second = _one(dice, _FIRST), _one(dice, _SECOND)
    given, family = _one(dice, _GIVEN), _one(dice, _FAMILY)
    name = f"{form} {first} {second}" if code in ("RU", "JP") else f"{first} {second} {form}"
    prefix = f"{first}{second}".casefold()[:18] + f"{number:x}"
    address: dict[str, object] = {
        "country": code,
        "city": city,
        "addressLine1": street,
        "postalCode": postal,
        "firstName": given,
        "lastName": family,
        "phoneNumber": phone,
    }
    if state:
        address["state"] = state
    billing: dict[str, object] = {
        "firstName": given,
        "lastName": family,
        "email": f"{prefix}@example.com",
        "culture": culture,
        "language": culture[:2],
        "companyName": name,
        "defaultAddress": address,
    }
    needs = code in ("BR", "RU", "IN", "PL")
    return Company(name, prefix, billing, f"{dice.randrange(10**9):09}" if needs else "")


def _one(dice: random.Random, of: Sequence[Thing]) -> Thing:
    """Return one of them; faster than `choice`, as there may be very many companies."""
    return of[int(dice.random() * len(of))]
