"""Checks before a customer is created: domain, address, and the rules of a country."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.areas.customers.rows import domain_taken
from partnerdesk.rehearsal.call import invalid, not_found
from partnerdesk.rehearsal.markets import Market, market, rules_of
from partnerdesk.rehearsal.operation import Area, Operation
from partnerdesk.rehearsal.shapes import ADDRESS_VERDICT, COUNTRY_RULES
from partnerdesk.rehearsal.wire import Answer, RefusedCallError

if TYPE_CHECKING:
    from partnerdesk.rehearsal.call import Call

ADDRESS_INVALID = 2007
_FIELDS = ("addressLine1", "addressLine2", "city", "state", "postalCode", "country")
_SHORTEST_STREET = 5
_SHORT_ZIP = 5


def check_domain(call: Call) -> Answer:
    """Answer 200 for a domain that is taken, 404 for a free one; never a body."""
    domain = call.path["domain"]
    if not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", domain):
        raise invalid("The domain is not valid.")
    if domain_taken(call.world, domain):
        return Answer()
    return Answer(status=HTTPStatus.NOT_FOUND)


def country_rules(call: Call) -> Answer:
    """Answer the rules of a country."""
    one = market(call.path["country"].upper())
    if one is None:
        raise not_found(1000, "Not found")
    return Answer(rules_of(one, old=call.world.options.old_country_rules))


def check_address(call: Call) -> Answer:
    """Answer what is known of an address, in the form since 13 July 2021 or in the one before."""
    body = call.body()
    spelled = {name.casefold(): value for name, value in body.items()}
    address = {
        name: str(spelled[name.casefold()]) for name in _FIELDS if spelled.get(name.casefold())
    }
    if "country" not in address:
        raise invalid("country is required.")
    status, message, suggested = verdict(address)
    if not call.world.options.old_address_check:
        return Answer(
            {
                "originalAddress": address,
                "suggestedAddresses": suggested,
                "status": status,
                "validationMessage": message,
            }
        )
    if status in ("Verified", "VerifiedShippable", "NotValidated"):
        return Answer()
    inner = {"code": "60071", "reason": message, "object_type": "AddressValidation"}
    raise RefusedCallError(HTTPStatus.BAD_REQUEST, ADDRESS_INVALID, json.dumps(inner))


def verdict(address: dict[str, str]) -> tuple[str, str, list[dict[str, Any]]]:
    """Return status, message and suggestions for an address (reference/resources.md).

    It follows from the text alone: a street without a number is PremisesPartial, a very short one
    StreetPartial, both together Multiple; a city in small letters needs a look.
    """
    rules = market(address["country"].upper())
    if rules is None:
        return "NotValidated", "The country is not supported.", []
    if reason := _wrong(address, rules):
        return "None", reason, []
    street = address.get("addressLine1", "")
    short, unnumbered = len(street) < _SHORTEST_STREET, not re.search(r"\d|^One ", street)
    if short or unnumbered:
        status = (
            "Multiple"
            if short and unnumbered
            else ("StreetPartial" if short else "PremisesPartial")
        )
        return (
            status,
            "The street is not complete.",
            [
                {**address, "addressLine1": f"{number} {street or 'Main Street'}"}
                for number in (1, 12, 100)
            ],
        )
    better = _better(address)
    if better.get("city") != address.get("city"):
        return "InteractionRequired", "The city is written in another way.", [better]
    shippable = address["country"].upper() == "US"
    return ("VerifiedShippable" if shippable else "Verified"), "The address is good.", [better]


def _wrong(address: dict[str, str], rules: Market) -> str:
    """Return why an address is invalid, empty if it is not."""
    if rules.city_required and "city" not in address:
        return "The city is missing."
    if rules.states and address.get("state", "").upper() not in rules.states:
        return "The state is not in the list."
    code = address.get("postalCode", "")
    if rules.postal_required and not code:
        return "The postal code is missing."
    if code and rules.postal_pattern and not re.fullmatch(rules.postal_pattern, code.upper()):
        return "The postal code has another form."
    return ""


def _better(address: dict[str, str]) -> dict[str, Any]:
    better = {**address, "country": address["country"].upper()}
    city = better.get("city", "")
    if city and city == city.lower() != city.title():
        better["city"] = city.title()
    if better["country"] == "US" and len(better.get("postalCode", "")) == _SHORT_ZIP:
        better["postalCode"] += "-1234"
    return better


AREA = Area(
    name="checks",
    operations=(
        Operation(
            name="domain-check",
            method="HEAD",
            path="/v1/domains/{domain}",
            handler=check_domain,
            source="verify-domain-availability",
        ),
        Operation(
            name="address-check",
            method="POST",
            path="/v1/validations/address",
            handler=check_address,
            source="validate-an-address",
            answers={200: ADDRESS_VERDICT},
            reads=True,
            request={"type": "object", "required": ["country"]},
        ),
        Operation(
            name="country-rules",
            method="GET",
            path="/v1/countryvalidationrules/{country}",
            handler=country_rules,
            source="get-market-specific-validation-data",
            answers={200: COUNTRY_RULES},
        ),
    ),
)
