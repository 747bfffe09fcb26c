"""Converts a cell of an imported file of customers into the value that the book stores."""

from __future__ import annotations

import re
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import UsageError
from partnerdesk.models.customers.alias import LONGEST_ALIAS
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
"""Separates the sorted tags of a customer in a single text."""

_LIMITS = {
    ImportField.COMPANY_NAME: 256,
    ImportField.ALIAS: LONGEST_ALIAS,
    ImportField.FIRST_NAME: 50,
    ImportField.LAST_NAME: 50,
    ImportField.ADDRESS_LINE1: 200,
    ImportField.ADDRESS_LINE2: 200,
}
"""The greatest lengths in characters (`reference/resources.md`, *Address*)."""
_LIMIT = 256
"""The greatest length of every other field."""

_BETWEEN_WORDS = re.compile(r"[,;/|\n]")

_ORDER = (
    Relationship.RESELLER,
    Relationship.ADVISOR,
    Relationship.SYNDICATION,
    Relationship.MICROSOFT_SUPPORT,
    Relationship.NONE,
    Relationship.UNKNOWN,
)
"""The precedence of relationships: if a cell names several, the first of these counts."""


class UnfitError(ValueError):
    """A cell contains no valid value of its field; the error's text is the reason, translated."""

    def __init__(self, text: str, *, is_sentence: bool = False) -> None:
        super().__init__(text)
        self.is_sentence = is_sentence
        """Whether the text is a sentence; else it continues a text of field and value."""


def relationship_words() -> dict[str, Relationship]:
    """Return the relationship that each word of any language means, by the word's `key`."""
    words: dict[str, Relationship] = {}
    for relationship in reversed(_ORDER):
        title = RELATIONSHIP_TITLES[relationship]
        names = (language.relationships.get(relationship, ()) for language in import_words())
        for word in (relationship, title, _(title), *chain.from_iterable(names)):
            words[key(word)] = relationship
    return words


def relationship_in(text: str, words: dict[str, Relationship]) -> Relationship | None:
    """Return the relationship that a cell names, the first in `_ORDER`; None for unknown words."""
    named = {words.get(key(part)) for part in (text, *_BETWEEN_WORDS.split(text))}
    return next((relationship for relationship in _ORDER if relationship in named), None)


class CellReader:
    """Reads the cells of one import; it remembers countries and relationships it has read."""

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
        """Return the stored value of a field, given the text of a cell that is not empty.

        Tags are sorted and joined with `TAG_SEPARATOR`; a relationship is its REST name.

        Raises:
            UnfitError: the text is no valid value of the field.
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
    """Return the reason for refusing a text of more than `limit` characters, without a subject."""
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
