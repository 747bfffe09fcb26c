"""Processes that add customers; tests race two of them, or kill them.

python -m tests.support.adding_apart race ADDRESS ROUNDS  prints the outcome of each round
python -m tests.support.adding_apart kill ADDRESS KILLS SEED  prints how far the processes came
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import select
import signal
import sys
import time
import traceback
from contextlib import closing
from typing import TYPE_CHECKING

from partnerdesk.models.changes.verify import verify
from partnerdesk.models.core.errors import AppError
from partnerdesk.models.customers.add import plan_add_customer
from partnerdesk.models.customers.drafts import begin_draft, save_draft
from partnerdesk.models.database.store import Store
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.settings.database_url import parse
from tests.support.books import NOW, TESTER
from tests.support.edits import by
from tests.support.forms import ATTESTED, PORTUGAL, account_in, form, plan_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.synchronize import Barrier

    from partnerdesk.models.accounts.accounts import Account

LONGEST_LIFE = 0.1
"""The longest time in seconds after which a process that adds customers is killed."""
CHECKED = 5
"""The number of kills between two checks of the book."""
WHOLE = """
SELECT c.id,
    (SELECT count(*) FROM company_profiles AS r WHERE r.customer_id = c.id),
    (SELECT count(*) FROM billing_profiles AS r WHERE r.customer_id = c.id),
    (SELECT count(*) FROM agreements AS r WHERE r.customer_id = c.id),
    (SELECT count(*) FROM changes AS r WHERE r.customer_id = c.id)
FROM customers AS c
"""
"""Selects for each customer the numbers of the records that are added with the customer."""


def not_whole(store: Store) -> list[str]:
    """Return the signs of a plan that was carried out in part; empty if there are none."""
    with closing(store.connect()) as book:
        findings = [finding.text for finding in verify(book).findings]
        with book.snapshot():
            customers = book.rows(WHOLE)
            findings += [f"{row}" for row in customers if row[1:] != (1, 1, 1, 1)]
            for table in ("company_profiles", "billing_profiles", "agreements", "changes"):
                sql = f"SELECT count(*) FROM {table} WHERE customer_id > 0"  # noqa: S608
                count = book.rows(sql)[0][0]
                if count != len(customers):
                    findings.append(f"{count} {table} of {len(customers)} customers")
            left = book.rows(
                "SELECT d.id FROM customer_drafts AS d JOIN changes AS c ON c.plan_id = d.plan_id"
            )
            findings += [f"draft {row[0]} is still there" for row in left]
    return findings


def race(store: Store, rounds: int, lane: int, start: Barrier) -> list[str]:
    """Add the same domains as another process, at the same moments; return the outcomes."""
    outcomes = []
    for turn in range(rounds):
        plan = plan_for(
            store,
            company_name=f"Company {lane}{turn}",
            domain_prefix=f"same{turn}",
            registration_number="",
        )
        start.wait()
        try:
            outcomes.append("added" if carry_out(store, plan).change_id else "nothing")
        except AppError as error:
            outcomes.append(f"{type(error).__name__}: {error}")
        start.wait()
    return outcomes


def add_some(
    store: Store, account: Account, name: str, tell: Callable[[bytes], object], count: int
) -> None:
    """Add `count` customers from drafts; call `tell` with b"b" before and b"e" after each plan."""
    for turn in range(count):
        values = form(
            PORTUGAL | ATTESTED,
            company_name=f"Company {name} {turn}",
            domain_prefix=f"c{name}-{turn}",
            registration_number="",
        )
        planned = by(TESTER, NOW)
        draft = begin_draft(account.id, planned)
        save_draft(store, draft, values, "city", NOW)
        plan = plan_add_customer(account, values, planned, (), draft_id=draft.id)
        tell(b"b")
        carry_out(store, plan)
        tell(b"e")


def killed(store: Store, account: Account, name: str, random_: random.Random) -> tuple[bool, int]:
    """Start a process that adds customers and kill it.

    Return whether the process was carrying out a plan, and how many customers it had added.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(reading)
            add_some(store, account, name, lambda mark: os.write(writing, mark), 10_000)
        finally:
            traceback.print_exc()
            os._exit(1)
    os.close(writing)
    select.select([reading], [], [])  # the first plan is being carried out
    time.sleep(random_.random() * LONGEST_LIFE)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status), "it ended before it was killed"
    with os.fdopen(reading, "rb") as pipe:
        marks = pipe.read()
    return marks.endswith(b"b"), marks.count(b"e")


def run_race(address: str, rounds: int) -> int:
    """Race two processes and print the outcomes of both."""
    from multiprocessing import get_context

    context = get_context("fork")
    start = context.Barrier(2, timeout=60)
    outcomes = context.Queue()

    def lane(number: int) -> None:
        outcomes.put(race(Store(parse(address)), rounds, number, start))

    processes = [context.Process(target=lane, args=(number,)) for number in range(2)]
    for process in processes:
        process.start()
    print(json.dumps([outcomes.get(timeout=120) for _process in processes]))
    for process in processes:
        process.join()
    return sum(process.exitcode or 0 for process in processes)


def run_kills(address: str, kills: int, seed: int) -> int:
    """Kill many processes, check the book now and then, and print how far they came."""
    store, random_ = Store(parse(address)), random.Random(seed)  # noqa: S311 - not a secret
    account = account_in(store)
    # Add one customer first, so that the forked processes have all modules imported.
    add_some(store, account, f"{seed}-first", lambda _mark: None, 1)
    within = done = 0
    for number in range(kills):
        carrying_out, finished = killed(store, account, f"{seed}-{number}", random_)
        within, done = within + carrying_out, done + finished
        if number % CHECKED == CHECKED - 1 and (findings := not_whole(store)):
            print(f"after kill {number}:", *findings, sep="\n", file=sys.stderr)
            return 1
    print(json.dumps({"within": within, "done": done}))
    return 0


if __name__ == "__main__":
    job, where, *numbers = sys.argv[1:]
    jobs: dict[str, Callable[..., int]] = {"race": run_race, "kill": run_kills}
    sys.exit(jobs[job](where, *map(int, numbers)))
