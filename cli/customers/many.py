"""Which customers a command means: one or several by name, those of a filter, or of a file."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from partnerdesk.cli.lists.options import chosen_query
from partnerdesk.cli.shared.open_book import given_path, scope
from partnerdesk.cli.shared.runs import ids_word, run_over
from partnerdesk.models.accounts.accounts import ALL
from partnerdesk.models.core.errors import FileError, NotFoundError, UsageError
from partnerdesk.models.core.text import shown
from partnerdesk.models.customers.list import CUSTOMERS
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping

    from partnerdesk.cli.shared.runs import Found
    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.core.errors import ExitCode
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.operations.bulk_records import RunKind
    from partnerdesk.models.settings.model import Settings

MOST_BYTES = 10_000_000
"""How large a file of customers may be: some 200,000 lines."""
MOST_TOLD = 5
"""Lines of a file that are named of those that mean nobody."""


def add_which(command: argparse.ArgumentParser) -> None:
    """Add what says which customers are meant."""
    named = _("Microsoft ID or primary domain; several make one run")
    command.add_argument("customer", metavar="ID|DOMAIN", nargs="*", help=named)
    which = command.add_mutually_exclusive_group()
    found = _("as in the customer list: words, country:de, -tag:vip")
    which.add_argument("--filter", default="", metavar="TEXT", help=found)
    lines = _("a text file with a Microsoft ID or primary domain a line")
    which.add_argument("--file", type=Path, metavar="FILE", help=lines)
    which.add_argument("--all", action="store_true", help=_("every row there is"))


def is_one(arguments: argparse.Namespace) -> bool:
    """Say whether one customer is meant, by its name.

    Raises:
        UsageError: nobody is named, or customers are named in two ways.
    """
    by_list = bool(arguments.filter.strip() or arguments.file or arguments.all)
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
) -> ExitCode:
    """Do the same to all customers that are meant, as a run.

    Raises:
        NotFoundError: somebody who is named is nobody in the clouds that are meant.
        FileError: the file cannot be read.
    """
    from partnerdesk.models.operations.bulk import RunRequest

    accounts = scope(arguments, settings, store, ALL).accounts
    found = list(_found(arguments, store, accounts))
    why = {"why": arguments.why.strip()} if arguments.why.strip() else {}
    wish = RunRequest(kind, {**wishes, **why})
    which = " ".join(arguments.filter.split()) or ids_word(id for _of, ids in found for id in ids)
    words = " ".join(f"{name}={text}" for name, text in wish.wishes.items())
    asked = f"{kind.value} {'--all' if arguments.all else which} {words}"
    return run_over(arguments, settings, store, accounts, wish, found, asked)


def _found(
    arguments: argparse.Namespace, store: Store, accounts: tuple[Account, ...]
) -> Iterable[Found]:
    if not (arguments.customer or arguments.file):
        arguments.sort, arguments.reverse = "", False
        with closing(store.connect()) as connection:
            for account in accounts:
                query = chosen_query(arguments, CUSTOMERS, (account.id,))
                yield account, [row.key for row in query.walk(connection)]
        return
    named = arguments.customer or _lines(given_path(arguments.file))
    by_account = _named(store, named, [account.id for account in accounts])
    yield from ((account, by_account.get(account.id, [])) for account in accounts)


def _named(store: Store, names: Iterable[str], accounts: list[int]) -> dict[int, list[int]]:
    """Return the customers that are named, by account, each once.

    Raises:
        NotFoundError: a name means nobody; says which, and does nothing.
        UsageError: a domain means several.
    """
    from partnerdesk.models.customers.page import customer_named

    found: dict[int, list[int]] = {}
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
                found.setdefault(customer.account_id, []).append(id)
    if unknown:
        named = ", ".join(shown(name)[:60] for name in unknown[:MOST_TOLD])
        more = "" if len(unknown) <= MOST_TOLD else " …"
        text = _("{count} of them are in the book under no such name: {names}; nothing was done.")
        raise NotFoundError(
            text.format(count=len(unknown), names=named + more),
            _("Look for it with: partnerdesk customers list --filter TEXT"),
        )
    return found


def _lines(path: Path) -> list[str]:
    """Return the lines of a file that are not empty and do not begin with `#`.

    Raises:
        FileError: it cannot be read, is too large, or is no text.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise FileError(
            _("{file} cannot be read: {problem}.").format(
                file=shown(str(path)), problem=error.strerror or error
            )
        ) from error
    if len(raw) > MOST_BYTES:
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
