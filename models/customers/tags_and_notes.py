"""Plans to change the tags and notes of a customer."""

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
"""Maximum characters of a tag."""
LONGEST_NOTE = 10_000
"""Maximum characters of a note."""
MOST_NAMED = 4
"""Maximum number of added tags that a message names; the same for removed tags."""


def parse_tags(text: str) -> list[str]:
    """Return the tags in a text with commas: trimmed, and none twice, whatever its case.

    Tags without visible characters are left out.

    Raises:
        UsageError: a tag is too long.
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
    """Plan to give a customer exactly these tags; the plan changes nothing if it has them.

    The plan cannot be carried out if the customer was changed after `page` was read.
    """
    customer_id = page.customer.id
    before, after = sorted(page.tags), sorted(tags)
    removed = [tag for tag in before if tag not in tags]
    added = [tag for tag in after if tag not in page.tags]
    steps = [
        *(Step(records.TAG, _tag(customer_id, tag), {}, None) for tag in removed),
        *(Step(records.TAG, _tag(customer_id, tag), None, {}) for tag in added),
    ]
    summary = ({"tags": before}, {"tags": after})
    version = page.customer.version
    return Plan.of(ChangeKind.TAGGED, by, target_of(page), steps, version=version, summary=summary)


def tags_with(tags: Sequence[str], added: Sequence[str], removed: Sequence[str]) -> list[str]:
    """Return `tags` without the removed and with the added ones; tags compare without case."""
    removed_names = {fold(tag) for tag in removed}
    remaining = [tag for tag in tags if fold(tag) not in removed_names]
    names = {fold(tag) for tag in remaining}
    return [*remaining, *(tag for tag in added if fold(tag) not in names)]


def describe_tag_change(before: list[str], after: list[str]) -> str:
    """Return the added and removed tags as a sentence; of many tags, the first and a count."""
    added = [tag for tag in after if tag not in before]
    removed = [tag for tag in before if tag not in after]
    if not added and not removed:
        return _("Tags unchanged.")
    changes = [*_signed("+", added), *_signed("−", removed)]
    return _("Tags: {changes}.").format(changes=", ".join(changes))


def _signed(sign: str, tags: list[str]) -> list[str]:
    named = tags if len(tags) <= MOST_NAMED else tags[: MOST_NAMED - 1]
    texts = [f"{sign} {shown(tag)}" for tag in named]
    if more := len(tags) - len(named):
        texts.append(ngettext("{sign} {count} more", "{sign} {count} more", more, sign=sign))
    return texts


def _tag(customer_id: int | None, tag: str) -> Fields:
    return {"customer_id": customer_id, "name": tag}


def plan_note(page: CustomerPage, text: str, note: Note | None, by: PlanContext) -> Plan:
    """Plan to add a note, or to change `note`; an empty `text` removes it.

    If the text stays the same, the plan changes nothing and the note keeps its author.

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
    written_at = from_millis(to_millis(by.at)).isoformat()  # the precision of the store
    after: Fields | None = {"text": text, "author": by.actor.name, "written_at": written_at}
    if note is None:
        new = {"customer_id": page.customer.id, **(after or {})}
        return Step(records.NOTE, {"id": None}, None, new)
    fields = {"text", "author", "written_at"}
    if not text:
        fields.add("customer_id")  # an undo needs it to add the note again
        after = None
    return Step(records.NOTE, {"id": note.id}, note.model_dump(mode="json", include=fields), after)


def target_of(page: CustomerPage) -> Target:
    """Return the target of a plan about an existing customer."""
    customer = page.customer
    return Target(customer.account_id, page.account.cloud, customer.company_name, customer.id)


async def known_tags(reader: Reader, accounts: Sequence[int]) -> list[str]:
    """Return the tags of the book, the most used among the customers of `accounts` first.

    Raises:
        StoreError: the book cannot be read, or does not answer in time.
    """
    from partnerdesk.models.customers.list import CUSTOMERS, TAGS

    return await reader.ask(lambda book: most_used(book, CUSTOMERS, TAGS, accounts))
