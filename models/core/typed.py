"""Checks JSON values against annotations and makes typed records of them.

    @dataclass(frozen=True)
    class Content:
        scope: str
        cursor: Annotated[int, range(100)] = 0

    content = typed(Content, {"scope": "1", "cursor": 7})

Supported are `str`, `int`, `bool`, `object` (anything), `Literal`, `dict`, `list`, `tuple`,
dataclasses and typed dicts (from objects) and named tuples (from lists); `Annotated` limits an
`int` by a `range` and a `str` by a pattern. A `bool` is no `int`. Unknown keys of an object are
ignored, because a newer version may have written them.
"""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from functools import cache, partial
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    TypeVar,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Check = Callable[[Any], Any]
    """Returns the value as its type; raises `DamagedError` if it does not match."""

T = TypeVar("T")


class DamagedError(Exception):
    """A stored value is not of the form that the program writes."""


def typed(kind: type[T], value: object) -> T:
    """Return a JSON value as a `kind`.

    Raises:
        DamagedError: the value does not match.
    """
    check: Callable[[object], T] = _check(cast("Any", kind))
    return check(value)


@cache
def _check(kind: Any) -> Check:
    """Return the check of a kind's values; cached, since some files hold thousands of values."""
    origin, parts = get_origin(kind), get_args(kind)
    if kind is object:
        return _anything
    if origin is Annotated:
        return partial(_limited, _check(parts[0]), parts[1])
    if origin is Literal:
        return partial(_one_of, parts)
    if origin is dict:
        return partial(_table, *map(_check, parts))
    if origin is list:
        return partial(_list, _check(parts[0]))
    if origin is tuple and parts[-1] is Ellipsis:
        return partial(_tuple, _check(parts[0]))
    if origin is tuple:
        return partial(_in_order, _tuple_of, [*map(_check, parts)])
    return partial(_exactly, kind) if kind in (str, int, bool) else _record_check(kind)


def _record_check(kind: Any) -> Check:
    checks = {
        name: _check(hint) for name, hint in get_type_hints(kind, include_extras=True).items()
    }
    if issubclass(kind, tuple):
        return partial(_in_order, kind, [*checks.values()])
    optional = {
        field.name
        for field in (fields(kind) if is_dataclass(kind) else ())
        if field.default is not MISSING or field.default_factory is not MISSING
    }
    return partial(_record, kind, checks, checks.keys() - optional)


def _anything(value: object) -> object:
    return value


def _exactly(kind: type, value: object) -> object:
    if type(value) is not kind:
        raise DamagedError(kind)
    return value


def _limited(check: Check, limit: Any, value: object) -> object:
    value = check(value)
    if not (value in limit if isinstance(limit, range) else limit.fullmatch(value)):
        raise DamagedError(limit)
    return value


def _one_of(choices: Sequence[object], value: object) -> object:
    if type(value) is not str or value not in choices:
        raise DamagedError(choices)
    return value


def _table(key: Check, check: Check, value: object) -> object:
    if not isinstance(value, dict):
        raise DamagedError(dict)
    return {key(name): check(part) for name, part in value.items()}


def _list(check: Check, value: object) -> list[object]:
    if not isinstance(value, list):
        raise DamagedError(list)
    return [check(part) for part in value]


def _tuple(check: Check, value: object) -> object:
    return tuple(_list(check, value))


def _tuple_of(*parts: object) -> object:
    return parts


def _in_order(make: Callable[..., Any], checks: Sequence[Check], value: object) -> object:
    if not isinstance(value, list) or len(value) != len(checks):
        raise DamagedError(list)
    return make(*[check(part) for check, part in zip(checks, value, strict=True)])


def _record(
    make: Callable[..., Any], checks: Mapping[str, Check], needed: set[str], value: object
) -> object:
    if not isinstance(value, dict) or not needed <= value.keys():
        raise DamagedError(make)
    return make(**{name: checks[name](value[name]) for name in checks if name in value})
