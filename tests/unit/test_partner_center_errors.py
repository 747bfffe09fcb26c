"""The decoder of errors: every code in words, whatever form the answer has."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerdesk.models.core.errors import (
    ExitCode,
    PartnerCenterError,
    SignInNeededError,
    ThrottledError,
)
from partnerdesk.models.languages import available, speak
from partnerdesk.partnercenter.answers import Answer, ErrorWords, error_words, json_body, masked
from partnerdesk.partnercenter.errors import (
    ErrorKind,
    Trace,
    answer_error,
    code_lines,
    decoded,
    explain,
)
from partnerdesk.partnercenter.operations import operations

TRACE = Trace(400, "c0ffee", "facade")


def test_no_two_lines_are_about_the_same() -> None:
    lines = [(line.code, line.status, line.operations) for line in code_lines()]
    assert len(lines) == len(set(lines))
    for line in code_lines():
        assert line.code or line.status
        assert line.source
        assert set(line.operations) <= set(operations())


@pytest.mark.parametrize("language", available())
def test_every_code_has_words_and_a_remedy_in_every_language(language: str) -> None:
    speak(language)
    for line in code_lines():
        operation = operations()[line.operations[0] if line.operations else "get_customer"]
        status = line.status or 400
        error = answer_error(operation, ErrorWords(line.code), Trace(status, "c0ffee", ""))
        assert "c0ffee" in error.message
        assert line.code in error.message
        assert error.remedy.endswith(".")
        if language == "ru":
            assert line.text not in error.message


@pytest.mark.parametrize(
    ("operation", "status", "code", "words", "kind"),
    [
        ("list_customers", 400, "2000", "no further page", ErrorKind.GONE),
        ("check_reseller_agreement", 400, "2000", "one id", ErrorKind.REFUSED),
        ("check_reseller_agreement", 400, "2001", "needs the reseller", ErrorKind.REFUSED),
        ("get_subscription", 400, "2001", "suspended", ErrorKind.REFUSED),
        ("get_subscription", 403, "2006", "may not sell", ErrorKind.REFUSED),
        ("get_subscription", 400, "2006", "no changes", ErrorKind.REFUSED),
        ("check_network_id", 404, "3000", "network id", ErrorKind.GONE),
        ("create_customer", 400, "3000", "field", ErrorKind.REFUSED),
        ("update_billing_profile", 412, "", "has changed", ErrorKind.STALE),
        ("update_billing_profile", 400, "2055", "has changed", ErrorKind.STALE),
        ("get_customer", 404, "99999", "no such record", ErrorKind.GONE),
        ("get_customer", 503, "", "not available", ErrorKind.BUSY),
        ("get_customer", 401, "900421", "MFA", ErrorKind.SIGN_IN),
        ("get_customer", 418, "7", "", ErrorKind.REFUSED),
        ("get_customer", 599, "", "", ErrorKind.BUSY),
    ],
)
def test_the_same_code_is_read_by_operation_and_status(
    operation: str, status: int, code: str, words: str, kind: ErrorKind
) -> None:
    line = decoded(operation, status, code)
    assert words in line.text
    assert line.kind is kind


def test_an_unknown_code_shows_the_services_own_words() -> None:
    words = ErrorWords("424242", "Something new")
    error = answer_error(operations()["get_customer"], words, Trace(418, "c0ffee", "facade"))
    assert isinstance(error, PartnerCenterError)
    assert error.message == (
        "Partner Center refused: Read a customer. It says: Something new "
        "(HTTP 418, code 424242, correlation id c0ffee)"
    )
    assert (error.code, error.status, error.request_id) == ("424242", 418, "facade")


@pytest.mark.parametrize(
    ("status", "kind", "exit_code"),
    [
        (401, SignInNeededError, ExitCode.OFFLINE),
        (429, ThrottledError, ExitCode.BUSY),
        (404, PartnerCenterError, ExitCode.NOT_FOUND),
        (412, PartnerCenterError, ExitCode.BUSY),
        (400, PartnerCenterError, ExitCode.FAILED),
    ],
)
def test_the_status_decides_the_kind_of_error_and_the_exit_code(
    status: int, kind: type[Exception], exit_code: ExitCode
) -> None:
    error = answer_error(operations()["get_customer"], ErrorWords(), Trace(status, "", ""))
    assert type(error) is kind
    assert error.exit_code is exit_code


def test_a_denial_names_the_roles_that_microsoft_names() -> None:
    error = answer_error(operations()["create_customer"], ErrorWords(), Trace(403, "", ""))
    assert "user management admin, admin agent, sales agent" in error.remedy


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            b'{"code": 600049, "description": "Missing", "data": []}',
            ErrorWords("600049", "Missing"),
        ),
        (b'{"code": "600049", "description": "Missing"}', ErrorWords("600049", "Missing")),
        (b'\xef\xbb\xbf{"code": 1.0, "description": "x"}', ErrorWords("1", "x")),
        ('{"code": "1", "description": "запрет"}'.encode("utf-16"), ErrorWords("1", "запрет")),
        (b'{"statusCode": 429, "message": "slow down"}', ErrorWords("", "slow down")),
        (
            b'{"code": 600061, "message": "m", "description": "d", "errorName": "Exists"}',
            ErrorWords("600061", "d"),
        ),
        (b'{"error": {"code": "itemNotFound", "message": "no"}}', ErrorWords("itemNotFound", "no")),
        (
            b"<html><head><title>502 Bad &amp; Gateway</title></head></html>",
            ErrorWords("", "502 Bad & Gateway"),
        ),
        (b"<html>no title</html>", ErrorWords()),
        (b"", ErrorWords()),
        (b"[]", ErrorWords()),
        (b'{"code": true, "description": 7}', ErrorWords()),
        (b'"only words"', ErrorWords("", "only words")),
        (b'{"code": 1, "description": "a\\u001b[31m\\nb"}', ErrorWords("1", "a␛[31m b")),
        (
            b'{"code": 2007, "description": "{\\"code\\": 60071, \\"message\\": \\"no street\\"}"}',
            ErrorWords("2007", "no street"),
        ),
    ],
)
def test_every_form_of_an_error_is_read(content: bytes, words: ErrorWords) -> None:
    assert error_words(content) == words


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_make_the_decoder_fail(content: bytes) -> None:
    words = error_words(content)
    assert len(words.text) <= 301
    assert words.text.isprintable() or words.text == ""


def test_long_words_are_cut_and_tokens_taken_out() -> None:
    token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"
    body = {"code": 1, "description": f"bad token {token} " + "x" * 2000}
    words = error_words(json.dumps(body).encode())
    assert words.text.startswith("bad token … ")
    assert words.text.endswith("…")
    assert len(words.text) == 301


@pytest.mark.parametrize("depth", [60, 480, 900])
def test_an_answer_that_is_nested_deep_is_masked_and_cut(depth: int) -> None:
    deep = json_body(b'{"password": "hunter2", "a":' * depth + b"1" + b"}" * depth)
    text = json.dumps(masked(deep))
    assert "hunter2" not in text
    assert len(text) < 3_000


def test_secrets_are_masked_wherever_they_stand() -> None:
    body = {"userCredentials": {"userName": "a", "password": "p"}, "items": [{"sasToken": "s"}]}
    assert masked(body) == {"userCredentials": "…", "items": [{"sasToken": "…"}]}
    assert "hunter2" not in repr(
        Answer(201, {"userCredentials": {"password": "hunter2"}}, {"a": "hunter2"}, "", "", None)
    )


def test_a_body_is_read_with_and_without_a_mark() -> None:
    assert json_body(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}
    assert json_body(b"  \n") is None


def test_a_code_is_explained_with_all_its_meanings() -> None:
    assert {line.status for line in explain("2006")} == {400, 403}
    assert [line.code for line in explain("429")] == [""]
    assert [line.kind for line in explain(" resourcemodified ")] == [ErrorKind.STALE]
    assert explain("no-such-code") == []
