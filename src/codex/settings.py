"""The environment as one frozen value; read by wiring and adapters only. `docs/settings.md` is rendered from here."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from codex.kernel.errors import SetupError


def setting(name: str, about: str, *, default: str = "", example: str = "", shown: str = "") -> str:
    """A setting read from the environment variable `name`; absent means `default`. `shown`: the default in words."""
    value: str = field(default=default, metadata={"name": name, "about": about, "example": example, "shown": shown})
    return value


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting as the environment gives it. Unset settings are empty."""

    database_url: str = setting(
        "DATABASE_URL",
        "The PostgreSQL (15 or newer) to use; may go through a transaction pooler. Absent: the built-in one, kept in "
        "the data directory.",
        example="postgresql://codex_app@db.example/codex",
        shown="the built-in PostgreSQL",
    )
    direct_url: str = setting(
        "DIRECT_URL",
        "A connection that bypasses a pooler, as the owner of the schema: for migrations.",
        example="postgresql://codex_owner@db.example/codex",
        shown="`DATABASE_URL`",
    )
    data_dir: str = setting(
        "CODEX_DATA_DIR",
        "Where the built-in database, the secret key and files are kept.",
        default="./data",
        example="/var/lib/codex",
    )
    secret_key: str = setting(
        "CODEX_SECRET_KEY",
        "Signs cookies and links; at least 32 characters. Absent: made at the first start and kept in the data "
        "directory. Required when `DATABASE_URL` is set.",
        example="64 random hexadecimal characters",
        shown="made and kept in the data directory",
    )
    base_url: str = setting(
        "CODEX_BASE_URL",
        "The address under which people reach the desk, used in links.",
        example="https://desk.example",
        shown="the address that `bin/up` listens on",
    )
    oidc_issuer: str = setting(
        "CODEX_OIDC_ISSUER",
        "The OpenID Connect provider that people may sign in through, as it names itself. Register "
        "`<CODEX_BASE_URL>/signin/sso/callback` there as the redirect address.",
        example="https://login.example/realms/acme",
        shown="none",
    )
    oidc_client_id: str = setting(
        "CODEX_OIDC_CLIENT_ID", "What the provider calls this desk.", example="codex", shown="none"
    )
    oidc_client_secret: str = setting(
        "CODEX_OIDC_CLIENT_SECRET",
        "What this desk proves itself with to the provider.",
        example="the secret that the provider made",
        shown="none",
    )
    oidc_adds_people: str = setting(
        "CODEX_OIDC_ADDS_PEOPLE",
        "Whether somebody whose address the provider has verified and nobody here has is added, as EMPLOYEE: `yes` or "
        "`no`.",
        default="no",
        example="yes",
    )
    log: str = setting(
        "CODEX_LOG",
        "How log lines are written: `text` for people, `json` for machines.",
        default="text",
        example="json",
    )
    reopen_days: str = setting(
        "CODEX_REOPEN_DAYS",
        "For how many days after a ticket was closed a requester's reply opens it again; later it opens a new ticket.",
        default="14",
        example="30",
    )
    webhook_allow_private: str = setting(
        "CODEX_WEBHOOK_ALLOW_PRIVATE",
        "Whether webhooks may lead to private, loopback and link-local addresses (this machine, the network around "
        "it): `yes` or `no`. Who may set a webhook can then send tickets to whatever is there.",
        default="no",
        example="yes",
    )
    postgres_bin: str = setting(
        "CODEX_POSTGRES_BIN",
        "The folder with the server binaries for the built-in database.",
        example="/usr/lib/postgresql/17/bin",
        shown="the binaries that come with Codex",
    )

    @property
    def is_embedded(self) -> bool:
        """Whether the built-in PostgreSQL is used."""
        return not self.database_url

    @property
    def reopens_within(self) -> timedelta:
        """For how long after a ticket was closed a requester's reply opens it again."""
        return timedelta(days=int(self.reopen_days))

    @property
    def webhook_allows_private(self) -> bool:
        """Whether webhooks may lead to our own network."""
        return self.webhook_allow_private in ("yes", "true")

    @property
    def data_path(self) -> Path:
        """The data directory, absolute."""
        return Path(self.data_dir).expanduser().resolve()


def load(environ: Mapping[str, str] | None = None, *, dotenv: Path | None = None) -> Settings:
    """Read the settings from the environment, then from a `.env` file for what the environment leaves out.

    Raises SetupError with one sentence that names the setting and what it must be.
    """
    given = {**_dotenv(dotenv if dotenv is not None else Path(".env")), **(os.environ if environ is None else environ)}
    named = {f.name: given.get(f.metadata["name"], "").strip() or str(f.default) for f in fields(Settings)}
    settings = Settings(**named)
    _check(settings)
    return settings


def _check(settings: Settings) -> None:
    for name, url in (("DATABASE_URL", settings.database_url), ("DIRECT_URL", settings.direct_url)):
        if url and _parts(url)[0] not in ("postgresql", "postgres"):
            raise SetupError(f"{name} must start with postgresql:// and name a PostgreSQL database.")
    if settings.direct_url and not settings.database_url:
        raise SetupError("DIRECT_URL is set and DATABASE_URL is not; set both, or neither for the built-in database.")
    if settings.database_url and not settings.secret_key:
        raise SetupError("CODEX_SECRET_KEY must be set when DATABASE_URL is set (at least 32 characters).")
    if settings.secret_key and len(settings.secret_key) < 32:
        raise SetupError("CODEX_SECRET_KEY must have at least 32 characters.")
    scheme, host = _parts(settings.base_url)
    if settings.base_url and not (scheme in ("http", "https") and host):
        raise SetupError("CODEX_BASE_URL must be an http:// or https:// address.")
    _check_oidc(settings)
    if settings.log not in ("text", "json"):
        raise SetupError("CODEX_LOG must be text or json.")
    if settings.webhook_allow_private not in ("yes", "no", "true", "false"):
        raise SetupError("CODEX_WEBHOOK_ALLOW_PRIVATE must be yes or no.")
    if not (settings.reopen_days.isascii() and settings.reopen_days.isdigit() and len(settings.reopen_days) <= 4):
        raise SetupError("CODEX_REOPEN_DAYS must be a number of days, at most 9999.")
    try:
        _ = settings.data_path
    except RuntimeError:
        raise SetupError("CODEX_DATA_DIR begins with the home of a user whom this machine does not know.") from None


def _check_oidc(settings: Settings) -> None:
    named = {
        "CODEX_OIDC_ISSUER": settings.oidc_issuer,
        "CODEX_OIDC_CLIENT_ID": settings.oidc_client_id,
        "CODEX_OIDC_CLIENT_SECRET": settings.oidc_client_secret,
    }
    missing = [name for name, value in named.items() if not value]
    if missing and len(missing) < len(named):
        raise SetupError(f"{missing[0]} is not set; signing in through a provider needs all of {', '.join(named)}.")
    scheme, host = _parts(settings.oidc_issuer)
    is_here = host in ("127.0.0.1", "::1", "localhost")
    if settings.oidc_issuer and not (host and (scheme == "https" or (scheme == "http" and is_here))):
        raise SetupError("CODEX_OIDC_ISSUER must be an https:// address (http:// on this machine only).")
    if settings.oidc_adds_people not in ("yes", "no"):
        raise SetupError("CODEX_OIDC_ADDS_PEOPLE must be yes or no.")


def _parts(url: str) -> tuple[str, str]:
    """The scheme and the host of an address; empty where it has none, or is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.hostname or ""


def _dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as unreadable:
        raise SetupError("The file .env cannot be read as UTF-8 text.") from unreadable
    found = {}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, equals, value = text.removeprefix("export ").partition("=")
        if not equals:
            raise SetupError(f"Line {number} of .env is not NAME=value.")
        found[name.strip()] = value.strip().strip("\"'")
    return found
