"""Calls to other systems: their channels and operations, with the titles of both.

A call names an operation and its arguments by the book's own column names. Only the sender knows
the protocol: `mailing` knows SMTP, and no room of `models` knows a protocol. A new operation needs
a member of `Operation` and a line in `OPERATIONS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from partnerdesk.models.core.stored import Titles
from partnerdesk.models.languages import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping


class Channel(StrEnum):
    """The way by which a call leaves the book."""

    MAIL = "mail"
    PARTNER_CENTER = "partner_center"


CHANNEL_TITLES: Titles[str] = Titles(
    {
        Channel.MAIL: N_("E-mail"),
        Channel.PARTNER_CENTER: N_("Partner Center"),
    }
)
"""The title of each channel, by its stored value."""


class Operation(StrEnum):
    """An operation of another system, by its name in `reference/operations.csv`."""

    SEND_LETTER = "send_letter"
    CREATE_CUSTOMER = "create_customer"
    UPDATE_BILLING_PROFILE = "update_billing_profile"
    GET_INVITATION_LINK = "get_invitation_link"
    REMOVE_RESELLER_RELATIONSHIP = "remove_reseller_relationship"
    UPDATE_SUBSCRIPTION = "update_subscription"


@dataclass(frozen=True, slots=True)
class OperationKind:
    """The channel of an operation, and how the operation is described."""

    channel: Channel
    title: str
    about: str
    """The name of the argument that identifies the subject of a call."""


OPERATIONS: dict[str, OperationKind] = {
    Operation.SEND_LETTER: OperationKind(Channel.MAIL, N_("Send a letter"), "email"),
    Operation.CREATE_CUSTOMER: OperationKind(
        Channel.PARTNER_CENTER, N_("Create a customer"), "primary_domain"
    ),
    Operation.UPDATE_BILLING_PROFILE: OperationKind(
        Channel.PARTNER_CENTER, N_("Change the billing profile"), "primary_domain"
    ),
    Operation.GET_INVITATION_LINK: OperationKind(
        Channel.PARTNER_CENTER, N_("Fetch the invitation link"), "kind"
    ),
    Operation.REMOVE_RESELLER_RELATIONSHIP: OperationKind(
        Channel.PARTNER_CENTER, N_("Remove the reseller relationship"), "microsoft_id"
    ),
    Operation.UPDATE_SUBSCRIPTION: OperationKind(
        Channel.PARTNER_CENTER, N_("Change a subscription"), "friendly_name"
    ),
}
"""Every operation, by its stored value."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that a plan needs; the outbox stores the call until it is sent."""

    operation: Operation
    arguments: Mapping[str, Any]
    """The operation's arguments, by the names of the book's own columns; without secrets."""
    request_id: str
    """A GUID; a repeated call keeps its GUID."""

    @property
    def channel(self) -> Channel:
        """The channel of the operation."""
        return OPERATIONS[self.operation].channel

    def as_json(self) -> dict[str, str]:
        """Return the call as the history stores it; only the outbox stores the arguments."""
        return {
            "channel": self.channel.value,
            "operation": self.operation.value,
            "about": about(self.operation, self.arguments),
        }


def about(operation: str, arguments: Mapping[str, Any]) -> str:
    """Return the subject of a call, such as a domain; empty if the arguments name none."""
    kind = OPERATIONS.get(operation)
    return str(arguments.get(kind.about, "")) if kind is not None else ""


def describe_call(channel: str, operation: str, about: str) -> tuple[str, str]:
    """Return the title of a call's channel, and the title of its operation with its subject."""
    kind = OPERATIONS.get(operation)
    title = _(kind.title) if kind is not None else operation
    return _(CHANNEL_TITLES.get(channel, channel)), f"{title}: {about}" if about else title


def describe_kept_calls(plan: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Describe the calls of a stored plan, of every format that programs have ever stored."""
    kept = plan.get("calls")
    calls = kept if isinstance(kept, list) else []
    return [_describe_kept(call) for call in calls if isinstance(call, dict)]


def _describe_kept(kept: Mapping[str, Any]) -> tuple[str, str]:
    # Older programs stored a method and a path, and the history is never rewritten.
    if "operation" in kept:
        return describe_call(
            *(str(kept.get(name, "")) for name in ("channel", "operation", "about"))
        )
    method, path = str(kept.get("method", "")), str(kept.get("path", ""))
    if method == "MAIL":
        return describe_call(Channel.MAIL, Operation.SEND_LETTER, path)
    if (method, path) == ("POST", "/v1/customers"):
        return describe_call(Channel.PARTNER_CENTER, Operation.CREATE_CUSTOMER, "")
    customers, _slash, id = path.rpartition("/")
    if (method, customers) == ("PATCH", "/v1/customers"):
        return describe_call(Channel.PARTNER_CENTER, Operation.REMOVE_RESELLER_RELATIONSHIP, id)
    return describe_call(Channel.PARTNER_CENTER, f"{method} {path}".strip(), "")
