"""The recipes for records in docs/recipes.md, on a copy: they work with the files they name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import recipe_files as files
from tests.support.recipe_tree import Tree, migration, promised

if TYPE_CHECKING:
    from pathlib import Path

OF_JSON = "tests/commands/test_command_line.py"


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "tree")


def test_a_derived_column_of_the_customer_list(tree: Tree) -> None:
    tree.put("models/customers/list.py", 'Column("seen"', files.NOTES_COLUMN)
    tree.replace(OF_JSON, '"seen_at", ', '"seen_at", "notes", ')
    tree.put(OF_JSON, '"microsoft_id": CUSTOMERS[0]', '        "notes": 0,')
    heading = "Company name,Primary domain name,Relationship"
    table = tree.table(heading, "Zebra,zebra.example,Reseller")
    tree.partnerdesk("customers", "import", table)
    words = ("--filter", "notes<1", "--columns", "company,notes", "--plain")
    assert tree.partnerdesk("customers", "list", *words) == "Zebra\t0\n"
    tree.test(OF_JSON, "-k", "fields_of_the_entity")
    assert len(tree.touched) == promised("A derived column of the customer list") <= 2


def test_a_stored_column_of_the_customer_list(tree: Tree) -> None:
    entities, fields = "models/customers/entities.py", "models/importing/fields.py"
    tree.replace(entities, '"added": "added_at",', '"added": "added_at", "segment": "segment",')
    tree.put(entities, "indirect_reseller: str", files.SEGMENT)
    tree.add(*migration(files.SEGMENT_ADDED))
    tree.put("models/customers/list.py", 'Column("seen"', files.SEGMENT_COLUMN)
    tree.put("models/customers/records.py", '"country": N_', '        "segment": N_("Segment"),')
    tree.put(fields, "PHONE_NUMBER = ", '    SEGMENT = "segment"')
    tree.replace(OF_JSON, '"seen_at", ', '"seen_at", "segment", ')
    tree.put(OF_JSON, '"microsoft_id": CUSTOMERS[0]', '        "segment": None,')
    for segment in ("Small", "Large"):
        tree.partnerdesk("customers", "import", tree.table(
            "Company name,Primary domain name,Relationship,Segment",
            f"Contoso,contoso.example,Reseller,{segment}", "Zebra,zebra.example,Reseller,Tiny",
        ))  # fmt: skip
    words = ("--sort", "segment", "--reverse", "--columns", "company,segment", "--plain")
    listed = tree.partnerdesk("customers", "list", *words)
    assert listed.splitlines() == ["Zebra\tTiny", "Contoso\tLarge"]
    shown = tree.partnerdesk("customers", "show", "contoso.example", "--json")
    assert '"segment": "Small"' in shown, "the history tells of it"
    own = "registry or (schema_is and sqlite) or (segment and sqlite) or fields_of_the_entity"
    store, lists = "tests/store/test_store.py", "tests/store/test_lists.py"
    tree.test("tests/store/test_registry.py", store, lists, OF_JSON, "-k", own)
    assert len(tree.touched) == promised("A stored column of the customer list") <= 6


def test_a_kind_of_record_in_a_room_of_its_own(tree: Tree) -> None:
    room, kinds = "models/orders", "models/changes/kinds.py"
    registry = "models/operations/registry.py"
    tree.add(f"{room}/__init__.py", '"""Orders of customers."""')
    tree.add(f"{room}/entities.py", files.ENTITY)
    tree.add(f"{room}/records.py", files.KIND)
    tree.add(f"{room}/list.py", files.LIST)
    tree.add(f"{room}/add.py", files.PLAN)
    tree.put(kinds, "DEMO = ", '    ORDERED = "ordered"')
    tree.put(kinds, "_TITLES = {", files.TITLES)
    tree.put(registry, "from partnerdesk.models.relationships.records", files.JOINED)
    tree.replace(registry, "*OF_SUBSCRIPTIONS, ", "*OF_SUBSCRIPTIONS, *OF_ORDERS, ")
    tree.replace(registry, "*TABS.values(), CHANGES", "*TABS.values(), ORDERS, CHANGES")
    tree.add(*migration(files.TABLE))
    tree.replace(
        "pyproject.toml",
        '"relationships | subscriptions",',
        '"orders | relationships | subscriptions",',
    )
    lived = tree.python("-c", files.LIVED, str(tree.book))
    assert "Keep an order" in lived
    assert "Order: new: Offer: Business Premium" in lived
    assert "[('Business Premium', 12)]" in lived
    assert "'Seats: 12'" in lived
    assert lived.endswith("[]\n"), "it was undone"
    own = "registry or (schema_is and sqlite)"
    tree.test("tests/store/test_registry.py", "tests/store/test_store.py", "-k", own)
    tree.imports()
    assert len(tree.touched) == promised("A kind of record in a room of its own") <= 10


def test_who_forgets_a_part_of_a_recipe_is_told_where_it_belongs(tree: Tree) -> None:
    tree.put("models/customers/entities.py", "indirect_reseller: str", '    segment: str = ""')
    with pytest.raises(AssertionError, match=r"add words for \['segment'\].*customers/records\.py"):
        tree.test("tests/store/test_registry.py")
