"""Finds possible duplicates: customers of the book who may be the company that a person adds.

A company with a tenant is invited, never added (`reference/rules.md §3`, step 0).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from partnerdesk.models.core.text import fold, shown
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.customers.form.names import core_name
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from partnerdesk.models.customers.form.fields import FormContext, Values
    from partnerdesk.models.database.connection import Connection

ALIKE = 88
"""Minimum similarity of two names, 0 to 100 (`rapidfuzz.fuzz.ratio`)."""
COMPARED = 1000
"""Maximum number of customers whose names are compared."""
SHOWN = 3
"""Maximum number of duplicates returned."""
_STEM = 4
"""How many first letters a name must share with a stored one to be compared with it."""
_FORMS_BEFORE = (
    "ооо, оао, зао, пао, ао, нао, ип, чп, уп, чуп, одо, соо, сооо, тоо, осоо, чао, пат, прат, ат, "
    "тов, фоп, пп, дп, гуп, муп, фгуп, ано, ooo, oao, zao, pao, too, pt, cv, cong ty tnhh, "
    "cong ty co phan, общество с ограниченной ответственностью, акционерное общество, "
    "публичное акционерное общество, закрытое акционерное общество, "
    "открытое акционерное общество, индивидуальный предприниматель, "
    "товарищество с ограниченной ответственностью, товариство з обмеженою відповідальністю"
)
"""Legal forms that stand before the name of a company."""
_QUOTES = ("", '"', "«", "“", "„")
SOURCE = "rules.md §3, step 0"


class Likeness(StrEnum):
    """What a possible duplicate has in common with the new customer."""

    DOMAIN = "domain"
    REGISTRATION_NUMBER = "registration_number"
    NAME = "name"


_FIELDS = {
    Likeness.DOMAIN: FormField.DOMAIN_PREFIX,
    Likeness.REGISTRATION_NUMBER: FormField.REGISTRATION_NUMBER,
    Likeness.NAME: FormField.COMPANY_NAME,
}
"""The form field that each reason is about."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A customer of the book who may be the company that a person adds."""

    customer_id: int
    company_name: str
    primary_domain: str
    account_id: int
    likeness: Likeness
    ended: bool
    """Whether the relationship has ended; an invitation can restore it."""

    def reason(self) -> Reason:
        """Return the reason for the plan: the same domain refuses, a name or number warns."""
        names = {"company": shown(self.company_name)[:60], "domain": shown(self.primary_domain)}
        match self.likeness:
            case Likeness.DOMAIN:
                code = "domain.in-book"
                text = _(
                    "{domain} is in the book already: {company} has it. "
                    "An existing tenant is never added: open that customer, or invite it."
                )
            case Likeness.REGISTRATION_NUMBER:
                code = "registration-number.in-book"
                text = _("{company} ({domain}) has this registration number. Is it the same one?")
            case Likeness.NAME:
                code = "company-name.in-book"
                text = _("{company} ({domain}) is nearly the same name. Is it the same one?")
        field, refuses = _FIELDS[self.likeness].value, self.likeness is Likeness.DOMAIN
        return Reason(code, text.format(**names), field, SOURCE, refuses=refuses)


def find_duplicates(
    connection: Connection, account_id: int, values: Values, at: FormContext
) -> list[Duplicate]:
    """Return the possible duplicates of the customer in `values`, the surest first.

    The domain is searched in the whole book, because only one tenant can have it; number and name
    are searched in the account. Customers with an ended relationship are included, because their
    tenants still exist.
    """
    duplicates: dict[int, Duplicate] = {}
    for duplicate in chain(
        _by_domain(connection, values, at),
        _by_number(connection, account_id, values),
        _by_name(connection, account_id, values),
    ):
        duplicates.setdefault(duplicate.customer_id, duplicate)
        if len(duplicates) >= SHOWN:
            break
    return list(duplicates.values())


def domain_of(values: Values, at: FormContext) -> str:
    """Return the primary domain of the form: prefix and cloud suffix; empty without a prefix."""
    prefix = values.get(FormField.DOMAIN_PREFIX, "").strip().lower()
    return f"{prefix}.{at.cloud.domain_suffix}" if prefix else ""


_COLUMNS = "c.id, c.company_name, c.primary_domain, c.account_id, c.ended_at"


def _duplicate(row: Sequence[Any], likeness: Likeness) -> Duplicate:
    id, name, domain, account, ended = row[:5]
    return Duplicate(id, name, domain, account, likeness, bool(ended))


def _by_domain(connection: Connection, values: Values, at: FormContext) -> Iterator[Duplicate]:
    domain = domain_of(values, at)
    if not _searchable(domain):
        return
    for row in connection.rows(
        f"SELECT {_COLUMNS} FROM customers AS c "  # noqa: S608 - fixed names
        "WHERE c.account_id IN (SELECT id FROM partner_accounts) AND c.primary_domain = ? "
        "LIMIT ?",
        (domain, SHOWN),
    ):
        yield _duplicate(row, Likeness.DOMAIN)


def _by_number(connection: Connection, account_id: int, values: Values) -> Iterator[Duplicate]:
    typed = values.get(FormField.REGISTRATION_NUMBER, "").strip()
    if not _searchable(typed):
        return
    country = _country(values)
    bare = "".join(letter for letter in typed if letter.isalnum())
    for *row, theirs in connection.rows(
        # CROSS JOIN: SQLite looks up the number first, instead of all customers of the account.
        f"SELECT {_COLUMNS}, c.country FROM company_profiles AS p "  # noqa: S608 - fixed names
        "CROSS JOIN customers AS c WHERE c.id = p.customer_id "
        "AND p.organization_registration_number IN (?, ?) AND c.account_id = ? LIMIT 20",
        (typed, bare, account_id),
    ):
        if theirs in ("", country):
            yield _duplicate(row, Likeness.REGISTRATION_NUMBER)


def _by_name(connection: Connection, account_id: int, values: Values) -> Iterator[Duplicate]:
    from rapidfuzz.fuzz import ratio

    name = values.get(FormField.COMPANY_NAME, "").strip()
    core = core_name(name) if _searchable(name) else ""
    if len(core) < 2:
        return
    begins = _beginnings(name, core)
    bounds = [bound for begin in begins for bound in (begin, begin + "\U0010ffff")]
    rows = connection.rows(
        f"WITH b (low, high) AS (VALUES {', '.join(['(?, ?)'] * len(begins))}) "  # noqa: S608
        f"SELECT {_COLUMNS}, c.country FROM b CROSS JOIN customers AS c "
        "WHERE c.account_id = ? AND c.company_sort >= b.low AND c.company_sort < b.high LIMIT ?",
        (*bounds, account_id, COMPARED),
    )
    scored: list[tuple[float, Duplicate]] = []
    country = _country(values)
    for *row, theirs in rows:
        if theirs not in ("", country):
            continue
        if score := ratio(core, _core(row[1]), score_cutoff=ALIKE):
            scored.append((score, _duplicate(row, Likeness.NAME)))
    yield from (duplicate for _score, duplicate in sorted(scored, key=lambda pair: -pair[0]))


def _beginnings(name: str, core: str) -> list[str]:
    """Return the beginnings of similar stored names: `рома`, `ооо «рома`, `ооо фирма рома`.

    The beginning of the name itself, up to its stem, comes first.
    """
    stem, whole = core[:_STEM], fold(name)
    place = whole.find(stem)
    own = whole[: place + _STEM] if place > 0 else stem
    behind = (f"{form} {quote}{stem}" for form in _forms_before() for quote in _QUOTES)
    return list(dict.fromkeys((own, *(quote + stem for quote in _QUOTES), *behind)))


@cache
def _forms_before() -> list[str]:
    return fold(_FORMS_BEFORE).split(", ")


@lru_cache(maxsize=50_000)
def _core(name: str) -> str:
    """Return the core of a stored name; cached, because the rows of a file meet the same names."""
    return core_name(name)


def _country(values: Values) -> str:
    from partnerdesk.models.values.countries import country_code

    text = values.get(FormField.COUNTRY, "").strip()
    return country_code(text) or ""


def _searchable(text: str) -> bool:
    """Say whether a database can search for a text: not empty, short, no unsafe characters."""
    return bool(text) and len(text) <= 400 and shown(text) == text
