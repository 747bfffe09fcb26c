"""Send one letter through the mail server of the settings, or raise why it was not sent."""

from __future__ import annotations

import base64
import contextlib
import os
import re
import smtplib
import socket
import ssl
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from partnerdesk.models.core.authorities import context_trusting
from partnerdesk.models.core.errors import (
    FileError,
    MailError,
    MailRefusedError,
    MailUncertainError,
    SettingsError,
)
from partnerdesk.models.core.given_files import SETTINGS_FILE, opened
from partnerdesk.models.core.paths import typed_path
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _
from partnerdesk.models.letters.eml import message, report_bytes
from partnerdesk.models.values.email import sender_parts, wire_address

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from partnerdesk.models.letters.eml import Report
    from partnerdesk.models.letters.letter import Letter
    from partnerdesk.models.settings.model import MailSettings

TIMEOUT = 30.0
"""Seconds to wait for each answer of the server."""
WAITS = 6
"""How many such waits the whole conversation may take; a server that dribbles is left then."""
LINES = 200
"""Lines of an answer; servers have some twenty words of their own."""
LONGEST = 8192
"""Bytes of a line."""
_CODE_DIGITS = 3
_OWN_NAME = "[127.0.0.1]"
"""The client's name for the server: looking up the host name takes time and would disclose it."""


def send_letter(
    letter: Letter,
    mail: MailSettings,
    at: datetime,
    message_id: str,
    *,
    timeout: float = TIMEOUT,
) -> None:
    """Send a letter to the mail server; return when the server has accepted it.

    There is one attempt. The password is read from its file here; no error contains it.

    Raises:
        MailError: the server was not reached, its certificate is invalid, or sign-in failed.
        MailRefusedError: the server refused the letter; nothing was sent.
        MailUncertainError: the connection was lost after the letter was handed over.
        RefusedError: the letter cannot be sent (`check_letter`).
        SettingsError: `[mail]` names no server or sender, or a file that cannot be used.
    """
    sender = sender_of(mail)
    written = message(letter, sender, at, message_id).as_bytes()
    _send(mail, sender, letter.email, written, timeout)


def send_report(
    report: Report, mail: MailSettings, at: datetime, message_id: str, *, timeout: float = TIMEOUT
) -> None:
    """Send a report as `send_letter` sends a letter.

    Raises:
        AppError: as `send_letter`.
    """
    sender = sender_of(mail)
    _send(mail, sender, report.email, report_bytes(report, sender, at, message_id), timeout)


def _send(mail: MailSettings, sender: str, recipient: str, written: bytes, timeout: float) -> None:
    password = _password(mail)
    with _connected(mail, _context(mail), timeout) as client:
        session = _Session(client, mail, password)
        if mail.user:
            session.sign_in()
        session.hand_over(sender_parts(sender)[1], recipient, written)


def sender_of(mail: MailSettings) -> str:
    """Return the sender's address from the settings.

    Raises:
        SettingsError: the settings name no server or no sender.
    """
    if not mail.host:
        raise SettingsError(
            _("No mail server is set."),
            _(
                "Set host and sender in the table [mail] of your settings file, copy the letter, "
                "or write it as .eml."
            ),
        )
    sender = mail.sender.strip() or (mail.user if "@" in mail.user else "")
    if not sender:
        raise SettingsError(
            _("The settings do not say who sends letters."),
            _("Set sender in the table [mail] of your settings file."),
        )
    return sender


def _password(mail: MailSettings) -> str:
    """Return the first line of the password file; empty if the settings name no user."""
    if not mail.user:
        return ""
    if mail.security == "none":
        raise SettingsError(
            _("Signing in without encryption would show the password on the way."),
            _("Set security in [mail] to starttls or tls, or leave user empty."),
        )
    if not mail.password_file:
        raise SettingsError(
            _("[mail] names a user, but no password_file."),
            _("Write the password into a file that only you can read, and name it there."),
        )
    file = typed_path(mail.password_file)
    password = _first_line(file)
    if not password or "\0" in password:
        raise SettingsError(
            _("{file} holds no password.").format(file=shown(str(file))),
            _("Its first line has to be the password."),
        )
    return password


def _first_line(file: Path) -> str:
    name = shown(str(file))
    try:
        with opened(file, SETTINGS_FILE) as secret:
            mode = os.fstat(secret.fileno()).st_mode
            if mode & 0o077:
                raise SettingsError(
                    _("Others than you can read the password in {file}.").format(file=name),
                    _("Take that from them: {command}").format(command=f"chmod 600 {name}"),
                )
            return secret.readline(4096).decode("utf-8-sig").rstrip("\r\n")
    except FileError as error:
        problem = error.message
    except UnicodeDecodeError:
        problem = _("{file} is not text in UTF-8.").format(file=name)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        problem = _("{file} cannot be read: {reason}.").format(file=name, reason=reason)
    raise SettingsError(problem, _("Look at password_file in [mail]."))


def _context(mail: MailSettings) -> ssl.SSLContext | None:
    if mail.security == "none":
        return None
    if not mail.ca_file:
        return ssl.create_default_context()
    try:
        return context_trusting(typed_path(mail.ca_file))
    except OSError as error:  # includes ssl.SSLError: the file is no certificate
        reason = shown(error.strerror or type(error).__name__)
        raise SettingsError(
            _("{file} cannot be read: {reason}.").format(file=shown(mail.ca_file), reason=reason),
            _("ca_file in [mail] has to name a file of certificates (PEM)."),
        ) from None


@contextlib.contextmanager
def _connected(
    mail: MailSettings, context: ssl.SSLContext | None, timeout: float
) -> Iterator[smtplib.SMTP]:
    """Open the connection with the encryption of the settings; close it in any case."""
    try:
        client = _opened(mail, context, timeout)
        try:
            if mail.security == "starttls" and context is not None:
                client.starttls(context=context)
            yield client
        finally:
            client.close()
    except smtplib.SMTPNotSupportedError:
        raise MailError(
            _("{host} offers no encryption (STARTTLS). Nothing was sent.").format(host=mail.host),
            _ports(),
        ) from None
    except smtplib.SMTPResponseException as error:
        raise MailError(
            _("{host} does not serve us: {code} {reply}. Nothing was sent.").format(
                host=mail.host, code=error.smtp_code, reply=_words(error.smtp_error)
            ),
            _ports(),
        ) from None
    except smtplib.SMTPException:
        raise MailError(
            _("{host} hung up, or does not answer. Nothing was sent.").format(host=mail.host),
            _("Look at host, port and security in [mail], then send it again."),
        ) from None
    except (OSError, UnicodeError) as error:
        raise _unreached(mail, error) from None


def _opened(mail: MailSettings, context: ssl.SSLContext | None, timeout: float) -> smtplib.SMTP:
    if mail.security != "tls":
        return _Client(mail.host, mail.port, _OWN_NAME, timeout)
    return _EncryptedClient(
        mail.host, mail.port, local_hostname=_OWN_NAME, timeout=timeout, context=context
    )


class _Client(smtplib.SMTP):
    """Leaves a server whose answers do not end: in lines, or in time.

    smtplib waits for each piece of an answer alone, and keeps every line of it.
    """

    def connect(
        self, host: str = "localhost", port: int = 0, source_address: Any = None
    ) -> tuple[int, bytes]:
        """Connect, and begin to count the time of the whole conversation."""
        self._limit = threading.Timer(self.timeout * WAITS, self._leave)
        self._limit.daemon = True
        self._limit.start()
        try:
            return super().connect(host, port, source_address)
        except BaseException:
            self._limit.cancel()
            raise

    def close(self) -> None:
        """Close the connection."""
        self._limit.cancel()
        super().close()

    def _leave(self) -> None:
        if self.sock is not None:
            with contextlib.suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)

    def getreply(self) -> tuple[int, bytes]:
        """Return the code of an answer, -1 for none, and its text.

        Raises:
            SMTPServerDisconnected: the server hung up, or its answer does not end.
        """
        if self.file is None and self.sock is not None:
            self.file = self.sock.makefile("rb")
        lines: list[bytes] = []
        while self.file is not None and len(lines) < LINES:
            try:
                line = self.file.readline(LONGEST)
            except OSError:
                break
            if not line.endswith(b"\n"):
                break
            code, is_last = line[:3], line[3:4] != b"-"
            lines.append(line[4:].strip())
            if is_last or not _is_code(code):
                return (int(code) if _is_code(code) else -1), b"\n".join(lines)
        self.close()
        raise smtplib.SMTPServerDisconnected


class _EncryptedClient(_Client, smtplib.SMTP_SSL):
    """The same, encrypted from the start."""


def _is_code(code: bytes) -> bool:
    return len(code) == _CODE_DIGITS and code.isdigit()  # of bytes: ASCII digits only


def _words(reply: bytes | str) -> str:
    """Return a server's reply as one printable line of at most 200 characters."""
    text = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
    return shown(" ".join(text.split()))[:200].rstrip(". ")


def _ports() -> str:
    return _("Look at port and security in [mail]: 587 with starttls, 465 with tls.")


def _unreached(mail: MailSettings, error: OSError | UnicodeError) -> MailError:
    server = f"{mail.host}:{mail.port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return MailError(
            _("{server} could not prove who it is: {reason}. Nothing was sent.").format(
                server=server, reason=shown(error.verify_message)
            ),
            _(
                "Look at host in [mail]; name your own authority in ca_file. "
                "If the address is right, tell the people who run the server."
            ),
        )
    if isinstance(error, ssl.SSLError):
        return MailError(
            _("No encrypted connection to {server} came about. Nothing was sent.").format(
                server=server
            ),
            _ports(),
        )
    if isinstance(error, TimeoutError):
        reason = _("it does not answer")
    else:
        reason = shown(getattr(error, "strerror", None) or type(error).__name__)
    return MailError(
        _("{server} was not reached: {reason}. Nothing was sent.").format(
            server=server, reason=reason
        ),
        _("Look at the network, and at host and port in [mail]. The letter can be copied too."),
    )


@dataclass(frozen=True, slots=True)
class _Session:
    """An open connection that sends one letter."""

    client: smtplib.SMTP
    mail: MailSettings
    password: str

    def sign_in(self) -> None:
        """Sign in; no error repeats the server's reply, because it may quote the password."""
        self.client.ehlo_or_helo_if_needed()
        offered = self.client.esmtp_features.get("auth", "").upper().split()
        if not {"PLAIN", "LOGIN", "CRAM-MD5"} & set(offered):
            raise MailError(
                _("{host} offers no sign-in with a password (it offers: {ways}).").format(
                    host=self.mail.host, ways=shown(", ".join(offered))[:100] or "–"
                ),
                _("Ask who runs it for another server, or leave user in [mail] empty."),
            )
        if code := self._sign_in_code(plain="PLAIN" in offered):
            raise MailError(
                _("{host} did not accept the sign-in of {user} ({code}). Nothing was sent.").format(
                    host=self.mail.host, user=shown(self.mail.user), code=code
                ),
                _(
                    "Look at user in [mail] and at the password in {file}. Many servers want a "
                    "password made for programs."
                ).format(file=shown(self.mail.password_file)),
            )

    def _sign_in_code(self, *, plain: bool) -> int:
        """Sign in, and return the code of a refusal; 0 for success."""
        if plain:  # `login` accepts only ASCII
            words = base64.b64encode(f"\0{self.mail.user}\0{self.password}".encode()).decode()
            code, _reply = self.client.docmd("AUTH", f"PLAIN {words}")
            return 0 if code in (235, 503) else code
        try:
            self.client.login(self.mail.user, self.password)
        except smtplib.SMTPResponseException as error:
            return int(error.smtp_code)
        except UnicodeError:
            return 535
        return 0

    def hand_over(self, sender: str, recipient: str, written: bytes) -> None:
        """Hand the letter over; after its last byte only the server's answer tells the result."""
        client = self.client
        client.ehlo_or_helo_if_needed()
        source, target = wire_address(sender), wire_address(recipient)
        options = [f"SIZE={len(written)}"] if client.has_extn("size") else []
        if not written.isascii() or not source.isascii():
            if not client.has_extn("smtputf8"):
                raise MailRefusedError(
                    _("{host} takes no addresses with letters outside ASCII.").format(
                        host=self.mail.host
                    ),
                    _("Nothing was sent. The letter can be copied, or written as .eml."),
                )
            options += ["SMTPUTF8", "BODY=8BITMIME"]
        self._accepted(client.mail(source, options), 250)
        self._accepted(client.rcpt(target), 250, 251)
        self._accepted(client.docmd("DATA"), 354)
        try:
            client.send(re.sub(rb"(?m)^\.", b"..", written) + b".\r\n")
            answer = client.getreply()
        except (smtplib.SMTPException, OSError):
            answer = (-1, b"")
        if answer[0] // 100 == 2:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                client.putcmd("QUIT")  # the server has the letter: its answer does not matter
            return
        if not 400 <= answer[0] < 600:
            raise MailUncertainError(
                _("The connection to {host} was lost while it took the letter, which may have "
                  "been sent.").format(host=self.mail.host),
                _("Look in the sent mail of the server, or ask {recipient}, before you send it "
                  "again.").format(recipient=shown(recipient)),
            )  # fmt: skip
        self._accepted(answer)

    def _accepted(self, answer: tuple[int, bytes], *good: int) -> None:
        code, reply = answer
        if code in good:
            return
        text = _words(reply)
        if self.password:
            text = text.replace(self.password, "…")
        later = _("The server may take it later: send it again then.")
        never = _("Look at the address, and at sender and user in [mail].")
        raise MailRefusedError(
            _("{host} refused the letter: {code} {reply}. Nothing was sent.").format(
                host=self.mail.host, code=code, reply=text
            ),
            later if 400 <= code < 500 else never,
        )
