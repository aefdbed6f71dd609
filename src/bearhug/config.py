"""The hub's settings. The only module that reads the environment."""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bearhug.kit.addresses import Guard


class Settings(BaseSettings):
    """One field per knob; `BEARHUG_<NAME>` in the environment sets it.

    A secret may also come from a file: `BEARHUG_<NAME>_FILE` names it (`from_environment`).
    """

    model_config = SettingsConfigDict(env_prefix="BEARHUG_", frozen=True, extra="ignore")

    data_dir: Path = Path("bearhug-data")
    """Everything the hub keeps: the SQLite file, objects, caches."""

    host: str = "127.0.0.1"
    """The address to listen on; 0.0.0.0 for every one."""

    port: int = Field(8000, ge=0, le=65535)
    """The port to listen on."""

    public_url: str = ""
    """Where browsers and clients reach this hub, without a trailing slash. Empty: as they ask."""

    site_name: str = "Bearhug"
    """What the hub calls itself in its pages."""

    sign_up: bool = True
    """Whether visitors may make an account. The first account is always allowed: the operator's."""

    database_url: str = ""
    """A postgresql:// address. Empty: SQLite in the data folder."""

    database_threads: int = Field(8, ge=1, le=128)
    """Threads that read slowly or, on PostgreSQL, at all; each holds one connection."""

    objects_url: str = ""
    """Where objects live: s3://bucket/prefix, gs:// or az://. Empty: the data folder."""

    s3_endpoint: str = ""
    """The address of an S3-compatible server other than Amazon's."""

    s3_access_key: str = ""
    """The S3 access key id."""

    s3_secret_key: SecretStr = SecretStr("")
    """The S3 secret access key."""

    s3_region: str = "us-east-1"
    """The S3 region."""

    secret: SecretStr = SecretStr("")
    """Signs upload addresses. Empty: made at first start and kept in the database."""

    secure_cookies: bool = False
    """Send cookies over HTTPS only. Turned on by itself when `public_url` begins with https."""

    session_days: int = Field(30, ge=1)
    """How long a browser stays signed in without being seen, in days."""

    keep_whole: bool = False
    """Keep files that came whole (git-lfs, browsers) so, besides their chunks: quicker to send
    whole, at the price of their bytes again."""

    dedup_scope: Literal["hub", "owner"] = "hub"
    """With what clients may compare the chunks they are about to send: with all of the hub's, or,
    where owners are to learn nothing of each other, with those of the same owner."""

    max_file_bytes: int = Field(50 * 1024**3, ge=1)
    """The largest single file accepted, in bytes."""

    max_inline_bytes: int = Field(10 * 1024**2, ge=1)
    """The largest file kept in git itself; a larger one must come by LFS, as on the Hub."""

    max_commit_bytes: int = Field(1024**3, ge=1)
    """The largest body of one commit request, or pack of one push, in bytes."""

    git_processes: int = Field(16, ge=1)
    """How many may fetch or push by git at a time; others wait for their turn."""

    accel_prefix: str = ""
    """Let a proxy in front send files: the X-Accel-Redirect prefix for the objects folder."""

    cors_origins: str = "*"
    """Whose pages may call this hub with a token: origins with commas between, or a star. Never
    with cookies. Empty: nobody's but its own."""

    rate_api: int = Field(0, ge=0)
    """API requests a user may send in five minutes; 0: as many as they like. The Hub: 1000."""

    rate_resolvers: int = Field(0, ge=0)
    """Files a user may ask for in five minutes; 0: no limit. The Hub: 5000."""

    rate_pages: int = Field(0, ge=0)
    """Pages a user may open in five minutes; 0: no limit. The Hub: 200."""

    rate_api_visitor: int = Field(0, ge=0)
    """The same from one address that sends no token or session; 0: no limit. The Hub: 500."""

    rate_resolvers_visitor: int = Field(0, ge=0)
    """Files, from one address of visitors; 0: no limit. The Hub: 3000."""

    rate_pages_visitor: int = Field(0, ge=0)
    """Pages, to one address of visitors; 0: no limit. The Hub: 100."""

    trust_proxy: bool = False
    """Believe X-Forwarded-For, -Proto and -Host: only behind a proxy that sets them."""

    model_memory_bytes: int = Field(0, ge=0)
    """The most memory models may take together, in bytes. 0: what the machine has free."""

    model_idle_seconds: int = Field(300, ge=1)
    """How long a model stays in memory after its last answer."""

    model_threads: int = Field(0, ge=0)
    """Threads a model computes with. 0: one fewer than the machine has."""

    upstreams: SecretStr = SecretStr("")
    """Servers elsewhere that answer for models here: a TOML file, or TOML with [[upstream]]."""

    weights_cache_bytes: int = Field(100 * 1024**3, ge=0)
    """The most bytes of weights put together again for models to load; the oldest go first."""

    viewer_most_bytes: int = Field(5 * 1000**3, ge=1)
    """How much of a dataset's split is read for its viewer, in bytes; what is beyond is left out."""

    viewer_memory_bytes: int = Field(1024**3, ge=128 * 1024**2)
    """What reading a dataset should take of memory, in bytes; at twice as much and 1 GiB it ends."""

    viewer_sealed: bool = True
    """Read datasets only where the program that does it can be confined: strangers wrote them."""

    allowed_addresses: str = ""
    """What else the hub may call for others, besides the internet: hosts, networks, `private`."""

    webhook_seconds: float = Field(10.0, gt=0, le=60)
    """How long a webhook's server may take to answer."""

    webhook_daily_limit: int = Field(1000, ge=1)
    """How often one webhook may be triggered within 24 hours."""

    webhook_log_days: int = Field(30, ge=1)
    """How long what was sent by a webhook is kept to be looked at, in days."""

    oauth_registration: bool = True
    """Whether apps may register themselves to sign people in, as MCP clients do."""

    oauth_access_seconds: int = Field(28_800, ge=60)
    """How long an app's access token works: eight hours, as on the Hub."""

    oauth_refresh_days: int = Field(30, ge=1)
    """How long an app may go unused before its user must let it in again, in days."""

    oauth_code_seconds: int = Field(60, ge=10, le=600)
    """How long an app has to redeem the code that a person brings it."""

    oauth_device_seconds: int = Field(900, ge=60, le=3600)
    """How long the code that a device shows may be typed."""

    log_level: str = "info"
    """debug, info, warning or error."""

    log_format: str = Field("auto", pattern="^(auto|json|text)$")
    """json for machines, text for people; auto is text on a terminal."""

    @field_validator("allowed_addresses")
    @classmethod
    def _are_addresses(cls, text: str) -> str:
        Guard.parse(text)
        return text


def from_environment(**given: object) -> Settings:
    """The settings, with `given` above the environment, and secrets read from `*_FILE`."""
    for name in ("secret", "s3_secret_key", "database_url"):
        path = os.environ.get(f"BEARHUG_{name.upper()}_FILE")
        if path and name not in given:
            given[name] = Path(path).read_text(encoding="utf-8").strip()
    return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
