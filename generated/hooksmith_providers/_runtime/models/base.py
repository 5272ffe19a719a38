"""Base classes of generated models, and the types that annotations share."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import (
    Annotated,
    Any,
    ClassVar,
    Literal,
    Self,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
)

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationInfo,
)
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from ..errors import Detail
from ..omit import OMIT, Omit
from .deferred import DeferredModel
from .reading import stop_early

_Enum = TypeVar("_Enum")

Open = Annotated[_Enum | str, Field(union_mode="left_to_right")]
"""An enum in what we receive: a value that the document does not list (yet) stays a plain string."""

OpenInt = Annotated[_Enum | int, Field(union_mode="left_to_right")]
"""As `Open`, for integers."""

_SECRETS = frozenset(
    {
        "access_token",
        "api_key",
        "api_secret",
        "client_secret",
        "id_token",
        "passphrase",
        "password",
        "private_key",
        "refresh_token",
        "secret",
        "secret_key",
        "shared_secret",
        "signing_key",
        "signing_secret",
        "webhook_secret",
    }
)
_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MASK = "**********"


def _is_secret(name: object) -> bool:
    """Return whether a property's name, in any case style, is that of a secret."""
    return _WORD_STARTS.sub("_", str(name)).replace("-", "_").lower() in _SECRETS


def _masked(value: Any) -> Any:
    """Return plain data with its secrets masked."""
    if type(value) is dict:
        return {key: _MASK if _is_secret(key) else _masked(item) for key, item in value.items()}
    if type(value) is list:
        return [_masked(item) for item in value]
    return value


_T = TypeVar("_T")


class _WithoutOmit:
    """Core schema of the type without `OMIT`, which JSON cannot hold: `OMIT` is accepted and never written."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        options = [option for option in get_args(source) if option is not Omit]
        value = handler.generate_schema(Union[tuple(options)])  # noqa: UP007 - made at run time
        or_omit = core_schema.no_info_wrap_validator_function(_or_omit, value)
        return core_schema.json_or_python_schema(json_schema=value, python_schema=or_omit)


def _or_omit(value: Any, handler: Callable[[Any], Any]) -> Any:
    return value if value is OMIT else handler(value)


def _is_omit(value: Any) -> bool:
    return value is OMIT


Omittable = Annotated[_T | Omit, _WithoutOmit, Field(exclude_if=_is_omit)]
"""What a request may leave out: a value, or `OMIT`."""


def _declared(model: type[Any], name: str) -> list[Mapping[str, Any]]:
    """Return the constraints that a class and its base classes have under a name."""
    return [vars(base)[name] for base in model.__mro__ if name in vars(base)]


def _without_omit(schema: Any) -> Any:
    """Return the core schema of a model whose fields have no absent value as default: no document has it."""
    if "fields" in schema:
        fields = {name: _optional(field) for name, field in schema["fields"].items()}
        return {**schema, "fields": fields}
    if isinstance(schema.get("schema"), dict):
        return {**schema, "schema": _without_omit(schema["schema"])}
    return schema


def _optional(field: Any) -> Any:
    """Return a field with an absent value (`OMIT`, None) from a factory, whose result is no part of a JSON Schema."""
    inner = field["schema"]
    if inner["type"] != "default" or inner.get("default", inner) not in (OMIT, None):
        return field
    rest = {key: value for key, value in inner.items() if key != "default"}
    return {**field, "schema": {**rest, "default_factory": lambda: OMIT}}


_ModelT = TypeVar("_ModelT", bound=BaseModel)


def _checked(model: _ModelT) -> _ModelT:
    from .described import refuse_misfits

    return refuse_misfits(model)


class Model(DeferredModel):
    """Object of the API.

    Properties that the document does not declare are retained (`model_extra`) and survive a round trip. An absent
    property
    stays absent when written, and null stays null.
    """

    __assertions__: ClassVar[Mapping[str, Any]]
    """What the document asserts of the whole object, in JSON Schema; there is none where a class does not state it."""

    __described__: ClassVar[Mapping[str, Any]]
    """Constraints of the whole object in JSON Schema, which `misfits` asserts; absent where a class has none."""

    __read_only__: ClassVar[tuple[str, ...]] = ()
    """The properties, by wire name, that the API sets: they are left out when the object is sent."""

    _stops_early: ClassVar[bool] = True
    """Whether arrays are read until their first invalid item."""

    # Values of deliveries and replies hardly recur: to keep the latest of them, as pydantic does, takes longer than to
    # make them anew, and what is received may be secret.
    model_config = ConfigDict(
        extra="allow",
        cache_strings="keys",
        allow_inf_nan=False,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        defer_build=True,
        hide_input_in_errors=True,
        protected_namespaces=(),
    )

    @classmethod
    def _completed(cls, schema: CoreSchema) -> CoreSchema:
        """Return the core schema with the document's assertions about the whole object."""
        if cls._stops_early:
            schema = stop_early(schema)
        if assertions_of_bases := _declared(cls, "__assertions__"):
            from .constraints import Asserts

            for assertions in assertions_of_bases:
                schema = Asserts(assertions).wrap(schema)
        return schema

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler, /
    ) -> dict[str, Any]:
        json_schema: dict[str, Any] = handler(cast("CoreSchema", _without_omit(schema)))
        if constraints := [*_declared(cls, "__assertions__"), *_declared(cls, "__described__")]:
            handler.resolve_ref_schema(json_schema)["allOf"] = constraints
        return json_schema

    @classmethod
    def model_validate(cls, obj: Any, *, strict: bool | None = None, **options: Any) -> Self:
        """Return the object of plain data, as pydantic's method. `strict`: assert the document's constraints too."""
        model = super().model_validate(obj, strict=strict, **options)
        return _checked(model) if strict else model

    @classmethod
    def model_validate_json(
        cls, json_data: str | bytes | bytearray, *, strict: bool | None = None, **options: Any
    ) -> Self:
        """Return the object of a JSON text, as pydantic's method. `strict`: assert the document's constraints too."""
        model = super().model_validate_json(json_data, strict=strict, **options)
        return _checked(model) if strict else model

    def misfits(self) -> tuple[Detail, ...]:
        """Return the constraints of the document (`maxLength`, `pattern`, …) that the object does not satisfy.

        A received object asserts no constraints when it is read. Enums stay open: an unlisted value is no misfit.
        """
        from .described import misfits

        return tuple(misfits(self))

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-like data under wire names, without properties that were never set."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)

    def to_json(self) -> str:
        """Return JSON text under wire names, without properties that were never set."""
        from .decimals import EXACT, with_digits

        text = self.model_dump_json(by_alias=True, exclude_unset=True, context=EXACT)
        return with_digits(text.encode()).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Return the object of a JSON text; raises `pydantic.ValidationError`."""
        return cls.model_validate_json(text)

    def __repr_args__(self) -> Any:
        """Return the fields that `repr` shows: all but secrets, declared or not."""
        shown = super().__repr_args__()
        return [(name, _masked(value)) for name, value in shown if not _is_secret(name)]


def _is_constant(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is Literal and field.default in get_args(field.annotation)


def constant_names(model: type[BaseModel]) -> set[str]:
    """Return the fields of a model that have a constant as type and default."""
    fields = model.__pydantic_fields__
    return {name for name, field in fields.items() if _is_constant(field)}


class Constants:
    """Marks fields with a single possible value as set. JSON is sent unchanged, so there they must be present."""

    def __init__(self, names: set[str]) -> None:
        self._names = names

    def __call__(self, value: BaseModel, info: ValidationInfo) -> BaseModel:
        missing = self._names - value.model_fields_set
        if missing and info.mode == "json":
            names = ", ".join(sorted(missing))
            raise PydanticCustomError(
                "missing_constant", "Field required: {names}", {"names": names}
            )
        value.model_fields_set.update(missing)
        return value


class RequestModel(Model):
    """Object that is only sent. `OMIT` leaves a property out; None sends null.

    A property with a single possible value has it by default.
    """

    _stops_early: ClassVar[bool] = False

    @classmethod
    def _completed(cls, schema: CoreSchema) -> CoreSchema:
        schema = super()._completed(schema)
        constants = constant_names(cls)
        if not constants:
            return schema
        return core_schema.with_info_after_validator_function(Constants(constants), schema)

    def misfits(self) -> tuple[Detail, ...]:
        """Return the problems of the object's present state, with every attribute asserted again."""
        from .validation import misfits_when_sent

        return misfits_when_sent(self)


def camel(name: str) -> str:
    """Return a name in camelCase: `next_cursor` → `nextCursor`."""
    first, *others = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in others)


class CamelModel(Model):
    """A `Model` whose wire names are the fields' names in camelCase, unless a field has another alias."""

    model_config = ConfigDict(alias_generator=camel)


class CamelRequestModel(RequestModel):
    """A `RequestModel` whose wire names are the fields' names in camelCase, unless a field has another alias."""

    model_config = ConfigDict(alias_generator=camel)


class Unknown(Model):
    """Option of a union that the document does not have, with all received properties."""
