"""What people can do, what the bot hears of it, and what no client lets happen."""

from collections.abc import Callable
from typing import Any

import pytest

from simulator import Impossible
from tests.simulator.village import NOON, Village, inline


def only(updates: list[dict[str, Any]], kind: str) -> Any:
    (update,) = updates
    assert set(update) == {"update_id", kind}
    return update[kind]


async def test_a_text_reaches_the_bot(village: Village) -> None:
    said = village.people.says(village.aida.id, "/vote 🌾")
    message = only(village.updates(), "message")
    assert message == {
        "message_id": said.id,
        "date": int(NOON.timestamp()),
        "chat": {"id": village.aida.id, "type": "private", "first_name": "Айда"},
        "from": {
            "id": village.aida.id,
            "is_bot": False,
            "first_name": "Айда",
            "language_code": "ky",
        },
        "text": "/vote 🌾",
        "entities": [{"type": "bot_command", "offset": 0, "length": 5}],
    }


async def test_a_link_sends_start_with_its_payload(strangers: Village) -> None:
    strangers.people.opens_link(strangers.aida.id, "v_41702215")
    assert only(strangers.updates(), "message")["text"] == "/start v_41702215"


@pytest.mark.parametrize("payload", ["суу", "a b", "x" * 65, "a.b"])
def test_a_link_takes_only_what_telegram_takes(village: Village, payload: str) -> None:
    with pytest.raises(Impossible, match="payload"):
        village.people.opens_link(village.aida.id, payload)


async def test_blocking_and_coming_back_are_told(village: Village) -> None:
    village.people.blocks(village.aida.id)
    blocked = only(village.updates(), "my_chat_member")
    assert blocked["new_chat_member"]["status"] == "kicked"
    assert blocked["from"]["id"] == village.aida.id
    with pytest.raises(Impossible, match="blocked"):
        village.people.says(village.aida.id, "салам")
    with pytest.raises(Impossible, match="already blocked"):
        village.people.blocks(village.aida.id)
    village.forget_updates()
    village.people.opens_link(village.aida.id, "x")
    unblocked, started = village.updates()
    assert unblocked["my_chat_member"]["new_chat_member"]["status"] == "member"
    assert started["message"]["text"] == "/start x"


async def test_a_tap_asks_the_bot(village: Village) -> None:
    message_id = await village.sends(
        "?", reply_markup=inline([("Суу түтүгү", "v:1"), ("Жол", "v:2")])
    )
    query_id = village.people.taps(village.aida.id, message_id, "Суу")
    query = only(village.updates(), "callback_query")
    assert (query["id"], query["data"]) == (query_id, "v:1")
    assert query["from"]["id"] == village.aida.id
    assert query["message"]["message_id"] == message_id
    assert query["message"]["reply_markup"]["inline_keyboard"][0][1]["text"] == "Жол"
    assert query["chat_instance"]


async def test_only_buttons_that_are_there_can_be_tapped(village: Village) -> None:
    aida = village.aida.id
    markup = inline([("Ооба", "y"), ("Ооба, бирок", "b")])
    markup["inline_keyboard"].append([{"text": "Сайт", "url": "https://aris.kg/"}])
    message_id = await village.sends("?", reply_markup=markup)
    for label, words in (("Жок", "no button says"), ("бол", "no button"), ("Сайт", "asks the bot")):
        with pytest.raises(Impossible, match=words):
            village.people.taps(aida, message_id, label)
    with pytest.raises(Impossible, match="several buttons"):
        village.people.taps(aida, message_id, "Оо")
    with pytest.raises(Impossible, match="no message 99"):
        village.people.taps(aida, 99, "Ооба")
    with pytest.raises(Impossible, match="which button"):
        village.people.taps(aida, message_id)
    village.people.taps(aida, message_id, "Ооба")
    assert only(village.updates(), "callback_query")["data"] == "y"


async def test_a_forged_tap_carries_any_data(village: Village) -> None:
    message_id = await village.sends("?")
    village.people.taps(village.aida.id, message_id, data="admin:all")
    assert only(village.updates(), "callback_query")["data"] == "admin:all"


async def test_a_tap_on_a_deleted_message_has_no_message_to_read(village: Village) -> None:
    message_id = await village.sends("?", reply_markup=inline([("Ооба", "y")]))
    await village.result("deleteMessage", chat_id=village.aida.id, message_id=message_id)
    village.people.taps(village.aida.id, message_id, data="y")
    assert only(village.updates(), "callback_query")["message"] == {
        "chat": {"id": village.aida.id, "type": "private", "first_name": "Айда"},
        "message_id": message_id,
        "date": 0,
    }


async def test_an_edited_message_is_told_again(village: Village) -> None:
    said = village.people.says(village.aida.id, "бир")
    village.forget_updates()
    village.now.pass_(5)
    village.people.edits(village.aida.id, said.id, "эки")
    edited = only(village.updates(), "edited_message")
    assert (edited["message_id"], edited["text"]) == (said.id, "эки")
    assert edited["edit_date"] == edited["date"] + 5
    bots = await village.sends()
    with pytest.raises(Impossible, match="own"):
        village.people.edits(village.aida.id, bots, "үч")


async def test_attachments_reach_the_bot(village: Village, picture: Callable[..., bytes]) -> None:
    aida, people = village.aida.id, village.people
    people.sends_photo(aida, picture(), "сүрөт")
    people.sends_voice(aida, b"OggS", 4)
    people.sends_document(aida, b"%PDF", "арыз.pdf")
    people.sends_video(aida, b"mp4")
    people.sends_location(aida, 40.5, 72.8)
    people.sends_contact(aida)
    people.sends_contact(aida, phone="996700111222", first_name="Бакыт")
    people.sends_sticker(aida, "🙏")
    kinds = ["photo", "voice", "document", "video", "location", "contact", "contact", "sticker"]
    messages = [update["message"] for update in village.updates()]
    assert [kind in message for kind, message in zip(kinds, messages, strict=True)] == [True] * 8
    assert messages[0]["caption"] == "сүрөт"
    assert messages[2]["document"]["file_name"] == "арыз.pdf"
    assert "user_id" not in messages[6]["contact"]
    with pytest.raises(Impossible, match="IMAGE_PROCESS_FAILED"):
        people.sends_photo(aida, b"x")


async def test_an_album_comes_as_several_messages(
    village: Village, picture: Callable[..., bytes]
) -> None:
    village.people.sends_album(village.aida.id, [picture(), picture()], "эки сүрөт")
    first, second = (update["message"] for update in village.updates())
    assert first["media_group_id"] == second["media_group_id"]
    assert (first["caption"], second.get("caption")) == ("эки сүрөт", None)
    with pytest.raises(Impossible, match="two to ten"):
        village.people.sends_album(village.aida.id, [picture()])


@pytest.mark.parametrize("text", ["", "  "])
def test_a_client_sends_no_such_text(village: Village, text: str) -> None:
    with pytest.raises(Impossible):
        village.people.says(village.aida.id, text)


def test_a_client_cuts_a_long_text_into_messages(village: Village) -> None:
    last = village.people.says(village.aida.id, "ө" * 4096 + "🌾" * 2048 + "ү")
    texts = [update["message"]["text"] for update in village.updates() if "message" in update]
    assert texts[-3:] == ["ө" * 4096, "🌾" * 2048, "ү"]
    assert last.text == "ү"


def test_nobody_and_nowhere(village: Village) -> None:
    with pytest.raises(Impossible, match="no person 5"):
        village.people.says(5, "x")
    with pytest.raises(Impossible, match="no chat -5"):
        village.people.says(village.aida.id, "x", -5)


def test_with_two_bots_one_says_which(village: Village) -> None:
    other = village.telegram.add_bot("77:other", "other_bot", "Other")
    with pytest.raises(Impossible, match="2 bots"):
        village.people.says(village.aida.id, "x")
    village.people.says(village.aida.id, "салам", other.id)
    assert [m.plain for m in village.telegram.screen(village.aida.id, other.id)] == ["салам"]
    assert [m.plain for m in village.telegram.screen(village.aida.id, village.bot.id)] == ["/start"]
    assert [u["message"]["text"] for u in village.telegram.updates("77:other")] == ["салам"]


def test_the_own_message_is_deleted_and_the_bot_is_not_told(village: Village) -> None:
    said = village.people.says(village.aida.id, "кат")
    village.forget_updates()
    village.people.deletes(village.aida.id, said.id)
    assert said not in village.telegram.screen(village.aida.id)
    assert village.updates() == []


def test_a_person_has_an_id_of_its_own(village: Village) -> None:
    with pytest.raises(ValueError, match="taken"):
        village.telegram.add_person("Бакыт", id=village.aida.id)
    assert village.telegram.add_person("Бакыт", id=5_000_000_001).id == 5_000_000_001
