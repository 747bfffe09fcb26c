"""Undo of an import: added rows are removed, changed rows restored, others left with a reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnerdesk.models.accounts.accounts import PartnerKind
from partnerdesk.models.core.errors import RefusedError
from partnerdesk.models.customers.page import read_customer
from partnerdesk.models.importing.customers import carry_out_import, plan_import
from partnerdesk.models.importing.fields import LISTS
from partnerdesk.models.importing.records import carry_out_records, plan_records
from partnerdesk.models.importing.undo import ImportUndo, plan_undo_import, undo_import
from partnerdesk.models.operations import bulk
from partnerdesk.models.operations.bulk_records import RowState
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.operations.undo import plan_undo
from partnerdesk.models.pages.change import read_change
from partnerdesk.models.sheets import read_sheet
from tests.support.books import TESTER
from tests.support.depth import times
from tests.support.edits import by, set_tags, write_note
from tests.support.forms import account_in
from tests.support.relations import findings, name_accounts
from tests.support.statements import rows, run

if TYPE_CHECKING:
    from pathlib import Path

    from partnerdesk.models.database.store import Store

AT = datetime(2025, 3, 1, 9, 30, tzinfo=UTC)
LATER = AT + timedelta(days=1)
HEADINGS = (
    "Microsoft ID,Company name,Primary domain name,Relationship,Country,Reseller,Tags,"
    "Registration number,E-mail,City"
)
TABLES = ("customers", "company_profiles", "billing_profiles", "tags")


def take(store: Store, folder: Path, *lines: str, headings: str = HEADINGS) -> int:
    """Import a file of these rows; return the id of its history entry."""
    path = folder / "customers.csv"
    path.write_text("\n".join([headings, *lines]), "utf-8")
    plan = plan_import(store, 1, read_sheet(path))
    assert not plan.refused, plan.refused_rows
    return carry_out_import(store, plan, TESTER, AT).change_id or 0


def undo(store: Store, change: int) -> ImportUndo:
    """Undo an import as far as possible."""
    return undo_import(store, plan_undo_import(store, change, by(TESTER, LATER)), "a wrong file")


def state(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Return the customer tables without their version columns."""
    found = {}
    for table in TABLES:
        names = [name for name in _columns(table) if name != "version"]
        order = ", ".join(str(place) for place in range(1, len(names) + 1))
        found[table] = rows(store, f"SELECT {', '.join(names)} FROM {table} ORDER BY {order}")  # noqa: S608
    return found


def _columns(table: str) -> list[str]:
    from sqlmodel import SQLModel

    return [column.name for column in SQLModel.metadata.tables[table].columns]


def parts_of(store: Store, change: int) -> list[int]:
    page = read_change(store, change)
    return [entry.id or 0 for entry in page.parts.entries] if page.parts is not None else []


def told(planned: ImportUndo) -> list[tuple[str, str, str]]:
    return [(row.subject, row.state.value, row.message) for row in planned.rows]


TEXTS = st.sampled_from(["", "a", "Ä & b", "[x]", "=1"])
TAGS = st.sampled_from(["", "vip", "VIP", "gold; vip", "x; y; z"])
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["Contoso", "Fabrikam", "Contoso GmbH"]),
        st.sampled_from([f"{name}.example" for name in "abcdef"]),
        st.sampled_from(["reseller", "none", ""]),
        st.sampled_from(["DE", "AT", ""]), TEXTS, TAGS, TEXTS,
        st.sampled_from(["", "a@b.example"]), TEXTS,
    ),
    min_size=1, max_size=6, unique_by=lambda row: row[1],
)  # fmt: skip


@settings(
    max_examples=times(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(first=ROWS, second=ROWS)
def test_whatever_an_import_did_its_undo_leaves_the_book_as_it_was(
    store: Store, tmp_path: Path, first: list[tuple[str, ...]], second: list[tuple[str, ...]]
) -> None:
    def lines(of: list[tuple[str, ...]]) -> list[str]:
        return [",".join(["", *(f'"{cell}"' for cell in row)]) for row in of]

    take(store, tmp_path, *lines(first))
    before = state(store)
    change = take(store, tmp_path, *lines(second))
    if not change:  # the same rows again: nothing changes
        assert state(store) == before
        return
    done = undo(store, change)
    assert {row.state for row in done.rows} == {RowState.DONE}
    assert state(store) == before
    assert findings(store) == []


def test_what_somebody_changed_since_stays_and_says_why(store: Store, tmp_path: Path) -> None:
    take(store, tmp_path, ",Old One,old1.example,reseller,DE,,vip,,,",
         ",Old Two,old2.example,reseller,DE,,vip,,,")  # fmt: skip
    change = take(
        store, tmp_path, ",Old One,old1.example,reseller,AT,,gold,,,Graz",
        ",Old Two,old2.example,reseller,AT,,gold,,,Wien", ",New One,new1.example,reseller,,,,,,",
        ",New Two,new2.example,reseller,,,,,,", ",New Three,new3.example,reseller,,,,,,",
    )  # fmt: skip
    ids = {name: id for id, name in rows(store, "SELECT id, company_name FROM customers")}
    version = read_customer(store, ids["Old Two"]).customer.version
    set_tags(store, ids["Old Two"], ["silver"], version=version, actor=TESTER, at=LATER)
    noted = write_note(store, ids["New Two"], "hm", note=None, actor=TESTER, at=LATER).change_id
    # A later change that was undone does not prevent the removal of its customer.
    brief = write_note(store, ids["New Three"], "x", note=None, actor=TESTER, at=LATER).change_id
    carry_out(store, plan_undo(store, brief or 0, by(TESTER, LATER)))

    planned = plan_undo_import(store, change, by(TESTER, LATER))
    assert told(planned) == [
        ("Old Two", "refused", "It was changed again since: Tag."),
        ("New Two", "refused", f"It was changed since, by change {noted}."),
        ("Old One", "waiting", ""),
        ("New One", "waiting", ""),
        ("New Three", "waiting", ""),
    ]
    assert planned.removes
    assert "Country: Austria → Germany" in getattr(planned.rows[2], "change", "")
    done = undo_import(store, planned, "a wrong file")
    assert [row.state.value for row in done.rows] == [
        "refused", "refused", "done", "done", "done",
    ]  # fmt: skip
    names = {name for (name,) in rows(store, "SELECT company_name FROM customers")}
    assert names == {"Old One", "Old Two", "New Two"}
    back = read_customer(store, ids["Old One"])
    assert (back.customer.country, back.tags, back.billing.city) == ("DE", ["vip"], "")
    assert read_customer(store, ids["Old Two"]).tags == ["silver"]
    assert read_change(store, change).state == "partly"
    assert findings(store) == []

    # The later change is undone: now the rest is undone, too, and nothing remains.
    carry_out(store, plan_undo(store, noted or 0, by(TESTER, LATER)))
    rest = undo(store, change)
    assert [row.state.value for row in rest.rows] == ["nothing", "refused", "done"]
    version = read_customer(store, ids["Old Two"]).customer.version
    set_tags(store, ids["Old Two"], ["gold"], version=version, actor=TESTER, at=LATER)
    assert undo(store, change).counts() == {RowState.NOTHING: 1, RowState.DONE: 1}
    assert {name for (name,) in rows(store, "SELECT company_name FROM customers")} == {
        "Old One",
        "Old Two",
    }
    assert read_change(store, change).state == "undone"
    again = plan_undo_import(store, change, by(TESTER, LATER))
    assert [reason.code for reason in again.reasons] == ["undo.twice"]
    with pytest.raises(RefusedError):
        undo_import(store, again)
    # One row can be redone, but not the whole import: that needs the file again.
    whole = plan_undo(store, done.undone_by or 0, by(TESTER, LATER))
    assert "Importing the same file again" in whole.reasons[0].text
    [part] = parts_of(store, done.undone_by or 0)
    carry_out(store, plan_undo(store, part, by(TESTER, LATER)))
    assert read_customer(store, ids["Old One"]).billing.city == "Graz"
    assert findings(store) == []


def test_one_changed_row_is_undone_by_itself_and_then_stays_out_of_the_whole(
    store: Store, tmp_path: Path
) -> None:
    take(store, tmp_path, ",One,one.example,reseller,DE,,,,,", ",Two,two.example,reseller,DE,,,,,")
    before = state(store)
    change = take(
        store,
        tmp_path,
        ",Uno,one.example,reseller,AT,Nova,vip,17,a@b.example,Graz",
        ",Due,two.example,reseller,AT,,,,,",
    )
    parts = parts_of(store, change)
    carry_out(store, plan_undo(store, parts[0], by(TESTER, LATER)))
    planned = plan_undo_import(store, change, by(TESTER, LATER))
    assert [row.state.value for row in planned.rows] == ["nothing", "waiting"]
    undo_import(store, planned)
    assert state(store) == before
    assert read_change(store, change).state == "undone"
    assert findings(store) == []


def test_what_changes_between_plan_and_deed_stays(store: Store, tmp_path: Path) -> None:
    change = take(
        store, tmp_path, ",One,one.example,reseller,,,,,,", ",Two,two.example,reseller,,,,,,"
    )
    planned = plan_undo_import(store, change, by(TESTER, LATER))
    write_note(store, 1, "wait", note=None, actor=TESTER, at=LATER)
    done = undo_import(store, planned)
    assert sorted((row.subject, row.state.value) for row in done.rows) == [
        ("One", "refused"),
        ("Two", "done"),
    ]
    assert rows(store, "SELECT company_name FROM customers") == [("One",)]


def test_an_export_that_names_an_added_customer_again_keeps_it(
    store: Store, tmp_path: Path
) -> None:
    portal = "Microsoft ID,Company name,Primary domain name,Relationship"
    id = "aaaaaaaa-1111-4222-8333-444444444444"
    change = take(store, tmp_path, f"{id},One,one.example,reseller", headings=portal)
    assert [row.state.value for row in plan_undo_import(store, change, by(TESTER, AT)).rows] == [
        "waiting"
    ]
    run(store, "UPDATE customers SET seen_at = seen_at + 1")  # as a later import does
    [row] = plan_undo_import(store, change, by(TESTER, AT)).rows
    assert (row.state.value, row.message) == ("refused", "A later file has it, too.")


def test_an_import_of_an_older_version_says_that_it_keeps_no_plan(
    store: Store, tmp_path: Path
) -> None:
    change = take(store, tmp_path, ",One,one.example,reseller,,,,,,")
    run(store, "UPDATE changes SET plan = '{}'")
    planned = plan_undo_import(store, change, by(TESTER, LATER))
    assert "kept no plan" in planned.reasons[0].text
    assert "kept no plan" in read_change(store, change).why_not_undone


def test_an_import_of_another_list_is_one_entry_too_and_undone_as_a_run(
    store: Store, tmp_path: Path
) -> None:
    name_accounts(store, kind=PartnerKind.INDIRECT_PROVIDER, market="DE")
    path = tmp_path / "partners.csv"
    path.write_text("Name,MPN ID\nNova,4711001\nAurora,4711002\n", "utf-8")
    account, at = account_in(store), AT
    plan = plan_records(store, account, LISTS["partners"], read_sheet(path), by(TESTER, at))
    change = carry_out_records(store, plan, by(TESTER, at)).change_id or 0
    page = read_change(store, change)
    assert (page.entry.subject, page.entry.kind, page.why_not_undone) == (
        "partners.csv",
        "imported",
        "",
    )
    assert page.parts is not None
    assert [entry.subject for entry in page.parts.entries] == ["Nova", "Aurora"]
    planned = bulk.plan_undo_run(store, account, page.entry, by(TESTER, LATER))
    run_id = bulk.begin_run(store, planned)
    assert bulk.go_on(store, run_id, account, TESTER, lambda: LATER).counts() == {RowState.DONE: 2}
    assert rows(store, "SELECT count(*) FROM partner_links") == [(0,)]
    assert read_change(store, change).state == "undone"
    assert findings(store) == []
