"""`partnerdesk customers edit|tag|own-name|note`: changes of what the book has of a customer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from partnerdesk.cli.customers.many import (
    add_customer_choice,
    names_one_customer,
    run_many,
    several_customers,
)
from partnerdesk.cli.customers.record import customer_json
from partnerdesk.cli.shared.account import named_customer
from partnerdesk.cli.shared.open_book import open_book
from partnerdesk.cli.shared.plans import add_plan_flags, apply_plan, plan_context
from partnerdesk.models.core.errors import NotFoundError, UsageError
from partnerdesk.models.customers.edit_fields import EDITED
from partnerdesk.models.customers.form.fields import FIELD_TITLES, FormField
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Collection, Iterable

    from partnerdesk.cli.shared.subcommands import Subcommands
    from partnerdesk.models.changes.plan import Fields
    from partnerdesk.models.core.errors import ExitCode
    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.customers.entities import Note
    from partnerdesk.models.customers.page import CustomerPage
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.settings.model import Settings


def add_commands(parts: Subcommands, shared: argparse.ArgumentParser) -> None:
    """Add `edit`, `tag`, `own-name` and `note`."""
    exit_codes = _(
        "Exit code 3 where a rule refuses it, 4 where nobody is meant, 5 where somebody else "
        "changed the customer at the same moment."
    )
    editing = parts.add_parser(
        "edit",
        parents=[shared],
        help=_("change a customer's profiles; only the fields that are given"),
        description=_(
            "Changes the company and billing profile of a customer by the rules of the form. "
            "Fields that are not given stay as they are; an empty text empties one."
        ),
        epilog=f"{exit_codes} {several_customers()}",
    )
    _add_common(editing)
    group = editing.add_argument_group(_("the customer"))
    for field in (*EDITED, FormField.DOMAIN_PREFIX):
        flag, help_text = f"--{field.replace('_', '-')}", _(FIELD_TITLES[field])
        group.add_argument(flag, metavar="TEXT", dest=f"of_{field}", help=help_text)
    editing.set_defaults(run=run_edit)

    tagging = parts.add_parser(
        "tag",
        parents=[shared],
        help=_("give customers tags, or take some away"),
        description=_(
            "Tags are separated by commas. One that is there already, in whatever case, stays as "
            "it is."
        ),
        epilog=several_customers(),
    )
    _add_common(tagging)
    tagging.add_argument("--add", metavar="TAGS", help=_("tags that come"))
    tagging.add_argument("--remove", metavar="TAGS", help=_("tags that go"))
    tagging.add_argument("--set", metavar="TAGS", help=_("these tags and no others"))
    tagging.set_defaults(run=run_tag)

    naming = parts.add_parser(
        "own-name",
        parents=[shared],
        help=_("give a customer a name of your own, which stays in the book"),
        description=_("Lists find a customer by it; nothing sends it. An empty text removes it."),
    )
    naming.add_argument("customer", metavar="ID|DOMAIN", help=_("Microsoft ID or primary domain"))
    naming.add_argument("--text", metavar="TEXT", required=True, help=_("the own name"))
    naming.add_argument("--why", metavar="TEXT", default="", help=_("a reason, for the history"))
    add_plan_flags(naming)
    naming.set_defaults(run=run_own_name)

    noting = parts.add_parser(
        "note",
        parents=[shared],
        help=_("write a note on customers, change or remove one"),
        description=_("Without --change and --remove the text becomes a new note."),
        epilog=_("Exit code 4 where the customer has no note of that number.")
        + " "
        + several_customers(),
    )
    _add_common(noting)
    noting.add_argument("--text", metavar="TEXT", help=_("what the note says"))
    which = noting.add_mutually_exclusive_group()
    number = _("the number of the note, as `customers show` has it")
    which.add_argument("--change", metavar="NOTE", type=int, help=number)
    which.add_argument("--remove", metavar="NOTE", type=int, help=number)
    noting.set_defaults(run=run_note)


def _add_common(command: argparse.ArgumentParser) -> None:
    add_customer_choice(command)
    command.add_argument("--why", metavar="TEXT", default="", help=_("a reason, for the history"))
    add_plan_flags(command)


def run_edit(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Change the profiles of one customer, or of several as a run."""
    from partnerdesk.models.customers.edit import form_values, plan_edit_customer
    from partnerdesk.models.customers.page import read_customer
    from partnerdesk.models.operations.bulk_records import RunKind

    given = {
        field: text
        for field in (*EDITED, FormField.DOMAIN_PREFIX)
        if (text := getattr(arguments, f"of_{field}")) is not None
    }
    if not given:
        raise UsageError(_("Say what to change, for example: --city TEXT"))
    is_single = names_one_customer(arguments)
    store = open_book(arguments, settings)
    if not is_single:
        wishes = {field.value: text for field, text in given.items()}
        return run_many(arguments, settings, store, RunKind.EDIT, wishes)
    account, id = named_customer(arguments, settings, store, arguments.customer[0])
    page = read_customer(store, id)
    plan = plan_edit_customer(page, account, form_values(page) | given, plan_context(settings))
    if FormField.COUNTRY not in given:  # a new country rewrites all fields: keep all reasons then
        plan = replace(plan, reasons=_reasons_about(given, plan.reasons))
    words = ("changed", "would_change")
    return apply_plan(arguments, settings, store, plan, words, _customer_reader(store, id))


def _reasons_about(given: Collection[str], reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Return the reasons without the warnings about fields that were not given."""
    return tuple(reason for reason in reasons if reason.refuses or reason.field in ("", *given))


def run_tag(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Add, remove or set the tags of one customer, or of several as a run."""
    from partnerdesk.models.customers.tags_and_notes import parse_tags, plan_tags, tags_with
    from partnerdesk.models.operations.bulk_records import RunKind

    if arguments.set is None and not (arguments.add or arguments.remove):
        raise UsageError(
            _("Say which tags come or go."), _("For example: --add vip --remove prospect")
        )
    if arguments.set is not None and (arguments.add or arguments.remove):
        raise UsageError(_("--set names all tags: leave out --add and --remove."))
    added, removed = parse_tags(arguments.add or ""), parse_tags(arguments.remove or "")
    is_single = names_one_customer(arguments)
    store = open_book(arguments, settings)
    if not is_single:
        tag_flags = {"add": arguments.add, "remove": arguments.remove, "set": arguments.set}
        wishes = {name: text for name, text in tag_flags.items() if text is not None}
        return run_many(arguments, settings, store, RunKind.TAG, wishes)
    page = _page(arguments, settings, store)
    tags = parse_tags(arguments.set or "")
    if arguments.set is None:
        tags = tags_with(page.tags, added, removed)
    plan = plan_tags(page, tags, plan_context(settings))
    record = _customer_reader(store, page.customer.id or 0)
    return apply_plan(arguments, settings, store, plan, ("tagged", "would_tag"), record)


def run_own_name(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Give one customer a name of the partner's own."""
    from partnerdesk.models.customers.alias import plan_alias
    from partnerdesk.models.customers.page import read_customer

    store = open_book(arguments, settings)
    _account, id = named_customer(arguments, settings, store, arguments.customer)
    plan = plan_alias(read_customer(store, id), arguments.text, plan_context(settings))
    words = ("changed", "would_change")
    return apply_plan(arguments, settings, store, plan, words, _customer_reader(store, id))


def run_note(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Write, change or remove a note of one customer; write one on several as a run."""
    from partnerdesk.models.customers.tags_and_notes import plan_note
    from partnerdesk.models.operations.bulk_records import RunKind

    text = "" if arguments.remove is not None else (arguments.text or "")
    if arguments.remove is None and not text.strip():
        raise UsageError(_("Say what the note says: --text TEXT"))
    if arguments.remove is not None and arguments.text is not None:
        raise UsageError(_("A note that is removed says nothing: leave out --text."))
    number = arguments.remove if arguments.remove is not None else arguments.change
    is_single = names_one_customer(arguments)
    if not is_single and number is not None:
        raise UsageError(_("A note is changed or removed on one customer at a time."))
    store = open_book(arguments, settings)
    if not is_single:
        return run_many(arguments, settings, store, RunKind.NOTE, {"text": text.strip()})
    page = _page(arguments, settings, store)
    note = None if number is None else _note(page, number)
    plan = plan_note(page, text, note, plan_context(settings))
    record = _customer_reader(store, page.customer.id or 0)
    return apply_plan(arguments, settings, store, plan, ("noted", "would_note"), record)


def _page(arguments: argparse.Namespace, settings: Settings, store: Store) -> CustomerPage:
    from partnerdesk.models.customers.page import read_customer

    _account, id = named_customer(arguments, settings, store, arguments.customer[0])
    return read_customer(store, id)


def _note(page: CustomerPage, number: int) -> Note:
    for note in page.notes:
        if note.id == number:
            return note
    raise NotFoundError(
        _("This customer has no note {id}.").format(id=number),
        _("`partnerdesk customers show` names their numbers."),
    )


def _customer_reader(store: Store, id: int) -> Callable[[int | None], Fields]:
    """Return a function that reads a customer's fields when it is called."""

    def record(_id: int | None) -> Fields:
        from partnerdesk.models.customers.page import read_customer

        return customer_json(read_customer(store, id))

    return record
