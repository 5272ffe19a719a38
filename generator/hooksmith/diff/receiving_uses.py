"""Uses of events, webhooks and callbacks."""

from __future__ import annotations

from collections.abc import Iterator

from ..plan.views import ArgumentView
from .annotations import Annotation, Name, parse
from .comparison import Break, Comparison, mentioned, signature
from .definition_uses import union_breaks


class ReceivingUses(Comparison):
    """Uses of the receiving side of the old package."""

    def breaks(self) -> Iterator[Break]:
        """Yield the uses of events, webhooks and callbacks."""
        yield from self._readers()
        yield from self._webhook()
        new_callbacks = self.new.view.callbacks
        current = {each.constant: each for each in new_callbacks.callbacks} if new_callbacks else {}
        for callback in self.old.view.callbacks.callbacks if self.old.view.callbacks else ():
            new = current.get(callback.constant)
            if new is None:
                continue
            pairs = ((callback.annotation, new.annotation), (callback.reply, new.reply))
            for old_text, new_text in pairs:
                one = self.types.read(old_text or "object", self.old)
                if not self.types.is_same(parse(new_text or "object"), one):
                    yield Break(
                        use="callback",
                        place=f"callbacks.{callback.constant}",
                        old=old_text,
                        new=new_text,
                        names=mentioned([old_text, new_text]),
                    )
                    break

    def _readers(self) -> Iterator[Break]:
        """`parse_event`, and code that matches over every event."""
        old, new = self.old.view.events, self.new.view.events
        if old is None or new is None:
            return
        if old.has_type and not new.has_type:
            yield Break(use="call_least", place="events.parse_event")
            if old.batches and new.batches:
                yield Break(use="call_least", place="events.parse_events")
        yield from union_breaks(
            self,
            "events.Event",
            self.old.event_union,
            Name("Event"),
            mentioned([self.old.event_union, self.new.event_union]),
        )

    def _webhook(self) -> Iterator[Break]:
        old, new = self.old.view.webhook, self.new.view.webhook
        if old is None or new is None:
            return
        if not self._takes(
            old.positional, new.positional, signature(new.optional), signature(old.optional)
        ):
            yield Break(use="webhook", place="webhook.Webhook")
        if old.fetch and not (
            new.fetch
            and self._is_client(old.client)
            and signature(old.optional).keys() <= signature(new.optional).keys()
        ):
            yield Break(use="webhook", place="webhook.Webhook.from_client")
        if old.scheme and new.scheme and _class_of(old.scheme) != _class_of(new.scheme):
            yield Break(
                use="const",
                place="webhook.SCHEME",
                old=_class_of(old.scheme),
                new=_class_of(new.scheme),
            )

    def _is_client(self, name: str) -> bool:
        new = self.new.view.webhook
        return not self.new.exported("client", name) or (new is not None and new.client == name)

    def _takes(
        self,
        old: tuple[ArgumentView, ...],
        new: tuple[ArgumentView, ...],
        optional: dict[str, tuple[Annotation, bool]],
        named: dict[str, tuple[Annotation, bool]],
    ) -> bool:
        """Whether a constructor takes the old positional and named arguments."""
        if len(old) != len(new) or not named.keys() <= optional.keys():
            return False
        positional = zip(old, new, strict=True)
        return all(
            self.types.is_assignable(parse(one.annotation), parse(other.annotation))
            for one, other in positional
        ) and all(self.types.is_assignable(named[name][0], optional[name][0]) for name in named)


def _class_of(expression: str) -> str:
    return expression.partition("(")[0]
