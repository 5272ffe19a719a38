"""Addresses of the project."""

from django.http import HttpRequest, JsonResponse
from django.urls import path

from .models import Organization
from .webhooks import webhooks


def organizations(request: HttpRequest) -> JsonResponse:
    """List the names of all organizations."""
    names = Organization.objects.order_by("name").values_list("name", flat=True)
    return JsonResponse(list(names), safe=False)


urlpatterns = [path("webhooks", webhooks), path("organizations", organizations)]
