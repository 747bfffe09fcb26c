"""E-mail addresses: a sender with or without a name, and the form that servers accept."""

from __future__ import annotations

import re

from partnerdesk.models.core.errors import UsageError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _

_ADDRESS_WITH_NAME = re.compile(r"([^<>]*)<([^<>]+)>")


def sender_parts(sender: str) -> tuple[str, str]:
    """Return name and address of `Name <address>`; the name may be empty.

    Raises:
        UsageError: `sender` holds no valid address, or invisible characters.
    """
    from email_validator import EmailNotValidError, validate_email

    found = _ADDRESS_WITH_NAME.fullmatch(sender.strip())
    name, address = (found[1].strip(), found[2].strip()) if found else ("", sender.strip())
    try:
        validate_email(address, check_deliverability=False)
    except (EmailNotValidError, UnicodeError):
        name = "\n"
    if shown(name) != name:
        raise UsageError(
            _("{text} cannot be the sender of a letter.").format(text=shown(sender[:60])),
            _("Write an address, or a name and an address: {example}").format(
                example="Contoso <anna@contoso.com>"
            ),
        )
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return name, address


def wire_address(address: str) -> str:
    """Return a valid address in the form that servers accept: in ASCII, if it has such a form."""
    from email_validator import validate_email

    found = validate_email(address, check_deliverability=False)
    return found.ascii_email or found.normalized
