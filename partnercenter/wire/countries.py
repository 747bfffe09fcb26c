"""The rules of a country and the check of an address, in both shapes of either."""

from __future__ import annotations

from pydantic import AliasChoices, Field

from partnerdesk.partnercenter.wire.base import Address, Flag, Part, Parts, Resource, Text, Texts


class CountryRules(Resource):
    """What a country asks of an address and a registration number.

    The table of Microsoft's page and its sample name the lists differently; both are read
    (`reference/resources.md`, *CountryInformation*).
    """

    iso2_code: Text = ""
    default_culture: Text = ""
    is_state_required: Flag = None
    states: Texts = Field(
        default_factory=list, validation_alias=AliasChoices("supportedStatesList", "states")
    )
    languages: Texts = Field(
        default_factory=list,
        validation_alias=AliasChoices("supportedLanguagesList", "supportedLanguages"),
    )
    cultures: Texts = Field(
        default_factory=list,
        validation_alias=AliasChoices("supportedCulturesList", "supportedCultures"),
    )
    calling_codes: Texts = Field(
        default_factory=list,
        validation_alias=AliasChoices("countryCallingCodesList", "countryCallingCodes"),
    )
    is_postal_code_required: Flag = None
    postal_code_regex: Text = ""
    """A .NET expression; it may not compile here."""
    is_city_required: Flag = None
    phone_number_regex: Text = ""
    is_registration_number_supported: Flag = None
    customer_organization_registration_number_regex: Text = ""
    customer_organization_registration_number_sample: Text = ""
    customer_organization_registration_number_required: Flag = None
    customer_organization_phone_number_required: Flag = None


class CheckedAddress(Resource):
    """What the check of an address found; an empty answer means a good address."""

    status: Text = ""
    """`VerifiedShippable`, `Verified`, `InteractionRequired` and others; as it is."""
    validation_message: Text = ""
    original_address: Part[Address] = Field(default_factory=Address)
    suggested_addresses: Parts[Address] = Field(default_factory=list)
