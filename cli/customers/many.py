"""The customers of a command: named by ID or domain, by a filter, or by a file."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from partnerdesk.cli.lists.options import chosen_query
from partnerdesk.cli.shared.open_book import scope
from partnerdesk.cli.shared.runs import ids_digest, run_over
from partnerdesk.models.accounts.accounts import ALL
from partnerdesk.models.core.errors import FileError, NotFoundError, UsageError
from partnerdesk.models.core.given_files import LINES, opened
from partnerdesk.models.core.text import shown
from partnerdesk.models.customers.list import CUSTOMERS
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from partnerdesk.cli.shared.runs import AccountRecords
    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.core.errors import ExitCode
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.operations.bulk import PlannedRun
    from partnerdesk.models.operations.bulk_records import RunKind
    from partnerdesk.models.settings.model import Settings

MAX_BYTES = 10_000_000
"""The largest file of customer names, in bytes: about 200,000 lines."""
MAX_NAMES_SHOWN = 5
"""The most unknown names that an error message lists."""


def add_customer_choice(command: argparse.ArgumentParser) -> None:
    """Add the arguments that choose customers."""
    named = _("Microsoft ID or primary domain; several make one run")
    command.add_argument("customer", metavar="ID|DOMAIN", nargs="*", help=named)
    which = command.add_mutually_exclusive_group()
    found = _("as in the customer list: words, country:de, -tag:vip")
    which.add_argument("--filter", default="", metavar="TEXT", help=found)
    lines = _("a text file with a Microsoft ID or primary domain a line")
    which.add_argument("--file", type=Path, metavar="FILE", help=lines)
    which.add_argument("--all", action="store_true", help=_("every row there is"))


def add_named_customers(command: argparse.ArgumentParser) -> None:
    """Add the choice of customers, and `--customer`, which names one of them, too."""
    add_customer_choice(command)
    command.add_argument("--customer", metavar="ID|DOMAIN", action="append", default=[],
                         dest="named", help=_("the same as ID|DOMAIN"))  # fmt: skip


def join_named_customers(arguments: argparse.Namespace) -> None:
    """Add the customers of `--customer` to those that are named without it."""
    arguments.customer = [*arguments.customer, *arguments.named]


def several_customers() -> str:
    """Return the part of the epilog about changes of several customers."""
    return _("Several customers are one run: each by a plan of its own, one entry of the history, "
             "taken back by one undo. A run that was cut off is gone on with by the same command; "
             "exit code 3 where a row was refused, 5 where one failed.")  # fmt: skip


def chooses_customers(arguments: argparse.Namespace) -> bool:
    """Return whether customers of the book are chosen at all."""
    return bool(arguments.customer) or _by_list(arguments)


def _by_list(arguments: argparse.Namespace) -> bool:
    return bool(arguments.filter.strip() or arguments.file or arguments.all)


def names_one_customer(arguments: argparse.Namespace) -> bool:
    """Return whether exactly one customer is chosen, by its name.

    Raises:
        UsageError: no customer is chosen, or they are chosen in two ways.
    """
    by_list = _by_list(arguments)
    if by_list and arguments.customer:
        raise UsageError(_("Name customers, or give --filter, --file or --all, not both."))
    if not by_list and not arguments.customer:
        raise UsageError(
            _("Say which customer."), _("Name one or several, or give --filter, --file or --all.")
        )
    return len(arguments.customer) == 1


def run_many(
    arguments: argparse.Namespace,
    settings: Settings,
    store: Store,
    kind: RunKind,
    wishes: Mapping[str, str],
    check: Callable[[Sequence[PlannedRun]], None] = lambda _runs: None,
) -> ExitCode:
    """Change all chosen customers in the same way, as a run.

    `check` is called with the planned runs before the first one begins, and may raise.

    Raises:
        NotFoundError: a name fits no customer in scope.
        FileError: the file cannot be read.
    """
    from partnerdesk.models.operations.bulk import RunRequest

    accounts = scope(arguments, settings, store, ALL).accounts
    records = list(_chosen_records(arguments, store, accounts))
    reason = getattr(arguments, "why", "").strip()
    why = {"why": reason} if reason else {}
    request = RunRequest(kind, {**wishes, **why})
    which = " ".join(arguments.filter.split()) or ids_digest(
        id for _of, ids in records for id in ids
    )
    words = " ".join(f"{name}={text}" for name, text in request.wishes.items())
    run_key = f"{kind.value} {'--all' if arguments.all else which} {words}"
    return run_over(arguments, settings, store, accounts, request, records, run_key, check)


def _chosen_records(
    arguments: argparse.Namespace, store: Store, accounts: tuple[Account, ...]
) -> Iterable[AccountRecords]:
    if not (arguments.customer or arguments.file):
        arguments.sort, arguments.reverse = "", False
        with closing(store.connect()) as connection:
            for account in accounts:
                query = chosen_query(arguments, CUSTOMERS, (account.id,))
                yield account, [row.key for row in query.walk(connection)]
        return
    named = arguments.customer or _names_in_file(arguments.file)
    by_account = _customers_named(store, named, [account.id for account in accounts])
    yield from ((account, by_account.get(account.id, [])) for account in accounts)


def _customers_named(
    store: Store, names: Iterable[str], accounts: list[int]
) -> dict[int, list[int]]:
    """Return the ids of the named customers by account, without duplicates.

    Raises:
        NotFoundError: some names fit no customer; the message lists them.
        UsageError: a domain belongs to several customers.
    """
    from partnerdesk.models.customers.page import customer_named

    ids_by_account: dict[int, list[int]] = {}
    unknown: list[str] = []
    known: set[int] = set()
    with store.reading() as session:
        for name in names:
            try:
                customer = customer_named(session, name, accounts)
            except NotFoundError:
                unknown.append(name)
                continue
            id = int(customer.id or 0)
            if id not in known:
                known.add(id)
                ids_by_account.setdefault(customer.account_id, []).append(id)
    if unknown:
        named = ", ".join(shown(name)[:60] for name in unknown[:MAX_NAMES_SHOWN])
        more = "" if len(unknown) <= MAX_NAMES_SHOWN else " …"
        text = _("{count} of them are in the book under no such name: {names}; nothing was done.")
        raise NotFoundError(
            text.format(count=len(unknown), names=named + more),
            _("Look for it with: partnerdesk customers list --filter TEXT"),
        )
    return ids_by_account


def _names_in_file(path: Path) -> list[str]:
    """Return the lines of a file without empty lines and comments (`#`).

    Raises:
        FileError: the file cannot be read, is too large, is not UTF-8, or names no customer.
    """
    try:
        with opened(path, LINES) as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileError(
            _("{file} cannot be read: {problem}.").format(
                file=shown(str(path)), problem=error.strerror or error
            )
        ) from error
    if len(raw) > MAX_BYTES:
        raise FileError(_("{file} is too large for a list of customers.").format(file=path.name))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        said = _("{file} is no UTF-8 text: line {line}.").format(file=shown(path.name), line=line)
        raise FileError(said) from error
    lines = (line.strip().strip('"') for line in text.splitlines())
    names = [line for line in lines if line and not line.startswith("#")]
    if not names:
        raise FileError(_("{file} names no customer.").format(file=shown(path.name)))
    return names
