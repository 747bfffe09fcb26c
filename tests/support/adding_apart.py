"""Processes that add customers, for the tests to race against each other and to kill.

python -m tests.support.adding_apart race ADDRESS ROUNDS  prints of each round how each one ended
python -m tests.support.adding_apart kill ADDRESS KILLS SEED  prints how far the killed ones were
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
"""Seconds after which a process that adds customers is killed at the latest."""
CHECKED = 5
"""How many are killed before the book is checked."""
WHOLE = """
SELECT c.id,
    (SELECT count(*) FROM company_profiles AS r WHERE r.customer_id = c.id),
    (SELECT count(*) FROM billing_profiles AS r WHERE r.customer_id = c.id),
    (SELECT count(*) FROM agreements AS r WHERE r.customer_id = c.id),
    (SELECT count(*) FROM changes AS r WHERE r.customer_id = c.id)
FROM customers AS c
"""
"""Of each customer, how many there are of each record that came with it."""


def not_whole(store: Store) -> list[str]:
    """Return what is not as it should be where every plan was carried out whole or not at all."""
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
    """Add the same domains as another process does, at the same moments; return the outcomes."""
    outcomes = []
    for turn in range(rounds):
        plan = plan_for(
            store, company_name=f"Company {lane}{turn}", domain_prefix=f"same{turn}",
            registration_number="",
        )  # fmt: skip
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
    """Add one customer after the other, each from a draft, telling before and after each plan."""
    for turn in range(count):
        values = form(
            PORTUGAL | ATTESTED, company_name=f"Company {name} {turn}",
            domain_prefix=f"c{name}-{turn}", registration_number="",
        )  # fmt: skip
        planned = by(TESTER, NOW)
        draft = begin_draft(account.id, planned)
        save_draft(store, draft, values, "city", NOW)
        plan = plan_add_customer(account, values, planned, (), draft_id=draft.id)
        tell(b"b")
        carry_out(store, plan)
        tell(b"e")


def killed(store: Store, account: Account, name: str, random_: random.Random) -> tuple[bool, int]:
    """Let a process add customers and kill it; return whether it was carrying out, and how many."""
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
    with os.fdopen(reading, "rb") as told:
        marks = told.read()
    return marks.endswith(b"b"), marks.count(b"e")


def run_race(address: str, rounds: int) -> int:
    """Race two processes and print how each round ended for each."""
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
    """Kill many processes, check the book after each, and print how far they were."""
    store, random_ = Store(parse(address)), random.Random(seed)  # noqa: S311 - not a secret
    account = account_in(store)
    # Once, so that the processes need not import and compile anything before they write.
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
