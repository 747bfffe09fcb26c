"""Checks the partner's invitation link, and reads and sets its `DAP` parameter."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.settings.clouds import Cloud

LIMIT = 2000
"""Maximum characters of a link that every browser and mail program accepts."""

LINK, INVITATION = "resources.md, Relationship request", "rules.md §7"

CODES = frozenset(
    f"link.{problem}"
    for problem in (
        "required", "too-long", "unsafe-characters", "wrong-form", "not-https", "sign-in", "html",
        "other-host", "other-cloud", "old-page", "no-kind", "no-partner", "partner-form",
        "other-partner", "ends-oddly",
    )
)  # fmt: skip
"""All codes of reasons about a link; they are the same in every language."""

_OLD_PAGE = "partnersignup.aspx"
_URL_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
"""The characters of a URL (RFC 3986); any other may be invisible or misleading."""
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def check_link(url: str, cloud: Cloud, tenant_id: str = "") -> tuple[Reason, ...]:
    """Return what is wrong with an invitation link of the partner `tenant_id` (empty: unknown).

    The first refusal is returned alone; without a refusal, all warnings are returned. The link is a
    URL of the partner account, the same for all customers (`reference/rules.md §7`,
    `reference/resources.md`, Relationship request). The check uses no network and never raises.
    """
    refusing = _check_text(url) or _check_address(url, (*cloud.link_hosts, *cloud.other_link_hosts))
    if refusing:
        return (refusing,)
    return (*_other_cloud(url, cloud), *_parameters(url, tenant_id), *_end(url))


def asks_delegated_admin(url: str) -> bool | None:
    """Return whether a link asks for delegated admin (`DAP`); None if it does not say."""
    value = _parameters_of(url).get("dap", "").strip().lower()
    return {"true": True, "false": False}.get(value)


def link_with_delegated_admin(url: str, wanted: bool) -> str:
    """Return the link with its `DAP` parameter set to `wanted` and nothing else changed.

    A link without that parameter, or with this value already, is returned unchanged.
    """
    before, hash_mark, fragment = url.partition("#")
    page, question_mark, query = before.partition("?")
    value = "true" if wanted else "false"
    parts = [_set_delegated_admin(part, value) for part in query.split("&")]
    return f"{page}{question_mark}{'&'.join(parts)}{hash_mark}{fragment}"


def _set_delegated_admin(part: str, value: str) -> str:
    name, _equals, current = part.partition("=")
    if unquote_plus(name).lower() != "dap" or unquote_plus(current).strip().lower() == value:
        return part
    return f"{name}={value}"


def _refusal(problem: str, text: str, source: str = LINK, offer: str = "") -> Reason:
    return Reason(f"link.{problem}", text, "link", source, refuses=True, offer=offer)


def _warning(problem: str, text: str, source: str = LINK, offer: str = "") -> Reason:
    return Reason(f"link.{problem}", text, "link", source, refuses=False, offer=offer)


def _check_text(url: str) -> Reason | None:
    """Return the refusal of a text that cannot be a link; None if it may be one."""
    if not url.strip():
        return _refusal(
            "required",
            _(
                "There is no invitation link. Copy it from Partner Center: Customers, Request a "
                "reseller relationship."
            ),
            INVITATION,
        )
    if len(url) > LIMIT:
        return _refusal("too-long", _("This is too long for an invitation link."))
    if not _URL_CHARACTERS.fullmatch(url):
        bare = url.strip()
        return _refusal(
            "unsafe-characters",
            _(
                "The link has blanks or characters in it that no link has: {text}. Copy it anew."
            ).format(text=_short(url)),
            offer=bare if _URL_CHARACTERS.fullmatch(bare) else "",
        )
    if "&amp;" in url.lower():
        return _refusal(
            "html",
            _("The link was copied from the source of a page: it has &amp; where & belongs."),
            offer=unescape(url),
        )
    return None


def _check_address(url: str, hosts: Sequence[str]) -> Reason | None:
    """Return the refusal of a link that is not https to a host of a cloud; None if it is."""
    try:
        parts = urlsplit(url)
        host, named = parts.hostname or "", parts.netloc
    except ValueError:
        return _refusal("wrong-form", _("This is no link: {text}.").format(text=_short(url)))
    if parts.scheme.lower() != "https":
        return _refusal(
            "not-https", _("An invitation link begins with https://, this one does not.")
        )
    if "@" in named:
        return _refusal(
            "sign-in",
            _("The link has a user name or a password in it. Copy it from Partner Center anew."),
        )
    if named.lower() != host or not _is_of(host, hosts):
        return _refusal(
            "other-host",
            _(
                "The link leads to {host}. That is none of Microsoft's pages for invitations."
            ).format(host=_short(named) or "–"),
        )
    return None


def _is_of(host: str, domains: Sequence[str]) -> bool:
    named = _HOST.fullmatch(host) is not None
    return named and any(host == domain or host.endswith(f".{domain}") for domain in domains)


def _other_cloud(url: str, cloud: Cloud) -> list[Reason]:
    """Return a warning if the link leads to another national cloud."""
    host = urlsplit(url).hostname or ""
    if _is_of(host, cloud.link_hosts):
        return []
    text = _("{host} belongs to another cloud than this account.").format(host=host)
    return [_warning("other-cloud", text, INVITATION)]


def _parameters(url: str, tenant_id: str) -> list[Reason]:
    parameters = _parameters_of(url)
    is_old = urlsplit(url).path.lower().endswith(_OLD_PAGE)
    reasons = []
    if is_old:
        text = _("This is an old invitation page; take the link from Partner Center instead.")
        reasons.append(_warning("old-page", text, INVITATION))
    elif not parameters.get("invtype"):
        text = _("The link does not say what it invites to (invType); is it an invitation link?")
        reasons.append(_warning("no-kind", text))
    partner = parameters.get("partnerid", parameters.get("id", "") if is_old else "")
    partner = partner.strip().lower()
    if not partner:
        text = _("The link does not say which partner invites (partnerId).")
        reasons.append(_warning("no-partner", text))
    elif not _GUID.fullmatch(partner):
        text = _(
            "The link names the partner as {text}; partnerId is a tenant ID, such as "
            "1c2d3e4f-5a6b-7c8d-9e0f-1a2b3c4d5e6f. Copy the link anew."
        ).format(text=_short(partner))
        reasons.append(_warning("partner-form", text))
    elif tenant_id.strip() and partner != tenant_id.strip().lower():
        text = _(
            "The link is of another partner: it names {theirs}, this account is {own}. "
            "Who accepts it becomes their customer."
        )
        text = text.format(theirs=partner, own=_short(tenant_id.strip().lower()))
        reasons.append(_warning("other-partner", text))
    return reasons


def _end(url: str) -> list[Reason]:
    bare = url.rstrip(".,;:!?)]'")
    if bare == url:
        return []
    text = _("The link ends in {mark}, which mail programs leave out. Does it belong to it?")
    return [_warning("ends-oddly", text.format(mark=url[len(bare) :]), offer=bare)]


def _parameters_of(url: str) -> dict[str, str]:
    """Return the parameters of a link by lower-case name; the first of each name counts."""
    query = url.partition("#")[0].partition("?")[2]
    parameters: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        parameters.setdefault(name.lower(), value)
    return parameters


def _short(text: str) -> str:
    return shown(text if len(text) <= 60 else text[:59] + "…")
