"""Whole votes in a real browser: the real page, the real bot, real HTTP between them."""

from io import BytesIO
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser import moves
from tests.browser.conftest import Settle
from tests.browser.moves import Option
from tests.browser.phone import CHROMIUM, Hand
from tests.browser.village import Newcomer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        CHROMIUM is None, reason="BROWSER TESTS DO NOT RUN: no chromium here (apt: chromium)"
    ),
]

TITLE_KY, TITLE_RU = "Айылга эмне керек?", "Что нужно селу?"
WATER = Option("Таза суу", "Чистая вода", "900 000")
SCHOOL = Option("Мектеп", "Школа", "1 200 000 сом")
ROAD = Option("Жол", "Дорога", "1500000")


async def test_a_whole_vote_in_kyrgyz(settle: Settle, tmp_path: Path) -> None:
    hand = await settle(
        Newcomer("Бакыт", "ky"),
        Newcomer("Айда", "ky"),
        Newcomer("Нурлан", "ru"),
        Newcomer("Гүлзат", "ky"),
        Newcomer("Жылдыз", "ky"),
    )
    await moves.becomes_mobilizer(hand, "Бакыт", "ky")
    await moves.settles(hand, "Айда", "ky", "Woman", "29–45")
    await moves.settles(hand, "Нурлан", "ky", "Man", "18–28")
    await moves.settles(hand, "Гүлзат", "ky", "Woman", "60 and older")
    await moves.settles(hand, "Жылдыз", "ky", "Prefer not to say", "Prefer not to say")

    await hand.holds("Бакыт", "ky")
    water = Option(WATER.title_ky, WATER.title_ru, WATER.cost, picture(tmp_path / "water.png"))
    await moves.prepares_vote(hand, (TITLE_KY, TITLE_RU), (water, SCHOOL, ROAD), "09.11 18:00")
    await moves.announces(hand)

    for name, choice in (("Айда", WATER), ("Нурлан", ROAD), ("Гүлзат", WATER)):
        await moves.opens_ballot(hand, name, "ky", TITLE_KY)
        await moves.chooses(hand, choice.title_ky)
        await moves.sends_ballot(hand)

    await hand.holds("Бакыт", "ky")
    await hand.taps("🔄 Refresh")
    await hand.sees_count(
        "<b>👥 {count} person has voted.</b>", "<b>👥 {count} people have voted.</b>", 3
    )
    await moves.closes(hand)
    await hand.taps("👁 In Kyrgyz")
    await hand.sees_result(TITLE_KY)
    await hand.taps("⬅️ Back")
    await moves.publishes(hand)

    for name in ("Айда", "Нурлан", "Гүлзат", "Жылдыз"):
        await moves.gets_result(hand, name, "ky", TITLE_KY)
        await hand.sees("🏆 Таза суу: 2 · 67%", "Жол: 1 · 33%", "Мектеп: 0 · 0%")
    await hand.holds("Айда", "ky")
    await hand.taps("🧾 List of receipts")
    await hand.sees("Every counted vote has a receipt in this list. Is yours in it?")


async def test_a_whole_vote_in_russian_with_everything_going_wrong(settle: Settle) -> None:
    hand = await settle(
        Newcomer("Бакыт", "ru"),
        Newcomer("Николай", "ru"),
        Newcomer("Ольга", "ru"),
        Newcomer("Тимур", "ru"),
    )
    await moves.becomes_mobilizer(hand, "Бакыт", "ru")
    await moves.settles(hand, "Николай", "ru", "Man", "46–59")
    await moves.settles(hand, "Ольга", "ru", "Woman", "29–45")
    await moves.settles(hand, "Тимур", "ru", "Man", "18–28")
    await hand.holds("Бакыт", "ru")
    await moves.begins_vote(hand, (TITLE_KY, TITLE_RU), "1500000")
    await moves.adds_option(hand, 1, WATER)
    await restarts(hand)
    await moves.adds_option(hand, 2, SCHOOL)
    await moves.adds_option(hand, 3, ROAD)
    await moves.sets_dates(hand, "03.11 09:00")
    await moves.announces(hand)

    await moves.opens_ballot(hand, "Николай", "ru", TITLE_RU)
    await moves.chooses(hand, "Дорога")
    await restarts(hand)
    await moves.sends_ballot(hand)

    await moves.opens_ballot(hand, "Ольга", "ru", TITLE_RU)
    await hand.says("/vote")
    await expect(hand.page.locator(".row.other").nth(-2)).to_contain_text(TITLE_RU)
    await hand.taps_old("❌ None of these")
    await hand.is_told("This button is out of date. Here is the present screen.")
    await moves.opens_ballot(hand, "Тимур", "ru", TITLE_RU)
    await moves.chooses(hand, "Дорога")
    await hand.page.get_by_role("button", name="Lose one").click()
    await expect(hand.page.locator("#trouble")).to_contain_text("lost answer")
    await moves.sends_ballot(hand)
    await expect(hand.page.locator("#trouble")).to_be_hidden()

    await hand.page.get_by_role("button", name="+1 day").click()
    await hand.holds("Бакыт", "ru")
    await hand.sees("Look at the result and publish it: villagers are waiting.")
    await hand.taps("📊 Look and publish")
    await hand.sees("🔒 closed, not published")
    await hand.sees_count("👥 {count} person voted.", "👥 {count} people voted.", 2)
    await moves.publishes(hand)
    for name in ("Николай", "Ольга", "Тимур"):
        await moves.gets_result(hand, name, "ru", TITLE_RU)
        await hand.sees("🏆 Дорога: 2 · 100 %", "Чистая вода: 0 · 0 %", "Школа: 0 · 0 %")


async def restarts(hand: Hand) -> None:
    button = hand.page.get_by_role("button", name="Restart the bot")
    before = hand.village.restarts
    await button.click()
    await expect(button).to_be_enabled()
    assert hand.village.restarts == before + 1


def picture(file: Path) -> Path:
    from PIL import Image

    drawn = BytesIO()
    Image.new("RGB", (640, 480), "teal").save(drawn, "PNG")
    file.write_bytes(drawn.getvalue())
    return file
