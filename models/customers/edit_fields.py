"""Which fields of a customer in the book are edited; without SQLModel, for the command's flags."""

from __future__ import annotations

from partnerdesk.models.customers.form.fields import FormField

EDITED = (
    FormField.COMPANY_NAME, FormField.REGISTRATION_NUMBER, FormField.ADDRESS_LINE1,
    FormField.ADDRESS_LINE2, FormField.CITY, FormField.STATE, FormField.POSTAL_CODE,
    FormField.COUNTRY, FormField.FIRST_NAME, FormField.LAST_NAME, FormField.EMAIL,
    FormField.PHONE_NUMBER, FormField.LANGUAGE, FormField.CULTURE,
)  # fmt: skip
"""The fields that the form of a customer in the book asks."""
