"""Writes a letter as an e-mail: the message that is sent, and the `.eml` file of a draft.

The headers are written here and not by `email`, which folds a long name at its commas and quotes,
so that one recipient becomes several.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from base64 import b64encode, encodebytes
from dataclasses import dataclass
from hashlib import sha256
from quopri import encodestring
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import RefusedError
from partnerdesk.models.letters.letter import check_letter, recipient_reasons
from partnerdesk.models.values.email import sender_parts, wire_address

if TYPE_CHECKING:
    from datetime import datetime
    from email.message import EmailMessage
    from pathlib import Path

    from partnerdesk.models.letters.letter import Letter

_DOMAIN = "partnerdesk.invalid"
_LONGEST_LINE = 900
"""Maximum bytes of an unencoded body line; SMTP allows 998 (RFC 5321, 4.5.3.1.6)."""
_FOLDED_AT = 66
_WORD = 45
"""Maximum bytes in an encoded word, which then stays below 75 characters (RFC 2047)."""
_PLAIN = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+( [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_PLAIN_SUBJECT = re.compile(r"[!-~]+( [!-~]+)*")


def message(letter: Letter, sender: str, at: datetime, message_id: str) -> EmailMessage:
    """Return the message to send; its `as_bytes` returns exactly the bytes to send.

    `sender` is an address, `Name <address>`, or empty; `message_id` never changes for a letter.

    Raises:
        RefusedError: the letter cannot be sent (`check_letter`).
        UsageError: the sender is no address.
    """
    from email import message_from_bytes
    from email.policy import SMTP

    content = _bytes_of(letter, sender, at, message_id, draft=False)
    return message_from_bytes(content, policy=SMTP.clone(refold_source="none"))


@dataclass(frozen=True, slots=True)
class Report:
    """A letter of the program to its own people: the same in text and in HTML."""

    language: str
    email: str
    subject: str
    """One line without control characters."""
    text: str
    html: str


def report_bytes(report: Report, sender: str, at: datetime, message_id: str) -> bytes:
    """Return the bytes to send of a report: text, and HTML as an alternative (RFC 2046, 5.1.4).

    Raises:
        RefusedError: the address is none.
        UsageError: the sender is no address.
    """
    if refusing := recipient_reasons(report.email):
        raise RefusedError(refusing[0].text)
    boundary = f"=_{sha256(f'{report.text}{report.html}{message_id}'.encode()).hexdigest()[:40]}"
    lines = [
        *_first_headers(sender, _mailbox("", report.email), report.subject, at, message_id),
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        f"Content-Language: {report.language}",
        f'Content-Type: multipart/alternative; boundary="{boundary}"',
        "",
        "",
    ]
    written = "\r\n".join(lines).encode()
    for kind, text in (("plain", report.text), ("html", report.html)):
        encoding, body = _encoded_body(text)
        headers = (
            f"--{boundary}",
            f'Content-Type: text/{kind}; charset="utf-8"',
            f"Content-Transfer-Encoding: {encoding}",
        )
        written += "\r\n".join([*headers, "", ""]).encode() + body
    return written + f"--{boundary}--\r\n".encode()


def eml_bytes(letter: Letter, sender: str, at: datetime, message_id: str) -> bytes:
    """Return the content of a letter's `.eml` file, which mail programs open as a draft.

    Raises:
        RefusedError: the letter cannot be sent (`check_letter`).
        UsageError: the sender is no address.
    """
    return _bytes_of(letter, sender, at, message_id, draft=True)


def write_eml(path: Path, data: bytes, *, overwrite: bool = False) -> None:
    """Write an `.eml` file, whole or not at all.

    Raises:
        FileError: the file exists already, may not be replaced, or cannot be written.
    """
    from partnerdesk.models.core.given_files import LETTER
    from partnerdesk.models.sheets.writing import whole_file

    with whole_file(path, LETTER, overwrite=overwrite) as file:
        file.write(data)


def eml_name(letter: Letter) -> str:
    """Return a file name for a letter in any script, such as `invitation-contoso-gmbh.eml`."""
    lower = unicodedata.normalize("NFC", letter.name).lower()
    words = "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in lower)
    whole = "-".join([*letter.kind.replace("_", "-").split(), *words.split()])
    return f"{whole.encode()[:80].decode(errors='ignore').rstrip('-')}.eml"


def _bytes_of(letter: Letter, sender: str, at: datetime, message_id: str, *, draft: bool) -> bytes:
    if refusing := [reason for reason in check_letter(letter) if reason.refuses]:
        raise RefusedError(refusing[0].text)
    encoding, body = _encoded_body(letter.body)
    headers = [
        *_first_headers(
            sender, _mailbox(letter.name, letter.email), letter.subject, at, message_id
        ),
        *(["X-Unsent: 1"] if draft else []),
        "MIME-Version: 1.0",
        f"Content-Language: {letter.language}",
        'Content-Type: text/plain; charset="utf-8"',
        f"Content-Transfer-Encoding: {encoding}",
    ]
    return "\r\n".join([*headers, "", ""]).encode() + body


def _first_headers(
    sender: str, recipient: str, subject: str, at: datetime, message_id: str
) -> list[str]:
    from email.utils import format_datetime

    return [
        *([f"From: {_mailbox(*sender_parts(sender))}"] if sender.strip() else []),
        f"To: {recipient}",
        f"Subject: {_encoded_words(subject.strip(), _PLAIN_SUBJECT)}",
        f"Date: {format_datetime(at)}",
        f"Message-ID: <{re.sub(r'[^A-Za-z0-9]+', '-', message_id)[:100] or 'letter'}@{_DOMAIN}>",
    ]


def _mailbox(name: str, address: str) -> str:
    if not name.strip():
        return wire_address(address)
    return f"{_encoded_words(name.strip(), _PLAIN)}\r\n <{wire_address(address)}>"


def _encoded_words(text: str, plain: re.Pattern[str]) -> str:
    """Return a header's text as it is where that is `plain`, else in encoded words (RFC 2047)."""
    if plain.fullmatch(text) and "=?" not in text:
        wrapped = textwrap.wrap(text, _FOLDED_AT, break_long_words=False, break_on_hyphens=False)
        return "\r\n ".join(wrapped)
    # Python's parser shows a blank between two encoded words, so the text is split at blanks.
    words, word = [], b""
    for part in re.findall(r"[^ ]* ?", text):
        if word and len(word + part.encode()) > _WORD:
            words.append(word)
            word = b""
        for letter in part:
            if len(word + letter.encode()) > _WORD:
                words.append(word)
                word = b""
            word += letter.encode()
    return "\r\n ".join(f"=?utf-8?b?{b64encode(word).decode()}?=" for word in [*words, word])


def _encoded_body(text: str) -> tuple[str, bytes]:
    """Return the transfer encoding of a body and its bytes; decoding gives back every line.

    Lines that any server accepts stay unencoded, so that the link can be read in the file too.
    """
    lines = text.replace("\r\n", "\n").rstrip("\n").encode().split(b"\n")
    whole = b"".join(line + b"\r\n" for line in lines)
    if whole.isascii() and max(map(len, lines)) <= _LONGEST_LINE:
        return "7bit", whole
    quoted = encodestring(whole.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    packed = encodebytes(whole).replace(b"\n", b"\r\n")
    return min(
        ("quoted-printable", quoted), ("base64", packed), key=lambda encoded: len(encoded[1])
    )
