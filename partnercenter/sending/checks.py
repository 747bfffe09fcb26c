"""Checks while a person types: whether a domain is free, and what is wrong with an address.

    checks = OnlineChecks(open_client)
    checks.domain("contoso.onmicrosoft.com")     # blocking; the same question is asked once

The screen calls this in a worker, some time after the last key, and shows the newest answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING, Any

from partnerdesk.models.core.errors import PartnerCenterError
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.languages import N_, _
from partnerdesk.partnercenter.field_names import POSTAL
from partnerdesk.partnercenter.wire.countries import CheckedAddress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from partnerdesk.partnercenter.client import PartnerCenter
    from partnerdesk.partnercenter.wire.base import Address

DOMAIN_SOURCE = "protocol.md §12"
ADDRESS_SOURCE = "resources.md, Address validation result"
REMEMBERED = 200
"""How many answers are remembered."""
TAKEN, FREE = 200, 404


def is_domain_taken(client: PartnerCenter, domain: str) -> bool:
    """Return whether a tenant has the domain already (`reference/protocol.md §12`).

    Raises: the errors of `PartnerCenter.call`.
    """
    try:
        answer = client.call("check_domain", {"domain": domain})
    except PartnerCenterError as error:
        if error.status == FREE:
            return False
        raise
    return answer.status != FREE


class AddressStatus(StrEnum):
    """What the service says of an address (`reference/resources.md`, *Address validation*)."""

    VERIFIED_SHIPPABLE = "VerifiedShippable"
    VERIFIED = "Verified"
    INTERACTION_REQUIRED = "InteractionRequired"
    STREET_PARTIAL = "StreetPartial"
    PREMISES_PARTIAL = "PremisesPartial"
    MULTIPLE = "Multiple"
    NONE = "None"
    NOT_VALIDATED = "NotValidated"


_TEXTS = {
    AddressStatus.INTERACTION_REQUIRED: N_("Microsoft knows this address in another form."),
    AddressStatus.STREET_PARTIAL: N_("The street is not complete."),
    AddressStatus.PREMISES_PARTIAL: N_("The number of the house or flat is not complete."),
    AddressStatus.MULTIPLE: N_("Several parts of the address are not complete."),
    AddressStatus.NONE: N_("Microsoft does not find this address."),
    AddressStatus.NOT_VALIDATED: N_("Microsoft could not check this address."),
}
INVALID = "2007"
"""The code of an invalid address in the form of answers before July 2021."""


@dataclass(frozen=True, slots=True)
class AddressAnswer:
    """What Microsoft says of an address."""

    reason: Reason | None
    """What is wrong with it; None for a good address."""
    suggestions: tuple[dict[str, str], ...] = ()
    """Addresses it may mean, by the columns of the book."""


class OnlineChecks:
    """Asks Partner Center while a person types; each question once. Usable from several threads."""

    def __init__(self, open_client: Callable[[], AbstractContextManager[PartnerCenter]]) -> None:
        """Ask by clients that `open_client` opens, each for one question."""
        self._open_client = open_client
        self._lock = Lock()
        self._domains: dict[str, bool] = {}
        self._addresses: dict[tuple[str, ...], AddressAnswer] = {}

    def domain(self, domain: str) -> Reason | None:
        """Return the refusal of a domain that is taken; None for a free one.

        The check reserves nothing: somebody may take the domain before the customer is created.

        Raises: the errors of `PartnerCenter.call` and of `open_client`.
        """
        with self._lock:
            is_taken = self._domains.get(domain)
        if is_taken is None:
            with self._open_client() as client:
                is_taken = is_domain_taken(client, domain)
            self._remember(self._domains, domain, is_taken)
        if not is_taken:
            return None
        text = _("{domain} is taken: another tenant has it.").format(domain=shown(domain))
        return Reason("domain.taken", text, "domain_prefix", DOMAIN_SOURCE)

    def address(self, fields: Mapping[str, str]) -> AddressAnswer:
        """Return what Microsoft says of an address, given by the columns of the book.

        Raises: the errors of `PartnerCenter.call` and of `open_client`.
        """
        asked = tuple(fields.get(name, "").strip() for name in POSTAL)
        with self._lock:
            known = self._addresses.get(asked)
        if known is None:
            known = self._ask_address(dict(zip(POSTAL.values(), asked, strict=True)))
            self._remember(self._addresses, asked, known)
        return known

    def _remember(self, answers: dict[Any, Any], question: Any, answer: Any) -> None:
        with self._lock:
            while len(answers) >= REMEMBERED:
                del answers[next(iter(answers))]
            answers[question] = answer

    def _ask_address(self, address: dict[str, str]) -> AddressAnswer:
        body = {name: text for name, text in address.items() if text}
        try:
            with self._open_client() as client:
                answer = client.call("validate_address", body=body)
        except PartnerCenterError as error:
            if error.code != INVALID:
                raise
            return AddressAnswer(_reason(AddressStatus.NONE, ""))
        result = CheckedAddress.of(answer.body)
        suggestions = tuple(filter(None, map(_book_address, result.suggested_addresses)))
        status = result.status or AddressStatus.VERIFIED
        return AddressAnswer(_reason(status, result.validation_message), suggestions)


def _reason(status: str, message: str) -> Reason | None:
    """Return what a status says of an address; an unknown one is shown as it is."""
    if status in (AddressStatus.VERIFIED, AddressStatus.VERIFIED_SHIPPABLE):
        return None
    known = next((one for one in AddressStatus if one == status), None)
    text = _(_TEXTS[known]) if known in _TEXTS else shown(status)[:80]
    if message:
        text = f"{text} {shown(message)[:200]}"
    refuses = known is AddressStatus.NONE
    return Reason("address.online", text, "address_line1", ADDRESS_SOURCE, refuses=refuses)


def _book_address(told: Address) -> dict[str, str]:
    return {name: shown(text)[:200] for name in POSTAL if (text := getattr(told, name))}
