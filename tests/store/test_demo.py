"""The demo book: realistic, with difficult data, and reproducible."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlmodel import Session, SQLModel, col, func, select

from partnerdesk.models.accounts.accounts import PartnerKind, read_accounts
from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.history import Actor, Change
from partnerdesk.models.changes.history import entry as history_entry
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.core.errors import RefusedError
from partnerdesk.models.customers.add import BILLING, form_context
from partnerdesk.models.customers.entities import (
    BillingProfile,
    CompanyProfile,
    Customer,
    Note,
    Relationship,
    Tag,
)
from partnerdesk.models.customers.form.checks import check_all
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.database.store import Store
from partnerdesk.models.demo import fill as demo
from partnerdesk.models.demo import names as demo_names
from partnerdesk.models.settings.database_url import SqliteFile
from tests.conftest import CLOUDS
from tests.support.books import TESTER, cloud_called
from tests.support.edits import add_to_history

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

AS_OF = datetime(2026, 3, 9, 8, 30, tzinfo=UTC)
HOSTILE = {name.text for name in demo_names.HOSTILE}
TABLES: tuple[type[SQLModel], ...] = (
    PartnerAccount,
    Change,
    Customer,
    CompanyProfile,
    BillingProfile,
    Tag,
    Note,
)
SIZE = 2000


def filled(
    store: Store,
    customers: int = 60,
    seed: int = 1,
    as_of: datetime = AS_OF,
    clouds: Sequence[str] = CLOUDS,
    hostile: bool = False,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Store:
    demo.fill(
        store,
        customers=customers,
        seed=seed,
        as_of=as_of,
        actor=Actor("tester", "testhost"),
        clouds=[cloud_called(id) for id in clouds],
        hostile=hostile,
        on_progress=on_progress,
    )
    return store


def in_file(path: Path, clouds: Sequence[str] = CLOUDS) -> Store:
    store = Store(SqliteFile(path))
    store.open(list(clouds))
    return store


def dump(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of all tables as Python values, in the same order on every database."""
    with store.reading() as session:
        return {
            entity.__name__: sorted(
                (row.model_dump() for row in session.exec(select(entity))),
                key=lambda row: str([row.get(key) for key in ("id", "customer_id", "name")]),
            )
            for entity in TABLES
        }


def customers_of(store: Store) -> list[Customer]:
    with store.reading() as session:
        return list(session.exec(select(Customer).order_by(col(Customer.id))))


def texts(row: dict[str, Any]) -> str:
    return "\n".join(str(value) for value in row.values()).lower()


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Return a large book that tests must not change."""
    return filled(in_file(tmp_path_factory.mktemp("demo") / "book.db"), SIZE)


@pytest.fixture
def session(book: Store) -> Iterator[Session]:
    with book.reading() as opened:
        yield opened


def test_the_same_seed_makes_the_same_book_on_every_database(store: Store, tmp_path: Path) -> None:
    one, other = filled(store, 300), filled(in_file(tmp_path / "other.db"), 300)
    assert dump(one) == dump(other)


def test_another_seed_makes_another_book(tmp_path: Path) -> None:
    one, other = (filled(in_file(tmp_path / f"{seed}.db"), seed=seed) for seed in (1, 2))
    names, other_names = ({c.company_name for c in customers_of(b)} for b in (one, other))
    assert len(names & other_names) < len(names) / 2 + len(demo_names.SAMPLES)
    assert {c.microsoft_id for c in customers_of(one)} & {
        c.microsoft_id for c in customers_of(other)
    } == {None}


SEALS = ("digest", "previous")
"""The hash columns, which depend on the times."""


def test_only_times_depend_on_the_moment(tmp_path: Path) -> None:
    later = timedelta(days=400, seconds=7)
    one = dump(filled(in_file(tmp_path / "one.db")))
    other = dump(filled(in_file(tmp_path / "other.db"), as_of=AS_OF + later))
    for entity, rows in one.items():
        moved = [
            {
                key: value + later if isinstance(value, datetime) else value
                for key, value in r.items()
                if key not in SEALS
            }
            for r in rows
        ]
        others = [{key: r[key] for key in r if key not in SEALS} for r in other[entity]]
        assert moved == others


def test_ids_and_domains_are_unique(book: Store) -> None:
    found = customers_of(book)
    assert [customer.id for customer in found] == list(range(1, SIZE + 1))
    guids = [customer.microsoft_id for customer in found if customer.microsoft_id]
    domains = [customer.primary_domain for customer in found if customer.primary_domain]
    assert len(set(guids)) == len(guids) > SIZE * 0.95
    assert len(set(domains)) == len(domains) == SIZE
    guid = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}")
    assert all(guid.fullmatch(text) for text in guids)
    domain = re.compile(r"[a-z][a-z0-9-]{0,26}(?<!-)(\.[a-z]+)+")
    assert [text for text in domains if not domain.fullmatch(text)] == []


def test_customers_spread_over_clouds_and_keep_to_their_suffix(session: Session) -> None:
    cloud_of = {account.id: account.cloud for account in session.exec(select(PartnerAccount))}
    found = session.exec(select(Customer)).all()
    clouds = Counter(cloud_of[customer.account_id] for customer in found)
    assert clouds["global"] == pytest.approx(SIZE * 0.7, rel=0.1)
    assert clouds["us-gov"] == pytest.approx(SIZE * 0.15, rel=0.2)
    assert clouds["germany"] == pytest.approx(SIZE * 0.15, rel=0.2)
    for customer in found:
        if "onmicrosoft" in customer.primary_domain:
            assert customer.primary_domain.endswith(
                cloud_called(cloud_of[customer.account_id]).domain_suffix
            )
    own = [customer for customer in found if "onmicrosoft" not in customer.primary_domain]
    assert len(own) == pytest.approx(SIZE * 0.4, rel=0.1)
    germans = {c.country for c in found if cloud_of[c.account_id] == "germany"}
    assert germans == {"DE", ""}


def test_the_partner_has_a_name_of_its_own_in_each_cloud(session: Session) -> None:
    accounts = session.exec(select(PartnerAccount)).all()
    assert len(accounts) == len(CLOUDS)
    for field in ("name", "tenant_id", "mpn_id", "market"):
        assert len({getattr(account, field) for account in accounts} - {""}) == len(CLOUDS)
    assert {account.kind for account in accounts} > {PartnerKind.DIRECT_BILL}
    assert all(account.synced_at and account.synced_at < AS_OF for account in accounts)
    assert not any(account.connected for account in accounts)


def test_a_cloud_that_is_switched_on_gets_customers_too(tmp_path: Path) -> None:
    clouds = ["china", *CLOUDS]
    with filled(in_file(tmp_path / "book.db", clouds), 300, clouds=clouds).reading() as session:
        account = session.exec(select(PartnerAccount).where(PartnerAccount.cloud == "china")).one()
        found = session.exec(select(Customer).where(Customer.account_id == account.id)).all()
    assert {customer.country for customer in found} - {""} == {"CN"}
    assert any(customer.primary_domain.endswith(".partner.onmschina.cn") for customer in found)


def test_one_cloud_alone_can_be_filled(tmp_path: Path) -> None:
    store = filled(in_file(tmp_path / "book.db", ["germany"]), clouds=["germany"])
    assert sum("Fabrikam" in customer.company_name for customer in customers_of(store)) == 1


def test_every_kind_of_relationship_is_there(book: Store) -> None:
    kinds = Counter(customer.relationship_to_partner for customer in customers_of(book))
    assert set(kinds) == set(Relationship)
    assert kinds.most_common(1)[0][0] == Relationship.RESELLER


@pytest.mark.parametrize("script", ["LATIN", "CYRILLIC", "CJK", "ARABIC"])
def test_names_are_of_many_scripts(book: Store, script: str) -> None:
    names = [customer.company_name for customer in customers_of(book)]
    written = [
        n for n in names if any(unicodedata.name(letter, "").startswith(script) for letter in n)
    ]
    assert len(written) > SIZE / 100
    assert len(set(names)) > SIZE * 0.95


@pytest.mark.parametrize("letter", ["ß", "ü", "é", "ł", "ã", "ş", "ö", "å"])
def test_latin_names_keep_their_accents(book: Store, letter: str) -> None:
    assert any(letter in customer.company_name for customer in customers_of(book))


def test_shares_are_as_in_real_life(session: Session) -> None:
    found = session.exec(select(Customer)).all()

    def share(holds: Callable[[Customer], object]) -> float:
        return sum(bool(holds(customer)) for customer in found) / SIZE

    assert 0.05 < share(lambda customer: customer.indirect_reseller) < 0.11
    assert 0.003 < share(lambda customer: customer.ended_at) < 0.02
    assert 0.03 < share(lambda customer: customer.seen_at is None) < 0.09
    assert 0.75 < share(lambda customer: customer.agreement_accepted_at) < 0.95
    given = Counter(customer.allow_delegated_access for customer in found)
    assert min(given[True], given[False], given[None]) > SIZE * 0.05
    tagged = len(set(session.exec(select(Tag.customer_id))))
    noted = len(set(session.exec(select(Note.customer_id))))
    assert 0.2 < tagged / SIZE < 0.3
    assert 0.05 < noted / SIZE < 0.11
    assert {"key account", "Schlüsselkunde", "ключевой клиент"} <= set(
        session.exec(select(Tag.name))
    )


def test_times_make_sense(book: Store) -> None:
    recent = 0
    for customer in customers_of(book):
        if customer.added_at is None:
            continue
        assert AS_OF - timedelta(days=5 * 365) <= customer.added_at < AS_OF
        for moment in (customer.agreement_accepted_at, customer.seen_at, customer.ended_at):
            assert moment is None or customer.added_at <= moment <= AS_OF
        if customer.ended_at:
            assert customer.relationship_to_partner == Relationship.NONE
            assert customer.seen_at is None or customer.seen_at <= customer.ended_at
        if customer.seen_at:
            recent += AS_OF - customer.seen_at < timedelta(days=1)
            assert AS_OF - customer.seen_at < timedelta(days=200) or customer.ended_at
    assert recent > SIZE * 0.7


def test_billing_and_company_profiles_fit_the_customer(session: Session) -> None:
    required = {"RU", "PL", "BR", "TR", "AE"}
    pairs = session.exec(
        select(Customer, BillingProfile, CompanyProfile).where(
            BillingProfile.customer_id == Customer.id, CompanyProfile.customer_id == Customer.id
        )
    ).all()
    assert len(pairs) == pytest.approx(SIZE * 0.97, rel=0.02)
    for customer, billing, company in pairs:
        assert billing.country == customer.country == billing.culture[3:]
        assert billing.email.endswith(f"@{customer.primary_domain}")
        assert re.fullmatch(r"[a-z-]+\.[a-z-]+@[a-z0-9.-]+", billing.email)
        assert "#" not in texts(billing.model_dump())
        if customer.country in required:
            assert company.organization_registration_number
            assert billing.phone_number
        if customer.country == "DE":
            assert company.organization_registration_number == ""
    codes = {(billing.city, billing.postal_code[:3]) for _, billing, _ in pairs}
    assert ("Dresden", "010") in codes
    without = SIZE - len(pairs)
    empty = session.exec(select(func.count()).select_from(Customer).where(Customer.country == ""))
    assert empty.one() == without


def test_search_and_sort_columns_are_those_of_every_other_writer(session: Session) -> None:
    tags: dict[int, list[str]] = {}
    for tag in session.exec(select(Tag)):
        tags.setdefault(tag.customer_id, []).append(tag.name)
    for customer in session.exec(select(Customer)):
        assert customer.id is not None
        own = customer.model_dump() | {"tags": tags.get(customer.id, [])}
        kept = {name: own[name] for name in Customer.DERIVED}
        assert kept == Customer.derive(own)


@pytest.mark.parametrize(("size", "seed"), [(1, 1), (10, 1), (10, 2), (19, 3), (20, 4), (300, 5)])
def test_fab_finds_one_customer_in_a_book_of_any_size(tmp_path: Path, size: int, seed: int) -> None:
    assert_fab_finds_one(filled(in_file(tmp_path / "book.db"), size, seed))


def test_fab_finds_one_customer_in_a_large_book(book: Store) -> None:
    assert_fab_finds_one(book)


def test_words_that_meet_in_a_domain_do_not_make_fab(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = demo_names.Word("Wolf ", "wolf "), demo_names.Word("Abend", "abend")
    tongue = demo_names.ENGLISH._replace(patterns=(tuple((word,) for word in words),))
    monkeypatch.setattr(demo_names, "TONGUES", dict.fromkeys(CLOUDS, (tongue,)))
    store = filled(in_file(tmp_path / "book.db"))
    assert any(c.primary_domain.startswith("wolf-abend") for c in customers_of(store))
    assert_fab_finds_one(store)


def assert_fab_finds_one(store: Store) -> None:
    found = [customer for customer in customers_of(store) if "fab" in customer.search_text]
    assert [customer.company_name for customer in found] == ["Fabrikam, Inc."]
    assert found[0].primary_domain == "fabrikam.onmicrosoft.com"
    assert "fab" not in (found[0].microsoft_id or "")
    for entity, rows in dump(store).items():
        for row in rows:
            owner = row["id"] if entity == "Customer" else row.get("customer_id")
            assert owner == found[0].id or "fab" not in texts(row)


def test_well_known_samples_are_there(book: Store) -> None:
    names = Counter(customer.company_name for customer in customers_of(book))
    for sample in demo_names.SAMPLES:
        assert names[sample.text] == 1


def test_hostile_names_come_when_asked_for(store: Store) -> None:
    rows = customers_of(filled(store, 60, hostile=True))
    found = {customer.company_name: customer for customer in rows}
    assert "Zz [bold red]Not bold[/]" in found
    assert "Zz \x1b[2J\x1b[31mred" in found
    assert "Zz '; DROP TABLE customers; --" in found
    assert "Zz 100% _ \\ \"quoted\" 'name'" in found
    assert '=HYPERLINK("http://example.com","x")' in found
    everything = "".join(found)
    for sign in "\t\n\x07\u202e\u200d\u0337":
        assert sign in everything
    assert max(map(len, found)) == 400
    assert any(re.search("[a-z].*[\u0600-\u06ff]", name) for name in found)
    assert "\0" not in json.dumps(dump(store), default=str, ensure_ascii=False)
    bare = found["Zz Nothing But a Name"]
    given = {"id", "account_id", "company_name", "added_by_change", "company_sort", "search_text"}
    assert bare.model_dump(exclude=given) == Customer(company_name="", account_id=1).model_dump(
        exclude=given
    )


def test_hostile_names_are_tagged_and_stand_behind_the_companies(store: Store) -> None:
    with filled(store, 60, hostile=True).reading() as session:
        rows = session.exec(select(Customer).order_by(col(Customer.company_sort))).all()
        tagged = session.exec(select(Tag.customer_id).where(Tag.name == "hostile")).all()
    hostile = {row.id for row in rows if row.company_name in HOSTILE}
    assert set(tagged) == hostile
    assert len(hostile) == len(HOSTILE)
    latin = [row for row in rows if row.company_sort[:1] <= "z"]
    formula = 1  # one hostile name starts with a formula character and sorts elsewhere
    assert {row.id for row in latin[len(latin) - len(hostile) + formula :]} <= hostile


def test_no_hostile_name_comes_unasked(book: Store) -> None:
    assert not {customer.company_name for customer in customers_of(book)} & HOSTILE


MEANT = {"country.other-region", "country.no-new-customers"}
"""The reasons that the demo book causes on purpose: sales abroad and a closed cloud."""


def test_the_book_satisfies_the_form_of_the_program(book: Store, session: Session) -> None:
    connection = book.connect()
    try:
        accounts = {
            account.id: account
            for account in read_accounts(connection, [cloud_called(id) for id in CLOUDS])
        }
    finally:
        connection.close()
    for customer, billing, company in session.exec(
        select(Customer, BillingProfile, CompanyProfile).where(
            BillingProfile.customer_id == Customer.id, CompanyProfile.customer_id == Customer.id
        )
    ):
        values = {field: str(getattr(billing, name)) for name, field in BILLING.items()}
        values[FormField.COMPANY_NAME] = customer.company_name
        values[FormField.DOMAIN_PREFIX] = customer.primary_domain.partition(".")[0]
        values[FormField.REGISTRATION_NUMBER] = company.organization_registration_number
        at = form_context(accounts[customer.account_id], AS_OF)
        written, reasons = check_all(values, at)
        assert [reason for reason in reasons if reason.code not in MEANT] == [], values
        assert {field: written.get(field, "") for field in values} == values


def test_a_fresh_book_was_received_a_few_minutes_ago(session: Session) -> None:
    for account in session.exec(select(PartnerAccount)):
        assert account.synced_at is not None
        assert timedelta(minutes=1) < AS_OF - account.synced_at < timedelta(minutes=30)


def test_an_empty_demo_book_can_be_made(store: Store) -> None:
    assert customers_of(filled(store, 0)) == []


def test_history_tells_how_the_book_came_to_be(session: Session) -> None:
    changes = session.exec(select(Change).order_by(col(Change.id))).all()
    *single, made = changes
    assert (made.kind, made.at, made.actor, made.host) == (
        ChangeKind.DEMO,
        AS_OF,
        "tester",
        "testhost",
    )
    assert (made.customer_id, json.loads(made.after)) == (None, {"customers": SIZE, "seed": 1})
    assert {customer.added_by_change for customer in session.exec(select(Customer))} == {made.id}
    assert SIZE * 0.02 - 1 <= len(single) <= SIZE * 0.02
    moments = [entry.at for entry in changes if entry.at]
    assert moments == sorted(moments)
    assert {entry.kind for entry in single} == {ChangeKind.TAGGED, ChangeKind.UPDATED}
    for entry in single:
        customer = session.get_one(Customer, entry.customer_id)
        assert entry.account_id == customer.account_id
        assert (customer.added_at or AS_OF) <= moments[changes.index(entry)] <= AS_OF
        before, after = json.loads(entry.before), json.loads(entry.after)
        assert before != after
        if entry.kind == ChangeKind.TAGGED:
            names = session.exec(select(Tag.name).where(Tag.customer_id == customer.id))
            assert after == {"tags": sorted(names)}
        else:
            assert after == {"relationship_to_partner": customer.relationship_to_partner}
            assert customer.version == 2


def test_a_book_with_customers_is_refused_and_left_alone(store: Store) -> None:
    before = dump(filled(store))
    with pytest.raises(RefusedError, match="customers already") as refusal:
        filled(store, seed=2)
    assert "--database" in refusal.value.remedy
    assert dump(store) == before


def test_a_read_only_book_is_refused(store: Store) -> None:
    with pytest.raises(RefusedError):
        filled(Store(store.database, read_only=True))
    assert customers_of(store) == []


def test_nothing_is_left_when_it_breaks_in_the_middle(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "BATCH", 25)
    told: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        told.append((done, total))
        if done == 50:
            raise KeyboardInterrupt

    before = dump(store)
    with pytest.raises(KeyboardInterrupt):
        filled(store, on_progress=stop)
    assert told == [(25, 60), (50, 60)]
    assert dump(store) == before
    filled(store, on_progress=lambda done, total: told.append((done, total)))
    assert told[2:] == [(25, 60), (50, 60), (60, 60)]
    assert len(customers_of(store)) == 60


def test_batches_do_not_change_the_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = dump(filled(in_file(tmp_path / "whole.db")))
    monkeypatch.setattr(demo, "BATCH", 7)
    assert dump(filled(in_file(tmp_path / "batches.db"))) == whole


def test_what_is_added_later_gets_the_next_ids(store: Store) -> None:
    add_to_history(store, history_entry(ChangeKind.IMPORTED, TESTER, AS_OF))
    filled(store)
    before = dump(store)
    assert len(before["Change"]) > 2
    with store.writing() as session:
        customer = Customer(account_id=before["PartnerAccount"][0]["id"], company_name="New")
        session.add(customer)
        session.flush()
        assert customer.id == 61
        note = Note(customer_id=customer.id, text="New")
        session.add(note)
        session.flush()
        assert note.id == len(before["Note"]) + 1
    added = add_to_history(store, history_entry(ChangeKind.ADDED, TESTER, AS_OF))
    assert added == [len(before["Change"]) + 1]
