"""Importing customers: column detection, checks of each row, and one transaction for all rows."""

from __future__ import annotations

import csv
import json
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.history import Actor, Change
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.core.errors import (
    ConflictError,
    FileError,
    NotFoundError,
    RefusedError,
    UsageError,
)
from partnerdesk.models.customers.entities import (
    BillingProfile,
    CompanyProfile,
    Customer,
    Relationship,
    Tag,
)
from partnerdesk.models.database.store import Store
from partnerdesk.models.importing.customers import carry_out_import, plan_import, write_refused
from partnerdesk.models.importing.fields import FIELD_TITLES, ImportField
from partnerdesk.models.importing.plan import FieldChange
from partnerdesk.models.languages import _, speak
from partnerdesk.models.lists.export import PORTAL_COLUMNS
from partnerdesk.models.sheets import read_sheet, write_csv
from partnerdesk.models.values.domains import domain_name
from tests.conftest import CLOUDS
from tests.support.depth import times

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from partnerdesk.models.importing.plan import ImportOutcome, ImportPlan
    from partnerdesk.models.settings.database_url import SqliteFile

AT = datetime(2025, 3, 1, 9, 30, tzinfo=UTC)
LATER = AT + timedelta(days=1)
ACTOR = Actor("tester", "testhost")
PORTAL = "Microsoft ID,Company name,Primary domain name,Relationship"
CONTOSO, FABRIKAM, ADATUM = (f"{digit * 8}-1111-4222-8333-444444444444" for digit in "abc")

HOUSE = settings(
    max_examples=times(40), suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def account_of(store: Store, cloud: str = "global") -> int:
    with store.reading() as session:
        found = session.exec(select(PartnerAccount).where(PartnerAccount.cloud == cloud)).one()
    assert found.id is not None
    return found.id


def new_account(store: Store) -> int:
    account = PartnerAccount(cloud="global")
    with store.writing() as session:
        session.add(account)
    assert account.id is not None
    return account.id


class ImportDesk:
    """A book with the account into which files are imported."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.folder = folder
        self.account = account_of(store)

    def plan(self, text: str, mapping: Mapping[str, str] | None = None) -> ImportPlan:
        path = self.folder / "customers.csv"
        path.write_text(text, "utf-8", newline="")
        return plan_import(self.store, self.account, read_sheet(path), mapping)

    def carry_out(self, plan: ImportPlan, at: datetime = AT) -> ImportOutcome:
        return carry_out_import(self.store, plan, ACTOR, at)

    def take(self, text: str, at: datetime = AT) -> ImportOutcome:
        return self.carry_out(self.plan(text), at)

    def customers(self) -> list[Customer]:
        with self.store.reading() as session:
            mine = select(Customer).where(Customer.account_id == self.account)
            return list(session.exec(mine.order_by(col(Customer.id))))

    def customer(self, domain: str) -> Customer:
        return next(customer for customer in self.customers() if customer.primary_domain == domain)

    def history(self) -> list[Change]:
        with self.store.reading() as session:
            return list(session.exec(select(Change).order_by(col(Change.id))))

    def tags(self, customer: Customer) -> list[str]:
        with self.store.reading() as session:
            return sorted(session.exec(select(Tag.name).where(Tag.customer_id == customer.id)))

    def billing(self, customer: Customer) -> BillingProfile | None:
        with self.store.reading() as session:
            return session.get(BillingProfile, customer.id)

    def end(self, domain: str) -> None:
        customer = self.customer(domain)
        customer.ended_at = AT
        with self.store.writing() as session:
            session.add(customer)


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> ImportDesk:
    return ImportDesk(store, tmp_path)


@pytest.fixture
def light_desk(sqlite_database: SqliteFile, tmp_path: Path) -> ImportDesk:
    """Return a desk on SQLite only, for tests that do not depend on the database."""
    store = Store(sqlite_database)
    store.open(CLOUDS)
    return ImportDesk(store, tmp_path)


def reasons(plan: ImportPlan) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in plan.refused_rows]


class TestPortalExport:
    def test_new_customers(self, desk: ImportDesk) -> None:
        outcome = desk.take(
            f"{PORTAL}\r\n"
            f"{{{CONTOSO.upper()}}},Contoso Köln,Contoso.onmicrosoft.com.,Cloud Reseller\r\n"
            f'{FABRIKAM},"Fabrikam, Inc.",xn--mnchen-3ya.de,Advisor\r\n'
        )
        assert (outcome.new, outcome.changed, outcome.unchanged, outcome.refused) == (2, 0, 0, 0)
        assert outcome.unused == ()
        contoso, fabrikam = desk.customers()
        assert contoso.microsoft_id == CONTOSO
        assert contoso.company_name == "Contoso Köln"
        assert contoso.primary_domain == "contoso.onmicrosoft.com"
        assert contoso.relationship_to_partner is Relationship.RESELLER
        assert contoso.company_sort == "contoso koln"
        assert contoso.search_text == "contoso koln\ncontoso.onmicrosoft.com"
        assert (contoso.added_at, contoso.seen_at, contoso.ended_at) == (AT, AT, None)
        assert contoso.version == 1
        assert fabrikam.company_name == "Fabrikam, Inc."
        assert fabrikam.primary_domain == "münchen.de"
        assert fabrikam.relationship_to_partner is Relationship.ADVISOR

    def test_history(self, desk: ImportDesk) -> None:
        plan = desk.plan(f"{PORTAL}\n{CONTOSO},Contoso,contoso.com,none\n{FABRIKAM},,f.com,none\n")
        outcome = desk.carry_out(plan)
        [entry] = desk.history()
        assert (entry.kind, entry.account_id, entry.customer_id) == (
            ChangeKind.IMPORTED,
            desk.account,
            None,
        )
        assert (entry.at, entry.actor, entry.host) == (AT, "tester", "testhost")
        assert json.loads(entry.after) == {
            "file": "customers.csv",
            "sha256": plan.sha256,
            "new": 1,
            "changed": 0,
            "unchanged": 0,
            "refused": 1,
        }
        assert outcome.change_id == entry.id
        assert desk.customer("contoso.com").added_by_change == entry.id

    def test_account_says_when(self, desk: ImportDesk) -> None:
        desk.take(f"{PORTAL}\n{CONTOSO},Contoso,contoso.com,none\n")
        with desk.store.reading() as session:
            account = session.get_one(PartnerAccount, desk.account)
        assert (account.synced_at, account.version) == (AT, 1)

    def test_second_import_only_says_when(self, desk: ImportDesk) -> None:
        text = f"{PORTAL}\n{CONTOSO},Contoso,contoso.com,none\n{FABRIKAM},Fabrikam,,reseller\n"
        desk.take(text)
        outcome = desk.take(text, LATER)
        assert (outcome.new, outcome.changed, outcome.unchanged) == (0, 0, 2)
        assert outcome.change_id is None
        assert [(c.seen_at, c.version, c.added_at) for c in desk.customers()] == [
            (LATER, 1, AT)
        ] * 2
        assert len(desk.history()) == 1

    def test_changed_customers(self, desk: ImportDesk) -> None:
        desk.take(f"{PORTAL}\n{CONTOSO},Contoso,contoso.com,none\n{FABRIKAM},Fabrikam,f.com,none\n")
        text = (
            f"{PORTAL}\n{CONTOSO},Contoso AG,contoso.ch,Reseller\n{FABRIKAM},Fabrikam,f.com,none\n"
        )
        plan = desk.plan(text)
        assert [(change.company_name, change.shown()) for change in plan.changes] == [
            (
                "Contoso",
                [
                    FieldChange("company_name", "Contoso", "Contoso AG"),
                    FieldChange("primary_domain", "contoso.com", "contoso.ch"),
                    FieldChange("relationship_to_partner", "none", "reseller"),
                ],
            )
        ]
        outcome = desk.carry_out(plan, LATER)
        assert (outcome.new, outcome.changed, outcome.unchanged) == (0, 1, 1)
        contoso, fabrikam = desk.customers()
        assert (contoso.company_name, contoso.company_sort) == ("Contoso AG", "contoso ag")
        assert contoso.search_text == "contoso ag\ncontoso.ch"
        assert contoso.relationship_to_partner is Relationship.RESELLER
        assert (contoso.version, fabrikam.version) == (2, 1)
        assert (contoso.seen_at, fabrikam.seen_at) == (LATER, LATER)
        _first, imported, updated = desk.history()
        assert json.loads(imported.after)["changed"] == 1
        assert (updated.kind, updated.customer_id) == (ChangeKind.UPDATED, contoso.id)
        assert json.loads(updated.before) == {
            "company_name": "Contoso",
            "primary_domain": "contoso.com",
            "relationship_to_partner": "none",
        }
        assert json.loads(updated.after) == {
            "company_name": "Contoso AG",
            "primary_domain": "contoso.ch",
            "relationship_to_partner": "reseller",
        }

    def test_planning_writes_nothing(self, desk: ImportDesk) -> None:
        plan = desk.plan(f"{PORTAL}\n{CONTOSO},Contoso,contoso.com,none\n")
        assert (plan.new, plan.from_portal) == (1, True)
        assert desk.customers() == []
        assert desk.history() == []

    def test_tags_of_the_portal(self, desk: ImportDesk) -> None:
        plan = desk.plan(f"{PORTAL},Tags\n{CONTOSO},Contoso,contoso.com,none,key account\n")
        assert plan.from_portal

    def test_other_files_do_not_say_when(self, desk: ImportDesk) -> None:
        desk.take(f"{PORTAL},Country\n{CONTOSO},Contoso,contoso.com,none,DE\n")
        assert desk.customer("contoso.com").seen_at is None
        desk.take("Company name,Microsoft ID\nContoso AG," + CONTOSO, LATER)
        assert desk.customer("contoso.com").seen_at is None

    def test_no_rows(self, desk: ImportDesk) -> None:
        outcome = desk.take(f"{PORTAL}\n")
        assert (outcome.new, outcome.change_id) == (0, None)

    def test_other_accounts_are_left_alone(self, desk: ImportDesk) -> None:
        text = f"{PORTAL}\n{CONTOSO},Contoso,contoso.com,none\n"
        desk.take(text)
        desk.account = account_of(desk.store, "germany")
        assert desk.take(text).new == 1
        assert len(desk.customers()) == 1

    def test_unknown_account(self, light_desk: ImportDesk) -> None:
        light_desk.account = 99
        with pytest.raises(NotFoundError):
            light_desk.plan(f"{PORTAL}\n")

    def test_workbook(self, light_desk: ImportDesk, tmp_path: Path) -> None:
        from partnerdesk.models.sheets import write_xlsx

        path = tmp_path / "book.xlsx"
        write_xlsx([[CONTOSO, "'Contoso", "contoso.com", "reseller"]], PORTAL.split(","), path)
        light_desk.carry_out(plan_import(light_desk.store, light_desk.account, read_sheet(path)))
        assert light_desk.customer("contoso.com").company_name == "'Contoso"


class TestEnded:
    def test_comes_back(self, desk: ImportDesk) -> None:
        text = f"{PORTAL}\n{CONTOSO},Contoso,contoso.com,reseller\n"
        desk.take(text)
        desk.end("contoso.com")
        plan = desk.plan(text)
        assert plan.changes[0].shown() == [FieldChange("ended_at", "2025-03-01 09:30 UTC", "")]
        assert desk.carry_out(plan, LATER).changed == 1
        assert desk.customer("contoso.com").ended_at is None
        assert json.loads(desk.history()[-1].before) == {"ended_at": AT.isoformat()}
        assert json.loads(desk.history()[-1].after) == {"ended_at": None}
        assert desk.take(text, LATER).changed == 0

    def test_stays_ended_without_relationship(self, desk: ImportDesk) -> None:
        desk.take(f"{PORTAL}\n{CONTOSO},Contoso,contoso.com,none\n")
        desk.end("contoso.com")
        assert desk.take(f"{PORTAL}\n{CONTOSO},Contoso,contoso.com,none\n").changed == 0
        assert desk.take(f"{PORTAL}\n{CONTOSO},Contoso,contoso.com,\n").changed == 0
        assert desk.take(f"Microsoft ID,Company name\n{CONTOSO},Contoso\n").changed == 0
        assert desk.customer("contoso.com").ended_at == AT

    def test_none_does_not_end(self, desk: ImportDesk) -> None:
        desk.take(f"{PORTAL}\n{CONTOSO},Contoso,contoso.com,reseller\n")
        desk.take(f"{PORTAL}\n{CONTOSO},Contoso,contoso.com,none\n")
        contoso = desk.customer("contoso.com")
        assert (contoso.ended_at, contoso.relationship_to_partner) == (None, Relationship.NONE)


class TestColumns:
    @pytest.mark.parametrize(
        "header",
        [
            PORTAL,
            "microsoft_id,company_name,primary_domain,relationship_to_partner",
            "id,companyProfile.companyName,companyProfile.domain,relationshipToPartner",
            "TENANT ID,company,Domain,RELATIONSHIP",
            "Идентификатор Майкрософт,Название компании,Основное доменное имя,Отношение",
            "Microsoft-ID,Firmenname,Primärer Domänenname,Beziehung",
            "Microsoft ID, Firma ,PRIMÄRE DOMÄNE,Geschäftsbeziehung",
        ],
    )
    def test_by_heading(self, light_desk: ImportDesk, header: str) -> None:
        plan = light_desk.plan(f"{header}\n{CONTOSO},Contoso,contoso.com,Reseller\n")
        assert (plan.new, plan.refused, plan.from_portal) == (1, 0, True)
        assert list(plan.columns.places.values()) == [0, 1, 2, 3]

    def test_headings_of_this_program_in_the_language_in_use(self, light_desk: ImportDesk) -> None:
        speak("ru")
        headings = ",".join(_(heading) for heading in PORTAL_COLUMNS.values())
        words = ",".join(_(title) for title in FIELD_TITLES.values())
        plan = light_desk.plan(f"{headings}\n{CONTOSO},Contoso,contoso.com,reseller\n")
        assert (plan.new, plan.columns.unused) == (1, ())
        assert len(light_desk.plan(f"{words}\n").columns.places) == len(ImportField)

    def test_by_content(self, light_desk: ImportDesk) -> None:
        plan = light_desk.plan(
            "関係,会社名,番号,プライマリ ドメイン名,ID コード,備考\n"
            f"Cloud Reseller,Contoso,1,contoso.com,{CONTOSO},\n"
            f"None,Fabrikam,2,fabrikam.com,{FABRIKAM},VIP\n"
        )
        assert plan.columns.used == {
            ImportField.RELATIONSHIP: "関係",
            ImportField.COMPANY_NAME: "会社名",
            ImportField.PRIMARY_DOMAIN: "プライマリ ドメイン名",
            ImportField.MICROSOFT_ID: "ID コード",
        }
        assert plan.columns.unused == ("番号", "備考")
        assert plan.new == 2

    def test_yes_and_no_are_no_relationship(self, light_desk: ImportDesk) -> None:
        plan = light_desk.plan(f"GUID,Клиент,Активен\n{CONTOSO},Contoso,Нет\n")
        assert plan.columns.unused == ("Активен",)

    def test_numbered_rows_are_no_microsoft_id(self, light_desk: ImportDesk) -> None:
        plan = light_desk.plan(f"ID,Name,Kennung\n1,Contoso,{CONTOSO}\n")
        assert plan.columns.used[ImportField.MICROSOFT_ID] == "Kennung"

    def test_as_said(self, light_desk: ImportDesk) -> None:
        text = f"Company name,Firma,Kennung,x\nold,Contoso,{CONTOSO},DE\n"
        plan = light_desk.plan(text, {"company_name": "firma", "country": "x"})
        assert plan.columns.used == {
            ImportField.COMPANY_NAME: "Firma",
            ImportField.MICROSOFT_ID: "Kennung",
            ImportField.COUNTRY: "x",
        }
        assert plan.columns.unused == ("Company name",)

    @pytest.mark.parametrize(
        ("mapping", "message"),
        [
            ({"company": "Company name"}, "no field company"),
            ({"company_name": "Firma"}, "no column Firma"),
        ],
    )
    def test_said_wrong(
        self, light_desk: ImportDesk, mapping: dict[str, str], message: str
    ) -> None:
        with pytest.raises(UsageError, match=message):
            light_desk.plan(f"{PORTAL}\n", mapping)

    def test_no_company_name(self, light_desk: ImportDesk) -> None:
        with pytest.raises(
            FileError, match=r"Company name\. The file's columns: Uno, Dos"
        ) as caught:
            light_desk.plan(f"Uno,Dos,Tres\n{CONTOSO},a,b\n")
        assert 'company_name="Dos"' in caught.value.remedy

    def test_neither_id_nor_domain(self, light_desk: ImportDesk) -> None:
        with pytest.raises(FileError, match="as Microsoft ID") as caught:
            light_desk.plan("Company name,City\nContoso,Köln\n")
        assert 'microsoft_id="City"' in caught.value.remedy

    def test_columns_cannot_drive_the_terminal(self, light_desk: ImportDesk) -> None:
        with pytest.raises(FileError) as caught:
            light_desk.plan("\x1b[2J,b\n1,2\n")
        assert "\x1b" not in str(caught.value)

    def test_no_header(self, light_desk: ImportDesk) -> None:
        with pytest.raises(FileError, match="customer already"):
            light_desk.plan(f"{CONTOSO},Contoso,contoso.com,Reseller\n")


class TestCells:
    @pytest.mark.parametrize(
        ("cell", "relationship"),
        [
            ("Cloud Reseller", "reseller"),
            ("RESELLER", "reseller"),
            ("Торговый посредник", "reseller"),
            ("Wiederverkäufer", "reseller"),
            ("Indirect reseller", "reseller"),
            ("Советник", "advisor"),
            ("Berater", "advisor"),
            ("microsoft_support", "microsoft_support"),
            ("Microsoft Support", "microsoft_support"),
            ("Syndication", "syndication"),
            ("Keine", "none"),
            ("нет", "none"),
            ("unknown", "unknown"),
            ("", "unknown"),
            ("None; Advisor, Cloud Reseller", "reseller"),
            ("Syndication/Advisor", "advisor"),
            ("Something new, Advisor", "advisor"),
        ],
    )
    def test_relationships(self, light_desk: ImportDesk, cell: str, relationship: str) -> None:
        plan = light_desk.plan(f'{PORTAL}\n{CONTOSO},Contoso,contoso.com,"{cell}"\n')
        light_desk.carry_out(plan)
        assert light_desk.customer("contoso.com").relationship_to_partner == relationship

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            ("12345,Contoso,contoso.com,none", "Microsoft ID “12345” is no GUID"),
            (f"{{{CONTOSO},Contoso,contoso.com,none", "is no GUID"),
            (f"{CONTOSO},,contoso.com,none", "Company name is empty"),
            (f"{CONTOSO},   ,contoso.com,none", "Company name is empty"),
            (f"{CONTOSO},{'x' * 257},contoso.com,none", "xxx…” is longer than 256 characters"),
            (f"{CONTOSO},Contoso,contoso,none", "“contoso” is no domain"),
            (f"{CONTOSO},Contoso,-a.com,none", "is no domain"),
            (f"{CONTOSO},Contoso,1.2.3.4,none", "is no domain"),
            (f"{CONTOSO},Contoso,https://contoso.com,none", "is no domain"),
            (f"{CONTOSO},Contoso,xn--a.com,none", "is no domain"),
            (f"{CONTOSO},Contoso,{'a' * 64}.com,none", "is no domain"),
            (",Contoso,,none", "Microsoft ID is empty, and so is the primary domain"),
            (f"{CONTOSO},Contoso,contoso.com,Freund", "“Freund” is no relationship"),
            (f"{CONTOSO},Contoso, Inc.,contoso.com,none", "“none” is one cell too many"),
            (f"{CONTOSO},{'x' * 32_768},contoso.com,none", "is longer than 32,767 characters"),
            (f"{CONTOSO},\x1b[2J,\x1b,none", "Primary domain name “␛” is no domain"),
        ],
    )
    def test_refused(self, light_desk: ImportDesk, row: str, reason: str) -> None:
        plan = light_desk.plan(f"{PORTAL}\n{FABRIKAM},Fabrikam,f.com,none\n\n{row}\n")
        assert (plan.new, plan.refused) == (1, 1)
        [(line, told)] = reasons(plan)
        assert line == 4
        assert reason in told

    def test_all_that_is_wrong_is_told(self, light_desk: ImportDesk) -> None:
        plan = light_desk.plan(f"{PORTAL},Country\nx,,y,z,Germny\n")
        [row] = plan.refused_rows
        assert [(problem.field, problem.value) for problem in row.problems] == [
            (ImportField.MICROSOFT_ID, "x"),
            (ImportField.PRIMARY_DOMAIN, "y"),
            (ImportField.RELATIONSHIP, "z"),
            (ImportField.COUNTRY, "Germny"),
            (ImportField.COMPANY_NAME, ""),
        ]
        assert row.cells == ("x", "", "y", "z", "Germny")

    def test_trailing_delimiters_are_no_cells(self, light_desk: ImportDesk) -> None:
        assert light_desk.plan(f"{PORTAL}\n{CONTOSO},Contoso,contoso.com,none,,\n").new == 1

    def test_short_row(self, light_desk: ImportDesk) -> None:
        assert light_desk.plan(f"{PORTAL}\n{CONTOSO},Contoso\n").new == 1

    def test_nul_in_a_workbook(self, light_desk: ImportDesk, tmp_path: Path) -> None:
        from partnerdesk.models.sheets import write_xlsx

        path = tmp_path / "book.xlsx"
        write_xlsx([[CONTOSO, "a\0b"]], ["Microsoft ID", "Company name"], path)
        plan = plan_import(light_desk.store, light_desk.account, read_sheet(path))
        assert reasons(plan) == [(2, "A cell has a NUL character")]


class TestWhichCustomer:
    def test_twice_in_the_file(self, light_desk: ImportDesk) -> None:
        plan = light_desk.plan(
            f"{PORTAL}\n"
            f"{CONTOSO},Contoso,contoso.com,none\n"
            f"{CONTOSO.upper()},Contoso again,contoso.net,none\n"
            ",Adatum,adatum.com,none\n"
            ",Adatum,ADATUM.com.,none\n"
            ",Contoso,contoso.com,none\n"
        )
        assert plan.new == 2
        assert reasons(plan) == [
            (3, f"Microsoft ID “{CONTOSO}” is in line 2 already"),
            (5, "Primary domain name “adatum.com” is in line 4 already"),
            (6, "Primary domain name “contoso.com” is in line 2 already"),
        ]

    def test_rows_with_an_id_come_first(self, light_desk: ImportDesk) -> None:
        plan = light_desk.plan(
            f"{PORTAL}\n,Contoso,contoso.com,none\n{CONTOSO},Contoso,contoso.com,none\n"
        )
        assert plan.new_rows[0][0] == CONTOSO
        assert reasons(plan) == [(2, "Primary domain name “contoso.com” is in line 3 already")]

    def test_domains_move(self, desk: ImportDesk) -> None:
        desk.take(f"{PORTAL}\n{CONTOSO},Contoso,a.com,none\n{FABRIKAM},Fabrikam,b.com,none\n")
        text = f"{PORTAL}\n{CONTOSO},Contoso,b.com,none\n{FABRIKAM},Fabrikam,a.com,none\n"
        assert desk.take(text).changed == 2
        assert [customer.primary_domain for customer in desk.customers()] == ["b.com", "a.com"]

    def test_without_id_by_domain(self, desk: ImportDesk) -> None:
        desk.take(f"{PORTAL}\n{CONTOSO},Contoso,contoso.com,none\n")
        outcome = desk.take("Company,Domain\nContoso AG,contoso.com\nAdatum,adatum.com\n")
        assert (outcome.new, outcome.changed) == (1, 1)
        contoso, adatum = desk.customers()
        assert (contoso.microsoft_id, contoso.company_name) == (CONTOSO, "Contoso AG")
        assert adatum.microsoft_id is None
        assert adatum.relationship_to_partner is Relationship.UNKNOWN

    def test_kept_by_hand_gets_its_id(self, desk: ImportDesk) -> None:
        desk.take("Company,Domain\nContoso,contoso.com\n")
        outcome = desk.take(f"{PORTAL}\n{CONTOSO},Contoso,contoso.com,reseller\n")
        assert (outcome.new, outcome.changed) == (0, 1)
        [contoso] = desk.customers()
        assert contoso.microsoft_id == CONTOSO
        assert json.loads(desk.history()[-1].before)["microsoft_id"] is None

    def test_kept_by_hand_is_one_customer_only(self, light_desk: ImportDesk) -> None:
        light_desk.take("Company,Domain\nContoso,contoso.com\n")
        plan = light_desk.plan(
            f"{PORTAL}\n{CONTOSO},A,contoso.com,none\n{ADATUM},B,contoso.com,none\n"
        )
        assert (plan.new, plan.changed) == (1, 1)

    def test_domain_of_several(self, light_desk: ImportDesk) -> None:
        light_desk.take(f"{PORTAL}\n{CONTOSO},A,a.com,none\n{FABRIKAM},B,a.com,none\n")
        plan = light_desk.plan("Company,Domain\nC,a.com\n")
        [(_line, reason)] = reasons(plan)
        assert "“a.com” is the domain of several customers" in reason
        ended = light_desk.customers()[0]
        ended.ended_at = AT
        with light_desk.store.writing() as session:
            session.add(ended)
        [change] = light_desk.plan("Company,Domain\nC,a.com\n").changes
        assert change.company_name == "B"


WIDE = (
    "Company,Domain,Country,Reseller,Tags,INN,E-mail,First name,Last name,Address,Address 2,City,"
    "State,ZIP,Phone"
)


class TestOptionalFields:
    def test_all_of_them(self, desk: ImportDesk) -> None:
        desk.take(
            f"{WIDE}\n"
            'Contoso,contoso.com,de,Tailspin,"b; a,A",7701234567,it@contoso.com,Jo,Po,'
            "Weg 1,EG,Köln,NW,01067,'+49 221\n"
        )
        contoso = desk.customer("contoso.com")
        assert (contoso.country, contoso.indirect_reseller) == ("DE", "Tailspin")
        assert desk.tags(contoso) == ["a", "b"]
        assert contoso.search_text == "contoso\ncontoso.com\n#a\n#b"
        with desk.store.reading() as session:
            company = session.get_one(CompanyProfile, contoso.id)
        assert company.organization_registration_number == "7701234567"
        billing = desk.billing(contoso)
        assert billing is not None
        assert billing.model_dump(exclude={"customer_id"}) == {
            "address_line1": "Weg 1",
            "address_line2": "EG",
            "city": "Köln",
            "state": "NW",
            "postal_code": "01067",
            "country": "DE",
            "phone_number": "+49 221",
            "company_name": "",
            "first_name": "Jo",
            "last_name": "Po",
            "email": "it@contoso.com",
            "culture": "",
            "language": "",
            "version": 1,
        }

    def test_only_what_the_file_has_is_touched(self, desk: ImportDesk) -> None:
        desk.take(f"{WIDE}\nContoso,contoso.com,DE,T,a,1,i@c.de,Jo,Po,Weg 1,EG,Köln,NW,01067,1\n")
        desk.take("Company,Domain,City,Country,Tags,INN\nContoso,contoso.com,Bonn,,,\n")
        contoso = desk.customer("contoso.com")
        billing = desk.billing(contoso)
        assert billing is not None
        assert (billing.city, billing.postal_code, billing.country) == ("Bonn", "01067", "DE")
        assert billing.version == 2
        assert (contoso.country, contoso.version) == ("DE", 2)
        assert desk.tags(contoso) == ["a"]
        assert json.loads(desk.history()[-1].before) == {"city": "Köln"}

    def test_tags_are_replaced(self, desk: ImportDesk) -> None:
        desk.take("Company,Domain,Tags\nContoso,contoso.com,a;b\n")
        desk.take("Company,Domain,Tags\nContoso,contoso.com,b;c\n")
        contoso = desk.customer("contoso.com")
        assert desk.tags(contoso) == ["b", "c"]
        assert contoso.search_text.endswith("#b\n#c")
        entry = desk.history()[-1]
        assert (json.loads(entry.before), json.loads(entry.after)) == (
            {"tags": ["a", "b"]},
            {"tags": ["b", "c"]},
        )
        desk.take("Company,Domain\nContoso AG,contoso.com\n")
        assert desk.customer("contoso.com").search_text == "contoso ag\ncontoso.com\n#b\n#c"

    def test_country_moves_the_bill_too(self, desk: ImportDesk) -> None:
        desk.take(f"{WIDE}\nContoso,contoso.com,DE,T,a,1,i@c.de,Jo,Po,Weg 1,EG,Köln,NW,01067,1\n")
        desk.take("Company,Domain,Country\nContoso,contoso.com,AT\n")
        contoso = desk.customer("contoso.com")
        billing = desk.billing(contoso)
        assert billing is not None
        assert (contoso.country, billing.country, billing.city) == ("AT", "AT", "Köln")

    def test_profiles_of_customers_without_one(self, desk: ImportDesk) -> None:
        desk.take(f"{PORTAL}\n{CONTOSO},Contoso,contoso.com,none\n")
        desk.take("Company,Domain,City,INN\nContoso,contoso.com,Köln,77\n")
        contoso = desk.customer("contoso.com")
        billing = desk.billing(contoso)
        assert billing is not None
        assert billing.city == "Köln"
        with desk.store.reading() as session:
            company = session.get_one(CompanyProfile, contoso.id)
        assert company.organization_registration_number == "77"

    @pytest.mark.parametrize(
        ("cell", "reason"),
        [
            ("Germny,,", "Country: There is no country Germny. Did you mean Germany (DE)?"),
            ("EN,,", "Country: EN is no country code; the code of United Kingdom is GB."),
            ("ЯЯ,,", "There is no country ЯЯ."),
            (f",{'t' * 41},", "is longer than 40 characters"),
            (f",,{'x' * 51}", "First name “" + "x" * 51 + "” is longer than 50 characters"),
        ],
    )
    def test_refused(self, light_desk: ImportDesk, cell: str, reason: str) -> None:
        plan = light_desk.plan(
            f"Company,Domain,Country,Tags,First name\nContoso,contoso.com,{cell}\n"
        )
        [(_line, told)] = reasons(plan)
        assert reason in told


class TestTogetherOrNotAtAll:
    def test_changed_meanwhile(self, desk: ImportDesk) -> None:
        desk.take(f"{PORTAL}\n{CONTOSO},Contoso,contoso.com,none\n")
        plan = desk.plan(
            f"{PORTAL}\n{FABRIKAM},F,f.com,none\n{CONTOSO},Contoso AG,contoso.com,none\n"
        )
        contoso = desk.customer("contoso.com")
        contoso.country = "DE"
        with desk.store.writing() as session:
            session.add(contoso)
        with pytest.raises(ConflictError, match="nothing was written"):
            desk.carry_out(plan, LATER)
        [same] = desk.customers()
        assert (same.company_name, same.seen_at) == ("Contoso", AT)
        assert len(desk.history()) == 1

    def test_bill_changed_meanwhile(self, desk: ImportDesk) -> None:
        desk.take("Company,Domain,City\nContoso,contoso.com,Köln\n")
        plan = desk.plan("Company,Domain,City\nContoso,contoso.com,Bonn\n")
        billing = desk.billing(desk.customer("contoso.com"))
        assert billing is not None
        billing.city = "Berlin"
        with desk.store.writing() as session:
            session.add(billing)
        with pytest.raises(ConflictError):
            desk.carry_out(plan)

    @pytest.mark.parametrize(
        "text",
        [
            f"{PORTAL}\n{CONTOSO},Contoso,contoso.com,none\n{FABRIKAM},F,f.com,none\n",
            "Company,Domain\nContoso,contoso.com\nFabrikam,f.com\n",
        ],
    )
    def test_added_meanwhile(self, desk: ImportDesk, text: str) -> None:
        plan = desk.plan(text)
        desk.take(f"{PORTAL}\n{FABRIKAM},Fabrikam,f.com,none\n")
        with pytest.raises(ConflictError):
            desk.carry_out(plan)
        assert len(desk.customers()) == 1
        assert len(desk.history()) == 1

    def test_carried_out_twice(self, desk: ImportDesk) -> None:
        plan = desk.plan(f"{PORTAL}\n{CONTOSO},Contoso,contoso.com,none\n")
        desk.carry_out(plan)
        with pytest.raises(ConflictError):
            desk.carry_out(plan)

    def test_read_only(self, light_desk: ImportDesk) -> None:
        light_desk.store.read_only = True
        plan = light_desk.plan(f"{PORTAL}\n{CONTOSO},Contoso,contoso.com,none\n")
        with pytest.raises(RefusedError):
            light_desk.carry_out(plan)

    def test_broken_file(self, light_desk: ImportDesk) -> None:
        rows = "".join(f"{number:08x}-0000-4000-8000-000000000000,C,,\n" for number in range(900))
        with pytest.raises(FileError, match="begins in line 902"):
            light_desk.plan(f'{PORTAL}\n{rows}"{CONTOSO},Contoso,contoso.com,none\n')
        assert light_desk.customers() == []

    def test_progress(self, light_desk: ImportDesk, tmp_path: Path) -> None:
        path = tmp_path / "big.csv"
        rows = "".join(f"{number:08x}-0000-4000-8000-000000000000,C,,\n" for number in range(3000))
        path.write_text(f"{PORTAL}\n{rows}")
        told: list[tuple[int, int]] = []
        plan = plan_import(
            light_desk.store,
            light_desk.account,
            read_sheet(path),
            on_progress=lambda done, total: told.append((done, total)),
        )
        assert plan.new == 3000
        assert len(told) >= 3
        assert told[-1][0] == told[-1][1] == path.stat().st_size

    def test_many(self, desk: ImportDesk) -> None:
        """More rows than one SQL statement can take: new, changed, unchanged, and mixed."""
        rows = [
            f"{n:08x}-0000-4000-8000-000000000000,C{n},c{n}.com,DE,t{n % 3}" for n in range(5200)
        ]
        header = "Microsoft ID,Company,Domain,Country,Tags\n"
        assert desk.take(header + "\n".join(rows)).new == 5200
        changed = [row.replace(",DE,", ",AT,").replace(",t0", ",t9") for row in rows]
        assert desk.take(header + "\n".join(changed)).changed == 5200
        assert desk.take(header + "\n".join(changed)).unchanged == 5200
        customers = desk.customers()
        assert {customer.country for customer in customers} == {"AT"}
        assert desk.tags(customers[3]) == ["t9"]
        assert len(desk.history()) == 5202


class TestRefusedFile:
    def test_mended_and_imported_again(self, light_desk: ImportDesk, tmp_path: Path) -> None:
        plan = light_desk.plan(
            "Relationship;Company name;Remark;Microsoft ID\n"
            f"Freund;'=Müller;'+1;{CONTOSO}\n"
            f"none;Good;;{ADATUM}\n"
            f"none;Fabrikam; Inc.;007;{FABRIKAM}\n"
        )
        path = tmp_path / "refused.csv"
        assert write_refused(plan, path) == 2
        text = path.read_text("utf-8-sig")
        header, first, second = csv.reader(text.splitlines())
        assert header == [
            "Relationship",
            "Company name",
            "Remark",
            "Microsoft ID",
            "Line",
            "Reason",
        ]
        assert first[:5] == ["Freund", "'=Müller", "'+1", CONTOSO, "2"]
        assert first[5].startswith("Relationship “Freund” is no relationship")
        assert second[:5] == ["none", "Fabrikam", " Inc.", "007", "4"]
        assert "one cell too many" in second[5]
        assert second[6] == FABRIKAM

        again = light_desk.plan(text.replace("Freund", "reseller"))
        assert (again.new, again.refused) == (1, 1)
        assert again.columns.unused == ("Remark",)
        assert again.new_rows[0][:2] == (CONTOSO, "=Müller")
        assert write_refused(again, path, overwrite=True) == 1
        assert path.read_text("utf-8-sig").splitlines()[0].count("Line") == 1

    def test_reason_is_no_company_name(self, light_desk: ImportDesk) -> None:
        speak("ru")
        plan = light_desk.plan(f"X,Y,Zeile,Grund\n{CONTOSO},Contoso,2,Grund genug\n")
        assert plan.columns.used[ImportField.COMPANY_NAME] == "Y"
        assert plan.columns.unused == ()

    def test_a_reason_of_their_own_stays(self, light_desk: ImportDesk, tmp_path: Path) -> None:
        plan = light_desk.plan(f"Reason,Line,{PORTAL}\nbig,7,x,Contoso,contoso.com,none\n")
        assert plan.columns.unused == ("Reason", "Line")
        write_refused(plan, tmp_path / "refused.csv")
        text = (tmp_path / "refused.csv").read_text("utf-8-sig")
        assert text.startswith(f"Reason,Line,{PORTAL},Line,Reason\nbig,7,x,Contoso")

    def test_never_over_a_file(self, light_desk: ImportDesk, tmp_path: Path) -> None:
        plan = light_desk.plan(f"{PORTAL}\nx,y,z,w\n")
        with pytest.raises(FileError, match="is there already"):
            write_refused(plan, tmp_path / "customers.csv")


NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=256)
NAMES = NAMES.filter(lambda name: bool(name.strip()))
DOMAINS = st.from_regex(r"[a-zа-яß-ÿ]{1,5}(-[a-z0-9]{1,3})?\.(com|рф|de)", fullmatch=True)
DOMAINS = DOMAINS.filter(lambda domain: domain_name(domain) == domain)
CELLS = [
    st.sampled_from([CONTOSO, FABRIKAM, ADATUM, CONTOSO.upper(), "", "x"]),
    st.sampled_from(["Contoso", "Fabrikam", " ", "=1"]) | NAMES,
    st.sampled_from(["a.com", "b.com", "A.com.", "", "x", "é.com", "c.com"]),
    st.sampled_from(["reseller", "none", "", "Berater", "??"]),
    st.sampled_from(["DE", "at", "", "x"]),
    st.sampled_from(["a", "a,b", ";", "", "B;a"]),
    st.sampled_from(["Köln", "", " Bonn "]),
]
FILES = st.lists(st.tuples(*CELLS).map(list), max_size=12)
HEADINGS = [*PORTAL.split(","), "Country", "Tags", "City"]


class TestAlways:
    def planned(
        self, desk: ImportDesk, rows: Sequence[Sequence[str]], headings: list[str]
    ) -> ImportPlan:
        path = desk.folder / "rows.csv"
        write_csv(rows, headings, path, overwrite=True)
        return plan_import(desk.store, desk.account, read_sheet(path))

    @given(before=FILES, rows=FILES)
    @HOUSE
    def test_second_import_changes_nothing(
        self, light_desk: ImportDesk, before: list[list[str]], rows: list[list[str]]
    ) -> None:
        light_desk.account = new_account(light_desk.store)
        light_desk.carry_out(self.planned(light_desk, before, HEADINGS))
        first = self.planned(light_desk, rows, HEADINGS)
        assert first.new + first.changed + first.unchanged + first.refused == len(
            [row for row in rows if "".join(row).strip()]
        )
        light_desk.carry_out(first)
        second = self.planned(light_desk, rows, HEADINGS)
        assert (second.new, second.changed) == (0, 0)
        assert second.unchanged == first.new + first.changed + first.unchanged
        assert reasons(second) == reasons(first)

    @given(rows=st.lists(st.tuples(NAMES, DOMAINS), max_size=5, unique_by=lambda row: row[1]))
    @example(rows=[("'=1", "a.com"), ("'", "b.com"), ("''=x", "c.com"), ("\t+", "d.com")])
    @HOUSE
    def test_export_comes_back(self, light_desk: ImportDesk, rows: list[tuple[str, str]]) -> None:
        light_desk.account = new_account(light_desk.store)
        with light_desk.store.writing() as session:
            session.add_all(
                Customer(account_id=light_desk.account, company_name=name, primary_domain=domain)
                for name, domain in rows
            )
        plan = self.planned(light_desk, rows, ["Company name", "Primary domain name"])
        assert (plan.unchanged, plan.refused) == (len(rows), 0)

        light_desk.account = new_account(light_desk.store)
        light_desk.carry_out(
            self.planned(light_desk, rows, ["Company name", "Primary domain name"])
        )
        assert [(c.company_name, c.primary_domain) for c in light_desk.customers()] == [
            (name.strip(), domain) for name, domain in rows
        ]

    @given(
        content=st.binary()
        | st.text().map(lambda text: f"{PORTAL}\n{text}".encode("utf-8", "replace"))
        | st.lists(st.lists(st.text(max_size=9), max_size=5).map(",".join)).map(
            lambda lines: "\n".join([PORTAL, *lines]).encode("utf-8", "replace")
        )
    )
    @settings(HOUSE, max_examples=times(150))
    def test_any_file_is_a_plan_or_a_file_error(
        self, light_desk: ImportDesk, content: bytes
    ) -> None:
        path = light_desk.folder / "any.csv"
        path.write_bytes(content)
        try:
            plan = plan_import(light_desk.store, light_desk.account, read_sheet(path))
        except FileError:
            return
        assert plan.new + plan.refused == len(list(read_sheet(path).rows()))
        write_refused(plan, light_desk.folder / "refused.csv", overwrite=True)


def test_customers_were_seen_when_the_file_was_written_not_when_it_was_read(
    store: Store, tmp_path: Path
) -> None:
    from partnerdesk.models.core.clock import from_millis, to_millis

    file = tmp_path / "old.csv"
    head = "Microsoft ID,Company name,Primary domain name,Relationship"
    file.write_text(f"{head}\n11111111-2222-4333-8444-555555555555,Contoso,contoso.com,reseller\n")
    written, read = from_millis(1_700_000_000_000), from_millis(1_750_000_000_000)
    os.utime(file, (written.timestamp(), written.timestamp()))
    with store.reading() as session:
        account = session.exec(select(PartnerAccount.id)).first() or 0
    carry_out_import(store, plan_import(store, account, read_sheet(file)), ACTOR, read)
    with store.reading() as session:
        customer = session.exec(select(Customer)).one()
        kept = session.get_one(PartnerAccount, account)
    assert customer.seen_at == kept.synced_at == written
    assert to_millis(customer.added_at or written) == to_millis(read)
