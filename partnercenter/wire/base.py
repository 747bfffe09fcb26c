"""What all resources have in common: they keep what they do not know and never fail over a value.

The service adds fields and values without a notice, so an unknown field is kept beside the known
ones, an unknown status is kept as it is, and a value of another type than documented is read as
well as it can be.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel

_DATE = TypeAdapter(datetime)
_DECIMAL = TypeAdapter(float)


def _bare(value: Any) -> Any:
    """Return what is wrapped as `{"value": …}`, the other shape of country rules."""
    return value["value"] if isinstance(value, dict) and set(value) == {"value"} else value


def _text(value: Any) -> str:
    value = _bare(value)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (str, int, float)) else ""


def _texts(value: Any) -> list[str]:
    value = _bare(value)
    return [_text(item) for item in value] if isinstance(value, list) else []


def _flag(value: Any) -> bool | None:
    return {"true": True, "false": False}.get(_text(value).lower())


def _number(value: Any) -> float | None:
    try:
        return _DECIMAL.validate_python(_bare(value))
    except ValidationError:
        return None


def _moment(value: Any) -> datetime | None:
    try:
        moment = _DATE.validate_python(value)
    except ValidationError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _object(value: Any) -> Any:
    return value if isinstance(value, (dict, BaseModel)) else {}


def _objects(value: Any) -> list[Any]:
    value = _bare(value)
    return [_object(item) for item in value] if isinstance(value, list) else []


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


Text = Annotated[str, BeforeValidator(_text)]
"""A text; a number as it is written, empty for null."""
Texts = Annotated[list[str], BeforeValidator(_texts)]
"""A list of texts, in either shape; empty for null."""
Flag = Annotated[bool | None, BeforeValidator(_flag)]
"""Yes, no, or None where the service does not say."""
Number = Annotated[float | None, BeforeValidator(_number)]
"""A number, also one that is written as a text."""
Moment = Annotated[datetime | None, BeforeValidator(_moment)]
"""A moment in its zone, UTC if it names none; None for null and for what is no moment."""
Items = Annotated[
    list[Any], BeforeValidator(lambda value: value if isinstance(value, list) else [])
]
"""A list of anything; empty for null."""
_Resource = TypeVar("_Resource", bound="Wire")
Part = Annotated[_Resource, BeforeValidator(_object)]
"""Another resource inside; an empty one for null."""
Parts = Annotated[list[_Resource], BeforeValidator(_objects)]
"""A list of resources; empty for null."""


class Wire(BaseModel):
    """A resource; names are camelCase on the wire, and unknown fields are kept."""

    model_config = ConfigDict(
        extra="allow",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        hide_input_in_errors=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _small_names(cls, value: Any) -> Any:
        """Accept names that begin with a capital letter, as some answers have them."""
        if not isinstance(value, dict):
            return value
        return {
            f"{name[:1].lower()}{name[1:]}" if isinstance(name, str) else name: inner
            for name, inner in value.items()
        }

    @classmethod
    def of(cls, body: object) -> Self:
        """Return the resource that an answer holds; an empty one where it is no object."""
        return cls.model_validate(body if isinstance(body, dict) else {})

    def as_json(self) -> dict[str, Any]:
        """Return what was read or set, by the names of the wire, with all unknown fields."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)


class Header(Wire):
    """A header that a link asks for."""

    key: Text = ""
    value: Text = Field(default="", repr=False)


class Link(Wire):
    """An address; relative to `/v1`, with `/v1`, or absolute."""

    uri: Text = ""
    method: Text = ""
    headers: Parts[Header] = Field(default_factory=list)


class Links(Wire):
    """The links of a resource or a page."""

    self_: Part[Link] = Field(default_factory=Link, alias="self")
    next: Part[Link] = Field(default_factory=Link)


class Attributes(Wire):
    """What the service says about a resource itself."""

    etag: Text = ""
    """Without the quotes of `If-Match`."""
    object_type: Text = ""


class Resource(Wire):
    """What every resource has."""

    links: Part[Links] = Field(default_factory=Links)
    attributes: Part[Attributes] = Field(default_factory=Attributes)


class Collection(Resource):
    """A page of a list; `total_count` counts only what it shows (`reference/resources.md`)."""

    total_count: Number = None
    items: Items = Field(default_factory=list)
    continuation_token: Text = Field(default="", repr=False)


class Contact(Wire):
    """A person at a customer or a partner."""

    first_name: Text = ""
    last_name: Text = ""
    email: Text = ""
    phone_number: Text = ""


class Address(Wire):
    """A postal address (`reference/resources.md`, *Address*)."""

    address_line1: Text = ""
    address_line2: Text = ""
    city: Text = ""
    state: Text = ""
    postal_code: Text = ""
    country: Text = ""
    region: Text = ""
    first_name: Text = ""
    middle_name: Text = ""
    last_name: Text = ""
    phone_number: Text = ""
