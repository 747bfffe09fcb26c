"""Every call goes through here: who may call, limits, faults, and each write done once."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from partnerdesk.rehearsal import log
from partnerdesk.rehearsal.admission import Admission
from partnerdesk.rehearsal.clock import http_date
from partnerdesk.rehearsal.faults import FAULTS, Moment, Needs, Stage
from partnerdesk.rehearsal.operation import Host
from partnerdesk.rehearsal.request import Outcome
from partnerdesk.rehearsal.sign_in import tokens
from partnerdesk.rehearsal.spoil import (
    instead,
    spoilt,
    spoilt_refusal,
    throttled,
    with_rows_of,
)
from partnerdesk.rehearsal.tenants import all_tenants, derived_id
from partnerdesk.rehearsal.throttle import Throttle
from partnerdesk.rehearsal.wire import Answer, RefusedCallError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from partnerdesk.rehearsal.call import Call
    from partnerdesk.rehearsal.faults import Faults
    from partnerdesk.rehearsal.operation import Operation
    from partnerdesk.rehearsal.request import Request
    from partnerdesk.rehearsal.tenants import Tenant
    from partnerdesk.rehearsal.world import World

TABLES = """
CREATE TABLE IF NOT EXISTS answered (
  tenant TEXT NOT NULL, request_id TEXT NOT NULL, operation TEXT NOT NULL, path TEXT NOT NULL,
  asked TEXT NOT NULL, status INTEGER NOT NULL, headers TEXT NOT NULL, body BLOB,
  PRIMARY KEY (tenant, request_id, operation, path)
);
"""
_READS = ("GET", "HEAD")
_KEPT_PAGES = 64
"""Of how many lists the last page is kept, for the fault repeated-page."""
_WORK = frozenset({Stage.BEFORE, Stage.INSIDE, Stage.AFTER})
_VARIABLE = re.compile(r"\{([a-z_]+)\}")


class Routes:
    """Finds the operation of a method and a path; fixed paths go before variable ones."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        ordered = sorted(operations, key=lambda operation: operation.path.count("{"))
        self._patterns = [(_pattern(operation.path), operation) for operation in ordered]

    def find(self, request: Request) -> tuple[Operation, dict[str, str]]:
        """Return the operation, and the variable parts of the path by name.

        Raises:
            RefusedCallError: 404 for an unknown path, 405 for another method.
        """
        path = request.path.rstrip("/")
        methods: list[str] = []
        variables = 0
        for pattern, operation in self._patterns:
            match = pattern.fullmatch(path) if operation.host is request.host else None
            if match is None:
                continue
            if methods and operation.path.count("{") > variables:
                break  # the fixed path is meant, whatever its methods are
            if operation.method == request.method:
                return operation, match.groupdict()
            methods.append(operation.method)
            variables = operation.path.count("{")
        if methods:
            allow = {"Allow": ", ".join(methods)}
            raise RefusedCallError(
                HTTPStatus.METHOD_NOT_ALLOWED, 0, "Method not allowed", headers=allow
            )
        raise RefusedCallError(HTTPStatus.NOT_FOUND, 1000, "Not found")


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(_VARIABLE.sub(r"(?P<\1>[^/]+)", path), re.IGNORECASE)


@dataclass(slots=True)
class Gate:
    """Answers every call of the three services."""

    world: World
    routes: Routes
    faults: Faults
    neighbour: Callable[[World, Tenant, str], str | None]
    """Returns another customer of a partner than the given one, for the fault wrong-customer."""
    throttle: Throttle = field(default_factory=Throttle)
    admission: Admission = field(init=False)
    _last_pages: dict[tuple[str, ...], Answer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.admission = Admission(self.world)

    def handle(self, request: Request) -> Outcome:
        """Answer a call, and write it into the log."""
        entry = log.Entry(
            at=self.world.clock.seconds(),
            host=str(request.host),
            operation="",
            method=request.method,
            path=request.path,
            query=request.query_text[:500],
            request_id=request.headers.get("ms-requestid", ""),
            correlation_id=request.headers.get("ms-correlationid", ""),
        )
        with self.world.state.once():
            self.world.catch_up()
        outcome = self._outcome(request, entry)
        entry.status = 0 if outcome.ending in ("cut", "held") else outcome.answer.status
        log.write(self.world.state, entry)
        self._add_headers(request, outcome, entry)
        return outcome

    def _outcome(self, request: Request, entry: log.Entry) -> Outcome:
        try:
            operation, path = self.routes.find(request)
            entry.operation = operation.name
            entry.customer = path.get("customer_id", "").lower()
            call = self.admission.admit(request, operation, path, entry)
            if answer := self._over_limit(call, operation):
                return Outcome(answer)
            return self._played(call, operation, entry)
        except RefusedCallError as refusal:
            return Outcome(self._refusal(refusal, request.host, entry))

    def _refusal(self, refusal: RefusedCallError, host: Host, entry: log.Entry) -> Answer:
        entry.code = str(refusal.code)
        fault = self.faults.pick(Moment(entry.operation, frozenset({Stage.REFUSAL})))
        entry.fault = entry.fault or fault
        answer = refusal.answer()
        if host is not Host.API and refusal.body is None:
            error = {"code": str(refusal.code), "message": refusal.description}
            answer.body = {"error": {**error, "innerError": {}}}
        return spoilt_refusal(fault, answer)

    def _over_limit(self, call: Call, operation: Operation) -> Answer | None:
        if operation.host is not Host.API:
            return None
        counter = call.tenant.id
        if operation.per_customer:
            counter += "/" + call.path.get("customer_id", "").lower()
        limit, now = self.world.options.calls_per_minute, self.world.clock.seconds()
        seconds = self.throttle.wait(counter, now, limit)
        if operation.per_customer:  # counted by partner, too
            seconds = max(seconds, self.throttle.wait(call.tenant.id, now, limit))
        return throttled(seconds) if seconds else None

    def _played(self, call: Call, operation: Operation, entry: log.Entry) -> Outcome:
        fault = self.faults.pick(Moment(operation.name, _WORK, _fits(call, operation)))
        entry.fault = fault
        if fault in ("401", "401-page"):
            value = call.headers.get("authorization", "").partition(" ")[2]
            tokens.kill_access(self.world, value.strip())
            raise self.admission.denied("The token is not valid any more.")
        if fault == "mfa":
            raise self.admission.no_mfa()
        if fault and _stage(fault) is Stage.BEFORE:
            return instead(fault, self.world.options)
        call.fault = fault
        answer = self._done_once(call, operation, entry)
        return spoilt(fault, answer) if fault else Outcome(answer)

    def _done_once(self, call: Call, operation: Operation, entry: log.Entry) -> Answer:
        """Do the work, or return the answer that the same MS-RequestId got before."""
        request_id = call.headers.get("ms-requestid", "").lower()
        if operation.method in _READS or operation.reads or not request_id:
            return self._worked(call, operation, entry)
        path = json.dumps(dict(call.path))
        key = (call.tenant.id, request_id, operation.name, path)
        asked = hashlib.sha256(call.content).hexdigest()
        row = self.world.state.row(
            "SELECT * FROM answered"
            " WHERE tenant = ? AND request_id = ? AND operation = ? AND path = ?",
            *key,
        )
        if row is not None:
            same = row["asked"] == asked
            entry.note = "answered before" if same else "answered before, to another body"
            return Answer(row["body"], row["status"], json.loads(row["headers"]))
        answer = self._worked(call, operation, entry)
        if answer.kept:
            self.world.state.run(
                "INSERT INTO answered VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                *key,
                asked,
                answer.status,
                json.dumps(answer.headers),
                None if answer.body is None else answer.content(),
            )
        return answer

    def _worked(self, call: Call, operation: Operation, entry: log.Entry) -> Answer:
        if call.fault == "repeated-page":
            answer = self._last_pages.get(_list_key(call))
            if answer is not None:
                return answer
        call = self._with_another_customer(call)
        if operation.somebody_else is not None and call.fault.startswith("stale-etag"):
            with self.world.state.once():
                operation.somebody_else(call)
        try:
            with self.world.state.once():
                answer = operation.handler(call)
        except RefusedCallError as refusal:
            if operation.method in _READS:
                raise
            entry.code = str(refusal.code)
            return self._refusal(refusal, operation.host, entry)
        entry.done = operation.method not in _READS and not operation.reads
        if call.fault == "wrong-tenant-page":
            answer = self._with_foreign_rows(call, operation, answer)
        if operation.paged:
            self._last_pages[_list_key(call)] = replace(answer)
            if len(self._last_pages) > _KEPT_PAGES:
                del self._last_pages[next(iter(self._last_pages))]
        return answer

    def _with_another_customer(self, call: Call) -> Call:
        if call.fault != "wrong-customer":
            return call
        other = self.neighbour(self.world, call.tenant, call.path["customer_id"].lower())
        return call if other is None else replace(call, path={**call.path, "customer_id": other})

    def _with_foreign_rows(self, call: Call, operation: Operation, answer: Answer) -> Answer:
        for tenant in all_tenants(self.world.state):
            if tenant.id != call.tenant.id and "customer_id" not in call.path:
                query = {name: value for name, value in call.query.items() if name == "size"}
                other = operation.handler(replace(call, tenant=tenant, query=query, fault=""))
                return with_rows_of(answer, other)
        return answer

    def _add_headers(self, request: Request, outcome: Outcome, entry: log.Entry) -> None:
        now, options = self.world.clock.now(), self.world.options
        off_by = options.clock_off_seconds if entry.fault == "clock-off" else 0.0
        headers = outcome.headers
        headers["Date"] = http_date(now, off_by=off_by)
        correlation = entry.correlation_id or derived_id(entry.at, request.path, "correlation")
        asked = entry.request_id or derived_id(entry.at, request.path, "request")
        if request.host is Host.API:
            headers["MS-RequestId"] = asked
            headers["MS-CorrelationId"] = correlation
            headers["MS-CV"] = correlation.replace("-", "")[:16] + ".0"
            headers["MS-ServerId"] = "202010223"
            if entry.mfa:
                headers["isMfaCompliant"] = entry.mfa
        else:
            headers["request-id"] = asked
            headers["client-request-id"] = request.headers.get("client-request-id", asked)


def _fits(call: Call, operation: Operation) -> frozenset[Needs]:
    """Return what kind of call it is, for the faults."""
    reads = operation.method in _READS or operation.reads
    fits = {Needs.ANY, Needs.READ if reads else Needs.WRITE}
    if call.person is not None:
        fits.add(Needs.PERSON)
    if operation.paged:
        fits.add(Needs.LIST)
        if "ms-continuationtoken" in call.headers or "$skiptoken" in map(str.lower, call.query):
            fits.add(Needs.NEXT_PAGE)
    if reads and "customer_id" in call.path:
        fits.add(Needs.CUSTOMER)
    if "if-match" in call.headers:
        fits.add(Needs.ETAG)
    if not reads and "subscription_id" in call.path:
        fits.add(Needs.SUBSCRIPTION)
    return frozenset(fits)


def _stage(fault: str) -> Stage:
    return FAULTS[fault].stage


def _list_key(call: Call) -> tuple[str, ...]:
    return (call.tenant.id, call.operation, *call.path.values(), call.query.get("filter", ""))
