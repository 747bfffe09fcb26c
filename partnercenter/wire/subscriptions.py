"""Subscriptions of a customer (`reference/newer.md §3.4`)."""

from __future__ import annotations

from pydantic import Field

from partnerdesk.partnercenter.wire.base import (
    Flag,
    Moment,
    Number,
    Part,
    Parts,
    Resource,
    Text,
    Texts,
    Wire,
)


class Refundable(Wire):
    """Licences that may be given back, and until when."""

    quantity: Number = None
    allowed_until_date_time: Moment = None


class RefundableQuantity(Wire):
    """How many licences may be given back."""

    total_quantity: Number = None
    details: Parts[Refundable] = Field(default_factory=list)


class ScheduledProduct(Wire):
    """What a subscription becomes at its renewal."""

    product_id: Text = ""
    sku_id: Text = ""
    availability_id: Text = ""
    billing_cycle: Text = ""
    term_duration: Text = ""


class ScheduledNextTerm(Wire):
    """What is scheduled for the renewal."""

    product: Part[ScheduledProduct] = Field(default_factory=ScheduledProduct)
    quantity: Number = None


class ProductType(Wire):
    """What kind of product it is."""

    id: Text = ""
    display_name: Text = ""


class Subscription(Resource):
    """A subscription; a PATCH sends it whole, because what is missing is reset."""

    id: Text = ""
    offer_id: Text = ""
    offer_name: Text = ""
    friendly_name: Text = ""
    quantity: Number = None
    unit_type: Text = ""
    parent_subscription_id: Text = ""
    status: Text = ""
    creation_date: Moment = None
    effective_start_date: Moment = None
    commitment_end_date: Moment = None
    commitment_end_date_time: Moment = None
    cancellation_allowed_until_date: Moment = None
    auto_renew_enabled: Flag = None
    term_duration: Text = ""
    renewal_term_duration: Text = ""
    billing_cycle: Text = ""
    billing_type: Text = ""
    refundable_quantity: Part[RefundableQuantity] = Field(default_factory=RefundableQuantity)
    scheduled_next_term_instructions: Part[ScheduledNextTerm] = Field(
        default_factory=ScheduledNextTerm
    )
    is_trial: Flag = None
    is_microsoft_product: Flag = None
    product_type: Part[ProductType] = Field(default_factory=ProductType)
    publisher_name: Text = ""
    partner_id: Text = ""
    actions: Texts = Field(default_factory=list)
    suspension_reasons: Texts = Field(default_factory=list)
    order_id: Text = ""
    contract_type: Text = ""
