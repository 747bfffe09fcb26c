"""The fields of a row of a file that adds a delegated-admin relationship: a stable contract.

Without SQLModel, because the command line is parsed before the book is opened.
"""

from __future__ import annotations

from enum import StrEnum

from partnerdesk.models.languages import N_


class DelegationField(StrEnum):
    """A field of a row: a column heading of a file, and a flag of the command."""

    CUSTOMER = "customer"
    """Microsoft ID or primary domain of a customer of the book."""
    NAME = "name"
    ROLES = "roles"
    STATUS = "status"
    START = "start"
    END = "end"
    AUTO_EXTEND = "auto_extend"
    MICROSOFT_ID = "microsoft_id"


FIELD_TITLES = {
    DelegationField.CUSTOMER: N_("Microsoft ID or primary domain of the customer"),
    DelegationField.NAME: N_("its name, as Partner Center has it"),
    DelegationField.ROLES: N_("the roles, separated by commas: names or role template ids"),
    DelegationField.STATUS: N_("its state (default: active)"),
    DelegationField.START: N_("the day it began: 2026-06-30"),
    DelegationField.END: N_("the day it ends: 2027-06-30"),
    DelegationField.AUTO_EXTEND: N_("yes, if it extends itself by P180D; or no"),
    DelegationField.MICROSOFT_ID: N_("Microsoft's id of it: two GUIDs joined by a hyphen"),
}
"""The description of each field, for the help of the command."""
