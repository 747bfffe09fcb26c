"""What goes out of the book: by which channel, which operation, and what both are called.

A call names an operation of the field and its arguments in the book's own words. Whoever sends it
knows the protocol: `mailing` knows SMTP, and no room of `models` knows any. A new operation is a
member of `Operation` and its line in `OPERATIONS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from partnerdesk.models.languages import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping


class Channel(StrEnum):
    """Who carries calls."""

    MAIL = "mail"
    PARTNER_CENTER = "partner_center"


CHANNEL_TITLES: dict[str, str] = {
    Channel.MAIL: N_("E-mail"),
    Channel.PARTNER_CENTER: N_("Partner Center"),
}
"""What each channel is called, by its stored value."""


class Operation(StrEnum):
    """What is asked for, by the name of the field (`operations.csv`)."""

    SEND_LETTER = "send_letter"
    CREATE_CUSTOMER = "create_customer"
    REMOVE_RESELLER_RELATIONSHIP = "remove_reseller_relationship"


@dataclass(frozen=True, slots=True)
class OperationKind:
    """Who carries an operation, and how it is told."""

    channel: Channel
    title: str
    about: str
    """The argument that says whom or what a call is about."""


OPERATIONS: dict[str, OperationKind] = {
    Operation.SEND_LETTER: OperationKind(Channel.MAIL, N_("Send a letter"), "email"),
    Operation.CREATE_CUSTOMER: OperationKind(
        Channel.PARTNER_CENTER, N_("Create a customer"), "primary_domain"
    ),
    Operation.REMOVE_RESELLER_RELATIONSHIP: OperationKind(
        Channel.PARTNER_CENTER, N_("Remove the reseller relationship"), "microsoft_id"
    ),
}
"""Every operation, by its stored value."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that a plan needs; it waits in the outbox until it is sent."""

    operation: Operation
    arguments: Mapping[str, Any]
    """What the operation needs, in the names of the book's own columns; without secrets."""
    request_id: str
    """A GUID; the same call is never made under another one."""

    @property
    def channel(self) -> Channel:
        """Who carries it."""
        return OPERATIONS[self.operation].channel

    def as_json(self) -> dict[str, str]:
        """Return the call as the history keeps it of a plan: its arguments are in the outbox."""
        return {
            "channel": self.channel.value,
            "operation": self.operation.value,
            "about": about(self.operation, self.arguments),
        }


def about(operation: str, arguments: Mapping[str, Any]) -> str:
    """Return whom or what a call is about; empty where its arguments do not say."""
    kind = OPERATIONS.get(operation)
    return str(arguments.get(kind.about, "")) if kind is not None else ""


def describe_call(channel: str, operation: str, about: str) -> tuple[str, str]:
    """Return a call in words: its channel, and the operation with whom it is about."""
    kind = OPERATIONS.get(operation)
    title = _(kind.title) if kind is not None else operation
    return _(CHANNEL_TITLES.get(channel, channel)), f"{title}: {about}" if about else title


def describe_kept_calls(plan: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the calls in words that a plan names as the history keeps it, however old it is."""
    kept = plan.get("calls")
    calls = kept if isinstance(kept, list) else []
    return [_describe_kept(call) for call in calls if isinstance(call, dict)]


def _describe_kept(kept: Mapping[str, Any]) -> tuple[str, str]:
    # Older programs named a method and a path. The history is never rewritten, so they are read.
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
