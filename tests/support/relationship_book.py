"""A book for stateful tests with hypothesis, compared with a model of it after each step."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlmodel import select

from partnerdesk.models.changes.verify import verify
from partnerdesk.models.core.clock import to_millis
from partnerdesk.models.core.errors import RefusedError
from partnerdesk.models.core.verdicts import Verdict
from partnerdesk.models.database.store import Store
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.relationships import partners
from partnerdesk.models.relationships.entities import (
    DelegatedAdminRelationship,
    Invitation,
)
from partnerdesk.models.settings.database_url import SqliteFile
from tests.support.books import NOW, TESTER
from tests.support.edits import by
from tests.support.forms import account_in
from tests.support.history_replayed import OF_CUSTOMER, Replay
from tests.support.relations import provider, take_file
from tests.support.relationship_world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import Outcome, Plan, PlanContext
    from tests.support.relationship_world import Fields, Key

    After = dict[Key, Fields | None]

BOOKED = (
    ("Alpha GmbH", "alpha", "Cloud Reseller"), ("Beta Oy", "beta", "Advisor"),
    ("Gamma SA", "gamma", "None"), ("Twin Ltd", "twin-one", "Cloud Reseller"),
    ("Twin Ltd", "twin-two", "Cloud Reseller"), ("Delta AB", "delta", "None"),
)  # fmt: skip
STRANGERS = (
    ("Epsilon Lda", "epsilon", "domain"),
    ("Zeta Kft", "zeta", "tenant"),
    ("Eta Kft", "eta", ""),
    ("Twin Ltd", "twin-three", ""),
)
"""Companies that are not in the book yet, with the identifier known at an invitation."""
RELATIONS = {"Cloud Reseller": "reseller", "Advisor": "advisor", "None": "none"}
PARTNERS = {"Nova": "4711", "Old": "4712"}
KEPT = {
    "customers": "relationship_to_partner AS relation, ended_at AS ended, indirect_reseller AS "
    "reseller, allow_delegated_access AS dap, primary_domain AS domain",
    "invitations": "state, how, customer_id AS customer, delegated_admin AS dap, sent_at AS sent, "
    "reminded_at AS reminded, reminders, closed_at AS closed, next_at AS due, "
    "related_before",
    "reseller_relationships": "customer_id AS customer, invitation_id AS invitation, began_at AS "
    "began, ended_at AS ended, reason",
    "partner_links": "state, ended_at AS ended, agreement_signed AS signed",
    "delegated_admin_relationships": "customer_id AS customer, status, requested_at AS requested, "
    "activated_date_time AS activated, end_date_time AS ends",
    "partner_accounts": "invitation_link AS reseller, combined_invitation_link AS combined",
}
"""The compared columns, by table."""
TABLES = dict(
    zip(KEPT, ("customers", "invitations", "lives", "partners", "delegated", "links"), strict=True)
)
FINAL = {"accepted", "declined", "withdrawn", "terminated"}


def tenant(prefix: str) -> str:
    return f"{sum(prefix.encode()):08d}-1111-4222-8333-444444444444"


def domain(prefix: str) -> str:
    return f"{prefix}.onmicrosoft.com"


def line(name: str, prefix: str, relation: str) -> str:
    return f"{tenant(prefix)},{name},{domain(prefix)},{relation}"


@cache
def template() -> Path:
    """Return the file of a book with six customers and two indirect resellers (three changes)."""
    folder = Path(mkdtemp(prefix="partnerdesk-tests-"))
    store = Store(SqliteFile(folder / "book.db"))
    store.open(["global"])
    provider(store)
    take_file(store, folder, *(line(*company) for company in BOOKED))
    for name, mpn_id in PARTNERS.items():
        values, known = {"name": name, "mpn_id": mpn_id}, partners.read_partners(store, 1)
        plan = partners.plan_add_partner(account_in(store), values, known, by(TESTER, NOW))
        carry_out(store, plan)
    store.engine.dispose()
    return folder / "book.db"


class WatchedBook(RuleBasedStateMachine):
    """A book with one account; after each step the book, its history and the model are compared."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory(prefix="partnerdesk-tests-")
        file = Path(self.folder.name) / "book.db"
        shutil.copyfile(template(), file)
        self.store = Store(SqliteFile(file))
        self.connection = self.store.connect()
        self.account: Account = account_in(self.store)
        self.now, self.world = NOW, World()
        self.names = 0
        self.replay = Replay()
        self.final: dict[Key, str] = {}
        self.undoing = False
        new: After = {("customers", id): self.came(id, *who) for id, who in enumerate(BOOKED, 1)}
        self.world.record(1, {**new, ("links", 1): {"reseller": "", "combined": ""}}, never=True)
        for id in (1, 2):
            self.world.record(id + 1, {("partners", id): active_partner()})

    def teardown(self) -> None:
        self.connection.close()
        self.store.engine.dispose()
        self.folder.cleanup()

    @property
    def at(self) -> int:
        return to_millis(self.now)

    def by(self) -> PlanContext:
        return by(TESTER, self.now)

    def one_of(self, table: str, which: int, fit: Callable[[int], bool] = lambda _id: True) -> int:
        """Return an id of a table, mostly one for which `fit` is true, if there is any."""
        ids = list(self.world.of(table))
        fitting = [id for id in ids if fit(id)]
        chosen = fitting if fitting and which % 6 else ids
        return chosen[which // 6 % len(chosen)]

    def came(self, id: int, name: str, prefix: str, relation: str) -> Fields:
        """Return the model's fields of an imported customer, and tell the replay of them."""
        value = RELATIONS[relation]
        self.replay.came(id, dict(zip(OF_CUSTOMER, (value, None, None, ""), strict=True)))
        return self.customer(name, prefix, value, tenant(prefix))

    def customer(self, name: str, prefix: str, relation: str, tenant_id: str | None) -> Fields:
        return {
            "name": name, "domain": domain(prefix), "tenant": tenant_id, "relation": relation,
            "ended": 0, "dap": None, "reseller": "", "added": self.at,
        }  # fmt: skip

    def do(
        self, plan: Plan, allowed: bool, after: After | None = None, undoes: int | None = None
    ) -> Outcome | None:
        """Carry out a plan and record `after` in the model; a refused plan must change nothing."""
        reasons = [reason.code for reason in plan.reasons]
        assert (plan.verdict is not Verdict.REFUSED) == allowed, reasons
        if not allowed:
            assert (plan.steps, plan.calls) == ((), ())
            with pytest.raises(RefusedError):
                carry_out(self.store, plan)
            return None
        outcome = carry_out(self.store, plan)
        if outcome.change_id is not None and after is not None:
            self.world.record(outcome.change_id, after, undoes, never=bool(plan.calls))
        return outcome

    def made(self, plan: Plan) -> tuple[int, int]:
        """Carry out a plan that creates a record; return the ids of the change and the record."""
        outcome = self.do(plan, allowed=True)
        assert outcome is not None
        return outcome.change_id or 0, outcome.record_id or 0

    def match(self) -> int:
        """Record in the model the invitations that the book closes itself; return their number."""
        customers = {id: self.world.surely(id) for id in self.world.of("invitations")}
        pairs = [(id, who) for id, who in customers.items() if who is not None]
        new = [pair for pair in pairs if pair not in self.world.matched]
        for id, who in new:
            self.world.record(max(self.world.entries) + 1, self.world.accepted(id, who, self.at))
        self.world.matched |= set(new)
        return len(new)

    # Invariants

    def read(self, statement: str) -> list[tuple[Any, ...]]:
        return self.connection.rows(statement)

    @invariant()
    def the_book_is_as_the_world(self) -> None:
        for table, columns in KEPT.items():
            names = [column.split()[-1] for column in columns.split(", ")]
            stored = {
                row[0]: dict(zip(names, row[1:], strict=True))
                for row in self.read(f"SELECT id, {columns} FROM {table}")  # noqa: S608
            }
            modelled = {
                id: {name: row[name] for name in names}
                for id, row in self.world.of(TABLES[table]).items()
            }
            assert stored == modelled, (table, stored, modelled)

    @invariant()
    def the_history_explains_it(self) -> None:
        assert [row[0] for row in self.read("SELECT id FROM changes ORDER BY id")] == sorted(
            self.world.entries
        )
        if self.replay.last == max(self.world.entries):
            return
        unlike = self.replay.unexplained(self.store)
        assert unlike == [], unlike
        assert verify(self.connection).findings == ()

    @invariant()
    def states_are_those_that_time_brings(self) -> None:
        with self.store.reading() as session:
            for invitation in session.exec(select(Invitation)):
                state = self.world.state_of(invitation.id or 0, self.at)
                assert invitation.state_at(self.now) == state
            for relationship in session.exec(select(DelegatedAdminRelationship)):
                status = self.world.status_of(relationship.id or 0, self.at)
                assert relationship.status_at(self.now) == status

    @invariant()
    def what_is_final_stays(self) -> None:
        now = {
            (table, id): str(row["state" if table == "invitations" else "status"])
            for table in ("invitations", "delegated")
            for id, row in self.world.of(table).items()
        }
        left = {key for key, state in self.final.items() if now.get(key) != state}
        assert not left or self.undoing
        self.final = {key: state for key, state in now.items() if state in FINAL}
        self.undoing = False


def active_partner() -> Fields:
    return {"state": "active", "ended": 0, "signed": None}
