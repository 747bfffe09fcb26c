"""Changing a billing profile: the whole resource with the version that was just read.

What somebody else changed at Partner Center stays, as long as it is in other fields. Where both
changed the same field, nothing is sent: the person chooses (`reference/protocol.md §6`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnerdesk.models.core.errors import PartnerCenterError
from partnerdesk.partnercenter.errors import ErrorKind
from partnerdesk.partnercenter.sending.bodies import etag_of, profile_fields, with_fields
from partnerdesk.partnercenter.sending.results import Accepted, Clash, NotYetError, ReadBack, Repeat
from partnerdesk.partnercenter.wire.customers import BillingProfile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.changes.plan import Fields
    from partnerdesk.models.changes.waiting_calls import Exchange
    from partnerdesk.partnercenter.answers import Answer
    from partnerdesk.partnercenter.sending.errands import Errand

STALE_ATTEMPTS = 3
"""How often a profile is read again after somebody else was faster."""


class EditCourier:
    """Changes fields of a billing profile."""

    def look_up(self, errand: Errand) -> Accepted | Repeat:
        """Return that the attempt took effect, if the profile has all wanted values."""
        answer, exchange = _read(errand)
        if _differing(errand.arguments, _fields(answer)):
            return Repeat.NEW_ID
        return Accepted(exchange)

    def send(self, errand: Errand) -> Accepted | Clash:
        """Read the profile with its version, put the wanted values in, and write it."""
        wanted = errand.arguments.get("wanted", {})
        for attempt in range(1, STALE_ATTEMPTS + 1):
            read, exchange = _read(errand)
            clashing = _clashing(errand.arguments, _fields(read))
            if clashing:
                return Clash(exchange, clashing)
            body = with_fields(read.body, wanted)
            try:
                _answer, exchange = errand.ask(
                    "update_billing_profile",
                    errand.customer,
                    body=body,
                    etag=etag_of(read.body),
                    request_id=errand.request_id if attempt == 1 else "",
                    before_send=errand.keep_id,
                )
            except PartnerCenterError as error:
                if error.kind != ErrorKind.STALE:
                    raise
            else:
                return Accepted(exchange)
        read, exchange = _read(errand)
        return Clash(exchange, {name: _fields(read)[name] for name in wanted})

    def read_back(self, errand: Errand, accepted: Mapping[str, Any]) -> ReadBack | Clash:
        """Return the profile as it is now; a clash if it never shows the wanted values."""
        answer, exchange = _read(errand)
        theirs = _fields(answer)
        differing = _differing(errand.arguments, theirs)
        if not differing:
            return ReadBack(billing=theirs)
        if int(accepted.get("reads", 0)) < STALE_ATTEMPTS:
            raise NotYetError
        return Clash(exchange, {name: theirs[name] for name in differing})


def _read(errand: Errand) -> tuple[Answer, Exchange]:
    return errand.ask("get_billing_profile", errand.customer)


def _fields(answer: Answer) -> Fields:
    return profile_fields(BillingProfile.of(answer.body))


def _differing(arguments: Mapping[str, Any], theirs: Fields) -> list[str]:
    return [
        name
        for name, value in arguments.get("wanted", {}).items()
        if name in theirs and theirs[name] != value
    ]


def _clashing(arguments: Mapping[str, Any], theirs: Fields) -> Fields:
    """Return the fields that somebody else changed to another value than the wanted one."""
    base = arguments.get("base", {})
    return {
        name: theirs[name]
        for name in _differing(arguments, theirs)
        if theirs[name] != base.get(name, "")
    }
