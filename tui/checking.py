"""Asks Partner Center about a form while a person types: a moment after the last key."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.session import AppSession
    from partnerdesk.partnercenter.client import PartnerCenter
    from partnerdesk.partnercenter.sending.checks import OnlineChecks

PAUSE_SECONDS = 0.4
"""How long nobody has to type before anything is asked; newer text cancels the question."""


class FormChecks:
    """The online checks of the accounts of this console, which remember their answers."""

    def __init__(self, desk: AppSession) -> None:
        self._desk = desk
        self._checks: dict[int, OnlineChecks] = {}

    async def check(
        self, account_id: int, domain: str, address: Mapping[str, str]
    ) -> tuple[Reason, ...]:
        """Return what Partner Center says of a domain and an address; empty texts are not asked.

        Raises:
            AppError: Partner Center cannot be asked at present.
        """
        await asyncio.sleep(PAUSE_SECONDS)
        return await asyncio.to_thread(self._answers, account_id, domain, dict(address))

    def _answers(self, account_id: int, domain: str, address: dict[str, str]) -> tuple[Reason, ...]:
        checks = self._of(account_id)
        found = [checks.domain(domain) if domain else None]
        if address:
            found.append(checks.address(address).reason)
        return tuple(reason for reason in found if reason is not None)

    async def obstacles(self, account_id: int, microsoft_id: str) -> Mapping[str, str]:
        """Return what Partner Center knows of the checklist of an ending, by its points.

        Raises:
            AppError: Partner Center cannot be asked at present.
        """

        def read() -> Mapping[str, str]:
            from partnerdesk.partnercenter.sending.preconditions import read_findings

            with self._opened(account_id)() as client:
                found = read_findings(client, microsoft_id)
            return {str(point): text for point, text in found.items()}

        return await asyncio.to_thread(read)

    async def link(self, account: Account) -> str:
        """Return the invitation link of an account, fetched now if it has none; empty without one.

        Raises:
            AppError: Partner Center cannot be asked at present; the call waits in the outbox.
        """
        desk = self._desk

        def fetch() -> str:
            from partnerdesk.models.operations.fetch_link import queue_link, stored_link
            from partnerdesk.partnercenter.sending.account import send_account

            by = desk.by()
            if queue_link(desk.store, account, by):
                sending = send_account(desk.store, desk.settings, account.id, by.actor, desk.clock)
                if sending.error is not None:
                    raise sending.error
            return stored_link(desk.store, account.id)

        return await asyncio.to_thread(fetch)

    def _of(self, account_id: int) -> OnlineChecks:
        from partnerdesk.partnercenter.sending.checks import OnlineChecks

        if account_id not in self._checks:
            self._checks[account_id] = OnlineChecks(self._opened(account_id))
        return self._checks[account_id]

    def _opened(self, account_id: int) -> Callable[[], AbstractContextManager[PartnerCenter]]:
        """Return a function that opens a client which does not wait for long."""
        from partnerdesk.partnercenter.account_client import account_client

        desk = self._desk

        def opened() -> AbstractContextManager[PartnerCenter]:
            # The settings of this moment: those of a demo change as its rehearsal starts.
            return account_client(desk.store, desk.settings, account_id, desk.clock, patience=0)

        return opened
