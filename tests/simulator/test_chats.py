"""Groups, channels, members, and the menu of commands."""

from typing import Any

import pytest

from simulator import Impossible
from simulator.model import Chat
from tests.simulator.village import TOKEN, Village, inline


@pytest.fixture
def group(village: Village) -> Chat:
    bakyt = village.telegram.add_person("Бакыт", language_code="ru")
    return village.telegram.add_group("Бөстөр", [village.aida.id, bakyt.id], [TOKEN])


def kinds(village: Village) -> list[str]:
    return [next(k for k in update if k != "update_id") for update in village.updates()]


async def test_a_bot_learns_that_it_is_in_a_group(village: Village, group: Chat) -> None:
    assert kinds(village) == ["my_chat_member", "message"]
    joined, told = village.updates()
    assert joined["my_chat_member"]["old_chat_member"]["status"] == "left"
    assert joined["my_chat_member"]["new_chat_member"]["status"] == "member"
    assert joined["my_chat_member"]["chat"]["title"] == "Бөстөр"
    assert told["message"]["new_chat_members"][0]["id"] == village.bot.id
    assert group.id < 0


async def test_in_a_group_a_bot_hears_what_is_meant_for_it(village: Village, group: Chat) -> None:
    village.forget_updates()
    aida = village.aida.id
    sent = await village.result("sendMessage", chat_id=group.id, text="Салам")
    village.people.says(aida, "бүгүн жамгыр", group.id)
    village.people.says(aida, "/vote@other_bot", group.id)
    village.people.says(aida, "/vote", group.id)
    village.people.says(aida, "/vote@village_bot", group.id)
    village.people.says(aida, "рахмат", group.id, reply_to=sent["message_id"])
    heard = [update["message"]["text"] for update in village.updates()]
    assert heard == ["/vote", "/vote@village_bot", "рахмат"]
    village.bot.sees_all_messages = True
    village.forget_updates()
    village.people.says(aida, "бүгүн жамгыр", group.id)
    assert len(village.updates()) == 1


async def test_a_button_in_a_group(village: Village, group: Chat) -> None:
    village.forget_updates()
    sent = await village.result(
        "sendMessage", chat_id=group.id, text="?", reply_markup=inline([("Ооба", "y")])
    )
    village.people.taps(village.aida.id, sent["message_id"], "Ооба", chat_id=group.id)
    (update,) = village.updates()
    assert update["callback_query"]["message"]["chat"]["id"] == group.id
    stranger = village.telegram.add_person("Чоочун")
    with pytest.raises(Impossible, match="not in the group"):
        village.people.taps(stranger.id, sent["message_id"], "Ооба", chat_id=group.id)


async def test_a_bot_that_was_thrown_out_is_refused(village: Village, group: Chat) -> None:
    village.people.removes_bot(village.aida.id, group.id)
    answer = await village.call("sendMessage", chat_id=group.id, text="x")
    assert (answer.status, answer.body["description"]) == (
        403,
        "Forbidden: bot was kicked from the group chat",
    )
    village.people.adds_bot(village.aida.id, group.id)
    assert (await village.call("sendMessage", chat_id=group.id, text="x")).ok


async def test_a_bot_leaves(village: Village, group: Chat) -> None:
    village.forget_updates()
    assert await village.result("leaveChat", chat_id=group.id) is True
    assert kinds(village) == ["my_chat_member"]
    assert await village.refusal("sendMessage", chat_id=group.id, text="x") == (
        "Forbidden: bot is not a member of the group chat"
    )
    refusal = await village.refusal("leaveChat", chat_id=village.aida.id)
    assert refusal.startswith("Bad Request: ")


async def test_a_group_that_became_a_supergroup_says_where_it_went(
    village: Village, group: Chat
) -> None:
    village.forget_updates()
    new = village.telegram.migrate(group.id)
    assert str(new.id).startswith("-100")
    answer = await village.call("sendMessage", chat_id=group.id, text="x")
    assert answer.status == 400
    assert answer.body == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": new.id},
    }
    assert (await village.call("sendMessage", chat_id=new.id, text="x")).ok
    to, from_ = (update["message"] for update in village.updates())
    assert to["migrate_to_chat_id"] == new.id
    assert from_["migrate_from_chat_id"] == group.id
    with pytest.raises(Impossible, match="supergroup"):
        village.people.says(village.aida.id, "x", group.id)


async def test_joining_and_leaving_are_told(village: Village, group: Chat) -> None:
    village.forget_updates()
    cholpon = village.telegram.add_person("Чолпон")
    village.people.joins(cholpon.id, group.id)
    village.people.leaves(cholpon.id, group.id)
    joined, left = (update["message"] for update in village.updates())
    assert joined["new_chat_members"][0]["first_name"] == "Чолпон"
    assert left["left_chat_member"]["id"] == cholpon.id
    with pytest.raises(Impossible):
        village.people.leaves(cholpon.id, group.id)


async def test_a_post_in_a_channel(village: Village) -> None:
    channel = village.telegram.add_channel("Кабар", village.aida.id, [TOKEN])
    village.forget_updates()
    village.people.posts_in_channel(village.aida.id, channel.id, "Жарыя")
    (update,) = village.updates()
    assert update["channel_post"]["text"] == "Жарыя"
    assert "from" not in update["channel_post"]
    assert (await village.call("sendMessage", chat_id=channel.id, text="x")).ok
    village.people.removes_bot(village.aida.id, channel.id)
    assert await village.refusal("getChat", chat_id=channel.id) == (
        "Forbidden: bot was kicked from the channel chat"
    )


async def test_what_a_bot_learns_of_chats(village: Village, group: Chat) -> None:
    private = await village.result("getChat", chat_id=village.aida.id)
    assert private["type"] == "private"
    assert {"accent_color_id", "max_reaction_count"} <= private.keys()
    full = await village.result("getChat", chat_id=group.id)
    assert (full["title"], full["permissions"]["can_send_messages"]) == ("Бөстөр", True)
    member = await village.result("getChatMember", chat_id=group.id, user_id=village.aida.id)
    assert (member["status"], member["user"]["first_name"]) == ("creator", "Айда")
    stranger = village.telegram.add_person("Чоочун")
    member = await village.result("getChatMember", chat_id=group.id, user_id=stranger.id)
    assert member["status"] == "left"
    assert await village.result("getChatMemberCount", chat_id=group.id) == 3
    (owner,) = await village.result("getChatAdministrators", chat_id=group.id)
    assert owner["user"]["id"] == village.aida.id
    assert await village.refusal("getChatMember", chat_id=group.id, user_id=5) == (
        "Bad Request: user not found"
    )


async def test_another_bots_group_is_not_found(village: Village) -> None:
    group = village.telegram.add_group("Бөлөк", [village.aida.id])
    assert await village.refusal("getChat", chat_id=group.id) == "Bad Request: chat not found"


async def test_others_messages_in_a_group_are_deleted_by_administrators_only(
    village: Village, group: Chat
) -> None:
    said = village.people.says(village.aida.id, "/x", group.id)
    where = {"chat_id": group.id, "message_id": said.id}
    assert await village.refusal("deleteMessage", **where) == (
        "Bad Request: message can't be deleted"
    )
    group.members[village.bot.id] = "administrator"
    assert await village.result("deleteMessage", **where) is True


async def test_typing_is_shown(village: Village) -> None:
    with village.telegram.events.subscribe() as events:
        assert await village.result("sendChatAction", chat_id=village.aida.id, action="typing")
        event = await anext(events)
    assert (event.kind, event.data["action"]) == ("typing", "typing")
    assert event.data["chat"].id == village.aida.id
    refusal = await village.refusal("sendChatAction", chat_id=village.aida.id, action="dance")
    assert refusal == "Bad Request: wrong parameter action in request"


def command(name: str, description: str = "x") -> dict[str, str]:
    return {"command": name, "description": description}


async def test_commands_by_scope_and_language(village: Village, group: Chat) -> None:
    async def set_(name: str, scope: dict[str, Any] | None = None, language: str = "") -> None:
        assert await village.result(
            "setMyCommands", commands=[command(name)], scope=scope, language_code=language
        )

    def menu(chat_id: int | None = None) -> list[str]:
        return [c["command"] for c in village.telegram.commands(village.aida.id, chat_id)]

    assert menu() == []
    await set_("everyone")
    assert (menu(), menu(group.id)) == (["everyone"], ["everyone"])
    await set_("kyrgyz", language="ky")
    assert menu() == ["kyrgyz"]
    await set_("russian", language="ru")
    await set_("private", {"type": "all_private_chats"})
    assert (menu(), menu(group.id)) == (["private"], ["kyrgyz"])
    await set_("groups", {"type": "all_group_chats"})
    assert menu(group.id) == ["groups"]
    await set_("bosses", {"type": "all_chat_administrators"})
    assert menu(group.id) == ["bosses"]
    await set_("here", {"type": "chat", "chat_id": village.aida.id})
    assert menu() == ["here"]
    await set_("only_me", {"type": "chat_member", "chat_id": group.id, "user_id": village.aida.id})
    assert menu(group.id) == ["only_me"]
    scope = {"type": "chat", "chat_id": village.aida.id}
    assert await village.result("getMyCommands", scope=scope) == [command("here")]
    assert await village.result("deleteMyCommands", scope=scope) is True
    assert await village.result("getMyCommands", scope=scope) == []
    assert menu() == ["private"]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"commands": [command("Vote")]}, "BOT_COMMAND_INVALID"),
        ({"commands": [command("добуш")]}, "BOT_COMMAND_INVALID"),
        ({"commands": [command("/")]}, "command must be non-empty"),
        ({"commands": [command("x" * 33)]}, "command length must not exceed 32"),
        ({"commands": [command("x", " ")]}, "command description must be non-empty"),
        (
            {"commands": [command("x", "x" * 257)]},
            "command description length must not exceed 256",
        ),
        ({"commands": [command("x")] * 101}, "BOT_COMMANDS_TOO_MUCH"),
        ({"commands": ["x"]}, "can't parse BotCommand: expected an Object"),
        (
            {"commands": [{"command": "x"}]},
            "can't parse BotCommand: Can't find field \"description\"",
        ),
        ({"commands": "x"}, "can't parse commands JSON object"),
        ({"commands": [], "language_code": "kyr"}, "invalid language code specified"),
        (
            {"commands": [], "scope": {"type": "village"}},
            "can't parse BotCommandScope: Unsupported type specified",
        ),
        ({"commands": [], "scope": {"type": "chat", "chat_id": 5}}, "chat not found"),
        (
            {"commands": [], "scope": {"type": "chat"}},
            "can't parse BotCommandScope: Can't find field \"chat_id\"",
        ),
    ],
)
async def test_wrong_commands_are_refused(
    village: Village, params: dict[str, Any], words: str
) -> None:
    assert await village.refusal("setMyCommands", **params) == f"Bad Request: {words}"


@pytest.mark.parametrize(
    ("what", "key", "limit"),
    [
        ("Name", "name", 64),
        ("Description", "description", 512),
        ("ShortDescription", "short_description", 120),
    ],
)
async def test_the_bots_texts_by_language(
    village: Village, what: str, key: str, limit: int
) -> None:
    await village.result(f"setMy{what}", **{key: "Ашар"})
    await village.result(f"setMy{what}", **{key: "Помощь", "language_code": "ru"})
    assert await village.result(f"getMy{what}") == {key: "Ашар"}
    assert await village.result(f"getMy{what}", language_code="ru") == {key: "Помощь"}
    assert await village.result(f"getMy{what}", language_code="ky") == {key: "Ашар"}
    await village.result(f"setMy{what}", **{key: "", "language_code": "ru"})
    assert await village.result(f"getMy{what}", language_code="ru") == {key: "Ашар"}
    assert "too long" in await village.refusal(f"setMy{what}", **{key: "x" * (limit + 1)})


async def test_who_am_i(village: Village) -> None:
    me = await village.result("getMe")
    assert (me["id"], me["is_bot"], me["username"]) == (4_200_000_001, True, "village_bot")
    assert me["can_join_groups"] is True


def test_a_group_needs_a_person(village: Village) -> None:
    with pytest.raises(ValueError, match="person"):
        village.telegram.add_group("Бош")


@pytest.mark.parametrize("token", ["secret", "1:", ":x", "x:y", TOKEN])
def test_a_token_has_an_id_and_a_secret(village: Village, token: str) -> None:
    with pytest.raises(ValueError, match="token"):
        village.telegram.add_bot(token, "x_bot", "X")
