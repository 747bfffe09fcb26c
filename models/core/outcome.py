"""How work in another thread ended, for the future that somebody waits for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

Result = TypeVar("Result")


def outcome(future: Future[Result], work: Callable[[], Result]) -> Callable[[], None]:
    """Do the work, whatever it raises; return what gives the future its result or its error."""
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 - the future hands it to the caller
        return partial(future.set_exception, error)
    return partial(future.set_result, result)
