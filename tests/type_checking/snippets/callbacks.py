"""A receiver of callbacks: the types of bodies and answers."""

from typing import assert_type

from case_packages.callbacks import (
    CALLBACK_SCHEME,
    CREATE_INVOICE_INVOICE_NOTIFICATION,
    CREATE_INVOICE_NOTIFY,
    CREATE_ORDER_PAID,
    CREATE_ORDER_WITHDRAWN,
    CallbackReceiver,
    CallbackReply,
    CallbackRequest,
    CallbackVerifier,
)
from case_packages.callbacks.models import (
    InvoiceEvent,
    InvoiceEventReceived,
    OrderFailed,
    OrderPaid,
)

verifier = CallbackVerifier(CALLBACK_SCHEME, ["new", "old"])
receiver = CallbackReceiver("https://example.com/callbacks", verifier=verifier)
assert_type(receiver.address(CREATE_ORDER_PAID), str)
assert_type(CREATE_ORDER_PAID.parse(b""), OrderPaid)


@receiver.on(CREATE_ORDER_PAID)
async def paid(body: OrderPaid) -> None:
    print(body.order)


@receiver.on(CREATE_ORDER_WITHDRAWN)
def withdrawn(body: None, request: CallbackRequest) -> None:
    print(request.values)


@receiver.on(CREATE_INVOICE_INVOICE_NOTIFICATION)
async def invoiced(
    body: InvoiceEvent, request: CallbackRequest
) -> InvoiceEventReceived | CallbackReply:
    return InvoiceEventReceived(ok=body.paid) if body.paid else CallbackReply(status=410)


@receiver.on(CREATE_INVOICE_NOTIFY)
def notified(body: str) -> CallbackReply:
    return CallbackReply(status=202)


@receiver.fallback
def others(request: CallbackRequest) -> None:
    print(request.callback.name)


@receiver.drifted
async def drifted(request: CallbackRequest) -> None:
    print(request.issues)


@receiver.on(CREATE_ORDER_PAID)  # error
async def wrong_body(body: OrderFailed) -> None:
    print(body.order)


@receiver.on(CREATE_INVOICE_INVOICE_NOTIFICATION)  # error
def wrong_answer(body: InvoiceEvent) -> int:
    return 1


CallbackVerifier(CALLBACK_SCHEME, 3)  # error
CallbackReceiver("https://example.com/callbacks")  # error
