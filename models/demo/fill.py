"""Fills the demo book with realistic customers in many scripts; with hostile ones on request."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, text, update
from sqlmodel import SQLModel, col, select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.history import Change, appending, as_json, entry
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.core.clock import DAY, HOUR, MINUTE
from partnerdesk.models.core.errors import RefusedError
from partnerdesk.models.customers.entities import (
    BillingProfile,
    CompanyProfile,
    Customer,
    Note,
    Relationship,
    Tag,
)
from partnerdesk.models.demo import names
from partnerdesk.models.demo.relationships import fill_relationships
from partnerdesk.models.demo.subscriptions import fill_subscriptions
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection
    from sqlmodel import Session

    from partnerdesk.models.changes.history import Actor, History
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.demo.names import Place, Tongue, Word
    from partnerdesk.models.settings.clouds import Cloud

BATCH = 5000
"""How many customers are generated before they are written together."""

_RECEIVED_AGO, _RECEIVED_APART = 4 * MINUTE, 9 * MINUTE
"""The age in seconds of the first account's data, and how much older each further account's is."""

_RELATIONSHIPS = (
    *(Relationship.RESELLER,) * 72,
    *(Relationship.ADVISOR,) * 12,
    *(Relationship.NONE,) * 9,
    *(Relationship.UNKNOWN,) * 3,
    *(Relationship.SYNDICATION,) * 2,
    *(Relationship.MICROSOFT_SUPPORT,) * 2,
)
"""The relationships of one hundred customers."""

_STEM_LENGTH, _OWN_STEM_LENGTH = 12, 21
"""The greatest lengths of a stem in a cloud's domain and in an own domain. A number follows the
stem; a prefix may have 27 characters (`rules.md §5`)."""

_Row = dict[str, Any]

_BARE: _Row = Customer(account_id=0, company_name="").model_dump()
"""The fields of a customer of whom only the name is known."""


def _ignore(_done: int, _total: int) -> None:
    """Ignore the progress."""


def fill(
    store: Store,
    *,
    customers: int,
    seed: int,
    as_of: datetime,
    actor: Actor,
    clouds: Sequence[Cloud],
    hostile: bool = False,
    on_progress: Callable[[int, int], None] = _ignore,
) -> None:
    """Fill an open, empty book in one transaction.

    The same seed, number, moment and clouds give the same rows, including ids.

    Args:
        store: the book; it has an account that is not connected in each of `clouds`.
        customers: the number of customers.
        seed: the seed of the random generator.
        as_of: the moment from which all times in the book are counted back.
        actor: who fills the book.
        clouds: the clouds to fill, at least one.
        hostile: whether some customers have names that attack the terminal, spreadsheets and the
            database; they have the tag `hostile`.
        on_progress: called with the number of written customers and of all customers.

    Raises:
        RefusedError: the book has customers already, or is read-only.
        StoreError: the book cannot be written.
    """
    rng = random.Random(seed)  # noqa: S311 - nothing secret is drawn
    with store.writing() as session:
        connection = session.connection()
        _lock(connection)
        if session.exec(select(Customer.id).limit(1)).first() is not None:
            raise RefusedError(
                _("The book has customers already; a demo book is only made in an empty one."),
                _("Name another one with --database."),
            )
        accounts = _accounts(session, rng, as_of, clouds)
        book = _Book(rng, as_of, clouds, accounts, customers, hostile=hostile)
        with appending(session) as history:
            filled = entry(
                ChangeKind.DEMO, actor, as_of, after={"customers": customers, "seed": seed}
            )
            book.filled_by = history.last_id + len(book.changed) + 1
            connection.execute(insert(Change), [filled | {"id": book.filled_by}])
            for number in range(1, customers + 1):
                book.draw(number)
                if number % BATCH == 0 or number == customers:
                    book.write(connection)
                    on_progress(number, customers)
            book.write_history(connection, history)
            last = update(Change).where(col(Change.id) == book.filled_by)
            connection.execute(last.values(history.sealed(filled)))
        fill_relationships(connection, clouds, book.accounts, seed, as_of)
        fill_subscriptions(connection, book.accounts, seed, as_of)
        _advance_sequences(connection, customers=customers, notes=book.last_note)


def _lock(connection: Connection) -> None:
    """Lock out other writers of PostgreSQL, because this module assigns ids itself.

    SQLite has a single writer anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE customers, notes, changes IN SHARE ROW EXCLUSIVE MODE"))


def _advance_sequences(connection: Connection, **last: int) -> None:
    """Let PostgreSQL's sequences continue after the last id of each table; SQLite does so itself.

    Args:
        connection: the connection.
        last: the last assigned id, by table.
    """
    if connection.dialect.name == "postgresql":
        for table, number in last.items():
            sequence = func.pg_get_serial_sequence(table, "id")
            connection.execute(select(func.setval(sequence, number + 1, False)))


def _accounts(
    session: Session, rng: random.Random, as_of: datetime, clouds: Sequence[Cloud]
) -> dict[str, int | None]:
    """Fill in the partner's account in each cloud; return the accounts' ids by cloud."""
    accounts: dict[str, int | None] = {}
    for place, cloud in enumerate(clouds):
        unconnected = select(PartnerAccount).where(
            PartnerAccount.cloud == cloud.id, col(PartnerAccount.connected).is_(False)
        )
        account = session.exec(unconnected).one()
        partner = names.partner(cloud)
        account.name, account.market, account.kind = partner.name, partner.market, partner.kind
        account.tenant_id, account.mpn_id = _guid(rng), names.digits(rng, "4######")
        account.synced_at = as_of - timedelta(seconds=_RECEIVED_AGO + place * _RECEIVED_APART)
        accounts[cloud.id] = account.id
    session.flush()
    return accounts


def _guid(rng: random.Random) -> str:
    """Return a random GUID without `fab`, so that a search for `fab` finds only Fabrikam."""
    while True:
        bits = f"{rng.getrandbits(128):032x}"
        guid = f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-a{bits[17:20]}-{bits[20:]}"
        if "fab" not in guid:
            return guid


class _Book:
    """Generates one customer after the other, and collects the rows until they are written."""

    def __init__(
        self,
        rng: random.Random,
        as_of: datetime,
        clouds: Sequence[Cloud],
        accounts: Mapping[str, int | None],
        customers: int,
        *,
        hostile: bool,
    ) -> None:
        self._rng, self._as_of, self.accounts = rng, as_of, accounts
        self._received = {
            cloud.id: _RECEIVED_AGO + place * _RECEIVED_APART for place, cloud in enumerate(clouds)
        }
        self._clouds = [cloud for cloud in clouds for _times in range(names.partner(cloud).share)]
        self._home = next((cloud for cloud in clouds if cloud.id == "global"), clouds[0])
        attacks = names.HOSTILE if hostile else ()
        samples = names.SAMPLES[: max(1, (customers - len(attacks)) // 2)]
        special = (*samples, *attacks)[:customers]
        ids = range(1, customers + 1)
        self._special = dict(zip(rng.sample(ids, len(special)), special, strict=True))
        self._stems: dict[str, int] = {}
        self._earlier: dict[str, list[tuple[Word, Tongue]]] = {}
        self._rows: dict[type[SQLModel], list[_Row]] = {
            entity: [] for entity in (Customer, CompanyProfile, BillingProfile, Tag, Note)
        }
        self._history: list[tuple[int, _Row]] = []
        self.changed = frozenset(rng.sample(ids, customers // 50))
        """The ids of the customers with a change in the history."""
        self.filled_by = 0
        """The id of the history entry of the demo book."""
        self.last_note = 0
        """The id of the last note."""

    def draw(self, number: int) -> None:
        """Generate the customer with the id `number`, with its tags, profiles and notes."""
        rng, special = self._rng, self._special.get(number)
        cloud = self._home if special else names.pick(rng, self._clouds)
        name, tongue, place = self._company(cloud, special)
        row = _BARE | {"id": number, "account_id": self.accounts[cloud.id]}
        row |= {"company_name": name.text, "added_by_change": self.filled_by}
        tags = self._tags(number, tongue, special)
        if name.latin:
            added = HOUR + self._before(5 * 365 * DAY - HOUR)
            row |= self._relation(cloud, added, special)
            row["primary_domain"] = self._domain(cloud, name, tongue, special)
            if special or rng.random() < 0.97:
                self._profiles(row, tongue, place)
            self._notes(number, tongue, added, special)
            if number in self.changed:
                self._change(row, tags, added)
        self._rows[Customer].append(row | Customer.derive(row | {"tags": tags}))

    def write(self, connection: Connection) -> None:
        """Write the customers generated since the last call."""
        for entity, rows in self._rows.items():
            if rows:
                connection.execute(insert(entity), rows)
                rows.clear()

    def write_history(self, connection: Connection, history: History) -> None:
        """Write the history entries of single customers, the oldest first."""
        rows = [row for _age, row in sorted(self._history, key=lambda drawn: -drawn[0])]
        history.last_id = self.filled_by - len(rows) - 1
        if rows:
            connection.execute(insert(Change), [history.sealed(row) for row in rows])

    def _before(self, seconds: int) -> int:
        return int(self._rng.random() * seconds)

    def _ago(self, seconds: int) -> datetime:
        return self._as_of - timedelta(seconds=seconds)

    def _company(self, cloud: Cloud, special: Word | None) -> tuple[Word, Tongue, Place]:
        """Return a company's name, its people and its town; some are branches of earlier ones."""
        rng = self._rng
        if special:
            return special, names.ENGLISH, names.pick(rng, names.ENGLISH.places)
        earlier = self._earlier.setdefault(cloud.id, [])
        if earlier and rng.random() < 0.03:
            name, tongue = names.pick(rng, earlier)
            place, branch = names.pick(rng, tongue.places), rng.randrange(2, 30)
            town = place.city.text
            ends = ("", f" {town}", f" ({town})", f" {branch}", f" - {town} {branch}")
            return names.Word(name.text + names.pick(rng, ends), name.latin), tongue, place
        tongue = names.pick(rng, names.tongues(cloud))
        place = names.pick(rng, tongue.places)
        name = tongue.company(rng, place)
        earlier.append((name, tongue))
        if len(earlier) > 200:
            del earlier[:100]
        return name, tongue, place

    def _domain(self, cloud: Cloud, name: Word, tongue: Tongue, special: Word | None) -> str:
        """Return a domain that no other customer of the book has.

        A stem never ends in a digit, so that different stems and numbers give different prefixes.
        """
        rng, words = self._rng, name.latin.split()
        own = not special and rng.random() < 0.4
        length = _OWN_STEM_LENGTH if own or special else _STEM_LENGTH
        while len(words) > 1 and (sum(map(len, words), len(words)) > length or len(words[-1]) < 3):
            words.pop()
        hyphen = "" if special else names.pick(rng, ("", "", "-"))
        stem = hyphen.join(words)[:length].rstrip("-0123456789")
        if not special:
            stem = stem.replace("fab", "f-ab")  # a search for `fab` shall find only Fabrikam
        count = self._stems[stem] = self._stems.get(stem, 0) + 1
        end = tongue.top_level if own else cloud.domain_suffix
        return f"{stem}{count if count > 1 else ''}.{end}"

    def _relation(self, cloud: Cloud, added: int, special: Word | None) -> _Row:
        """Return the customer's fields about the relationship with the partner, and its times.

        Args:
            cloud: the customer's cloud.
            added: the age of the customer in seconds.
            special: the given name; None for an invented company.
        """
        rng = self._rng
        ended = self._before(added) if rng.random() < 0.01 and not special else None
        lately = self._received[cloud.id] + int(rng.random() ** 3 * 20 * HOUR)
        long_ago = 30 * DAY + self._before(170 * DAY)
        fate = 0 if special else rng.random()
        seen = lately if fate < 0.82 else long_ago if fate < 0.94 else None
        relationship = names.pick(rng, _RELATIONSHIPS)
        agreed = max(0, added - self._before(30 * DAY)) if rng.random() < 0.85 else None
        reseller = names.pick(rng, names.RESELLERS) if rng.random() < 0.11 else ""
        return {
            "microsoft_id": _guid(rng) if seen is not None or rng.random() < 0.6 else None,
            "relationship_to_partner": relationship if ended is None else Relationship.NONE,
            "indirect_reseller": reseller if cloud is self._home else "",
            "allow_delegated_access": names.pick(rng, (True, True, True, False, None)),
            "agreement_accepted_at": None if agreed is None else self._ago(agreed),
            "added_at": self._ago(added),
            "seen_at": None if seen is None else self._ago(max(min(seen, added), ended or 0)),
            "ended_at": None if ended is None else self._ago(ended),
        }

    def _profiles(self, row: _Row, tongue: Tongue, place: Place) -> None:
        """Generate the company profile and the billing profile of a customer."""
        rng, domain = self._rng, row["primary_domain"]
        given, family = names.pick(rng, tongue.given), names.pick(rng, tongue.family)
        company = {
            "customer_id": row["id"],
            "organization_registration_number": tongue.registration(rng),
            "email": f"info@{domain}",
        }
        billing = {
            "customer_id": row["id"],
            "company_name": row["company_name"],
            "first_name": given.text,
            "last_name": family.text,
            "email": f"{given.latin}.{family.latin}@{domain}".replace(" ", ""),
            "culture": tongue.culture,
            "language": tongue.culture[:2],
            "address_line1": names.pick(rng, tongue.streets).replace("#", str(rng.randint(1, 180))),
            "address_line2": f"c/o {family.text}" if rng.random() < 0.05 else "",
            "city": place.locality,
            "state": place.state,
            "postal_code": names.digits(rng, place.postal_code),
            "country": tongue.country,
            "phone_number": tongue.phone_number(rng, place),
            "version": 1,
        }
        row["country"] = tongue.country
        self._rows[CompanyProfile].append(company)
        self._rows[BillingProfile].append(billing)

    def _tags(self, number: int, tongue: Tongue, special: Word | None) -> list[str]:
        rng = self._rng
        tags = [names.HOSTILE_TAG] if special in names.HOSTILE else []
        if not tags and rng.random() < 0.25:
            choice = names.TAGS["everywhere"] + names.TAGS.get(tongue.culture[:2], [])
            tags = sorted(rng.sample(choice, names.pick(rng, (1, 1, 1, 2, 3))))
        self._rows[Tag].extend({"customer_id": number, "name": tag} for tag in tags)
        return tags

    def _notes(self, number: int, tongue: Tongue, added: int, special: Word | None) -> None:
        rng = self._rng
        choice = names.NOTES.get(tongue.culture[:2], names.NOTES["en"])
        count = min(rng.randint(1, 3), len(choice)) if rng.random() < 0.08 else 0
        texts = (
            [special.text] if special in names.HOSTILE and special else rng.sample(choice, count)
        )
        for line in texts:
            self.last_note += 1
            note: _Row = {"id": self.last_note, "customer_id": number, "text": line, "version": 1}
            note |= {
                "author": names.pick(rng, names.STAFF),
                "written_at": self._ago(self._before(added)),
            }
            self._rows[Note].append(note)

    def _change(self, row: _Row, tags: list[str], added: int) -> None:
        """Generate the latest change of the customer for the history."""
        rng, relation = self._rng, "relationship_to_partner"
        age = self._before(added)
        before: _Row = {"tags": tags[:-1]}
        after: _Row = {"tags": tags}
        if not tags:
            before = {relation: "reseller" if row[relation] == Relationship.NONE else "none"}
            after = {relation: row[relation]}
            row["version"] = 2
        drawn = {
            "at": self._ago(age),
            "actor": names.pick(rng, names.STAFF),
            "host": f"192.0.2.{rng.randint(1, 254)}",
            "kind": ChangeKind.TAGGED if tags else ChangeKind.UPDATED,
            "account_id": row["account_id"],
            "customer_id": row["id"],
            "subject": row["company_name"],
            "before": as_json(before),
            "after": as_json(after),
        }
        self._history.append((age, drawn))
