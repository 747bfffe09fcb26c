"""Customers, their profiles, and the partners and agreements that they have."""

from __future__ import annotations

from pydantic import Field

from partnerdesk.partnercenter.wire.base import (
    Address,
    Contact,
    Flag,
    Moment,
    Number,
    Part,
    Resource,
    Text,
    Texts,
    Wire,
)


class CompanyProfile(Resource):
    """Who the customer is; the API cannot change it."""

    tenant_id: Text = ""
    domain: Text = ""
    company_name: Text = ""
    organization_registration_number: Text = ""


class BillingProfile(Resource):
    """To whom the bill goes; lists do not have it."""

    id: Text = ""
    first_name: Text = ""
    last_name: Text = ""
    email: Text = ""
    culture: Text = ""
    language: Text = ""
    company_name: Text = ""
    default_address: Part[Address] = Field(default_factory=Address)


class Credentials(Wire):
    """The first administrator of a new customer; to be shown once and stored nowhere."""

    user_name: Text = ""
    password: Text = Field(default="", repr=False)


class Customer(Resource):
    """A customer (`reference/newer.md §3.1`)."""

    id: Text = ""
    commerce_id: Text = ""
    company_profile: Part[CompanyProfile] = Field(default_factory=CompanyProfile)
    billing_profile: Part[BillingProfile] = Field(default_factory=BillingProfile)
    relationship_to_partner: Text = ""
    allow_delegated_access: Flag = None
    associated_partner_id: Text = ""
    custom_domains: Texts = Field(default_factory=list)
    user_credentials: Part[Credentials] = Field(default_factory=Credentials, repr=False)


class InvitationLink(Resource):
    """The link by which customers accept the partner's invitation."""

    url: Text = ""


class PartnerRelationship(Resource):
    """An indirect reseller or provider (`reference/newer.md §3.2`)."""

    id: Text = ""
    name: Text = ""
    mpn_id: Text = ""
    location: Text = ""
    relationship_type: Text = ""
    state: Text = ""


class AgreementStatus(Wire):
    """Whether a reseller has signed the partner agreement."""

    is_agreement_signed: Flag = None


class Agreement(Resource):
    """A record that the customer accepted an agreement."""

    user_id: Text = ""
    primary_contact: Part[Contact] = Field(default_factory=Contact)
    date_agreed: Moment = None
    template_id: Text = ""
    type: Text = ""
    agreement_link: Text = ""


class AgreementTemplate(Resource):
    """An agreement that can be accepted."""

    template_id: Text = ""
    agreement_type: Text = ""
    agreement_link: Text = ""
    version_rank: Number = None


class AgreementDocument(Resource):
    """The text of an agreement; its links live for five minutes."""

    display_uri: Text = ""
    download_uri: Text = ""
    language: Text = ""
    country: Text = ""


class DirectAcceptance(Wire):
    """Whether the customer accepted the agreement itself."""

    is_signed: Flag = None
