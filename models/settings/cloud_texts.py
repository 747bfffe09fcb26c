"""Extracts the texts of the clouds in `config.toml` for translation (`make messages`)."""

from __future__ import annotations

import tomllib
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def cloud_texts(
    file: IO[bytes], *_how: object, **_options: object
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Yield the texts about each cloud in the form that Babel expects of an extraction method."""
    for cloud in tomllib.load(file)["clouds"].values():
        texts = [cloud["short_name"], cloud.get("outside_text"), *cloud.get("texts", {}).values()]
        yield from ((0, "_", text, []) for text in texts if text)
