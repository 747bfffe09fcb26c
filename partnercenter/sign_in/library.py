"""MSAL, imported when a sign-in needs it, and kept from writing to the terminal or a log.

MSAL logs what servers answer, and warns on stderr: both could show a token, and would break the
picture of the console. What is worth knowing comes back as an answer or an error anyway.
"""

from __future__ import annotations

import logging
import warnings
from importlib import import_module
from typing import Any

_SILENCED = ("msal", "msal_extensions")


def msal() -> Any:
    """Return the module `msal`, which has no types."""
    return _quiet("msal")


def msal_extensions() -> Any:
    """Return the module `msal_extensions`, which has no types."""
    msal()
    return _quiet("msal_extensions")


def well_known_hosts() -> frozenset[str]:
    """Return the hosts that MSAL knows as authorities of Microsoft."""
    msal()
    hosts: frozenset[str] = import_module("msal.authority").WELL_KNOWN_AUTHORITY_HOSTS
    return hosts


def _quiet(name: str) -> Any:
    for silenced in _SILENCED:
        logging.getLogger(silenced).setLevel(logging.CRITICAL + 1)
        warnings.filterwarnings("ignore", module=rf"{silenced}(\.|$)")
    return import_module(name)
