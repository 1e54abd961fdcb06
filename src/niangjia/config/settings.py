"""Django's settings, read from the deployment's folder (``NIANGJIA_DATA``); nothing secret stands here.

Without a deployment (type checks, `makemigrations`) the database is in memory and the secret lasts as long as the
process; `config.wsgi` refuses to serve like that.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from niangjia.config.databases import database_settings
from niangjia.kernel.deployment import Deployment
from niangjia.kernel.problems import Refusal

PACKAGE = Path(__file__).resolve().parents[1]
DESIGN = PACKAGE / "portals" / "design"

try:
    DEPLOYMENT: Deployment | None = Deployment.load()
except Refusal:
    DEPLOYMENT = None


def _secret(path: Path) -> str:
    """The secret in `path`; written on first use, readable by the owner only. Two first uses agree: the link is exclusive."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")  # mode 0600
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(temporary, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(temporary)
    return path.read_text().strip()


KEYS_FOLDER = DEPLOYMENT.folder / DEPLOYMENT.keys_folder if DEPLOYMENT else Path("keys")
FILES_FOLDER = DEPLOYMENT.folder / "files" if DEPLOYMENT else Path("files")
SECRET_KEY = _secret(KEYS_FOLDER / "django.secret") if DEPLOYMENT else secrets.token_urlsafe(64)
# A developer's error page prints the values it was working on: never where they are of real people.
DEBUG = os.environ.get("NIANGJIA_DEBUG") == "1" and (DEPLOYMENT is None or DEPLOYMENT.is_demo)

# Hosts and the address people type, comma-separated. Plain http is for this machine only: anything else is https.
ALLOWED_HOSTS = [host for host in os.environ.get("NIANGJIA_HOSTS", "127.0.0.1,localhost,[::1]").split(",") if host]
IS_LOOPBACK = set(ALLOWED_HOSTS) <= {"127.0.0.1", "localhost", "[::1]", "testserver"}
CSRF_FAILURE_VIEW = "niangjia.portals.design.errors.token_is_old"
CSRF_TRUSTED_ORIGINS = [] if IS_LOOPBACK else [f"https://{host}" for host in ALLOWED_HOSTS]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "csp",
    "ninja",  # its page of the API's document and that page's scripts, served from here
    "niangjia.config",  # its `migrate`
    "niangjia.apps.organizations",
    "niangjia.apps.audit",
    "niangjia.apps.accounts",
    "niangjia.apps.messages",
    "niangjia.apps.files",
    "niangjia.apps.places",
    "niangjia.apps.bookings",
    "niangjia.apps.registry",
    "niangjia.apps.volunteers",
    "niangjia.apps.funds",
    "niangjia.apps.workorders",
    "niangjia.apps.programs",
    "niangjia.apps.matters",
    "niangjia.apps.alerts",
    "niangjia.apps.cases",
    "niangjia.apps.contests",
    "niangjia.apps.targets",
    "niangjia.apps.assessments",
    "niangjia.apps.tasks",
    "niangjia.apps.bulletins",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",  # hands out what is compressed already: the vendored .br and .gz
    "django.middleware.gzip.GZipMiddleware",  # pages; their tokens are masked and their length padded against BREACH
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "niangjia.config.middleware.limit_sessions",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "niangjia.config.middleware.keep_pages_private",
]

ROOT_URLCONF = "niangjia.config.urls"
WSGI_APPLICATION = "niangjia.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [
            DESIGN / "templates",
            *sorted(DESIGN.parent.glob("services/*/templates")),
            *sorted(DESIGN.parent.glob("cockpit/*/templates")),
        ],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "niangjia.portals.design.tags"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    }
]

DATABASES = {"default": database_settings(DEPLOYMENT)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["niangjia.apps.accounts.backends.AccountBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
PASSWORD_POLICY = DEPLOYMENT.password_policy if DEPLOYMENT else "asvs"  # its rules: `apps.accounts.policy`
SECOND_FACTOR = DEPLOYMENT.second_factor if DEPLOYMENT else "staff"
LOGIN_URL = "public:login"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATICFILES_DIRS = [folder for folder in [DESIGN / "static"] if folder.is_dir()]
STATIC_ROOT = None  # served from the package as they lie there: no collecting step between installing and serving
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# 30 minutes idle, 12 hours in all, unless the deployment says otherwise (`middleware.limit_sessions`).
SESSION_COOKIE_AGE = (DEPLOYMENT.longest_hours if DEPLOYMENT else 12) * 3600
REASON_SECONDS = (DEPLOYMENT.reason_minutes if DEPLOYMENT else 15) * 60
SESSION_IDLE_SECONDS = (DEPLOYMENT.idle_minutes if DEPLOYMENT else 30) * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not IS_LOOPBACK
SESSION_COOKIE_NAME = "niangjia_session" if IS_LOOPBACK else "__Host-niangjia_session"
CSRF_COOKIE_NAME = "niangjia_csrf" if IS_LOOPBACK else "__Host-niangjia_csrf"

SECURE_SSL_REDIRECT = not IS_LOOPBACK
# Only then is believed what a proxy says of https and of the address that asks: it must set both headers itself.
IS_BEHIND_PROXY = os.environ.get("NIANGJIA_BEHIND_PROXY") == "1"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_BEHIND_PROXY else None
SECURE_HSTS_SECONDS = 0 if IS_LOOPBACK else 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not IS_LOOPBACK
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "style-src-attr": ["'unsafe-inline'"],  # ECharts' tooltips set style attributes; attributes run nothing
        "img-src": [SELF, "data:"],
        "media-src": [SELF],  # recordings of contests
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_MAX_MEMORY_SIZE = 24 * 1024 * 1024  # a photo, and the form around it, never touches the disk unsealed
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# Fixed sentences with ids and counts; the default handlers would mail or print request data.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
