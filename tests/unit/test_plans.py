"""`Plan.of`: a refused plan has no steps or calls; the values of typed fields."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.changes.calls import Call, Operation
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.plan import (
    NO_TAKE_BACK,
    Plan,
    Step,
    TakeBack,
    Target,
    can_be_undone,
)
from partnerdesk.models.core.verdicts import Reason, Verdict
from partnerdesk.models.customers import records
from partnerdesk.models.values.fields import (
    country_field,
    day_field,
    guid_field,
    kept,
    text_field,
    yes_no_field,
)
from tests.support.books import NOW, TESTER
from tests.support.edits import by

if TYPE_CHECKING:
    from collections.abc import Callable

STEP = Step(records.TAG, {"customer_id": 1, "name": "VIP"}, None, {})
CALL = Call(Operation.REMOVE_RESELLER_RELATIONSHIP, {"microsoft_id": "1"}, "id")
WARNING = Reason("a.warning", "Mind this.", refuses=False)
REFUSAL = Reason("a.rule", "This cannot be.")
GUID = "1f6b7b0e-52d1-4a0c-8d5d-3c6f0f8c2a11"


def plan(*reasons: Reason) -> Plan:
    return Plan.of(
        ChangeKind.TAGGED, by(TESTER, NOW), Target(1, "global", "Adatum", 1), [STEP], reasons,
        TakeBack(possible=True, text="So."), [CALL], version=3, only_summary=True,
    )  # fmt: skip


def test_a_refused_plan_holds_nothing_that_could_be_done() -> None:
    refused = plan(WARNING, REFUSAL)
    assert refused.verdict is Verdict.REFUSED
    assert (refused.steps, refused.calls, refused.take_back) == ((), (), NO_TAKE_BACK)
    assert refused.changes_nothing
    assert (refused.reasons, refused.version) == ((WARNING, REFUSAL), 3)


def test_a_plan_that_may_be_carried_out_holds_all_of_it() -> None:
    warned = plan(WARNING)
    assert warned.verdict is Verdict.WARNINGS
    assert (warned.steps, warned.calls, warned.take_back.text) == ((STEP,), (CALL,), "So.")
    assert (warned.version, warned.only_summary) == (3, True)


def test_steps_that_are_made_are_made_only_where_nothing_refuses() -> None:
    made: list[str] = []

    def steps() -> list[Step]:
        made.append("steps")
        return [STEP]

    target = Target(1, "global", "Adatum", 1)
    refused = Plan.of(ChangeKind.TAGGED, by(TESTER, NOW), target, steps, [REFUSAL])
    assert (refused.steps, made) == ((), [])
    allowed = Plan.of(ChangeKind.TAGGED, by(TESTER, NOW), target, steps)
    assert (allowed.steps, made) == ((STEP,), ["steps"])
    assert allowed.take_back == can_be_undone()


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (text_field, "Ärzte & Söhne", "Ärzte & Söhne"),
        (guid_field, f"{{{GUID.upper()}}}", GUID),
        (guid_field, "", ""),
        (country_field, "Germany", "DE"),
        (country_field, "", ""),
        (yes_no_field, "Yes", True),
        (yes_no_field, "no", False),
        (yes_no_field, "", None),
        (day_field, "2027-06-30", datetime(2027, 6, 30, tzinfo=UTC)),
        (day_field, "2027-06-30T01:00+02:00", datetime(2027, 6, 29, 23, tzinfo=UTC)),
        (day_field, "", None),
    ],
)
def test_a_field_has_the_value_that_it_means(
    read: Callable[[str, str, str], object], text: str, value: object
) -> None:
    assert read(text, "code", "field") == value


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (text_field, "x" * 257, "At most 256 characters"),
        (text_field, "a\nb", "all of them to be seen"),
        (text_field, "\x1b[31m", "all of them to be seen"),
        (guid_field, "me", "me is no GUID such as"),
        (country_field, "EN", "EN is no country code; the code of United Kingdom is GB."),
        (country_field, "Narnia", "There is no country Narnia."),
        (yes_no_field, "perhaps", "Write yes or no"),
        (day_field, "2027-02-30", "2027-02-30 is no day"),
        (day_field, "0001-01-01T00:00+14:00", "is no day"),
    ],
)
def test_a_field_that_means_nothing_says_why(
    read: Callable[[str, str, str], object], text: str, said: str
) -> None:
    found = read(text, "code", "field")
    assert isinstance(found, Reason)
    assert (found.code, found.field, found.refuses) == ("code", "field", True)
    assert said in found.text
    reasons: list[Reason] = []
    assert kept(found, reasons, "otherwise") == "otherwise"
    assert reasons == [found]
