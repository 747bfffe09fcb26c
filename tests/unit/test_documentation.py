"""The documentation is current: generated pages, and paths that pages name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.documentation import (
    drawing,
    man_page,
    partner_center,
    reference,
    rehearsal_page,
    security_page,
)

HOUSE = Path(__file__).parents[2]
PAGES = [HOUSE / "README.md", HOUSE / "CONTRIBUTING.md", *sorted((HOUSE / "docs").glob("*.md"))]
RENEW = "make docs renews it"


def test_the_reference_names_every_column_key_command_setting_and_code() -> None:
    assert reference.PAGE.read_text(encoding="utf-8") == reference.text(), RENEW


def test_the_man_page_tells_of_every_command_and_flag() -> None:
    page = man_page.PAGE.read_text(encoding="utf-8")
    assert page == man_page.text(), RENEW
    told = page.replace("\\-", "-")
    for command in ("customers list", "relationships delegated-admin", "completion", "--hostile"):
        assert command in told


def test_the_rooms_are_drawn_as_their_imports_are() -> None:
    page = drawing.PAGE.read_text(encoding="utf-8")
    assert drawing.BEGIN in page
    assert page == drawing.renewed(page), RENEW


def test_the_rehearsal_names_every_fault_option_control_and_operation() -> None:
    page = rehearsal_page.PAGE.read_text(encoding="utf-8")
    assert page == rehearsal_page.renewed(page), RENEW
    for word in ("`wrong-customer`", "`calls_per_minute`", "`log`", "`customer-create`"):
        assert word in page


def test_the_operations_and_codes_of_partner_center_are_those_of_the_client() -> None:
    page = partner_center.PAGE.read_text(encoding="utf-8")
    assert all(
        mark in page for place in ("operations", "codes") for mark in partner_center.marks(place)
    )
    assert page == partner_center.renewed(page), RENEW


def test_the_ways_out_on_the_page_are_those_that_are_tried() -> None:
    page = security_page.PAGE.read_text(encoding="utf-8")
    assert page == security_page.renewed(page), RENEW


def test_no_room_imports_one_above_it() -> None:
    for line in drawing.drawing().splitlines()[1:]:
        assert "■" in line
        assert re.fullmatch(r".*■", line), line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_places_that_a_page_names_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    places = re.findall(
        r"`((?:models|tui|screens|cli|mailing|partnercenter|rehearsal|tests|benchmarks|docs)/[\w/.-]+?)/?`",
        text,
    )
    linked = [link for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text) if ":" not in link]
    invented = ("NNNN_what", "languages/fr")
    places = [place for place in places if not any(name in place for name in invented)]
    missing = [place for place in places if not (HOUSE / place).exists()]
    missing += [link for link in linked if not (page.parent / link).exists()]
    assert missing == []
