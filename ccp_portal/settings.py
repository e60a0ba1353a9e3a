"""Settings: the portal runs with none at all (SQLite, one process); every one has a name in the environment."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF

from ccp_portal import private_files, secrets
from ccp_portal.sso.configuration import (  # noqa: F401 -- they are settings
    ACCOUNT_ADAPTER,
    ACCOUNT_EMAIL_VERIFICATION,
    ACCOUNT_LOGIN_METHODS,
    ACCOUNT_LOGIN_TIMEOUT,
    ACCOUNT_RATE_LIMITS,
    ACCOUNT_SIGNUP_FIELDS,
    ACCOUNT_UNIQUE_EMAIL,
    CCP_OIDC_CLIENT_ID,
    CCP_OIDC_CLIENT_SECRET,
    CCP_OIDC_CONTACT,
    CCP_OIDC_GROUPS,
    CCP_OIDC_GROUPS_CLAIM,
    CCP_OIDC_ISSUER,
    CCP_OIDC_LINK_BY_EMAIL,
    CCP_OIDC_NAME,
    CCP_OIDC_ONLY,
    CCP_OIDC_PROFILES,
    CCP_OIDC_SCOPES,
    CCP_SECOND_FACTOR_GROUPS,
    CCP_SSO,
    MFA_ADAPTER,
    MFA_PASSKEY_LOGIN_ENABLED,
    MFA_SUPPORTED_TYPES,
    MFA_TOTP_TOLERANCE,
    OIDC_PROVIDER_ID,
    SOCIALACCOUNT_ADAPTER,
    SOCIALACCOUNT_EMAIL_VERIFICATION,
    SOCIALACCOUNT_PROVIDERS,
    SSO_APPS,
    SSO_IS_INSTALLED,
    SSO_IS_ON,
    SSO_MIDDLEWARE,
)

env = environ.Env()
private_files.only_ours()
BASE_DIR = Path(__file__).resolve().parent.parent
CCP_DATA_DIR = Path(env.str("CCP_DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
private_files.make_folder(CCP_DATA_DIR)
# Agents' files until Connect has them. Several machines share it: who takes a file in is not who brings it to Connect.
CCP_MEDIA_DIR = Path(env.str("CCP_MEDIA_DIR", default="") or CCP_DATA_DIR / "media").resolve()

# ---- Django ----------------------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or secrets.kept(CCP_DATA_DIR / "secret_key", secrets.random_key)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
ROOT_URLCONF = "ccp_portal.urls"
ASGI_APPLICATION = "ccp_portal.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "daphne",
    "ccp_portal.admin_site.config.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "channels",
    *SSO_APPS,
    "ccp_portal",
    "chats",
    "agents",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "agents.ccp.frame_cookies.FrameCookies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "ccp_portal.audited.KnowsOrigin",
    "ccp_portal.accounts.sign_ins.NotesPages",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "agents.ccp.frames.MayBeFramed",
    *SSO_MIDDLEWARE,
    "axes.middleware.AxesMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "ccp_portal.accounts.password_changes.PasswordIsAudited"},
]
CCP_PASSWORD_FORM = "ccp_portal.accounts.ways_in.PasswordForm"  # noqa: S105 -- of each page that asks for one
AUTHENTICATION_BACKENDS = ["ccp_portal.login.PasswordBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "ccp_portal.hashing.BoundedPBKDF2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
# Wrong passwords are counted in the database, so that all processes count together (ccp_portal.login has the limits).
CCP_LOGIN_WAIT = env.float("CCP_LOGIN_WAIT", default=600.0)
CCP_BEHIND_PROXY = env.bool("CCP_BEHIND_PROXY", default=False)
AXES_HANDLER = "ccp_portal.login.LoginHandler"
AXES_FAILURE_LIMIT = 1
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_COOLOFF_TIME = timedelta(seconds=CCP_LOGIN_WAIT)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "ccp_portal.login.too_many"
AXES_CLIENT_IP_CALLABLE = "ccp_portal.login.client_address"
AXES_VERBOSE = False
# Mails with links to a new password: smtp+tls://user:password@host:587; empty: none is sent, administrators make links.
EMAIL_URL = env.str("EMAIL_URL", default="")
globals().update(environ.Env.email_url_config(EMAIL_URL or "dummymail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="ccp-portal@localhost")
PASSWORD_RESET_TIMEOUT = 259_200  # so long a link is good
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 31_536_000
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "UTC"
USE_TZ = True

# ---- Static files: whitenoise finds them in the apps, ccp_portal/static_files.py answers -------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = CCP_DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # whitenoise warns where there is none
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# ---- Database: SQLite with no setting at all, PostgreSQL by DATABASE_URL -------------------------------------------------
_database_url = env.str("DATABASE_URL", default="") or f"sqlite:///{CCP_DATA_DIR / 'portal.sqlite3'}"
DATABASES: dict[str, Any] = {"default": environ.Env.db_url_config(_database_url)}
_database = DATABASES["default"]
if _database["ENGINE"] == "django.db.backends.sqlite3":
    # WAL alone fails under writers (snapshot upgrades); IMMEDIATE waits for the lock where it can. FULL: what was
    # answered 2xx survives a power cut.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;",
    }
    _database["TEST"] = {"NAME": str(CCP_DATA_DIR / "test.sqlite3")}  # threads share a file, they cannot share memory
if _database["ENGINE"] == "django.db.backends.postgresql":
    # Nobody waits for ever: not for a row that somebody holds, a statement that does not end, a transaction that its
    # process forgot, or a server that is gone without a word. What the address says itself goes before.
    _waits = {"lock_timeout": "5s", "statement_timeout": "30s", "idle_in_transaction_session_timeout": "30s"}
    _database["OPTIONS"] = {
        "connect_timeout": 5,
        "keepalives": 1,
        "keepalives_idle": 30,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 45_000,
        **_database.get("OPTIONS", {}),
    }
    _told = str(_database["OPTIONS"].get("options", ""))
    _database["OPTIONS"]["options"] = " ".join(
        [*(f"-c {name}={value}" for name, value in _waits.items()), _told]
    ).strip()
_database["CONN_MAX_AGE"] = (
    None  # the default, 0, makes a new connection for every message: 20 times slower on PostgreSQL
)
_database["CONN_HEALTH_CHECKS"] = True

# ---- Sockets: in one process no channel layer at all; between processes, hints go through Redis -------------------------
REDIS_URL = env.str("REDIS_URL", default="")
CHANNEL_LAYERS: dict[str, Any] = {}
if REDIS_URL:
    CHANNEL_LAYERS["default"] = {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        # redis-py 8 made socket_timeout 5 s, just as long as the layer's own blocking read: every idle wait would die.
        "CONFIG": {
            "hosts": [{"address": REDIS_URL, "socket_timeout": 30, "health_check_interval": 15}],
            "capacity": 2000,
            "prefix": env.str("CCP_LAYER_PREFIX", default="ccp"),
        },
    }

# ---- Amazon Connect ------------------------------------------------------------------------------------------------------
CCP_AWS_REGION = env.str("CCP_AWS_REGION", default="us-east-1")
CCP_AWS_ENDPOINT = env.str("CCP_AWS_ENDPOINT", default="")
CCP_AWS_THREADS = env.int("CCP_AWS_THREADS", default=16)
CCP_AWS_CONNECT_TIMEOUT = env.float("CCP_AWS_CONNECT_TIMEOUT", default=2.0)
CCP_AWS_READ_TIMEOUT = env.float("CCP_AWS_READ_TIMEOUT", default=8.0)
CCP_INSTANCE_ID = env.str("CCP_INSTANCE_ID", default="11111111-2222-4333-8444-555555555555")
CCP_TOPIC_ARN = env.str("CCP_TOPIC_ARN", default="arn:aws:sns:us-east-1:123456789012:ccp-portal")
CCP_SNS_CERT = env.str("CCP_SNS_CERT", default="")
CCP_SNS_ALLOW_V1 = env.bool("CCP_SNS_ALLOW_V1", default=False)
CCP_SQS_QUEUE_URL = env.str(
    "CCP_SQS_QUEUE_URL", default=""
)  # the topic delivers to this queue, too; empty: it does not
CCP_SQS_ENDPOINT = env.str("CCP_SQS_ENDPOINT", default="") or CCP_AWS_ENDPOINT
CCP_SQS_CONSUMERS = env.int(
    "CCP_SQS_CONSUMERS", default=1
)  # of a process that works: each takes ten messages at a time
CCP_RECEPTION_SECRET = env.str("CCP_RECEPTION_SECRET", default="") or secrets.kept(
    CCP_DATA_DIR / "reception_secret", secrets.random_key
)
CCP_HANDOVER_LAMBDA = env.str("CCP_HANDOVER_LAMBDA", default="ccp-portal-handover")
CCP_HANDOVER_DEADLINE = env.float("CCP_HANDOVER_DEADLINE", default=6.0)
CCP_FIELD_KEYS = env.list("CCP_FIELD_KEYS", default=[]) or [
    secrets.kept(CCP_DATA_DIR / "field_key", secrets.fernet_key),
]

# ---- Chats that websites start (POST /livechat); off while no website is named -------------------------------------------
CCP_START_CHAT_ORIGINS = [origin.rstrip("/") for origin in env.list("CCP_START_CHAT_ORIGINS", default=[])]
CCP_START_CHAT_FLOWS = env.list("CCP_START_CHAT_FLOWS", default=[])
CCP_START_CHAT_MINUTES = env.int("CCP_START_CHAT_MINUTES", default=1_500)
CCP_START_CHAT_ATTRIBUTES = env.list("CCP_START_CHAT_ATTRIBUTES", default=["connect_*", "topic"])
CCP_START_CHAT_PERSISTENT = env.bool("CCP_START_CHAT_PERSISTENT", default=False)
CCP_START_CHAT_FILES = env.bool("CCP_START_CHAT_FILES", default=False)
CCP_START_CHAT_PER_ADDRESS = env.int("CCP_START_CHAT_PER_ADDRESS", default=10)  # in ten minutes
CCP_START_CHAT_PER_ORIGIN = env.int("CCP_START_CHAT_PER_ORIGIN", default=600)  # in ten minutes
CCP_WIDGET_ENDPOINT = env.str(
    "CCP_WIDGET_ENDPOINT", default=""
)  # the participant service, for browsers; empty: AWS's of the region

# ---- What Amazon Connect takes of the whole instance, messages and events; 0: no limit of ours (chats.sending.rate) ---------
CCP_SENDS_PER_SECOND = env.int("CCP_SENDS_PER_SECOND", default=10)
CCP_SENDS_AT_ONCE = env.int("CCP_SENDS_AT_ONCE", default=15)

# ---- Pages of others that hold the agent's CCP in a frame (/connect/ccp-v2/); none may while no origin is named ----------
CCP_ALLOWED_ORIGINS = [origin.rstrip("/") for origin in env.list("CCP_ALLOWED_ORIGINS", default=[])]
# Backends of those pages get tokens for agents with one of these (POST /connect/embed-token); none while it is empty.
CCP_EMBED_KEYS = env.list("CCP_EMBED_KEYS", default=[])

# ---- The instance's own CCP in a hidden frame of the desk (agents/ccp_bridge); off while no address is named ---------------
CCP_CONNECT_CCP_URL = env.str("CCP_CONNECT_CCP_URL", default="")
CCP_CONNECT_LOGIN_URL = env.str("CCP_CONNECT_LOGIN_URL", default="")  # opens in a window; empty: the CCP itself
CCP_STREAMS_FILE = env.str("CCP_STREAMS_FILE", default="")  # amazon-connect-streams(-min).js, as npm has it

# ---- Agents ----------------------------------------------------------------------------------------------------------------
CCP_OFFER_SECONDS = env.float("CCP_OFFER_SECONDS", default=20.0)
CCP_MISSED_SECONDS = env.float("CCP_MISSED_SECONDS", default=60.0)  # so long a missed contact is not offered again
CCP_MISSES_IN_A_ROW = env.int("CCP_MISSES_IN_A_ROW", default=3)  # then “Not responding”; 0: never
CCP_NOT_RESPONDING = env.str("CCP_NOT_RESPONDING", default="Not responding")  # the name of that agent state
CCP_BUSY_SECONDS = env.float(
    "CCP_BUSY_SECONDS", default=300.0
)  # who wrote to a customer so lately does not count as absent
CCP_DECLINE_SECONDS = env.float("CCP_DECLINE_SECONDS", default=30.0)
CCP_ASK_SECONDS = env.float("CCP_ASK_SECONDS", default=15.0)
CCP_LEASE_SECONDS = env.float("CCP_LEASE_SECONDS", default=45.0)
CCP_POLL_SECONDS = env.float("CCP_POLL_SECONDS", default=2.0)
CCP_DB_THREADS = env.int("CCP_DB_THREADS", default=8)
CCP_PAGE_THREADS = env.int("CCP_PAGE_THREADS", default=16)  # pages made at once; each may hold a connection
CCP_BARGE_IS_ANNOUNCED = env.bool("CCP_BARGE_IS_ANNOUNCED", default=True)  # by the queue's text “supervisor joined”
CCP_ACTIONS_NEED_REASON = env.list(
    "CCP_ACTIONS_NEED_REASON", default=[]
)  # verbs of supervisors: takeOver, endContact, …
CCP_HELP_ESCALATES_SECONDS = env.float("CCP_HELP_ESCALATES_SECONDS", default=120.0)  # 0: a raised hand never does
# Whoever reads /metrics says it as “Authorization: Bearer …”; empty: there is no such page.
CCP_METRICS_TOKEN = env.str("CCP_METRICS_TOKEN", default="")
CCP_AGENTS_SEE_WATCHERS = env.bool("CCP_AGENTS_SEE_WATCHERS", default=True)
CCP_WATCH_ASKS_PURPOSE = env.bool("CCP_WATCH_ASKS_PURPOSE", default=False)
CCP_COMPANY = env.str("CCP_COMPANY", default="CCP Portal")

# ---- Security ----------------------------------------------------------------------------------------------------------------
CCP_HTTPS = env.bool("CCP_HTTPS", default=False)
SECURE_SSL_REDIRECT = CCP_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # a load balancer asks by plain HTTP
SECURE_HSTS_SECONDS = 31_536_000 if CCP_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = CCP_HTTPS
SECURE_HSTS_PRELOAD = CCP_HTTPS
SESSION_COOKIE_SECURE = CCP_HTTPS
CSRF_COOKIE_SECURE = CCP_HTTPS
LANGUAGE_COOKIE_SECURE = CCP_HTTPS
CSRF_COOKIE_HTTPONLY = True
SESSION_ENGINE = "ccp_portal.accounts.session_store"
SESSION_COOKIE_AGE = 43_200  # a shift, 12 h, as Connect's own agent session
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
if CCP_BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ["/admin/"],  # Django's admin has its own inline pieces; it shows no customer's HTML
    "DIRECTIVES": {
        "default-src": [SELF],
        "connect-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": [NONE],  # no script of ours makes HTML of text, so none may be allowed to
    },
}

# ---- Logs ------------------------------------------------------------------------------------------------------------------
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "ccp_portal.logs.LineFormatter", "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "ccp_portal.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": env.str("CCP_LOG_FORMAT", default="line"),  # or json
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "daphne": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        "botocore": {"level": "WARNING"},  # at DEBUG it would write tokens
    },
}
