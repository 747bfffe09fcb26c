"""Lifecycles of invitations and relationships: state machines, and random actions on a book."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from partnerdesk.models.relationships.lifecycles import (
    DELEGATED_ADMIN,
    INVITATION,
    RELATIONSHIP,
    DelegatedAdminEvent,
    DelegatedAdminState,
    InvitationEvent,
    InvitationState,
    RelationshipEvent,
    RelationshipState,
)
from tests.support.depth import times
from tests.support.relationship_doings import Book

MACHINES: dict[str, Any] = {
    "invitation": (INVITATION, InvitationState, InvitationEvent),
    "relationship": (RELATIONSHIP, RelationshipState, RelationshipEvent),
    "delegated admin": (DELEGATED_ADMIN, DelegatedAdminState, DelegatedAdminEvent),
}
WAYS = {
    "invitation": """
        draft send sent, draft withdraw withdrawn,
        sent remind reminded, sent accept accepted, sent decline declined,
        sent withdraw withdrawn, sent lapse lapsed,
        reminded remind reminded, reminded accept accepted, reminded decline declined,
        reminded withdraw withdrawn, reminded lapse lapsed,
        lapsed remind reminded, lapsed accept accepted, lapsed decline declined,
        lapsed withdraw withdrawn""",
    "relationship": """
        none establish active, none end ended, active end ended, ended establish active""",
    "delegated admin": """
        created request approvalPending,
        approvalPending approve active, approvalPending expire expired,
        approved approve active, activating approve active,
        active extend active, active expire expired, active terminate terminated,
        expiring expire expired, expiring terminate terminated,
        terminationRequested terminate terminated, terminating terminate terminated""",
}
"""All transitions: state, event, next state."""
FINAL = {
    "invitation": "accepted declined withdrawn",
    "relationship": "",
    "delegated admin": "expired terminated",
}


@pytest.mark.parametrize("name", MACHINES)
def test_each_event_leads_where_the_table_says_and_nowhere_else(name: str) -> None:
    machine, states, events = MACHINES[name]
    ways = [way.split() for way in WAYS[name].split(",")]
    leads = {(state, event): after for state, event, after in ways}
    assert len(leads) == len(ways)
    for state, event in product(states, events):
        assert machine.after(state, event) == leads.get((state.value, event.value)), (state, event)
    for state in states:
        assert {event.value for event in machine.events(state)} == {
            event for before, event in leads if before == state.value
        }


@pytest.mark.parametrize("name", MACHINES)
def test_nothing_leads_out_of_a_final_state_and_something_out_of_every_other(name: str) -> None:
    machine, states, events = MACHINES[name]
    assert {state.value for state in states if not machine.events(state)} == set(
        FINAL[name].split()
    )
    for state in FINAL[name].split():
        assert [machine.after(states(state), event) for event in events] == [None] * len(events)


TestBook = Book.TestCase
TestBook.settings = settings(
    max_examples=times(25), stateful_step_count=30, derandomize=True, deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
