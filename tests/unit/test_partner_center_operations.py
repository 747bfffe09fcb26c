"""The table of operations: what it holds, and what is refused before a call is sent."""

from __future__ import annotations

import re
from datetime import date

import pytest

from partnerdesk.models.accounts.accounts import PartnerKind, SignInWay
from partnerdesk.models.core.errors import RefusedError
from partnerdesk.models.languages import available, speak
from partnerdesk.models.settings.clouds import Support
from partnerdesk.partnercenter.connection import TokenKind
from partnerdesk.partnercenter.operations import ROLE_TITLES, ApiOperation, Auth, operations
from tests.support.books import ALL_CLOUDS, cloud_called
from tests.support.partner_center import connection, desk, guid

OPERATIONS = list(operations().values())
OWN_NAMES = {"tenant", "customer_id", "subscription_id", "country", "domain", "template_id"}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_each_line_of_the_table_is_whole(operation: ApiOperation) -> None:
    assert re.fullmatch(r"/v1(/[\w{}-]+)+", operation.path)
    assert set(re.findall(r"\{(\w+)\}", operation.path)) <= OWN_NAMES
    assert operation.source.startswith("https://learn.microsoft.com/partner-center/")
    assert date.fromisoformat(operation.source_day) < date(2026, 12, 1)
    assert set(operation.roles) <= set(ROLE_TITLES)
    compared = {*operation.same.values(), *operation.items_same.values()}
    assert compared <= OWN_NAMES | set(operation.query)
    assert operation.probe in ("", *operations())


def test_the_table_has_every_area_that_the_program_needs() -> None:
    assert {operation.area for operation in OPERATIONS} == {
        "customer", "relationship", "agreement", "country", "validation", "domain", "subscription",
        "audit", "invoice", "service request", "partner profile",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "cloud", "code"),
    [
        ("list_customers", "china", ""),
        ("create_customer", "germany", "operation.not-in-cloud"),
        ("get_invitation_link", "us-gov", "operation.not-in-cloud"),
        ("remove_reseller_relationship", "us-gov", "operation.not-in-cloud"),
        ("remove_reseller_relationship", "global", ""),
        ("list_agreements", "us-gov", "operation.not-in-cloud"),
        ("list_audit_records", "china", "operation.not-in-cloud"),
        ("list_service_requests", "us-gov", ""),
        ("list_partners", "global", "operation.wrong-kind"),
        ("create_customer_for_reseller", "global", "operation.wrong-kind"),
        ("attest_agreement", "global", "operation.ended"),
        ("create_attestation", "global", "operation.open"),
    ],
)
def test_a_direct_bill_partner_is_refused_what_its_cloud_does_not_have(
    name: str, cloud: str, code: str
) -> None:
    reason = operations()[name].refusal(connection(cloud))
    assert (reason.code if reason else "") == code
    assert reason is None or reason.text


def test_the_cell_of_one_operation_stands_over_that_of_its_row() -> None:
    """21Vianet has the indirect model in part, but no call for it."""
    provider = connection("china", kind=PartnerKind.INDIRECT_PROVIDER)
    reason = operations()["list_partners"].refusal(provider)
    assert reason is not None
    assert reason.code == "operation.not-in-cloud"
    assert "21Vianet" in reason.text


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
@pytest.mark.parametrize("language", available())
def test_every_refusal_says_why_in_every_language(operation: ApiOperation, language: str) -> None:
    speak(language)
    for cloud in ALL_CLOUDS:
        for kind in PartnerKind:
            for way in SignInWay:
                reason = operation.refusal(connection(cloud, way=way, kind=kind))
                if operation.support(cloud_called(cloud)) is Support.NO:
                    assert reason is not None
                if kind is PartnerKind.INDIRECT_RESELLER:
                    assert reason is not None
                if reason is not None:
                    assert reason.text.endswith(".")
                    assert "{" not in reason.text


def test_an_application_alone_gets_no_call_that_needs_a_person() -> None:
    app = connection(way=SignInWay.APP)
    for operation in OPERATIONS:
        reason = operation.refusal(app)
        if operation.auth is Auth.USER:
            assert reason is not None
        if operation.auth is Auth.BOTH and reason is None:
            assert operation.token_kind(SignInWay.APP) is TokenKind.APP
            assert operation.token_kind(SignInWay.DEVICE) is TokenKind.USER


def test_a_refused_operation_sends_nothing() -> None:
    made = desk(lambda _request: pytest.fail("it was sent"), connection("us-gov"))
    with pytest.raises(RefusedError):
        made.client.call("remove_reseller_relationship", {"customer_id": guid(1)}, body={})
    with pytest.raises(RefusedError):
        made.client.pages("list_partners")
    assert made.sent == []
