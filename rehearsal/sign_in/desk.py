"""Answers every call of the sign-in address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal import log
from partnerdesk.rehearsal.clock import http_date
from partnerdesk.rehearsal.faults import ENTRA, Moment, Stage
from partnerdesk.rehearsal.request import Outcome
from partnerdesk.rehearsal.sign_in.directory import configuration, instances, tenant_at
from partnerdesk.rehearsal.sign_in.errors import SLOW_DOWN, SignInError
from partnerdesk.rehearsal.sign_in.grants import DEVICE, Ask, device_answer, token_answer
from partnerdesk.rehearsal.sign_in.pages import approve, authorize, device_page
from partnerdesk.rehearsal.spoil import BAD_GATEWAY, HTML, instead, spoilt, throttled
from partnerdesk.rehearsal.tenants import derived_id
from partnerdesk.rehearsal.wire import Answer

if TYPE_CHECKING:
    from partnerdesk.rehearsal.faults import Faults
    from partnerdesk.rehearsal.request import Request
    from partnerdesk.rehearsal.sign_in.directory import App
    from partnerdesk.rehearsal.world import World

_CALLS = (
    ("GET", re.compile(r"/common/discovery/instance"), "sign-in-instances"),
    (
        "GET",
        re.compile(r"/(?P<tenant>[^/]+)(/v2\.0)?/\.well-known/openid-configuration"),
        "sign-in-discovery",
    ),
    ("GET", re.compile(r"/(?P<tenant>[^/]+)/discovery/v2\.0/keys"), "sign-in-keys"),
    ("POST", re.compile(r"/(?P<tenant>[^/]+)/oauth2/v2\.0/devicecode"), "sign-in-device-code"),
    ("POST", re.compile(r"/(?P<tenant>[^/]+)/oauth2/(v2\.0/)?token"), "sign-in-token"),
    ("GET", re.compile(r"/(?P<tenant>[^/]+)/oauth2/(v2\.0/)?authorize"), "sign-in-authorize"),
    ("GET", re.compile(r"/(?P<page>approve|devicelogin)"), "sign-in-page"),
    ("POST", re.compile(r"/(?P<page>approve|devicelogin)"), "sign-in-page"),
)
_TOKEN = ("sign-in-token", "sign-in-device-code")
_DISCOVERY = ("sign-in-discovery", "sign-in-instances")


@dataclass(slots=True)
class SignIn:
    """The sign-in of all clouds."""

    world: World
    app: App
    faults: Faults

    def handle(self, request: Request) -> Outcome:
        """Answer a call, and write it into the log without any secret."""
        entry = log.Entry(
            at=self.world.clock.seconds(),
            host=str(request.host),
            operation="",
            method=request.method,
            path=request.path,
            correlation_id=request.headers.get("client-request-id", ""),
        )
        try:
            outcome = self._outcome(request, entry)
        except SignInError as error:
            entry.code = f"{error.number} {error.error}"
            trace = derived_id(entry.at, request.path, "trace")
            correlation = entry.correlation_id or derived_id(entry.at, "correlation")
            outcome = Outcome(error.answer(self.world.clock.now(), trace, correlation))
        entry.status = 0 if outcome.ending in ("cut", "held") else outcome.answer.status
        log.write(self.world.state, entry)
        outcome.headers["Date"] = http_date(self.world.clock.now())
        outcome.headers["Cache-Control"] = "no-store, no-cache"
        return outcome

    def _outcome(self, request: Request, entry: log.Entry) -> Outcome:
        for method, pattern, name in _CALLS:
            match = pattern.fullmatch(request.path) if method == request.method else None
            if match is not None:
                entry.operation = name
                return self._played(request, name, match.groupdict(), entry)
        return Outcome(Answer({"error": "not_found"}, HTTPStatus.NOT_FOUND))

    def _played(
        self, request: Request, name: str, parts: dict[str, Any], entry: log.Entry
    ) -> Outcome:
        fault = self._fault(request, name)
        entry.fault = fault
        if ENTRA.fullmatch(fault):
            raise SignInError(int(fault.partition("-")[2]))
        if fault == "slow-down":
            raise SignInError(70016, error=SLOW_DOWN)
        if fault and fault != "sign-in-half-body":
            return self._instead(fault)
        with self.world.state.once():
            answer = self._answer(request, name, parts, entry)
        return spoilt(fault, answer) if fault else Outcome(answer)

    def _fault(self, request: Request, name: str) -> str:
        if name in _TOKEN:
            polls = request.form.get("grant_type") in (DEVICE, "device_code")
            fault = self.faults.pick(Moment(name, frozenset({Stage.AT_TOKENS})))
            return "" if fault == "slow-down" and not polls else fault
        if name in _DISCOVERY:
            return self.faults.pick(Moment(name, frozenset({Stage.SIGN_IN})))
        return ""

    def _instead(self, fault: str) -> Outcome:
        answers = {
            "sign-in-429": lambda: throttled(self.world.options.retry_after),
            "sign-in-500": lambda: Answer({"error": "server_error"}, 500),
            "sign-in-502": lambda: Answer(BAD_GATEWAY, 502, content_type=HTML),
            "discovery-400": lambda: Answer({"error": "invalid_tenant"}, 400),
            "discovery-502": lambda: Answer(BAD_GATEWAY, 502, content_type=HTML),
            "discovery-empty": lambda: Answer({}),
        }
        if fault in answers:
            return Outcome(answers[fault]())
        return instead(fault, self.world.options)

    def _answer(
        self, request: Request, name: str, parts: dict[str, Any], entry: log.Entry
    ) -> Answer:
        if name == "sign-in-instances":
            return Answer(instances(request.address))
        if name == "sign-in-page":
            form = {**request.query, **request.form}
            page = approve if parts["page"] == "approve" else device_page
            return page(self.world, form)
        tenant = tenant_at(self.world, request.address, parts["tenant"])
        entry.tenant = tenant.id
        if name == "sign-in-keys":
            return Answer({"keys": []})
        if name == "sign-in-discovery":
            return Answer(configuration(request.address, parts["tenant"], tenant))
        if name == "sign-in-authorize":
            return authorize(self.world, self.app, tenant, request.query)
        ask = Ask(self.world, self.app, tenant, request.form, request.address)
        entry.note = ask.form.get("grant_type", "")
        return Answer(token_answer(ask) if name == "sign-in-token" else device_answer(ask))
