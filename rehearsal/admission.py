"""Who may call an operation: token, audience, cloud, kind of sign-in, MFA and role."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from partnerdesk.rehearsal.call import Call
from partnerdesk.rehearsal.operation import Auth, Host
from partnerdesk.rehearsal.rates import Rate
from partnerdesk.rehearsal.sign_in import tokens
from partnerdesk.rehearsal.tenants import INDIRECT_RESELLER, person, tenant_by_id
from partnerdesk.rehearsal.wire import OpenQuestionError, RefusedCallError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.rehearsal.log import Entry
    from partnerdesk.rehearsal.operation import Operation
    from partnerdesk.rehearsal.request import Request
    from partnerdesk.rehearsal.sign_in.tokens import Grant
    from partnerdesk.rehearsal.tenants import Person, Tenant
    from partnerdesk.rehearsal.world import World

ACCESS_DENIED, TOKEN_MISSING, OLD_AUDIENCE, NO_MFA, APP_ALONE = 400, 800001, 900420, 900421, 900329
WRONG_ROLE, OTHER_CLOUD, NOT_ENROLLED = 900150, 900127, 800039
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="", error="invalid_token"'}


class Admission:
    """Lets a call in, or refuses it with the documented code (reference/protocol.md §8)."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._share = Rate("1")

    def admit(
        self, request: Request, operation: Operation, path: Mapping[str, str], entry: Entry
    ) -> Call:
        """Return the call as the operation sees it.

        Raises:
            RefusedCallError: it may not be made.
        """
        grant = self._grant(request, operation.host)
        tenant = tenant_by_id(self.world.state, grant.tenant)
        if tenant is None or tenant.kind == INDIRECT_RESELLER:  # resellers have no API access
            raise RefusedCallError(
                HTTPStatus.FORBIDDEN, NOT_ENROLLED, "Reseller program status is not active"
            )
        who = person(self.world.state, tenant.id, grant.person) if grant.person else None
        entry.tenant, entry.who = tenant.id, "app" if who is None else who.upn
        self._check_cloud(operation, tenant)
        self._check_kind(operation, who)
        if operation.host is Host.API and who is not None:
            self._check_mfa(request, grant, entry)
        self._check_role(operation, who)
        return Call(
            self.world,
            operation.name,
            tenant,
            who,
            grant.client,
            path,
            request.query,
            request.headers,
            request.content,
            request.address,
        )

    def _grant(self, request: Request, host: Host) -> Grant:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme.casefold() != "bearer" or not value.strip():
            raise RefusedCallError(
                HTTPStatus.UNAUTHORIZED,
                TOKEN_MISSING if host is Host.API else "InvalidAuthenticationToken",
                "Partner Token missing in request context",
                headers=_CHALLENGE,
            )
        grant = tokens.find_access(self.world, value.strip())
        if grant is None or grant.dead or grant.expires <= self.world.clock.seconds():
            raise self.denied("Access denied", host)
        if grant.audience == tokens.OLD_GRAPH and host is Host.API:
            raise RefusedCallError(
                HTTPStatus.UNAUTHORIZED,
                OLD_AUDIENCE,
                "The token is for the retired directory graph.",
                headers=_CHALLENGE,
            )
        if grant.audience != host:
            raise self.denied("Access denied: the token is for another audience.", host)
        return grant

    def denied(self, description: str, host: Host = Host.API) -> RefusedCallError:
        """Return the refusal of a token: 401."""
        code = ACCESS_DENIED if host is Host.API else "InvalidAuthenticationToken"
        return RefusedCallError(HTTPStatus.UNAUTHORIZED, code, description, headers=_CHALLENGE)

    def no_mfa(self) -> RefusedCallError:
        """Return the refusal of a token without the MFA claim: 401, 900421."""
        return RefusedCallError(
            HTTPStatus.UNAUTHORIZED,
            NO_MFA,
            "MFA is required: the token has no MFA claim.",
            headers=_CHALLENGE,
        )

    def _check_cloud(self, operation: Operation, tenant: Tenant) -> None:
        if tenant.cloud not in operation.clouds:
            raise RefusedCallError(
                HTTPStatus.BAD_REQUEST,
                OTHER_CLOUD,
                "This operation is not supported in this environment",
            )

    def _check_kind(self, operation: Operation, who: Person | None) -> None:
        if who is None and operation.auth is Auth.USER:
            raise RefusedCallError(
                HTTPStatus.UNAUTHORIZED, APP_ALONE, "An app-only token is not supported here."
            )
        if who is not None and operation.auth is Auth.APP:
            raise OpenQuestionError(
                f"with which code a person's token is refused at {operation.name}"
                " (it is an operation for an app alone)."
            )

    def _check_mfa(self, request: Request, grant: Grant, entry: Entry) -> None:
        """Note what `ValidateMfa` is answered; refuse by the switch, all or a share of calls."""
        if request.headers.get("validatemfa", "").casefold() == "true":
            entry.mfa = str(grant.mfa).lower()
        mode = self.world.options.mfa
        if mode in ("off", "report") or grant.mfa:
            return
        if mode != "always":
            if self._share.text != mode:
                self._share = Rate(mode)
            if not self._share.hit():
                return
        raise self.no_mfa()

    def _check_role(self, operation: Operation, who: Person | None) -> None:
        if who is not None and operation.roles and not operation.roles & who.roles:
            code = WRONG_ROLE if operation.host is Host.API else "accessDenied"
            raise RefusedCallError(
                HTTPStatus.FORBIDDEN, code, "The role may not do this operation."
            )
