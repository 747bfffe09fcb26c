"""The session of the console: the open book, the settings, the chosen account; screens share it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from shlex import quote
from typing import TYPE_CHECKING, Concatenate, NamedTuple, ParamSpec, TypeVar
from uuid import uuid4

from partnerdesk.models.accounts.accounts import Account, Scope, choose, read_accounts
from partnerdesk.models.core import permissions
from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import AppError, NotFoundError
from partnerdesk.models.core.verdicts import why_refused
from partnerdesk.models.database.foreign import why_read_only
from partnerdesk.models.database.reader import Reader
from partnerdesk.models.languages import _
from partnerdesk.models.lists.filter_history import FilterHistory
from partnerdesk.models.lists.list_state import Remembered
from partnerdesk.models.settings.database_url import SqliteFile
from partnerdesk.models.syncing.progress import (
    PASSING,
    SyncTrouble,
    read_progress,
    trouble_words,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from datetime import datetime

    from partnerdesk.models.changes.plan import PlanContext
    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.database.connection import Connection
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.lists.saved_views_file import Reading
    from partnerdesk.models.lists.spec import RowKey
    from partnerdesk.models.settings.model import Settings
    from partnerdesk.models.syncing.progress import SyncProgress

P = ParamSpec("P")
Answer = TypeVar("Answer")

_SUM = "coalesce(sum({} % 1099511627776), 0)"
"""Adds up whatever a damaged book holds, without an overflow."""
_UNFINISHED = "FROM outbox WHERE state IN ('waiting', 'sending', 'sent', 'failed')"
PULSE = (
    "SELECT (SELECT coalesce(max(id), 0) FROM changes), "  # noqa: S608 - constants only
    "(SELECT count(*) FROM customer_drafts), (SELECT coalesce(max(id), 0) FROM customer_drafts), "
    f"(SELECT {_SUM.format('version')} FROM customer_drafts), "
    f"(SELECT count(*) {_UNFINISHED}), (SELECT {_SUM.format('version')} {_UNFINISHED}), "
    f"(SELECT {_SUM.format('new')} + {_SUM.format('changed')} FROM account_syncs), "
    f"{_SUM.format('synced_at')}, {_SUM.format('version')}, count(*) FROM partner_accounts"
)
"""SQL for a row of numbers; at least one of them changes with anything that screens show.

How far a sync is stands beside it (`AppSession.syncs`): only the header shows that, so nothing else
is read again for it.
"""


class BookState(NamedTuple):
    """The state that a screen shows; a screen with an older state has to read the book again."""

    scope: str
    """The key of the chosen account; empty until the book is open."""
    pulse: tuple[int, ...]
    """The result of `PULSE`; empty until the book is open."""


class Look(NamedTuple):
    """What a look at the book found."""

    pulse: tuple[int, ...]
    """The result of `PULSE`."""
    syncs: dict[int, SyncProgress]
    """How far the sync of each account is, by the account's id."""
    accounts: list[Account] | None
    """The accounts; None where the pulse is that of the look before."""


@dataclass
class AppSession:
    """An open book, the settings and the person's choices. Only the app changes it."""

    settings: Settings
    store: Store
    clock: Callable[[], datetime] = now
    wanted_cloud: str = ""
    """The cloud that `--cloud` names; it takes precedence over the remembered account."""
    demo: bool = False
    """Whether the book is the demo book; the header says so."""
    accounts: list[Account] = field(default_factory=list)
    scope: Scope | None = None
    """The account or accounts that the person chose; None until the book is open."""
    pulse: tuple[int, ...] = ()
    """The result of `PULSE` that the screens know."""
    syncs: dict[int, SyncProgress] = field(default_factory=dict)
    """How far the sync of each account is, whichever process does it; by the account's id."""
    sent: dict[int, tuple[SyncTrouble, SyncProgress | None]] = field(default_factory=dict)
    """What held this console's sending up last, by the account's id; and how the sync was then."""
    unfinished_import: str = ""
    """The path that the person typed last and did not import; the import screen proposes it."""

    def __post_init__(self) -> None:
        self.reader = Reader(self.store)
        self.counters = (Reader(self.store), Reader(self.store))
        """Readers that count rows in parallel, so that reading rows never waits for a count."""
        self.notices: list[str] = []
        """Messages for the person that are not shown yet: damaged own files, leftover files."""
        self.remembered = Remembered.load(self.store.database, self.notices.append)
        self.used_filters = FilterHistory(self.notices.append)
        self.marks: dict[tuple[str, str], set[RowKey]] = {}
        """The keys of the marked rows by account and list; they outlive the list's screen."""
        self.letters_folder = "."
        """The folder to which letters were last written, as the person typed it."""
        self._first_look: Future[Look] | None = None
        self._first_views: Reading | None = None

    @property
    def state(self) -> BookState:
        """The chosen account and the known pulse of the book."""
        return BookState(self.scope.key if self.scope else "", self.pulse)

    def begin(self) -> None:
        """Begin to open the book in the reader's thread, while the app imports the screens."""
        self._first_look = self.reader.begin(self._open)

    async def open(self) -> None:
        """Wait until the book is open, and choose the wanted or remembered account.

        Raises:
            StoreError: the book cannot be opened.
            AppError: no cloud is turned on.
        """
        first_look = self._first_look or self.reader.begin(self._open)
        answer = await asyncio.wrap_future(first_look)
        if self.store.foreign:
            self.settings = replace(self.settings, read_only=True)
            self.notices.append(why_read_only(self.store.foreign))
        self.seen(answer)

    def _open(self) -> Look:
        self.store.open([cloud.id for cloud in self.settings.enabled_clouds()])
        if isinstance(self.store.database, SqliteFile):
            from partnerdesk.models.database import leftovers

            self.notices += leftovers.notices(self.store.database.path)
        if self.settings.start == "last":
            from partnerdesk.models.lists.saved_views_file import read_views

            with suppress(AppError):  # the list reads the views again and reports the error
                self._first_views = read_views()
        return self.look(self.reader.connected())

    def take_first_views(self) -> Reading | None:
        """Return the person's views that were read while opening the book; None on later calls."""
        first, self._first_views = self._first_views, None
        return first

    def look(self, connection: Connection) -> Look:
        """Return the book's pulse, how far the syncs are, and the accounts if the pulse changed."""
        pulse = tuple(int(number) for number in connection.rows(PULSE)[0])
        syncs = read_progress(connection)
        if pulse == self.pulse:
            return Look(pulse, syncs, None)
        return Look(pulse, syncs, read_accounts(connection, self.settings.enabled_clouds()))

    def seen(self, look: Look) -> None:
        """Store what `look` returned, and choose the account: the chosen one again, if it exists.

        Raises:
            AppError: no cloud is turned on.
        """
        is_first = not self.accounts
        self.syncs = look.syncs
        if is_first:
            self._pass_over_old_troubles()
        accounts, pulse = look.accounts, look.pulse
        if accounts is None:
            return
        if not accounts:
            raise AppError(
                _("No cloud is turned on, so there is no account to work in."),
                _("Turn one on in your settings; `partnerdesk info` names the file."),
            )
        self.accounts = accounts
        self.pulse = pulse
        wanted = self.scope.key if self.scope else self.wanted_cloud or self.remembered.scope
        self.scope = choose(accounts, wanted)

    def _pass_over_old_troubles(self) -> None:
        """Say nothing of a trouble of a moment that a sync had before this console began.

        One that goes on renews its lease: then what is known of it is new.
        """
        for id, sync in self.syncs.items():
            if sync.trouble in PASSING:
                self.note_sending(id, SyncTrouble.NONE)

    def choose(self, key: str) -> None:
        """Choose another account, or all; `write_down` stores the choice for the next run."""
        self.scope = choose(self.accounts, key)
        self.remembered.scope = self.scope.key

    async def aside(
        self, read: Callable[Concatenate[Store, P], Answer], *args: P.args, **kwargs: P.kwargs
    ) -> Answer:
        """Call `read` with the store and `args` in the reader's thread; return its result."""
        return await self.reader.aside(partial(read, self.store, *args, **kwargs))

    @property
    def account(self) -> Account | None:
        """The chosen account; None if all accounts are chosen."""
        return self.scope.account if self.scope is not None else None

    def own_account(self) -> Account:
        """Return the chosen account.

        Raises:
            NotFoundError: all accounts are chosen.
        """
        if self.account is None:
            raise NotFoundError(self.why_no_change())
        return self.account

    def account_of(self, id: int) -> Account:
        """Return the account with an id.

        Raises:
            NotFoundError: the account's cloud is not turned on.
        """
        for account in self.accounts:
            if account.id == id:
                return account
        raise NotFoundError(
            _("The cloud of this customer is not turned on."),
            _("Turn it on in your settings; `partnerdesk info` names the file."),
        )

    def refusals(self, *, own_account: bool = False) -> tuple[Reason, ...]:
        """Return why the person may change nothing at present; empty if changes are allowed.

        Args:
            own_account: whether the changed record determines the account, so that the person need
                not choose one.
        """
        why = self.store.why_read_only()
        if why is not None or self.settings.read_only:
            return (why or permissions.read_only(),)
        if self.scope is None:
            return (permissions.no_book(),)
        if self.scope.account is None and not own_account:
            if self.scope.cloud is not None:
                return (permissions.several_accounts(),)
            return (permissions.all_accounts(),)
        return ()

    def why_no_change(self, *, own_account: bool = False) -> str:
        """Return the texts of `refusals` as one text; empty if changes are allowed."""
        return why_refused(self.refusals(own_account=own_account))

    def by(self, plan_id: str = "") -> PlanContext:
        """Return the context for a plan that is made now.

        The record of a plan determines its account, so all accounts may be chosen.

        Args:
            plan_id: the GUID of the plan; empty for a new one.
        """
        from partnerdesk.models.changes.history import Actor
        from partnerdesk.models.changes.plan import PlanContext

        refusals = self.refusals(own_account=True)
        return PlanContext(Actor.present(), self.clock(), plan_id or str(uuid4()), refusals)

    def command(self, words: str) -> str:
        """Return a command for a shell that works in this book: with the flag that names it."""
        flag = ""
        if self.demo:
            flag = " --demo"
        elif self.settings.origins.get("database") == "--database":
            flag = f" --database {quote(self.store.database.name)}"
        return f"partnerdesk {words}{flag}"

    def note_sending(self, account_id: int, trouble: SyncTrouble) -> None:
        """Note what holds the sending for an account up; NONE once Partner Center answers."""
        self.sent[account_id] = (trouble, self.syncs.get(account_id))

    def trouble_words(self, account_id: int) -> str:
        """Return two words about what holds sending or sync up, whichever was last; else nothing.

        As long as nothing new is known of the sync, the sending knows better.
        """
        sync = self.syncs.get(account_id)
        if account_id in self.sent:
            trouble, then = self.sent[account_id]
            if then == sync:
                return trouble_words(trouble)
        return sync.trouble_words() if sync is not None else ""

    def take_notices(self) -> str:
        """Return the notices as lines and forget them; the caller shows them."""
        taken, self.notices[:] = self.notices[:], []
        return "\n".join(taken)

    def write_down(self) -> None:
        """Store the chosen account, the state of the lists and the used filters; this blocks."""
        self.remembered.save()
        self.used_filters.save()

    def close(self) -> None:
        """Store what the next run needs (`write_down`), then stop and close the readers."""
        self.write_down()
        readers = (self.reader, *self.counters)
        for reader in readers:
            reader.stop()
        for reader in readers:
            reader.close()
