"""Uses of clients and of their methods."""

from __future__ import annotations

from collections.abc import Iterator

from ..plan.views import ArgumentView
from .annotations import ANY, Annotation, Generic, parse
from .comparison import Break, Comparison, Use, mentioned, signature
from .surface import (
    MethodSurface,
    resource_class,
)


class ClientUses(Comparison):
    """Uses of the clients of the old package."""

    def breaks(self) -> Iterator[Break]:
        """Yield the uses of clients, resources and methods."""
        for index, (prefix, class_name) in enumerate(
            zip(("client", "async_client"), self.old.client_classes, strict=False)
        ):
            if not self.new.exported("client", class_name):
                continue
            yield from self._constructor(prefix, is_async=bool(index))
            for resource in self.old.resources.values():
                yield from self._resource(prefix, resource.name, is_async=bool(index))

    def _constructor(self, prefix: str, *, is_async: bool) -> Iterator[Break]:
        old, new = self.old.view.client, self.new.view.client
        assert old is not None
        assert new is not None
        name = "async_arguments" if is_async else "arguments"
        passed = {
            item.name: self.types.read(item.annotation, self.old) for item in getattr(old, name)
        }
        culprits = self.types.misfits(signature(getattr(new, name)), passed)
        if culprits:
            class_name = self.old.client_classes[int(is_async)]
            yield Break(
                use="client",
                place=f"{prefix}.{class_name}",
                names=frozenset({class_name}),
                culprits=culprits,
            )

    def _resource(self, prefix: str, name: str, *, is_async: bool) -> Iterator[Break]:
        place = f"{prefix}.{name}"
        view = self.old.resources[name]
        current = self.new.resources.get(name)
        class_name = resource_class(view, is_async=is_async)
        if current is None:
            yield Break(use="client", place=place, names=frozenset({class_name}))
        methods = self.new.methods(name, is_async=is_async)
        for method in self.old.methods(name, is_async=is_async).values():
            yield from self._method(f"{place}.{method.name}", method, methods.get(method.name))

    def _method(
        self, place: str, method: MethodSurface, current: MethodSurface | None
    ) -> Iterator[Break]:
        if current is not None and current == method:
            return
        uses: tuple[Use, ...] = ("call", "call_least")
        for use in uses:
            passed = [
                self._arguments(way, is_least=use == "call_least") for way in method.signatures
            ]
            refused = [
                item for item in passed if current is None or not self._accepts(current, item)
            ]
            if refused:
                culprits = self._culprits(current, refused)
                yield Break(
                    use=use,
                    place=place,
                    names=_mentioned_by(culprits, method, current),
                    culprits=culprits,
                )
        returned = _returned(self.types.read(method.returns, self.old), method)
        if current is None or not self.types.is_assignable(
            _returned(parse(current.returns), current), returned
        ):
            new = current.returns if current else ""
            yield Break(
                use="return",
                place=place,
                old=method.returns,
                new=new,
                names=mentioned([method.returns, new]),
            )

    def _culprits(
        self, current: MethodSurface | None, refused: list[dict[str, Annotation]]
    ) -> frozenset[str]:
        """The arguments that calls fail by, with the signature that refuses the fewest."""
        signatures = current.signatures if current else ()
        least = (
            min((self.types.misfits(signature(way), passed) for way in signatures), key=len)
            for passed in refused
            if signatures
        )
        return frozenset[str]().union(*least)

    def _arguments(
        self, signature: tuple[ArgumentView, ...], *, is_least: bool
    ) -> dict[str, Annotation]:
        return {
            argument.name: self.types.read(argument.annotation, self.old)
            for argument in signature
            if not (is_least and argument.default)
        }

    def _accepts(self, method: MethodSurface, passed: dict[str, Annotation]) -> bool:
        return self.types.accepts(tuple(map(signature, method.signatures)), passed)


def _returned(annotation: Annotation, method: MethodSurface) -> Annotation:
    return Generic("Coroutine", (ANY, ANY, annotation)) if method.is_async else annotation


def _mentioned_by(
    culprits: frozenset[str], method: MethodSurface, current: MethodSurface | None
) -> frozenset[str]:
    return mentioned(
        argument.annotation
        for each in (method, current)
        if each is not None
        for way in each.signatures
        for argument in way
        if argument.name in culprits
    )
