"""`partnerdesk explain`: codes in words, offline."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from partnerdesk.cli.main import main

if TYPE_CHECKING:
    import pytest


def explained(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main(["explain", *words])
    written = capsys.readouterr()
    return code, written.out + written.err


def test_a_code_is_told_with_its_remedy_and_source(capsys: pytest.CaptureFixture[str]) -> None:
    code, text = explained(capsys, "600049")
    assert code == 0
    assert text.splitlines() == [
        "600049",
        "  The customer's registration number is missing; this country requires it.",
        "  Fill in the registration number.",
        "  Source: protocol.md §8",
    ]


def test_a_code_with_several_meanings_tells_them_apart(capsys: pytest.CaptureFixture[str]) -> None:
    _code, text = explained(capsys, "2006")
    assert [line for line in text.splitlines() if line.startswith("2006")] == [
        "2006 · HTTP 403",
        "2006 · HTTP 400",
    ]


def test_a_number_of_the_sign_in_is_told_too(capsys: pytest.CaptureFixture[str]) -> None:
    code, text = explained(capsys, "AADSTS65001")
    assert code == 0
    assert text.startswith("AADSTS65001\n")
    assert explained(capsys, "65001")[1] == text


def test_json_for_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    _code, text = explained(capsys, "2055", "--json")
    [meaning] = json.loads(text)
    assert meaning["kind"] == "stale"
    assert meaning["status"] is None
    assert list(meaning) == [
        "code", "status", "operations", "kind", "text", "remedy", "source",
    ]  # fmt: skip


def test_russian(capsys: pytest.CaptureFixture[str]) -> None:
    _code, text = explained(capsys, "600049", "--lang", "ru")
    assert "регистрационн" in text


def test_an_unknown_code_is_not_found(capsys: pytest.CaptureFixture[str]) -> None:
    code, text = explained(capsys, "12\x1b345")
    assert code == 4
    assert "12␛345" in text
