"""Reads the indirect resellers of a provider's account, where the cloud and the kind allow it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.core.text import without_nul
from partnerdesk.models.relationships.told_partners import ToldPartner
from partnerdesk.models.values.identifiers import guid
from partnerdesk.partnercenter.wire.customers import PartnerRelationship

if TYPE_CHECKING:
    from partnerdesk.partnercenter.client import PartnerCenter

_OF_RESELLERS = "IsIndirectCloudSolutionProviderOf"
"""What the calling partner is to those it asks for."""
LONGEST = 256
"""How many characters of a field of an answer the book takes."""


def read_resellers(client: PartnerCenter) -> list[ToldPartner]:
    """Return the indirect resellers of the client's account.

    Raises: the errors of `PartnerCenter.pages`; a `RefusedError` where the account may not ask.
    """
    pages = client.pages("list_partners", query={"relationship_type": _OF_RESELLERS})
    told = (_told(item) for page in pages for item in page.items)
    return [one for one in told if one is not None]


def _told(item: object) -> ToldPartner | None:
    told = PartnerRelationship.of(item)
    id, name = guid(told.id), " ".join(_text(told.name).split())
    if id is None or not name:
        return None
    return ToldPartner(id, name, _text(told.mpn_id), _text(told.location).upper()[:2])


def _text(value: str) -> str:
    return without_nul(value)[:LONGEST].strip()
