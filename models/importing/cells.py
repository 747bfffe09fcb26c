"""What a cell of an imported file says: the value as the book keeps it, or why it cannot be one."""

from __future__ import annotations

import re
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import UsageError
from partnerdesk.models.customers.entities import RELATIONSHIP_TITLES, Relationship
from partnerdesk.models.customers.tags_and_notes import parse_tags
from partnerdesk.models.importing.fields import ImportField, key
from partnerdesk.models.importing.words import import_words
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.values.countries import country_code, likely_code
from partnerdesk.models.values.domains import domain_name
from partnerdesk.models.values.fields import no_country
from partnerdesk.models.values.identifiers import guid

if TYPE_CHECKING:
    from collections.abc import Callable

TAG_SEPARATOR = "\n"
"""Stands between a customer's tags, sorted, where they are handled as one text."""

_LIMITS = {
    ImportField.COMPANY_NAME: 256,
    ImportField.FIRST_NAME: 50,
    ImportField.LAST_NAME: 50,
    ImportField.ADDRESS_LINE1: 200,
    ImportField.ADDRESS_LINE2: 200,
}
"""Characters at most (`reference/resources.md`, *Address*); 256 where nothing is said."""
_LIMIT = 256

_BETWEEN_WORDS = re.compile(r"[,;/|\n]")

_ORDER = (
    Relationship.RESELLER,
    Relationship.ADVISOR,
    Relationship.SYNDICATION,
    Relationship.MICROSOFT_SUPPORT,
    Relationship.NONE,
    Relationship.UNKNOWN,
)
"""Which relationship counts where a cell names several."""


class UnfitError(ValueError):
    """A cell that cannot be the field's value; its text is the reason, for the person."""

    def __init__(self, text: str, *, is_sentence: bool = False) -> None:
        super().__init__(text)
        self.is_sentence = is_sentence
        """Whether the text names the value itself; else it goes on behind field and value."""


def relationship_words() -> dict[str, Relationship]:
    """Return what relationship each word of any language means, by its key."""
    words: dict[str, Relationship] = {}
    for relationship in reversed(_ORDER):
        title = RELATIONSHIP_TITLES[relationship]
        known = (said.relationships.get(relationship, ()) for said in import_words())
        for word in (relationship, title, _(title), *chain.from_iterable(known)):
            words[key(word)] = relationship
    return words


def relationship_in(text: str, words: dict[str, Relationship]) -> Relationship | None:
    """Return the relationship that a cell names; of several the strongest, None for none known."""
    meant = {words.get(key(part)) for part in (text, *_BETWEEN_WORDS.split(text))}
    return next((relationship for relationship in _ORDER if relationship in meant), None)


class CellReader:
    """Reads the cells of one import."""

    def __init__(self) -> None:
        self._words = relationship_words()
        self._relationships: dict[str, str] = {}
        self._readers: dict[ImportField, Callable[[str], str]] = {
            ImportField.MICROSOFT_ID: _microsoft_id,
            ImportField.PRIMARY_DOMAIN: _primary_domain,
            ImportField.RELATIONSHIP: self._relationship,
            ImportField.COUNTRY: cache(_country),
            ImportField.TAGS: _tags,
        }

    def read(self, field: ImportField, text: str) -> str:
        """Return the value that a cell with something in it gives a field.

        Tags come sorted, with `TAG_SEPARATOR` between them; a relationship by its REST name.

        Raises:
            UnfitError: it cannot be that field's value.
        """
        reader = self._readers.get(field)
        if reader:
            return reader(text)
        limit = _LIMITS.get(field, _LIMIT)
        if len(text) > limit:
            raise UnfitError(too_long(limit))
        return text

    def _relationship(self, text: str) -> str:
        if text not in self._relationships:
            found = relationship_in(text, self._words)
            if found is None:
                raise UnfitError(
                    _("is no relationship that is known; write one of {words}").format(
                        words=", ".join(_ORDER)
                    )
                )
            self._relationships[text] = found.value
        return self._relationships[text]


def too_long(limit: int) -> str:
    """Return the reason for refusing a text longer than `limit` characters."""
    return ngettext("is longer than {count} character", "is longer than {count} characters", limit)


def _microsoft_id(text: str) -> str:
    found = guid(text)
    if found is None:
        raise UnfitError(_("is no GUID such as 1f6b7b0e-52d1-4a0c-8d5d-3c6f0f8c2a11"))
    return found


def _primary_domain(text: str) -> str:
    found = domain_name(text)
    if found is None:
        raise UnfitError(_("is no domain such as contoso.onmicrosoft.com"))
    return found


def _country(text: str) -> str:
    code = country_code(text)
    if code is None:
        raise UnfitError(no_country(text, likely_code(text)), is_sentence=True)
    return code


def _tags(text: str) -> str:
    try:
        return TAG_SEPARATOR.join(sorted(parse_tags(text)))
    except UsageError as error:
        raise UnfitError(error.message) from error
