"""Sources of rules are shown as public pages, not as files of this repository."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

from partnerdesk.models.core.sources import PAGES, page_of, told_source
from partnerdesk.models.languages import speak

HOUSE = Path(__file__).parents[2]
NAMED = re.compile(r"(rules|resources|newer|protocol)\.md")


def _sources() -> set[str]:
    """Return all string constants with a section of the reference, except docstrings."""
    found: set[str] = set()
    for file in (HOUSE / "models").rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
            if NAMED.match(node.value) and id(node) not in told
        }
    return found


def test_each_source_of_a_rule_is_told_by_a_public_page() -> None:
    sources = _sources()
    assert len(sources) > 12
    for source in (*sources, *PAGES):
        told = told_source(source)
        assert told, source
        assert not NAMED.search(told), source
        assert page_of(page_of(source).address or source) == page_of(source)


def test_a_source_is_told_in_the_language_in_use_and_an_unknown_one_as_it_is() -> None:
    page = "learn.microsoft.com/partner-center/remove-a-relationship"
    assert told_source("rules.md §9") == f"Remove a relationship: {page}"
    assert told_source("rules.md §3, step 0") == told_source("rules.md §3")
    assert told_source("rules.md §10") != told_source("rules.md §1")
    assert told_source("our own contract") == "our own contract"
    assert told_source("") == ""
    speak("ru")
    try:
        assert told_source("rules.md §9").endswith(page)
        assert "Remove" not in told_source("rules.md §9")
    finally:
        speak("en")


def test_what_the_clouds_can_do_names_public_pages_and_no_files() -> None:
    text = (HOUSE / "config.toml").read_text(encoding="utf-8")
    assert not NAMED.search(text)
    for capability, row in tomllib.loads(text)["capabilities"].items():
        assert row["source"].startswith("https://learn.microsoft.com/partner-center/"), capability
