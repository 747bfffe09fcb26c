"""The store: schema, upgrades, transactions and errors, on both databases."""

from __future__ import annotations

import json
import os
import pkgutil
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlmodel import SQLModel, select

import partnerdesk.models
from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.history import SEALED, History
from partnerdesk.models.changes.verify import verify
from partnerdesk.models.core.clock import to_millis
from partnerdesk.models.core.errors import (
    BusyError,
    ConflictError,
    ExitCode,
    RefusedError,
    StoreError,
)
from partnerdesk.models.customers.entities import BillingProfile, Customer, Note
from partnerdesk.models.database import connection as connections
from partnerdesk.models.database import store as store_module
from partnerdesk.models.database import upgrade as upgrade_module
from partnerdesk.models.database import versions as versions_module
from partnerdesk.models.database.search_index import TABLE
from partnerdesk.models.database.store import Store
from partnerdesk.models.database.versions import VERSIONS_FOLDER, known_versions
from partnerdesk.models.settings.database_url import Database, PostgresServer, SqliteFile
from tests.conftest import CLOUDS
from tests.support.books import NOW
from tests.support.statements import address, rows, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlmodel import Session

GUID = "3f2a91c0-5e4b-4d8a-9c77-0b1a2c3d4e5f"


def tables(store: Store) -> set[str]:
    postgres = isinstance(store.database, PostgresServer)
    of_postgres = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    of_sqlite = "SELECT name FROM sqlite_master WHERE type = 'table'"
    return {row[0] for row in rows(store, of_postgres if postgres else of_sqlite)}


def account(session: Session) -> int:
    found = session.exec(select(PartnerAccount.id).order_by(PartnerAccount.cloud)).first()
    assert found
    return found


def add_customer(store: Store, name: str = "Fabrikam") -> int:
    with store.writing() as session:
        customer = Customer(account_id=account(session), company_name=name)
        session.add(customer)
        session.flush()
        assert customer.id
        return customer.id


def company_names(store: Store) -> list[str]:
    return [row[0] for row in rows(store, "SELECT company_name FROM customers ORDER BY id")]


# Schema


def test_the_schema_is_that_of_the_entities(store: Store) -> None:
    for module in pkgutil.walk_packages(partnerdesk.models.__path__, "partnerdesk.models."):
        if ".migrations" not in module.name:
            import_module(module.name)  # registers entities that nothing else imports
    with store.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_name": lambda name, _kind, _parents: TABLE not in (name or ""),
            },
        )
        assert compare_metadata(context, SQLModel.metadata) == []


def test_the_known_versions_are_those_of_alembic() -> None:
    script = ScriptDirectory(str(VERSIONS_FOLDER.parent))
    assert [version.revision for version in script.walk_revisions()][::-1] == known_versions()
    assert script.get_current_head() == known_versions()[-1]


def test_a_fresh_book_has_an_account_kept_by_hand_in_each_cloud(store: Store) -> None:
    accounts = rows(store, "SELECT cloud, connected, tenant_id FROM partner_accounts ORDER BY id")
    assert accounts == [(cloud, False, "") for cloud in CLOUDS]
    assert rows(store, "SELECT version_num FROM alembic_version") == [(known_versions()[-1],)]


def test_a_cloud_turned_on_later_gets_its_account_and_the_others_stay(store: Store) -> None:
    run(store, "UPDATE partner_accounts SET name = 'Contoso' WHERE cloud = 'germany'")
    Store(store.database).open([*CLOUDS, "china"])
    accounts = rows(store, "SELECT cloud, name FROM partner_accounts ORDER BY cloud")
    assert accounts == [("china", ""), ("germany", "Contoso"), ("global", ""), ("us-gov", "")]


def test_names_are_sorted_by_code_point_on_both_databases(store: Store) -> None:
    names = ["b", "B", "a b", "a", "ab", "ä", "Z", "_", "ж", "-x", "会"]
    with store.writing() as session:
        number = account(session)
        for name in names:
            session.add(Customer(account_id=number, company_name=name))
    found = rows(store, "SELECT company_sort FROM customers ORDER BY company_sort")
    kept = [row[0] for row in rows(store, "SELECT company_sort FROM customers")]
    assert len({*kept}) == len(names) - 2, "upper and lower case are one"
    assert [row[0] for row in found] == sorted(kept)


def test_moments_come_back_aware_and_none_stays_none(store: Store) -> None:
    moment = datetime(2021, 5, 3, 12, 30, 15, 250_000, tzinfo=UTC)
    with store.writing() as session:
        number = account(session)
        session.add(Customer(account_id=number, company_name="A", seen_at=moment))
    with store.reading() as session:
        customer = session.exec(select(Customer)).one()
    assert customer.seen_at == moment
    assert customer.seen_at.utcoffset() is not None
    assert customer.ended_at is None


def test_a_customer_of_no_account_cannot_be_kept(store: Store) -> None:
    with pytest.raises(StoreError), store.writing() as session:
        session.add(Customer(account_id=4711, company_name="Nobody's"))
    assert company_names(store) == []


# Several processes

OPEN_AND_WRITE = """
import os, sys, traceback
import partnerdesk.models.database.upgrade
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.settings.database_url import parse
from partnerdesk.models.database.store import Store
from sqlalchemy import text
from sqlmodel import func, select
def work(name):
    store = Store(parse(sys.argv[1]))
    store.open(["global", "us-gov", "germany"])
    for turn in range(5):
        with store.writing() as session:
            count = session.exec(select(func.count()).select_from(Customer)).one()
            account = session.exec(text("SELECT min(id) FROM partner_accounts")).scalar_one()
            session.add(Customer(account_id=account, company_name=f"{name} {turn} {count}"))
gun, trigger = os.pipe()
for name in range(6):
    if not os.fork():
        os.close(trigger)
        os.read(gun, 1)  # ends for all at once: when nobody holds the trigger any more
        try:
            work(name)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
os.close(trigger)
sys.exit(sum(os.wait()[1] != 0 for name in range(6)))
"""


def python(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )


def test_processes_that_open_a_fresh_book_at_once_make_it_once_and_lose_no_write(
    database: Database,
) -> None:
    done = python(OPEN_AND_WRITE, address(database))
    assert (done.returncode, done.stderr) == (0, "")
    store = Store(database)
    clouds = [row[0] for row in rows(store, "SELECT cloud FROM partner_accounts ORDER BY id")]
    assert clouds == CLOUDS
    assert len(rows(store, "SELECT version_num FROM alembic_version")) == 1
    assert len(company_names(store)) == 30


def test_a_process_that_finds_a_new_file_being_made_tries_again(
    sqlite_database: SqliteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_database.path.parent.mkdir()
    other = sqlite3.connect(sqlite_database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    tries: list[float] = []

    def sleep(seconds: float) -> None:
        tries.append(seconds)
        other.close()

    monkeypatch.setattr(connections, "sleep", sleep)
    Store(sqlite_database).open(CLOUDS)
    assert len(tries) == 1


# Upgrades

SECOND_VERSION = """
import sqlalchemy as sa
from alembic import op
revision = "0002"
down_revision = "0001"
def upgrade():
    op.create_table("pets", sa.Column("name", sa.String()))
"""


FIRST_CUSTOMER = (
    "INSERT INTO customers (account_id, company_name, primary_domain, relationship_to_partner, "
    "country, indirect_reseller, company_sort, search_text) "
    "SELECT min(id), 'Fabrikam', '', 'none', '', '', 'fabrikam', 'fabrikam' FROM partner_accounts"
)


@pytest.fixture
def versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the store use a copy of the first migration, to which a test can add others."""
    copied = tmp_path / "migrations"
    shutil.copytree(VERSIONS_FOLDER.parent, copied, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (copied / "versions").iterdir():
        if not file.name.startswith("0001_"):
            file.unlink()
    monkeypatch.setattr(versions_module, "VERSIONS_FOLDER", copied / "versions")
    return copied / "versions"


@pytest.fixture
def older(versions: Path, database: Database) -> Store:
    """Return a book with the first schema and one customer."""
    assert [file.name for file in versions.iterdir()] == ["0001_book.py"]
    store = Store(database)
    store.open(CLOUDS)
    run(store, FIRST_CUSTOMER)  # by the columns of its schema, not of the entities
    return store


def copies(database: Database) -> list[Path]:
    if isinstance(database, PostgresServer):
        return []
    return sorted(database.path.parent.glob("*.schema-*"))


def test_an_older_book_is_upgraded_and_a_file_is_copied_aside_first(
    older: Store, versions: Path
) -> None:
    (versions / "0002_pets.py").write_text(SECOND_VERSION)
    Store(older.database).open(CLOUDS)
    assert rows(older, "SELECT version_num FROM alembic_version") == [("0002",)]
    assert "pets" in tables(older)
    assert company_names(older) == ["Fabrikam"]
    if isinstance(older.database, SqliteFile):
        [copy] = copies(older.database)
        assert copy.name.startswith("book.db.schema-0001-")
        assert copy.stat().st_mode & 0o777 == 0o600
        before = Store(SqliteFile(copy))
        assert rows(before, "SELECT version_num FROM alembic_version") == [("0001",)]
        assert "pets" not in tables(before)
        assert company_names(before) == ["Fabrikam"]


def test_an_older_book_is_not_upgraded_where_nothing_may_change(
    older: Store, versions: Path
) -> None:
    (versions / "0002_pets.py").write_text(SECOND_VERSION)
    with pytest.raises(RefusedError, match="older version"):
        Store(older.database, read_only=True).open(CLOUDS)
    assert rows(older, "SELECT version_num FROM alembic_version") == [("0001",)]
    assert copies(older.database) == []


def test_an_upgrade_that_fails_leaves_the_book_as_it_was(older: Store, versions: Path) -> None:
    broken = SECOND_VERSION + '    op.drop_table("nowhere")\n'
    (versions / "0002_pets.py").write_text(broken)
    with pytest.raises(StoreError, match="nowhere"):
        Store(older.database).open(CLOUDS)
    assert rows(older, "SELECT version_num FROM alembic_version") == [("0001",)]
    assert "pets" not in tables(older)
    assert company_names(older) == ["Fabrikam"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"contoso\ncontoso.com\n{GUID}\n#vip", "contoso\ncontoso.com\n#vip"),
        (f"contoso\n{GUID}", "contoso"),
        (f"{GUID} inc\n{GUID}", f"{GUID} inc"),
    ],
)
def test_identifiers_leave_the_searched_text_of_an_older_book(
    older: Store, versions: Path, before: str, after: str
) -> None:
    given = f"microsoft_id = '{GUID}', search_text = '{before}'"
    run(older, f"UPDATE customers SET {given}")  # noqa: S608
    for newer in VERSIONS_FOLDER.glob("000[234]_*.py"):
        shutil.copyfile(newer, versions / newer.name)
    Store(older.database).open(CLOUDS)
    assert rows(older, "SELECT search_text FROM customers") == [(after,)]


def test_the_history_of_an_older_book_is_sealed_as_it_is(older: Store, versions: Path) -> None:
    run(
        older,
        "INSERT INTO changes (id, at, actor, host, kind, account_id, customer_id, before, after) "
        "VALUES (3, 1700000000000, 'Ольга', 'desk', 'noted', 1, 1, '{}', '{\"note\": \"ä\"}'), "
        "(5, 0, 'olga', '', 'demo', NULL, NULL, '{}', '{}')",
    )
    for newer in VERSIONS_FOLDER.glob("000[2-8]_*.py"):
        shutil.copyfile(newer, versions / newer.name)
    Store(older.database).open(CLOUDS)
    connection = older.connect()
    found = verify(connection)
    connection.close()
    assert (found.entries, found.findings) == (2, ())
    kept = rows(older, "SELECT id, subject, search_text, previous = '' FROM changes ORDER BY id")
    assert [tuple(row[:3]) for row in kept] == [
        (3, "Fabrikam", "fabrikam\nольга\n"),
        (5, "", "\nolga\n"),
    ]
    assert [bool(row[3]) for row in kept] == [True, False]
    assert rows(older, "SELECT last_id, entries FROM history_head") == [(5, 2)]
    run(older, "UPDATE changes SET host = 'desc' WHERE id = 3")
    connection = older.connect()
    assert [finding.change_id for finding in verify(connection).findings] == [3]
    connection.close()


def test_an_older_book_says_what_was_undone(older: Store, versions: Path) -> None:
    """Change 1 is in effect again, 2 is undone, 4 is undone twice; other columns do not change."""
    for newer in VERSIONS_FOLDER.glob("000[234]_*.py"):
        shutil.copyfile(newer, versions / newer.name)
    Store(older.database).open(CLOUDS)
    undos = {1: None, 2: 1, 3: 2, 4: None, 5: 4, 6: 5, 7: 4}
    digests = [add_as_schema_4(older, number, undone) for number, undone in undos.items()]
    for newer in VERSIONS_FOLDER.glob("000[5678]_*.py"):
        shutil.copyfile(newer, versions / newer.name)
    Store(older.database).open(CLOUDS)
    kept = rows(older, "SELECT id, undone_by FROM changes WHERE undone_by IS NOT NULL ORDER BY id")
    assert [tuple(row) for row in kept] == [(2, 3), (4, 7), (5, 6)]
    assert [row[0] for row in rows(older, "SELECT digest FROM changes ORDER BY id")] == digests
    connection = older.connect()
    assert verify(connection).findings == ()
    connection.close()


PERSON = {"firstName": "Rita", "addressLine1": "Rua 1", "country": "PT", "phoneNumber": "+351 1"}
CREATED = {
    "companyProfile": {"domain": "o.onmicrosoft.com", "companyName": "Ó",
                       "organizationRegistrationNumber": "1"},
    "billingProfile": {"email": "r@o.pt", "culture": "pt-PT", "language": "pt",
                       "companyName": "Ó", "defaultAddress": PERSON},
    "associatedPartnerId": GUID,
}  # fmt: skip
"""The JSON of a customer to create, as in schema 6."""


def test_calls_of_an_older_book_name_their_operation_and_arguments(
    older: Store, versions: Path
) -> None:
    for newer in VERSIONS_FOLDER.glob("000[2-6]_*.py"):
        shutil.copyfile(newer, versions / newer.name)
    Store(older.database).open(CLOUDS)
    change = add_as_schema_4(older, 1, None) and 1
    kept = [
        ("MAIL", "a@b.de", '{"email": "a@b.de", "body": "ä"}'),
        ("POST", "/v1/customers", json.dumps(CREATED)),
        ("PATCH", f"/v1/customers/{GUID}", '{"relationshipToPartner": "none"}'),
        ("POST", "/v1/customers", "[damaged"),
        ("PUT", "/somewhere", "{}"),
    ]
    with older.writing_engine.begin() as connection:
        for number, (method, path, body) in enumerate(kept, 1):
            given = {
                "id": number, "change_id": change, "account_id": 1, "method": method,
                "path": path, "body": body, "request_id": f"guid-{number}", "state": "failed",
                "attempts": number, "answer": "no", "changed_at": 5,
            }  # fmt: skip
            marks = ", ".join(f":{name}" for name in given)
            added = f"INSERT INTO outbox ({', '.join(given)}) VALUES ({marks})"  # noqa: S608
            connection.execute(text(added), given)
    seventh = "0007_calls_by_operation.py"
    shutil.copyfile(VERSIONS_FOLDER / seventh, versions / seventh)
    Store(older.database).open(CLOUDS)
    found = rows(older, "SELECT channel, operation, arguments FROM outbox ORDER BY id")
    assert found[0] == ("mail", "send_letter", kept[0][2])
    assert found[1][:2] == ("partner_center", "create_customer")
    assert json.loads(found[1][2]) == {
        "primary_domain": "o.onmicrosoft.com", "organization_registration_number": "1",
        "company_name": "Ó", "email": "r@o.pt", "culture": "pt-PT", "language": "pt",
        "first_name": "Rita", "address_line1": "Rua 1", "country": "PT",
        "phone_number": "+351 1", "indirect_reseller": GUID,
    }  # fmt: skip
    whom = f'{{"microsoft_id": "{GUID}"}}'
    assert found[2] == ("partner_center", "remove_reseller_relationship", whom)
    assert found[3] == ("partner_center", "POST /v1/customers", "[damaged")
    assert found[4] == ("partner_center", "PUT /somewhere", "{}")
    rest = rows(older, "SELECT id, request_id, state, attempts, answer, changed_at FROM outbox")
    assert sorted(rest) == [
        (number, f"guid-{number}", "failed", number, "no", 5) for number in range(1, 6)
    ]


def add_as_schema_4(store: Store, number: int, undoes: int | None) -> str:
    """Add an entry to the history as in schema 4, which has no column `undone_by`."""
    previous = rows(store, "SELECT digest FROM history_head")[0][0]
    row = History(number - 1, number - 1, previous).sealed(
        {"at": NOW, "actor": "olga", "host": "desk", "kind": "noted", "undoes": undoes}
    )
    given = {name: row[name] for name in (*SEALED, "previous", "digest", "search_text")}
    marks = ", ".join(f":{name}" for name in given)
    with store.writing_engine.begin() as connection:
        connection.execute(
            text(f"INSERT INTO changes ({', '.join(given)}) VALUES ({marks})"),  # noqa: S608
            given | {"at": to_millis(NOW), "kind": "noted"},
        )
        connection.execute(
            text("UPDATE history_head SET last_id = :id, entries = :id, digest = :digest"),
            {"id": number, "digest": row["digest"]},
        )
    return str(row["digest"])


def test_a_book_that_is_up_to_date_is_opened_without_sqlalchemy(store: Store) -> None:
    done = python(
        "import sys; from partnerdesk.models.database.store import Store;"
        "from partnerdesk.models.settings.database_url import parse;"
        f"Store(parse(sys.argv[1])).open({CLOUDS!r});"
        "print([name for name in ('alembic', 'sqlalchemy', 'sqlmodel') if name in sys.modules])",
        address(store.database),
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def upgraded(store: Store, clouds: list[str]) -> None:
    upgrade_module.upgrade(store.writing_engine, store.database, clouds)


@pytest.mark.parametrize("bring_up_to_date", [Store.open, upgraded])
def test_a_book_of_a_newer_program_is_refused_and_nothing_is_changed(
    store: Store, bring_up_to_date: Callable[[Store, list[str]], None]
) -> None:
    run(store, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"newer partnerdesk \(schema 9999\)") as raised:
        bring_up_to_date(store, [*CLOUDS, "china"])
    assert "Update this program" in raised.value.remedy
    assert rows(store, "SELECT version_num FROM alembic_version") == [("9999",)]
    assert len(rows(store, "SELECT id FROM partner_accounts")) == len(CLOUDS)
    assert copies(store.database) == []


def test_another_programs_database_is_refused_and_nothing_is_changed(database: Database) -> None:
    store = Store(database)
    run(store, "CREATE TABLE customers (number INTEGER)", "INSERT INTO customers VALUES (42)")
    with pytest.raises(StoreError, match="belongs to another program") as raised:
        store.open(CLOUDS)
    assert "--database" in raised.value.remedy
    assert tables(store) == {"customers"}
    assert rows(store, "SELECT * FROM customers") == [(42,)]


def test_a_file_of_another_program_is_refused_and_not_a_byte_of_it_changes(tmp_path: Path) -> None:
    file = tmp_path / "browser.db"
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("CREATE TABLE bookmarks (address TEXT)")
        raw.commit()
    before = file.read_bytes()
    with pytest.raises(StoreError, match="belongs to another program"):
        Store(SqliteFile(file)).open(CLOUDS)
    assert file.read_bytes() == before


# Faults of a file


def test_a_new_file_and_its_folder_are_their_owners_only(sqlite_database: SqliteFile) -> None:
    before = os.umask(0)
    try:
        store = Store(sqlite_database)
        store.open(CLOUDS)
        connection = store.connect()
        folder = sqlite_database.path.parent
        modes = {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}
        connection.close()
    finally:
        os.umask(before)
    assert modes == {"book.db": 0o600, "book.db-wal": 0o600, "book.db-shm": 0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_every_connection_to_a_file_is_durable_and_checks_references(
    sqlite_database: SqliteFile,
) -> None:
    store = Store(sqlite_database)
    store.open(CLOUDS)
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    with store.engine.connect() as written:
        for name, value in wanted.items():
            assert written.execute(text(f"PRAGMA {name}")).scalar() == value
            assert rows(store, f"PRAGMA {name}") == [(value,)]


@pytest.mark.parametrize("content", [b"hello", b"\x00\xff" * 4096])
def test_a_file_that_is_no_database_is_refused_and_left_alone(
    tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "letter.txt"
    file.write_bytes(content)
    with pytest.raises(StoreError, match=r"letter.txt is not a partnerdesk book") as raised:
        Store(SqliteFile(file)).open(CLOUDS)
    assert "restore" in raised.value.remedy
    assert file.read_bytes() == content
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_file()] == ["letter.txt"]


def test_an_empty_file_becomes_a_book(tmp_path: Path) -> None:
    file = tmp_path / "book.db"
    file.touch()
    store = Store(SqliteFile(file))
    store.open(CLOUDS)
    assert len(rows(store, "SELECT id FROM partner_accounts")) == len(CLOUDS)


@pytest.mark.parametrize("place", ["", "locked and full/book.db"])
def test_a_place_where_no_file_can_be_is_said(tmp_path: Path, place: str) -> None:
    (tmp_path / "locked and full").touch()
    with pytest.raises(StoreError, match="cannot be opened or written") as raised:
        Store(SqliteFile(tmp_path / place)).open(CLOUDS)
    assert "--database" in raised.value.remedy
    assert raised.value.exit_code == ExitCode.FAILED


def test_a_full_disk_is_said_and_nothing_is_lost(
    sqlite_database: SqliteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(sqlite_database)
    store.open(CLOUDS)
    customer = add_customer(store)

    def open_full(path: Path) -> sqlite3.Connection:
        raw = connections.open_sqlite(path)
        pages = raw.execute("PRAGMA page_count").fetchone()[0]
        raw.execute(f"PRAGMA max_page_count = {pages}")
        return raw

    def write_much() -> None:
        with store.writing() as session:
            session.get_one(Customer, customer).company_name = "Changed"
            session.flush()
            session.add(Note(customer_id=customer, text="long " * 10_000))

    with monkeypatch.context() as full:
        full.setattr(store_module, "open_sqlite", open_full)
        with pytest.raises(StoreError, match="no room left on the disk") as raised:
            write_much()
    assert "Free some space" in raised.value.remedy
    assert company_names(store) == ["Fabrikam"]
    assert rows(store, "SELECT * FROM notes") == []
    assert rows(store, "PRAGMA integrity_check") == [("ok",)]
    add_customer(store, "Contoso")  # works again with free space


# Transactions


def test_a_block_that_fails_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.writing() as session:
            session.add(Customer(account_id=account(session), company_name="Half"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert company_names(store) == []


def test_a_row_that_cannot_be_kept_takes_the_others_of_its_block_with_it(store: Store) -> None:
    def write_two() -> None:
        with store.writing() as session:
            number = account(session)
            session.add(Customer(account_id=number, company_name="One", microsoft_id="same"))
            session.flush()
            session.add(Customer(account_id=number, company_name="Two", microsoft_id="same"))

    with pytest.raises(StoreError):
        write_two()
    assert company_names(store) == []


def _read(store: Store, entity: type[Any]) -> Any:
    with store.reading() as session:
        return session.exec(select(entity).order_by(inspect(entity).primary_key[0])).first()


@pytest.mark.parametrize(
    ("entity", "field"),
    [
        (Customer, "company_name"),
        (PartnerAccount, "name"),
        (Note, "text"),
        (BillingProfile, "city"),
    ],
)
def test_of_two_who_change_the_same_record_the_first_is_kept(
    store: Store, entity: type[SQLModel], field: str
) -> None:
    customer = add_customer(store)
    with store.writing() as session:
        session.add(Note(customer_id=customer, text="Note"))
        session.add(BillingProfile(customer_id=customer))
    mine, theirs = _read(store, entity), _read(store, entity)
    setattr(mine, field, "first")
    setattr(theirs, field, "second")
    with store.writing() as session:
        session.add(mine)

    def write_theirs() -> None:
        with store.writing() as session:
            session.add(Customer(account_id=account(session), company_name="with it"))
            session.add(theirs)

    with pytest.raises(ConflictError, match="Somebody else changed this record") as raised:
        write_theirs()
    assert raised.value.exit_code == ExitCode.BUSY
    assert "repeat your change" in raised.value.remedy
    assert getattr(_read(store, entity), field) == "first"
    assert "with it" not in company_names(store)
    mine_again = _read(store, entity)
    setattr(mine_again, field, "third")
    with store.writing() as session:
        session.add(mine_again)
    assert getattr(_read(store, entity), field) == "third"


def test_a_record_deleted_meanwhile_is_a_conflict_too(store: Store) -> None:
    add_customer(store)
    mine = _read(store, Customer)
    run(store, "DELETE FROM customers")
    mine.company_name = "Changed"
    with pytest.raises(ConflictError), store.writing() as session:
        session.add(mine)


def test_a_read_only_store_refuses_to_write(store: Store) -> None:
    reader = Store(store.database, read_only=True)
    with pytest.raises(RefusedError, match="Read-only mode"), reader.writing():
        pytest.fail("The block must not run.")


def test_a_book_that_another_process_writes_to_is_busy(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0.05)
    customer = add_customer(store)
    with store.writing_engine.begin() as other:
        other.execute(text("UPDATE customers SET country = 'DE'"))
        with pytest.raises(BusyError) as raised, store.writing() as session:
            session.get_one(Customer, customer).company_name = "Changed"
        assert company_names(store) == ["Fabrikam"]  # reading is not blocked
    assert raised.value.exit_code == ExitCode.BUSY
    assert "Try again" in raised.value.remedy


def test_an_upgrade_waits_only_so_long_for_another_process(
    older: Store, versions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (versions / "0002_pets.py").write_text(SECOND_VERSION)
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0.05)
    with older.writing_engine.begin() as other:
        if isinstance(older.database, PostgresServer):
            key = upgrade_module._POSTGRES_LOCK
            other.execute(text(f"SELECT pg_advisory_xact_lock({key})"))
        with pytest.raises(BusyError):
            Store(older.database).open(CLOUDS)
    assert rows(older, "SELECT version_num FROM alembic_version") == [("0001",)]


# Plain connections


def test_values_are_handed_over_as_question_marks_on_both_databases(store: Store) -> None:
    add_customer(store, "100% Fabrikam?")
    add_customer(store, "1000 Fabrikam")
    connection = store.connect()
    try:
        found = connection.rows(
            "SELECT company_name FROM customers WHERE company_name LIKE ? ESCAPE '!'"
            " AND company_name LIKE '%am%'",
            ["100!%%"],
        )
    finally:
        connection.close()
    assert found == [("100% Fabrikam?",)]


def test_a_connection_that_the_server_closed_is_opened_again(
    postgres_database: PostgresServer,
) -> None:
    store = Store(postgres_database)
    store.open(CLOUDS)
    connection = store.connect()
    try:
        [(backend,)] = connection.rows("SELECT pg_backend_pid()")
        rows(store, f"SELECT pg_terminate_backend({backend})")
        with pytest.raises(StoreError) as raised:
            connection.rows("SELECT 1")
        assert raised.value.exit_code == ExitCode.OFFLINE
        assert connection.rows("SELECT cloud FROM partner_accounts ORDER BY id LIMIT 1") == [
            ("global",)
        ]
    finally:
        connection.close()
