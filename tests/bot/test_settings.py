"""Settings: from the environment, refused in one readable line, listed in .env.example."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.settings import Settings, WrongSettings, names, read_settings

HOUSE = Path(__file__).resolve().parents[2]
TOKEN = "123456:TEST-token"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting from outside, and no .env in sight."""
    for name in names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_nothing_but_the_token_has_to_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASHAR_BOT_TOKEN", TOKEN)
    settings = read_settings()
    assert settings.token() == TOKEN
    assert settings.database_url == "sqlite+aiosqlite:///data/ashar.db"
    assert settings.zone.key == "Asia/Bishkek"
    assert settings.bot_api_url == "https://api.telegram.org"


def test_a_line_of_dot_env_counts_and_the_environment_comes_before_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("ASHAR_VOTING_AGE=0\nASHAR_HOUSEHOLD_LIMIT=2\n")
    monkeypatch.setenv("ASHAR_HOUSEHOLD_LIMIT", "3")
    settings = read_settings()
    assert (settings.voting_age, settings.household_limit) == (0, 3)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("BOT_TOKEN", "hello", "doesn't look like a token"),
        ("BOT_API_URL", "telegram.org", "should start with https://"),
        ("DATABASE_URL", "mysql://x", "should start with sqlite+aiosqlite:/// or"),
        ("DATABASE_URL", "sqlite+aiosqlite:///", "names no database"),
        ("DATABASE_URL", "sqlite+aiosqlite:///:memory:", "names no database"),
        ("DATABASE_URL", "postgresql+asyncpg://a:b@h:xx/d", "is the port a number?"),
        ("DATABASE_URL", "postgresql+asyncpg://a:b@h", "names no database"),
        ("BOT_USERNAME", "@foo bar", "should look like aris_ashar_bot"),
        ("WEBHOOK_LISTEN", "8443", "should look like 127.0.0.1:8443"),
        ("TIMEZONE", "Bishkek", "is not a known time zone"),
        ("BROADCAST_RATE", "0", "greater than or equal to 1"),
        ("BROADCAST_RATE", "many", "valid integer"),
        ("PAID_BROADCAST", "perhaps", "valid boolean"),
        ("LOG_FORMAT", "xml", "'console' or 'json'"),
        ("LOG_LEVEL", "LOUD", "'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("VOTING_AGE", "16", "0 or 18"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(
    name: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"ASHAR_{name}", value)
    with pytest.raises(WrongSettings, match=re.escape(says)) as wrong:
        read_settings()
    assert str(wrong.value).startswith(f"ASHAR_{name}: ")
    assert "\n" not in str(wrong.value)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"WEBHOOK_URL": "https://bot.example/hook"}, "ASHAR_WEBHOOK_SECRET: "),
        (
            {"WEBHOOK_URL": "https://bot.example/hook", "WEBHOOK_SECRET": "не то"},
            "ASHAR_WEBHOOK_SECRET: ",
        ),
        (
            {
                "WEBHOOK_URL": "https://bot.example/hook",
                "WEBHOOK_SECRET": "abc",
                "WEBHOOK_LISTEN": "",
            },
            "ASHAR_WEBHOOK_LISTEN: is needed with ASHAR_WEBHOOK_URL",
        ),
        ({"PAID_BROADCAST": "true"}, "ASHAR_PAID_BROADCAST: is paid for nothing"),
        ({"PROCESSES": "30", "BROADCAST_RATE": "20"}, "ASHAR_PROCESSES: more than"),
        ({"BROADCAST_RATE": "500"}, "ASHAR_BROADCAST_RATE: over 30 needs ASHAR_PAID_BROADCAST"),
    ],
)
def test_settings_that_need_each_other_are_refused_alone(
    changes: dict[str, str], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in changes.items():
        monkeypatch.setenv(f"ASHAR_{name}", value)
    with pytest.raises(WrongSettings) as wrong:
        read_settings()
    assert str(wrong.value).startswith(says)


def test_a_missing_token_is_named_where_it_is_needed() -> None:
    with pytest.raises(WrongSettings, match=r"^ASHAR_BOT_TOKEN: is missing"):
        read_settings().token()


@pytest.mark.parametrize("name", ["BOT_TOKEN", "WEBHOOK_SECRET"])
def test_secrets_show_neither_in_print_nor_in_refusals(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "987654:AAsecret-secret"
    monkeypatch.setenv(f"ASHAR_{name}", secret)
    assert secret not in repr(read_settings())
    monkeypatch.setenv(f"ASHAR_{name}", f"{secret} with a space")
    monkeypatch.setenv("ASHAR_WEBHOOK_URL", "https://bot.example/hook")
    with pytest.raises(WrongSettings) as wrong:
        read_settings()
    assert "secret-secret" not in str(wrong.value)


def test_settings_never_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        read_settings().voting_age = 0


def test_the_example_lists_every_setting_with_its_meaning_and_default() -> None:
    expected = ["# Copy this file to .env and fill in what you need.", ""]
    for name, field in zip(names(), Settings.model_fields.values(), strict=True):
        default = field.get_default()
        shown = default.get_secret_value() if isinstance(default, SecretStr) else default
        value = str(shown).lower() if isinstance(shown, bool) else str(shown)
        sign = "" if name == "ASHAR_BOT_TOKEN" else "#"
        expected += [f"# {field.description}", f"{sign}{name}={value}", ""]
    written = (HOUSE / ".env.example").read_text(encoding="utf-8")
    assert written == "\n".join(expected)


def test_the_example_can_be_used_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without = read_settings()
    example = (HOUSE / ".env.example").read_text(encoding="utf-8")
    (tmp_path / ".env").write_text(re.sub(r"(?m)^#(?=ASHAR_)", "", example), encoding="utf-8")
    assert read_settings() == without
