"""Reply markup: what is refused, and what a person finds under the input field."""

from typing import Any

import pytest

from simulator import Impossible
from tests.simulator.village import Village, inline


def button(**fields: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[fields]]}


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        (button(text="x", callback_data="ө" * 33), "BUTTON_DATA_INVALID"),
        (button(text="x", callback_data="x" * 65), "BUTTON_DATA_INVALID"),
        (button(text="", callback_data="x"), "inline keyboard button text must be non-empty"),
        (button(text=" ", callback_data="x"), "inline keyboard button text must be non-empty"),
        (
            button(callback_data="x"),
            "can't parse inline keyboard button: Can't find field \"text\"",
        ),
        (
            button(text="x"),
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            button(text="x", callback_data=""),
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            button(text="x", callback_data=["x"]),
            'can\'t parse inline keyboard button: Field "callback_data" must be of type String',
        ),
        (
            {"inline_keyboard": [["x"]]},
            "can't parse inline keyboard button: InlineKeyboardButton must be an Object",
        ),
        ({"inline_keyboard": {}}, 'field "inline_keyboard" must be of type Array'),
        (
            {"inline_keyboard": [{}]},
            'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
        ),
        ({"keyboard": "x"}, 'field "keyboard" must be of type Array'),
        ({"keyboard": ["x"]}, 'field "keyboard" must be an Array of Arrays'),
        (
            {"keyboard": [[1]]},
            "can't parse keyboard button: KeyboardButton must be a String or an Object",
        ),
        ({"keyboard": [[{"text": ""}]]}, "keyboard button text must be non-empty"),
        (
            {"keyboard": [["x"]], "resize_keyboard": 1},
            'field "resize_keyboard" must be of type Boolean',
        ),
        (inline(*[[("x", "y")] for _ in range(101)]), "REPLY_MARKUP_TOO_LONG"),
    ],
)
async def test_wrong_markup_is_refused(
    village: Village, markup: dict[str, Any], words: str
) -> None:
    refusal = await village.refusal(
        "sendMessage", chat_id=village.aida.id, text="x", reply_markup=markup
    )
    assert refusal == f"Bad Request: {words}"


async def test_64_bytes_of_callback_data_pass(village: Village) -> None:
    markup = button(text="x", callback_data="ө" * 32)
    await village.result("sendMessage", chat_id=village.aida.id, text="x", reply_markup=markup)
    assert village.telegram.screen(village.aida.id)[-1].inline_keyboard == markup["inline_keyboard"]


async def test_a_wrong_address_on_a_button_is_refused(village: Village) -> None:
    refusal = await village.refusal(
        "sendMessage",
        chat_id=village.aida.id,
        text="x",
        reply_markup=button(text="x", url="не адрес"),
    )
    assert refusal.startswith("Bad Request: inline keyboard button URL 'не адрес' is invalid")


async def test_a_reply_keyboard_is_pressed(village: Village) -> None:
    aida = village.aida.id
    rows = [["Ооба", {"text": "Жок"}], [{"text": "📞 Байланыш", "request_contact": True}]]
    await village.sends("?", reply_markup={"keyboard": rows, "resize_keyboard": True})
    keyboard = village.telegram.reply_keyboard(aida)
    assert keyboard is not None
    assert keyboard["keyboard"][0] == [{"text": "Ооба"}, {"text": "Жок"}]
    village.people.presses(aida, "Жок")
    village.people.presses(aida, "Байланыш")
    said, shared = (update["message"] for update in village.updates())
    assert said["text"] == "Жок"
    assert shared["contact"] == {
        "phone_number": village.aida.phone,
        "first_name": "Айда",
        "user_id": aida,
    }
    assert village.telegram.reply_keyboard(aida) is not None


async def test_a_location_is_shared_by_a_button(village: Village) -> None:
    await village.sends(
        "Кайдасыз?",
        reply_markup={
            "keyboard": [[{"text": "📍 Ушул жерде", "request_location": True}]],
            "one_time_keyboard": True,
        },
    )
    village.people.presses(village.aida.id, "📍 Ушул жерде", location=(40.51, 72.81))
    (update,) = village.updates()
    assert update["message"]["location"] == {"latitude": 40.51, "longitude": 72.81}
    assert village.telegram.reply_keyboard(village.aida.id) is None
    with pytest.raises(Impossible, match="no keyboard"):
        village.people.presses(village.aida.id, "📍 Ушул жерде")


async def test_a_keyboard_is_removed(village: Village) -> None:
    await village.sends("?", reply_markup={"keyboard": [["Ооба"]]})
    await village.sends("!", reply_markup=inline([("Суу", "1")]))
    assert village.telegram.reply_keyboard(village.aida.id) is not None
    await village.sends(".", reply_markup={"remove_keyboard": True})
    assert village.telegram.reply_keyboard(village.aida.id) is None


async def test_a_group_gets_no_contact_button(village: Village) -> None:
    group = village.telegram.add_group("Айыл", [village.aida.id], [village.bot.token])
    refusal = await village.refusal(
        "sendMessage",
        chat_id=group.id,
        text="x",
        reply_markup={"keyboard": [[{"text": "x", "request_contact": True}]]},
    )
    assert refusal == "Bad Request: phone number can be requested in private chats only"
