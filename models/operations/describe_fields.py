"""Describes changed fields for a person: their titles, old values and new values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.changes.history import as_object
from partnerdesk.models.core.clock import NEVER, date_text, moment_text
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.operations.registry import ASKED_TITLES, CHOICES, SPOKEN
from partnerdesk.models.values.countries import country_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.changes.history import Change

_AS_IN_THE_FORM = {
    "city": FormField.CITY,
    "state": FormField.STATE,
    "postal_code": FormField.POSTAL_CODE,
    "organization_registration_number": FormField.REGISTRATION_NUMBER,
    FormField.REGISTRATION_NUMBER.value: FormField.REGISTRATION_NUMBER,
}
"""Fields whose titles differ by country, such as ZIP code and EIN."""


_MOMENTS = ("_at", "_agreed", "_time", "_date", "_until")
"""The endings of the names of moments."""


def change_lines(entry: Change) -> list[str]:
    """Return the lines that describe an entry of the history, such as `Country: DE → AT`."""
    return field_lines(as_object(entry.before), as_object(entry.after))


def field_lines(
    before: Mapping[str, object], after: Mapping[str, object], country: str = ""
) -> list[str]:
    """Return a line for each field in `before` or `after`.

    A field only in `after` belongs to a new record; it gets no line if it is empty.

    Args:
        before: the old values in JSON form, by the fields' names in the history.
        after: the new values.
        country: the ISO code of the country whose titles are used, if no value names a country.
    """
    lines = []
    country = str(after.get("country") or before.get("country") or country)
    for name in dict.fromkeys([*before, *after]):
        title = field_title(name, country)
        new = value_text(name, after.get(name), country)
        if name in before:
            old = value_text(name, before.get(name), str(before.get("country") or country))
            lines.append(f"{title}: {old} → {new}")
        elif after.get(name) not in (None, ""):
            lines.append(f"{title}: {new}")
    return lines


def field_title(name: str, country: str = "") -> str:
    """Return the title of a field; with `country` the title in that country's address form."""
    field = _AS_IN_THE_FORM.get(name)
    if field is None or not country:
        return _(ASKED_TITLES.get(name, name))
    from partnerdesk.models.customers.form.questions import label_of

    return label_of(field, country)


def value_text(name: str, value: object, country: str = "") -> str:
    """Return a field's value as a person reads it; `–` for an empty value.

    With `country`, a state or province in another script is shown in Latin letters, too.
    """
    if value in (None, "", []):
        return "–"
    if name == "body":
        return ngettext("{count} line", "{count} lines", str(value).count("\n") + 1)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    text = str(value)
    if choice := CHOICES.get(name, {}).get(text):
        return _(choice)
    if spoken := SPOKEN.get(name):
        return spoken(text) or text
    if name == "country":
        return country_name(text)
    if name == "state" and country:
        from partnerdesk.models.customers.form.written_address import state_text

        return state_text(country, text)
    if name.endswith(_MOMENTS) or name == "since":
        return _moment(text)
    return text


def _moment(text: str) -> str:
    from datetime import datetime

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.year == NEVER.year:
        return "–"
    at_midnight = not (moment.hour or moment.minute or moment.second)
    return date_text(moment) if at_midnight else moment_text(moment)
