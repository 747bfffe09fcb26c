"""A rehearsal with customers that somebody hands over, and who of them accepts an invitation."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from partnerdesk.rehearsal.areas.customers import control
from partnerdesk.rehearsal.areas.subscriptions import subscriptions_of
from partnerdesk.rehearsal.clock import Clock
from partnerdesk.rehearsal.customers_file import CustomersFileError, read_customers
from partnerdesk.rehearsal.rehearsal import is_begun, start
from partnerdesk.rehearsal.state import State
from partnerdesk.rehearsal.tenants import all_tenants
from partnerdesk.rehearsal.world import World
from tests.support.commands import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ID = "8b5b5d0c-6f0e-4d1e-9f0a-2f4f4a1f9c01"
HEAD = {"name": "Northlight", "kind": "direct_bill"}
BAKERY = {"id": ID.upper(), "name": "Bäckerei", "domain": "bakery.example", "relationship": "none"}


def written(folder: Path, *about: object) -> Path:
    file = folder / "customers.jsonl"
    file.write_text("".join(f"{json.dumps(one)}\n" for one in about), encoding="utf-8")
    return file


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Return a world with one customer, who has no relationship."""
    with closing(State(tmp_path / "rehearsal.db")) as state:
        world = World(state, Clock(), "1")
        world.given = read_customers(written(tmp_path, HEAD, BAKERY))
        assert not is_begun(state)
        start(world, 0)
        assert is_begun(state)
        yield world


def standing(world: World) -> list[tuple[str, str]]:
    found: list[dict[str, Any]] = control.CONTROL["customers"](world, {})["customers"]
    return [(one["domain"], one["relationship"]) for one in found]


def later(world: World) -> None:
    world.clock.move(world.options.accept_seconds + 1)
    world.catch_up()


def test_the_first_partner_is_who_the_file_says(world: World) -> None:
    tenant = world.state.row("SELECT name, kind FROM tenants WHERE cloud = 'global'")
    assert tenant is not None
    assert tuple(tenant) == ("Northlight", "direct_bill")
    assert world.state.value("SELECT id FROM customers") == ID
    assert standing(world) == [("bakery.example", "none")]


def test_who_is_invited_accepts_after_a_while_and_once(world: World) -> None:
    both = [{"name": "Vega", "domain": "Vega.example"}, {"name": "B", "domain": "bakery.example"}]
    for _again in range(2):
        control.CONTROL["invited"](world, {"customers": both})
    world.catch_up()
    assert standing(world) == [("bakery.example", "none")]
    later(world)
    assert standing(world) == [("bakery.example", "none"), ("vega.example", "reseller")]
    later(world)
    assert standing(world) == [("bakery.example", "reseller"), ("vega.example", "reseller")]
    control.CONTROL["invited"](world, {"customers": both})
    later(world)
    assert len(standing(world)) == 2


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ((), "1"),
        (({"name": "Northlight"},), "1"),
        (({**HEAD, "kind": "baker"},), "1"),
        ((HEAD, {**BAKERY, "id": "4711"}), "2"),
        ((HEAD, BAKERY, {"name": "Vega"}), "3"),
        ((HEAD, BAKERY, ["Vega"]), "3"),
        ((HEAD, {**BAKERY, "created": "long ago"}), "2"),
    ],
)
def test_a_file_that_is_no_list_of_customers_is_refused_with_its_line(
    tmp_path: Path, lines: tuple[object, ...], place: str
) -> None:
    file = written(tmp_path, *lines)
    with pytest.raises(CustomersFileError, match=f"^{place}: "):
        read_customers(file)
    result = run("rehearsal", "serve", "--customers-file", file)
    assert result.code == 1
    assert str(file) in result.err


def test_subscriptions_that_are_handed_over_are_those_of_the_customer(tmp_path: Path) -> None:
    given = {
        "id": ID.upper(), "offerId": "CFQ7:0001:X", "friendlyName": "Ours", "quantity": 3,
        "status": "active", "billingType": "license", "autoRenewEnabled": True,
    }  # fmt: skip
    with closing(State(tmp_path / "rehearsal.db")) as state:
        world = World(state, Clock(), "1")
        lines = (HEAD, BAKERY | {"subscriptions": [given]})
        world.given = read_customers(written(tmp_path, *lines))
        start(world, 0)
        tenant = all_tenants(state)[0]
        (one,) = subscriptions_of(world, tenant, ID)
    assert (one["id"], one["friendlyName"], one["quantity"]) == (ID, "Ours", 3)
    assert one["refundableQuantity"] == {"totalQuantity": 0, "details": []}
    assert one["links"]["self"]["uri"] == f"/customers/{ID}/subscriptions/{ID}"
