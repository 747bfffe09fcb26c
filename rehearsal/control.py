"""The address for tests: log, faults, clock, switches, and what the areas let be done."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal import log
from partnerdesk.rehearsal.clock import http_date, written
from partnerdesk.rehearsal.operation import Host
from partnerdesk.rehearsal.request import Outcome
from partnerdesk.rehearsal.sign_in import tokens
from partnerdesk.rehearsal.tenants import all_tenants, person
from partnerdesk.rehearsal.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from partnerdesk.rehearsal.faults import Faults
    from partnerdesk.rehearsal.request import Request
    from partnerdesk.rehearsal.throttle import Throttle
    from partnerdesk.rehearsal.world import World

_PREFIX = "/control/"


@dataclass(slots=True)
class Control:
    """Answers GET and POST of control/NAME; a POST takes a JSON object."""

    world: World
    faults: Faults
    throttle: Throttle
    _names: dict[str, Callable[[World, dict[str, Any]], Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.add(
            {
                "faults": self._faults,
                "clock": self._clock,
                "state": self._state,
                "token": self._token,
                "sign-out": self._sign_out,
                "throttle": self._throttle,
                "answered": self._answered,
            }
        )

    def add(self, names: Mapping[str, Callable[[World, dict[str, Any]], Any]]) -> None:
        """Add what an area lets be done."""
        self._names.update(names)

    def names(self) -> dict[str, str]:
        """Return what can be asked, each with the first line of what it does."""
        texts = {name: (asked.__doc__ or "").strip() for name, asked in self._names.items()}
        known = {name: text.splitlines()[0] for name, text in texts.items()}
        return {"log": "Return the calls after the number `after`; DELETE forgets them.", **known}

    def handle(self, request: Request) -> Outcome:
        """Answer a call; a wrong one is answered 400 with the reason."""
        name = request.path.removeprefix(_PREFIX)
        try:
            about = json.loads(request.content) if request.content.strip() else {}
            answer = self._answer(request, name, {**request.query, **about})
        except (ValueError, LookupError, TypeError) as error:
            reason = f"{type(error).__name__}: {error}"
            answer = Answer({"error": reason}, HTTPStatus.BAD_REQUEST)
        return Outcome(answer, headers={"Date": http_date(self.world.clock.now())})

    def _answer(self, request: Request, name: str, about: dict[str, Any]) -> Answer:
        if name == "log":
            return Answer(self._log(request.method, about))
        if name not in self._names:
            known = sorted([*self._names, "log"])
            return Answer({"error": "unknown", "known": known}, HTTPStatus.NOT_FOUND)
        with self.world.state.once():
            self.world.catch_up()
            return Answer(self._names[name](self.world, about))

    def _log(self, method: str, about: dict[str, Any]) -> Any:
        if method == "DELETE":
            log.clear(self.world.state)
            return {}
        after, operation = int(about.get("after", 0)), str(about.get("operation", ""))
        return {"calls": log.read(self.world.state, after, operation)}

    def _faults(self, _world: World, about: dict[str, Any]) -> Any:
        """Switch on `faults` and no others; their counters begin anew."""
        if "faults" in about:
            self.faults.choose(about["faults"])
        return {"faults": self.faults.texts()}

    def _clock(self, world: World, about: dict[str, Any]) -> Any:
        """Move the time on by `seconds`, and let happen what is due then."""
        world.clock.move(float(about.get("seconds", 0)))
        world.catch_up()
        return {"now": written(world.clock.now()), "moved": world.clock.moved_seconds}

    def _state(self, world: World, about: dict[str, Any]) -> Any:
        """Set options."""
        world.options = world.options.changed(about)
        return world.options.as_json()

    def _token(self, world: World, about: dict[str, Any]) -> Any:
        """Give out an access token: `tenant`, `user`, `mfa`, `audience`, or `app: true`."""
        tenant = self._tenant(about)
        who = person(world.state, tenant, str(about.get("user", "admin")))
        if who is None:
            raise LookupError(about["user"])
        mfa = bool(about.get("mfa", who.mfa))
        audience = str(about.get("audience", Host.API))
        person_id = "" if about.get("app") else who.id
        grant = tokens.Grant(tenant, person_id, "rehearsal", audience, mfa)
        return {"access_token": tokens.give_access(world, grant)}

    def _sign_out(self, world: World, about: dict[str, Any]) -> Any:
        """Let all tokens of a tenant be refused from now on, refresh tokens, too."""
        tenant = self._tenant(about)
        tokens.kill_refresh(world, tenant=tenant)
        world.state.run("UPDATE tokens SET dead = 1 WHERE tenant = ?", tenant)
        return {}

    def _throttle(self, _world: World, about: dict[str, Any]) -> Any:
        """Return the most calls of any minute; `forget: true` counts from nothing again."""
        most = self.throttle.most
        if about.get("forget"):
            self.throttle.forget()
        return {"most": most}

    def _answered(self, world: World, about: dict[str, Any]) -> Any:
        """Return what the calls with a `request_id` were answered, passwords included."""
        rows = world.state.rows(
            "SELECT operation, status, body FROM answered WHERE request_id = ?",
            str(about["request_id"]).lower(),
        )
        return {
            "answers": [
                {
                    "operation": row["operation"],
                    "status": row["status"],
                    "body": json.loads(row["body"]) if row["body"] else None,
                }
                for row in rows
            ]
        }

    def _tenant(self, about: dict[str, Any]) -> str:
        known = [tenant.id for tenant in all_tenants(self.world.state)]
        tenant = str(about.get("tenant", known[0]))
        if tenant not in known:
            raise LookupError(tenant)
        return tenant
