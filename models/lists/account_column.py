"""The column that every list over several accounts has: the partner account of the row."""

from __future__ import annotations

from partnerdesk.models.languages import N_
from partnerdesk.models.lists.spec import Column, Lookup


def _title(of: str) -> str:
    """Return the SQL of an account's title: its name, else the domain that signed in, or tenant."""
    # Without what is not an @ at its end, a name ends with the @: replaced, the domain is left.
    person = f"rtrim({of}.signed_in_as, replace({of}.signed_in_as, '@', ''))"
    return (
        f"CASE WHEN {of}.name <> '' THEN {of}.name WHEN {of}.client_id = '' THEN '' "
        f"WHEN {of}.signed_in_as LIKE '%@%' THEN replace({of}.signed_in_as, {person}, '') "
        f"ELSE {of}.tenant_id END"
    )


_ALIKE = (
    "EXISTS (SELECT 1 FROM partner_accounts AS b WHERE b.cloud = a.cloud "  # noqa: S608
    f"AND b.id <> a.id AND ({_title('b')}) = ({_title('a')}))"
)
ACCOUNT_TITLE = f"({_title('a')}) || CASE WHEN {_ALIKE} THEN ' (' || a.id || ')' ELSE '' END"
"""The SQL of an account's title, as `accounts.shown_titles`; empty for an unnamed one by hand."""


def account_column(id: str, rank: int) -> Column:
    """Return the column of a list whose rows have the id of their account in the SQL `id`."""
    lookup = Lookup(id, "partner_accounts AS a", "a.id", ACCOUNT_TITLE)
    return Column(
        "account", N_("Account"), lookup.field, 16, grows=1, wide_only=True, in_files=True,
        rank=rank, attribute="account", lookup=lookup,
    )  # fmt: skip
