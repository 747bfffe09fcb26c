"""The wire models read the examples of Microsoft's pages, and whatever else may come."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from partnerdesk.partnercenter.wire import base, countries, customers, records, subscriptions

EXAMPLES: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "partner-center-answers.json").read_text("utf-8")
)
MODELS: dict[str, type[base.Wire]] = {
    model.__name__: model
    for module in (base, customers, countries, subscriptions, records)
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, base.Wire) and model is not base.Wire
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_of_the_pages_is_read_whole(name: str) -> None:
    """Every field of it is known or kept, and none that the model knows is lost."""
    example = EXAMPLES[name]
    model = MODELS[name.partition(" ")[0]].model_validate(example)
    written = model.as_json()
    known = {field.alias for field in type(model).model_fields.values()}
    for field in example:
        assert field in written or field not in known
    if "id" in example:
        assert model.model_dump()["id"] == str(example["id"])


def test_both_shapes_of_country_rules_say_the_same() -> None:
    listed = countries.CountryRules.model_validate(EXAMPLES["CountryRules as in the table"])
    wrapped = countries.CountryRules.model_validate(EXAMPLES["CountryRules as in the sample"])
    assert listed == wrapped
    assert listed.states == ["AK", "WA"]
    assert listed.is_city_required is True


def test_an_unknown_status_is_kept_as_it_is() -> None:
    read = subscriptions.Subscription.model_validate({"status": "halfAsleep", "novelty": [1]})
    assert read.status == "halfAsleep"
    assert read.as_json()["novelty"] == [1]
    assert records.ServiceRequest.model_validate({"status": 2}).status == "2"


@given(JSON)
def test_an_answer_that_is_no_resource_is_an_empty_one(body: object) -> None:
    for model in MODELS.values():
        told = model.of(body)
        assert isinstance(body, dict) or told == model()


def test_no_error_of_a_model_shows_what_was_read() -> None:
    with pytest.raises(ValidationError) as caught:
        customers.Credentials.model_validate("hunter2")
    assert "hunter2" not in str(caught.value)


def test_values_of_another_type_are_read_as_well_as_can_be() -> None:
    read = subscriptions.Subscription.model_validate(
        {"quantity": "5", "autoRenewEnabled": "True", "actions": None, "isTrial": "maybe",
         "creationDate": "2026-11-30T12:00:00.1234567", "commitmentEndDate": "soon",
         "refundableQuantity": None, "attributes": "odd"}
    )  # fmt: skip
    assert (read.quantity, read.auto_renew_enabled, read.actions) == (5.0, True, [])
    assert read.creation_date == datetime(2026, 11, 30, 12, 0, 0, 123456, UTC)
    assert read.commitment_end_date is None
    assert read.is_trial is None
    assert read.attributes.etag == ""


def test_a_password_does_not_show() -> None:
    customer = customers.Customer.model_validate(EXAMPLES["Customer when it is created"])
    assert customer.user_credentials.password
    assert customer.user_credentials.password not in repr(customer)


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.__name__)
@given(value=JSON)
def test_no_value_makes_a_model_fail(model: type[base.Wire], value: Any) -> None:
    names = [field.alias or name for name, field in model.model_fields.items()]
    read = model.model_validate(dict.fromkeys(names, value))
    assert read.as_json()
