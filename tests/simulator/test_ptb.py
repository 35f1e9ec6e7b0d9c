"""A real Telegram library against the simulator: what it reads back is what Telegram would say."""

from collections.abc import AsyncIterator, Callable

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyParameters,
    Update,
)
from telegram.constants import ChatAction, ChatMemberStatus, MessageEntityType, ParseMode
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, NetworkError, RetryAfter

from tests.simulator.served import served
from tests.simulator.village import TOKEN, Village

Draw = Callable[..., bytes]


@pytest.fixture
async def bot(village: Village) -> AsyncIterator[Bot]:
    async with served(village.telegram) as address:
        base, files = f"{address}/bot", f"{address}/file/bot"
        async with Bot(TOKEN, base_url=base, base_file_url=files) as bot:
            yield bot


async def test_a_message_with_a_keyboard(village: Village, bot: Bot) -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Суу", callback_data="v:1")]])
    sent = await bot.send_message(
        village.aida.id, "<b>Өтүнүч</b> 🌾", parse_mode=ParseMode.HTML, reply_markup=keyboard
    )
    assert sent.text == "Өтүнүч 🌾"
    assert sent.parse_entity(sent.entities[0]) == "Өтүнүч"
    assert sent.from_user is not None
    assert sent.from_user.id == bot.id
    assert sent.reply_markup == keyboard
    edited = await sent.edit_text("Жаңы")
    assert not isinstance(edited, bool)
    assert (edited.text, edited.reply_markup) == ("Жаңы", None)
    assert edited.edit_date is not None
    with pytest.raises(BadRequest, match="Message is not modified"):
        await sent.edit_text("Жаңы")
    assert await sent.delete() is True


async def test_updates_are_read_back(village: Village, bot: Bot, picture: Draw) -> None:
    aida, people = village.aida.id, village.people
    sent = await bot.send_message(
        aida,
        "?",
        reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("Ооба", callback_data="y")]]),
    )
    said = people.says(aida, "/vote суу", reply_to=sent.message_id)
    people.taps(aida, sent.message_id, "Ооба")
    people.edits(aida, said.id, "/vote жол")
    people.sends_photo(aida, picture(), "сүрөт")
    people.sends_contact(aida)
    people.blocks(aida)
    updates = await bot.get_updates(allowed_updates=Update.ALL_TYPES)
    text, tap, edit, photo, contact, member = updates
    assert text.message is not None
    assert text.message.parse_entities([MessageEntityType.BOT_COMMAND]) != {}
    assert text.message.reply_to_message == sent
    assert tap.callback_query is not None
    assert tap.callback_query.message == sent
    assert edit.edited_message is not None
    assert edit.edited_message.text == "/vote жол"
    assert photo.effective_message is not None
    assert photo.effective_message.photo[-1].width == 640
    assert contact.effective_message is not None
    assert contact.effective_message.contact is not None
    assert contact.effective_message.contact.user_id == aida
    assert member.my_chat_member is not None
    assert member.my_chat_member.new_chat_member.status == ChatMemberStatus.BANNED
    assert await bot.get_updates(offset=member.update_id + 1) == ()
    with pytest.raises(BadRequest, match="too old"):
        await bot.answer_callback_query("1")
    assert await tap.callback_query.answer("Рахмат") is True


async def test_files_up_and_down(village: Village, bot: Bot, picture: Draw) -> None:
    data = picture()
    sent = await bot.send_photo(village.aida.id, data, caption="суу")
    file = await sent.photo[-1].get_file()
    assert bytes(await file.download_as_bytearray()) == data
    document = await bot.send_document(village.aida.id, b"a;b", filename="Тизме.csv")
    assert document.document is not None
    assert document.document.file_name == "Тизме.csv"
    downloaded = await (await document.document.get_file()).download_as_bytearray()
    assert bytes(downloaded) == b"a;b"
    voice = await bot.send_voice(village.aida.id, b"OggS", duration=3)
    assert voice.voice is not None
    assert voice.voice.mime_type == "audio/ogg"
    album = await bot.send_media_group(
        village.aida.id, [InputMediaPhoto(data), InputMediaPhoto(sent.photo[-1].file_id)]
    )
    assert album[0].media_group_id == album[1].media_group_id
    assert album[1].photo == sent.photo
    swapped = await sent.edit_media(InputMediaDocument(b"x", filename="x.txt"))
    assert not isinstance(swapped, bool)
    assert swapped.document is not None
    await swapped.edit_caption("файл")


async def test_chats_and_places(village: Village, bot: Bot) -> None:
    aida = village.aida.id
    group = village.telegram.add_group("Бөстөр", [aida], [TOKEN])
    full = await bot.get_chat(group.id)
    assert full.permissions is not None
    assert (await bot.get_chat(aida)).accent_color_id in range(7)
    assert (await bot.get_chat_member(group.id, aida)).status == ChatMemberStatus.OWNER
    assert [member.user.id for member in await bot.get_chat_administrators(group.id)] == [aida]
    assert await bot.get_chat_member_count(group.id) == 2
    assert (await bot.send_location(aida, 40.5, 72.8)).location is not None
    assert (await bot.send_venue(aida, 40.5, 72.8, "Мектеп", "Ош")).venue is not None
    assert (await bot.send_contact(aida, "+996555", "АРИС")).contact is not None
    assert await bot.send_chat_action(aida, ChatAction.TYPING) is True
    updates = await bot.get_updates()
    assert updates[0].my_chat_member is not None
    new = village.telegram.migrate(group.id)
    with pytest.raises(ChatMigrated) as migrated:
        await bot.send_message(group.id, "x")
    assert migrated.value.new_chat_id == new.id
    assert await bot.leave_chat(new.id) is True


async def test_commands_and_texts(village: Village, bot: Bot) -> None:
    commands = [BotCommand("vote", "Добуш берүү")]
    scope = BotCommandScopeChat(village.aida.id)
    assert await bot.set_my_commands(commands, scope=scope, language_code="ky") is True
    assert await bot.get_my_commands(scope=scope, language_code="ky") == tuple(commands)
    assert await bot.delete_my_commands(scope=scope, language_code="ky") is True
    assert await bot.set_my_description("Ашар", language_code="ky") is True
    assert (await bot.get_my_description("ky")).description == "Ашар"
    assert (await bot.get_my_name()).name == "Village"


async def test_reply_keyboards(village: Village, bot: Bot) -> None:
    keyboard = ReplyKeyboardMarkup(
        [[KeyboardButton("📍", request_location=True), "Жок"]], resize_keyboard=True
    )
    sent = await bot.send_message(
        village.aida.id, "?", reply_markup=keyboard, reply_parameters=ReplyParameters(1)
    )
    assert sent.reply_markup is None
    assert sent.reply_to_message is not None
    village.people.presses(village.aida.id, "📍")
    await bot.send_message(village.aida.id, "?", reply_markup=ForceReply())
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.location is not None


async def test_webhooks(village: Village, bot: Bot) -> None:
    assert await bot.set_webhook("https://example.org/hook", secret_token="s", max_connections=3)
    info = await bot.get_webhook_info()
    assert (info.url, info.max_connections) == ("https://example.org/hook", 3)
    with pytest.raises(Conflict):
        await bot.get_updates()
    assert await bot.delete_webhook(drop_pending_updates=True) is True


async def test_refusals_become_the_librarys_errors(
    village: Village, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    aida = village.aida.id
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(5, "x")
    with pytest.raises(BadRequest, match="Can't parse entities"):
        await bot.send_message(aida, "<b>x", parse_mode="HTML")
    village.telegram.faults.flood = 1
    with pytest.raises(RetryAfter):
        await bot.send_message(aida, "x")
    village.telegram.faults.lose_answers = 1
    with pytest.raises(NetworkError):
        await bot.send_message(aida, "x")
    village.people.blocks(aida)
    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(aida, "x")
