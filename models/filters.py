"""The filter language of all lists: words, `field:value`, `field<30d`, `-`, quotes, `or`.

    fab berlin              both words, anywhere in the searchable columns, in any order
    "fabrikam gmbh"         exactly these words in this order
    country:de -tag:vip     a field's value, and a field without it
    seen>30d  added>=2026-01-01   older than 30 days; since a day
    seen:never  country:""  never; empty
    fab or contoso          either

Words are found without regard to case and accents. What was typed is only ever a bound value.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from models.clock import NEVER, to_millis
from models.errors import FilterError
from models.languages import _
from models.lists import MOMENTS, TAG_MARK, Column, Kind, ListSpec, Sql, joined
from models.plain import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(
    r"""\s*(?P<minus>-)?
        (?:(?P<field>[^\W\d]\w*)(?P<operator><=|>=|[:<>=]))?
        (?:"(?P<quoted>[^"]*)(?P<closed>")?|(?P<plain>\S+))?""",
    re.VERBOSE,
)
_AGE = re.compile(r"^(\d{1,6})(min|h|d|w|m|y)$")
_UNITS = {
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "m": timedelta(days=30),
    "y": timedelta(days=365),
}
_NUMBER = re.compile(r"^[0-9]{1,18}$")
_DATE = re.compile(r"^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?$")


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: a word, or a field with an operator and a value."""

    text: str
    field: str = ""
    """The column's name; empty for a plain word."""
    operator: str = ":"
    negated: bool = False
    earliest: int = 0
    latest: int = 0
    """For moments and numbers: the first and the last millisecond or number that is meant."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that was read without fault: alternatives, each of terms that must all hold."""

    text: str = ""
    """As it was typed."""
    alternatives: tuple[tuple[Term, ...], ...] = ()

    def condition(self, spec: ListSpec) -> Sql:
        """Return the SQL condition over `spec`; empty where everything passes."""
        options = [
            joined(" AND ", [_term_condition(term, spec) for term in terms])
            for terms in self.alternatives
            if terms
        ]
        if not options:
            return Sql("")
        either = joined(" OR ", [Sql(f"({option.text})", option.values) for option in options])
        return Sql(f"({either.text})", either.values)


NO_FILTER = Filter()
"""Lets every row pass."""


def parse(text: str, spec: ListSpec, at: datetime) -> Filter:
    """Read a filter as it was typed; `at` is the moment that ages are counted from.

    Raises:
        FilterError: says which part cannot be understood, and what is known.
    """
    alternatives: list[list[Term]] = [[]]
    for token in _tokens(text):
        plain = token["plain"]
        if plain is not None and plain.lower() == "or" and not token["field"]:
            if not alternatives[-1]:
                raise FilterError(_("There is nothing before `or`."))
            alternatives.append([])
            continue
        alternatives[-1].append(_term(token, spec, at))
    if len(alternatives) > 1 and not alternatives[-1]:
        raise FilterError(_("There is nothing after `or`."))
    return Filter(text, tuple(tuple(terms) for terms in alternatives))


def _tokens(text: str) -> Iterator[re.Match[str]]:
    place = 0
    while place < len(text.rstrip()):
        token = _TOKEN.match(text, place)
        if token is None or token.end() == place:  # cannot be: a plain word takes any character
            raise FilterError(_("The filter cannot be read."))
        place = token.end()
        if token["quoted"] is not None and not token["closed"]:
            raise FilterError(_("A quote is not closed."))
        yield token


def _term(token: re.Match[str], spec: ListSpec, at: datetime) -> Term:
    value = token["quoted"] if token["quoted"] is not None else token["plain"]
    negated = bool(token["minus"])
    if not token["field"]:
        if value is None:
            value, negated = "-", False
        return Term(fold(value), negated=negated)
    column = _column(token["field"], spec)
    if value is None:
        raise FilterError(
            _('{field} needs a value; {field}:"" finds the empty ones.').format(field=column.name)
        )
    operator = ":" if token["operator"] == "=" else token["operator"]
    if column.kind in MOMENTS:
        return _moment_term(column, operator, value, negated=negated, at=at)
    if column.kind is Kind.NUMBER:
        return _number_term(column, operator, value, negated=negated)
    if operator != ":":
        raise FilterError(
            _("{field} has no order; write {field}:{value}.").format(field=column.name, value=value)
        )
    if column.kind is Kind.CHOICE and value:
        _choices(column, value)
    return Term(value, column.name, negated=negated)


def _column(word: str, spec: ListSpec) -> Column:
    known = {name: column for column in spec.columns for name in (column.name, *column.aliases)}
    wanted = word.lower()
    if wanted in known:
        return known[wanted]
    near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.5)
    names = ", ".join(column.name for column in spec.columns)
    raise FilterError(
        _("There is no field {field}.").format(field=word),
        _("Did you mean {name}?").format(name=near[0])
        if near
        else _("Fields: {names}.").format(names=names),
    )


def _moment_term(column: Column, operator: str, value: str, *, negated: bool, at: datetime) -> Term:
    word = value.lower()
    if word in ("never", ""):
        return Term("never", column.name, ":", negated)
    if word == "today":
        word = f"{at:%Y-%m-%d}"
    if match := _AGE.match(word):
        try:
            moment = to_millis(at - int(match[1]) * _UNITS[match[2]])
        except OverflowError:
            moment = 0
        if column.kind is Kind.DEADLINE:
            return _deadline_term(column, operator, value, match, negated=negated, at=at)
        # An age under 30 days means a moment after the one 30 days ago.
        turned = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", ":": ">="}[operator]
        return Term(value, column.name, turned, negated, moment, moment)
    if match := _DATE.match(word):
        try:
            first, after = _span(*(int(part) if part else None for part in match.groups()))
        except (ValueError, OverflowError):
            raise _not_a_moment(column, value) from None
        return Term(value, column.name, operator, negated, to_millis(first), to_millis(after) - 1)
    raise _not_a_moment(column, value)


def _deadline_term(
    column: Column, operator: str, value: str, match: re.Match[str], *, negated: bool, at: datetime
) -> Term:
    """Read how far ahead something is: `ends<30d` leaves out what is over, `ends<0d` finds it."""
    present = to_millis(at)
    try:
        ahead = to_millis(at + int(match[1]) * _UNITS[match[2]])
    except OverflowError:
        ahead = to_millis(NEVER)
    if operator in ("<", "<=", ":"):
        first, last = (1, present - 1) if ahead == present else (present, ahead)
        return Term(value, column.name, ":", negated, first, last - (operator == "<"))
    return Term(value, column.name, operator, negated, ahead, ahead)


def _number_term(column: Column, operator: str, value: str, *, negated: bool) -> Term:
    if not _NUMBER.match(value):
        raise FilterError(
            _("{value} is no number.").format(value=value),
            _("Write {field}:12, {field}<100 or {field}>=100.").format(field=column.name),
        )
    return Term(value, column.name, operator, negated, int(value), int(value))


def _not_a_moment(column: Column, value: str) -> FilterError:
    return FilterError(
        _("{value} is neither an age nor a date.").format(value=value),
        _("Write {field}<30d, {field}>=2026-01-31, {field}:2026-01 or {field}:never.").format(
            field=column.name
        ),
    )


def _span(year: int | None, month: int | None, day: int | None) -> tuple[datetime, datetime]:
    first = datetime(
        year or 0, 1 if month is None else month, 1 if day is None else day, tzinfo=UTC
    )
    if day is not None:
        return first, first + timedelta(days=1)
    if month is not None:
        return first, (first + timedelta(days=32)).replace(day=1)
    return first, first.replace(year=first.year + 1)


def _choices(column: Column, value: str) -> list[str]:
    wanted = fold(value)
    choices = column.choices or {}
    found = [
        stored for stored, title in choices.items()
        if fold(stored).startswith(wanted) or fold(_(title)).startswith(wanted)
    ]  # fmt: skip
    if not found:
        raise FilterError(
            _("{field} is never {value}.").format(field=column.name, value=value),
            _("Known values: {values}.").format(values=", ".join(choices)),
        )
    return found


def _term_condition(term: Term, spec: ListSpec) -> Sql:
    condition = _positive(term, spec)
    return Sql(f"NOT ({condition.text})", condition.values) if term.negated else condition


def _positive(term: Term, spec: ListSpec) -> Sql:
    if not term.field:
        return contains(spec.words, term.text)
    column = spec.column(term.field)
    match column.kind:
        case Kind.AGE | Kind.DATE | Kind.MOMENT | Kind.DEADLINE | Kind.NUMBER:
            return _range_condition(column, term)
        case Kind.CHOICE:
            values = _choices(column, term.text) if term.text else [""]
            marks = ", ".join("?" * len(values))
            return Sql(f"{column.field} IN ({marks})", tuple(values))
        case Kind.CODE:
            return Sql(f"{column.field} = ?", (term.text.upper(),))
        case Kind.TAGS:
            return _tag_condition(column, term, spec)
        case _:
            return _text_condition(column, term, spec)


def _text_condition(column: Column, term: Term, spec: ListSpec) -> Sql:
    if not term.text:
        return Sql(f"coalesce({column.field}, '') = ''")
    if column.folded:
        return contains(column.folded, fold(term.text))
    if column.line is not None:  # as many lines stand before it and behind it: no other can match
        after = spec.lines - 1 - column.line
        pattern = "%\n" * column.line + f"%{like_literal(fold(term.text))}%" + "\n%" * after
        return Sql(f"{spec.words} LIKE ? ESCAPE '\\'", (pattern,))
    # Not kept folded: as typed, in small letters, and without accents.
    forms = dict.fromkeys((term.text, term.text.lower(), fold(term.text)))
    either = [contains(field, form) for form in forms for field in
              (column.field, f"lower({column.field})")]  # fmt: skip
    options = joined(" OR ", either)
    return Sql(f"coalesce({options.text}, 1 = 0)", options.values)


def _range_condition(column: Column, term: Term) -> Sql:
    field = column.field
    if column.kind is not Kind.NUMBER and term.text == "never":
        return Sql(f"{field} = 0")
    if column.kind is Kind.DEADLINE and term.operator in ("<", "<="):
        # What has no deadline is not before any day.
        latest = term.latest if term.operator == "<=" else term.earliest - 1
        return Sql(f"{field} BETWEEN 1 AND ?", (latest,))
    match term.operator:
        case "<":
            return Sql(f"{field} < ?", (term.earliest,))
        case "<=":
            return Sql(f"{field} <= ?", (term.latest,))
        case ">":
            return Sql(f"{field} > ?", (term.latest,))
        case ">=":
            return Sql(f"{field} >= ?", (term.earliest,))
        case _:
            return Sql(f"{field} BETWEEN ? AND ?", (term.earliest, term.latest))


def _tag_condition(column: Column, term: Term, spec: ListSpec) -> Sql:
    if not term.text:
        many = column.many
        if many is None:
            return Sql("1 = 0")
        return Sql(f"{spec.key} NOT IN (SELECT {many.key} FROM {many.table})")  # noqa: S608
    # A tag has a line of its own in the searchable text, behind a mark.
    wanted = like_literal(fold(term.text.removeprefix(TAG_MARK)))
    return Sql(f"{spec.words} LIKE ? ESCAPE '\\'", (f"%\n{TAG_MARK}{wanted}%",))


def contains(expression: str, text: str) -> Sql:
    """Return the condition that folded `text` stands somewhere in `expression`."""
    return Sql(f"{expression} LIKE ? ESCAPE '\\'", (f"%{like_literal(text)}%",))


def like_literal(text: str) -> str:
    r"""Return `text` with what LIKE would take as a wildcard (`%`, `_`, `\`) escaped."""
    return re.sub(r"([%_\\])", r"\\\1", text)
