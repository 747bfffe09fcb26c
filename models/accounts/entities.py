"""The partner's own accounts: each is one tenant in one cloud, or kept by hand."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from partnerdesk.models.accounts.accounts import PartnerKind, SignInWay
from partnerdesk.models.database.column_types import (
    EMPTY,
    choice_column,
    moment_column,
    version_column,
    versioned,
)


@versioned
class PartnerAccount(SQLModel, table=True):
    """The partner's own tenant in one cloud; each customer belongs to an account.

    Global, US Government and Germany share one service address, so the cloud is stored with the
    account and cannot follow from the address.
    """

    __tablename__ = "partner_accounts"

    id: int | None = Field(default=None, primary_key=True)
    cloud: str = Field(index=True)
    """The id of a cloud in the settings."""
    name: str = ""
    """The partner's name in that cloud; empty for an account kept by hand."""
    tenant_id: str = ""
    """The GUID of the partner's tenant; empty while kept by hand."""
    mpn_id: str = ""
    """The partner's network id (MPN id)."""
    market: str = ""
    """ISO 3166-1 alpha-2 code of the country the partner is enrolled in."""
    kind: PartnerKind = Field(default=PartnerKind.DIRECT_BILL, sa_column=choice_column(PartnerKind))
    invitation_link: str = Field(default="", sa_column_kwargs={"server_default": EMPTY})
    """The partner's link by which customers accept invitations; the same for all customers."""
    combined_invitation_link: str = Field(default="", sa_column_kwargs={"server_default": EMPTY})
    """The link that connects a customer to the reseller and its indirect provider at once."""
    client_id: str = Field(default="", sa_column_kwargs={"server_default": EMPTY})
    """The GUID of the partner's application, with which it signs in; empty while kept by hand."""
    sign_in_way: SignInWay = Field(
        default=SignInWay.DEVICE,
        sa_column=choice_column(SignInWay, default=SignInWay.DEVICE),
    )
    signed_in_as: str = Field(default="", sa_column_kwargs={"server_default": EMPTY})
    """Who signed in last, such as `anna@contoso.com`, of all who work in this book; no secret.

    Empty while nobody has. Who is signed in on this computer, `own_sign_ins` tells.
    """
    signed_in_until: datetime | None = Field(default=None, sa_column=moment_column())
    """When a person has to sign in again; None if that is not known."""
    mfa: bool | None = Field(default=None)
    """What Partner Center last said of the sign-in (`isMfaCompliant`); None: not known yet."""
    connected: bool = False
    """Whether the account is linked to Partner Center; if not, it is kept by hand."""
    synced_at: datetime | None = Field(default=None, sa_column=moment_column())
    """When the whole customer list was last received or imported."""
    version: int = Field(default=1, sa_column=version_column())
