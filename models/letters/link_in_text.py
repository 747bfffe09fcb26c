"""Checks the link in a letter: whole, unchanged, and recognisable for mail programs."""

from __future__ import annotations

import re
from urllib.parse import unquote

from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.languages import _

SOURCE = "rules.md §7"

_BEFORE, _BEHIND = frozenset(' \t\r\n<"'), frozenset(' \t\r\n>"')
"""Characters that may surround a link (RFC 3986, Appendix C); any other becomes part of it."""
_INVITES = re.compile(r"(invtype|partnerid)=|partnersignup\.aspx", re.IGNORECASE)
"""Text that only invitation links contain, also encoded inside a link that redirects to one."""


def link_reasons(body: str, link: str) -> list[Reason]:
    """Return the reasons against the invitation link in `body` (`rules.md §7`)."""
    spans = _spans(body, link)
    if not spans:
        return [_missing(body, link), *_other_links(body)]
    for start, end in spans:
        before, behind = body[start - 1 : start], body[end : end + 1]
        if (before and before not in _BEFORE) or (behind and behind not in _BEHIND):
            text = _(
                "The link is not free on both sides, so mail programs take in what is beside it. "
                "Put it on a line of its own."
            )
            return [_refusal("link-glued", text)]
    return _other_links(body.replace(link, ""))


def _spans(body: str, link: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(re.escape(link), body)] if link else []


def _missing(body: str, link: str) -> Reason:
    if not link:
        text = _("There is no invitation link. Set the link of this account first.")
        return _refusal("link-required", text)
    if link in "".join(body.split()):
        text = _("The link is broken by a blank or a new line. Put it together again.")
        return _refusal("link-broken", text)
    text = _("The invitation link was changed or taken out. Everything else may be edited.")
    return _refusal("link-missing", text)


def _other_links(rest: str) -> list[Reason]:
    # Decoded twice: a link that redirects to another link holds it encoded.
    if not any(_INVITES.search(text) for text in (rest, unquote(rest), unquote(unquote(rest)))):
        return []
    text = _("The letter has a second, different invitation link. Only the partner's own may stay.")
    return [_refusal("other-link", text)]


def _refusal(problem: str, text: str) -> Reason:
    return Reason(f"letter.{problem}", text, "body", SOURCE)
