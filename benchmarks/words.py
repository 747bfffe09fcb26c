"""The texts typed into the filter: drawn from the book's customers, the same in every run."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from partnerdesk.models.core.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.books import Book

SEED = 20
LONGEST = 12
SAMPLE = 5_000
"""The number of customers whose names give the words."""
FIELD_TERMS = (
    "country:de", "-tag:vip", "country:de -tag:vip", "seen>30d", "seen:never",
    "relationship:none", "relationship:none seen<7d", "domain:bygg", "tag:vip country:us",
    "company:gmbh -country:de",
)  # fmt: skip


class Typed(NamedTuple):
    """The text of the filter after a key, and its kind."""

    kind: str
    text: str


def typed(book: Book) -> list[Typed]:
    """Return the texts of the filter after each measured key."""
    names = _names(book)
    seen = Counter(word for name in names for word in set(fold(name).split()) if word.isalpha())
    long = [word for word in seen if len(word) > 3]
    ranked = sorted(long, key=lambda word: (-seen[word], word))
    draw = random.Random(SEED)
    common = draw.sample(ranked[:20], 4)
    rare = draw.sample([word for word in ranked if seen[word] == 1 and len(word) > 7], 4)
    pairs = [fold(name).split() for name in draw.sample(names, 40)]
    several = [" ".join(pair[:2]) for pair in pairs if len(pair) > 1 and '"' not in "".join(pair)]
    states = [Typed("a common word", text) for text in _keys(common)]
    states += [Typed("a rare word", text) for text in _keys(rare)]
    states += [Typed("several words", text) for text in several[:8]]
    states += [Typed("no such word", text) for text in ("qzxv", "zzyzxq", "qqqqqqqqqqqq")]
    states += [Typed("field terms", text) for text in FIELD_TERMS]
    return states


def _keys(words: Sequence[str]) -> Iterator[str]:
    """Yield the beginnings of each word, one letter longer each time."""
    for word in words:
        for length in range(1, min(len(word), LONGEST) + 1):
            yield word[:length]


def _names(book: Book) -> list[str]:
    connection = book.store.connect()
    try:
        rows = connection.rows(
            "SELECT company_name FROM customers WHERE ended_at = 0 "
            f"AND id % {max(book.size // SAMPLE, 1)} = 0 ORDER BY id"
        )
    finally:
        connection.close()
    return [str(row[0]) for row in rows]
