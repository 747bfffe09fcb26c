"""The offer to continue an interrupted run before a new run of the same kind begins."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.languages import _
from partnerdesk.tui.widgets.questions import Act, Choice, done

if TYPE_CHECKING:
    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.operations.bulk_records import RunKind
    from partnerdesk.tui.widgets.app_screen import AppScreen


async def offer_cut_off(screen: AppScreen, account: Account, kind: RunKind, begin: Act) -> None:
    """Offer to continue an interrupted run of a kind; call `begin` if there is none, or on request.

    Raises:
        StoreError: the book cannot be read.
    """
    from partnerdesk.models.operations.bulk import RUN_TITLES, unfinished_run

    cut_off = await screen.desk.aside(unfinished_run, [account.id], kind)
    if cut_off is None:
        await done(begin)
        return
    screen.choose(
        _("A run was cut off: {title}.").format(title=_(RUN_TITLES[kind])),
        [
            Choice(
                "g", _("go on with it"), partial(screen.shell.show, "run", cut_off), default=True
            ),
            Choice("n", _("begin a new one"), begin),
        ],
    )
