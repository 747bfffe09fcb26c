"""What the process of a sync answers is believed only where it is such an answer."""

from __future__ import annotations

import json

import pytest

from partnerdesk.models.core.errors import AppError, OfflineError
from partnerdesk.partnercenter.sync.apart import answered


def test_an_error_comes_back_as_it_was() -> None:
    error = answered(json.dumps(["OfflineError", "No route.", "Look."]))
    assert type(error) is OfflineError
    assert (error.message, error.remedy) == ("No route.", "Look.")
    assert answered("[]") is None


@pytest.mark.parametrize("kind", ["ExitCode", "annotations", "Nothing", ""])
def test_an_unknown_kind_is_an_error_all_the_same(kind: str) -> None:
    assert type(answered(json.dumps([kind, "Broken.", ""]))) is AppError


@pytest.mark.parametrize(
    "line", ["", "\n", "{", "Traceback", "3", "null", "{}", '["a"]', "[1,2,3]"]
)
def test_what_is_no_answer_says_that_the_process_has_ended(line: str) -> None:
    error = answered(line)
    assert error is not None
    assert error.message == "The process of the sync has ended before its time."
