"""A plan labels a field like the form of the customer's country."""

from __future__ import annotations

import pytest

from partnerdesk.models.operations.describe_fields import field_lines, field_title
from partnerdesk.models.operations.describe_plan import describe_steps


@pytest.mark.parametrize(
    ("country", "names"),
    [("US", ("EIN", "State", "ZIP code")), ("JP", ("Registration number", "Prefecture")),
     ("AE", ("Tax id or VAT number", "Emirate"))],
)  # fmt: skip
def test_a_plan_calls_a_field_as_the_form_does(country: str, names: tuple[str, ...]) -> None:
    fields = ("organization_registration_number", "state", "postal_code")
    assert tuple(field_title(field, country) for field in fields)[: len(names)] == names


def test_a_step_without_a_country_goes_by_the_country_of_the_plan() -> None:
    number = {"organization_registration_number": "20-6539906"}
    steps = [
        {"record": "company_profiles", "key": {}, "before": None, "after": number},
        {"record": "customers", "key": {}, "before": None, "after": {"country": "US"}},
    ]
    reason = {"code": "x", "text": "Odd.", "field": "registration_number", "source": "",
              "refuses": False}  # fmt: skip
    told = dict(describe_steps({"steps": steps, "reasons": [reason]}))
    assert any("EIN: 20-6539906" in line.text for line in told["What happens in the book"])
    assert [line.label for line in told["What to mind"]] == ["EIN"]


def test_a_country_is_told_by_its_name_and_a_state_beside_its_own_script() -> None:
    assert field_lines({"country": "DE"}, {"country": "AT"}) == ["Country: Germany → Austria"]
    emirate = {"country": "AE", "state": "إمارة دبيّ"}
    assert "Emirate: إمارة دبيّ (Dubai)" in field_lines({}, emirate)
