"""The open book and who works on it: what every screen and command is given."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Concatenate, NamedTuple, ParamSpec, TypeVar
from uuid import uuid4

from partnerdesk.models.accounts.accounts import Account, Scope, choose, read_accounts
from partnerdesk.models.core import permissions
from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import AppError, NotFoundError
from partnerdesk.models.core.verdicts import why_refused
from partnerdesk.models.database.reader import Reader
from partnerdesk.models.languages import _
from partnerdesk.models.lists.filter_history import FilterHistory
from partnerdesk.models.lists.list_state import Remembered
from partnerdesk.models.settings.database_url import SqliteFile

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

P = ParamSpec("P")
Answer = TypeVar("Answer")

_UNFINISHED = "FROM outbox WHERE state IN ('waiting', 'sending', 'sent', 'failed')"
PULSE = (
    "SELECT (SELECT coalesce(max(id), 0) FROM changes), "  # noqa: S608 - constants only
    "(SELECT count(*) FROM customer_drafts), (SELECT coalesce(max(id), 0) FROM customer_drafts), "
    "(SELECT coalesce(sum(version), 0) FROM customer_drafts), "
    f"(SELECT count(*) {_UNFINISHED}), (SELECT coalesce(sum(version), 0) {_UNFINISHED}), "
    "coalesce(sum(synced_at), 0), coalesce(sum(version), 0), count(*) FROM partner_accounts"
)
"""A few numbers that change with whatever the screens show."""


class BookState(NamedTuple):
    """What a screen shows: if it differs, the screen has to look again."""

    scope: str
    """The key of the chosen account; empty until the book is open."""
    pulse: tuple[int, ...]


@dataclass
class AppSession:
    """An open book, the settings, and what is chosen in it. Changed by the app only."""

    settings: Settings
    store: Store
    clock: Callable[[], datetime] = now
    wanted_cloud: str = ""
    """What `--cloud` asked for; stronger than what is remembered."""
    demo: bool = False
    """Whether the book is the demo book; the header says so."""
    accounts: list[Account] = field(default_factory=list)
    scope: Scope | None = None
    """What the selector chose; None until the book is open."""
    pulse: tuple[int, ...] = ()
    """The state of the book that the screens have seen."""
    unfinished_import: str = ""
    """The path that was typed last and not imported yet: it is proposed again."""

    def __post_init__(self) -> None:
        self.reader = Reader(self.store)
        self.counters = (Reader(self.store), Reader(self.store))
        """Count beside the reader, so that rows never wait for their number."""
        self.notices: list[str] = []
        """What is still to be told of files of the program's own that were damaged."""
        self.remembered = Remembered.load(self.store.database, self.notices.append)
        self.used_filters = FilterHistory(self.notices.append)
        self.marks: dict[tuple[str, str], set[RowKey]] = {}
        """Marked rows by account and list: they stay while other screens are looked at."""
        self.letters_folder = "."
        """The folder that letters were written to last, as it was typed."""
        self._first_look: Future[tuple[list[Account], tuple[int, ...]] | None] | None = None
        self._first_views: Reading | None = None

    @property
    def state(self) -> BookState:
        """What is chosen, and the state of the book that is known."""
        return BookState(self.scope.key if self.scope else "", self.pulse)

    def begin(self) -> None:
        """Begin to open the book in the reading thread, while the screens are being imported."""
        self._first_look = self.reader.begin(self._open)

    async def open(self) -> None:
        """Wait until the book is open, and choose where to begin.

        Raises:
            StoreError: the book cannot be opened.
        """
        first_look = self._first_look or self.reader.begin(self._open)
        looked = await asyncio.wrap_future(first_look)
        if looked is not None:
            self.seen(*looked)

    def _open(self) -> tuple[list[Account], tuple[int, ...]] | None:
        self.store.open([cloud.id for cloud in self.settings.enabled_clouds()])
        if isinstance(self.store.database, SqliteFile):
            from partnerdesk.models.database import leftovers

            self.notices += leftovers.notices(self.store.database.path)
        if self.settings.start == "last":
            from partnerdesk.models.lists.saved_views_file import read_views

            with suppress(AppError):  # the list says what is wrong with them
                self._first_views = read_views()
        return self.look(self.reader.connected())

    def take_first_views(self) -> Reading | None:
        """Return what was read of the person's views while the book was opened; once."""
        first, self._first_views = self._first_views, None
        return first

    def look(self, connection: Connection) -> tuple[list[Account], tuple[int, ...]] | None:
        """Return the accounts and the book's pulse; None where nothing changed since `seen`."""
        pulse = tuple(int(number) for number in connection.rows(PULSE)[0])
        if pulse == self.pulse:
            return None
        return read_accounts(connection, self.settings.enabled_clouds()), pulse

    def seen(self, accounts: list[Account], pulse: tuple[int, ...]) -> None:
        """Take over what `look` returned; keeps the chosen scope."""
        if not accounts:
            raise AppError(
                _("No cloud is turned on, so there is no account to work in."),
                _("Turn one on in your settings; `partnerdesk info` names the file."),
            )
        self.accounts = accounts
        self.pulse = pulse
        wanted = self.scope.key if self.scope else self.wanted_cloud or self.remembered.scope
        self.scope = choose(accounts, wanted)

    def choose(self, key: str) -> None:
        """Work in another account, or in all of them; `write_down` keeps that for the next run."""
        self.scope = choose(self.accounts, key)
        self.remembered.scope = self.scope.key

    async def aside(
        self, read: Callable[Concatenate[Store, P], Answer], *args: P.args, **kwargs: P.kwargs
    ) -> Answer:
        """Return what `read` finds in the book, beside the event loop; it is given the store."""
        return await self.reader.aside(partial(read, self.store, *args, **kwargs))

    @property
    def account(self) -> Account | None:
        """The account that is worked in; None where all clouds are shown."""
        return self.scope.account if self.scope is not None else None

    def own_account(self) -> Account:
        """Return the account that is worked in.

        Raises:
            NotFoundError: all clouds are shown.
        """
        if self.account is None:
            raise NotFoundError(self.why_no_change())
        return self.account

    def account_of(self, id: int) -> Account:
        """Return the account that a record belongs to.

        Raises:
            NotFoundError: its cloud is not turned on.
        """
        for account in self.accounts:
            if account.id == id:
                return account
        raise NotFoundError(
            _("The cloud of this customer is not turned on."),
            _("Turn it on in your settings; `partnerdesk info` names the file."),
        )

    def refusals(self, *, own_account: bool = False) -> tuple[Reason, ...]:
        """Return why nothing can be changed here and now; nothing if it can.

        Args:
            own_account: whether what is changed has an account of its own, so that none has to be
                chosen.
        """
        if self.settings.read_only:
            return (permissions.read_only(),)
        if self.scope is None:
            return (permissions.no_book(),)
        if self.scope.account is None and not own_account:
            return (permissions.all_accounts(),)
        return ()

    def why_no_change(self, *, own_account: bool = False) -> str:
        """Return the same in words; empty if it can."""
        return why_refused(self.refusals(own_account=own_account))

    def by(self, plan_id: str = "") -> PlanContext:
        """Return who plans something now, under the plan's id or a new one, and why not, if so.

        A plan has an account of its own, whichever the header shows.
        """
        from partnerdesk.models.changes.history import Actor
        from partnerdesk.models.changes.plan import PlanContext

        refusals = self.refusals(own_account=True)
        return PlanContext(Actor.present(), self.clock(), plan_id or str(uuid4()), refusals)

    def take_notices(self) -> str:
        """Return what is still to be told of damaged files; whoever asks tells it."""
        taken, self.notices[:] = self.notices[:], []
        return "\n".join(taken)

    def write_down(self) -> None:
        """Write down how the lists are and which filters were used. Blocks."""
        self.remembered.save()
        self.used_filters.save()

    def close(self) -> None:
        """Write down what is to be remembered, and stop reading."""
        self.write_down()
        readers = (self.reader, *self.counters)
        for reader in readers:
            reader.stop()
        for reader in readers:
            reader.close()
