"""Domain names: validation, and the normal form in the book."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerdesk.models.values.domains import domain_name

LABEL = st.text(max_size=6) | st.from_regex(r"xn--[a-z0-9-]{1,9}", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("contoso.onmicrosoft.com", "contoso.onmicrosoft.com"),
        ("Contoso.COM.", "contoso.com"),
        ("a-1.b--c.de", "a-1.b--c.de"),
        ("MÜNCHEN.de", "münchen.de"),
        ("xn--mnchen-3ya.de", "münchen.de"),
        ("straße.de", "straße.de"),
        ("XN--E1AFMKFD.xn--p1ai", "пример.рф"),
        ("e\u0301.com", "é.com"),
        ("日本。jp", "日本.jp"),
        (f"{'a' * 63}.com", f"{'a' * 63}.com"),
    ],
)
def test_a_domain(text: str, name: str) -> None:
    assert domain_name(text) == name


@pytest.mark.parametrize(
    "text",
    [
        *("", ".", "contoso", "contoso.", ".com", "a..b", "a.com..", "-a.com", "a-.com", "a_b.com"),
        *("a b.com", "it@a.com", "https://a.com", "1.2.3.4", "a.123", "\u0301a.com", "a\u200b.com"),
        *("xn--a.com", "xn--.com", "xn--contoso-.com", "a.com\n", "a\0.com"),
        *(f"{'a' * 64}.com", f"{'ä' * 62}.com", "a." * 126 + "com", f"xn--{'9' * 50}.com"),
    ],
)
def test_no_domain(text: str) -> None:
    assert domain_name(text) is None


@given(text=st.lists(LABEL, min_size=2, max_size=3).map(".".join))
def test_one_form_only(text: str) -> None:
    name = domain_name(text)
    if name is not None:
        assert domain_name(name) == name
        assert domain_name(ascii_form(name)) == name


def ascii_form(name: str) -> str:
    labels = name.split(".")
    return ".".join(
        label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in labels
    )
