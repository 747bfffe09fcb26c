"""Translations: all texts are marked, all catalogues complete, compiled and well formed."""

from __future__ import annotations

import ast
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages import Catalog, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from partnerdesk.models.core.clock import age, date_text, moment_text
from partnerdesk.models.customers.entities import Relationship
from partnerdesk.models.importing.fields import ImportField, headings, key
from partnerdesk.models.importing.words import import_words
from partnerdesk.models.languages import (
    DOMAIN,
    FOLDER,
    available,
    ngettext,
    number,
    of_letters,
    preferred,
    speak,
)
from partnerdesk.models.languages import LANGUAGES as ALL_LANGUAGES
from partnerdesk.models.resources import RESOURCES
from tests.support.books import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUSE = Path(__file__).parents[2]
ROOMS = ("tui", "screens", "models", "mailing", "partnercenter", "rehearsal", "cli")
LANGUAGES = [language for language in available() if language != "en"]
KEYWORDS = extract.DEFAULT_KEYWORDS | {"N_": None}


def sources() -> Iterator[Path]:
    """Yield all files with texts for people."""
    for room in ROOMS:
        yield from sorted((HOUSE / room).rglob("*.py"))


def marked() -> set[tuple[str, str | None]]:
    """Return all marked texts, each with its context or None."""
    found: set[tuple[str, str | None]] = set()
    for room in ROOMS:
        for _file, _line, message, _comments, context in extract.extract_from_dir(
            HOUSE / room, keywords=KEYWORDS
        ):
            found.add((message[0] if isinstance(message, tuple) else message, context))
    tables = "partnerdesk.partnercenter.toml_texts:table_texts"
    for method, file in (
        ("partnerdesk.models.settings.cloud_texts:cloud_texts", "config.toml"),
        (tables, "partnercenter/operations.toml"),
        (tables, "partnercenter/error_codes.toml"),
        (tables, "partnercenter/sign_in/error_codes.toml"),
    ):
        texts = extract.extract_from_file(method, HOUSE / file)
        found |= {(str(text), None) for _line, text, _comments, _context in texts}
    return found


def catalogue(language: str) -> Catalog:
    with (FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def test_there_is_russian() -> None:
    assert "ru" in LANGUAGES


def test_each_language_has_a_line_and_each_line_a_folder() -> None:
    folders = {file.name for file in FOLDER.iterdir() if file.is_dir()}
    assert folders - {"__pycache__"} == set(ALL_LANGUAGES)
    assert available() == ["en", "ru"]
    assert of_letters() == ["en", "ru", "de"]
    assert len(import_words()) == 5
    for words in import_words():
        assert set(words.relationships) <= set(Relationship)
        assert all(set(tier) <= set(ImportField) for tier in words.headings)
        assert {key(name) for name in words.doubtful} <= set(headings()[ImportField.MICROSOFT_ID])


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_missing_and_nothing_is_left_over(language: str) -> None:
    texts = {
        (message.id[0] if isinstance(message.id, tuple) else message.id, message.context)
        for message in catalogue(language)
        if message.id
    }
    wanted = marked()
    assert wanted - texts == set(), "run `make messages` and translate what is new"
    assert texts - wanted == set(), "run `make messages`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_in_every_form(language: str) -> None:
    held = catalogue(language)
    for message in held:
        if not message.id:
            continue
        assert not message.fuzzy, message.id
        translated = message.string
        forms = (
            [str(form) for form in translated]
            if isinstance(translated, (list, tuple))
            else [str(translated)]
        )
        assert len(forms) == (held.num_plurals if isinstance(message.id, tuple) else 1)
        singular = str(message.id[0] if isinstance(message.id, tuple) else message.id)
        wanted = set(re.findall(r"\{\w*\}|%\(\w+\)s", singular))
        for form in forms:
            assert form, message.id
            assert set(re.findall(r"\{\w*\}|%\(\w+\)s", form)) == wanted, message.id
            assert form.endswith("\n") == singular.endswith("\n"), message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_the_written_one(language: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(language))
    file = FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
    assert file.read_bytes() == compiled.getvalue(), "run `make messages`"


def test_no_text_hides_in_a_formatted_string() -> None:
    """pybabel does not find a call inside `f"{…}"`."""
    for file in sources():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name):
                        assert inner.func.id not in KEYWORDS, f"{file}:{node.lineno}"


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "1 клиент"), (3, "3 клиента"), (5, "5 клиентов"), (11, "11 клиентов"),
     (21, "21 клиент"), (1234, "1\N{NO-BREAK SPACE}234 клиента")],
)  # fmt: skip
def test_russian_plurals(count: int, said: str) -> None:
    speak("ru")
    assert ngettext("{count} customer", "{count} customers", count) == said


def test_numbers_dates_and_ages_follow_the_language() -> None:
    assert (number(1234567), date_text(NOW)) == ("1,234,567", "2026-11-22")
    assert moment_text(NOW) == "2026-11-22 12:00 UTC"
    assert age(None, NOW) == "never"
    speak("ru")
    assert (number(1234567), date_text(NOW)) == (
        "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567",
        "22.11.2026",
    )
    assert age(None, NOW) == "никогда"


@pytest.mark.parametrize(
    ("variables", "language"),
    [({"LANG": "ru_RU.UTF-8"}, "ru"), ({"LANG": "de_DE.UTF-8"}, "en"),
     ({"LANG": "ru_RU.UTF-8", "LC_ALL": "C"}, "en"), ({"LANG": "C.UTF-8"}, "en"),
     ({"LANG": "en_US", "LANGUAGE": "ru:en"}, "ru"), ({"LANG": "rubbish"}, "en"), ({}, "en")],
)  # fmt: skip
def test_the_locale_chooses_the_language(
    variables: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert preferred() == language


@pytest.mark.parametrize("language", available())
@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_every_guide_is_there_in_every_language(resource: object, language: str) -> None:
    texts = [
        (FOLDER / code / "guides" / f"{resource.name}.md").read_text(encoding="utf-8")  # type: ignore[attr-defined]
        for code in ("en", language)
    ]
    shapes = [
        [line.split(" ")[0] for line in text.splitlines() if line[:1] == "#"] for text in texts
    ]
    assert shapes[0] == shapes[1]
    assert all(len(line) <= 78 for text in texts for line in text.splitlines())


CURLED = re.compile("[“”„‟‘‚]")
DECLINED = re.compile(
    r"(?i)\b(во?|на|со?|ко?|у|по|для|из|об?|от|до|без|за|при|под|над|перед|между)\s+\{(\w+)\}"
)
"""A preposition with a word behind it that is put in as it is, in the nominative."""
UNDECLINED = frozenset({
    "ended", "all", "cloud", "field", "address", "file", "host", "server", "domain", "date",
    "moment", "count", "recipient", "email", "column", "name", "most", "mark", "began",
})  # fmt: skip
"""What has no cases: names of files, hosts and columns as they are typed, ids, days, numbers."""


def of_russian() -> Iterator[tuple[str, str]]:
    """Yield each Russian text with its English one; of pages the English one is empty."""
    for message in catalogue("ru"):
        if message.id:
            english = message.id[0] if isinstance(message.id, tuple) else message.id
            forms = message.string if isinstance(message.string, tuple) else [message.string]
            yield from ((str(english), str(form)) for form in forms)
    for page in (FOLDER / "ru").rglob("*"):
        if page.suffix in (".md", ".txt"):
            yield "", page.read_text("utf-8")


def test_russian_quotes_are_the_russian_ones() -> None:
    texts = list(of_russian())
    assert len(texts) > 1000
    assert [text for _english, text in texts if CURLED.search(text)] == []
    code = re.compile(r'"[^"\n]*"')  # straight quotes are part of what is typed
    wrong = [
        text for english, text in texts
        if len(code.findall(text)) > len(code.findall(english))
        or text.count("«") != text.count("»")
        or ("“" in english and "«" not in text)
    ]  # fmt: skip
    assert wrong == []


def test_no_formatted_string_of_the_code_has_the_quotes_of_one_language() -> None:
    wrong = [
        f"{file.relative_to(HOUSE)}:{node.lineno}"
        for file in sources()
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.JoinedStr)
        for part in node.values
        if isinstance(part, ast.Constant) and re.search("[“”„«»]", str(part.value))
    ]
    assert wrong == []


def test_no_word_that_is_put_into_a_russian_sentence_needs_a_case() -> None:
    wrong = [
        text for _english, text in of_russian()
        if any(name not in UNDECLINED for _word, name in DECLINED.findall(text))
    ]  # fmt: skip
    assert wrong == []
