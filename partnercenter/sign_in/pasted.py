"""The address at which a browser ended, as a person pastes it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from partnerdesk.models.core.errors import UsageError
from partnerdesk.models.languages import _


def answer_in(text: str, state: str) -> dict[str, str]:
    """Return the fields of the answer in an address, or in the part of it behind the `?`.

    Raises:
        UsageError: it holds no answer, or one to another sign-in than that of `state`.
    """
    joined = "".join(text.split())  # a terminal may have broken the line
    try:
        parts = urlsplit(joined)
        query = parts.query or parts.fragment or joined.lstrip("?")
        found = {name: values[-1] for name, values in parse_qs(query).items()}
    except ValueError:
        found = {}
    if "state" not in found or not ({"code", "error"} & found.keys()):
        raise UsageError(
            _("That is not the address at which the browser ended."),
            _("Paste the whole of it; it begins with http://localhost and holds code= and state=."),
        )
    if found["state"] != state:
        raise UsageError(
            _("That address belongs to another sign-in."),
            _("Open the address that is shown here, and paste where it ends."),
        )
    return found
