"""The smallest results that a strict client library still accepts, by method."""

import time
from typing import Any

from benchmarks.parameters import Parameters

BOT = {"id": 100_200_300, "is_bot": True, "first_name": "Ашар", "username": "ashar_bench_bot"}
ME = {
    **BOT,
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
    "can_connect_to_business": False,
    "has_main_web_app": False,
}
_EMPTY_LISTS = {"getMyCommands", "getChatAdministrators", "getForumTopicIconStickers"}
_MEDIA = {"sendDocument": "document", "sendVoice": "voice", "sendAudio": "audio"}
_TRUE_PREFIXES = ("answer", "set", "delete", "pin", "unpin", "leave", "close", "log")


def result_of(method: str, parameters: Parameters, message_id: int) -> Any:
    """The `result` of an accepted call; None for a method that this server does not know.

    A method that makes a message makes it with `message_id`; one that edits keeps the id that
    the call names.
    """
    if method.startswith("edit"):
        if "inline_message_id" in parameters:
            return True
        message = _message(parameters, int(parameters.get("message_id") or message_id))
        return {**message, "edit_date": message["date"]}
    if method == "sendMediaGroup":
        return [_message(parameters, message_id, photo=True)]
    if method in ("sendChatAction", "deleteMessage"):
        return True
    if method == "copyMessage":
        return {"message_id": message_id}
    if method.startswith("send") or method == "forwardMessage":
        media = _MEDIA.get(method)
        message = _message(parameters, message_id, photo=method == "sendPhoto")
        return {**message, media: _file(media)} if media else message
    if method.startswith(_TRUE_PREFIXES):
        return True
    return _asked(method, parameters)


def _asked(method: str, parameters: Parameters) -> Any:
    """Results of the methods that ask for something."""
    if method in _EMPTY_LISTS:
        return []
    match method:
        case "getMe":
            return ME
        case "getWebhookInfo":
            return {"url": "", "has_custom_certificate": False, "pending_update_count": 0}
        case "getFile":
            return {**_file("file"), "file_path": "files/1"}
        case "getMyName":
            return {"name": BOT["first_name"]}
        case "getMyDescription":
            return {"description": ""}
        case "getMyShortDescription":
            return {"short_description": ""}
        case "getChatMenuButton":
            return {"type": "commands"}
        case "getChat":
            return {**_chat(parameters), "accent_color_id": 0, "max_reaction_count": 11}
        case "getChatMemberCount":
            return 2
        case _:
            return None


def _chat(parameters: Parameters) -> dict[str, Any]:
    chat_id = int(parameters.get("chat_id") or 0)
    if chat_id < 0:
        return {"id": chat_id, "type": "group", "title": "Айыл"}
    return {"id": chat_id, "type": "private", "first_name": "Айгүл"}


def _message(parameters: Parameters, message_id: int, *, photo: bool = False) -> dict[str, Any]:
    message: dict[str, Any] = {
        "message_id": message_id,
        "date": int(time.time()),
        "from": BOT,
        "chat": _chat(parameters),
    }
    if "text" in parameters:
        message["text"] = parameters["text"]
    if photo:
        message["photo"] = [{**_file("photo"), "width": 640, "height": 400}]
    return message


def _file(kind: str) -> dict[str, Any]:
    described: dict[str, Any] = {"file_id": f"{kind}-1", "file_unique_id": "u1", "file_size": 9000}
    if kind in ("voice", "audio"):
        described["duration"] = 3
    return described
