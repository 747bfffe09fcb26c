"""Opens a book, keeps its schema up to date, and gives out sessions."""

from __future__ import annotations

from contextlib import closing, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from partnerdesk.models.core import permissions
from partnerdesk.models.core.errors import ConflictError, RefusedError, StoreError
from partnerdesk.models.database import any_value
from partnerdesk.models.database.connection import (
    Connection,
    connect,
    explained,
    open_postgres,
    open_sqlite,
)
from partnerdesk.models.database.foreign import foreign_objects, why_read_only
from partnerdesk.models.database.lock_waits import LockWaits
from partnerdesk.models.database.versions import known_versions, schema_version
from partnerdesk.models.languages import _
from partnerdesk.models.settings.database_url import Database, SqliteFile

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection as SqlConnection
    from sqlalchemy import Engine
    from sqlmodel import Session

    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.database.foreign import ForeignObject


class Store:
    """One book. `open` brings its schema up to date."""

    def __init__(self, database: Database, *, read_only: bool = False) -> None:
        self.database = database
        self.read_only = read_only
        """Whether nothing is written; opening a book with foreign objects turns it on."""
        self.foreign: list[ForeignObject] = []
        """The triggers and views of the book that are not its own; SQLite only."""
        self.lock_waits = LockWaits()
        """Writers that wait for another process; SQLite only, a server waits by itself."""
        self._file: tuple[int, int] | None = None
        """Device and inode number of the file that `open` opened; None for a server."""
        self._keeps_connections = False

    @contextmanager
    def kept_open(self) -> Iterator[Store]:
        """Yield a store over the same book whose connection stays open between transactions.

        For many transactions after each other: what a connection has read, and what SQLite has
        written ahead, is worked up once instead of each time.
        """
        store = Store(self.database, read_only=self.read_only)
        store.lock_waits, store._file = self.lock_waits, self._file
        store.foreign = self.foreign
        store._keeps_connections = True
        try:
            yield store
        finally:
            store.engine.dispose()

    def connect(self) -> Connection:
        """Open a plain connection for lists.

        Raises:
            StoreError: the database cannot be opened.
        """
        return connect(self.database)

    def is_outdated(self) -> bool:
        """Whether opening has to upgrade the file first, as far as a glance tells.

        It waits for nobody; a server is not asked.
        """
        if not isinstance(self.database, SqliteFile):
            return False
        import sqlite3

        try:
            address = f"{self.database.path.absolute().as_uri()}?mode=ro"
            with closing(sqlite3.connect(address, uri=True, timeout=0)) as glance:
                row = glance.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.Error:  # opening says what is wrong, or makes a new book
            return False
        known = known_versions()
        return row is not None and row[0] in known[:-1]

    def open(
        self, clouds: list[str], on_progress: Callable[[int, int], None] | None = None
    ) -> None:
        """Bring the schema up to date, and add an account kept by hand for each of `clouds`.

        `on_progress` is told how much of how much of an upgrade is done.

        Raises:
            RefusedError: the store is read-only, and the schema is not up to date.
            StoreError: the database cannot be opened, or was written by a newer program.
        """
        connection = self.connect()
        try:
            version = schema_version(connection)
            if version and isinstance(self.database, SqliteFile):
                self.foreign = foreign_objects(connection)
                self.read_only = self.read_only or bool(self.foreign)
            is_current = version == known_versions()[-1]
            is_ready = is_current and set(clouds) <= {
                row[0] for row in connection.rows("SELECT cloud FROM partner_accounts")
            }
        finally:
            connection.close()
        if self.foreign and not is_current:
            self.refuse_writing()
        if self.read_only and version and not is_current:
            raise RefusedError(
                _(
                    "The book is of an older version ({version}); read-only mode changes nothing."
                ).format(version=version),
                _("Open it once without read-only mode; a copy is made before it is changed."),
            )
        if not is_ready and not (self.read_only and version):
            from partnerdesk.models.database.upgrade import upgrade

            upgrade(
                self.writing_engine,
                self.database,
                clouds,
                on_progress or (lambda _done, _total: None),
            )
        if isinstance(self.database, SqliteFile):
            self._file = _identity(self.database.path)

    @cached_property
    def engine(self) -> Engine:
        """SQLAlchemy's engine over this book's connections."""
        from sqlalchemy import create_engine, event
        from sqlalchemy.pool import NullPool, QueuePool

        database = self.database
        options: dict[str, Any] = {"hide_parameters": True, "poolclass": NullPool}
        if self._keeps_connections:  # a server may have closed a connection meanwhile
            options |= {"poolclass": QueuePool, "pool_size": 1, "pool_pre_ping": True}
        if isinstance(database, SqliteFile):
            path = database.path
            engine = create_engine(
                "sqlite://", creator=lambda: self._open_same_file(path), **options
            )
            event.listen(engine, "checkout", lambda *_: self._drop_other_file(path))
            event.listen(engine, "begin", self._begin_sqlite)
            return engine
        return create_engine(
            "postgresql+psycopg://", creator=lambda: open_postgres(database), **options
        )

    def _drop_other_file(self, path: Path) -> None:
        """Have a connection that was kept opened again, if its file is not the book any more.

        Raises:
            DisconnectionError: it is not; opening it again says why.
        """
        from sqlalchemy.exc import DisconnectionError

        if self._file is not None and _identity(path) != self._file:
            raise DisconnectionError

    def _begin_sqlite(self, connection: SqlConnection) -> None:
        # Transactions that read before they write would deadlock: a writer takes the lock at once.
        if connection.get_execution_options().get("immediate"):
            self.lock_waits.begin(connection)
        else:
            connection.exec_driver_sql("BEGIN")

    def _open_same_file(self, path: Path) -> sqlite3.Connection:
        """Open the file that `open` opened, and refuse another file at the same path.

        Raises:
            StoreError: the file is gone or was replaced; the screen shows data of the old file.
        """
        if self._file is not None and (found := _identity(path)) != self._file:
            if found is None:
                raise StoreError(
                    _("The book {name} is not there any more.").format(name=self.database.name),
                    _("Put it back, or leave and restore a copy: partnerdesk database restore"),
                )
            raise StoreError(
                _("Another book was put in the place of {name}; nothing was written.").format(
                    name=self.database.name
                ),
                _("Leave with ctrl+q and start again: what is shown is of the old one."),
            )
        raw = open_sqlite(path)
        any_value.take_any(raw)
        return raw

    @property
    def writing_engine(self) -> Engine:
        """The same engine, whose transactions take the write lock at once."""
        return self.engine.execution_options(immediate=True)

    def why_read_only(self) -> Reason | None:
        """Return why nothing can be written to the book; None where everything can."""
        if self.foreign:
            return permissions.foreign_objects(why_read_only(self.foreign))
        return permissions.read_only() if self.read_only else None

    def refuse_writing(self) -> None:
        """Refuse to write to a book that is open to look only.

        Raises:
            RefusedError: it is.
        """
        if self.foreign:
            remedy = _("See them with: partnerdesk database check")
            raise RefusedError(why_read_only(self.foreign), remedy)
        refuse_read_only(read_only=self.read_only)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a session in one transaction, committed after the block or rolled back if it fails.

        Raises:
            RefusedError: the console is in read-only mode.
            ConflictError: somebody else has changed a row since it was read.
            StoreError: the database cannot be written.
        """
        self.refuse_writing()
        with self._session(self.writing_engine) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session for reading; the objects that it read stay usable after the block."""
        with self._session(self.engine) as session:
            yield session
            session.expunge_all()

    @contextmanager
    def _session(self, engine: Engine) -> Iterator[Session]:
        from sqlalchemy.exc import NoResultFound
        from sqlalchemy.orm.exc import StaleDataError
        from sqlmodel import Session

        with explained(self.database):
            try:
                with Session(engine, expire_on_commit=False) as session:
                    yield session
            except StaleDataError:
                raise changed_meanwhile() from None
            except NoResultFound:
                raise StoreError(
                    _("The book is damaged: a record that another one points to is not there."),
                    _("See what is wrong: partnerdesk database check"),
                ) from None


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def refuse_read_only(*, read_only: bool) -> None:
    """Refuse to write in read-only mode.

    Raises:
        RefusedError: the console is in read-only mode.
    """
    if read_only:
        raise RefusedError(permissions.read_only().text)


def changed_meanwhile() -> ConflictError:
    """Return the error for a record that somebody else changed since it was read."""
    return ConflictError(
        _("Somebody else changed this record in the meantime; nothing was written."),
        _("Look at it again and repeat your change."),
    )
