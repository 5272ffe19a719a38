"""The application; its label is the module's name."""

from django.apps import AppConfig


class ShopConfig(AppConfig):
    """Organizations, kept current by deliveries."""

    name = "shop"
