"""Settings of one installation; everything that differs between installations comes from the environment.

CHANCERY_HOME, DATABASE_URL, BLOBS_URL, CHANCERY_URL, CHANCERY_SECRET, CHANCERY_DEMO, CHANCERY_COLLECT_ROOTS,
CHANCERY_PRIVATE_HOSTS, CHANCERY_CA_FILE and CHANCERY_WORKERS are described in ``docs/guide/settings.md``.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from chancery.project.databases import database
from chancery.project.home import home_from_environment
from chancery.project.numbers import whole_number

PACKAGE = Path(__file__).resolve().parent.parent
HOME = home_from_environment()
CHANCERY_HOME = HOME.root
CHANCERY_BLOBS = os.environ.get("BLOBS_URL") or HOME.blobs.as_uri()
CHANCERY_INDEX = HOME.index
CHANCERY_KEYS = HOME.keys
CHANCERY_SCRATCH = HOME.scratch
CHANCERY_DEMO = os.environ.get("CHANCERY_DEMO", "") == "1"
CHANCERY_URL = os.environ.get("CHANCERY_URL", "http://localhost:8000")
CHANCERY_COLLECT_ROOTS = [Path(each) for each in os.environ.get("CHANCERY_COLLECT_ROOTS", "").split(os.pathsep) if each]
CHANCERY_PRIVATE_HOSTS = [
    each.strip().lower() for each in os.environ.get("CHANCERY_PRIVATE_HOSTS", "").split(",") if each
]
CHANCERY_CA_FILE = os.environ.get("CHANCERY_CA_FILE", "")
CHANCERY_WORKERS = whole_number(name="CHANCERY_WORKERS", default=2, most=64)
SECURE = CHANCERY_URL.startswith("https://")

DEBUG = False
SECRET_KEY = os.environ.get("CHANCERY_SECRET") or HOME.secret()
ALLOWED_HOSTS = sorted({"localhost", "127.0.0.1", "[::1]", "testserver", urlsplit(CHANCERY_URL).hostname or ""} - {""})
CSRF_TRUSTED_ORIGINS = [CHANCERY_URL] if SECURE else []

APP_NAMES = [
    "parties", "matters", "providers", "documents", "compliance", "operations",
    "search", "review", "production", "spend", "workspace",
]  # fmt: skip

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "chancery.platform.tenancy",
    "chancery.platform.identity",
    "chancery.platform.audit",
    "chancery.platform.access",
    "chancery.platform.storage",
    "chancery.platform.jobs",
    "chancery.platform.events",
    "chancery.platform.index",
    *[f"chancery.apps.{name}" for name in APP_NAMES],
    "chancery.interface",
    "chancery.project",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "chancery.project.middleware.headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "chancery.platform.identity.middleware.PreferencesMiddleware",
    "chancery.platform.access.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "chancery.project.edge.EdgeMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "chancery.project.urls"
WSGI_APPLICATION = "chancery.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "chancery.project.context.page",
                "chancery.interface.shell.context.shell",
            ],
        },
    },
]

DATABASES = {"default": database(url=os.environ.get("DATABASE_URL", ""), path=HOME.database)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
CSRF_FAILURE_VIEW = "chancery.project.edge.csrf_failed"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/accounts/login/"

ACCOUNT_ADAPTER = "chancery.platform.identity.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_CHANGE_EMAIL = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Chancery"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "chancery.platform.identity.adapter.name_tried"
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
SILENCED_SYSTEM_CHECKS = ["axes.W003", "security.W004", "security.W008"]

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "chancery_session"
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if SECURE else 0
SECURE_SSL_REDIRECT = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LANGUAGE_COOKIE_NAME = "chancery_language"
# Catalogues beside code that is no application of its own; those of rooms are found by Django.
LOCALE_PATHS = [*sorted(PACKAGE.glob("engines/*/locale")), PACKAGE / "foundation" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = HOME.static
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "chancery.project.assets.Assets"},
}
WHITENOISE_MAX_AGE = 3600
WHITENOISE_AUTOREFRESH = False
WHITENOISE_USE_FINDERS = False

DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_NUMBER_FILES = 2_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_TEMP_DIR = str(HOME.scratch) if HOME.scratch.is_dir() else None
DEFAULT_EXCEPTION_REPORTER_FILTER = "django.views.debug.SafeExceptionReporterFilter"
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
DEFAULT_FROM_EMAIL = "chancery@localhost"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("CHANCERY_LOG_LEVEL", "WARNING")},
    "loggers": {
        "chancery": {"level": os.environ.get("CHANCERY_LOG_LEVEL", "WARNING")},
        "django.request": {"level": "CRITICAL"},
        "django.server": {"level": "ERROR"},
        "axes": {"level": "CRITICAL"},
    },
}
