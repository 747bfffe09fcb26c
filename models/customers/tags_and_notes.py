"""Tags and notes of a customer: the small edits, each a plan of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.plan import Fields, Plan, PlanContext, Step, Target
from partnerdesk.models.core.clock import from_millis, to_millis
from partnerdesk.models.core.errors import UsageError
from partnerdesk.models.core.text import fold, shown, without_nul
from partnerdesk.models.customers import records
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.lists.known_values import most_used
from partnerdesk.models.lists.spec import TAG_MARK
from partnerdesk.models.lists.tokens import parted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.customers.entities import Note
    from partnerdesk.models.customers.page import CustomerPage
    from partnerdesk.models.database.reader import Reader

LONGEST_TAG = 40
LONGEST_NOTE = 10_000
MOST_TOLD = 4
"""Tags that are told one by one of those that came, and of those that went."""


def parse_tags(text: str) -> list[str]:
    """Return the tags that a text parts by commas: trimmed, none twice (whatever the case).

    What nobody could see or find is no tag.

    Raises:
        UsageError: one is too long.
    """
    tags: dict[str, str] = {}
    for part in parted(without_nul(text)):
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


def plan_tags(page: CustomerPage, tags: list[str], by: PlanContext) -> Plan:
    """Plan to give a customer these tags and no others; a plan of nothing where it has them.

    It can be carried out only while nobody changes the customer.
    """
    customer_id = page.customer.id
    before, after = sorted(page.tags), sorted(tags)
    removed = [tag for tag in before if tag not in tags]
    added = [tag for tag in after if tag not in page.tags]
    steps = [
        *(Step(records.TAG, _tag(customer_id, tag), {}, None) for tag in removed),
        *(Step(records.TAG, _tag(customer_id, tag), None, {}) for tag in added),
    ]
    return Plan.of(
        ChangeKind.TAGGED, by, target_of(page), steps,
        version=page.customer.version, summary=({"tags": before}, {"tags": after}),
    )  # fmt: skip


def tags_with(tags: Sequence[str], come: Sequence[str], go: Sequence[str]) -> list[str]:
    """Return tags without those that go and with those that come; the case of a tag is none."""
    gone = {fold(tag) for tag in go}
    stay = [tag for tag in tags if fold(tag) not in gone]
    there = {fold(tag) for tag in stay}
    return [*stay, *(tag for tag in come if fold(tag) not in there)]


def tags_told(before: list[str], after: list[str]) -> str:
    """Return in words which tags came and which went; of many, the first and how many more."""
    came = [tag for tag in after if tag not in before]
    went = [tag for tag in before if tag not in after]
    if not came and not went:
        return _("Tags unchanged.")
    changes = [*_told("+", came), *_told("−", went)]
    return _("Tags: {changes}.").format(changes=", ".join(changes))


def _told(sign: str, tags: list[str]) -> list[str]:
    named = tags if len(tags) <= MOST_TOLD else tags[: MOST_TOLD - 1]
    told = [f"{sign} {shown(tag)}" for tag in named]
    if more := len(tags) - len(named):
        told.append(ngettext("{sign} {count} more", "{sign} {count} more", more, sign=sign))
    return told


def _tag(customer_id: int | None, tag: str) -> Fields:
    return {"customer_id": customer_id, "name": tag}


def plan_note(page: CustomerPage, text: str, note: Note | None, by: PlanContext) -> Plan:
    """Plan to add a note, to change `note`, or to remove it where `text` is empty.

    A plan of nothing, which leaves the note its author, where the text stays the same.

    Raises:
        UsageError: the text is too long.
    """
    text = without_nul(text).strip()
    if len(text) > LONGEST_NOTE:
        raise UsageError(
            _("A note holds at most {count} characters.").format(count=LONGEST_NOTE),
            _("Split it in two."),
        )
    steps: tuple[Step, ...] = ()
    if text != (note.text if note else ""):
        steps = (_note_step(page, text, note, by),)
    before = {"note": note.text} if note else {}
    after = {"note": text} if text else {}
    return Plan.of(ChangeKind.NOTED, by, target_of(page), steps, summary=(before, after))


def _note_step(page: CustomerPage, text: str, note: Note | None, by: PlanContext) -> Step:
    written_at = from_millis(to_millis(by.at)).isoformat()  # as exact as the book keeps it
    after: Fields | None = {"text": text, "author": by.actor.name, "written_at": written_at}
    if note is None:
        new = {"customer_id": page.customer.id, **(after or {})}
        return Step(records.NOTE, {"id": None}, None, new)
    fields = {"text", "author", "written_at"}
    if not text:
        fields.add("customer_id")  # to be written again if this is undone
        after = None
    return Step(records.NOTE, {"id": note.id}, note.model_dump(mode="json", include=fields), after)


def target_of(page: CustomerPage) -> Target:
    """Return whom a plan about an existing customer is about."""
    customer = page.customer
    return Target(customer.account_id, page.account.cloud, customer.company_name, customer.id)


async def known_tags(reader: Reader, accounts: Sequence[int]) -> list[str]:
    """Return the tags in a book: those that the customers of `accounts` have most come first.

    Raises:
        StoreError: the book cannot be read, or does not answer in time.
    """
    from partnerdesk.models.customers.list import CUSTOMERS, TAGS

    return await reader.ask(lambda book: most_used(book, CUSTOMERS, TAGS, accounts))
