"""What came of the walks, in words."""

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
    """Return what was done and reached, and what never was."""
    outcome = walked.outcome
    found = reached(outcome.coverage, screens)
    done = f"{outcome.keys} keys pressed in {outcome.steps} steps, {walked.seconds:.0f} s"
    lives = f"{outcome.starts} starts, {outcome.kills} kills"
    pairs = f"{found.pairs} of {found.all_pairs}"
    lines = [
        f"{done}; {lives}, history verified {outcome.verified} times",
        f"screens reached: {found.screens} of {found.all_screens}",
        f"actions reached: {found.actions} of {found.all_actions} (each on each screen: {pairs})",
        f"dialogs: {', '.join(found.dialogs)}",
    ]
    if found.unseen_screens:
        lines.append(f"screens never reached: {', '.join(found.unseen_screens)}")
    if found.undone:
        lines.append(f"actions never reached: {', '.join(found.undone)}")
    lines += [
        f"  not on {name}: {', '.join(missing)}" for name, missing in found.undone_pairs.items()
    ]
    lines.append(f"errors: {outcome.failures.total()}")
    lines += [f"{count:5} × {place}" for place, count in outcome.failures.most_common()]
    return "\n".join(lines)


def story(found: FoundFailure) -> str:
    """Return how it came to a failure, and how to see it again."""
    start, failure = found.start, found.failure
    window = f"size {start.columns}x{start.rows}, language {start.language}"
    return "\n".join(
        [
            f"== {failure.what}",
            f"place {failure.place}",
            f"seed {found.seed}, {window}, screen {found.screen}",
            "last keys:",
            shown(found.steps),
            failure.detail.rstrip(),
            f"again: {sys.executable} -m tests.walker --replay {found.log}",
        ]
    )
