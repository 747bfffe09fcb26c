"""Joins the account of the demo book to its rehearsal: hands customers over, connects, signs in.

Everything here blocks; the console does it in a thread, beside the screens.
"""

from __future__ import annotations

import json
from contextlib import closing, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from partnerdesk.models.accounts.accounts import SignInWay
from partnerdesk.models.accounts.own_sign_ins import SignInKey, own_sign_in
from partnerdesk.models.core import paths
from partnerdesk.models.demo.rehearsal import HOME, customers_file, folder, is_begun

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlmodel import Session

    from partnerdesk.models.accounts.entities import PartnerAccount
    from partnerdesk.models.changes.plan import PlanContext
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.demo.rehearsal import Line
    from partnerdesk.models.settings.model import Settings

BATCH = 1000
"""How many customers are read at once."""
LATELY = timedelta(days=1)
"""How long ago somebody may have been invited who accepts; those of the demo book wait longer."""


def home_account(store: Store) -> PartnerAccount | None:
    """Return the account of the demo book that is connected, or is to be; None without one.

    Raises:
        StoreError: the book cannot be read.
    """
    from partnerdesk.models.accounts.stored import stored_accounts

    return next((account for account in stored_accounts(store) if account.cloud == HOME), None)


def hand_over(store: Store, account: PartnerAccount) -> None:
    """Write the file of customers for a rehearsal that has none yet; later it keeps its own.

    It gets the customers of whom the book knows that Microsoft has them.

    Raises:
        OSError: the file cannot be written.
        StoreError: the book cannot be read.
    """
    if is_begun():
        return
    paths.private_folder(folder())
    head = {"name": account.name or "Demo", "kind": str(account.kind)}
    with store.reading() as session, paths.written_whole(customers_file()) as out:
        for about in (head, *_customers(session, account.id or 0)):
            out.write(json.dumps(about, ensure_ascii=False).encode() + b"\n")


def _customers(session: Session, account_id: int) -> Iterator[dict[str, Any]]:
    from sqlmodel import col, select

    from partnerdesk.models.customers.entities import BillingProfile, CompanyProfile, Customer
    from partnerdesk.models.database.column_types import unset

    last = 0
    while True:
        wanted = (
            select(Customer, CompanyProfile, BillingProfile)
            .join(CompanyProfile, isouter=True)
            .join(BillingProfile, isouter=True)
            .where(
                Customer.account_id == account_id,
                col(Customer.microsoft_id).is_not(None),
                Customer.primary_domain != "",
                unset(Customer.ended_at),
                col(Customer.id) > last,
            )
        )
        found = session.exec(wanted.order_by(col(Customer.id)).limit(BATCH)).all()
        if not found:
            return
        bought = _bought(session, [customer.id or 0 for customer, _company, _billing in found])
        for customer, company, billing in found:
            about = _customer(customer, company, billing)
            yield about | {"subscriptions": bought.get(customer.id or 0, [])}
            last = customer.id or last
        session.expunge_all()


def _bought(session: Session, customer_ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    """Return the subscriptions of customers as the API shows them, by customer."""
    from sqlmodel import col, select

    from partnerdesk.models.subscriptions.entities import Subscription
    from partnerdesk.partnercenter.subscription_fields import as_told

    bought: dict[int, list[dict[str, Any]]] = {}
    known = select(Subscription).where(
        col(Subscription.customer_id).in_(customer_ids), col(Subscription.microsoft_id).is_not(None)
    )
    for one in session.exec(known.order_by(col(Subscription.id))):
        bought.setdefault(one.customer_id, []).append(as_told(one))
    return bought


def _customer(customer: Any, company: Any, billing: Any) -> dict[str, Any]:
    from partnerdesk.partnercenter.sending.bodies import with_fields

    about = {
        "id": customer.microsoft_id,
        "name": customer.company_name,
        "domain": customer.primary_domain,
        "relationship": str(customer.relationship_to_partner),
        "delegated": bool(customer.allow_delegated_access),
        "created": customer.added_at.timestamp() if customer.added_at else None,
    }
    if company is not None:
        about |= {
            "registration": company.organization_registration_number,
            "email": company.email,
        }
    if billing is not None:
        fields = {name: value for name, value in billing.model_dump().items() if value}
        about["billing"] = with_fields({}, fields)
    return about


def connect(store: Store, settings: Settings, line: Line, at: datetime) -> None:
    """Connect the account to the rehearsal and sign in, as far as that is not done yet.

    Args:
        store: the demo book.
        settings: those that lead to the rehearsal.
        line: what the rehearsal said.
        at: the present moment.

    Raises:
        AppError: it is not possible.
    """
    from partnerdesk.models.accounts.connect import ConnectRequest, plan_connect_account
    from partnerdesk.models.operations.carry_out import carry_out

    account = home_account(store)
    if account is None:
        return
    cloud = settings.all_clouds()[HOME]
    if not account.connected:
        wanted = ConnectRequest(line.tenant, line.client_id, SignInWay.REFRESH_TOKEN)
        carry_out(store, plan_connect_account([account], cloud, wanted, _by(at)))
    _sign_in(store, settings, account.id or 0, line)
    _want_link(store, settings, account.id or 0, at)


def _by(at: datetime) -> PlanContext:
    from partnerdesk.models.changes.history import Actor
    from partnerdesk.models.changes.plan import PlanContext

    return PlanContext(Actor.present(), at, str(uuid4()))


def _sign_in(store: Store, settings: Settings, account_id: int, line: Line) -> None:
    """Sign in by the refresh token of the rehearsal, where nobody has for this one yet."""
    from partnerdesk.partnercenter.sign_in.accounts import account_connection, attempt_to_sign_in
    from partnerdesk.partnercenter.sign_in.attempt import Secrets
    from partnerdesk.partnercenter.sign_in.token_store import Credential, TokenStore

    connection = account_connection(store, settings, account_id)
    done = folder() / "signed-in"
    key = SignInKey(HOME, connection.tenant_id, connection.client_id)
    if TokenStore(connection).has_tokens and done.exists() and own_sign_in(key) is not None:
        return
    secrets = Secrets(Credential(line.client_secret), line.refresh_token)
    way = SignInWay.REFRESH_TOKEN
    attempt = attempt_to_sign_in(store, settings, account_id, way, secrets=secrets)
    failure = attempt.run().failure
    if failure is not None:
        raise failure
    done.touch(mode=0o600)


def _want_link(store: Store, settings: Settings, account_id: int, at: datetime) -> None:
    """Have the invitation link fetched by what sends, where the account has none."""
    from partnerdesk.models.accounts.accounts import read_accounts
    from partnerdesk.models.operations.fetch_link import queue_link

    with closing(store.connect()) as connection:
        accounts = read_accounts(connection, settings.enabled_clouds())
    for account in accounts:
        if account.id == account_id:
            queue_link(store, account, _by(at))


def invited_lately(store: Store, account_id: int, at: datetime) -> list[dict[str, str]]:
    """Return name and domain of those who were invited and have not answered, the first one first.

    Raises:
        StoreError: the book cannot be read.
    """
    from sqlmodel import col, select

    from partnerdesk.models.relationships.entities import Invitation
    from partnerdesk.models.relationships.lifecycles import OPEN_INVITATIONS

    lately = (
        select(Invitation.company_name, Invitation.primary_domain)
        .where(
            Invitation.account_id == account_id,
            col(Invitation.state).in_(OPEN_INVITATIONS),
            col(Invitation.created_at) > at - LATELY,
            Invitation.primary_domain != "",
        )
        .order_by(col(Invitation.id))
    )
    with store.reading() as session:
        return [{"name": name, "domain": domain} for name, domain in session.exec(lately)]


def tell_invited(settings: Settings, line: Line, invited: list[dict[str, str]]) -> bool:
    """Tell the rehearsal who is invited, since no letter arrives anywhere: they accept it.

    Return whether it was told; it may have ended.
    """
    import httpx

    from partnerdesk.partnercenter.http import http_client

    with closing(http_client(settings.tls)) as http:
        try:
            answer = http.post(f"{line.control}/invited", json={"customers": invited})
        except httpx.HTTPError:
            return False
        return answer.is_success


def approve_code(settings: Settings, line: Line, code: str) -> None:
    """Type a code into the sign-in page of the rehearsal, as its admin would; it may have ended."""
    import httpx

    from partnerdesk.partnercenter.http import http_client

    with closing(http_client(settings.tls)) as http, suppress(httpx.HTTPError):
        http.get(line.approve, params={"user_code": code})
