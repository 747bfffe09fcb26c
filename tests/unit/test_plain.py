"""Foreign text: safe to print (`shown`), and found by any spelling (`fold`)."""

from __future__ import annotations

import string
import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from partnerdesk.models.core.text import fold, shown, shown_lines

TEXT = st.text(st.characters(codec=None))
"""Any text, including surrogates and control characters."""
EVERYTHING = "".join(map(chr, range(sys.maxunicode + 1)))
DIRECTIONS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
DIRECTION_MARKS = "\u061c\u200e\u200f"
LETTERS = st.sampled_from("aeiouyczsAEIOUYCZS")
ACCENTS = st.sampled_from("\u0300\u0301\u0302\u0303\u0308\u030a\u030c\u0323\u0327\u0328")


def harmful(char: str) -> bool:
    """Return whether a terminal acts on `char` instead of printing it."""
    return (
        unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}
        or unicodedata.bidirectional(char) in DIRECTIONS
        or char in DIRECTION_MARKS
    )


# Shown


def test_no_character_that_drives_a_terminal_or_turns_a_line_survives() -> None:
    assert [hex(ord(char)) for char in EVERYTHING if harmful(char)]
    assert [hex(ord(char)) for char in shown(EVERYTHING) if harmful(char)] == []


def test_every_letter_digit_and_sign_stays_as_it_is() -> None:
    visible = [char for char in EVERYTHING if unicodedata.category(char)[0] in "LMNPS"]
    assert shown("".join(visible)) == "".join(visible)


@given(TEXT)
def test_what_is_shown_is_one_line_as_long_as_the_text_and_shown_again_is_the_same(
    text: str,
) -> None:
    once = shown(text)
    assert len(once) == len(text)
    assert len(once.splitlines()) <= 1
    assert shown(once) == once


@given(st.text(string.ascii_letters + string.digits + string.punctuation + " "))
def test_printable_ascii_is_shown_as_it_is(text: str) -> None:
    assert shown(text) == text


@pytest.mark.parametrize(
    ("text", "picture"),
    [
        ("\x1b[2J", "␛[2J"),
        ("a\nb\tc\0", "a␊b␉c␀"),
        ("del\x7f", "del␡"),
        ("\x9b2J", "\ufffd2J"),
        ("invoice\u202egpj.exe", "invoice\ufffdgpj.exe"),
        ("[bold]x[/]", "[bold]x[/]"),
        ("👨\u200d👩 می\u200cخواهم", "👨\u200d👩 می\u200cخواهم"),
    ],
)
def test_hostile_text_shows_as_what_it_is(text: str, picture: str) -> None:
    assert shown(text) == picture


def test_lines_are_kept_apart_where_the_text_says_so() -> None:
    assert shown_lines("one\r\ntwo\n\x1b\r") == ["one", "two", "␛␍"]
    assert shown_lines("") == []


# Folded


@given(TEXT)
@example("\x1f")
@example("Ä\tB")
@example("ᾳ\u0345İ")
def test_folded_again_is_the_same(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert " ".join(once.split()) == once


@given(st.lists(st.tuples(LETTERS, st.lists(ACCENTS, max_size=2))))
def test_case_and_accents_make_no_difference(letters: list[tuple[str, list[str]]]) -> None:
    accented = "".join(letter + "".join(accents) for letter, accents in letters)
    bare = "".join(letter for letter, _ in letters).lower()
    for form in (accented, accented.upper(), unicodedata.normalize("NFC", accented)):
        assert fold(form) == bare


@given(TEXT, TEXT)
def test_a_word_is_found_in_what_it_is_part_of(before: str, after: str) -> None:
    assert fold(f"{before} Contoso {after}").find("contoso") >= 0


@given(st.lists(st.sampled_from(["Ärzte", "plain", "ЁЛКА"]), min_size=1), st.data())
def test_any_white_space_is_one_space(words: list[str], data: st.DataObject) -> None:
    spaces = st.text(" \t\n\r\v\f\x85\u00a0\u2003\u2028\u3000", min_size=1)
    mixed = "".join(word + data.draw(spaces) for word in words)
    assert fold(mixed) == " ".join(fold(word) for word in words)


@given(st.text(string.ascii_letters + string.digits + string.punctuation))
def test_ascii_is_only_lowered(text: str) -> None:
    assert fold(text) == text.lower()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ärzte", "arzte"),
        ("STRASSE", "straße"),
        ("Ёлка", "елка"),
        ("ЙОД", "иод"),
        ("КИЇВ", "киів"),
        ("ΟΔΟΣ", "οδος"),
        ("οδός", "ΟΔΟΣ"),
        ("İstanbul", "istanbul"),
        ("ISTANBUL", "ıstanbul"),
        ("ＡＢＣ１２", "abc12"),
        ("ﬁnance", "FINANCE"),
        ("Łódź", "lodz"),
        ("Ørsted", "orsted"),
        ("Đại", "dai"),
        ("Æther", "aether"),
        ("Þór", "thor"),
        ("Ｃｏｎｔｏｓｏ\u3000Ｌｔｄ", "contoso ltd"),
        ("Con\u200btoso", "contoso"),
        ("\x00é", "\x00e"),
    ],
)
def test_words_that_people_hold_for_alike_are_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("ш", "щ"), ("会社", "会"), ("o", "0"), ("и", "i")])
def test_letters_that_differ_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)
