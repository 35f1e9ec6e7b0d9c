"""Whether a bot may speak where it wants to, and which message it means."""

from typing import assert_never

from simulator.model import Chat, Message
from simulator.refusal import bad_request, forbidden
from simulator.table import Call


def readable_chat(call: Call, chat_id: int | str) -> Chat:
    """The chat, if the bot may know of it. Raises Refusal."""
    chat = call.telegram.find_chat(call.bot, chat_id)
    if chat is None:
        raise bad_request("chat not found")
    if chat.kind in {"supergroup", "channel"}:
        _check_member(call, chat)
    return chat


def writable_chat(call: Call, chat_id: int | str) -> Chat:
    """The chat, if the bot may speak and edit there. Raises Refusal."""
    chat = call.telegram.find_chat(call.bot, chat_id)
    if chat is None:
        raise bad_request("chat not found")
    match chat.kind:
        case "private":
            _check_person(chat)
        case "group" if chat.migrated_to is not None:
            raise bad_request(
                "group chat was upgraded to a supergroup chat",
                {"migrate_to_chat_id": chat.migrated_to},
            )
        case "group" | "supergroup":
            _check_member(call, chat)
        case "channel":
            _check_member(call, chat)
            if chat.members[call.bot.id] not in {"creator", "administrator"}:
                raise bad_request("need administrator rights in the channel chat")
        case _:
            assert_never(chat.kind)
    return chat


def find_message(chat: Chat, message_id: int, purpose: str) -> Message:
    """The message, or the refusal "message to <purpose> not found"."""
    message = chat.messages.get(message_id)
    if message is None:
        raise bad_request(f"message to {purpose} not found")
    return message


def _check_person(chat: Chat) -> None:
    assert chat.person is not None
    if chat.person.deactivated:
        raise forbidden("user is deactivated")
    if chat.blocked:
        raise forbidden("bot was blocked by the user")
    if not chat.started:
        raise forbidden("bot can't initiate conversation with a user")


def _check_member(call: Call, chat: Chat) -> None:
    match chat.members.get(call.bot.id, "left"):
        case "kicked":
            raise forbidden(f"bot was kicked from the {chat.kind} chat")
        case "left":
            raise forbidden(f"bot is not a member of the {chat.kind} chat")
