"""The results of the walks as text."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.walker.coverage import reached
from tests.walker.steps import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.walker.catalogue import WalkedScreen
    from tests.walker.walk import FoundFailure
    from tests.walker.walks import Walked


def summary(walked: Walked, screens: Mapping[str, WalkedScreen]) -> str:
    """Return the numbers of steps, what was reached and what was not, and the failures."""
    outcome = walked.outcome
    result = reached(outcome.coverage, screens)
    done = f"{outcome.keys} keys pressed in {outcome.steps} steps, {walked.seconds:.0f} s"
    lives = f"{outcome.starts} starts, {outcome.kills} kills"
    pairs = f"{result.pairs} of {result.all_pairs}"
    lines = [
        f"{done}; {lives}, history verified {outcome.verified} times",
        f"screens reached: {result.screens} of {result.all_screens}",
        f"actions reached: {result.actions} of {result.all_actions} (each on each screen: {pairs})",
        f"dialogs: {', '.join(result.dialogs)}",
    ]
    if result.unseen_screens:
        lines.append(f"screens never reached: {', '.join(result.unseen_screens)}")
    if result.undone:
        lines.append(f"actions never reached: {', '.join(result.undone)}")
    lines += [
        f"  not on {name}: {', '.join(missing)}" for name, missing in result.undone_pairs.items()
    ]
    lines.append(f"errors: {outcome.failures.total()}")
    lines += [f"{count:5} × {place}" for place, count in outcome.failures.most_common()]
    return "\n".join(lines)


def story(failed: FoundFailure) -> str:
    """Return a failure as text: its place, the last keys, and the command to repeat it."""
    start, failure = failed.start, failed.failure
    window = f"size {start.columns}x{start.rows}, language {start.language}"
    return "\n".join(
        [
            f"== {failure.what}",
            f"place {failure.place}",
            f"seed {failed.seed}, {window}, screen {failed.screen}",
            "last keys:",
            shown(failed.steps),
            failure.detail.rstrip(),
            f"again: {sys.executable} -m tests.walker --replay {failed.log}",
        ]
    )
