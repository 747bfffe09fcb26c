"""Letters sent to a real mail server: encrypted, signed in, and told honestly when it fails."""

from __future__ import annotations

import socket
import threading
import traceback
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import pytest

from partnerdesk.mailing.smtp import send_letter
from partnerdesk.models.core.errors import (
    AppError,
    ExitCode,
    MailError,
    MailRefusedError,
    MailUncertainError,
    RefusedError,
    SettingsError,
)
from partnerdesk.models.letters.eml import message
from partnerdesk.models.letters.letter import LetterKind, LetterLanguage, Parties, compose
from partnerdesk.models.settings.model import MailSettings
from tests.support.mail_server import (
    HOST,
    PASSWORD,
    USER,
    Behaviour,
    MailServer,
    authority_file,
    certified,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
LINK = (
    "https://admin.microsoft.com/Adminportal/Home?invType=ResellerRelationship"
    "&partnerId=3b33e682-00c3-41ee-9dd2-a548adf56438&msppId=0&DAP=true"
    "#/BillingAccounts/partner-invitation"
)
PARTIES = Parties("Contoso GmbH", "Zoë Müller", "zoe@contoso.com", "Vega", LINK, True, "")
LETTER = compose(LetterKind.INVITATION, LetterLanguage("de"), PARTIES)


@pytest.fixture
def mail(tmp_path: Path) -> MailSettings:
    """Return settings that are right but for the port."""
    file = tmp_path / "password"
    file.touch(mode=0o600)
    file.write_text(f"{PASSWORD}\n")
    return MailSettings(
        host=HOST, port=1, security="starttls", user=USER, password_file=str(file),
        ca_file=authority_file(tmp_path), sender="Вега, Vertrieb <letters@vega.com>",
    )  # fmt: skip


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer(starttls=certified()) as running:
        yield running


def send(mail: MailSettings, letter: object = None, timeout: float = 10.0) -> None:
    send_letter(letter or LETTER, mail, AT, "id-1", timeout=timeout)  # type: ignore[arg-type]


def failure(mail: MailSettings, timeout: float = 10.0) -> AppError:
    """Return the error that sending ends in; the password is nowhere in it nor in its trace."""
    with pytest.raises(AppError) as raised:
        send(mail, timeout=timeout)
    said = "".join(traceback.format_exception(raised.value))
    for error in (raised.value, raised.value.__context__, raised.value.__cause__):
        said += repr(vars(error) if error else "") + repr(error)
    assert PASSWORD not in said
    assert raised.value.remedy
    return raised.value


def test_a_letter_arrives_encrypted_signed_in_and_whole(
    mail: MailSettings, server: MailServer
) -> None:
    send(replace(mail, port=server.port))
    (got,) = server.received
    assert (got.encrypted, got.signed_in) == (True, True)
    assert (got.source, got.recipients) == ("letters@vega.com", ["zoe@contoso.com"])
    assert got.content == message(LETTER, mail.sender, AT, "id-1").as_bytes()
    read = message_from_bytes(got.content, policy=default)
    assert read["From"].addresses[0].display_name == "Вега, Vertrieb"
    assert read["Subject"] == LETTER.subject
    assert read.get_content().splitlines() == LETTER.body.splitlines()
    assert read["X-Unsent"] is None


def test_tls_at_once_and_a_sender_that_is_the_user(mail: MailSettings) -> None:
    with MailServer(tls=certified()) as server:
        send(replace(mail, port=server.port, security="tls", sender=""))
    assert server.received[0].signed_in
    assert server.received[0].source == USER


def test_without_encryption_only_where_it_is_asked_for_and_nobody_signs_in(
    mail: MailSettings,
) -> None:
    with MailServer(sign_in=False) as server:
        clear = replace(mail, port=server.port, security="none")
        error = failure(clear)
        assert "show the password" in error.message
        assert not server.received
        send(replace(clear, user="", password_file=""))
    assert [got.encrypted for got in server.received] == [False]


def test_lines_that_begin_with_a_dot_arrive_as_they_are(
    mail: MailSettings, server: MailServer
) -> None:
    body = f".\n..two\n{LINK}\n.\nlast"
    send(replace(mail, port=server.port), replace(LETTER, body=body))
    got = message_from_bytes(server.received[0].content, policy=default)
    assert got.get_content().splitlines() == body.splitlines()


def test_an_address_outside_ascii_is_sent_where_the_server_takes_it(
    mail: MailSettings, server: MailServer
) -> None:
    send(replace(mail, port=server.port), replace(LETTER, email="zoë@bücher.de"))
    assert server.received[0].recipients == ["zoë@bücher.de"]
    send(replace(mail, port=server.port), replace(LETTER, email="zoe@bücher.de"))
    assert server.received[1].recipients == ["zoe@xn--bcher-kva.de"]


# The server is not who it should be, or does not let us in


def test_a_server_without_starttls_gets_nothing(mail: MailSettings) -> None:
    with MailServer(sign_in=False) as server:
        error = failure(replace(mail, port=server.port))
        assert not server.received
    assert "offers no encryption" in error.message
    assert "465 with tls" in error.remedy
    assert error.exit_code is ExitCode.OFFLINE


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize(
    ("identity", "days", "ca", "reason"),
    [
        (HOST, 1, "theirs", "certificate"),
        (HOST, -1, "ours", "expired"),
        ("mail.elsewhere.test", 1, "ours", "mismatch"),
    ],
)
def test_a_server_that_cannot_prove_who_it_is_gets_nothing(
    mail: MailSettings, tmp_path: Path, identity: str, days: int, ca: str, reason: str,
    security: str,
) -> None:  # fmt: skip
    context = certified(identity, datetime.now(UTC) + timedelta(days=days))
    at_once = security == "tls"
    with MailServer(
        tls=context if at_once else None, starttls=None if at_once else context
    ) as server:
        error = failure(
            replace(mail, port=server.port, security=security,  # type: ignore[arg-type]
                    ca_file=authority_file(tmp_path, ca))
        )  # fmt: skip
        assert not server.received
    assert "could not prove who it is" in error.message
    assert reason in error.message
    assert error.exit_code is ExitCode.OFFLINE


@pytest.mark.parametrize("without", [(), ("PLAIN",)])
def test_a_wrong_password_is_told_without_the_password(
    mail: MailSettings, tmp_path: Path, without: tuple[str, ...]
) -> None:
    (tmp_path / "password").write_text("Winter2026")
    with MailServer(starttls=certified(), without=without) as server:
        error = failure(replace(mail, port=server.port))
        assert not server.received
    assert f"did not accept the sign-in of {USER} (535)" in error.message
    assert "Winter2026" not in "".join(traceback.format_exception(error))
    assert mail.password_file in error.remedy
    assert error.exit_code is ExitCode.OFFLINE


def test_a_password_that_the_servers_only_way_cannot_take_is_no_crash(mail: MailSettings) -> None:
    with MailServer(starttls=certified(), without=("PLAIN",)) as server:
        assert "did not accept the sign-in" in failure(replace(mail, port=server.port)).message


def test_a_server_that_knows_no_password_is_told(mail: MailSettings) -> None:
    with MailServer(starttls=certified(), without=("PLAIN", "LOGIN")) as server:
        assert "no sign-in with a password" in failure(replace(mail, port=server.port)).message


def test_a_server_that_is_gone_or_silent_or_no_mail_server_is_told(mail: MailSettings) -> None:
    with socket.create_server((HOST, 0)) as silent:
        port = silent.getsockname()[1]
        error = failure(replace(mail, port=port), timeout=0.2)
        assert "Nothing was sent" in error.message
        assert (type(error), error.exit_code) == (MailError, ExitCode.OFFLINE)

        def greet() -> None:
            with silent.accept()[0] as client:
                client.sendall(b"554 \x1b[2J not you\r\n")

        # The connection of the silent part is still in the queue.
        silent.accept()[0].close()
        thread = threading.Thread(target=greet)
        thread.start()
        error = failure(replace(mail, port=port))
        thread.join()
        assert "does not serve us: 554 ␛[2J not you." in error.message
    error = failure(replace(mail, port=port))
    assert f"{HOST}:{port} was not reached: Connection refused" in error.message
    assert error.exit_code is ExitCode.OFFLINE
    error = failure(replace(mail, host="smtp..vega"))
    assert "was not reached" in error.message


def test_tls_to_a_server_that_speaks_in_clear_is_told(mail: MailSettings) -> None:
    with MailServer(sign_in=False) as server:
        error = failure(replace(mail, port=server.port, security="tls"))
    assert "No encrypted connection" in error.message
    assert "587 with starttls" in error.remedy


# The server has its own mind


@pytest.mark.parametrize(
    ("answer", "remedy"),
    [("550 5.1.1 Nobody here is called so", "address"), ("451 Come back in an hour", "later")],
)
@pytest.mark.parametrize("of", ["refused", "refused_content"])
def test_a_refusal_is_told_in_the_servers_words(
    mail: MailSettings, answer: str, remedy: str, of: str
) -> None:
    behaviour = Behaviour(**{of: f"{answer} {PASSWORD}"})  # type: ignore[arg-type]
    with MailServer(behaviour, starttls=certified()) as server:
        error = failure(replace(mail, port=server.port))
    assert type(error) is MailRefusedError
    assert (error.exit_code, error.uncertain) == (ExitCode.FAILED, False)
    assert answer in error.message
    assert "Nothing was sent" in error.message
    assert remedy in error.remedy


def test_a_connection_cut_after_the_letter_is_out_may_have_sent_it(mail: MailSettings) -> None:
    with MailServer(Behaviour(cut=True), starttls=certified()) as server:
        error = failure(replace(mail, port=server.port))
        assert len(server.received) == 1
    assert type(error) is MailUncertainError
    assert (error.exit_code, error.uncertain) == (ExitCode.FAILED, True)
    assert "may have been sent" in error.message
    assert "zoe@contoso.com" in error.remedy


def test_a_connection_cut_before_the_letter_is_out_has_sent_nothing(mail: MailSettings) -> None:
    with MailServer(Behaviour(cut_before=True), starttls=certified()) as server:
        error = failure(replace(mail, port=server.port))
    assert (type(error), error.exit_code) == (MailError, ExitCode.OFFLINE)
    assert "Nothing was sent" in error.message


# What is refused before anybody is asked


@pytest.mark.parametrize(
    ("change", "message", "remedy"),
    [
        ({"host": ""}, "No mail server is set", "[mail]"),
        ({"sender": "", "user": "anna"}, "do not say who sends", "sender"),
        ({"password_file": ""}, "names a user, but no password_file", "only you can read"),
        ({"password_file": "/none"}, "/none cannot be read: No such file", "password_file"),
        ({"ca_file": "/none"}, "/none cannot be read", "PEM"),
    ],
)
def test_settings_that_cannot_work_are_told(
    mail: MailSettings, change: dict[str, str], message: str, remedy: str
) -> None:
    error = failure(replace(mail, **change))  # type: ignore[arg-type]
    assert isinstance(error, SettingsError)
    assert message in error.message
    assert remedy in error.remedy


def test_a_password_file_must_be_its_owners_and_hold_a_password(
    mail: MailSettings, tmp_path: Path
) -> None:
    file = tmp_path / "password"
    for mode in (0o640, 0o604, 0o620):
        file.chmod(mode)
        error = failure(mail)
        assert "Others than you" in error.message
        assert f"chmod 600 {file}" in error.remedy
    file.chmod(0o600)
    for content in (b"", b"\nsecond line", "пароль".encode("cp1251"), b"a\0b"):
        file.write_bytes(content)
        assert str(file) in failure(mail).message
    assert str(tmp_path) in failure(replace(mail, password_file=str(tmp_path))).message
    file.write_text("secret")
    assert "PEM" in failure(replace(mail, ca_file=str(file))).remedy


def test_a_letter_that_may_not_go_out_does_not(mail: MailSettings, server: MailServer) -> None:
    for broken in (
        replace(LETTER, subject="Hello\r\nBcc: all@contoso.com"),
        replace(LETTER, name="Zoë\nBcc: all@contoso.com"),
        replace(LETTER, email="zoe@contoso.com, all@contoso.com"),
        replace(LETTER, body=LETTER.body.replace("DAP=true", "DAP=false")),
    ):
        with pytest.raises(RefusedError):
            send(replace(mail, port=server.port), broken)
    assert not server.received
