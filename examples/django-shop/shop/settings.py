"""Settings for trying it out on this machine: of a site in the world, SHOP_SECRET_KEY and DEBUG are others."""

import os
from pathlib import Path

from django.core.management.utils import get_random_secret_key

FOLDER = Path(__file__).parent

# What the shop knows of the chat. The secrets are never in a page.
STOA_URL = os.environ.get("STOA_URL", "http://127.0.0.1:3000")
STOA_ISSUER = "django-shop"
STOA_KID = os.environ["STOA_KID"]
STOA_SECRET = os.environ["STOA_SECRET"]
STOA_TOKEN = os.environ["STOA_TOKEN"]
STOA_WEBHOOK_SECRET = os.environ["STOA_WEBHOOK_SECRET"]

PORT = os.environ.get("PORT", "4002")
SHOP_URL = os.environ.get("SHOP_URL", f"http://localhost:{PORT}")

SECRET_KEY = os.environ.get("SHOP_SECRET_KEY") or get_random_secret_key()
DEBUG = True
TIME_ZONE = "UTC"
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "shop.urls"
AUTH_USER_MODEL = "shop.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
STATIC_URL = "static/"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("SHOP_DATABASE", FOLDER.parent / "shop.db"),
        # So that of two who move one order at once the second sees what the first has done.
        "OPTIONS": {"transaction_mode": "IMMEDIATE"},
    }
}
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "shop",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "shop.policy.content_security_policy",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.contrib.auth.context_processors.auth", "shop.views.everywhere"]},
    }
]
