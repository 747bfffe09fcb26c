"""Desks over books of tests, for consoles that run over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.session import AppSession
from partnerdesk.models.settings import load as settings
from tests.support.books import NOW

if TYPE_CHECKING:
    from partnerdesk.models.database.store import Store


def desk_over(store: Store, cloud: str = "global", **flags: object) -> AppSession:
    """Return a desk over a book, as flags and a chosen cloud make it."""
    chosen = settings.load().with_flags(**flags)
    store.read_only = chosen.read_only
    return AppSession(chosen, store, clock=lambda: NOW, wanted_cloud=cloud)
