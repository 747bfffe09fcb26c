"""One seeded run of adding, editing, inviting, ending, undoing and sending, under faults and kills.

The world does what persons and the network do, in an order that the seed decides; then the network
heals, every call is settled, and `problems` compares book, history and service.
"""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from sqlmodel import col, select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.accounts.invitation_link import plan_fetch_link
from partnerdesk.models.changes.calls import Operation
from partnerdesk.models.changes.history import Change
from partnerdesk.models.changes.outbox import CallState, OutboxCall
from partnerdesk.models.changes.verify import verify
from partnerdesk.models.changes.waiting_calls import open_calls, send_again
from partnerdesk.models.core.errors import AppError
from partnerdesk.models.core.verdicts import Verdict
from partnerdesk.models.customers.edit import form_values, plan_edit_customer
from partnerdesk.models.customers.entities import BillingProfile, Customer
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.customers.page import read_customer
from partnerdesk.models.database.column_types import unset
from partnerdesk.models.database.store import Store
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.operations.sent_calls import conflict_of, give_up, settle_conflict
from partnerdesk.models.operations.undo import plan_undo
from partnerdesk.models.relationships.end import EndingRequest, plan_end, read_ending
from partnerdesk.partnercenter.sending.sender import send_waiting
from tests.support.books import NOW, TESTER
from tests.support.edits import by
from tests.support.forms import AMERICA, account_in, add
from tests.support.history_replayed import Replay
from tests.support.small_center import KilledError, connect_account

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path
    from random import Random

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import Plan
    from partnerdesk.partnercenter.client import PartnerCenter
    from tests.support.small_center import Held

CITIES = ("Redmond", "Seattle", "Tacoma", "Spokane")
SETTLED = (CallState.CONFIRMED, CallState.GAVE_UP, CallState.JOINED)
ROUNDS = 40
"""After so many rounds without faults everything has to be settled."""
KILLED_WHILE_WRITING = 0.03


class Service(Protocol):
    """The service of a run: it can be troubled, and says itself what was done."""

    @property
    def tenant(self) -> str:
        """The partner's tenant."""
        ...

    @property
    def secrets(self) -> tuple[str, ...]:
        """Texts that must be found nowhere."""
        ...

    def client(self, account: Account) -> PartnerCenter: ...

    def trouble(self, random: Random) -> None: ...

    def heal(self) -> None: ...

    def take_domain(self, domain: str) -> None: ...

    def let_buy(self, id: str) -> None: ...

    def let_others_edit(self, random: Random, cities: Sequence[str]) -> tuple[str, str] | None:
        """Return the customer and the city it had before; None where nobody is there."""
        ...

    def customers(self) -> dict[str, Held]: ...

    def effects(self) -> list[tuple[str, str]]: ...


class SendingWorld:
    """A book whose account is connected, and the service; `random` decides all that happens."""

    def __init__(self, store: Store, random: Random, service: Service) -> None:
        self.store, self.random, self.service = store, random, service
        connect_account(store, account_in(store).id, service.tenant)
        self.account = account_in(store)
        self.names = 0
        self.word = f"company{random.randrange(10**9)}x"
        """Begins the domains of this run, so that runs can share a service."""
        self.clock = NOW
        self.is_healed = False
        self.overtaken: dict[str, set[str]] = {}
        """The cities that a customer may have in the book since a colleague edited it."""
        self.told: list[str] = []
        """What happened, for a run that fails."""

    def step(self) -> None:
        """Let one thing happen."""
        doings = (
            self.add, self.add, self.edit, self.edit, self.end, self.fetch_link, self.colleague,
            self.undo, self.decide, self.send, self.send, self.send,
        )  # fmt: skip
        doing = self.random.choice(doings)
        self.told.append(doing.__name__)
        doing()

    # What persons do

    def add(self) -> None:
        self.names += 1
        prefix = f"{self.word}{self.names}"
        if self.random.random() < 0.15:
            self.service.take_domain(f"{prefix}.onmicrosoft.com")
        city = "Nowhere" if self.random.random() < 0.15 else "Redmond"
        given = {
            "company_name": f"Company {self.names} Ltd", "domain_prefix": prefix, "city": city,
            "registration_number": "", "email": f"a@{prefix}.example",
        }  # fmt: skip
        add(self.store, **AMERICA | given)

    def _customer(self) -> int | None:
        with self.store.reading() as session:
            ids = session.exec(select(Customer.id).where(unset(Customer.ended_at))).all()
        return self.random.choice(sorted(int(id or 0) for id in ids)) if ids else None

    def edit(self) -> None:
        if (id := self._customer()) is None:
            return
        page = read_customer(self.store, id)
        given = {FormField.CITY: self.random.choice((*CITIES, "Nowhere"))}
        if self.random.random() < 0.3:
            given[FormField.ADDRESS_LINE1] = f"{self.random.randrange(99)} Main Street"
        values = form_values(page) | given
        self._carry_out(plan_edit_customer(page, self.account, values, by(TESTER, self.clock)))

    def end(self) -> None:
        id = self._customer()
        if id is None or self.random.random() < 0.5:
            return
        ending = read_ending(self.store, id)
        if self.random.random() < 0.3:
            self.service.let_buy(ending.customer.microsoft_id or "")
        request = EndingRequest("over")
        self._carry_out(plan_end(self.account, ending, request, by(TESTER, self.clock)))

    def fetch_link(self) -> None:
        self._carry_out(plan_fetch_link(self.account, by(TESTER, self.clock)))

    def undo(self) -> None:
        with self.store.reading() as session:
            ids = session.exec(select(Change.id).order_by(col(Change.id).desc()).limit(4)).all()
        if ids:
            id = int(self.random.choice(ids) or 0)
            self._carry_out(plan_undo(self.store, id, by(TESTER, self.clock)))

    def _carry_out(self, plan: Plan) -> None:
        if plan.verdict is not Verdict.REFUSED:
            carry_out(self.store, plan)

    def colleague(self) -> None:
        """Let somebody change an address in the portal."""
        if edited := self.service.let_others_edit(self.random, CITIES):
            id, before = edited
            self.overtaken.setdefault(id, {*CITIES}).add(before)

    def decide(self) -> None:
        """Let a person decide about a call that does not go on by itself."""
        held = [
            call
            for call in open_calls(self.store, [self.account.id])
            if call.state in (CallState.FAILED, CallState.CONFLICT)
        ]
        if not held:
            return
        call = self.random.choice(held)
        id, context = call.id or 0, by(TESTER, self.clock)
        try:
            if call.state == CallState.CONFLICT and self.random.random() < 0.8:
                names = [field.name for field in conflict_of(call)]
                chosen = [name for name in names if self.random.random() < 0.5]
                settle_conflict(self.store, id, chosen, context)
            elif call.state == CallState.FAILED and self.random.random() < 0.5:
                send_again(self.store, id, self.clock)
            else:
                give_up(self.store, id, context)
        except AppError as refused:
            self.told.append(f"{call.state} {id}: {refused.message}")

    # What the network and the machine do

    def send(self) -> None:
        if not self.is_healed:
            self.service.trouble(self.random)
        client = self.service.client(self.account)
        try:
            sending = send_waiting(self.store, client, TESTER, self._now)
            self.told += [f"{sent.call.id} {sent.state}" for sent in sending.calls]
        except KilledError:
            self.told.append("killed")
            self.store = Store(self.store.database)

    def _now(self) -> datetime:
        """Return the moment, which moves on; now and then the process dies as it looks."""
        self.clock += timedelta(seconds=1)
        if not self.is_healed and self.random.random() < KILLED_WHILE_WRITING:
            raise KilledError
        return self.clock

    def heal(self) -> None:
        """Take all trouble away, and settle every call."""
        self.is_healed = True
        self.service.heal()
        for _round in range(ROUNDS):
            self.clock += timedelta(hours=1)
            self.send()
            if not open_calls(self.store, [self.account.id]):
                return
            self.decide()

    # What has to be true

    def problems(self, folder: Path) -> list[str]:
        """Return what does not fit together once everything is settled."""
        with self.store.reading() as session:
            calls = session.exec(select(OutboxCall)).all()
            changes = {change.id: change for change in session.exec(select(Change))}
            customers = session.exec(select(Customer)).all()
            billing = {one.customer_id: one for one in session.exec(select(BillingProfile))}
            account = session.get_one(PartnerAccount, self.account.id)
        problems = [f"open: {call.id} {call.state} {call.answer}" for call in calls
                    if call.state not in SETTLED]  # fmt: skip
        problems += self._about_customers(customers, billing)
        problems += self._about_calls(calls, changes)
        problems += [f"link {account.invitation_link}"] if self._lacks_link(calls, account) else []
        with closing(self.store.connect()) as connection:
            problems += [finding.text for finding in verify(connection).findings]
        problems += Replay().unexplained(self.store)
        problems += _unexplained_profiles(changes.values(), customers, billing)
        kept = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
        kept_secrets = [one for one in self.service.secrets if one.encode() in kept]
        return problems + [f"kept: {one[:8]}" for one in kept_secrets]

    def _about_customers(self, customers: Any, billing: dict[int, BillingProfile]) -> list[str]:
        held, effects = self.service.customers(), self.service.effects()
        domains = Counter(held[id].domain for effect, id in effects if effect == "created")
        problems = [f"created twice: {domain}" for domain, count in domains.items() if count > 1]
        ended = Counter(id for effect, id in effects if effect == "ended")
        problems += [f"ended twice: {id}" for id, count in ended.items() if count > 1]
        known = {one.microsoft_id for one in customers}
        created = [id for effect, id in effects if effect == "created"]
        problems += [f"lost: {id}" for id in created if id not in known]
        for customer in customers:
            name = customer.company_name
            if customer.microsoft_id is None:
                problems.append(f"never created: {name}")
                continue
            theirs, city = held[customer.microsoft_id], billing[customer.id].city
            if (customer.ended_at is not None) != theirs.is_ended:
                problems.append(f"ended in one place only: {name}")
                continue
            overtaken = self.overtaken.get(customer.microsoft_id, ())
            if not theirs.is_ended and city not in (theirs.city, *overtaken):
                problems.append(f"another city: {name}: {city}, {theirs.city}")
        return problems

    def _about_calls(self, calls: Any, changes: dict[int | None, Change]) -> list[str]:
        problems = []
        for call in calls:
            change = changes[call.change_id]
            explained = (
                change.undone_by is not None
                or "given_up" in "".join(one.after for one in changes.values())
                or call.operation == Operation.UPDATE_BILLING_PROFILE
            )
            if call.state == CallState.GAVE_UP and not explained:
                problems.append(f"given up without a word: {call.id}")
            if call.state == CallState.CONFIRMED and not call.answer:
                problems.append(f"confirmed without a word: {call.id}")
        return problems

    def _lacks_link(self, calls: Any, account: PartnerAccount) -> bool:
        fetched = [
            call
            for call in calls
            if call.operation == Operation.GET_INVITATION_LINK and call.state == CallState.CONFIRMED
        ]
        undone = "undo" in self.told
        return bool(fetched) and not account.invitation_link and not undone


def _unexplained_profiles(
    changes: Any, customers: Any, billing: dict[int, BillingProfile]
) -> list[str]:
    """Return the ids and cities that the steps of the history do not lead to."""
    ids: dict[int, str | None] = {}
    cities: dict[int, str] = {}
    for change in sorted(changes, key=lambda one: one.id):
        for step in json.loads(change.plan).get("steps", ()):
            after, key = step["after"] or {}, step["key"]
            if step["record"] == "customers" and "microsoft_id" in after:
                ids[key["id"]] = after["microsoft_id"]
            if step["record"] == "billing_profiles" and "city" in after:
                cities[key.get("customer_id", after.get("customer_id"))] = after["city"]
    problems = [f"id of {one.id} came from nowhere" for one in customers
                if one.microsoft_id != ids.get(one.id)]  # fmt: skip
    return problems + [f"city of {id} came from nowhere" for id, one in billing.items()
                       if one.city != cities.get(id, one.city)]  # fmt: skip
