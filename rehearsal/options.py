"""What can be set while the rehearsal runs, by flags or by the control address."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.rates import Rate, RateError

if TYPE_CHECKING:
    from collections.abc import Iterable


MFA_MODES = ("off", "report", "always")
"""The switch of MFA; anything else is a share of calls."""


class OptionError(ValueError):
    """An option that does not exist, or a value it cannot have."""


@dataclass(frozen=True, slots=True)
class Options:
    """The switches of the rehearsal, with what they are when nobody sets them."""

    latency_ms: float = 0.0
    """How long each answer takes at least."""
    calls_per_minute: int = 500
    """The limit of calls of a partner in a minute; 0 for none."""
    retry_after: int = 2
    """The seconds that the fault 429 asks to wait."""
    hold_seconds: float = 600.0
    """How long a time-out is held if the client does not hang up before."""
    mfa: str = "off"
    """Whether a person's call needs the MFA claim: off, report, always, or a share such as 1/3."""
    token_seconds: int = 3599
    """How long an access token lives."""
    device_seconds: int = 900
    """How long a device code lives."""
    device_interval: int = 5
    """The seconds between two polls that the device code asks for."""
    strict_rotation: bool = False
    """Whether a refresh token dies when it is used; the real one lives on."""
    page_token_seconds: int = 600
    """How long a continuation token is good for."""
    accept_seconds: int = 90
    """How long after its invitation was fetched a new customer accepts; 0 for never."""
    late_seconds: int = 900
    """How long a new order takes to be seen in lists."""
    late_changes: float = 0.2
    """The share of changes of subscriptions that are answered with 202, and done later."""
    change_seconds: int = 20
    """How long a change that was answered with 202 takes."""
    gdap_late_seconds: int = 5
    """How long a new delegated admin relationship cannot be read yet."""
    clock_off_seconds: float = 3600.0
    """How far the Date header is off under the fault clock-off."""
    old_address_check: bool = False
    """Whether addresses are checked as before July 2021: 200 without a body, or 400 with 2007."""
    old_country_rules: bool = False
    """Whether country rules have the shape of the 2015 sample, with wrapped lists."""

    def changed(self, values: dict[str, Any]) -> Options:
        """Return the options with `values` in place of theirs.

        Raises:
            OptionError: a name is unknown, or a value has the wrong type.
        """
        known = {field.name: type(getattr(self, field.name)) for field in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise OptionError(name)
            wanted = known[name]
            number = wanted in (int, float) and isinstance(value, int | float)
            if not (number or isinstance(value, wanted)):
                raise OptionError(name)
        changed = replace(self, **{name: known[name](value) for name, value in values.items()})
        if changed.mfa not in MFA_MODES:
            try:
                Rate(changed.mfa)
            except RateError as error:
                raise OptionError(changed.mfa) from error
        return changed

    def with_texts(self, texts: Iterable[str]) -> Options:
        """Return the options with others in place, each written as NAME=VALUE.

        Raises:
            OptionError: a name is unknown, or a value cannot be read.
        """
        values: dict[str, Any] = {}
        for text in texts:
            name, _, value = text.partition("=")
            usual = getattr(self, name, None)
            try:
                if isinstance(usual, bool):
                    values[name] = {"true": True, "false": False}[value]
                else:
                    values[name] = value if isinstance(usual, str) else float(value)
            except (KeyError, ValueError) as error:
                raise OptionError(text) from error
        return self.changed(values)

    def as_json(self) -> dict[str, Any]:
        """Return all options by name."""
        return asdict(self)
