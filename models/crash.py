"""The report of an error nobody expected: where it happened, never with which values."""

from __future__ import annotations

import platform
import traceback
from typing import TYPE_CHECKING

from models import paths

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


def write_report(error: BaseException, at: datetime) -> Path | None:
    """Write a report of `error` and return its place; None where it cannot be written.

    It holds the kinds of the errors and the places in the code. The texts of errors are left out
    like the values of variables: both may hold customers' data or secrets.
    """
    from importlib.metadata import version

    lines = [
        f"partnerdesk {version('partnerdesk')}",
        f"Python {platform.python_version()}, Textual {version('textual')}, {platform.system()}",
        f"{at:%Y-%m-%dT%H:%M:%SZ}",
    ]
    chain: BaseException | None = error
    while chain is not None:
        lines.append(f"\n{type(chain).__module__}.{type(chain).__qualname__}")
        lines.extend(
            f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'
            for frame in traceback.extract_tb(chain.__traceback__)
        )
        chain = chain.__cause__ or chain.__context__
    file = paths.state_folder() / f"crash-{at:%Y%m%dT%H%M%S}.txt"
    try:
        paths.private_folder(file.parent)
        with paths.written_whole(file) as out:
            out.write("\n".join([*lines, ""]).encode())
    except OSError:
        return None
    return file
