"""The limit of calls a minute: never passed, nearly reached, shared by processes."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from partnerdesk.partnercenter.limiter import LIMIT, WINDOW, Limiter

if TYPE_CHECKING:
    from pathlib import Path

PROCESS = """
import json, sys, threading, time
from pathlib import Path
from partnerdesk.partnercenter.limiter import Limiter
limiter = Limiter(Path(sys.argv[1]), limit=int(sys.argv[2]), window=float(sys.argv[3]), reserve=0)
taken = []
ends = time.monotonic() + float(sys.argv[4])
while time.monotonic() < ends:
    before = time.monotonic()
    seconds = limiter.take("tenant")
    if seconds:
        threading.Event().wait(min(seconds, 0.02))
    else:
        taken.append([before, time.monotonic()])
print(json.dumps(taken))
"""


class Time:
    """A clock that stands still until somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_at_the_limit_it_is_nearly_reached_and_never_passed() -> None:
    clock = Time()
    limiter = Limiter(clock=clock)
    sent: list[float] = []
    while clock.now < 1000.0 + 10 * 60:
        seconds = limiter.take("t", urgent=False)
        if seconds:
            clock.now += seconds
        else:
            sent.append(clock.now)
            clock.now += 0.01
    assert most_in(sent, 60.0) <= LIMIT
    assert len(sent) / 10 >= 0.95 * LIMIT


@given(
    gaps=st.lists(st.floats(0, 3), max_size=60),
    limit=st.integers(2, 7),
    urgent=st.lists(st.booleans(), min_size=1, max_size=5),
)
def test_no_window_holds_more_than_the_limit(
    gaps: list[float], limit: int, urgent: list[bool]
) -> None:
    clock = Time()
    limiter = Limiter(limit=limit, window=5.0, reserve=1, clock=clock)
    sent: list[float] = []
    for number, gap in enumerate(gaps):
        clock.now += gap
        seconds = limiter.take("t", urgent=urgent[number % len(urgent)])
        if seconds == 0:
            sent.append(clock.now)
        else:
            clock.now += seconds / 2
            assert seconds <= 5.0 + 1e-9
    assert most_in(sent, 5.0) <= limit


def most_in(sent: list[float], window: float) -> int:
    """Return the most calls in any window."""
    return max(
        (sum(at <= later < at + window for later in sent[place:]) for place, at in enumerate(sent)),
        default=0,
    )


def test_a_person_gets_a_call_when_the_others_have_used_up_theirs() -> None:
    limiter = Limiter(limit=5, reserve=2, clock=Time())
    assert [limiter.take("t", urgent=False) for _time in range(4)][:3] == [0.0] * 3
    assert limiter.take("t", urgent=False) > 0
    assert [limiter.take("t") for _time in range(2)] == [0.0, 0.0]
    assert 0 < limiter.take("t") <= WINDOW
    assert limiter.left("t") == 0
    assert limiter.left("other") == 5


def test_a_pause_holds_for_all_processes_and_for_its_customer_alone(tmp_path: Path) -> None:
    clock, file = Time(), tmp_path / "calls.db"
    one, other = Limiter(file, clock=clock), Limiter(file, clock=clock)
    one.pause("t", 30, part="customer")
    one.pause("t", 10, part="customer")
    assert other.take("t", part="customer") == 30
    assert other.take("t", part="another") == 0
    one.pause("t", 20)
    assert other.take("t", part="another") == 20
    clock.now += 31
    assert other.take("t", part="customer") == 0
    one.close()
    other.close()


def test_after_a_restart_of_the_host_old_notes_block_nobody(tmp_path: Path) -> None:
    """The monotonic clock begins anew."""
    clock, file = Time(), tmp_path / "calls.db"
    before = Limiter(file, limit=1, reserve=0, clock=clock)
    before.pause("t", 100)
    assert before.take("u") == 0
    before.close()
    clock.now = 3.0
    after = Limiter(file, limit=1, reserve=0, clock=clock)
    assert after.take("t") == 0
    assert after.take("u") == 0
    after.close()


def test_a_damaged_file_and_a_folder_that_cannot_be_written_stop_nobody(tmp_path: Path) -> None:
    file = tmp_path / "calls.db"
    file.write_bytes(b"no database" * 100)
    limiter = Limiter(file, clock=Time())
    waits = [limiter.take("t"), limiter.take("t")]
    assert waits[1] == 0
    limiter.close()
    sqlite3.connect(file).execute("SELECT count(*) FROM calls").fetchall()
    blocked = Limiter(file / "below" / "calls.db", clock=Time())
    assert blocked.take("t") == 0
    blocked.close()


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    limiter = Limiter(tmp_path / "state" / "calls.db")
    limiter.take("t")
    limiter.close()
    assert (tmp_path / "state" / "calls.db").stat().st_mode & 0o077 == 0


def test_several_processes_share_the_limit_and_a_killed_one_blocks_nobody(tmp_path: Path) -> None:
    limit, window = 40, 0.5
    command = [sys.executable, "-c", PROCESS, str(tmp_path / "calls.db"), str(limit), str(window)]
    running = [
        subprocess.Popen([*command, seconds], stdout=subprocess.PIPE, text=True)
        for seconds in ("2.5", "2.5", "60")
    ]
    killed = running.pop()
    with killed:
        file = tmp_path / "calls.db"
        while not file.exists():
            assert killed.poll() is None
        killed.send_signal(signal.SIGKILL)
    taken: list[list[float]] = []
    for process in running:
        written, _ = process.communicate(timeout=60)
        taken += json.loads(written)
    taken.sort()
    # A call was noted between its two moments: what certainly lies in one window is counted.
    most = max(
        sum(early[1] <= later[0] and later[1] < early[0] + window for later in taken[place:])
        for place, early in enumerate(taken)
    )
    assert most <= limit
    assert len(taken) > limit
