"""The menu, help, and what the bot says to everything that it doesn't understand."""

from functools import partial

import pytest

from models import AgeBand
from tests.world import TOKEN, World


async def test_an_open_vote_is_the_menus_first_button(world: World, language: str) -> None:
    bakyt = await world.staff("Бакыт")
    aida = await world.villager("Айда", language)
    await aida.says("/menu")
    aida.sees_no("🗳 A vote is open in your village.")
    await world.vote(maker=bakyt)
    await aida.says("/menu")
    aida.sees("🗳 A vote is open in your village.")
    title = "Айылга эмне керек?" if language == "ky" else "Что нужно селу?"
    assert title in aida.buttons[0]
    await aida.taps(aida.buttons[0])
    aida.sees("Choose one 👇")


@pytest.mark.parametrize("said", ["салам", "👍", "<b>&", "/unknown", "я" * 4000, "\u202eabc"])
async def test_what_is_not_understood_leads_to_the_menu(
    world: World, language: str, said: str
) -> None:
    aida = await world.villager("Айда", language)
    await aida.says(said)
    aida.sees("I didn't understand that. Please press one of the buttons 👇", "<b>🏠 Main menu</b>")


async def test_stickers_photos_and_contacts_lead_to_the_menu_too(
    world: World, language: str
) -> None:
    aida = await world.villager("Айда", language)
    people = world.telegram.people
    for send in (
        lambda: people.sends_sticker(aida.id),
        lambda: people.sends_contact(aida.id),
        lambda: people.sends_document(aida.id, b"%PDF-1.4", "appeal.pdf"),
    ):
        await aida.does(send)
        aida.sees("<b>🏠 Main menu</b>")


async def test_an_edited_message_is_answered_politely(world: World, language: str) -> None:
    aida = await world.villager("Айда", language)
    await aida.says("салам")
    said = [m for m in world.telegram.screen(aida.id) if m.sender == aida.id][-1]
    await aida.does(lambda: world.telegram.people.edits(aida.id, said.id, "кош"))
    aida.sees("✏️ An edited message changes nothing here. Please send a new one.")


async def test_help_names_the_ways_and_the_phone(world: World, language: str) -> None:
    aida = await world.villager("Айда", language)
    await aida.says("/help")
    aida.sees("<b>❓ Help</b>", "/vote", "/settings", "/mydata", "/forget")


async def test_cancel_with_nothing_begun_says_so(world: World, language: str) -> None:
    aida = await world.villager("Айда", language)
    await aida.says("/cancel")
    aida.sees("There is nothing to cancel.")


@pytest.mark.parametrize(
    "data",
    ["", "x", "menu:1", "vote:a:b", "vote:99999999999:", "pick:1:1:x:1:1", "🗳:1", "f:a:b:c:d"],
)
async def test_forged_buttons_show_the_present_menu(world: World, language: str, data: str) -> None:
    aida = await world.villager("Айда", language)
    await aida.says("/help")
    await aida.forges(data or " ")
    aida.is_told("This button is out of date. Here is the present screen.")
    aida.sees("<b>🏠 Main menu</b>")


async def test_in_a_group_the_bot_only_says_where_to_talk(world: World) -> None:
    aida = await world.villager("Айда", "ky")
    group = world.telegram.add_group("Бөстөр айылы", [aida.id], [TOKEN])
    await world.settle()
    await aida.does(lambda: world.telegram.people.says(aida.id, "салам баарына", group.id))
    await aida.does(lambda: world.telegram.people.says(aida.id, "/vote@ashar_test_bot", group.id))
    said = [m.plain for m in world.telegram.screen(aida.id, group.id) if m.sender == "bot"]
    assert len(said) == 1
    assert aida.words("🔒 Votes are secret: write to the bot in a private chat.") in said[0]


async def test_a_channel_post_is_overlooked(world: World) -> None:
    await world.deliver(
        {
            "update_id": 7,
            "channel_post": {
                "message_id": 1,
                "date": 1,
                "chat": {"id": -1001, "type": "channel", "title": "К"},
                "text": "/start",
            },
        }
    )
    await world.settle()
    assert not world.telegram.calls or "send" not in world.telegram.calls[-1].method


async def test_a_villages_name_asked_for_last_is_not_taken_for_a_form(
    world: World, language: str
) -> None:
    aida = await world.villager("Айда", language)
    await aida.says("/settings")
    await aida.taps("👥 People on this phone: {count}", count=1)
    await aida.taps("➕ Add a person")
    await world.advance(seconds=30)
    await aida.says("/village")
    await aida.taps("🔎 Type the name")
    await aida.says("Бешик")
    aida.sees("Бешик-Жон" if language == "ky" else "Бешик-Джон")
    await aida.says("/cancel")
    aida.sees_no("There is nothing to cancel.")


async def test_a_live_location_is_not_answered_at_each_step(world: World) -> None:
    aida = await world.villager("Айда", "ky")
    chat = {"id": aida.id, "type": "private", "first_name": "А"}
    said = len(aida.messages)
    await world.deliver(
        {
            "update_id": 99,
            "edited_message": {
                "message_id": 5,
                "date": 1,
                "edit_date": 2,
                "chat": chat,
                "from": {"id": aida.id, "is_bot": False, "first_name": "А"},
                "location": {"latitude": 42.0, "longitude": 74.0},
            },
        }
    )
    await world.settle()
    assert len(aida.messages) == said


async def test_who_has_not_chosen_a_language_is_asked_for_it_in_both(world: World) -> None:
    aida = world.stranger("Айда", "ru")
    people = world.telegram.people
    await aida.says("/cancel")
    assert aida.buttons == ["Кыргызча", "Русский"]
    said = [m for m in world.telegram.screen(aida.id) if m.sender == aida.id][-1]
    await aida.does(lambda: people.edits(aida.id, said.id, "/start"))
    assert aida.buttons == ["Кыргызча", "Русский"]
    await aida.forges("gone:1")
    assert aida.buttons == ["Кыргызча", "Русский"]
    assert aida.alerts == []


async def test_a_tap_in_a_group_shows_nothing_of_anybody(world: World) -> None:
    aida = await world.villager("Айда", "ky")
    group = world.telegram.add_group("Бөстөр айылы", [aida.id], [TOKEN])
    await world.settle()
    await aida.does(lambda: world.telegram.people.says(aida.id, "/vote@ashar_test_bot", group.id))
    (call,) = [m for m in world.telegram.screen(aida.id, group.id) if m.sender == "bot"]
    people = world.telegram.people
    for data in ("data", "menu", "lang", "terms:", "vote:1:", "nonsense"):
        tap = partial(people.taps, aida.id, call.id, data=data, chat_id=group.id)
        await aida.does(tap)
        aida.is_told("🔒 Votes are secret: write to the bot in a private chat.")
    said = [m.plain for m in world.telegram.screen(aida.id, group.id) if m.sender == "bot"]
    assert said == [call.plain]


async def test_somebody_of_fifteen_has_no_vote_button_in_the_menu(
    world: World, language: str
) -> None:
    bakyt = await world.staff("Бакыт")
    nurbek = await world.villager("Нурбек", language, age_band=AgeBand.UNDER_18)
    await world.vote(maker=bakyt)
    await nurbek.says("/menu")
    assert not any("Айылга" in label or "Что нужно" in label for label in nurbek.buttons)
    await nurbek.taps("🗳 Votes and results")
    assert not any("Айылга" in label or "Что нужно" in label for label in nurbek.buttons)
    nurbek.sees("Айылга эмне керек?" if language == "ky" else "Что нужно селу?")
