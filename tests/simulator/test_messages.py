"""Sending, editing, copying and deleting messages, and everything that is refused."""

from typing import Any

import pytest

from tests.simulator.village import NOON, Village, inline

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are "
    "exactly the same as a current content and reply markup of the message"
)


async def test_a_message_appears_on_the_screen_and_in_the_answer(village: Village) -> None:
    keyboard = inline([("Суу", "v:1"), ("Жол", "v:2")])
    sent = await village.result(
        "sendMessage",
        chat_id=village.aida.id,
        text="<b>Тандаңыз</b>",
        parse_mode="HTML",
        reply_markup=keyboard,
    )
    assert sent == {
        "message_id": 2,
        "date": int(NOON.timestamp()),
        "chat": {"id": village.aida.id, "type": "private", "first_name": "Айда"},
        "from": {
            "id": village.bot.id,
            "is_bot": True,
            "first_name": "Village",
            "username": "village_bot",
        },
        "text": "Тандаңыз",
        "entities": [{"offset": 0, "length": 8, "type": "bold"}],
        "reply_markup": keyboard,
    }
    shown = village.telegram.screen(village.aida.id)[-1]
    assert (shown.plain, shown.buttons, shown.sender) == ("Тандаңыз", ["Суу", "Жол"], "bot")


async def test_strings_of_a_form_are_understood(village: Village) -> None:
    sent = await village.result(
        "sendMessage",
        chat_id=str(village.aida.id),
        text="42",
        disable_notification="true",
        reply_markup='{"inline_keyboard": [[{"text": "Ооба", "callback_data": "y"}]]}',
    )
    assert sent["text"] == "42"
    assert sent["reply_markup"]["inline_keyboard"][0][0]["text"] == "Ооба"


async def test_a_number_as_text_stays_a_string(village: Village) -> None:
    assert (await village.result("sendMessage", chat_id=village.aida.id, text=42))["text"] == "42"


@pytest.mark.parametrize("method", ["SENDMESSAGE", "sendmessage", "SendMessage"])
async def test_methods_are_case_insensitive(village: Village, method: str) -> None:
    assert (await village.call(method, chat_id=village.aida.id, text="x")).ok


async def test_only_an_inline_keyboard_is_echoed(village: Village) -> None:
    markups: tuple[dict[str, Any], ...] = (
        {"keyboard": [["Ооба"]]},
        {"remove_keyboard": True},
        {"force_reply": True},
        {"inline_keyboard": []},
    )
    for markup in markups:
        sent = await village.result(
            "sendMessage", chat_id=village.aida.id, text="x", reply_markup=markup
        )
        assert "reply_markup" not in sent


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, "message text is empty"),
        ({"text": ""}, "message text is empty"),
        ({"text": "  \n "}, "text must be non-empty"),
        ({"text": "<b> </b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ({"text": "ө" * 4097}, "message is too long"),
        ({"text": "🌾" * 2049}, "message is too long"),
        ({"text": "x", "parse_mode": "BBCode"}, "unsupported parse_mode"),
        ({"text": "\ud83c"}, "strings must be encoded in UTF-8"),
        (
            {"text": "x", "reply_markup": inline([("x", "\ud83c")])},
            "strings must be encoded in UTF-8",
        ),
        ({"text": ["x"]}, 'parameter "text" must be of type String'),
        ({"text": "x", "disable_notification": "эмне"}, None),
        ({"text": "x", "reply_to_message_id": "x"}, None),
        ({"text": "x", "reply_parameters": {"message_id": 99}}, "message to be replied not found"),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        ({"text": "x", "reply_markup": "[]"}, "object expected as reply markup"),
        (
            {"text": "x", "entities": [{"type": "bold"}]},
            "can't parse MessageEntity: Can't find field \"offset\"",
        ),
    ],
)
async def test_a_wrong_message_is_refused(
    village: Village, params: dict[str, Any], words: str | None
) -> None:
    refusal = await village.refusal("sendMessage", chat_id=village.aida.id, **params)
    assert refusal.startswith("Bad Request: ")
    if words is not None:
        assert refusal == f"Bad Request: {words}"
    assert len(village.telegram.screen(village.aida.id)) == 1


@pytest.mark.parametrize("text", ["ө" * 4096, "🌾" * 2048, "<b>" + "x" * 4096 + "</b>"])
async def test_4096_units_after_parsing_are_sent(village: Village, text: str) -> None:
    assert (
        await village.call("sendMessage", chat_id=village.aida.id, text=text, parse_mode="HTML")
    ).ok


@pytest.mark.parametrize(
    ("chat_id", "words"),
    [
        (None, "chat_id is empty"),
        ("", "chat_id is empty"),
        (12345, "chat not found"),
        (-12345, "chat not found"),
        ("@nobody", "chat not found"),
        ("эмне", "chat not found"),
    ],
)
async def test_an_unknown_chat_is_refused(
    village: Village, chat_id: int | str | None, words: str
) -> None:
    refusal = await village.refusal("sendMessage", chat_id=chat_id, text="x")
    assert refusal == f"Bad Request: {words}"


async def test_a_bot_can_not_speak_first(strangers: Village) -> None:
    answer = await strangers.call("sendMessage", chat_id=strangers.aida.id, text="x")
    assert answer.status == 403
    assert answer.body["description"] == "Forbidden: bot can't initiate conversation with a user"


async def test_a_bot_that_is_blocked_is_refused_until_the_person_comes_back(
    village: Village,
) -> None:
    village.people.blocks(village.aida.id)
    answer = await village.call("sendMessage", chat_id=village.aida.id, text="x")
    assert (answer.status, answer.body["description"]) == (
        403,
        "Forbidden: bot was blocked by the user",
    )
    village.people.opens_link(village.aida.id, "back")
    assert (await village.call("sendMessage", chat_id=village.aida.id, text="x")).ok


async def test_a_deleted_account_is_refused(village: Village) -> None:
    village.people.deactivates(village.aida.id)
    answer = await village.call("sendMessage", chat_id=village.aida.id, text="x")
    assert (answer.status, answer.body["description"]) == (403, "Forbidden: user is deactivated")


async def test_a_wrong_token_and_a_wrong_method(village: Village) -> None:
    answer = await village.telegram.call("1:wrong", "getMe")
    assert (answer.status, answer.body["description"]) == (401, "Unauthorized")
    answer = await village.call("sendSalam")
    assert (answer.status, answer.body["description"]) == (404, "Not Found")


async def test_parameters_that_a_method_does_not_know_are_named_in_the_log(
    village: Village,
) -> None:
    await village.result("sendMessage", chat_id=village.aida.id, text="x", parsemode="HTML")
    record = village.telegram.calls[-1]
    assert (record.method, record.status, record.ignored) == ("sendMessage", 200, ("parsemode",))


async def test_a_reply_carries_the_message_that_it_answers(village: Village) -> None:
    asked = village.people.says(village.aida.id, "Суу качан?")
    sent = await village.result(
        "sendMessage",
        chat_id=village.aida.id,
        text="Эртең",
        reply_parameters={"message_id": asked.id},
    )
    assert sent["reply_to_message"]["text"] == "Суу качан?"
    sent = await village.result(
        "sendMessage",
        chat_id=village.aida.id,
        text="Эртең",
        reply_parameters={"message_id": 999, "allow_sending_without_reply": True},
    )
    assert "reply_to_message" not in sent


async def test_an_edit_changes_the_screen_in_place(village: Village) -> None:
    message_id = await village.sends("Эски", reply_markup=inline([("Ооба", "y")]))
    village.now.pass_(60)
    edited = await village.result(
        "editMessageText", chat_id=village.aida.id, message_id=message_id, text="Жаңы"
    )
    assert edited["text"] == "Жаңы"
    assert edited["edit_date"] == edited["date"] + 60
    assert "reply_markup" not in edited
    (_, shown) = village.telegram.screen(village.aida.id)
    assert (shown.id, shown.plain, shown.buttons) == (message_id, "Жаңы", [])


@pytest.mark.parametrize("keyboard", [None, inline([("Ооба", "y")])])
async def test_an_edit_that_changes_nothing_is_refused(
    village: Village, keyboard: dict[str, Any] | None
) -> None:
    message_id = await village.sends("<b>x</b>", parse_mode="HTML", reply_markup=keyboard)
    where = {"chat_id": village.aida.id, "message_id": message_id, "reply_markup": keyboard}
    same = {"text": "<strong>x</strong>", "parse_mode": "HTML"}
    assert await village.refusal("editMessageText", **where, **same) == NOT_MODIFIED
    assert await village.refusal("editMessageReplyMarkup", **where) == NOT_MODIFIED
    assert (await village.call("editMessageText", **where, text="x")).ok


async def test_a_keyboard_can_be_changed_alone(village: Village) -> None:
    message_id = await village.sends("x", reply_markup=inline([("Ооба", "y")]))
    where = {"chat_id": village.aida.id, "message_id": message_id}
    new = inline([("Жок", "n")])
    edited = await village.result("editMessageReplyMarkup", **where, reply_markup=new)
    assert (edited["text"], edited["reply_markup"]) == ("x", new)
    gone = await village.result("editMessageReplyMarkup", **where)
    assert "reply_markup" not in gone


async def test_wrong_edits_are_refused(village: Village, picture: Any) -> None:
    aida = village.aida.id
    own = village.people.says(aida, "меники")
    photo = village.people.sends_photo(aida, picture())
    text_id = await village.sends()

    async def edit(method: str, message_id: int | None, **params: Any) -> str:
        return await village.refusal(method, chat_id=aida, message_id=message_id, **params)

    assert await edit("editMessageText", 999, text="x") == "Bad Request: message to edit not found"
    assert await edit("editMessageText", None, text="x") == (
        "Bad Request: message identifier is not specified"
    )
    assert await edit("editMessageText", own.id, text="x") == (
        "Bad Request: message can't be edited"
    )
    assert await edit("editMessageReplyMarkup", photo.id) == "Bad Request: message can't be edited"
    assert await edit("editMessageCaption", text_id, caption="x") == (
        "Bad Request: there is no caption in the message to edit"
    )
    assert await edit("editMessageText", text_id, text="") == "Bad Request: message text is empty"
    assert await edit("editMessageText", text_id, text="y", reply_markup={"keyboard": [["x"]]}) == (
        "Bad Request: inline keyboard expected"
    )


async def test_a_deleted_message_is_gone(village: Village) -> None:
    message_id = await village.sends()
    where = {"chat_id": village.aida.id, "message_id": message_id}
    assert await village.result("deleteMessage", **where) is True
    assert [m.id for m in village.telegram.screen(village.aida.id)] == [1]
    assert await village.refusal("deleteMessage", **where) == (
        "Bad Request: message to delete not found"
    )


async def test_after_48_hours_a_message_stays(village: Village) -> None:
    message_id = await village.sends()
    village.now.pass_(48 * 3600 + 1)
    where = {"chat_id": village.aida.id, "message_id": message_id}
    assert await village.refusal("deleteMessage", **where) == (
        "Bad Request: message can't be deleted for everyone"
    )


async def test_several_messages_are_deleted_at_once(village: Village) -> None:
    ids = [await village.sends() for _ in range(3)]
    assert await village.result("deleteMessages", chat_id=village.aida.id, message_ids=[*ids, 999])
    assert [m.id for m in village.telegram.screen(village.aida.id)] == [1]


async def test_a_copy_is_a_message_of_the_bot(village: Village, picture: Any) -> None:
    aida = village.aida.id
    photo = village.people.sends_photo(aida, picture(), "менин сүрөтүм")
    copied = await village.result(
        "copyMessage", chat_id=aida, from_chat_id=aida, message_id=photo.id
    )
    copy = village.telegram.screen(aida)[-1]
    assert copied == {"message_id": copy.id}
    assert (copy.sender, copy.plain) == ("bot", "менин сүрөтүм")
    assert copy.media == photo.media
    missing = await village.refusal("copyMessage", chat_id=aida, from_chat_id=aida, message_id=999)
    assert missing == "Bad Request: message to copy not found"


async def test_an_answer_to_a_tap_is_shown_once(village: Village) -> None:
    message_id = await village.sends("x", reply_markup=inline([("Ооба", "y")]))
    query_id = village.people.taps(village.aida.id, message_id, "Ооба")
    answer = {"callback_query_id": query_id, "text": "Кабыл алынды", "show_alert": True}
    assert await village.result("answerCallbackQuery", **answer) is True
    (alert,) = village.telegram.alerts(village.aida.id)
    assert (alert.text, alert.show_alert, alert.query_id) == ("Кабыл алынды", True, query_id)
    too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert await village.refusal("answerCallbackQuery", **answer) == too_old
    assert await village.refusal("answerCallbackQuery", callback_query_id="7") == too_old
    late = village.people.taps(village.aida.id, message_id, "Ооба")
    village.now.pass_(16)
    assert await village.refusal("answerCallbackQuery", callback_query_id=late) == too_old


async def test_an_answer_has_at_most_200_characters(village: Village) -> None:
    message_id = await village.sends("x", reply_markup=inline([("Ооба", "y")]))
    query_id = village.people.taps(village.aida.id, message_id, "Ооба")
    refusal = await village.refusal(
        "answerCallbackQuery", callback_query_id=query_id, text="ө" * 201
    )
    assert refusal == "Bad Request: MESSAGE_TOO_LONG"
