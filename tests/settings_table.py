"""The settings as a table in Markdown, out of bot/settings.py: `python -m tests.settings_table`."""

from pydantic import SecretStr

from bot.settings import Settings


def rows() -> list[str]:
    """One line of a table for each setting: name, default, description."""
    return [
        f"| `ASHAR_{name.upper()}` | {_shown(field.default)} | {_escaped(field.description)} |"
        for name, field in Settings.model_fields.items()
    ]


def _escaped(words: str | None) -> str:
    """Angle brackets would be taken for HTML."""
    return (words or "").replace("<", "&lt;")


def _shown(default: object) -> str:
    """As it would be written into `.env`; nothing for an empty one."""
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    if default == "":
        return ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


if __name__ == "__main__":
    print("\n".join(rows()))
