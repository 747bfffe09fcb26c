"""The registry: every kind of record, field, change and list has all its entries."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from sqlmodel import SQLModel

import partnerdesk.models
from partnerdesk.models.changes.kinds import KIND_TITLES, PLAN_TITLES, ChangeKind
from partnerdesk.models.lists.spec import ListSpec
from partnerdesk.models.operations.registry import LISTS, RECORDS, UNSTEPPED

if TYPE_CHECKING:
    from partnerdesk.models.changes.record_kind import RecordKind

NO_WORDS = {"id", "account_id", "customer_id", "version"}
"""Internal columns, which need no title."""
KINDS = pytest.mark.parametrize("kind", RECORDS.values(), ids=lambda kind: kind.table)


@cache
def tables() -> dict[str, str]:
    """Return all tables, with the module of each entity."""
    for module in pkgutil.walk_packages(partnerdesk.models.__path__, "partnerdesk.models."):
        if ".migrations" not in module.name:
            import_module(module.name)
    entities = [mapper.class_ for mapper in SQLModel._sa_registry.mappers]
    return {entity.__tablename__: entity.__module__ for entity in entities
            if entity.__module__.startswith("partnerdesk.")}  # fmt: skip


def columns(kind: RecordKind) -> set[str]:
    return set(SQLModel.metadata.tables[kind.entity.__tablename__].columns.keys())  # type: ignore[index]


def test_every_table_is_registered_or_named_as_one_that_no_step_changes() -> None:
    for table, module in tables().items():
        room = module.split(".")[2]
        where = (
            f"the table {table} is of no kind of record: add it to RECORDS in "
            f"models/{room}/records.py, or to UNSTEPPED in models/operations/registry.py"
        )
        assert (table in RECORDS) is not (table in UNSTEPPED), where
    assert tables().keys() == RECORDS.keys() | UNSTEPPED.keys(), "there is no such table"


@KINDS
def test_every_column_has_words_or_is_named_as_internal(kind: RecordKind) -> None:
    follows = set(getattr(kind.entity, "DERIVED", ()))
    needed = columns(kind) - NO_WORDS - follows
    where = f"of {kind.table}, in models/{kind.entity_name.split('.')[0]}/records.py"
    if not kind.is_passing:
        bare = needed - kind.fields.keys() - set(kind.internal)
        assert not bare, f"add words for {sorted(bare)} to `fields` or name them `internal` {where}"
    assert kind.fields.keys() <= needed, f"`fields` names what is no column {where}"
    assert set(kind.internal) <= needed - kind.fields.keys(), f"`internal` is too long {where}"
    assert kind.choices.keys() | kind.named_as.keys() <= kind.fields.keys(), where
    assert kind.entity.__tablename__ == kind.table


def test_a_name_in_the_history_means_one_thing() -> None:
    """A field name in the history must not have two titles or two sets of choices."""
    words: dict[str, tuple[str, Any]] = {}
    for kind in RECORDS.values():
        for name, title in kind.fields.items():
            told = kind.named_as.get(name, name)
            meant = (title, kind.choices.get(name))
            where = f"{told!r} of {kind.table} means something else: give it a name in `named_as`"
            assert words.setdefault(told, meant) == meant, where


@KINDS
def test_a_record_of_a_customer_says_what_becomes_of_it_without_the_customer(
    kind: RecordKind,
) -> None:
    hangs = "customer_id" in columns(kind)
    where = f"say `of_customer` of {kind.table}: GOES with it, or HOLDS it in the book"
    assert (kind.of_customer is not None) is hangs, where


def test_every_kind_of_change_has_its_two_titles() -> None:
    where = "add the kind and its two titles to _TITLES in models/changes/kinds.py"
    assert KIND_TITLES.keys() == PLAN_TITLES.keys() == set(ChangeKind), where
    assert all(KIND_TITLES.values()), where
    assert all(PLAN_TITLES.values()), where


def test_every_list_of_a_room_is_known_by_its_name() -> None:
    for module in pkgutil.walk_packages(partnerdesk.models.__path__, "partnerdesk.models."):
        if module.name.rpartition(".")[2] not in ("list", "lists"):
            continue
        for found in vars(import_module(module.name)).values():
            if isinstance(found, ListSpec):
                where = f"add {found.name} to LISTS in models/operations/registry.py"
                assert LISTS.get(found.name) is found, where


def test_the_registry_loads_no_entity_until_one_is_asked_for() -> None:
    """The command line imports the registry for its lists, which must not load the ORM."""
    program = (
        "import sys; from partnerdesk.models.operations.registry import RECORDS\n"
        "print([name for name in ('sqlmodel', 'sqlalchemy', 'pydantic') if name in sys.modules])\n"
        "print(RECORDS['tags'].entity.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\nTag\n", "")
