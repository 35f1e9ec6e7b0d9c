"""The menu of commands, by scope and language."""

import re

from simulator.access import readable_chat
from simulator.fields import Fields
from simulator.model import Bot, Chat, Json
from simulator.parameters import Array, Object, Text
from simulator.refusal import bad_request
from simulator.table import Call, method

MAX_COMMANDS = 100
MAX_COMMAND = 32
MAX_DESCRIPTION = 256

_SIMPLE_SCOPES = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")
_CHAT_SCOPES = ("chat", "chat_administrators", "chat_member")


@method
def set_my_commands(
    call: Call, commands: Array = None, scope: Object = None, language_code: Text = ""
) -> bool:
    key = (scope_key(call, scope), checked_language(language_code))
    if len(commands or ()) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    read = [_command(raw) for raw in commands or ()]
    if read:
        call.bot.commands[key] = read
    else:
        call.bot.commands.pop(key, None)
    call.telegram.events.emit("bot", bot=call.bot)
    return True


@method
def get_my_commands(call: Call, scope: Object = None, language_code: Text = "") -> list[Json]:
    key = (scope_key(call, scope), checked_language(language_code))
    return call.bot.commands.get(key, [])


@method
def delete_my_commands(call: Call, scope: Object = None, language_code: Text = "") -> bool:
    call.bot.commands.pop((scope_key(call, scope), checked_language(language_code)), None)
    call.telegram.events.emit("bot", bot=call.bot)
    return True


def scope_key(call: Call, scope: Json | None) -> str:
    """A scope as a key: "default", "chat:42", "chat_member:-7:42". Raises Refusal."""
    if scope is None:
        return "default"
    fields = Fields(scope, "BotCommandScope")
    kind = fields.string("type")
    if kind in _SIMPLE_SCOPES:
        return kind
    if kind not in _CHAT_SCOPES:
        raise fields.refusal("Unsupported type specified")
    fields.require("chat_id")
    chat_id = fields.string("chat_id")
    chat = readable_chat(call, chat_id if chat_id.startswith("@") else fields.integer("chat_id"))
    if kind != "chat" and chat.private:
        raise bad_request(f"can't use BotCommandScope {kind} in private chats")
    if kind != "chat_member":
        return f"{kind}:{chat.id}"
    user_id = fields.integer("user_id")
    if call.telegram.user_json(user_id) is None:
        raise bad_request("user not found")
    return f"chat_member:{chat.id}:{user_id}"


def checked_language(code: str) -> str:
    if code and not re.fullmatch("[a-z]{2}", code):
        raise bad_request("invalid language code specified")
    return code


def shown_commands(bot: Bot, chat: Chat, user_id: int, language_code: str | None) -> list[Json]:
    """What the person finds in the menu: the narrowest scope first, in each their language first.

    The order is https://core.telegram.org/bots/api#determining-list-of-commands.
    """
    language = (language_code or "")[:2]
    for scope in _scopes(chat, user_id):
        for code in (language, ""):
            if found := bot.commands.get((scope, code)):
                return found
    return []


def _scopes(chat: Chat, user_id: int) -> list[str]:
    if chat.private:
        return [f"chat:{chat.id}", "all_private_chats", "default"]
    scopes = [f"chat_member:{chat.id}:{user_id}"]
    administrator = chat.members.get(user_id) in {"creator", "administrator"}
    if administrator:
        scopes.append(f"chat_administrators:{chat.id}")
    scopes.append(f"chat:{chat.id}")
    if administrator:
        scopes.append("all_chat_administrators")
    return [*scopes, "all_group_chats", "default"]


def _command(raw: object) -> Json:
    fields = Fields(raw, "BotCommand")
    fields.require("command", "description")
    command = fields.string("command").strip().removeprefix("/")
    description = fields.string("description").strip()
    if not command:
        raise bad_request("command must be non-empty")
    if len(command) > MAX_COMMAND:
        raise bad_request(f"command length must not exceed {MAX_COMMAND}")
    if not re.fullmatch("[a-z0-9_]+", command):
        raise bad_request("BOT_COMMAND_INVALID")
    if not description:
        raise bad_request("command description must be non-empty")
    if len(description) > MAX_DESCRIPTION:
        raise bad_request(f"command description length must not exceed {MAX_DESCRIPTION}")
    return {"command": command, "description": description}
