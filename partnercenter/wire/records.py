"""What the partner looks up: activity records, invoices, service requests and its own profiles."""

from __future__ import annotations

from pydantic import Field

from partnerdesk.partnercenter.wire.base import (
    Address,
    Contact,
    Moment,
    Number,
    Part,
    Parts,
    Resource,
    Text,
    Wire,
)


class KeyValue(Wire):
    """One more fact of an activity record."""

    key: Text = ""
    value: Text = ""


class AuditRecord(Resource):
    """Who did what to which customer (`reference/resources.md`, *Audit record*)."""

    id: Text = ""
    partner_id: Text = ""
    customer_id: Text = ""
    customer_name: Text = ""
    user_principal_name: Text = ""
    application_id: Text = ""
    resource_type: Text = ""
    resource_old_value: Text = ""
    resource_new_value: Text = ""
    operation_type: Text = ""
    operation_date: Moment = None
    operation_status: Text = ""
    original_correlation_id: Text = ""
    customized_data: Parts[KeyValue] = Field(default_factory=list)


class Invoice(Resource):
    """An invoice of Microsoft to the partner."""

    id: Text = ""
    invoice_date: Moment = None
    billing_period_start_date: Moment = None
    billing_period_end_date: Moment = None
    total_charges: Number = None
    paid_amount: Number = None
    currency_code: Text = ""
    invoice_type: Text = ""
    document_type: Text = ""
    amends_of: Text = ""


class Note(Wire):
    """A note in a service request."""

    created_by_name: Text = ""
    created_date: Moment = None
    text: Text = ""


class Organization(Wire):
    """For whom a service request was made."""

    id: Text = ""
    name: Text = ""


class ServiceRequest(Resource):
    """A request to Microsoft's support; its status comes as a word or as a number."""

    id: Text = ""
    title: Text = ""
    description: Text = ""
    severity: Text = ""
    status: Text = ""
    support_topic_name: Text = ""
    organization: Part[Organization] = Field(default_factory=Organization)
    primary_contact: Part[Contact] = Field(default_factory=Contact)
    created_date: Moment = None
    last_modified_date: Moment = None
    notes: Parts[Note] = Field(default_factory=list)


class PartnerProfile(Resource):
    """Any of the partner's own profiles; each has some of these fields."""

    id: Text = ""
    profile_type: Text = ""
    company_name: Text = ""
    tenant_id: Text = ""
    domain: Text = ""
    email: Text = ""
    telephone: Text = ""
    website: Text = ""
    language: Text = ""
    culture: Text = ""
    default_address: Part[Address] = Field(default_factory=Address)
    address: Part[Address] = Field(default_factory=Address)
    primary_contact: Part[Contact] = Field(default_factory=Contact)
    vetting_status: Text = ""
    vetting_sub_status: Text = ""
    billing_currency: Text = ""
    tax_id: Text = ""
    partner_name: Text = ""
    mpn_id: Text = ""
