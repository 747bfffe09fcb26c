"""`partnerdesk relationships extend|reseller|go-on`: each row is done once, also after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlmodel import select

from partnerdesk.models.core.clock import now
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.database.store import Store
from partnerdesk.models.settings.database_url import SqliteFile
from tests.commands.test_customers_add import as_json
from tests.support.commands import COMMAND, HOUSE
from tests.support.depth import deep
from tests.support.relationship_books import book_of, changes, delegated, read, relationships, whole

if TYPE_CHECKING:
    from pathlib import Path

SOON = now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=20)
"""A day that matches `ends<30d`."""
LATER = SOON + timedelta(days=180)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return book_of(tmp_path)


def ends(book: Path) -> Counter[datetime]:
    """Return the number of relationships by their end."""
    found = read(book, "SELECT end_date_time FROM delegated_admin_relationships")
    return Counter(datetime.fromtimestamp(millis / 1000, UTC) for millis in found)


def extend(book: Path, *words: str) -> Any:
    return relationships(book, "extend", *words)


def kill_after(book: Path, rows: int, *words: str) -> None:
    """Run a command in its own process and kill it after it has printed `rows` rows."""
    command = [*COMMAND, "relationships", *words, "--database", str(book)]
    with subprocess.Popen(
        command, cwd=HOUSE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        for _row in range(rows):
            assert process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL


# Extending


def test_rows_that_match_are_extended_and_the_others_say_why(book: Path) -> None:
    delegated(book, ["Admin"], SOON, roles="Global Administrator\nUser Administrator")
    delegated(book, ["Zeta", "Alpha"], SOON)
    delegated(book, ["Far"], SOON + timedelta(days=300))
    dry = extend(book, "--filter", "ends<30d", "--by", "p180d", "--dry-run")
    assert dry.code == 3
    assert dry.err == "2 would be done, 1 refused\nNothing was written: this was a dry run.\n"
    assert (
        dry.lines[2]
        == f"+ Ärzte & Söhne GmbH · Zeta: would be done: Ends: {SOON:%Y-%m-%d} → {LATER:%Y-%m-%d}"
    )
    assert changes(book) == []
    done = extend(book, "--filter", "ends<30d", "--by", "P180D", "--json")
    assert (done.code, done.err) == (3, "2 done, 1 refused\n")
    rows = done.json["rows"]
    assert [list(row) for row in rows] == [
        [
            "id",
            "customer",
            "display_name",
            "before",
            "after",
            "verdict",
            "reasons",
            "result",
            "end_date_time",
        ]
    ] * 3
    assert [(row["display_name"], row["result"], row["verdict"]) for row in rows] == [
        ("Admin", "refused", "refused"),
        ("Zeta", "done", "allowed"),
        ("Alpha", "done", "allowed"),
    ]
    assert rows[0]["reasons"][0]["code"] == "delegated-admin.global-administrator"
    assert rows[1]["end_date_time"] == f"{LATER:%Y-%m-%d}T00:00:00Z"
    assert done.json["counts"] == {
        "done": 2, "failed": 0, "waiting": 0, "nothing": 0, "refused": 1,
    }  # fmt: skip
    assert (done.json["run"], done.json["runs"]) == (1, [1])
    assert ends(book) == {SOON: 1, LATER: 2, SOON + timedelta(days=300): 1}
    assert changes(book) == ["delegated_admin"] * 3  # the run and its two rows
    again = extend(book, "--filter", "ends<30d -role:global", "--by", "P180D")
    assert (again.code, again.out, again.err) == (0, "", "No rows.\n")
    assert whole(book)


def test_an_extension_to_a_day(book: Path) -> None:
    delegated(book, ["Alpha"], SOON)
    day = f"{SOON + timedelta(days=100):%Y-%m-%d}"
    done = extend(book, "--all", "--to", day)
    assert (done.code, done.err) == (0, "1 done\n")
    assert done.lines == [f"✓ Ärzte & Söhne GmbH · Alpha: done: Ends: {SOON:%Y-%m-%d} → {day}"]
    earlier = extend(book, "--all", "--to", "2026-01-01", "--json")
    assert (earlier.code, earlier.json["run"], earlier.json["counts"]["refused"]) == (3, None, 1)
    assert len(changes(book)) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--by", "P180D"), "say so with --all"),
        (("--filter", " ", "--by", "P180D"), "say so with --all"),
        (("--filter", "x", "--all", "--by", "P180D"), "not allowed with"),
        (("--filter", "x"), "one of the arguments --by --to is required"),
        (("--filter", "x", "--by", "P1D", "--to", "2030-01-01"), "not allowed with"),
        (("--filter", "x", "--by", "180"), "180 is no duration"),
        (("--filter", "x", "--by", "P0D"), "P0D is no duration"),
        (("--filter", "x", "--by", "2030-01-01"), "is no duration"),
        (("--filter", "x", "--to", "P180D"), "P180D is no day"),
        (("--filter", "x", "--to", "2030-02-30"), "is no day"),
        (("--filter", "ends<soon", "--by", "P180D"), "neither an age nor a date"),
    ],
)
def test_wrong_use_of_extend(book: Path, words: tuple[str, ...], said: str) -> None:
    delegated(book, ["Alpha"], SOON)
    done = extend(book, *words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert changes(book) == []


def test_in_read_only_mode_no_run_begins(book: Path) -> None:
    delegated(book, ["Alpha"], SOON)
    done = extend(book, "--all", "--by", "P180D", "--json", "--read-only")
    assert (done.code, done.out) == (3, "")
    assert read(book, "SELECT count(*) FROM runs") == [0]


def test_every_account_has_a_run_of_its_own_and_a_cloud_can_be_named(book: Path) -> None:
    delegated(book, ["Alpha"], SOON)
    delegated(book, ["Beta", "Gamma"], SOON, domain="strasse.onmicrosoft.de")
    only = extend(book, "--all", "--by", "P180D", "--cloud", "germany", "--json")
    assert [row["display_name"] for row in only.json["rows"]] == ["Beta", "Gamma"]
    both = extend(book, "--all", "--by", "P180D", "--json")
    assert [row["display_name"] for row in both.json["rows"]] == ["Alpha", "Beta", "Gamma"]
    assert (both.json["run"], both.json["runs"]) == (None, [2, 3])
    query = "SELECT r.id, a.cloud FROM runs r JOIN partner_accounts a ON a.id = r.account_id"
    assert read(book, f"{query} ORDER BY r.id") == [(1, "germany"), (2, "global"), (3, "germany")]
    assert read(book, "SELECT count(*) FROM runs WHERE finished_at = 0") == [0]


@deep
def test_killed_at_row_180_of_400_the_same_command_does_the_rest_and_no_row_twice(
    book: Path,
) -> None:
    delegated(
        book, [f"Admin {number:03}" for number in range(29)], SOON, roles="Global Administrator"
    )
    delegated(book, [f"GDAP {number:03}" for number in range(371)], SOON)
    words = ("extend", "--filter", "ends<30d", "--by", "P180D")
    kill_after(book, 29 * 2 + 151, *words)  # a refused row is printed as two lines
    moved = ends(book)[LATER]
    assert 150 <= moved < 371
    assert whole(book)
    dry = relationships(book, *words, "--dry-run", "--json")
    assert (dry.code, len(dry.json["rows"])) == (0, 371 - moved)
    assert read(book, "SELECT count(*) FROM runs") == [1]
    done = relationships(book, *words, "--json")
    assert done.code == 3
    assert f"Going on with run 1: {29 + moved} of 400 rows done." in done.err
    assert done.json["counts"] == {
        "done": 371, "failed": 0, "waiting": 0, "nothing": 0, "refused": 29,
    }  # fmt: skip
    assert len(done.json["rows"]) == 400
    assert ends(book) == {SOON: 29, LATER: 371}
    assert changes(book) == ["delegated_admin"] * 372  # the run and its rows
    rows = "SELECT count(*), count(DISTINCT plan_id) FROM changes WHERE part_of <> 0"
    assert read(book, rows) == [(371, 371)]
    assert whole(book)
    again = relationships(book, *words, "--json")
    assert again.json["counts"]["refused"] == len(again.json["rows"]) == 29
    assert ends(book) == {SOON: 29, LATER: 371}


def test_killed_in_the_second_account_nothing_of_the_first_is_done_again(book: Path) -> None:
    """Even though the filter still matches the rows of the first account."""
    delegated(book, ["Alpha", "Beta"], SOON)
    delegated(
        book, [f"GDAP {number:03}" for number in range(60)], SOON, domain="strasse.onmicrosoft.de"
    )
    words = ("extend", "--filter", "helpdesk", "--by", "P180D")
    kill_after(book, 5, *words)
    assert 2 < ends(book)[LATER] < 62
    done = relationships(book, *words, "--json")
    assert done.code == 0
    assert "Going on with run 2" in done.err
    assert ends(book) == {LATER: 62}
    assert len(changes(book)) == 2 + 62  # two runs, one per account, and their rows


def test_other_words_begin_a_run_of_their_own(book: Path) -> None:
    delegated(book, [f"GDAP {number:03}" for number in range(60)], SOON)
    kill_after(book, 5, "extend", "--filter", "gdap", "--by", "P180D")
    other = extend(book, "--filter", "gdap 059", "--by", "P180D", "--json")
    assert (other.code, other.json["run"], len(other.json["rows"])) == (0, 2, 1)
    assert "Going on" not in other.err
    rest = relationships(book, "go-on", "1", "--json")
    assert (rest.code, rest.json["counts"]["done"], rest.json["run"]) == (0, 60, 1)
    assert "Going on with run 1" in rest.err
    assert ends(book) == {LATER: 59, LATER + timedelta(days=180): 1}
    for id in ("3", "0", "-1", "99999999999999999999"):
        assert relationships(book, "go-on", id).code == 4
    assert relationships(book, "go-on", "1", "--cloud", "germany").code == 4


def test_a_row_that_cannot_be_done_fails_and_is_tried_again(book: Path) -> None:
    delegated(book, [f"GDAP {number:03}" for number in range(60)], SOON)
    words = ("extend", "--filter", "gdap", "--by", "P180D")
    kill_after(book, 5, *words)
    delete = "DELETE FROM delegated_admin_relationships WHERE display_name = 'GDAP 059'"
    with Store(SqliteFile(book)).writing() as session:
        session.connection().exec_driver_sql(delete)
    done = relationships(book, *words, "--json")
    assert (done.code, done.json["counts"]["failed"], done.json["counts"]["done"]) == (5, 1, 59)
    last = done.json["rows"][-1]
    assert (last["result"], last["verdict"]) == ("failed", "refused")
    assert "no delegated-admin relationship 60" in last["reasons"][0]["text"]
    assert "relationships go-on 1" in done.err
    again = relationships(book, "go-on", "1")
    assert again.code == 5
    assert again.lines[-2].startswith("✗ Ärzte & Söhne GmbH · GDAP 059: failed")
    assert ends(book) == {LATER: 59}


# Naming a reseller


def test_the_reseller_is_named_on_what_the_customer_list_finds(book: Path) -> None:
    relationships(
        book, "partners", "add", "--name", "Nova", "--mpn-id", "4711", "--agreement-signed", "no"
    )
    words = ("reseller", "--filter", "zebra or leading", "--partner", "4711")
    dry = relationships(book, *words, "--dry-run", "--json")
    assert [row["result"] for row in dry.json["rows"]] == ["would_name", "would_name", "refused"]
    assert dry.json["rows"][0]["indirect_reseller"] == "Nova"
    done = relationships(book, *words, "--json")
    assert done.code == 3  # Germany has no indirect model
    rows = done.json["rows"]
    assert [(row["customer"], row["result"], row["verdict"]) for row in rows] == [
        ("007 Leading Zero", "done", "warnings"),
        ("Zebra", "done", "warnings"),
        ("Zebra Deutschland", "refused", "refused"),
    ]
    assert [row["indirect_reseller"] for row in rows] == ["Nova", "Nova", ""]
    assert rows[0]["reasons"][0]["code"] == "reseller.agreement"
    assert rows[2]["reasons"][0]["code"] == "partner.cloud"
    again = relationships(book, *words, "--cloud", "global")
    assert (again.code, again.err) == (0, "2 already so\n")
    assert again.lines[0] == "= 007 Leading Zero: already so"
    (partner,) = relationships(book, "partners", "list", "--json").json
    assert partner["customers"] == 2
    taken = relationships(
        book, "reseller", "--filter", "zebra", "--partner", "", "--cloud", "global", "--json"
    )
    assert [row["indirect_reseller"] for row in taken.json["rows"]] == [""]


def test_a_provider_or_a_stranger_is_no_reseller(book: Path) -> None:
    relationships(book, "partners", "add", "--name", "Vega", "--kind", "provider")
    for partner, said in (("Vega", "is an indirect provider"), ("Nobody", "none of your resell")):
        done = relationships(
            book, "reseller", "--filter", "zebra", "--partner", partner, "--cloud", "global"
        )
        assert done.code == 3
        assert said in done.out
    assert relationships(book, "reseller", "--partner", "Nova").code == 2
    assert changes(book) == ["partner"]


def test_forty_customers_give_forty_results(book: Path) -> None:
    with Store(SqliteFile(book)).writing() as session:
        one = session.exec(select(Customer).where(Customer.company_name == "Zebra")).one()
        for number in range(40):
            name = f"Herd {number:02}"
            session.add(Customer(account_id=one.account_id, company_name=name))
    relationships(book, "partners", "add", "--name", "Nova")
    done = relationships(book, "reseller", "--filter", "herd", "--partner", "nova", "--json")
    assert (done.code, len(done.json["rows"]), done.json["counts"]["done"]) == (0, 40, 40)


# Keeping delegated-admin relationships

KEPT: list[dict[str, str]] = [
    {"customer": "aerzte.onmicrosoft.com", "name": "First", "roles": "Helpdesk Administrator",
     "start": "2026-01-01", "end": "2027-06-30", "auto_extend": "yes"},
    {"customer": "00000005-0000-4000-8000-000000000000", "name": "Second", "end": "2027-06-30",
     "roles": "Global Administrator", "auto_extend": "yes"},
    {"customer": "nobody.example", "name": "Third", "end": "2027-06-30"},
    {"customer": "strasse.onmicrosoft.de", "name": "First", "status": "created"},
    {"customer": "müller.example", "name": "First", "end": "2027-06-30"},
    {"customer": "shared.onmicrosoft.com", "name": "Fifth", "end": "2027-06-30"},
]  # fmt: skip


def as_table(folder: Path, kind: str) -> Path:
    file = folder / f"kept.{kind}"
    if kind == "json":
        return as_json(file, KEPT)
    from partnerdesk.models.sheets import write_csv, write_xlsx

    names = ["customer", "name", "roles", "status", "start", "end", "auto_extend", "microsoft_id"]
    rows = [[row.get(name, "") for name in names] for row in KEPT]
    (write_csv if kind == "csv" else write_xlsx)(rows, names, file)
    return file


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_relationships_are_kept_from_a_file_and_a_rerun_finds_them(
    book: Path, tmp_path: Path, kind: str
) -> None:
    words = ("delegated-admin", "add", "--file", as_table(tmp_path, kind), "--json")
    dry = relationships(book, *words, "--dry-run")
    assert [row["result"] for row in dry.json] == [
        "would_add", "refused", "refused", "would_add", "refused", "refused",
    ]  # fmt: skip
    assert changes(book) == []
    done = relationships(book, *words)
    assert (done.code, done.err) == (3, "2 added, 4 refused\n")
    assert [row["result"] for row in done.json] == [
        "added", "refused", "refused", "added", "refused", "refused",
    ]  # fmt: skip
    assert [row["reasons"][0]["code"] for row in done.json if row["reasons"]] == [
        "delegated-admin.global-administrator",
        "delegated-admin.no-customer",
        "delegated-admin.name-taken",
        "delegated-admin.no-customer",
    ]
    assert [row["id"] for row in done.json] == [1, None, None, 2, None, None]
    again = relationships(book, *words)
    assert [row["result"] for row in again.json][:4] == ["exists", "refused", "refused", "exists"]
    assert again.json[0]["id"] == 1
    listed = relationships(book, "delegated-admin", "list", "--json").json
    assert {(row["display_name"], row["cloud"], row["auto_extend_duration"]) for row in listed} == {
        ("First", "global", "P180D"),
        ("First", "germany", "P0D"),
    }
    assert whole(book)


def test_one_from_flags_and_its_whole_life(book: Path) -> None:
    words = ("--customer", "aerzte.onmicrosoft.com", "--name", "Zeta", "--status", "created",
             "--roles", "User Administrator, Helpdesk Administrator")  # fmt: skip
    done = relationships(book, "delegated-admin", "add", *words)
    assert (done.code, done.err) == (0, "1 added\n")
    assert done.lines == ["✓ Ärzte & Söhne GmbH · Zeta: added"]

    def event(name: str, *more: str) -> Any:
        return relationships(book, "delegated-admin", name, "1", "--json", *more)

    assert event("approve").code == 3
    dry = event("request", "--dry-run")
    assert (dry.json["result"], dry.json["status"]) == ("would_request", "created")
    assert event("request").json["status"] == "approvalPending"
    approved = event("approve")
    assert (approved.code, approved.json["status"], approved.json["result"]) == (
        0,
        "active",
        "approved",
    )
    assert approved.json["roles"] == "User Administrator, Helpdesk Administrator"
    assert event("terminate").json["status"] == "terminated"
    refused = event("terminate")
    assert (refused.code, refused.json["result"]) == (3, "refused")
    for id in ("9", "0", "99999999999999999999"):
        assert relationships(book, "delegated-admin", "request", id).code == 4
    other = relationships(book, "delegated-admin", "approve", "1", "--cloud", "germany")
    assert other.code == 4
    assert changes(book) == ["delegated_admin"] * 4


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "Say which relationship to keep."),
        (("--file", "x.csv", "--name", "x"), 2, "not both"),
        (("--file", "missing.csv"), 1, "missing.csv"),
        (("--name", "x", "--end", "2030-01-01"), 3, "Whose?"),
    ],
)
def test_wrong_use_of_delegated_admin_add(
    book: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    done = relationships(book, "delegated-admin", "add", *words)
    assert done.code == code
    assert said in done.out + done.err


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("name", "x" * 51, "At most 50"), ("name", "\x1b[2J", "to be seen"),
        ("roles", "\x1b[2J", "to be seen"), ("status", "asleep", "is no state"),
        ("end", "2027-02-30", "is no day"), ("start", "0001-01-01T00:00+14:00", "is no day"),
        ("auto_extend", "perhaps", "yes (P180D) or no"), ("microsoft_id", "x", "two GUIDs"),
    ],
)  # fmt: skip
def test_a_wrong_relationship_is_refused(book: Path, field: str, text: str, said: str) -> None:
    values = KEPT[0] | {field: text}
    flags = [
        word for name, value in values.items() for word in (f"--{name.replace('_', '-')}", value)
    ]
    done = relationships(book, "delegated-admin", "add", *flags)
    assert done.code == 3
    assert said in done.out
    assert all(line.isprintable() for line in done.lines)
    assert changes(book) == []


def test_a_file_with_a_field_that_there_is_not(book: Path, tmp_path: Path) -> None:
    file = as_json(tmp_path / "kept.json", [{"customer": "x", "rolls": "y"}])
    done = relationships(book, "delegated-admin", "add", "--file", file)
    assert (done.code, done.out) == (1, "")
    assert "Did you mean roles?" in done.err
