"""The receiver, its handlers and its view."""

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from hooksmith_providers.scalekit import (
    OrganizationCreated,
    OrganizationDeleted,
    OrganizationUpdated,
    Webhook,
    WebhookReceiver,
)

from .models import Organization

receiver = WebhookReceiver(Webhook(settings.WEBHOOK_SECRET), store=None)
"""Without a store: the handlers may run twice, for they compare times and write the same row."""


@receiver.on("organization.created", "organization.updated")
def keep(event: OrganizationCreated | OrganizationUpdated) -> None:
    """Write an organization, unless a newer event did already."""
    with transaction.atomic():
        row = Organization.objects.filter(pk=event.data.id).first()
        if row is None or row.changed_at <= event.occurred_at:
            Organization.objects.update_or_create(
                pk=event.data.id,
                defaults={"name": event.data.display_name, "changed_at": event.occurred_at},
            )


@receiver.on(OrganizationDeleted)
def forget(event: OrganizationDeleted) -> None:
    """Delete an organization."""
    Organization.objects.filter(pk=event.data.id).delete()


@csrf_exempt
@require_POST
def webhooks(request: HttpRequest) -> HttpResponse:
    """Hand a delivery over: the bytes as they came."""
    reply = receiver.receive(request.body, request.headers)
    return HttpResponse(reply.body, status=reply.status, headers=dict(reply.headers))
