r"""The filter language of all lists: words, `field:value`, `field<30d`, `-`, quotes, `or`.

    fab berlin              both words, anywhere in the searchable columns, in any order
    "fabrikam gmbh"         exactly these words in this order
    country:de -tag:vip     a field's value, and a field without it
    seen>30d  added>=2026-01-01   older than 30 days; since a day
    seen:never  country:""  never; empty
    country:germany         a country by its name, too; a date as 31.01.2026, too
    fab or contoso          either
    "5"" disk"  tag:"a b"   a quote in quotes is written twice; values with spaces are quoted

Words match regardless of case and accents. Typed text is always a bound value; only a quote at the
beginning of a word is special: `%`, `_`, `\`, `[`, `(` stand for themselves.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from partnerdesk.models.core.clock import NEVER, to_millis
from partnerdesk.models.core.errors import FilterError
from partnerdesk.models.core.text import did_you_mean, fold
from partnerdesk.models.database.sql import NOTHING, Sql, joined
from partnerdesk.models.languages import _
from partnerdesk.models.lists.filter_lexer import words_of
from partnerdesk.models.lists.filter_sql import needs_scan, stored_choices, term_condition
from partnerdesk.models.lists.filter_term import Term
from partnerdesk.models.lists.spec import MOMENTS, Column, Kind, ListSpec
from partnerdesk.models.values.identifiers import may_be_part

if TYPE_CHECKING:
    from partnerdesk.models.lists.filter_lexer import Word

_AGE = re.compile(r"^(\d{1,6})(min|h|d|w|m|y)$")
AGE_UNITS = {
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "m": timedelta(days=30),
    "y": timedelta(days=365),
}
_OPERATORS = (":", "<", ">", "=", "<=", ">=")
CODE_LENGTH = 2
"""Letters of a country code (ISO 3166-1 alpha-2); a longer value is a name."""
_NUMBER = re.compile(r"^[0-9]{1,18}$")
_DATE = re.compile(r"^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?$")
_DATE_WITH_DOTS = re.compile(r"^(?:(\d{1,2})\.)?(\d{1,2})\.(\d{4})$")
"""A day or a month in the form that lists show in Russian and German."""
MOST_WORDS = 200
"""Maximum words of a filter: databases limit the depth of a condition."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A parsed filter: alternatives, each a list of terms that must all hold."""

    text: str = ""
    """The text as it was typed."""
    alternatives: tuple[tuple[Term, ...], ...] = ()

    def condition(self, spec: ListSpec) -> Sql:
        """Return the SQL condition over `spec`; empty if every row passes."""
        options = [
            joined(" AND ", [term_condition(term, spec) for term in terms])
            for terms in self.alternatives
            if terms
        ]
        if not options:
            return NOTHING
        either = joined(" OR ", [Sql(f"({option.text})", option.values) for option in options])
        return Sql(f"({either.text})", either.values)

    def terms(self) -> list[Term]:
        """Return the terms of all alternatives."""
        return [term for terms in self.alternatives for term in terms]

    def narrows(self, other: Filter) -> bool:
        """Say whether every row that passes this filter certainly passes `other`.

        That is so while a person types on: each term of `other` is also a term here, or a part of
        one. False if unsure.
        """
        if len(self.alternatives) != 1 or len(other.alternatives) != 1:
            return False
        return all(
            any(_narrows(own, wider) for own in self.alternatives[0])
            for wider in other.alternatives[0]
        )

    def needs_scan(self, spec: ListSpec) -> bool:
        """Say whether no index can find the rows of some alternative."""
        return any(all(needs_scan(term, spec) for term in terms) for terms in self.alternatives)


def _narrows(term: Term, wider: Term) -> bool:
    if term == wider:
        return True
    words = not (term.field or term.negated or wider.field or wider.negated)
    # A word that may be a part of a GUID can match more rows when it grows longer.
    return words and wider.text in term.text and not may_be_part(term.text)


NO_FILTER = Filter()
"""The filter that every row passes."""


def parse(text: str, spec: ListSpec, at: datetime) -> Filter:
    """Parse a typed filter; `at` is the moment that ages are counted from.

    Raises:
        FilterError: a part cannot be parsed; the message names the part, and what is right.
    """
    alternatives: list[list[Term]] = [[]]
    for number, word in enumerate(words_of(text), 1):
        if number > MOST_WORDS:
            raise FilterError(
                _("The filter has more than {count} words.").format(count=MOST_WORDS),
                _("Save it as several views, or mark what each of several filters finds."),
            )
        if not word.closed:
            raise FilterError(_("A quote is not closed."))
        if word.is_or:
            if not alternatives[-1]:
                raise FilterError(_("There is nothing before `or`."))
            alternatives.append([])
            continue
        term = _term(word, spec, at)
        if term.field or term.text:  # empty if only accents or invisible marks were typed
            alternatives[-1].append(term)
    if len(alternatives) > 1 and not alternatives[-1]:
        raise FilterError(_("There is nothing after `or`."))
    return Filter(text, tuple(tuple(terms) for terms in alternatives if terms))


def _term(word: Word, spec: ListSpec, at: datetime) -> Term:
    value, negated = word.value, word.negated
    if not word.field:
        if value is None:
            value, negated = "-", False
        if not word.quoted and value in _OPERATORS:
            raise FilterError(
                _("{sign} stands alone.").format(sign=value),
                _(
                    'Write a field with its value without blanks: seen>30d. "{sign}" in quotes is '
                    "looked for."
                ).format(sign=value),
            )
        return Term(fold(value), negated=negated)
    column = column_called(word.field, spec)
    if value is None:
        raise FilterError(
            _('{field} needs a value; {field}:"" finds the empty ones.').format(field=column.name)
        )
    operator = ":" if word.operator == "=" else word.operator
    if column.kind in MOMENTS:
        return _moment_term(column, operator, value, negated=negated, at=at)
    if column.kind is Kind.NUMBER:
        return _number_term(column, operator, value, negated=negated)
    if operator != ":":
        raise FilterError(
            _("{field} has no order; write {field}:{value}.").format(field=column.name, value=value)
        )
    if column.kind is Kind.CHOICE and value:
        stored_choices(column, value)
    if column.kind is Kind.CODE and len(value) > CODE_LENGTH:
        value = _code(value)
    return Term(value, column.name, negated=negated)


def _code(name: str) -> str:
    """Return the code of the country called `name`; raise FilterError if there is none."""
    from partnerdesk.models.values.countries import country_code

    code = country_code(name, any_language=False)
    if code is None:
        raise FilterError(
            _("{value} is the name of no country.").format(value=name),
            _("Write its code of two letters, or its whole name."),
        )
    return code


def column_called(word: str, spec: ListSpec) -> Column:
    """Return the column that `word` names in a filter.

    Raises:
        FilterError: there is none; the message names a similar column, or all of them.
    """
    known = {name: column for column in spec.columns for name in (column.name, *column.aliases)}
    wanted = word.lower()
    if wanted in known:
        return known[wanted]
    near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.5)
    names = ", ".join(column.name for column in spec.columns)
    raise FilterError(
        _("There is no field {field}.").format(field=word),
        did_you_mean(near[0]) if near else _("Fields: {names}.").format(names=names),
    )


def _moment_term(column: Column, operator: str, value: str, *, negated: bool, at: datetime) -> Term:
    word = value.lower()
    if word in ("never", "") and operator == ":":
        return Term("never", column.name, ":", negated)
    if word in ("today", "month", "this-month"):
        word = f"{at:%Y-%m-%d}" if word == "today" else f"{at:%Y-%m}"
    if match := _AGE.match(word):
        try:
            moment = to_millis(at - int(match[1]) * AGE_UNITS[match[2]])
        except OverflowError:
            moment = 0
        if column.kind is Kind.DEADLINE:
            return _deadline_term(column, operator, value, match, negated=negated, at=at)
        # "Younger than 30 days" means a moment later than 30 days ago.
        inverted = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", ":": ">="}[operator]
        return Term(value, column.name, inverted, negated, moment, moment)
    if match := _DATE_WITH_DOTS.match(word):
        day, month, year = match.groups()
        word = "-".join(filter(None, [year, month, day]))
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
    """Parse the time left: `ends<30d` leaves out past deadlines, `ends<0d` finds them."""
    present = to_millis(at)
    try:
        ahead = to_millis(at + int(match[1]) * AGE_UNITS[match[2]])
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
