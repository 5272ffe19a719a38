"""Settings: a database in a file, and the webhook's secret from the environment."""

import os
from pathlib import Path

SECRET_KEY = os.environ.get("SECRET_KEY", "for development alone")
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "shop.urls"
INSTALLED_APPS = ["shop.apps.ShopConfig"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("DATABASE", Path(__file__).parent.parent / "shop.db"),
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
WEBHOOK_SECRET = os.environ.get("WEBHOOK_SECRET", "whsec_aG9va3NtaXRoLWV4YW1wbGUtc2VjcmV0")
