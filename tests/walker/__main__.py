"""The walker's command line; exit code 1 after a failure."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from tests.walker.catalogue import all_screens
from tests.walker.telling import story, summary
from tests.walker.walks import WalkRequest, walk


def main() -> int:
    """Walk as the command line says, and print the result."""
    given = _parser().parse_args()
    request = WalkRequest(
        minutes=given.minutes, seed=given.seed, walkers=1 if given.replay else given.walkers,
        size=given.size, language=given.lang, keep_going=given.keep_going, replay=given.replay,
        program=given.program, patience=given.patience,
    )  # fmt: skip
    walked = walk(request)
    for failure in walked.outcome.first.values():
        print(story(failure), end="\n\n")
    print(summary(walked, all_screens()))
    if walked.outcome.failures:
        print(f"The folder is kept: {walked.folder}")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.walker", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1, help="the second walker has the next one")
    parser.add_argument("--walkers", type=int, default=1, help="how many walk at once")
    parser.add_argument("--size", type=_size, metavar="80x24", help="the window at each start")
    parser.add_argument("--lang", choices=("en", "ru"), default="")
    parser.add_argument("--keep-going", action="store_true", help="start anew after a failure")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="take the steps of a log again")
    parser.add_argument("--patience", type=float, default=10.0, help="seconds for an answer")
    parser.add_argument("--program", type=Path, metavar="FILE", help="instead of the console")
    return parser


def _size(text: str) -> tuple[int, int]:
    if not re.fullmatch(r"\d+x\d+", text):
        raise argparse.ArgumentTypeError(f"{text} is no size such as 80x24")
    columns, rows = text.split("x")
    return int(columns), int(rows)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
