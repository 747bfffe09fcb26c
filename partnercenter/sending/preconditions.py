"""What is active with a customer, read live: it has to end before the relationship can."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from partnerdesk.models.core.text import shown
from partnerdesk.models.relationships.end import NONE_LEFT, SOME_LEFT, Obstacle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partnerdesk.partnercenter.client import PartnerCenter

_OVER = ("suspended", "deleted", "expired", "disabled", "none")
"""The statuses of subscriptions that are over; any other, even an unknown one, is in the way."""
_KINDS = (("reserv", Obstacle.RESERVATIONS), ("software", Obstacle.SOFTWARE))
"""A part of a product type or name that shows what kind of purchase a subscription is."""


@dataclass(frozen=True, slots=True)
class ActiveSubscription:
    """A subscription that stands in the way of an ending."""

    name: str
    status: str
    obstacle: Obstacle
    """The point of the checklist that it belongs to."""


def active_subscriptions(client: PartnerCenter, microsoft_id: str) -> list[ActiveSubscription]:
    """Read the subscriptions of a customer that are not over.

    Raises: the errors of `PartnerCenter.pages`.
    """
    pages = client.pages("list_subscriptions", {"customer_id": microsoft_id})
    return [one for page in pages for item in page.items for one in _active(item)]


def read_findings(client: PartnerCenter, microsoft_id: str) -> dict[Obstacle, str]:
    """Return what Partner Center knows of each obstacle, as a person would have typed it.

    Reservations and software are known only where a subscription names them: an obstacle of these
    that no subscription shows is left out, so that the checklist still asks for it.

    Raises: the errors of `PartnerCenter.pages`.
    """
    active = {one.obstacle for one in active_subscriptions(client, microsoft_id)}
    findings = {obstacle: SOME_LEFT for obstacle in Obstacle if obstacle in active}
    findings.setdefault(Obstacle.SUBSCRIPTIONS, NONE_LEFT)
    return findings


def _active(item: Any) -> Iterator[ActiveSubscription]:
    if not isinstance(item, dict):
        return
    status = str(item.get("status", "")).strip().lower()
    if status in _OVER:
        return
    kind = item.get("productType")
    texts = [item.get("offerName"), item.get("friendlyName"), item.get("contractType")]
    texts += list(kind.values()) if isinstance(kind, dict) else [kind]
    words = " ".join(str(text) for text in texts if text).lower()
    obstacle = next((one for part, one in _KINDS if part in words), Obstacle.SUBSCRIPTIONS)
    name = str(item.get("friendlyName") or item.get("offerName") or item.get("id") or "")
    yield ActiveSubscription(shown(name)[:80], shown(status)[:40], obstacle)
