"""Takes the next of some items in another thread while the last one is being used."""

from __future__ import annotations

from concurrent.futures import Future, wait
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from partnerdesk.models.core.outcome import outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Item = TypeVar("Item")


@contextmanager
def one_ahead(items: Iterator[Item], give_up: Callable[[], None]) -> Iterator[Iterator[Item]]:
    """Return the items, each of which is taken while the block uses the one before.

    An error of an item is raised behind the item before it. One thread at a time takes items, and
    none does so any more behind the block, unless Ctrl-C ended that: then nobody waits for it.

    Args:
        items: yields no None.
        give_up: called where an error ends the block; makes an item that is waited for fail soon.
    """
    coming = _begun(items)

    def taken() -> Iterator[Item]:
        nonlocal coming
        while (item := coming.result()) is not None:
            coming = _begun(items)
            yield item

    try:
        yield taken()
    except Exception:
        give_up()
        wait([coming])
        raise
    except BaseException:
        give_up()
        raise


def _begun(items: Iterator[Item]) -> Future[Item | None]:
    """Take the next item in a thread; the future has None behind the last one."""
    coming: Future[Item | None] = Future()

    def take() -> None:
        outcome(coming, lambda: next(items, None))()

    # A daemon: a call that hangs keeps nobody from leaving.
    Thread(target=take, name="one ahead", daemon=True).start()
    return coming
