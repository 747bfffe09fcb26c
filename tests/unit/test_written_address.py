"""Addresses in the format of their country, without losing a stored part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.customers.entities import Address
from partnerdesk.models.customers.form.written_address import address_lines, state_text
from partnerdesk.models.languages import speak
from partnerdesk.models.values.countries import codes, country_name

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    speak("en")
    yield
    speak("en")


def lines(country: str, street: str, city: str, state: str = "", code: str = "") -> list[str]:
    kept = Address(address_line1=street, address_line2="", city=city, state=state, postal_code=code)
    return address_lines(kept, country)


@pytest.mark.parametrize(
    ("country", "parts", "written"),
    [
        ("US", ("1 Main St", "Chicago", "IL", "60644"), "Chicago, IL 60644|United States"),
        ("US", ("1 Main St", "Chicago"), "Chicago|United States"),
        ("US", ("1 Main St", "", "IL", "60644"), "IL 60644|United States"),
        ("DE", ("Weg 1", "Berlin", "", "10115"), "10115 Berlin|Germany"),
        ("TR", ("Sokak 1", "Konak", "İzmir", "35222"), "35222 Konak/İzmir|Türkiye"),
        ("TR", ("Sokak 1", "Konak", "", "35222"), "35222 Konak|Türkiye"),
        ("SE", ("Gatan 1", "Malmö", "", "211 20"), "SE-211 20 Malmö|Sweden"),
        ("SE", ("Gatan 1", "Malmö"), "Malmö|Sweden"),
        ("GB", ("1 High St", "London", "", "SW1A 1AA"), "London|SW1A 1AA|United Kingdom"),
        ("AE", ("1 Port Rd", "Deira", "إمارة دبيّ"), "Deira, Dubai|United Arab Emirates"),
        ("", ("1 Road", "Town", "State", "123"), "123 Town|State"),
    ],
)
def test_the_street_comes_first_and_the_rest_in_the_country_s_order(
    country: str, parts: tuple[str, ...], written: str
) -> None:
    assert lines(country, *parts) == [parts[0], *written.split("|")]


def test_an_address_of_the_far_east_goes_from_the_large_to_the_small() -> None:
    written = lines("JP", "丸の内1-1", "千代田区", "東京都", "100-0005")
    assert written == ["〒100-0005", "東京都 千代田区 (Tokyo)", "丸の内1-1", "Japan"]
    latin = lines("JP", "1-1 Marunouchi", "Chiyoda", "東京都", "100-0005")
    assert latin == ["1-1 Marunouchi, Chiyoda, Tokyo", "100-0005", "Japan"]


def test_a_state_stands_beside_its_latin_name_where_its_script_is_a_foreign_one() -> None:
    assert state_text("AE", "إمارة دبيّ") == "إمارة دبيّ (Dubai)"
    assert state_text("RU", "Московская область") == "Московская область (Moskovskaya oblast')"
    assert state_text("US", "IL") == "IL"
    speak("ru")
    assert state_text("RU", "Московская область") == "Московская область"
    assert lines("US", "1 Main St", "Chicago", "IL")[-1] == "Соединенные Штаты"


@pytest.mark.parametrize("street", ["Street one", "Улица один"])
def test_nothing_that_is_kept_is_left_out_in_any_country(street: str) -> None:
    for country in [*codes(), "", "ZZ"]:
        written = "\n".join(lines(country, street, "Town seven", "State eight", "Code nine"))
        for part in (street, "Town seven", "State eight", "Code nine", country_name(country)):
            assert part in written, (country, written)
