"""schemathesis calls every operation that the rehearsal describes, with good and bad values."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.depth import DEEP
from tests.support.rehearsal import RehearsalInfo, rehearsal

if TYPE_CHECKING:
    from collections.abc import Iterator

JUDGE = find_spec("schemathesis")
HERE = Path(__file__).parent
OPEN = {"invoice-unbilled-lines", "agreement-record", "attestation-enhanced"}
"""Operations of which only the open question is known."""


@pytest.fixture(scope="module")
def changed() -> Iterator[RehearsalInfo]:
    """A rehearsal of this judge's own: customers are created, changed and ended in it."""
    with rehearsal(customers=60, seed=1, calls_per_minute=0) as info:
        yield info


@pytest.fixture(scope="module")
def description(changed: RehearsalInfo) -> Any:
    return changed.ask("openapi")


def test_each_operation_is_described(description: Any) -> None:
    operations = {
        operation["operationId"]: operation
        for methods in description["paths"].values()
        for operation in methods.values()
    }

    assert len(operations) >= 39
    for name, operation in operations.items():
        described = operation["responses"]
        assert (set(described) == {"4XX", "501"}) == (name in OPEN), name
        for status, answer in described.items():
            without_a_body = {("address-check", "200"), ("subscription-change", "202")}
            bare = name == "domain-check" or (name, status) in without_a_body
            assert ("content" in answer) or bare, f"{name} {status}"


@pytest.mark.skipif(JUDGE is None, reason="make judges installs schemathesis")
def test_what_is_answered_is_what_is_described(
    changed: RehearsalInfo, description: Any, tmp_path: Path
) -> None:
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(description), encoding="utf-8")
    phases = "examples,coverage,fuzzing,stateful" if DEEP else "examples,coverage,fuzzing"
    command = [sys.executable, "-m", "schemathesis.cli"]
    command += ["--config-file", str(HERE / "schemathesis.toml"), "run", str(file)]
    command += ["--url", changed.api, "--tls-verify", changed.ca_file, "--no-color"]
    command += ["--header", f"Authorization: Bearer {changed.token()}"]
    command += ["--phases", phases, "--max-examples", "50" if DEEP else "5", "--seed", "1"]
    command += ["--generation-database", "none", "--continue-on-failure"]

    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    assert ended.returncode == 0, ended.stdout[-20_000:] + ended.stderr
    calls = changed.log()
    described = {
        operation["operationId"]
        for methods in description["paths"].values()
        for operation in methods.values()
    }
    worked = {call["operation"] for call in calls if call["status"] in (200, 201, 202)}
    assert worked >= described - OPEN  # each was called with values that it accepts
