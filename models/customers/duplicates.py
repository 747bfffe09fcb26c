"""Finds customers of the book who seem to be the one that somebody is about to add.

A company that has a tenant already is never added, but invited (`reference/rules.md §3`, step 0).
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
"""How much of two names must agree, in hundredths (`rapidfuzz`), to be nearly the same."""
COMPARED = 1000
"""Customers at most whose names are compared."""
SHOWN = 3
_STEM = 4
"""Letters of the name with which a customer's name must begin to be compared."""
_FORMS_BEFORE = (
    "ооо, оао, зао, пао, ао, нао, ип, чп, уп, чуп, одо, соо, сооо, тоо, осоо, чао, пат, прат, ат, "
    "тов, фоп, пп, дп, гуп, муп, фгуп, ано, ooo, oao, zao, pao, too, pt, cv, cong ty tnhh, "
    "cong ty co phan, общество с ограниченной ответственностью, акционерное общество, "
    "публичное акционерное общество, закрытое акционерное общество, "
    "открытое акционерное общество, индивидуальный предприниматель, "
    "товарищество с ограниченной ответственностью, товариство з обмеженою відповідальністю"
)
"""Legal forms that stand before a name, which itself begins behind them."""
_QUOTES = ("", '"', "«", "“", "„")
SOURCE = "rules.md §3, step 0"


class Likeness(StrEnum):
    """In what a customer is like the new one."""

    DOMAIN = "domain"
    REGISTRATION_NUMBER = "registration_number"
    NAME = "name"


_FIELDS = {
    Likeness.DOMAIN: FormField.DOMAIN_PREFIX,
    Likeness.REGISTRATION_NUMBER: FormField.REGISTRATION_NUMBER,
    Likeness.NAME: FormField.COMPANY_NAME,
}
"""The field of the form that shows each likeness."""


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A customer who may be the one that is being added."""

    customer_id: int
    company_name: str
    primary_domain: str
    account_id: int
    likeness: Likeness
    ended: bool
    """Whether the relationship has ended; then it can come back by an invitation."""

    def reason(self) -> Reason:
        """Return what to say about it: a domain that is taken refuses, the others warn."""
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
        return Reason(
            code, text.format(**names), _FIELDS[self.likeness].value, SOURCE,
            refuses=self.likeness is Likeness.DOMAIN,
        )  # fmt: skip


def find_look_alikes(
    connection: Connection, account_id: int, values: Values, at: FormContext
) -> list[LookAlike]:
    """Return the customers who seem to be the one that `values` describe, the surest first.

    A domain is looked for in the whole book, since it can be only one tenant's; the other two
    likenesses in the account. Customers whose relationship has ended count too: their tenant is
    there still.
    """
    found: dict[int, LookAlike] = {}
    for like in chain(
        _by_domain(connection, values, at),
        _by_number(connection, account_id, values),
        _by_name(connection, account_id, values),
    ):
        found.setdefault(like.customer_id, like)
        if len(found) >= SHOWN:
            break
    return list(found.values())


def domain_of(values: Values, at: FormContext) -> str:
    """Return the primary domain that the form describes, empty while it has no prefix."""
    prefix = values.get(FormField.DOMAIN_PREFIX, "").strip().lower()
    return f"{prefix}.{at.cloud.domain_suffix}" if prefix else ""


_COLUMNS = "c.id, c.company_name, c.primary_domain, c.account_id, c.ended_at"


def _look_alike(row: Sequence[Any], likeness: Likeness) -> LookAlike:
    id, name, domain, account, ended = row[:5]
    return LookAlike(id, name, domain, account, likeness, bool(ended))


def _by_domain(connection: Connection, values: Values, at: FormContext) -> Iterator[LookAlike]:
    domain = domain_of(values, at)
    if not _searchable(domain):
        return
    for row in connection.rows(
        f"SELECT {_COLUMNS} FROM customers AS c "  # noqa: S608 - fixed names
        "WHERE c.account_id IN (SELECT id FROM partner_accounts) AND c.primary_domain = ? "
        "LIMIT ?",
        (domain, SHOWN),
    ):
        yield _look_alike(row, Likeness.DOMAIN)


def _by_number(connection: Connection, account_id: int, values: Values) -> Iterator[LookAlike]:
    typed = values.get(FormField.REGISTRATION_NUMBER, "").strip()
    if not _searchable(typed):
        return
    country = _country(values)
    bare = "".join(letter for letter in typed if letter.isalnum())
    for *row, theirs in connection.rows(
        # CROSS JOIN: SQLite then begins with the number, not with all customers of the account.
        f"SELECT {_COLUMNS}, c.country FROM company_profiles AS p "  # noqa: S608 - fixed names
        "CROSS JOIN customers AS c WHERE c.id = p.customer_id "
        "AND p.organization_registration_number IN (?, ?) AND c.account_id = ? LIMIT 20",
        (typed, bare, account_id),
    ):
        if theirs in ("", country):
            yield _look_alike(row, Likeness.REGISTRATION_NUMBER)


def _by_name(connection: Connection, account_id: int, values: Values) -> Iterator[LookAlike]:
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
    seen: list[tuple[float, LookAlike]] = []
    country = _country(values)
    for *row, theirs in rows:
        if theirs not in ("", country):
            continue
        if alike := ratio(core, _core(row[1]), score_cutoff=ALIKE):
            seen.append((alike, _look_alike(row, Likeness.NAME)))
    yield from (like for _alike, like in sorted(seen, key=lambda pair: -pair[0]))


def _beginnings(name: str, core: str) -> list[str]:
    """Return how a customer of nearly this name can begin: `рома`, `ооо «рома`, `ооо фирма рома`.

    The name as it is written comes first.
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
    """Return a kept name's core; a file of many customers meets the same names again and again."""
    return core_name(name)


def _country(values: Values) -> str:
    from partnerdesk.models.values.countries import country_code

    text = values.get(FormField.COUNTRY, "").strip()
    return country_code(text) or ""


def _searchable(text: str) -> bool:
    """Say whether a database can look for a text: not empty, not huge, no NUL, no half letters."""
    return bool(text) and len(text) <= 400 and shown(text) == text
