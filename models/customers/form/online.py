"""What of a form Partner Center is asked about while a person types: the domain and the address."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from partnerdesk.models.customers.form.fields import FormField

if TYPE_CHECKING:
    from collections.abc import Container

    from partnerdesk.models.customers.form.fields import Values

_ADDRESS = (
    FormField.ADDRESS_LINE1,
    FormField.ADDRESS_LINE2,
    FormField.CITY,
    FormField.STATE,
    FormField.POSTAL_CODE,
    FormField.COUNTRY,
)
_NEEDED = (FormField.ADDRESS_LINE1, FormField.CITY, FormField.COUNTRY)


class OnlineQuestion(NamedTuple):
    """A domain and an address to ask about; an empty one is not asked."""

    domain: str
    address: tuple[tuple[str, str], ...]
    """The columns of the book with their values."""


def online_question(domain: str, values: Values, wrong: Container[str]) -> OnlineQuestion:
    """Return what to ask about a form.

    Args:
        domain: the whole domain; empty if there is none yet.
        values: the values of the form.
        wrong: the fields that the rules object to: they are not asked about.
    """
    typed = {field: values.get(field, "").strip() for field in _ADDRESS}
    is_whole = all(typed[field] for field in _NEEDED) and not any(one in wrong for one in _ADDRESS)
    address = tuple((field.value, text) for field, text in typed.items() if text)
    asks_domain = bool(values.get(FormField.DOMAIN_PREFIX)) and FormField.DOMAIN_PREFIX not in wrong
    return OnlineQuestion(domain if asks_domain else "", address if is_whole else ())
