"""Operations of the IR → methods of a resource's classes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from ..ir import AnyDefinition, Body, Field, Operation, Resource
from ..ir.queries import success_type
from ..naming.argument_names import free_name
from .annotations import AnnotationWriter
from .arguments import MODULE, ArgumentAnnotationWriter, Dictionaries
from .client import nested_views
from .docstrings import sentence
from .imports import resource_imports
from .literals import literal
from .method_docs import method_doc
from .models import constant
from .operation_constants import LOCATIONS, constant_names, plan_constants, stream_item
from .unions import options_of, union
from .views import ArgumentView, MethodView, OverloadView, PartView, ResourceView


def plan_resource(
    resource: Resource,
    definitions: Mapping[str, AnyDefinition],
    runtime: str,
    callbacks: Mapping[str, str] = MappingProxyType({}),
    nested: Sequence[Resource] = (),
    *,
    dictionaries: Mapping[str, str] = MappingProxyType({}),
    deferred: bool = False,
) -> ResourceView:
    """Plan the two modules of a resource: its classes and the constants of its operations.

    Args:
        definitions: All definitions by name.
        runtime: The runtime's package, relative to the modules.
        callbacks: Pointer of a callback → its constant.
        nested: The resources that are attributes of this resource.
        dictionaries: Definition → name of its TypedDict.
        deferred: Whether an operation imports its models on its first call.
    """
    constants = constant_names(resource.operations, definitions)
    imports = resource_imports(resource, nested, definitions, runtime)
    names = Dictionaries(dictionaries, f"..{MODULE}")
    arguments = ArgumentAnnotationWriter(definitions, imports, strict=True, dictionaries=names)
    views = _method_views(resource, constants, arguments, callbacks)
    return ResourceView(
        name=resource.name,
        module=resource.module,
        class_name=resource.class_name,
        doc=sentence(resource.description),
        base=imports.add_runtime("client.sync_client", "SyncResource"),
        async_base=imports.add_runtime("client.async_client", "AsyncResource"),
        options=imports.add_runtime("client.options", "RequestOptions") if views else "",
        overload=imports.local("overload"),
        cached_property=imports.add("functools", "cached_property") if nested else "",
        nested=nested_views(nested),
        methods=views,
        imports=imports.block(definitions_for_types_only=True),
        operations=plan_constants(resource.operations, constants, definitions, runtime, deferred),
    )


def _method_views(
    resource: Resource,
    constants: Iterable[str],
    arguments: ArgumentAnnotationWriter,
    callbacks: Mapping[str, str],
) -> tuple[MethodView, ...]:
    """Return the views of methods; import `list` by an alias if an annotation needs it."""
    pairs = zip(resource.operations, constants, strict=True)
    views = tuple(_MethodPlanner(*pair, arguments, callbacks).view() for pair in pairs)
    if _names_builtin_list(views, arguments.imports.local("list")):
        arguments.imports.add("builtins", "list")
    return views


def _names_builtin_list(views: Iterable[MethodView], local: str) -> bool:
    """Whether an annotation names `list` by an alias, because a method is called so."""
    texts = (
        text
        for view in views
        for signature in view.signatures
        for text in (
            signature.returns,
            signature.async_returns,
            *(argument.annotation for argument in signature.arguments),
        )
    )
    return local != "list" and any(f"{local}[" in text for text in texts)


class _MethodPlanner:
    """Plans the method of one operation."""

    def __init__(
        self,
        operation: Operation,
        constant: str,
        arguments: ArgumentAnnotationWriter,
        callbacks: Mapping[str, str],
    ) -> None:
        self._operation = operation
        self._constant = constant
        self._callbacks = tuple(
            callbacks.get(callback.pointer, "") for callback in operation.callbacks
        )
        self._imports = arguments.imports
        self._definitions = arguments.definitions
        self._arguments = arguments
        self._results = AnnotationWriter(self._definitions, self._imports, strict=False)
        self._body_groups = body_groups(operation.body)
        self._content_type = content_type_argument(operation)

    def view(self) -> MethodView:
        """Return the view of the method."""
        operation = self._operation
        switch = operation.stream.switch if operation.stream else None
        returns, async_returns = self._stream_returns() if self._is_stream else self._returns()
        overloads = self._overloads()
        general = overloads[-1] if switch else OverloadView((), returns, async_returns)
        return MethodView(
            name=operation.name,
            constant=f"_operations.{self._constant}",
            verb=self._verb(),
            arguments=tuple(_with_switch(self._signature(), switch, "bool", is_required=False))
            if switch
            else tuple(self._signature()),
            returns=general.returns,
            async_returns=general.async_returns,
            is_async=operation.pagination is None,
            doc=method_doc(
                operation,
                self._all_fields(),
                self._content_type,
                self._definitions,
                self._callbacks,
            ),
            parts=tuple(self._parts()),
            overloads=overloads,
            is_stream=operation.stream is not None,
            switch=switch or "",
        )

    @property
    def _is_stream(self) -> bool:
        """Whether every reply is a stream."""
        stream = self._operation.stream
        return stream is not None and stream.switch is None

    def _verb(self) -> str:
        """Return the method of the client that performs the operation."""
        if self._operation.pagination:
            return "paginate"
        return "stream_items" if self._is_stream else "call"

    def _stream_returns(self) -> tuple[str, str]:
        """Return the annotations of the streams of the synchronous and the asynchronous method."""
        assert self._operation.stream is not None
        item = stream_item(self._operation.stream, self._results, self._imports)
        stream = self._imports.add_runtime("client.item_streams", "Stream")
        async_stream = self._imports.add_runtime("client.item_streams", "AsyncStream")
        return f"{stream}[{item}]", f"{async_stream}[{item}]"

    def _returns(self) -> tuple[str, str]:
        """Return the annotations of the results of the synchronous and the asynchronous method."""
        returned = success_type(self._operation)
        result = "None" if returned is None else self._results.annotation(returned)
        pages = self._operation.pagination
        if pages is None:
            return result, result
        page = self._imports.add_runtime("client.pagination", "Page")
        pager = self._imports.add_runtime("client.pagination", "AsyncPager")
        item = self._results.annotation(pages.item)
        return f"{page}[{item}, {result}]", f"{pager}[{item}, {result}]"

    def _signature(self) -> Iterator[ArgumentView]:
        """Yield all arguments. An argument that some overloads lack is optional."""
        overloads = self._by_media_type()
        if len(overloads) == 1:
            yield from overloads[0]
            return
        arguments: dict[str, list[ArgumentView]] = {}
        for overload in overloads:
            for argument in overload:
                arguments.setdefault(argument.name, []).append(argument)
        joined = [self._joined(variants, len(overloads)) for variants in arguments.values()]
        for argument in sorted(joined, key=lambda argument: bool(argument.default)):
            is_choice = argument.name == self._content_type
            yield argument._replace(annotation="str") if is_choice else argument

    def _overloads(self) -> tuple[OverloadView, ...]:
        """Return the signatures by media type of the body, and by the value of the switch if there is one."""
        switch = self._operation.stream.switch if self._operation.stream else None
        signatures = self._by_media_type()
        returns = self._stream_returns() if self._is_stream else self._returns()
        overloads = [OverloadView(arguments, *returns) for arguments in signatures]
        if switch:
            overloads = [each for view in overloads for each in self._switched(view, switch)]
        if len(overloads) < 2:
            return ()
        self._imports.add("typing", "overload")
        return tuple(overloads)

    def _switched(self, overload: OverloadView, switch: str) -> Iterator[OverloadView]:
        """Yield a signature for one reply, one for a stream, and one for a switch whose value is not known."""
        if all(argument.name != switch for argument in overload.arguments):
            yield overload
            return
        true, false = (
            f"{self._imports.add('typing', 'Literal')}[{value}]" for value in (True, False)
        )
        stream, async_stream = self._stream_returns()
        arguments = overload.arguments
        yield overload._replace(
            arguments=tuple(_with_switch(arguments, switch, false, is_required=False))
        )
        yield OverloadView(
            tuple(_with_switch(arguments, switch, true, is_required=True)), stream, async_stream
        )
        yield OverloadView(
            tuple(_with_switch(arguments, switch, "bool", is_required=False)),
            union([*options_of(overload.returns), stream]),
            union([*options_of(overload.async_returns), async_stream]),
            is_general=True,
        )

    def _by_media_type(self) -> tuple[tuple[ArgumentView, ...], ...]:
        """Return the arguments by media type of the body; media types with equal arguments share a signature."""
        if not self._body_groups:
            return (tuple(self._arguments_with([])),)
        return tuple(self._overload(index, group) for index, group in enumerate(self._body_groups))

    def _overload(self, index: int, group: tuple[Body, ...]) -> tuple[ArgumentView, ...]:
        body = group[0] if index == 0 else replace(group[0], required=True)
        arguments = list(self._arguments_with(_body_fields(body)))
        name = self._content_type
        if name is None:
            return tuple(arguments)
        media_types = [body.media_type for body in group]
        annotation = self._one_of(media_types)
        if index == 0:
            choice = ArgumentView(name=name, annotation=annotation, default=literal(media_types[0]))
            return (*arguments, choice)
        required = [argument for argument in arguments if not argument.default]
        choice = ArgumentView(name=name, annotation=annotation)
        return (*required, choice, *(argument for argument in arguments if argument.default))

    def _one_of(self, media_types: list[str]) -> str:
        if any("*" in media_type for media_type in media_types):
            return "str"
        name = self._imports.add("typing", "Literal")
        return f"{name}[{', '.join(map(literal, media_types))}]"

    def _arguments_with(self, body: list[Field]) -> Iterator[ArgumentView]:
        fields = [parameter.field for parameter in self._operation.parameters] + body
        arguments = [self._argument(field) for field in fields]
        omit = self._imports.local("OMIT")
        yield from sorted(
            arguments, key=lambda argument: (bool(argument.default), argument.default == omit)
        )

    def _argument(self, field: Field) -> ArgumentView:
        annotation = self._arguments.annotation(field.type)
        if field.required:
            return ArgumentView(name=field.name, annotation=annotation, default=constant(field))
        return ArgumentView(
            name=field.name,
            annotation=f"{annotation} | {self._imports.add_runtime('omit', 'Omit')}",
            default=self._imports.add_runtime("omit", "OMIT"),
        )

    def _joined(self, variants: list[ArgumentView], overloads: int) -> ArgumentView:
        """Join the variants of an argument. If an overload lacks the argument, it can be omitted."""
        options = dict.fromkeys(
            option for variant in variants for option in options_of(variant.annotation)
        )
        default = next((variant.default for variant in variants if variant.default), "")
        if len(variants) < overloads and not default:
            default = self._imports.add_runtime("omit", "OMIT")
        if default == self._imports.local("OMIT"):
            omit = self._imports.add_runtime("omit", "Omit")
            options.pop(omit, None)
            options[omit] = None
        return ArgumentView(name=variants[0].name, annotation=union(options), default=default)

    def _parts(self) -> Iterator[PartView]:
        """Yield the keyword arguments of the client's `call`."""
        for location in LOCATIONS:
            fields = [
                parameter.field
                for parameter in self._operation.parameters
                if parameter.location == location
            ]
            if fields:
                yield PartView(name=location, items=_items(fields))
        yield from self._body_parts()

    def _body_parts(self) -> Iterator[PartView]:
        bodies = [group[0] for group in self._body_groups]
        fields = {field.name: field for body in bodies for field in body.fields or ()}
        has_whole_body = any(body.fields is None for body in bodies)
        entries = _items(list(fields.values()))
        if bodies and not has_whole_body:
            yield PartView(name="body", items=entries)
        elif bodies:
            whole = bodies[0].argument
            if entries:
                omit = self._imports.add_runtime("omit", "OMIT")
                items = ", ".join(f"{wire}: {name}" for wire, name in entries)
                whole = f"{{{items}}} if {whole} is {omit} else {whole}"
            yield PartView(name="body", whole=whole)
        if self._content_type is not None:
            yield PartView(name="content_type", whole=self._content_type)

    def _all_fields(self) -> list[Field]:
        """Return the fields of all arguments, each once, without the choice of a media type."""
        fields = {parameter.field.name: parameter.field for parameter in self._operation.parameters}
        for group in self._body_groups:
            for field in _body_fields(group[0]):
                fields.setdefault(field.name, field)
        return list(fields.values())


def _with_switch(
    arguments: Iterable[ArgumentView], switch: str, annotation: str, *, is_required: bool
) -> Iterator[ArgumentView]:
    """Yield arguments with another annotation of the switch; required arguments precede optional arguments."""
    arguments = list(arguments)
    original = next(argument for argument in arguments if argument.name == switch)
    if is_required:
        changed = ArgumentView(name=switch, annotation=annotation)
        others = [argument for argument in arguments if argument.name != switch]
        yield from (argument for argument in others if not argument.default)
        yield changed
        yield from (argument for argument in others if argument.default)
        return
    rest = [option for option in options_of(original.annotation) if option != "bool"]
    for argument in arguments:
        is_switch = argument.name == switch
        yield argument._replace(annotation=union([annotation, *rest])) if is_switch else argument


def body_groups(body: Body | None) -> list[tuple[Body, ...]]:
    """Return the media types of a body, grouped by equal arguments; the preferred media type is first."""
    groups: list[list[Body]] = []
    for candidate in (body, *body.others) if body is not None else ():
        for group in groups:
            if (group[0].type, group[0].fields) == (candidate.type, candidate.fields):
                group.append(candidate)
                break
        else:
            groups.append([candidate])
    return [tuple(group) for group in groups]


def content_type_argument(operation: Operation) -> str | None:
    """Return the name of the argument that selects the body's media type; None if there is no choice."""
    body = operation.body
    if body is None or not (body.others or "*" in body.media_type):
        return None
    taken = {parameter.field.name for parameter in operation.parameters} | {body.argument}
    for candidate in (body, *body.others):
        taken.update(field.name for field in candidate.fields or ())
    return free_name("content_type", "body", taken)


def _body_fields(body: Body) -> list[Field]:
    """Return the arguments of a body: its properties, or a single argument `body`."""
    if body.fields is not None:
        return list(body.fields)
    return [
        Field(
            name=body.argument,
            wire="body",
            type=body.type,
            required=body.required,
            description=body.description,
        )
    ]


def _items(fields: list[Field]) -> tuple[tuple[str, str], ...]:
    """Return the entries of a `{wire: argument}` display."""
    return tuple((literal(field.wire), field.name) for field in fields)
