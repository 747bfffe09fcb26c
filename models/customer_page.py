"""One customer whole: everything the book holds of it, read in one go, and small edits of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import col, or_, select

from models.accounts import PartnerAccount
from models.changes import Actor, Change, ChangeKind, change
from models.customers import (
    BillingProfile,
    CompanyProfile,
    Customer,
    Note,
    Tag,
    sort_and_search,
)
from models.domains import domain_name
from models.errors import NotFoundError, UsageError
from models.languages import N_, _
from models.lists import TAG_MARK
from models.plain import fold, shown
from models.store import changed_meanwhile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlmodel import Session

    from models.store import Store

HISTORY_SHOWN = 200
"""How many of the newest entries of the history are read with a customer."""
FIELD_TITLES = {
    "tags": N_("Tags"), "note": N_("Note"), "customers": N_("Customers"), "file": N_("File"),
    "new": N_("New"), "changed": N_("Changed"), "unchanged": N_("Unchanged"),
    "refused": N_("Refused"), "company_name": N_("Company"),
    "primary_domain": N_("Primary domain"), "relationship_to_partner": N_("Relationship"),
    "country": N_("Country"), "indirect_reseller": N_("Indirect reseller"),
    "microsoft_id": N_("Microsoft ID"), "ended_at": N_("Ended"),
}  # fmt: skip
"""What the history calls the fields that it tells of most."""
LONGEST_TAG = 40
LONGEST_NOTE = 10_000


@dataclass(frozen=True)
class CustomerPage:
    """A customer with all that belongs to it, detached from the store."""

    customer: Customer
    account: PartnerAccount
    company: CompanyProfile
    """Empty where nothing is known yet."""
    billing: BillingProfile
    """Empty where nothing is known yet."""
    tags: list[str]
    notes: list[Note]
    """Oldest first."""
    changes: list[Change]
    """Newest first."""


def read_customer(store: Store, customer_id: int) -> CustomerPage:
    """Read a customer with all that belongs to it.

    Raises:
        NotFoundError: there is no such customer in the book.
    """
    with store.reading() as session:
        customer = _customer(session, customer_id)
        account = session.get_one(PartnerAccount, customer.account_id)
        mine = [col(Change.customer_id) == customer_id]
        if customer.added_by_change is not None:
            mine.append(col(Change.id) == customer.added_by_change)
        history = select(Change).where(or_(*mine)).order_by(col(Change.id).desc())
        notes = select(Note).where(Note.customer_id == customer_id).order_by(col(Note.id))
        return CustomerPage(
            customer=customer,
            account=account,
            company=session.get(CompanyProfile, customer_id)
            or CompanyProfile(customer_id=customer_id),
            billing=session.get(BillingProfile, customer_id)
            or BillingProfile(customer_id=customer_id),
            tags=_tags(session, customer_id),
            notes=list(session.exec(notes)),
            changes=list(session.exec(history.limit(HISTORY_SHOWN))),
        )


def find_customer(store: Store, text: str, accounts: Iterable[int]) -> int:
    """Return the id of the customer whose Microsoft ID or primary domain is `text`.

    Raises:
        NotFoundError: nobody in `accounts` has it.
        UsageError: several have it.
    """
    wanted = text.strip().lower()
    domain = domain_name(wanted) or wanted  # in any of its forms: `xn--…` too
    found: Sequence[int | None] = ()
    if wanted and wanted.isprintable():  # a database takes no NUL and no half character
        with store.reading() as session:
            found = session.exec(
                select(Customer.id).where(
                    col(Customer.account_id).in_(list(accounts)),
                    or_(Customer.microsoft_id == wanted, Customer.primary_domain == domain),
                )
            ).all()
    if not found:
        raise NotFoundError(
            _("No customer has the Microsoft ID or primary domain {text}.").format(
                text=shown(text)
            ),
            _("Look for it with: partnerdesk customers list --filter TEXT"),
        )
    if len(found) > 1:
        raise UsageError(
            _("Several customers have the primary domain {text}.").format(text=shown(text)),
            _("Name the Microsoft ID, or one cloud with --cloud."),
        )
    return int(found[0] or 0)


def parse_tags(text: str) -> list[str]:
    """Return the tags in a comma-separated text: trimmed, none twice (whatever the case).

    What nobody could see or find is no tag.

    Raises:
        UsageError: one is too long.
    """
    tags: dict[str, str] = {}
    for part in without_nul(text).split(","):
        tag = " ".join(part.split()).lstrip(f"{TAG_MARK} ")
        if len(tag) > LONGEST_TAG:
            raise UsageError(
                _("The tag {tag}… is longer than {count} characters.").format(
                    tag=shown(tag[:12]), count=LONGEST_TAG
                )
            )
        if fold(tag):
            tags.setdefault(fold(tag), tag)
    return list(tags.values())


def without_nul(text: str) -> str:
    """Return `text` without what a database cannot keep: NUL, and halves of characters."""
    return text.replace("\x00", "").encode(errors="ignore").decode()


def set_tags(
    store: Store, customer_id: int, tags: list[str], *, version: int, actor: Actor, at: datetime
) -> None:
    """Give a customer these tags and no others, if its `version` is still the one that was seen.

    Says nothing in the history where no tag changes.

    Raises:
        ConflictError: somebody changed the customer since then.
        NotFoundError: there is no such customer.
    """
    with store.writing() as session:
        customer = _unchanged(session, customer_id, version)
        before = _tags(session, customer_id)
        if sorted(before) == sorted(tags):
            return
        for tag in set(before) - set(tags):
            session.delete(session.get_one(Tag, (customer_id, tag)))
        session.add_all(Tag(customer_id=customer_id, name=tag) for tag in set(tags) - set(before))
        customer.company_sort, customer.search_text = sort_and_search(
            customer.company_name, customer.primary_domain, customer.microsoft_id, sorted(tags)
        )
        # A new version also where the text stays the same, as from `VIP` to `vip`: else whoever
        # saw the old tags could write over the new ones.
        flag_modified(customer, "search_text")
        _record(
            session, customer, ChangeKind.TAGGED, actor, at,
            {"tags": sorted(before)}, {"tags": sorted(tags)},
        )  # fmt: skip


def write_note(
    store: Store, customer_id: int, text: str, *, note: Note | None, actor: Actor, at: datetime
) -> None:
    """Add a note to a customer, change `note`, or remove it where `text` is empty.

    Says nothing in the history, and leaves the note its author, where the text stays the same.

    Raises:
        ConflictError: somebody changed the note since it was read.
        NotFoundError: there is no such customer.
        UsageError: the text is too long.
    """
    text = without_nul(text).strip()
    if len(text) > LONGEST_NOTE:
        raise UsageError(
            _("A note holds at most {count} characters.").format(count=LONGEST_NOTE),
            _("Split it in two."),
        )
    with store.writing() as session:
        customer = _customer(session, customer_id)
        before = {"note": note.text} if note else {}
        if note is None:
            if not text:
                return
            session.add(Note(customer_id=customer_id, text=text, author=actor.name, written_at=at))
        else:
            kept = session.get(Note, note.id)
            if kept is None or kept.version != note.version:
                raise changed_meanwhile()
            if text == kept.text:
                return
            if text:
                kept.text, kept.author, kept.written_at = text, actor.name, at
            else:
                session.delete(kept)
        after = {"note": text} if text else {}
        _record(session, customer, ChangeKind.NOTED, actor, at, before, after)


def change_lines(entry: Change) -> list[str]:
    """Return in words what an entry of the history changed: `country: DE → AT`."""
    before, after = json.loads(entry.before), json.loads(entry.after)
    lines = []
    for name in dict.fromkeys([*before, *after]):
        old, new = _value_text(before.get(name)), _value_text(after.get(name))
        title = _(FIELD_TITLES.get(name, name))
        lines.append(f"{title}: {old} → {new}" if name in before else f"{title}: {new}")
    return lines


def _value_text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(part) for part in value) or "–"
    return str(value) if value not in (None, "") else "–"


def _customer(session: Session, customer_id: int) -> Customer:
    customer = session.get(Customer, customer_id)
    if customer is None:
        raise NotFoundError(_("This customer is not in the book any more."))
    return customer


def _unchanged(session: Session, customer_id: int, version: int) -> Customer:
    customer = _customer(session, customer_id)
    if customer.version != version:
        raise changed_meanwhile()
    return customer


def _tags(session: Session, customer_id: int) -> list[str]:
    return list(
        session.exec(select(Tag.name).where(Tag.customer_id == customer_id).order_by(Tag.name))
    )


def _record(
    session: Session,
    customer: Customer,
    kind: ChangeKind,
    actor: Actor,
    at: datetime,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> None:
    session.add(
        change(
            kind, actor, at, account_id=customer.account_id, customer_id=customer.id,
            before=before, after=after,
        )
    )  # fmt: skip
