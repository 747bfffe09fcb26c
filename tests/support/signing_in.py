"""Accounts for tests of the sign-in, and what a person in a browser does."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING

import httpx

from partnerdesk.models.accounts.accounts import PartnerKind, SignInWay
from partnerdesk.models.core.clock import now
from partnerdesk.models.settings.clouds import Addresses, Cloud
from partnerdesk.models.settings.model import TlsSettings
from partnerdesk.partnercenter.connection import AccountConnection
from partnerdesk.partnercenter.sign_in.attempt import Attempt, Secrets
from partnerdesk.partnercenter.sign_in.token_store import Credential

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from partnerdesk.models.accounts.signing_in import SignInPhase, SignInProgress
    from tests.support.rehearsal import RehearsalInfo

GLOBAL = Cloud("global", "Partner Center", "Global", "onmicrosoft.com", "blue")
TENANT = "3b7ae2f5-7a52-4f0f-9c0e-1c1f0a6d6f10"
CLIENT = "9c1d3f6e-2b44-4a67-8b1c-55a0f3c0d7aa"
AT_MICROSOFT = Addresses(
    "https://login.microsoftonline.com",
    "https://api.partnercenter.microsoft.com",
    "https://api.partnercenter.microsoft.com",
    "https://api.partner.microsoft.com",
    "https://graph.microsoft.com",
)


def connection_to(
    addresses: Addresses = AT_MICROSOFT,
    way: SignInWay = SignInWay.DEVICE,
    tenant: str = TENANT,
    client: str = CLIENT,
) -> AccountConnection:
    cloud = replace(GLOBAL, addresses=addresses)
    return AccountConnection(1, cloud, tenant, client, way, PartnerKind.DIRECT_BILL)


def rehearsed(info: RehearsalInfo, way: SignInWay = SignInWay.DEVICE) -> AccountConnection:
    """Return the account that a rehearsal serves."""
    addresses = Addresses(info.authority, info.api, info.api, info.partner_api, info.graph)
    return connection_to(addresses, way, info.tenant, info.client_id)


def secrets_of(info: RehearsalInfo, way: SignInWay) -> Secrets:
    """Return what the rehearsal's partner gives for a way without a browser."""
    if way is SignInWay.APP:
        return Secrets(Credential(info.client_secret))
    if way is SignInWay.REFRESH_TOKEN:
        return Secrets(Credential(info.client_secret), info.refresh_token)
    return Secrets()


def attempt_at(
    info: RehearsalInfo,
    way: SignInWay = SignInWay.DEVICE,
    secrets: Secrets | None = None,
    clock: Callable[[], datetime] = now,
) -> Attempt:
    given = secrets or secrets_of(info, way)
    return Attempt(rehearsed(info, way), TlsSettings(info.ca_file), clock, given)


@contextmanager
def begun(attempt: Attempt) -> Iterator[Callable[[SignInPhase], SignInProgress]]:
    """Start an attempt; yield a function that waits for a phase. It is cancelled at the end."""
    changed = Event()
    attempt.listen(changed.set)
    attempt.start()

    def until(phase: SignInPhase) -> SignInProgress:
        while (progress := attempt.progress).phase is not phase:
            assert not progress.is_over, progress.failure
            assert changed.wait(30), progress
            changed.clear()
        return progress

    try:
        yield until
    finally:
        attempt.cancel()


def signed_in(info: RehearsalInfo, way: SignInWay = SignInWay.REFRESH_TOKEN) -> AccountConnection:
    """Sign in without a browser, and return the account."""
    progress = attempt_at(info, way).run()
    assert progress.signed_in is not None, progress.failure
    return rehearsed(info, way)


def browsed(info: RehearsalInfo, address: str) -> str:
    """Do what a browser does for a person who signs in: return the address where it ends.

    A page that posts to this machine, as after `form_post`, is submitted.
    """
    answer = info.http.get(address)
    if form := re.search(r'<form method="post" action="([^"]+)"', answer.text):
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', answer.text))
        httpx.post(form.group(1), data=fields, trust_env=False)
        return form.group(1)
    return str(answer.headers["Location"])
