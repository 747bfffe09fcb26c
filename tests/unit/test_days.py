"""Parsing of days and yes/no values as files have them, for files and forms."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.languages import speak
from partnerdesk.models.values.days import AmbiguousDayError, day_order, is_ambiguous, parse_moment
from partnerdesk.models.values.fields import day_field, yes_no, yes_no_field
from tests.support.depth import times

DAY = datetime(2025, 11, 15, tzinfo=UTC)
ANY_DAY = st.dates(date(1990, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    "text",
    ["2025-11-15", "2025-11-15T00:00:00Z", "11/15/2025", "15/11/2025", "15.11.2025", "15.11.25",
     "15-11-2025", "2025/11/15", "15. November 2025", "15. Nov. 2025", "Nov 15, 2025",
     "November 15th, 2025", "15 Nov 2025", "15 ноября 2025 г.", "15 нояб. 2025", "15.11.2025 г.",
     "Saturday, November 15, 2025", "2025年11月15日", "45976", "/Date(1763164800000)/",
     " 2025-11-15  00:00 ", "11/15/2025 12:00:00 AM", "15.11.2025 01:00 +01:00"],
)  # fmt: skip
def test_a_day_is_understood(text: str) -> None:
    assert parse_moment(text) == DAY


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [("11/15/2025 2:30:00 PM", 14, 30), ("15.11.2025, 14:30 Uhr", 14, 30), ("45976.5", 12, 0),
     ("15 ноября 2025 г. в 14:30", 14, 30), ("November 15, 2025 at 9:05 am", 9, 5),
     ("2025-11-15T16:30:00+02:00", 14, 30)],
)  # fmt: skip
def test_an_hour_is_understood(text: str, hour: int, minute: int) -> None:
    assert parse_moment(text) == DAY.replace(hour=hour, minute=minute)


@pytest.mark.parametrize(
    "text",
    ["13/13/2025", "31.02.2025", "2025", "7", "99999", "yesterday", "0/0/0", "1.1", "٣/٣/٢٠٢٥/"],
)
def test_no_day(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_moment(text)
    assert isinstance(day_field(text, "code", "field"), Reason)


def test_two_days_are_asked_for() -> None:
    for text in ("3/4/2025", "03-04-2025", "3/4/25 14:00"):
        assert is_ambiguous(text)
        with pytest.raises(AmbiguousDayError):
            parse_moment(text)
        reason = day_field(text, "code", "field")
        assert isinstance(reason, Reason)
        assert "can be two days" in reason.text
    assert parse_moment("3/4/2025", day_first=True).month == 4
    assert parse_moment("3/4/2025", day_first=False).month == 3
    assert parse_moment("3/4/2025 2:00 PM").month == 3, "only Americans write AM and PM"


@given(st.lists(ANY_DAY, min_size=1), st.booleans())
@settings(max_examples=times(100))
def test_a_whole_column_tells_its_order_or_nothing(days: list[date], day_first: bool) -> None:
    form = "%d/%m/%Y" if day_first else "%m/%d/%Y"
    column = [f"{day:{form}}" for day in days]
    told = any(day.day > 12 for day in days)
    assert day_order(column) == (day_first if told else None)
    for day, text in zip(days, column, strict=True):
        assert parse_moment(text, day_first=day_first).date() == day


def test_a_column_of_two_minds_tells_nothing() -> None:
    assert day_order(["13/01/2025", "01/13/2025"]) is None


@given(ANY_DAY, st.sampled_from(["en", "ru", "de"]))
@settings(max_examples=times(60))
def test_days_in_words_of_each_language(day: date, language: str) -> None:
    from babel.dates import format_date

    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    for width in ("long", "medium"):
        assert parse_moment(format_date(day, width, locale=language)) == moment


@given(st.datetimes(datetime(1955, 1, 1), datetime(2118, 1, 1)))  # noqa: DTZ001 - in UTC below
@settings(max_examples=times(60))
def test_numbers_of_excel(moment: datetime) -> None:
    moment = moment.replace(second=0, microsecond=0, tzinfo=UTC)
    number = (moment - datetime(1899, 12, 30, tzinfo=UTC)) / timedelta(days=1)
    assert parse_moment(f"{number:.6f}") == moment


@pytest.mark.parametrize("text", ["Yes", "TRUE", "1", "да", "Ja", "oui", "x", " true "])
def test_yes(text: str) -> None:
    for language in ("en", "ru"):
        speak(language)
        assert yes_no(text) is True
        assert yes_no_field(text, "code", "field") is True


@pytest.mark.parametrize("text", ["No", "FALSE", "0", "нет", "nein", "non"])
def test_no(text: str) -> None:
    assert (yes_no(text), yes_no_field(text, "code", "field")) == (False, False)


@pytest.mark.parametrize("text", ["perhaps", "2", "-", "yes no"])
def test_neither(text: str) -> None:
    assert yes_no(text) is None
    assert isinstance(yes_no_field(text, "code", "field"), Reason)
