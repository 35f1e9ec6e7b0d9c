"""One frozen Settings, read from the environment (prefix ASHAR_) and `.env`, in one place."""

import re
from functools import lru_cache
from typing import Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url

TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{5,}")


class WrongSettings(Exception):
    """A setting is missing or wrong; the message is one readable line."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="ASHAR_", env_file=".env", env_file_encoding="utf-8", frozen=True, extra="ignore"
    )

    bot_token: SecretStr = Field(default=SecretStr(""), description="Token from @BotFather.")
    bot_username: str = Field(
        default="", description="The bot's name without @; empty: asked from Telegram."
    )
    bot_api_url: str = Field(
        default="https://api.telegram.org",
        description="Base of /bot<token>/… and /file/bot<token>/….",
    )
    database_url: str = Field(
        default="sqlite+aiosqlite:///data/ashar.db",
        description="sqlite+aiosqlite:///path or postgresql+asyncpg://user:password@host/name.",
    )
    webhook_url: str = Field(
        default="", description="Public https address for updates; empty: polling."
    )
    webhook_listen: str = Field(
        default="127.0.0.1:8443",
        description="host:port for the webhook, /health and /metrics.",
    )
    webhook_secret: SecretStr = Field(
        default=SecretStr(""),
        description="1-256 letters, digits, _ and -; needed with a webhook.",
    )
    health_listen: str = Field(
        default="", description="host:port for /health and /metrics when polling; empty: off."
    )
    timezone: str = Field(default="Asia/Bishkek", description="Zone of all dates on screens.")
    broadcast_rate: int = Field(
        default=30, ge=1, le=1000, description="New messages a second, for the whole bot."
    )
    processes: int = Field(
        default=1, ge=1, le=30, description="Processes of this bot at once, which share that rate."
    )
    paid_broadcast: bool = Field(
        default=False,
        description="Pay Telegram for more than 30 messages a second; set the rate as well.",
    )
    log_format: Literal["console", "json"] = Field(
        default="console", description="Log lines: console or json."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least important lines: DEBUG, INFO, WARNING or ERROR."
    )
    voting_age: Literal[0, 18] = Field(
        default=18, description="Least age of a voter: 18, or 0 for everybody."
    )
    household_limit: int = Field(
        default=4, ge=1, le=10, description="People who may share one phone."
    )
    organisation_phone: str = Field(
        default="", description="Free phone line shown in /help; empty: not shown."
    )
    results_hide_below: int = Field(
        default=5, ge=1, le=50, description="Published cells with fewer people are hidden."
    )
    reminder_hours: int = Field(
        default=24, ge=1, le=240, description="Hours before closing for the unfinished-ballot note."
    )
    keep_sent_days: int = Field(
        default=7, ge=2, le=90, description="Days that sent rows and seen updates are kept."
    )
    keep_draft_days: int = Field(
        default=30, ge=1, le=365, description="Days that an untouched draft is kept."
    )

    @field_validator("bot_api_url", "webhook_url")
    @classmethod
    def _http(cls, url: str) -> str:
        if url and not re.match(r"https?://[^/\s]+", url):
            raise ValueError("should start with https:// (or http:// on this machine)")
        return url.rstrip("/")

    @field_validator("bot_username")
    @classmethod
    def _username(cls, name: str) -> str:
        name = name.removeprefix("@")
        if name and not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{3,31}", name):
            raise ValueError("should look like aris_ashar_bot")
        return name

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if not url.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
            raise ValueError("should start with sqlite+aiosqlite:/// or postgresql+asyncpg://")
        try:
            database = make_url(url).database
        except ValueError:
            raise ValueError("can't be read: is the port a number?") from None
        if database in (None, "", ":memory:"):
            raise ValueError("names no database: it has to outlive the process")
        return url

    @field_validator("webhook_listen", "health_listen")
    @classmethod
    def _address(cls, address: str) -> str:
        if address and not re.fullmatch(r"([^\s:]+|\[[0-9a-fA-F:]+\]):\d{1,5}", address):
            raise ValueError("should look like 127.0.0.1:8443")
        return address

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("is not a known time zone, for example Asia/Bishkek")
        return name

    @field_validator("voting_age", mode="before")
    @classmethod
    def _age_as_number(cls, age: object) -> object:
        """The environment holds texts, and a Literal of numbers takes none."""
        return int(age) if isinstance(age, str) and age.isdecimal() else age

    @field_validator("bot_token")
    @classmethod
    def _shape_of_token(cls, token: SecretStr) -> SecretStr:
        if token.get_secret_value() and not TOKEN.fullmatch(token.get_secret_value()):
            raise ValueError("doesn't look like a token from @BotFather (123456:ABC…)")
        return token

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        secret = self.webhook_secret.get_secret_value()
        if self.webhook_url and not self.webhook_listen:
            raise ValueError("ASHAR_WEBHOOK_LISTEN: is needed with ASHAR_WEBHOOK_URL")
        if self.webhook_url and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise ValueError("ASHAR_WEBHOOK_SECRET: 1-256 letters, digits, _ or - are needed")
        if self.broadcast_rate > 30 and not self.paid_broadcast:
            raise ValueError("ASHAR_BROADCAST_RATE: over 30 needs ASHAR_PAID_BROADCAST=true")
        if self.paid_broadcast and self.broadcast_rate <= 30:
            raise ValueError(
                "ASHAR_PAID_BROADCAST: is paid for nothing unless ASHAR_BROADCAST_RATE is over 30"
            )
        if self.broadcast_rate < self.processes:
            raise ValueError("ASHAR_PROCESSES: more than ASHAR_BROADCAST_RATE can be shared by")
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def token(self) -> str:
        """The bot's token.

        Raises:
            WrongSettings: there is none.
        """
        token = self.bot_token.get_secret_value()
        if not token:
            raise WrongSettings("ASHAR_BOT_TOKEN: is missing (get one from @BotFather)")
        return token


def read_settings(**changes: object) -> Settings:
    """Settings from the environment, with `changes` on top.

    Raises:
        WrongSettings: a value is wrong; says which and how it should look.
    """
    try:
        return Settings(**changes)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = f"ASHAR_{str(first['loc'][0]).upper()}: " if first["loc"] else ""
        raise WrongSettings(name + first["msg"].removeprefix("Value error, ")) from None


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Every environment variable that is read, in order."""
    return tuple(f"ASHAR_{field.upper()}" for field in Settings.model_fields)
