"""The form for a new customer asks Partner Center whether its domain is free, beside the typing."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.customers.duplicates import domain_of
from partnerdesk.models.customers.form.checks import check
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.screens.customers.form import CustomerFormScreen

if TYPE_CHECKING:
    from partnerdesk.models.changes.plan import Plan
    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.customers.form.fields import Values

PAUSE_SECONDS = 0.3
"""How long a domain has to stand still before Partner Center is asked about it."""


class DomainCheckedForm(CustomerFormScreen):
    """A form that refuses a taken domain as soon as Partner Center says so; no key waits for it.

    In an account that is kept by hand, signed out or offline nobody is asked, and nothing is said.
    """

    _domain_asked = ""
    """The domain asked about last."""
    _domain_taken: Reason | None = None
    """The refusal of that domain; None for a free one, and while there is no answer."""

    def update_dependents(self, name: str) -> None:
        """Propose the values that depend on a field, and ask about the domain that results.

        Leaving the domain's own field asks again: the answer may have failed to come before.
        """
        super().update_dependents(name)
        domain = self._domain(self.values)
        is_known = domain == self._domain_asked and name != FormField.DOMAIN_PREFIX
        if is_known or not self.account.connected:
            return
        if domain != self._domain_asked:
            self._domain_asked, self._domain_taken = domain, None
        if domain and not check(FormField.DOMAIN_PREFIX, self.values, self.context).refused:
            ask, learn = partial(self._read_whether_taken, domain), self._learn_of_domain
            self.read(ask, learn, lambda _error: None, group="domain", beside=True)
        else:
            self.stop_reading("domain")

    async def _read_whether_taken(self, domain: str) -> Reason | None:
        await asyncio.sleep(PAUSE_SECONDS)
        return await self.shell.why_domain_taken(self.account.id, domain)

    def _learn_of_domain(self, reason: Reason | None) -> None:
        self._domain_taken = reason
        if reason is not None:
            self.check_again()

    def with_domain(self, plan: Plan, values: Values) -> Plan:
        """Return a plan that is refused, too, if its domain is known to be taken."""
        name = FormField.DOMAIN_PREFIX
        is_refused = any(reason.refuses and reason.field == name for reason in plan.reasons)
        if self._domain_taken is None or is_refused or self._domain(values) != self._domain_asked:
            return plan
        return plan.refused(*plan.reasons, self._domain_taken)

    def _domain(self, values: Values) -> str:
        return domain_of(values, self.context)
