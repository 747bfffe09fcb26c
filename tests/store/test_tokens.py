"""The token line without a screen: splitting, removing, completing and describing tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerdesk.models.customers.entities import Customer, Tag
from partnerdesk.models.customers.list import CUSTOMERS
from partnerdesk.models.customers.list import TAGS as MANY_TAGS
from partnerdesk.models.customers.tags_and_notes import describe_tag_change, parse_tags
from partnerdesk.models.database.connection import PostgresConnection
from partnerdesk.models.languages import speak
from partnerdesk.models.lists import known_values
from partnerdesk.models.lists.completion import Line
from partnerdesk.models.lists.known_values import most_used
from partnerdesk.models.lists.tokens import (
    TokenCompleter,
    parted,
    pasted_tokens,
    token_completions,
    token_line,
    without_token,
)
from tests.store.test_filter_completion import at, written
from tests.store.test_filters import add
from tests.support.explained import Explained

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.database.store import Store

KNOWN = ["vip", "gold", "golden hour", "Schlüsselkunde", "key account", "keyring", "ключ"]
TOKENS = st.lists(
    st.text(st.characters(exclude_characters=",;"), min_size=1).map(str.strip).filter(bool),
    max_size=6,
)


@given(TOKENS, st.text(max_size=10))
def test_what_is_typed_behind_a_line_of_tokens_is_a_new_one(tokens: list[str], typed: str) -> None:
    assert parted(token_line(tokens) + typed) == tokens + parted(typed)


@given(TOKENS)
def test_tokens_are_taken_away_one_by_one_from_the_end(tokens: list[str]) -> None:
    line: Line | None = Line(token_line(tokens), len(token_line(tokens)))
    for left in range(len(tokens) - 1, -1, -1):
        assert line is not None
        line = without_token(line)
        assert line == Line(token_line(tokens[:left]), len(token_line(tokens[:left])))


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("vip, gold, ", "vip, "),
        ("vip,gold,", "vip,"),
        ("vip; key account;", "vip; "),
        ("vip, | gold, ", "|gold, "),
        ("vip,| gold", "|gold"),
        ("a, b,| c", "a, |c"),
        ("vip,   ", ""),
        (", , ", ", "),
        (",", ""),
        ("", None),
        ("vip", None),
        ("vip, g", None),
        ("vi|p, ", None),
        ("|vip, ", None),
        ("key |account, ", None),
    ],
)
def test_a_token_is_taken_away_only_directly_behind_it(text: str, after: str | None) -> None:
    line = without_token(at(text))
    assert (written(line) if line is not None else None) == after


@pytest.mark.parametrize(
    ("before", "pasted", "put"),
    [
        ("", ["gold"], "gold"),
        ("vip, go", ["ld"], "ld"),
        ("vip, go", [" ld"], " ld"),
        ("", ["one", "two two"], "one, two two, "),
        ("vip, ", ["one", "two"], "one, two, "),
        ("vip", ["one", "two"], ", one, two, "),
        ("vip", ["one;two,"], ", one, two, "),
        ("vip, ", ["gold,"], "gold, "),
        ("vip;", [" a ;; b,c "], "a, b, c, "),
        ("vip", [], ""),
        ("", [","], ""),
    ],
)
def test_a_pasted_list_is_parted_and_one_word_is_not(
    before: str, pasted: Sequence[str], put: str
) -> None:
    assert pasted_tokens(before, pasted) == put


@pytest.mark.parametrize(
    ("text", "presses", "after"),
    [
        ("v", [], "vip, "),
        ("key account, V", [], "key account, vip, "),
        ("g", [], "gold"),  # the common prefix
        ("g", [1], "gold, "),
        ("g", [1, 1], "golden hour, "),
        ("g", [-1], "golden hour, "),
        ("schlus", [], "Schlüsselkunde, "),
        ("КЛ", [], "ключ, "),
        ("key ", [], "key account, "),  # a space ends the word `key`
        ("key", [1, 1], "keyring, "),
        ("v|, gold", [], "vip|, gold"),
        ("v|x, gold", [], "vip|, gold"),
        ("v|x  ; gold", [], "vip|  ; gold"),
        ("", [1], "vip, "),  # the most frequent tag
        ("vip, ", [1], "vip, gold, "),  # skips tags in the line
        ("VIP, v", [], "VIP, v"),
        ("zzz", [1], "zzz"),
    ],
)
def test_a_token_is_completed(text: str, presses: list[int], after: str) -> None:
    line, state = token_completions(at(text), KNOWN).first(1)
    for by in presses:
        if state.several:
            line, state = state.next(by)
    assert written(line) == after


@given(st.text(max_size=20), st.integers(0, 20))
def test_any_line_is_completed_only_at_the_cursor(text: str, place: int) -> None:
    line = Line(text, min(place, len(text)))
    completions = token_completions(line, KNOWN)
    assert 0 <= completions.start <= completions.end <= len(text)
    after, _state = completions.first(1)
    assert after.text.startswith(text[: completions.start])
    assert after.text.endswith(text[completions.end :])
    assert 0 <= after.cursor <= len(after.text)


async def test_what_is_known_is_read_once_and_on_demand() -> None:
    asked = []

    async def read() -> list[str]:
        asked.append(1)
        return KNOWN

    complete = TokenCompleter(read)
    assert asked == []
    for text in ("v", "g"):
        await complete(at(text))
    assert asked == [1]


@pytest.mark.parametrize(
    ("before", "after", "told", "russian"),
    [
        ("vip", "gold", "Tags: + gold, − vip.", "Теги: + gold, − vip."),
        ("", "gold", "Tags: + gold.", "Теги: + gold."),
        ("vip, gold", "gold, vip", "Tags unchanged.", "Теги не изменились."),
        ("", "", "Tags unchanged.", "Теги не изменились."),
        ("vip", "VIP", "Tags: + VIP, − vip.", "Теги: + VIP, − vip."),
        ("", "a,b,c,d", "Tags: + a, + b, + c, + d.", "Теги: + a, + b, + c, + d."),
        ("x", "a,b,c,d,e", "Tags: + a, + b, + c, + 2 more, − x.",
         "Теги: + a, + b, + c, + еще 2, − x."),
        ("", "\x1b[31m, [red]x[/], \u202eיש", "Tags: + ␛[31m, + [red]x[/], + �יש.",
         "Теги: + ␛[31m, + [red]x[/], + �יש."),
    ],
)  # fmt: skip
def test_what_changed_is_told(before: str, after: str, told: str, russian: str) -> None:
    assert describe_tag_change(parse_tags(before), parse_tags(after)) == told
    speak("ru")
    assert describe_tag_change(parse_tags(before), parse_tags(after)) == russian


# Known tags of a book


def test_the_accounts_own_tags_come_first_the_most_used_first(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, tags in enumerate([["vip", "zulu"], ["VIP", "arzt"], ["zulu"], ["VIP"], ["zulu"]]):
        add(store, f"Company {number}", tags=tags)
    with store.writing() as session:  # in another account
        session.add(Customer(account_id=2, company_name="Other"))
        session.flush()
        session.add(Tag(customer_id=6, name="theirs"))
        session.add(Tag(customer_id=6, name="Alpha"))
    connection = store.connect()
    assert most_used(connection, CUSTOMERS, MANY_TAGS, (1,)) == [
        "VIP", "zulu", "arzt", "Alpha", "theirs"
    ]  # fmt: skip
    assert most_used(connection, CUSTOMERS, MANY_TAGS, (2,)) == [
        "Alpha", "theirs", "arzt", "VIP", "zulu"
    ]  # fmt: skip
    monkeypatch.setattr(known_values, "MOST_VALUES", 2)
    assert most_used(connection, CUSTOMERS, MANY_TAGS, (1,)) == ["VIP", "zulu"]
    connection.close()


def test_tags_by_use_are_read_by_an_index(store: Store) -> None:
    connection = store.connect()
    explained = Explained(connection)
    known_values._counted(explained, CUSTOMERS, MANY_TAGS, (1,))
    if not isinstance(connection, PostgresConnection):  # PostgreSQL scans so few rows
        assert "SEARCH many" in explained.plan
        assert "SCAN many" not in explained.plan
    connection.close()
