"""The simulated world in the Bot API's JSON."""

from datetime import datetime

from simulator.model import Bot, Chat, Json, Message, Person

PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)
ADMINISTRATOR_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)


def unix(moment: datetime) -> int:
    return int(moment.timestamp())


def person(who: Person) -> Json:
    user: Json = {"id": who.id, "is_bot": False, "first_name": who.first_name}
    for field in ("last_name", "username", "language_code"):
        if value := getattr(who, field):
            user[field] = value
    return user


def bot(who: Bot) -> Json:
    return {"id": who.id, "is_bot": True, "first_name": who.name, "username": who.username}


def me(who: Bot) -> Json:
    return bot(who) | {
        "can_join_groups": True,
        "can_read_all_group_messages": who.sees_all_messages,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def chat(where: Chat) -> Json:
    if where.person is not None:
        user = where.person
        brief: Json = {"id": where.id, "type": "private", "first_name": user.first_name}
        for field in ("last_name", "username"):
            if value := getattr(user, field):
                brief[field] = value
        return brief
    brief = {"id": where.id, "type": where.kind, "title": where.title}
    if where.kind == "group":
        brief["all_members_are_administrators"] = False
    return brief


def full_chat(where: Chat) -> Json:
    """What getChat answers."""
    full = chat(where) | {
        "accent_color_id": where.id % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            where.private,
        ),
    }
    if where.person is None:
        full["permissions"] = dict.fromkeys(PERMISSIONS, True)
    elif where.person.username:
        full["active_usernames"] = [where.person.username]
    return full


def member(user: Json, status: str) -> Json:
    """A ChatMember of that status."""
    described: Json = {"user": user, "status": status}
    match status:
        case "creator":
            described["is_anonymous"] = False
        case "administrator":
            described |= dict.fromkeys(ADMINISTRATOR_RIGHTS, True)
            described |= {"can_be_edited": False, "is_anonymous": False, "can_pin_messages": True}
        case "kicked":
            described["until_date"] = 0
    return described


def message(what: Message, sender: Json | None) -> Json:
    """A message; `sender` is its user, None for a channel's post."""
    told: Json = {"message_id": what.id, "date": unix(what.date), "chat": chat(what.chat)}
    if sender is not None:
        told["from"] = sender
    else:
        told["sender_chat"] = told["chat"]
    if what.edited is not None:
        told["edit_date"] = unix(what.edited)
    if what.text is not None:
        told["text"] = what.text
        if what.entities:
            told["entities"] = what.entities
    if what.media is not None:
        told[what.media.kind] = what.media.payload
        match what.media.kind:
            case "venue":
                told["location"] = what.media.payload["location"]
            case "animation":
                told["document"] = {
                    name: value
                    for name, value in what.media.payload.items()
                    if name not in {"width", "height", "duration"}
                }
    if what.caption:
        told["caption"] = what.caption
        if what.entities:
            told["caption_entities"] = what.entities
    if what.inline_keyboard:
        told["reply_markup"] = {"inline_keyboard": what.inline_keyboard}
    if what.media_group_id is not None:
        told["media_group_id"] = what.media_group_id
    if what.protected:
        told["has_protected_content"] = True
    if what.service is not None:
        told |= what.service
    return told
