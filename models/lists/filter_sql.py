"""Turns the terms of a filter into SQL conditions. Typed text is always a bound value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import FilterError
from partnerdesk.models.core.text import fold
from partnerdesk.models.database.sql import Sql, folded, joined
from partnerdesk.models.languages import _
from partnerdesk.models.lists.spec import MOMENTS, TAG_MARK, Column, Kind
from partnerdesk.models.values.identifiers import is_anywhere, may_be_part

if TYPE_CHECKING:
    from partnerdesk.models.lists.filter_term import Term
    from partnerdesk.models.lists.spec import ListSpec, Lookup

EMPTY = "''"
"""The SQL of an empty text."""


def stored_choices(column: Column, value: str) -> list[str]:
    """Return the stored values that `value` names, or else those whose names begin with it.

    A name is the stored value itself or its title in the language in use.

    Raises:
        FilterError: no choice is called so.
    """
    wanted = fold(value)
    choices = column.choices or {}
    names = {stored: (fold(stored), fold(_(title))) for stored, title in choices.items()}
    found = [stored for stored, pair in names.items() if wanted in pair] or [
        stored for stored, pair in names.items() if any(name.startswith(wanted) for name in pair)
    ]
    if not found:
        raise FilterError(
            _("{field} is never {value}.").format(field=column.name, value=value),
            _("Known values: {values}.").format(values=", ".join(choices)),
        )
    return found


def needs_scan(term: Term, spec: ListSpec) -> bool:
    """Say whether no sort index can find the rows of a term."""
    return (
        term.negated
        or not term.field
        or not spec.column(term.field).sort
        or (spec.column(term.field).kind in (Kind.TEXT, Kind.TAGS))
    )


def is_range(term: Term, column: Column) -> bool:
    """Say whether the rows of a term are contiguous when sorted by `column`."""
    if term.field != column.name or term.negated or not column.sort:
        return False
    if column.kind is Kind.CHOICE:
        return len(stored_choices(column, term.text)) == 1 if term.text else True
    return column.kind in (Kind.CODE, Kind.NUMBER, *MOMENTS)


def term_condition(term: Term, spec: ListSpec) -> Sql:
    """Return the SQL condition of one term over `spec`."""
    condition = _positive(term, spec)
    return Sql(f"NOT ({condition.text})", condition.values) if term.negated else condition


def _positive(term: Term, spec: ListSpec) -> Sql:
    if not term.field:
        return _word_condition(term.text, spec)
    column = spec.column(term.field)
    match column.kind:
        case Kind.AGE | Kind.DATE | Kind.MOMENT | Kind.DEADLINE | Kind.NUMBER:
            return _range_condition(column, term)
        case Kind.CHOICE:
            return _choice_condition(column, term)
        case Kind.CODE:
            return Sql(f"{column.field} = ?", (term.text.upper(),))
        case Kind.TAGS:
            return _tag_condition(column, term, spec)
        case _:
            return _text_condition(column, term, spec)


def _choice_condition(column: Column, term: Term) -> Sql:
    values = stored_choices(column, term.text) if term.text else [""]
    marks = ", ".join("?" * len(values))
    condition = f"{column.field} IN ({marks})"
    implied = (column.implies or {}).get(values[0])
    if implied and len(values) == 1:
        condition = f"({implied} AND {condition})"
    return Sql(condition, tuple(values))


def _word_condition(word: str, spec: ListSpec) -> Sql:
    options = [contains(spec.words, word)]
    if joins := spec.joined_words:
        inner = contains(joins.words, word)
        found = f"{joins.of} IN (SELECT {joins.key} FROM {joins.table} WHERE {inner.text})"  # noqa: S608
        options.append(Sql(found, inner.values))
    if may_be_part(word):
        pattern = f"%{word}%" if is_anywhere(word) else f"{word}%"
        options += [
            Sql(f"{column.folded} LIKE ?", (pattern,))
            for column in spec.columns
            if column.is_identifier
        ]
    either = joined(" OR ", options)
    return Sql(f"({either.text})", either.values)


def _lookup_condition(lookup: Lookup, term: Term) -> Sql:
    """Return the condition that few records fulfil, so no row's own record is looked at."""
    if not term.text:
        return Sql(f"NOT ({lookup.rows_with(f'({lookup.value}) <> {EMPTY}')})")
    condition = contains(folded(lookup.value), fold(term.text))
    return Sql(lookup.rows_with(condition.text), condition.values)


def _text_condition(column: Column, term: Term, spec: ListSpec) -> Sql:
    if column.lookup is not None:
        return _lookup_condition(column.lookup, term)
    if not term.text:
        return Sql(f"coalesce({column.field}, '') = ''")
    condition = _contains_text(column, term, spec)
    if column.in_words:  # redundant, but the trigram index of PostgreSQL can answer it
        condition = joined(" AND ", [condition, contains(spec.words, fold(term.text))])
        condition = Sql(f"({condition.text})", condition.values)
    if column.is_sparse:  # redundant, but allows the partial index over rows with a value
        return Sql(f"({column.field} <> '' AND {condition.text})", condition.values)
    return condition


def _contains_text(column: Column, term: Term, spec: ListSpec) -> Sql:
    if column.folded:
        return contains(column.folded, fold(term.text))
    if column.line is not None:  # the count of lines before and after lets no other match
        after = spec.lines - 1 - column.line
        pattern = "%\n" * column.line + f"%{like_literal(fold(term.text))}%" + "\n%" * after
        return Sql(f"{spec.words} LIKE ? ESCAPE '\\'", (pattern,))
    # The book has no folded copy of this column: its few values are folded as they are read.
    condition = contains(folded(column.field), fold(term.text))
    return Sql(f"coalesce({condition.text}, 1 = 0)", condition.values)


def _range_condition(column: Column, term: Term) -> Sql:
    field = column.field
    if column.kind is not Kind.NUMBER and term.text == "never":
        return Sql(f"{field} = 0")
    if column.kind is Kind.DEADLINE and term.operator in ("<", "<="):
        # A row without a deadline (0) is not before any day.
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
        case _ if term.earliest == term.latest:  # so that an index of it gives their order
            return Sql(f"{field} = ?", (term.earliest,))
        case _:
            return Sql(f"{field} BETWEEN ? AND ?", (term.earliest, term.latest))


def _tag_condition(column: Column, term: Term, spec: ListSpec) -> Sql:
    if not term.text:
        many = column.many
        if many is None:
            return Sql("1 = 0")
        return Sql(f"{spec.key} NOT IN (SELECT {many.key} FROM {many.table})")  # noqa: S608
    # Each tag has a line of its own in the searchable text, after a mark.
    wanted = like_literal(fold(term.text.removeprefix(TAG_MARK)))
    return Sql(f"{spec.words} LIKE ? ESCAPE '\\'", (f"%\n{TAG_MARK}{wanted}%",))


def contains(expression: str, text: str) -> Sql:
    """Return the condition that the SQL `expression` contains `text`, which is folded."""
    return Sql(f"{expression} LIKE ? ESCAPE '\\'", (f"%{like_literal(text)}%",))


def like_literal(text: str) -> str:
    r"""Return `text` with the special characters of LIKE (`%`, `_`, `\`) escaped."""
    return re.sub(r"([%_\\])", r"\\\1", text)
