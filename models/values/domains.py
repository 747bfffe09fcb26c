"""Domain names as the book stores them: lower case, Unicode, without a trailing dot."""

from __future__ import annotations

import re
import unicodedata

LONGEST_DOMAIN = 253
"""Maximum characters of a whole name, in its ASCII form."""
LONGEST_LABEL = 63
"""Maximum characters of a label (a part between dots), in its ASCII form."""

_PLAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_DOTS = str.maketrans("\u3002\uff0e\uff61", "...")
_ACE = "xn--"


def domain_name(text: str) -> str | None:
    """Return the domain in `text` as the book stores it; None if `text` is no domain name.

    A domain has two labels or more, of letters, digits and inner hyphens; the last label is no
    number. An international name may come in Unicode or in its ASCII form (`xn--…`).
    """
    name = text.lower().removesuffix(".")
    if len(name) > LONGEST_DOMAIN:
        return None
    if _PLAIN.fullmatch(name) and _ACE not in name:
        return name
    labels = [_unicode_label(label) for label in _folded(text.translate(_DOTS)).split(".")]
    if len(labels) == 1 or "" in labels or labels[-1].isdecimal():
        return None
    return ".".join(labels) if len(".".join(map(_ascii_label, labels))) <= LONGEST_DOMAIN else None


def _folded(name: str) -> str:
    lower = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).lower())
    return lower.removesuffix(".")


def _unicode_label(label: str) -> str:
    """Return a label in Unicode; empty if it is invalid."""
    if label.startswith(_ACE):
        try:
            decoded = label[len(_ACE) :].encode("ascii").decode("punycode")
        except UnicodeError:
            return ""
        if decoded.isascii() or _folded(decoded) != decoded or _ascii_label(decoded) != label:
            return ""
        label = decoded
    fits = all(letter == "-" or unicodedata.category(letter)[0] in "LMN" for letter in label)
    if not label or not fits or label[0] == "-" or label[-1] == "-":
        return ""
    if unicodedata.category(label[0])[0] == "M":  # a combining mark without a base letter
        return ""
    return label if len(_ascii_label(label)) <= LONGEST_LABEL else ""


def _ascii_label(label: str) -> str:
    return label if label.isascii() else _ACE + label.encode("punycode").decode("ascii")
