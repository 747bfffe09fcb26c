"""The sections of a customer's page, made from the stored records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.accounts.accounts import account_title
from partnerdesk.models.core.clock import age, date_text, moment_text
from partnerdesk.models.core.text import shown
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.customers.list import CUSTOMERS, SIGNED_HOW
from partnerdesk.models.customers.records import CUSTOMER_TITLES
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.lists.spec import toned
from partnerdesk.screens.relationships.sections import (
    NO_DELEGATION,
    delegated_admin_lines,
    relationship_lines,
)
from partnerdesk.screens.subscriptions.sections import subscription_lines
from partnerdesk.tui.widgets.sections import Field, Section

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Container, Iterator, Mapping
    from datetime import datetime

    from partnerdesk.models.changes.history import Change
    from partnerdesk.models.customers.entities import Note
    from partnerdesk.models.customers.page import CustomerPage
    from partnerdesk.models.lists.spec import RowKey
    from partnerdesk.models.pages.customer import WholeCustomer
    from partnerdesk.models.session import AppSession
    from partnerdesk.models.settings.clouds import Cloud
    from partnerdesk.tui.widgets.app_screen import Show
    from partnerdesk.tui.widgets.questions import Act

CHANGE = "change:"
"""Prefix of the names of history fields; the id of the entry follows."""
DETAILED_HISTORY = 10
"""The largest number of history entries shown beside a list."""
HISTORY_LINES = 5
"""The largest number of lines shown of one changed field in the history."""


@dataclass(frozen=True, slots=True)
class Ways:
    """The functions that the fields of the page call to open or edit their record."""

    show: Show
    """Opens a screen by its name."""
    edit_alias: Act
    edit_tags: Act
    edit_note: Callable[[Note], Awaitable[None]]


async def read_details(desk: AppSession, key: RowKey, show: Show) -> list[Section]:
    """Read what the page of a customer says, with the newest changes only."""
    from partnerdesk.models.pages.customer import read_whole_customer

    page = await desk.aside(read_whole_customer, key, DETAILED_HISTORY)

    async def stay(_note: Note | None = None) -> None:
        """Edit nothing: that is done on the page."""

    told = sections(page, desk.settings.all_clouds(), desk.clock(), Ways(show, stay, stay, stay))
    return [
        replace(one, fields=tuple(field for field in one.fields if field.name != NO_DELEGATION))
        for one in told
    ]


def sections(
    page: WholeCustomer, clouds: Mapping[str, Cloud], at: datetime, ways: Ways
) -> list[Section]:
    """Return the sections of the page; ages and periods are counted from `at`."""
    return [
        _profile(page, ways),
        *_subscriptions(page, at, ways),
        _contact(page, ways),
        Section(_("Relationship"), tuple(_relationship(page, clouds, at, ways))),
        Section(_("Delegated admin"), tuple(delegated_admin_lines(page, at, ways.show))),
        Section(_("Tags and notes"), tuple(_tags_and_notes(page, ways))),
        Section(_("History"), tuple(_history(page, ways))),
    ]


def _subscriptions(page: WholeCustomer, at: datetime, ways: Ways) -> Iterator[Section]:
    """Yield the section of subscriptions with their number; none without any."""
    missing = page.customer.subscriptions_missing
    if page.subscriptions or missing:
        title = _("Subscriptions ({count})").format(count=len(page.subscriptions))
        lines = tuple(subscription_lines(page.subscriptions, at, ways.show))
        text = ngettext(
            "Partner Center counts {count} more that it did not list.",
            "Partner Center counts {count} more that it did not list.",
            missing,
        )
        yield Section(title, (*lines, Field("", text)) if missing else lines)


def _title(name: str) -> str:
    """Return the title of a field of a customer."""
    return _(CUSTOMER_TITLES[name])


def _of_form(page: CustomerPage, ways: Ways, label: str, text: str, field: FormField) -> Field:
    """Return a field that opens the customer's form at `field` for editing."""
    edit = partial(ways.show, "edit-customer", page, field.value)
    return Field(label, text, f"form:{field}", edit=edit)


def _calls(page: WholeCustomer, ways: Ways) -> Iterator[Field]:
    """Yield what Partner Center does not have yet of what stands here; each opens its change."""
    from partnerdesk.models.changes.calls import describe_call
    from partnerdesk.models.changes.outbox import CALL_STATE_TITLES

    for call in page.calls:
        channel, title = describe_call(call.channel, call.operation, "")
        state = _(CALL_STATE_TITLES[call.state])
        text = f"{title}: {state}"
        leads = partial(ways.show, "change", call.change_id)
        yield Field(channel, text, f"call:{call.id}", open=leads)


def _profile(page: WholeCustomer, ways: Ways) -> Section:
    customer, of_form = page.customer, partial(_of_form, page, ways)
    return Section(
        shown(customer.company_name)[:200],
        (
            of_form(_title("company_name"), customer.company_name, FormField.COMPANY_NAME),
            Field(_title("alias"), customer.alias, "alias", edit=ways.edit_alias),
            *_other_names(page),
            Field(_title("primary_domain"), customer.primary_domain),
            Field(_title("microsoft_id"), customer.microsoft_id or ""),
            of_form(
                _("Registration number"),
                page.company.organization_registration_number,
                FormField.REGISTRATION_NUMBER,
            ),
            Field(_("Company e-mail"), page.company.email),
            *_calls(page, ways),
        ),
    )


def _other_names(page: WholeCustomer) -> Iterator[Field]:
    """Yield the names that differ from the one in the list, with where each stands."""
    from partnerdesk.models.customers.alias import NAME_TITLES, differing_names

    if names := differing_names(page):
        lines = (": ".join((_(NAME_TITLES[kind]), name)) for kind, name in names)
        yield Field(_("Other names"), "\n".join(lines))


def _contact(page: WholeCustomer, ways: Ways) -> Section:
    billing, of_form = page.billing, partial(_of_form, page, ways)
    return Section(
        _("Contact and address"),
        (
            of_form(_("Bill to"), billing.company_name, FormField.COMPANY_NAME),
            of_form(
                _("Contact"),
                f"{billing.first_name} {billing.last_name}".strip(),
                FormField.FIRST_NAME,
            ),
            of_form(_("E-mail"), billing.email, FormField.EMAIL),
            of_form(_("Phone"), billing.phone_number, FormField.PHONE_NUMBER),
            of_form(_("Address"), "\n".join(page.address), FormField.ADDRESS_LINE1),
            of_form(
                _("Language"),
                " · ".join(filter(None, (billing.language, billing.culture))),
                FormField.LANGUAGE,
            ),
        ),
    )


def _in_the_book_since(page: WholeCustomer) -> str:
    customer = page.customer
    if customer.added_at is None:
        for entry in page.changes:
            if entry.id == customer.added_by_change:
                return _("{date}, with the first sync").format(date=date_text(entry.at))
    return date_text(customer.added_at)


def _agreement(page: CustomerPage) -> Iterator[Field]:
    """Yield when the customer accepted the agreement, how, and who did."""
    yield Field(_title("agreement_accepted_at"), date_text(page.customer.agreement_accepted_at))
    if (agreement := page.agreement) is not None:
        yield Field(_("Accepted how"), _(SIGNED_HOW[agreement.way.value]))
        person = (agreement.first_name, agreement.last_name, agreement.email)
        yield Field(_("Accepted by"), " ".join(filter(None, person)))


def _relationship(
    page: WholeCustomer, clouds: Mapping[str, Cloud], at: datetime, ways: Ways
) -> Iterator[Field]:
    from partnerdesk.models.customers.entities import RELATIONSHIP_TITLES, Relationship

    customer, cloud = page.customer, page.account.cloud
    seen = customer.seen_at
    yield Field(_("Cloud"), clouds[cloud].name if cloud in clouds else cloud)
    yield Field(_("Account"), account_title(page.account))
    kind = Relationship(customer.relationship_to_partner)
    told = toned(CUSTOMERS.column("relationship"), kind.value, at)
    yield Field(_title("relationship_to_partner"), _(RELATIONSHIP_TITLES[kind]), toned=told)
    yield Field(_title("indirect_reseller"), customer.indirect_reseller)
    yield from _agreement(page)
    yield Field(_title("added_at"), _in_the_book_since(page))
    yield Field(
        _title("seen_at"),
        f"{moment_text(seen)} ({age(seen, at)})" if seen else _("never"),
    )
    if customer.gone_at:
        gone = _("since {date}: Partner Center does not list the customer any more")
        yield Field(_title("gone_at"), gone.format(date=date_text(customer.gone_at)))
    if customer.ended_at:
        yield Field(_title("ended_at"), date_text(customer.ended_at))
    yield from relationship_lines(page.relationship, at, ways.show)


def _tags_and_notes(page: CustomerPage, ways: Ways) -> Iterator[Field]:
    yield Field(_("Tags"), ", ".join(page.tags), "tags", edit=ways.edit_tags)
    for note in page.notes:
        yield Field(
            _("Note of {date}").format(date=date_text(note.written_at)),
            f"{note.text}\n— {note.author}" if note.author else note.text,
            f"note:{note.id}",
            edit=partial(ways.edit_note, note),
        )


def _history(page: CustomerPage, ways: Ways) -> Iterator[Field]:
    from partnerdesk.models.changes.kinds import KIND_TITLES, ChangeKind
    from partnerdesk.models.operations.describe_fields import change_lines

    for entry in page.changes:
        title = _(KIND_TITLES[ChangeKind(entry.kind)])
        first = f"{title} — {_written_by(entry, page.synced)}"
        if entry.undone_by is not None:
            first += " · " + _("undone")
        text = "\n".join([first, *map(_shortened, change_lines(entry))])
        show = partial(ways.show, "change", entry.id)
        yield Field(moment_text(entry.at), text, f"{CHANGE}{entry.id}", open=show)


def _written_by(entry: Change, synced: Container[int | None]) -> str:
    """Return who made a change; for one of a sync, also that Partner Center told it."""
    who = f"{entry.actor}@{entry.host}"
    return _("sync with Partner Center, {who}").format(who=who) if entry.id in synced else who


def _shortened(text: str) -> str:
    """Return the first lines of a long text such as a letter; the change's page shows all."""
    lines = text.split("\n")
    return text if len(lines) <= HISTORY_LINES else "\n".join([*lines[: HISTORY_LINES - 1], "…"])
