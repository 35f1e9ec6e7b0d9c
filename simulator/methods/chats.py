"""Chats and who is in them."""

from simulator import wire
from simulator.access import readable_chat, writable_chat
from simulator.model import MEMBER, Json
from simulator.parameters import ChatId, Integer, Text, UserId
from simulator.refusal import bad_request
from simulator.table import Call, method

ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


@method
def get_chat(call: Call, chat_id: ChatId) -> Json:
    return wire.full_chat(readable_chat(call, chat_id))


@method
def get_chat_member(call: Call, chat_id: ChatId, user_id: UserId) -> Json:
    chat = readable_chat(call, chat_id)
    user = call.telegram.user_json(user_id)
    if user is None:
        raise bad_request("user not found")
    if chat.private:
        return wire.member(user, "member" if user_id in {chat.id, call.bot.id} else "left")
    return wire.member(user, chat.members.get(user_id, "left"))


@method
def get_chat_member_count(call: Call, chat_id: ChatId) -> int:
    chat = readable_chat(call, chat_id)
    return 2 if chat.private else sum(status in MEMBER for status in chat.members.values())


@method
def get_chat_administrators(call: Call, chat_id: ChatId) -> list[Json]:
    chat = readable_chat(call, chat_id)
    if chat.private:
        raise bad_request("there are no administrators in the private chat")
    members = []
    for user_id, status in chat.members.items():
        user = call.telegram.user_json(user_id)
        if user is not None and status in {"creator", "administrator"}:
            members.append(wire.member(user, status))
    return members


@method
def leave_chat(call: Call, chat_id: ChatId) -> bool:
    chat = readable_chat(call, chat_id)
    if chat.private:
        raise bad_request("chat member status can't be changed in private chats")
    call.telegram.change_bot_status(chat, call.bot, "left", by=wire.bot(call.bot))
    return True


@method
def send_chat_action(
    call: Call, chat_id: ChatId, action: Text, message_thread_id: Integer = 0
) -> bool:
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = writable_chat(call, chat_id)
    call.telegram.events.emit("typing", chat=chat, action=action)
    return True
