"""The bot itself: its name and how it is described, by language."""

from simulator import wire
from simulator.methods.commands import checked_language
from simulator.model import Json
from simulator.parameters import Text
from simulator.refusal import bad_request
from simulator.table import Call, method

MAX_NAME = 64
MAX_DESCRIPTION = 512
MAX_SHORT_DESCRIPTION = 120


@method
def get_me(call: Call) -> Json:
    return wire.me(call.bot)


@method
def set_my_name(call: Call, name: Text = "", language_code: Text = "") -> bool:
    _check_length(name, MAX_NAME, "bot name")
    if not name and not language_code:
        raise bad_request("bot name must be non-empty")
    return _set(call, call.bot.names, name, language_code)


@method
def get_my_name(call: Call, language_code: Text = "") -> Json:
    return {"name": _get(call.bot.names, language_code)}


@method
def set_my_description(call: Call, description: Text = "", language_code: Text = "") -> bool:
    _check_length(description, MAX_DESCRIPTION, "bot description")
    return _set(call, call.bot.descriptions, description, language_code)


@method
def get_my_description(call: Call, language_code: Text = "") -> Json:
    return {"description": _get(call.bot.descriptions, language_code)}


@method
def set_my_short_description(
    call: Call, short_description: Text = "", language_code: Text = ""
) -> bool:
    _check_length(short_description, MAX_SHORT_DESCRIPTION, "bot short description")
    return _set(call, call.bot.short_descriptions, short_description, language_code)


@method
def get_my_short_description(call: Call, language_code: Text = "") -> Json:
    return {"short_description": _get(call.bot.short_descriptions, language_code)}


def _check_length(text: str, limit: int, what: str) -> None:
    if len(text) > limit:
        raise bad_request(f"{what} is too long")


def _set(call: Call, texts: dict[str, str], text: str, language_code: str) -> bool:
    code = checked_language(language_code)
    if text:
        texts[code] = text
    else:
        texts.pop(code, None)
    call.telegram.events.emit("bot", bot=call.bot)
    return True


def _get(texts: dict[str, str], language_code: str) -> str:
    """The text for that language, the one for everybody else where there is none."""
    code = checked_language(language_code)
    return texts.get(code) or texts.get("", "")
