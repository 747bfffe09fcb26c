"""A mail server that does everything wrong: told in a line, in time; nothing twice, no secret."""

from __future__ import annotations

import base64
import socket
import threading
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerdesk.mailing.smtp import send_letter
from partnerdesk.models.core.errors import AppError, MailError, MailUncertainError
from partnerdesk.models.letters.letter import LetterKind, LetterLanguage, Parties, compose
from partnerdesk.models.settings.model import MailSettings
from tests.support.mail_server import HOST, PASSWORD, USER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from partnerdesk.models.settings.model import Security

LETTER = compose(
    LetterKind.INVITATION, LetterLanguage("en"),
    Parties("Contoso", "Zoe", "zoe@contoso.com", "Vega", "https://admin.microsoft.com/x", True, ""),
)  # fmt: skip
TIMEOUT = 1.0
LONG = b"x" * 1_000_000
HELLO = b"250-mail.test\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n"
STRIPPED = b"250-mail.test\r\n250 AUTH PLAIN LOGIN\r\n"
OPEN = b"250 mail.test\r\n"
ESCAPES = b"\x1b]0;title\x07\x1b[2J\xe2\x80\xae\xff"
SILENCE = b""
"""Nothing is answered, and the connection stays open."""


class Wire:
    """What a server has received, and how it answers a line by its first word."""

    def __init__(
        self, greeting: bytes, answers: dict[bytes, bytes], *, endless: bytes = b""
    ) -> None:
        self.greeting, self.answers, self.endless = greeting, answers, endless
        self.received = b""
        self.port = 0

    def letters(self) -> int:
        return self.received.count(b"DATA\r\n")

    def serve(self, listening: socket.socket) -> None:
        with suppress(OSError), listening.accept()[0] as client:
            client.settimeout(20)
            client.sendall(self.greeting)
            while self.endless and self.greeting == b"":
                client.sendall(self.endless)
            while line := client.recv(65536):
                self.received += line
                word = line.split()[0].upper() if line.split() else b""
                answer = self.answers.get(word, b"250 OK\r\n" if b"DATA" in self.received else OPEN)
                client.sendall(answer)
                while self.endless and word == b"EHLO":
                    client.sendall(self.endless)


@contextmanager
def serving(wire: Wire) -> Iterator[Wire]:
    with socket.create_server((HOST, 0)) as listening:
        wire.port = listening.getsockname()[1]
        thread = threading.Thread(target=wire.serve, args=(listening,), daemon=True)
        thread.start()
        yield wire
    thread.join(20)
    assert not thread.is_alive()


def settings(folder: Path, port: int, security: Security) -> MailSettings:
    file = folder / "password"
    file.touch(mode=0o600)
    file.write_text(f"{PASSWORD}\n")
    user = "" if security == "none" else USER
    return MailSettings(host=HOST, port=port, security=security, user=user,
                        password_file=str(file), ca_file="", sender="letters@vega.com")  # fmt: skip


def refusal(folder: Path, wire: Wire, security: Security = "starttls") -> AppError:
    """Send a letter to a hostile server; return the error, which is safe to show."""
    with serving(wire), pytest.raises(AppError) as raised:
        send_letter(
            LETTER, settings(folder, wire.port, security),
            datetime(2026, 3, 4, tzinfo=UTC), "id-1", timeout=TIMEOUT,
        )  # fmt: skip
    error = raised.value
    assert error.message.isprintable(), error.message
    assert len(error.message) < 500
    assert error.remedy
    for secret in (PASSWORD.encode(), base64.b64encode(f"\0{USER}\0{PASSWORD}".encode())):
        assert secret not in wire.received
    assert wire.letters() <= 1
    if security != "none":  # the wire is open: not even the addresses go over it
        assert b"zoe@" not in wire.received
        assert b"AUTH" not in wire.received
    return error


GREETINGS = {
    "a line of a megabyte": b"220 " + LONG + b"\r\n",
    "a megabyte without an end": LONG,
    "escape sequences": b"554 " + ESCAPES + b"\r\n",
    "a code beyond all": b"999 hello\r\n",
    "no code": b"hello there\r\n",
    "half a code": b"22\r\n",
    "a code of other digits": "٢٢٠ hello\r\n".encode(),
    "a negative code": b"-20 hello\r\n",
    "zeros": bytes(4096) + b"\r\n",
    "silence": SILENCE,
}


@pytest.mark.parametrize("greeting", GREETINGS)
def test_a_hostile_greeting_gets_nothing(tmp_path: Path, greeting: str) -> None:
    error = refusal(tmp_path, Wire(GREETINGS[greeting], {}))
    assert type(error) is MailError
    assert "Nothing was sent" in error.message


ENCRYPTIONS = {
    "STARTTLS was stripped": {b"EHLO": STRIPPED},
    "STARTTLS is refused": {b"EHLO": HELLO, b"STARTTLS": b"454 " + ESCAPES + b"\r\n"},
    "STARTTLS is answered by silence": {b"EHLO": HELLO, b"STARTTLS": SILENCE},
    "what follows STARTTLS is no TLS": {
        b"EHLO": HELLO, b"STARTTLS": b"220 go\r\n250 AUTH PLAIN\r\n",
    },
    "a line of a megabyte for EHLO": {b"EHLO": b"250 " + LONG + b"\r\n"},
    "EHLO is refused, HELO is not": {b"EHLO": b"500 no\r\n", b"HELO": OPEN},
}  # fmt: skip


@pytest.mark.parametrize("how", ENCRYPTIONS)
def test_without_encryption_no_secret_goes_out(tmp_path: Path, how: str) -> None:
    error = refusal(tmp_path, Wire(b"220 mail.test\r\n", ENCRYPTIONS[how]))
    assert type(error) is MailError
    assert "Nothing was sent" in error.message


@pytest.mark.parametrize("greeting", [b"", b"220 mail.test\r\n"])
def test_a_server_that_never_ends_its_answer_is_left(tmp_path: Path, greeting: bytes) -> None:
    wire = Wire(greeting, {b"EHLO": b"250-mail.test\r\n"}, endless=b"250-again and again\r\n" * 200)
    error = refusal(tmp_path, wire)
    assert type(error) is MailError
    assert "Nothing was sent" in error.message


def test_a_server_that_answers_byte_by_byte_is_left_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("partnerdesk.mailing.smtp.WAITS", 2)
    ended = threading.Event()

    class Slow(Wire):
        def serve(self, listening: socket.socket) -> None:
            with suppress(OSError), listening.accept()[0] as client:
                client.sendall(b"220-")
                while not ended.wait(0.1):
                    client.sendall(b"x")

    error = refusal(tmp_path, Slow(b"", {}))
    ended.set()
    assert "Nothing was sent" in error.message


ON_THE_WAY = {
    "an odd code for the sender": ({b"MAIL": b"777 " + ESCAPES + b"\r\n"}, 0),
    "an odd code for the recipient": ({b"RCPT": b"100 wait\r\n"}, 0),
    "a megabyte for the recipient": ({b"RCPT": b"550 " + LONG + b"\r\n"}, 0),
    "no 354": ({b"DATA": b"250 " + ESCAPES + b"\r\n"}, 1),
}


@pytest.mark.parametrize("how", ON_THE_WAY)
def test_odd_answers_on_the_way_are_told(tmp_path: Path, how: str) -> None:
    answers, letters = ON_THE_WAY[how]
    wire = Wire(b"220 mail.test\r\n", answers)
    error = refusal(tmp_path, wire, "none")
    assert "Nothing was sent" in error.message
    assert wire.letters() == letters


@pytest.mark.parametrize("answer", [b"777 odd\r\n", b"", b"354 again\r\n", LONG])
def test_an_odd_answer_to_the_letter_leaves_open_whether_it_went(
    tmp_path: Path, answer: bytes
) -> None:
    class Taking(Wire):
        def serve(self, listening: socket.socket) -> None:
            with suppress(OSError), listening.accept()[0] as client:
                client.settimeout(20)
                client.sendall(b"220 mail.test\r\n")
                while line := client.recv(1_000_000):
                    self.received += line
                    if self.received.endswith(b"\r\n.\r\n"):
                        client.sendall(answer)
                    elif b"DATA\r\n" in self.received[-6:]:
                        client.sendall(b"354 go\r\n")
                    elif b"\nDATA\r\n" not in self.received:
                        client.sendall(OPEN)

    wire = Taking(b"", {})
    error = refusal(tmp_path, wire, "none")
    assert type(error) is MailUncertainError
    assert "may have been sent" in error.message
    assert wire.letters() == 1


@given(greeting=st.binary(max_size=60), hello=st.binary(max_size=60))
def test_whatever_it_says_nothing_goes_out(
    tmp_path_factory: pytest.TempPathFactory, greeting: bytes, hello: bytes
) -> None:
    wire = Wire(greeting + b"\r\n", {b"EHLO": hello + b"\r\n", b"HELO": hello + b"\r\n"})
    error = refusal(tmp_path_factory.mktemp("mail"), wire)
    assert "Nothing was sent" in error.message
