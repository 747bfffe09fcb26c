"""The texts that the walker types: ordinary texts, hostile texts, and useful answers."""

from __future__ import annotations

LINK = (
    "https://admin.microsoft.com/Adminportal/Home?invType=ResellerRelationship"
    "&partnerId=6ba7b810-9dad-41d1-80b4-00c04fd430c8#/BillingAccounts/partner-invitation"
)
GUID = "22001b69-acfb-49f8-a7e5-7bdb93877ab0"

NASTY = (
    "", " ", "[bold]x[/]", "[/]", "[link=file:x]y", "\\[", "{0}", "%s%n", "'; DROP TABLE x; --",
    "=1+1", "мир", "Ёлка и ещё", "שלום", "مرحبا", "\u202eabc\u202c", "e\u0301\u0302",
    "👩\u200d👩\u200d👧", "🇩🇪", "会社", "O'Neil \"x\"", "a" * 300, "ы" * 120, "company:",
    "country:xx", "-", '"open', "seen<", "tag:", "\u200b", "\ufeff", "ﬁ", "ß", "İ",
)  # fmt: skip
"""Texts that break programs; none is a path outside the folder, because any prompt may get them."""
PASTES = (
    "one\ntwo\nthree",
    "\x1b[2J\x1b[31mred",
    "\x1b]52;c;AA==\x07",
    "word " * 1000,
    "a\tb\r\nc",
)
"""Texts that are pasted only; if typed, their control characters would act as keys."""
ORDINARY = ("contoso", "fabr", "gmbh", "vip", "de", "a", "2027-03-31", "Ann Lee", "note", "1")

FILES = {
    "customers.csv": (
        "Microsoft ID,Company name,Primary domain name,Relationship\n"
        f"{GUID},Walked One,walkedone.onmicrosoft.com,Reseller\n"
        "2c1b7f2e-8a53-4a3c-9d0e-0d3f7bb3a111,Walked Zwei,walkedzwei.onmicrosoft.com,Reseller\n"
        "nonsense,Refused,refused,Reseller\n"
    ),
    "countries.csv": (
        "Firma;Land;Domain\nWalked Drei AG;Germany;walkeddrei.de\nФирма;RU;walkedvier.ru\n"
    ),
    "broken.csv": '"no end',
    "empty.csv": "",
}
"""Small files to import, by name."""

FIELDS: dict[str, tuple[str, ...]] = {
    "company_name": ("Walked Works", "Проверка", "Größe & Söhne"),
    "domain_prefix": ("walked1", "walked2", "walked3", "walked4", "walked5"),
    "registration_number": ("",),
    "address_line1": ("1 Main Street",),
    "address_line2": ("",),
    "city": ("Seattle",),
    "state": ("WA",),
    "postal_code": ("98101",),
    "country": ("US", "US", "US", "Germany"),
    "first_name": ("Ann",),
    "last_name": ("Lee",),
    "email": ("ann@walked.com",),
    "phone_number": ("2065550123",),
    "agreement_first_name": ("Ann",),
    "agreement_last_name": ("Lee",),
    "agreement_email": ("ann@walked.com",),
    "agreement_phone": ("2065550123",),
    "agreement_date": ("2026-11-01",),
    "associated_partner_id": ("",),
    "company": ("Walked Invited", "Приглашённый"),
    "contact": ("Ann Lee",),
    "domain": ("walked.com", "walkedinvited.com"),
    "link": (LINK,),
    "reason": ("moved away",),
    "reservations": ("none",),
    "software": ("none",),
    "subscriptions": ("none",),
    "name": ("Walked partner", "Zugriff", "Доступ"),
    "mpn_id": ("1234567", "7654321"),
    "location": ("DE",),
    "roles": ("",),
    "start": ("2026-01-15",),
    "end": ("2027-06-30",),
    "customer": ("droptable.onmicrosoft.com", "hyperlink.onmicrosoft.com"),
}
"""Valid values of form fields, by the name of the field; other fields are not filled in."""

_PATHS = ("out.csv", "out.xlsx", "out.json", "again.csv", "letter.eml")
ANSWERS: dict[str, tuple[str, ...]] = {
    "customers.import": tuple(FILES),
    "import.map": ("company_name=Firma country=Land primary_domain=Domain", ""),
    "customers.reseller": ("5200417", "1234567"),
    "invitations.letters": (".", "letters"),
    "delegated-admin.extend": ("P90D", "2027-12-31", "P180D"),
    "letter.file": ("letter.eml", "again.eml"),
    "customer.tags": ("vip, gold", "vip", "", "новый"),
    "plan.carry-out": ("because", "так надо", ""),
    "list.jump": ("c", "fab", "я"),
    "list.view": ("mine", "моё", "other"),
    "desk.command": (
        "help",
        "overview",
        "cloud",
        "refresh",
        "back",
        "go",
        "sort",
        "filter",
        "wide",
    ),
    "customers.filter": ("country:de", "tag:vip", "contoso", "relationship:none", "-tag:vip", ""),
    "invitations.filter": ("state:sent", "state:draft", ""),
    "delegated-admin.filter": ("ends<90d", "-auto:yes", ""),
    "changes.filter": ("customer", ""),
}
"""Useful answers, by the action that asks."""


def answers(action: str) -> tuple[str, ...]:
    """Return useful answers to the prompt of `action`."""
    if action.endswith(".export"):
        return _PATHS
    return ANSWERS.get(action, ORDINARY)
