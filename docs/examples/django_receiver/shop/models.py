"""Organizations as their newest event describes them."""

from django.db import models


class Organization(models.Model):
    """An organization of the provider."""

    id = models.CharField(primary_key=True, max_length=100)
    name = models.CharField(max_length=200)
    changed_at = models.DateTimeField()
