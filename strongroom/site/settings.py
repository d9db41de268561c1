"""Django's settings, made from the index's own (gear/settings.py); nothing is decided here twice."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from strongroom.gear.secrets import load_secret
from strongroom.gear.settings import Settings, load_settings

STRONGROOM, STRONGROOM_ORIGINS = load_settings(os.environ)


def _databases(settings: Settings) -> dict[str, dict[str, Any]]:
    if not settings.database_url:
        return {
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": settings.data_folder.absolute() / "strongroom.sqlite3",
                "OPTIONS": {
                    # A writer takes its lock at the start, so two never meet half-way and one never starves.
                    "transaction_mode": "IMMEDIATE",
                    "timeout": 30,
                    # FULL: a client that was told 200 finds its file after a power cut too.
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
                },
            }
        }
    parts = urlsplit(settings.database_url)
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    return {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")) or "strongroom",
            "USER": unquote(parts.username or options.pop("user", "")),
            "PASSWORD": unquote(parts.password or options.pop("password", "")),
            "HOST": parts.hostname or options.pop("host", ""),
            "PORT": str(parts.port or ""),
            "OPTIONS": options,
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    }


SECRET_KEY = load_secret(STRONGROOM.secrets_folder, "signing-key")
DEBUG = False
ALLOWED_HOSTS = (
    ["*"]
    if not STRONGROOM.public_url
    else [urlsplit(STRONGROOM.public_url).hostname or "", "localhost", "127.0.0.1", "[::1]"]
)
DATABASES = _databases(STRONGROOM)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "csp",
    "strongroom.record",
    "strongroom.accounts",
    "strongroom.projects",
    "strongroom.factors",
    "strongroom.downloads",
    "strongroom.criticality",
    "strongroom.tokens",
    "strongroom.upkeep",
    "strongroom.catalogue",
    "strongroom.console",
    "strongroom.site",
]
AUTH_USER_MODEL = "accounts.Account"
# Argon2id; its parameters stand in gear/hashing.py, with their reasons.
PASSWORD_HASHERS = ["strongroom.gear.hashing.BoundedArgon2Hasher"]

MIDDLEWARE = [
    "strongroom.site.headers.HeaderMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "strongroom.site.refusals.RefusalMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "strongroom.site.urls"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request", "strongroom.site.visiting.visit"]
        },
    }
]
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "script-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "strongroom.site.views.form_too_old"
CSRF_COOKIE_SECURE = STRONGROOM.address.startswith("https://")
# __Host-: no other host of the domain and no plain connection can have set it (ASVS 3.3.1).
CSRF_COOKIE_NAME = "__Host-csrftoken" if CSRF_COOKIE_SECURE else "csrftoken"
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [STRONGROOM.address] if STRONGROOM.public_url else []

# The text fields of an upload: METADATA is at most 1 MiB, and a form says it again.
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = STRONGROOM.language
LANGUAGE_COOKIE_SECURE = CSRF_COOKIE_SECURE
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [str(Path(__file__).parent.parent / "locale")]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # A 4xx is an answer, not a fault.
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "ERROR"},
    },
}
