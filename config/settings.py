"""All settings, read from the environment.

Without any configuration the portal runs on this machine alone: SQLite under
``.data/``, loopback hosts, a key made on first use. ``PRODUCTION=1`` asks for
the values a public installation needs and names each one that is missing.
"""

import os
import secrets
import tempfile
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF  # noqa: F401
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()


def required(name: str, remedy: str) -> str:
    """A value production can't do without; the error says how to give it."""
    value = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"PRODUCTION is on but {name} is not set. Remedy: {remedy}")
    return value


PRODUCTION = env.bool("PRODUCTION", default=False)
DEBUG = env.bool("DEBUG", default=False)
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("PRODUCTION and DEBUG are both on. Remedy: unset DEBUG; it shows source code.")

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data")))


def local_secret_key() -> str:
    """A key for this machine, made once and kept readable for its owner alone."""
    path = DATA_DIR / "secret_key"
    if not path.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_urlsafe(50))
    return path.read_text()


if PRODUCTION:
    SECRET_KEY = required(
        "SECRET_KEY",
        "set it to 50 random characters, for example from"
        ' python -c "import secrets; print(secrets.token_urlsafe(50))"',
    )
    ALLOWED_HOSTS = required(
        "ALLOWED_HOSTS",
        "set it to the portal's host names, comma-separated, for example pledges.example.go.kr",
    ).split(",")
else:
    SECRET_KEY = env.str("SECRET_KEY", default="") or local_secret_key()
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])

CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "pledges",
    "budgets",
    "studygroups",
    "reports",
    "config.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_tables2",
    "django_htmx",
    "import_export",
    "simple_history",
    "csp",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages are a fifth as long on their way; padded at random, so that their length tells no token.
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.language.ChosenLanguageMiddleware",
    "config.display.DisplayMiddleware",
    # Before sessions and database, which may be away while the portal is worked on.
    "reports.public.maintenance.MaintenanceMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pledges.secondstep.SecondStepMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["reports.templatetags.identity"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database -------------------------------------------------------------
# SQLite is embedded and needs nothing; the options are those under which eight
# parallel writers met neither a lock error nor a lost update.
SQLITE_OPTIONS = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": (
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
        "PRAGMA temp_store=MEMORY;PRAGMA mmap_size=134217728;PRAGMA cache_size=-20000;"
    ),
}
if env.str("DATABASE_URL", default=""):
    DATABASES = {"default": env.db("DATABASE_URL")}
    if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
        DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
else:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "portal.sqlite3",
            "OPTIONS": SQLITE_OPTIONS,
        }
    }
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Tests run on a file as the portal does: one in memory knows neither WAL nor a second connection.
    # Two runs at once must not meet in the same file.
    DATABASES["default"]["TEST"] = {
        "NAME": str(Path(tempfile.gettempdir()) / f"portal-test-{os.getpid()}.sqlite3")
    }
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
# IMMEDIATE transactions around every request would make readers queue behind writers.
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People ---------------------------------------------------------------
AUTH_USER_MODEL = "pledges.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/staff/"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "pledges.accounts.InvitedOnlyAdapter"
ACCOUNT_FORMS = {"login": "pledges.accounts.StaffLoginForm"}
# Failed logins are counted in one place, by axes below; a whole city hall may stand behind one address.
ACCOUNT_RATE_LIMITS = {"login_failed": False, "login": "300/m/ip", "invitation": "60/m/ip"}
# How long an invitation's link opens something.
INVITATION_DAYS = env.int("INVITATION_DAYS", default=7)
# How long an uploaded plan waits to be confirmed.
IMPORT_STAGE_HOURS = env.int("IMPORT_STAGE_HOURS", default=24)
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_ADAPTER = "pledges.secondstep.SecondStepAdapter"
MFA_FORMS = {
    "authenticate": "pledges.secondstep.CodeForm",
    "reauthenticate": "pledges.secondstep.CodeAgainForm",
}
# The code before and after the current one count too: phones' clocks differ, and typing takes time.
MFA_TOTP_TOLERANCE = 1
# Nobody signs up alone, so an address that is not confirmed yet keeps nobody from the second step.
MFA_ALLOW_UNVERIFIED_EMAIL = True
AXES_FAILURE_LIMIT = env.int("AXES_FAILURE_LIMIT", default=8)
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_USERNAME_CALLABLE = "pledges.accounts.lockout_name"
AXES_LOCKOUT_CALLABLE = "pledges.accounts.locked_out"
# The page says when to try again; trying before that must not move the time.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False

# --- Language and time ----------------------------------------------------
LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", _("Korean")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Seoul"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

# --- Files ----------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS: list[Path | tuple[str, Path]] = [BASE_DIR / "static"]
# The city's own files, such as its logo.
if (DATA_DIR / "site").is_dir():
    STATICFILES_DIRS.append(("site", DATA_DIR / "site"))
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / ".static")))
MEDIA_ROOT = DATA_DIR / "files"
WHITENOISE_USE_FINDERS = not PRODUCTION
# Looked up when asked for: nothing to collect, and nothing to warn of, where nothing was collected.
WHITENOISE_AUTOREFRESH = not PRODUCTION
# Fonts for paper are read by the portal itself, and nobody fetches them.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "otf")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
# Evidence of one report: bytes of a file, number of files, bytes together.
EVIDENCE_MAX_MB = env.int("EVIDENCE_MAX_MB", default=20)
EVIDENCE_MAX_FILES = env.int("EVIDENCE_MAX_FILES", default=10)
EVIDENCE_MAX_TOTAL_MB = env.int("EVIDENCE_MAX_TOTAL_MB", default=100)
# A quarter's form holds every indicator, sub-project and achievement of a pledge.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- Whose site it is -----------------------------------------------------
# The name of the site; without one it is called by what it is, in the reader's language.
SITE_NAME = env.str("SITE_NAME", default="") or _("Pledge portal")
SITE_OPERATOR = env.str("SITE_OPERATOR", default="")
SITE_ADDRESS = env.str("SITE_ADDRESS", default="")
# Telephone numbers and mail addresses, comma-separated.
SITE_CONTACT = env.str("SITE_CONTACT", default="")
# A file under DATA_DIR/site, which collectstatic gathers as site/…, or an address of this host (/…).
SITE_LOGO = env.str("SITE_LOGO", default="")
if "//" in SITE_LOGO:
    raise ImproperlyConfigured(
        "SITE_LOGO is an address of another host. Remedy: put the file into DATA_DIR/site"
        " and set SITE_LOGO=site/logo.svg; readers' browsers load nothing from elsewhere."
    )
SITE_PRIVACY_URL = env.str("SITE_PRIVACY_URL", default="")
SITE_ACCESSIBILITY_URL = env.str("SITE_ACCESSIBILITY_URL", default="")
for _name in ("SITE_PRIVACY_URL", "SITE_ACCESSIBILITY_URL"):
    if vars()[_name] and not vars()[_name].startswith(("https://", "http://", "/")):
        raise ImproperlyConfigured(f"{_name} is not an address. Remedy: begin it with https:// or with /.")
# The line that only official sites of the Republic of Korea may carry.
OFFICIAL_BANNER = env.bool("OFFICIAL_BANNER", default=False)

# --- Open data ------------------------------------------------------------
# KOGL-1 is 공공누리 제1유형, as cities use it for their own figures; another licence by its name and address.
DATA_LICENCE = env.str("DATA_LICENCE", default="KOGL-1")
DATA_LICENCE_URL = env.str("DATA_LICENCE_URL", default="")

# --- Security -------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "reports.quarter.held.csrf_failure"
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31536000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# --- Mail -----------------------------------------------------------------
# Where the portal stands, for the links in its mails: a mail knows no request.
if PRODUCTION:
    PORTAL_URL = required(
        "PORTAL_URL",
        "set it to the portal's own address, for example https://pledges.example.go.kr",
    )
else:
    PORTAL_URL = env.str("PORTAL_URL", default="http://127.0.0.1:8000")
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
if vars()["EMAIL_BACKEND"] == "django.core.mail.backends.console.EmailBackend":
    EMAIL_BACKEND = "config.mail.EmailBackend"
# Seconds: a mail server that does not answer must not hold a page or a run of reminders up.
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=20)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="portal@localhost")

# --- Libraries ------------------------------------------------------------
IMPORT_EXPORT_USE_TRANSACTIONS = True
SIMPLE_HISTORY_REVERT_DISABLED = True
DJANGO_TABLES2_PAGE_RANGE = 7
SILENCED_SYSTEM_CHECKS: list[str] = []

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
