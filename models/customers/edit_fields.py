"""The editable fields of a customer; without SQLModel, because a command's flags follow them."""

from __future__ import annotations

from partnerdesk.models.customers.form.fields import FormField

_ADD_ONLY = (FormField.DOMAIN_PREFIX, FormField.ASSOCIATED_PARTNER_ID)
EDITED = tuple(
    field for field in FormField if field not in _ADD_ONLY and not field.startswith("agreement")
)
"""The fields that the Edit-customer form, its command and a bulk edit can change, in order.

The form and the command change the domain, too, as long as Partner Center does not have it.
"""
