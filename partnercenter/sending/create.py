"""Creating a customer: a tenant, the relationship with it, and its first administrator.

A domain belongs to one tenant only. After an attempt without an answer, a free domain proves that
nothing was created; a taken one leads to the customer, or the same request is repeated with its id:
the service then answers for the first one, or says that the domain is somebody else's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnerdesk.models.core.errors import PartnerCenterError
from partnerdesk.models.values.domains import domain_name
from partnerdesk.models.values.identifiers import guid
from partnerdesk.partnercenter.sending.bodies import new_customer, profile_fields
from partnerdesk.partnercenter.sending.checks import is_domain_taken
from partnerdesk.partnercenter.sending.errands import is_gone
from partnerdesk.partnercenter.sending.results import (
    Accepted,
    FirstAdmin,
    NotYetError,
    ReadBack,
    Repeat,
)
from partnerdesk.partnercenter.wire.customers import Customer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.partnercenter.sending.errands import Errand

SEARCHED = 20
"""How many customers a search for a domain asks for."""


class CreateCourier:
    """Creates a customer."""

    def look_up(self, errand: Errand) -> Accepted | Repeat:
        """Return the customer that the attempt created, found by its domain."""
        domain = str(errand.arguments.get("primary_domain", ""))
        if not is_domain_taken(errand.client, domain):
            return Repeat.AS_ANSWERED
        where = {"Field": "Domain", "Value": domain, "Operator": "starts_with"}
        pages = errand.client.pages("search_customers", query={"size": SEARCHED, "filter": where})
        for page in pages:
            for item in page.items:
                customer = Customer.of(item)
                company = customer.company_profile
                id = guid(customer.id or company.tenant_id)
                if id and domain_name(company.domain) == domain_name(domain):
                    return Accepted(_looked_up(errand), {"microsoft_id": id, "looked_up": True})
        return Repeat.SAME_ID

    def send(self, errand: Errand) -> Accepted:
        """Create the customer; the answer holds the first administrator, once."""
        arguments = errand.arguments
        operation = "create_customer"
        if arguments.get("indirect_reseller"):
            operation = "create_customer_for_reseller"
        body = new_customer(arguments)
        answer, exchange = errand.ask(
            operation, body=body, request_id=errand.request_id, before_send=errand.keep_id
        )
        created = Customer.of(answer.body)
        id = guid(created.id)
        found = {"microsoft_id": id} if id else {}
        admin = _first_admin(created, str(arguments.get("company_name", "")))
        return Accepted(exchange, found, admin)

    def read_back(self, errand: Errand, accepted: Mapping[str, Any]) -> ReadBack:
        """Return the new customer as Partner Center shows it."""
        if not accepted.get("microsoft_id"):
            looked = self.look_up(errand)
            if isinstance(looked, Repeat):
                raise NotYetError
            accepted = looked.found
        try:
            path = {"customer_id": str(accepted["microsoft_id"])}
            answer, _exchange = errand.ask("get_customer", path)
        except PartnerCenterError as error:
            if is_gone(error):
                raise NotYetError from None
            raise
        customer = {"microsoft_id": str(accepted["microsoft_id"])}
        profile = Customer.of(answer.body).billing_profile
        return ReadBack(customer, _filled(profile_fields(profile)))


def _filled(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that have a value: what an answer leaves out proves nothing."""
    return {name: value for name, value in fields.items() if value}


def _looked_up(errand: Errand) -> Any:
    from partnerdesk.models.changes.waiting_calls import Exchange

    call = errand.call
    return Exchange(call.request, call.response, None, "", call.correlation_id)


def _first_admin(created: Customer, company: str) -> FirstAdmin | None:
    name, password = created.user_credentials.user_name, created.user_credentials.password
    if not password:
        return None
    domain = created.company_profile.domain
    if domain and "@" not in name:
        name = f"{name}@{domain}"
    return FirstAdmin(company, name, password)
