"""Asks Partner Center about a form while a person types: a moment after the last key."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.session import AppSession
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

    def _of(self, account_id: int) -> OnlineChecks:
        from partnerdesk.partnercenter.sending import account
        from partnerdesk.partnercenter.sending.checks import OnlineChecks

        if account_id not in self._checks:
            desk = self._desk
            opened = partial(
                account.account_client, desk.store, desk.settings, account_id, desk.clock,
                patience=0,
            )  # fmt: skip
            self._checks[account_id] = OnlineChecks(opened)
        return self._checks[account_id]
