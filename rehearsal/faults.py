"""Faults on demand: what can go wrong, and which call it hits."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from partnerdesk.rehearsal.rates import Rate, RateError

if TYPE_CHECKING:
    from collections.abc import Iterable


class Stage(StrEnum):
    """When a fault works."""

    BEFORE = "before"
    """Instead of the work."""
    INSIDE = "inside"
    """While the work is done: the operation, or who runs it, plays it."""
    AFTER = "after"
    """The work is done, its answer is spoilt."""
    REFUSAL = "refusal"
    """A refusal is written in another way."""
    SIGN_IN = "sign-in"
    """At the sign-in, any address of it."""
    AT_TOKENS = "at-tokens"
    """At the address of tokens, and of device codes."""


class Needs(StrEnum):
    """Which calls a fault can hit."""

    ANY = "any call"
    READ = "a call that reads"
    WRITE = "a call that writes"
    LIST = "a call that lists"
    NEXT_PAGE = "a call for a page after the first"
    CUSTOMER = "a call that reads something of one customer"
    ETAG = "a call with If-Match"
    SUBSCRIPTION = "a call that changes a subscription"
    PERSON = "a call of a person"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that can go wrong."""

    name: str
    stage: Stage
    text: str
    """What happens, for the documentation."""
    needs: Needs = Needs.ANY
    usual: bool = False
    """Whether the fault `any` takes it, too: a careful client gets over it unharmed."""


_F, _S, _N = Fault, Stage, Needs
FAULTS = {
    fault.name: fault
    for fault in (
        _F("429", _S.BEFORE, "429 with Retry-After", usual=True),
        _F("429-bare", _S.BEFORE, "429 without Retry-After", usual=True),
        _F("500", _S.BEFORE, "500 with code 800003, nothing done", usual=True),
        _F("500-after", _S.AFTER, "500 with code 800003, although the work was done", usual=True),
        _F("502", _S.BEFORE, "502 with a page of HTML, nothing done", usual=True),
        _F("502-after", _S.AFTER, "502 with a page of HTML, although the work was done"),
        _F("503", _S.BEFORE, "503 without a body"),
        _F("401", _S.BEFORE, "401, and the token is dead from now on", usual=True),
        _F("timeout-before", _S.BEFORE, "no answer until the client hangs up, nothing done"),
        _F("timeout-after", _S.AFTER, "the work is done, no answer until the client hangs up"),
        _F("cut-before", _S.BEFORE, "the connection is cut, nothing done", usual=True),
        _F("cut-after", _S.AFTER, "the work is done, the connection is cut", usual=True),
        _F("half-body", _S.AFTER, "the work is done, half of the answer arrives", usual=True),
        _F(
            "wrong-customer",
            _S.INSIDE,
            "another customer of the partner is answered",
            _N.CUSTOMER,
            usual=True,
        ),
        _F("404-page", _S.BEFORE, "404 for a page after the first", _N.NEXT_PAGE, usual=True),
        _F("401-page", _S.BEFORE, "401 in the middle of paging", _N.NEXT_PAGE, usual=True),
        _F(
            "repeated-page",
            _S.INSIDE,
            "the page before is answered again",
            _N.NEXT_PAGE,
            usual=True,
        ),
        _F("lost-page", _S.AFTER, "an empty page that leads on to the next", _N.LIST, usual=True),
        _F("wrong-order", _S.AFTER, "the rows of a page in the other order", _N.LIST),
        _F("end-2000", _S.INSIDE, "the last page has a next link; it leads to 400/2000", _N.LIST),
        _F("double-v1", _S.AFTER, "/v1//v1/ in the next link", _N.LIST, usual=True),
        _F("short-list", _S.AFTER, "the list ends early", _N.LIST),
        _F(
            "wrong-tenant-page",
            _S.INSIDE,
            "a later page holds rows of another partner",
            _N.NEXT_PAGE,
        ),
        _F("stale-etag", _S.INSIDE, "somebody else was faster: 412", _N.ETAG),
        _F("stale-etag-2055", _S.INSIDE, "somebody else was faster: 400 with code 2055", _N.ETAG),
        _F(
            "another-operation",
            _S.INSIDE,
            "another operation runs on the subscription: 409 with code 900278",
            _N.SUBSCRIPTION,
        ),
        _F("bom", _S.AFTER, "a byte-order mark before the JSON", usual=True),
        _F("unknown-status", _S.AFTER, "a status that no document knows", _N.READ),
        _F("unknown-field", _S.AFTER, "fields that no document knows", _N.READ, usual=True),
        _F("status-number", _S.AFTER, "a status as a number", _N.READ),
        _F("error-language", _S.BEFORE, "500 with a description in Japanese", usual=True),
        _F("clock-off", _S.AFTER, "the Date header is an hour off", usual=True),
        _F("code-text", _S.REFUSAL, "the code of a refusal as text"),
        _F("html-error", _S.REFUSAL, "a refusal as a page of HTML"),
        _F("empty-error", _S.REFUSAL, "a refusal without a body"),
        _F("mfa", _S.BEFORE, "401 with 900421, for this call only", _N.PERSON),
        _F("sign-in-429", _S.AT_TOKENS, "429 with Retry-After from the token address"),
        _F("sign-in-500", _S.AT_TOKENS, "500 with JSON from the token address"),
        _F("sign-in-502", _S.AT_TOKENS, "502 with a page of HTML from the token address"),
        _F("sign-in-timeout", _S.AT_TOKENS, "the token address does not answer"),
        _F("sign-in-cut", _S.AT_TOKENS, "the token address cuts the connection"),
        _F("sign-in-half-body", _S.AT_TOKENS, "half an answer from the token address"),
        _F("slow-down", _S.AT_TOKENS, "slow_down while a device code is polled"),
        _F("discovery-400", _S.SIGN_IN, "400 from the discovery document"),
        _F("discovery-502", _S.SIGN_IN, "502 with a page of HTML from the discovery document"),
        _F("discovery-empty", _S.SIGN_IN, "a discovery document without addresses"),
    )
}
ANY = "any"
"""Takes the usual faults one after the other, each where it can hit."""
ENTRA = re.compile(r"entra-(\d+)")
"""An error of the sign-in by its number, such as entra-65001."""
_RULE = re.compile(r"(?P<name>[a-z0-9-]+)(@(?P<operation>[a-z0-9-]+))?(:(?P<rate>[^:]+))?")


class FaultError(ValueError):
    """A fault that does not exist, or a rate that cannot be read."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known about a call when faults are asked."""

    operation: str
    stages: frozenset[Stage]
    fits: frozenset[Needs] = frozenset(Needs)


@dataclass(slots=True)
class _Rule:
    text: str
    name: str
    operation: str
    rate: Rate
    turn: int = 0

    def choose(self, moment: Moment) -> str:
        """Return the fault that can hit this call, empty for none; `any` goes on in its list."""
        if self.operation and self.operation != moment.operation:
            return ""
        if self.name != ANY:
            return self.name if _can_hit(self.name, moment) else ""
        usual = [fault.name for fault in FAULTS.values() if fault.usual]
        for step in range(len(usual)):
            name = usual[(self.turn + step) % len(usual)]
            if _can_hit(name, moment):
                return name
        return ""

    def took(self, name: str) -> None:
        """Go on after a fault that has hit."""
        if self.name == ANY:
            usual = [fault.name for fault in FAULTS.values() if fault.usual]
            self.turn = usual.index(name) + 1


def _can_hit(name: str, moment: Moment) -> bool:
    if ENTRA.fullmatch(name):
        return Stage.AT_TOKENS in moment.stages
    fault = FAULTS[name]
    return fault.stage in moment.stages and fault.needs in moment.fits


@dataclass(slots=True)
class Faults:
    """The faults that are switched on, in their order."""

    _rules: list[_Rule] = field(default_factory=list)

    def choose(self, texts: Iterable[str]) -> None:
        """Switch on these faults and no others: NAME:RATE, or NAME@OPERATION:RATE.

        Raises:
            FaultError: one cannot be read; nothing is changed.
        """
        self._rules = [_parsed(text) for text in texts]

    def texts(self) -> list[str]:
        """Return the faults that are on."""
        return [rule.text for rule in self._rules]

    def pick(self, moment: Moment) -> str:
        """Count a call; return the name of the fault that hits it, empty for none.

        A call is hit by one fault at most: another one that is due hits the next call.
        """
        picked = ""
        for rule in self._rules:
            name = rule.choose(moment)
            if not name or not rule.rate.hit():
                continue
            if picked:
                rule.rate.give_back()
                continue
            picked = name
            rule.took(name)
        return picked


def _parsed(text: str) -> _Rule:
    match = _RULE.fullmatch(text.strip())
    if match is None:
        raise FaultError(text)
    name = match["name"]
    if name not in FAULTS and name != ANY and not ENTRA.fullmatch(name):
        raise FaultError(text)
    try:
        rate = Rate(match["rate"] or "1")
    except RateError as error:
        raise FaultError(text) from error
    return _Rule(text.strip(), name, match["operation"] or "", rate)
