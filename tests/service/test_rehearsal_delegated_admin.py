"""Delegated admin (GDAP) at the rehearsal's Graph: weak etags, states by steps, late reads."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

    from tests.support.rehearsal import RehearsalInfo

BASE = "/v1.0/tenantRelationships/delegatedAdminRelationships"
READER = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"
HELPDESK = "729827e3-9c14-49f7-bb1b-9608f156bbb8"
GLOBAL_ADMIN = "62e90394-69f5-4237-9190-012177145e10"


class Graph:
    """Calls Graph for a partner of its own."""

    def __init__(self, info: RehearsalInfo, customers: int = 8) -> None:
        self.info = info
        self.tenant = info.partner(customers=customers)["tenant"]

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        token = self.info.token(self.tenant, audience="graph")
        headers = {"Authorization": f"Bearer {token}", **options.pop("headers", {})}
        address = path if path.startswith("https://") else self.info.graph + path
        return self.info.http.request(method, address, headers=headers, **options)

    def get(self, path: str) -> dict[str, Any]:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def created(self, **fields: Any) -> dict[str, Any]:
        answer = self.call("POST", BASE, json=wish(**fields))
        assert answer.status_code == 201, answer.text
        self.info.later(6)
        body: dict[str, Any] = answer.json()
        return body

    def active(self, **fields: Any) -> dict[str, Any]:
        one = self.created(**fields)
        assert self.ask(one, "lockForApproval").status_code == 201
        self.info.later(91)
        for _ in range(3):
            self.info.later(21)
        return self.get(f"{BASE}/{one['id']}")

    def ask(self, one: dict[str, Any], action: str) -> httpx.Response:
        return self.call("POST", f"{BASE}/{one['id']}/requests", json={"action": action})

    def code(self, answer: httpx.Response) -> tuple[int, str]:
        return answer.status_code, answer.json()["error"]["code"]


def wish(**fields: Any) -> dict[str, Any]:
    return {
        "displayName": f"Support {uuid.uuid4()}",
        "duration": "P365D",
        "autoExtendDuration": "P180D",
        "accessDetails": {
            "unifiedRoles": [{"roleDefinitionId": READER}, {"roleDefinitionId": HELPDESK}]
        },
        **fields,
    }


def match(one: dict[str, Any]) -> dict[str, str]:
    return {"If-Match": one["@odata.etag"]}


@pytest.fixture
def graph(rehearsed: RehearsalInfo) -> Graph:
    return Graph(rehearsed)


def test_the_list_is_read_by_next_links(rehearsed: RehearsalInfo) -> None:
    graph = Graph(rehearsed, customers=25)
    page = graph.get(f"{BASE}?$top=10")
    seen = [one["id"] for one in page["value"]]
    while "@odata.nextLink" in page:
        page = graph.get(page["@odata.nextLink"])
        seen += [one["id"] for one in page["value"]]
    assert len(seen) == len(set(seen)) == 25
    whole = graph.get(f"{BASE}?$top=300")["value"]
    assert [one["id"] for one in whole] == seen
    kinds = [one["@odata.type"] for one in whole if "@odata.type" in one]
    assert kinds == ["#microsoft.graph.resellerDelegatedAdminRelationship"]
    assert graph.call("GET", f"{BASE}?$top=301").status_code == 400


def test_a_new_one_cannot_be_read_at_once(graph: Graph) -> None:
    answer = graph.call("POST", BASE, json=wish())
    path = f"{BASE}/{answer.json()['id']}"
    assert answer.headers["location"] == graph.info.graph + path
    assert graph.code(graph.call("GET", path)) == (404, "notFound")
    graph.info.later(6)
    assert graph.get(path)["status"] == "created"


@pytest.mark.parametrize(
    "fields",
    [
        {"duration": "P0D"},
        {"duration": "P731D"},
        {"duration": "two years"},
        {"displayName": "x" * 51},
        {"autoExtendDuration": "P90D"},
        {"accessDetails": {"unifiedRoles": []}},
        {"accessDetails": {"unifiedRoles": [{"roleDefinitionId": GLOBAL_ADMIN}]}},
    ],
)
def test_what_does_not_fit_is_refused(graph: Graph, fields: dict[str, Any]) -> None:
    answer = graph.call("POST", BASE, json=wish(**fields))
    assert graph.code(answer) == (400, "badRequest")


def test_names_are_unique(graph: Graph) -> None:
    one = graph.created()
    again = graph.call("POST", BASE, json=wish(displayName=one["displayName"]))
    assert again.status_code == 400


def test_a_change_needs_the_weak_etag_as_it_was_given(graph: Graph) -> None:
    one = graph.created()
    path = f"{BASE}/{one['id']}"
    assert one["@odata.etag"].startswith('W/"')
    assert graph.call("PATCH", path, json={"duration": "P30D"}).status_code == 428
    done = graph.call("PATCH", path, json={"duration": "P30D"}, headers=match(one))
    assert done.json()["duration"] == "P30D"
    stale = graph.call("PATCH", path, json={"duration": "P31D"}, headers=match(one))
    assert graph.code(stale) == (412, "preconditionFailed")
    graph.info.faults("stale-etag:once")
    raced = graph.call("PATCH", path, json={"duration": "P31D"}, headers=match(done.json()))
    assert raced.status_code == 412
    now = graph.get(path)
    assert (now["autoExtendDuration"], now["duration"]) == ("PT0S", "P30D")
    assert graph.call("DELETE", path, headers=match(now)).status_code == 204
    assert graph.call("GET", path).status_code == 404


def test_states_follow_step_by_step_until_it_ends(graph: Graph) -> None:
    one = graph.created()
    path = f"{BASE}/{one['id']}"
    assert graph.ask(one, "terminate").status_code == 409
    assert graph.ask(one, "lockForApproval").json()["status"] == "created"
    states = [graph.get(path)["status"]]
    for seconds in (91, 21, 21):
        graph.info.later(seconds)
        states.append(graph.get(path)["status"])
    assert states == ["approvalPending", "approved", "activating", "active"]
    assert graph.get(path + "/requests")["value"][0]["status"] == "succeeded"
    now = graph.get(path)
    assert now["endDateTime"] > now["activatedDateTime"]
    only = graph.call("PATCH", path, json={"autoExtendDuration": "PT0S"}, headers=match(now))
    assert only.status_code == 200
    more = graph.call("PATCH", path, json={"duration": "P9D"}, headers=match(only.json()))
    assert graph.code(more) == (409, "conflict")
    assert graph.call("DELETE", path, headers=match(only.json())).status_code == 409
    graph.ask(one, "terminate")
    states = [graph.get(path)["status"]]
    for _ in range(2):
        graph.info.later(21)
        states.append(graph.get(path)["status"])
    assert states == ["terminationRequested", "terminating", "terminated"]


@pytest.mark.parametrize(("extend", "state"), [("PT0S", "expiring"), ("P180D", "active")])
def test_the_end_comes_unless_it_extends_itself(graph: Graph, extend: str, state: str) -> None:
    one = graph.active(duration="P1D", autoExtendDuration=extend)
    path = f"{BASE}/{one['id']}"
    graph.info.later(86_400)
    now = graph.get(path)
    assert now["status"] == state
    assert (now["endDateTime"] > one["endDateTime"]) is (state == "active")
    graph.info.later(21)
    assert graph.get(path)["status"] == state.replace("expiring", "expired")


def test_an_assignment_is_pending_first_and_changes_run_as_operations(graph: Graph) -> None:
    path = f"{BASE}/{graph.active()['id']}/accessAssignments"
    group = {"accessContainerId": str(uuid.uuid4()), "accessContainerType": "securityGroup"}

    def roles(*ids: str) -> dict[str, Any]:
        return {"accessDetails": {"unifiedRoles": [{"roleDefinitionId": one} for one in ids]}}

    foreign = graph.call("POST", path, json={"accessContainer": group, **roles(GLOBAL_ADMIN)})
    assert foreign.status_code == 400
    made = graph.call("POST", path, json={"accessContainer": group, **roles(READER)})
    assert (made.status_code, made.json()["status"]) == (201, "pending")
    graph.info.later(16)
    [one] = graph.get(path)["value"]
    assert one["status"] == "active"
    same = graph.call("PATCH", f"{path}/{one['id']}", json=roles(READER), headers=match(one))
    assert same.status_code == 200
    other = graph.call("PATCH", f"{path}/{one['id']}", json=roles(HELPDESK), headers=match(one))
    assert (other.status_code, other.headers["retry-after"]) == (202, "5")
    assert graph.get(other.headers["location"])["status"] == "running"
    graph.info.later(16)
    assert graph.get(other.headers["location"])["status"] == "succeeded"
    [one] = graph.get(path)["value"]
    assert one["accessDetails"] == roles(HELPDESK)["accessDetails"]
    gone = graph.call("DELETE", f"{path}/{one['id']}", headers=match(one))
    assert gone.status_code == 204
    graph.info.later(16)
    assert graph.get(path)["value"] == []


def test_a_token_of_the_api_is_not_for_graph(graph: Graph) -> None:
    token = graph.info.token(graph.tenant)
    answer = graph.info.http.get(
        graph.info.graph + BASE, headers={"Authorization": f"Bearer {token}"}
    )
    assert graph.code(answer) == (401, "InvalidAuthenticationToken")


def test_customers_with_an_active_relationship_are_listed(graph: Graph) -> None:
    listed = graph.get("/v1.0/tenantRelationships/delegatedAdminCustomers")["value"]
    active = [
        one["customer"]["tenantId"] for one in graph.get(BASE)["value"] if one["status"] == "active"
    ]
    assert sorted(active) == sorted(one["tenantId"] for one in listed)
