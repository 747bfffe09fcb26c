"""`partnerdesk outbox list|show|send|retry|give-up|choose`: what waits for Partner Center."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.cli.shared.demo_rehearsal import reachable
from partnerdesk.cli.shared.open_book import open_book, scope
from partnerdesk.cli.shared.plans import plan_context
from partnerdesk.cli.shared.printing import json_text, tell
from partnerdesk.cli.shared.sent_calls import CALL_MARKS, print_admins, send_now, sent_json
from partnerdesk.models.accounts.accounts import ALL
from partnerdesk.models.core.clock import moment_text, now
from partnerdesk.models.core.errors import ExitCode, UsageError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from partnerdesk.cli.shared.subcommands import Subcommands
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.pages.outbox import CallView
    from partnerdesk.models.settings.model import Settings
    from partnerdesk.partnercenter.sending.results import Sending


def add_arguments(command: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """Add the parts of the command."""
    parts = command.add_subparsers(title=_("parts"), metavar="PART", required=True)
    _add_looking(parts, shared)
    _add_sending(parts, shared)
    _add_settling(parts, shared)


def _add_looking(parts: Subcommands, shared: argparse.ArgumentParser) -> None:
    listing = parts.add_parser(
        "list", parents=[shared], help=_("the calls that are not settled, in their order")
    )
    listing.add_argument("--all", action="store_true", help=_("settled calls, too"))
    _add_json(listing, _("a JSON list, one object a call"))
    listing.set_defaults(run=run_list)

    showing = parts.add_parser(
        "show",
        parents=[shared],
        help=_("one call: state, request and answer, and fields in conflict"),
    )
    _add_id(showing)
    _add_json(showing, _("one JSON object"))
    showing.set_defaults(run=run_show)


def _add_sending(parts: Subcommands, shared: argparse.ArgumentParser) -> None:
    sending = parts.add_parser(
        "send",
        parents=[shared],
        help=_("send what waits"),
        description=_(
            "Sends what waits, in order for each customer. A call of which nobody knows whether it "
            "arrived is looked up before anything is repeated."
        ),
        epilog=_("Exit code 6 where Partner Center was not reached, 1 where it refused a call."),
    )
    _add_json(sending, _("a JSON list, one object a call"))
    sending.set_defaults(run=run_send)

    again = parts.add_parser(
        "retry",
        parents=[shared],
        help=_("send calls again that failed"),
    )
    _add_id(again)
    _add_json(again, _("a JSON list, one object a call"))
    again.set_defaults(run=run_retry)


def _add_settling(parts: Subcommands, shared: argparse.ArgumentParser) -> None:
    giving = parts.add_parser(
        "give-up",
        parents=[shared],
        help=_("do not send a call, and take its change back in the book"),
    )
    _add_id(giving)
    giving.add_argument("--why", metavar="TEXT", default="", help=_("a reason, for the history"))
    _add_json(giving, _("one JSON object"))
    giving.set_defaults(run=run_give_up)

    choosing = parts.add_parser(
        "choose",
        parents=[shared],
        help=_("settle a conflict: keep their values of some fields, send ours of the others"),
        description=_("`outbox show` names the fields in conflict."),
    )
    _add_id(choosing)
    which = choosing.add_mutually_exclusive_group(required=True)
    which.add_argument("--ours", action="store_true", help=_("send ours of all fields"))
    which.add_argument(
        "--theirs",
        metavar="FIELDS",
        help=_("keep theirs of these fields, separated by commas; all for all of them"),
    )
    _add_json(choosing, _("one JSON object"))
    choosing.set_defaults(run=run_choose)


def _add_id(command: argparse.ArgumentParser) -> None:
    command.add_argument("id", metavar="CALL", type=int, help=_("the number of the call"))


def _add_json(command: argparse.ArgumentParser, help_text: str) -> None:
    command.add_argument("--json", action="store_true", help=help_text)


def run_list(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print the calls that are not settled."""
    from partnerdesk.models.pages.outbox import read_calls

    store = open_book(arguments, settings)
    ids = scope(arguments, settings, store, ALL).ids
    views = read_calls(store, ids, settled=arguments.all)
    if arguments.json:
        print(json_text([view.as_json() for view in views], indent=2))
        return ExitCode.DONE
    for view in views:
        _print(view)
    if not views:
        tell(_("Nothing waits for Partner Center."))
    return ExitCode.DONE


def run_show(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print one call with its request and answer."""
    store = open_book(arguments, settings)
    view = _named(arguments, settings, store)
    if arguments.json:
        print(json_text(view.as_json(), indent=2))
        return ExitCode.DONE
    _print(view)
    _print_whole(view)
    return ExitCode.DONE


def run_send(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Send what waits in the accounts in scope."""
    store = open_book(arguments, settings)
    with reachable(arguments, settings, store) as reached:
        accounts = scope(arguments, reached, store, ALL).accounts
        sendings = [send_now(reached, store, one.id) for one in accounts if one.connected]
    return _print_sendings(arguments, sendings)


def run_retry(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Send a call again that failed."""
    from partnerdesk.models.changes.waiting_calls import send_again

    store = open_book(arguments, settings)
    call = _named(arguments, settings, store).call
    with reachable(arguments, settings, store) as reached:
        send_again(store, call.id or 0, now())
        sending = send_now(reached, store, call.account_id, call.customer_id)
    return _print_sendings(arguments, [sending])


def run_give_up(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Give a call up, and take its change back."""
    from partnerdesk.models.operations.sent_calls import give_up

    store = open_book(arguments, settings)
    id = _named(arguments, settings, store).call.id or 0
    _call, is_undone = give_up(store, id, plan_context(settings), arguments.why)
    _print_after(arguments, settings, store, undone=is_undone)
    if is_undone:
        tell(_("Given up; the change is undone in the book."))
    else:
        tell(_("Given up; the book keeps the change."))
    return ExitCode.DONE


def run_choose(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Settle a conflict, and send what is ours."""
    from partnerdesk.models.operations.sent_calls import conflict_of, settle_conflict

    store = open_book(arguments, settings)
    call = _named(arguments, settings, store).call
    names = {field.name for field in conflict_of(call)}
    theirs = {name.strip() for name in (arguments.theirs or "").split(",") if name.strip()}
    theirs = names if theirs == {ALL} else theirs
    if unknown := theirs - names:
        raise UsageError(
            _("Not in conflict: {fields}.").format(fields=shown(", ".join(sorted(unknown)))),
            _("Those in conflict: {fields}.").format(fields=", ".join(sorted(names)) or "–"),
        )
    with reachable(arguments, settings, store) as reached:
        settle_conflict(store, call.id or 0, theirs, plan_context(settings))
        sending = send_now(reached, store, call.account_id, call.customer_id)
    _print_after(arguments, settings, store)
    tell(sending.text)
    return _exit_code([sending])


def _named(arguments: argparse.Namespace, settings: Settings, store: Store) -> CallView:
    """Return the call that is meant; it belongs to an account in scope.

    Raises:
        NotFoundError: there is no such call.
    """
    from partnerdesk.cli.shared.account import account_of
    from partnerdesk.models.pages.outbox import read_call_view

    view = read_call_view(store, arguments.id)
    account_of(arguments, settings, store, view.call.account_id)
    return view


def _print(view: CallView) -> None:
    from partnerdesk.models.changes.outbox import CALL_STATE_TITLES

    call = view.call
    mark, state = CALL_MARKS.get(call.state, "…"), _(CALL_STATE_TITLES[call.state])
    print(f"{mark} {call.id} {shown(view.subject)[:80]}: {shown(view.title)}: {state}")
    if call.answer:
        print(f"    {shown(call.answer)}")


def _print_whole(view: CallView) -> None:
    from partnerdesk.models.pages.change import conflict_texts

    call = view.call
    facts = [
        (_("Change"), str(call.change_id)),
        (_("Attempts"), str(call.attempts)),
        (_("Last change of state"), moment_text(call.changed_at)),
        (_("Correlation ID"), call.correlation_id),
        (_("Request ID"), call.request_id),
        (_("Not before"), moment_text(call.not_before) if call.not_before else ""),
    ]
    for label, text in facts:
        if text:
            print(f"    {label}: {shown(text)}")
    for name, title, told in conflict_texts(call):
        print(f"    {name} ({title}): {shown(told)}")
    for label, text in ((_("Request"), call.request), (_("Answer"), call.response)):
        if text:
            print(f"    {label}:")
            for line in text.split("\n"):
                print(f"      {shown(line)}")


def _print_after(
    arguments: argparse.Namespace, settings: Settings, store: Store, **more: bool
) -> None:
    view = _named(arguments, settings, store)
    if arguments.json:
        print(json_text({**view.as_json(), **more}, indent=2))
    else:
        _print(view)


def _print_sendings(arguments: argparse.Namespace, sendings: Sequence[Sending]) -> ExitCode:
    """Print the tried calls, and return the exit code."""
    calls = [sent for sending in sendings for sent in sending.calls]
    if arguments.json:
        print(json_text([sent_json(sent) for sent in calls], indent=2))
    else:
        for sent in calls:
            mark = CALL_MARKS.get(sent.state, "…")
            print(f"{mark} {sent.call.id} {shown(sent.call.about)}: {shown(sent.call.answer)}")
            print_admins(filter(None, [sent.first_admin]), "    ")
    for text in dict.fromkeys(sending.text for sending in sendings):
        tell(text)
    if not sendings:
        tell(_("No account in scope is connected to Partner Center."))
    return _exit_code(sendings)


def _exit_code(sendings: Sequence[Sending]) -> ExitCode:
    errors = [sending.error for sending in sendings if sending.error is not None]
    return errors[0].exit_code if errors else ExitCode.DONE
