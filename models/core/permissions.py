"""Why nothing may be changed here and now, as reasons: the same on every screen and command.

Whoever plans passes them in with the `PlanContext`, and each plan carries them; a screen that has
no plan yet asks for the same ones.
"""

from __future__ import annotations

from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.languages import _


def read_only() -> Reason:
    """Return that the console was started to look only."""
    return Reason("permission.read-only", _("Read-only mode: nothing can be changed."))


def foreign_objects(why: str) -> Reason:
    """Return that the book has triggers or views of somebody else; `why` names them."""
    return Reason("permission.foreign-objects", why)


def all_accounts() -> Reason:
    """Return that no account is chosen in which something could be changed."""
    text = _("All clouds are chosen: choose one account to change something.")
    return Reason("permission.all-accounts", text)


def several_accounts() -> Reason:
    """Return that all accounts of one cloud are chosen, of which one could be changed."""
    text = _("Several accounts of one cloud are chosen: choose one to change something.")
    return Reason("permission.several-accounts", text)


def no_book() -> Reason:
    """Return that there is nothing yet that could be changed."""
    return Reason("permission.no-book", _("The book is not open yet."))
