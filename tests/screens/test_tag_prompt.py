"""The tags of a customer by keys: parted, completed, taken away one by one, and what changed."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func
from sqlmodel import col, select
from textual.events import Paste

from partnerdesk.models.changes.history import Change
from partnerdesk.models.customers.entities import Tag
from partnerdesk.models.customers.page import find_customer, read_customer
from partnerdesk.models.customers.tags_and_notes import LONGEST_TAG
from partnerdesk.tui.widgets.prompt import LONGEST_ANSWER
from partnerdesk.tui.widgets.safe_input import SafeInput
from tests.support.books import NOW, TESTER, demo_desk, demo_store
from tests.support.commands import COMMAND
from tests.support.console import remark, running
from tests.support.edits import set_tags
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from partnerdesk.models.database.store import Store
    from tests.support.console import Console

TWELVE = ["education", "gold", "key account", "key person", "nonprofit", "overdue", "partner",
          "renewal", "silver", "trial", "vip", "zulu"]  # fmt: skip


def tag(store: Store, *tags: str) -> None:
    """Give Fabrikam these tags, as somebody else would."""
    id = find_customer(store, "fabrikam.onmicrosoft.com", [1])
    version = read_customer(store, id).customer.version
    set_tags(store, id, [*tags], version=version, actor=TESTER, at=NOW)


def tags_in(store: Store) -> Sequence[str]:
    return read_customer(store, find_customer(store, "fabrikam.onmicrosoft.com", [1])).tags


def entries(store: Store) -> int:
    """Return how long the history is."""
    with store.reading() as session:
        return session.exec(select(func.count(col(Change.id)))).one()


@asynccontextmanager
async def asked(
    folder: Path, *tags: str, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Console]:
    """Run the console where Fabrikam's tags are asked for."""
    desk = demo_desk(folder)
    tag(desk.store, *tags)
    async with running(desk, size) as console:
        await console.press("g", "c", "slash", *"fabrikam", "enter", "t")
        yield console


async def paste(console: Console, text: str) -> None:
    console.app.post_message(Paste(text))
    await console.settle()


KEYS: list[tuple[list[str], list[str], str]] = [
    ([*"gold"], ["gold", "key account", "vip"], "Tags: + gold."),
    (["backspace"], ["key account"], "Tags: − vip."),
    (["backspace", "backspace"], [], "Tags: − key account, − vip."),
    (["ctrl+w", *"gold"], ["gold", "key account"], "Tags: + gold, − vip."),
    ([], ["key account", "vip"], "Tags unchanged."),
    ([*"VIP"], ["key account", "vip"], "Tags unchanged."),
    (["comma", "semicolon", "space"], ["key account", "vip"], "Tags unchanged."),
    (["home", "x", "comma"], ["key account", "vip", "x"], "Tags: + x."),
    (["left", "left", "backspace"], ["key account", "vi"], "Tags: + vi, − vip."),
    (["a", "semicolon", "b"], ["a", "b", "key account", "vip"], "Tags: + a, + b."),
    (["ctrl+u"], [], "Tags: − key account, − vip."),
]
"""What is pressed behind `key account, vip, `, which tags there are then, and what is said."""


async def test_tags_are_parted_taken_away_whole_and_told(tmp_path: Path) -> None:
    async with asked(tmp_path) as console:
        store = console.screen.desk.store
        for keys, tags, told in KEYS:
            await console.press("escape")
            tag(store, "key account", "vip")
            await console.app.book_changed()
            before = entries(store)
            await console.press("t")
            assert console.screen.prompt.text == "key account, vip, "
            await console.press(*keys, "enter")
            assert console.said == told
            assert tags_in(store) == tags
            assert entries(store) == before + (told != "Tags unchanged.")
            await console.press("t")


async def test_tab_completes_from_the_book_the_most_used_first(tmp_path: Path) -> None:
    async with asked(tmp_path, "vip") as console:
        prompt, store = console.screen.prompt, console.screen.desk.store
        with store.writing() as session:
            session.add_all(Tag(customer_id=id, name="zulu") for id in range(1, 60))
        await console.press("tab")
        offered = remark(console)
        assert offered.startswith("zulu, ")
        assert "vip" not in offered
        await console.press("k", "tab")
        assert prompt.text == "vip, key account, "
        assert remark(console) == ""
        await console.press("N", "tab", "backspace", "backspace")
        assert prompt.text == "vip, "
        await console.press("tab", "tab", "shift+tab", "escape")
        assert tags_in(store) == ["vip"]


@pytest.mark.parametrize(
    ("pasted", "text"),
    [
        ("one\ntwo two\r\nthree", "vip, one, two two, three, "),
        ("one\ttwo; three, four", "vip, one, two, three, four, "),
        ("one", "vip, one"),
        ("one\n", "vip, one"),
        (
            "\x1b[31mred\x07\n[b]x[/]\nключ\n\u202eיש, \"a\" 'b'",
            "vip, [31mred, [b]x[/], ключ, \u202eיש, \"a\" 'b', ",
        ),
    ],
)
async def test_what_is_pasted_is_parted(tmp_path: Path, pasted: str, text: str) -> None:
    async with asked(tmp_path, "vip") as console:
        await paste(console, pasted)
        assert console.screen.prompt.text == text
        await console.press("enter")
        assert tags_in(console.screen.desk.store) == sorted(text.removesuffix(", ").split(", "))


async def test_a_tag_that_is_too_long_is_refused_and_can_be_mended(tmp_path: Path) -> None:
    async with asked(tmp_path, "vip") as console:
        store = console.screen.desk.store
        await paste(console, "x" * (LONGEST_TAG + 1))
        await console.press("enter")
        assert "The tag xxxxxxxxxxxx… is longer than 40 characters." in console.said
        assert tags_in(store) == ["vip"]
        await console.press("backspace", "enter")
        assert tags_in(store) == ["vip", "x" * LONGEST_TAG]


async def test_a_tag_that_nobody_could_type_stays_where_nothing_is_changed(tmp_path: Path) -> None:
    odd = ["a,b", "x" * (LONGEST_TAG + 1)]  # written by another program
    async with asked(tmp_path, *odd) as console:
        await console.press("enter")
        assert console.said == "Tags unchanged."
        assert tags_in(console.screen.desk.store) == odd


async def test_more_tags_than_a_line_takes_can_still_be_taken_away(tmp_path: Path) -> None:
    many = [f"{number:03d} {'x' * (LONGEST_TAG - 4)}" for number in range(60)]
    async with asked(tmp_path, *many) as console:
        prompt = console.screen.prompt
        assert len(prompt.text) > LONGEST_ANSWER
        await console.press("a", "backspace", "enter")  # there is no room for a letter
        assert console.said == f"Tags: − {many[-1]}."


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_of_many_tags_the_last_is_seen_also_beside_what_tab_offers(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with asked(tmp_path, *TWELVE, size=size) as console:
        entry = console.screen.prompt.query_one(SafeInput)
        for keys in ([], ["tab"], ["k"], ["backspace"]):
            await console.press(*keys)
            assert "zulu, " in entry.render_line(0).text
        await console.press("home")
        assert entry.render_line(0).text.startswith("education, ")


async def test_what_is_told_of_long_tags_is_told_whole(tmp_path: Path) -> None:
    long = ["a" * LONGEST_TAG, "b" * LONGEST_TAG]
    async with asked(tmp_path, "vip", size=(80, 24)) as console:
        await paste(console, "\n".join(long))
        await console.press("enter")
        assert console.said == f"Tags: + {long[0]}, + {long[1]}."
        assert console.screen.status.size.height == 2


@pytest.mark.parametrize(
    ("size", "language", "told"),
    [((80, 24), "ru", "Теги: + gold, − vip."), ((120, 40), "en", "Tags: + gold, − vip.")],
    ids=["80x24-ru", "120x40-en"],
)
def test_all_keys_in_one_write(
    tmp_path: Path, size: tuple[int, int], language: str, told: str
) -> None:
    store = demo_store(tmp_path)
    tag(store, "key account", "vip")
    command = [*COMMAND, "--database", store.database.name, "--lang", language]
    with Terminal(command, *size) as terminal:
        terminal.wait_for("216 ")
        terminal.type("gc/fabrikam\r")
        terminal.wait_for("fabrikam.onmicrosoft.com")
        terminal.wait_idle()
        terminal.type("t\x7fgold\r")
        terminal.wait_for(told)
        terminal.type("tove\t\r")  # completed from the book
        terminal.wait_for("+ overdue.")
        terminal.type("t\r")
        terminal.wait_until(lambda text: "unchanged." in text or "не изменились." in text)
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0
    assert tags_in(store) == ["gold", "key account", "overdue"]
