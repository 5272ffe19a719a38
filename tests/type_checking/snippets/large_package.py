"""A package whose models stand in several modules, from outside."""

# ruff: isort: skip_file

from large.models import Forest, Invoice, Money, Subject
from large.models import OrderCreated as Same

from large import OrderCreated, parse_event


def amount(invoice: Invoice) -> int | None:
    return invoice.money.amount if invoice.money else None


def words(subject: Subject) -> str:
    return subject if isinstance(subject, str) else subject.to_json()


event = parse_event(b"{}")
if isinstance(event, OrderCreated):
    print(event.data)
forest: Forest = []
same: type[OrderCreated] = Same
wrong: int = Money(amount=1)  # error: "Money"
