"""The catalogs are right, and what watches over them sees each kind of fault."""

import pytest
from babel.messages.catalog import Catalog, Message

from tests import catalogs, fitting, kyrgyz
from tests.catalogs import Text
from tests.fitting import Place


def test_the_catalogs_are_complete_and_right() -> None:
    assert catalogs.problems() == []


def test_every_text_takes_its_parameters() -> None:
    for language in catalogs.LANGUAGES:
        for text in catalogs.texts(language):
            fields = catalogs.fields_of(text.id)
            shown = text.words.format(**dict.fromkeys(fields, "Көк-Жар"))
            assert "{" not in shown, text


def test_alerts_toasts_and_buttons_are_found_in_the_code() -> None:
    found = {(place.name, id) for place in fitting.places() for id in place.ids}
    assert {
        ("toast", "Cancelled. Nothing was sent."),
        ("toast", "The vote is unchanged."),
        ("alert", "This vote is held in another village."),
        ("alert", "Your choice has changed meanwhile. Please check it once more."),
        ("turn_away", "🧰 This part is for mobilizers and staff."),
        ("Button", "🏠 Main menu"),
    } <= found


@pytest.mark.parametrize(
    ("id", "words", "fault"),
    [
        ("📍 {village}", "📍 {айыл}", "other placeholders"),
        ("<b>Sex</b>", "Жынысы", "other tags"),
        ("<b>Sex</b>", "</b>Жынысы<b>", "tags don't match"),
        ("🔎 Type the name", "🔍 Атын жазуу", "other icons"),
        ("🔎 Type the name", "Атын 🔎 жазуу", "another beginning"),
        ("Delete: /forget", "Өчүрүү: /unut", "other commands"),
        ("18 or older", "16 жаштан улуу", "other numbers"),
    ],
)
def test_markup_that_differs_is_seen(id: str, words: str, fault: str) -> None:
    assert any(fault in line for line in catalogs.markup_faults(Text("ky", id, words)))


@pytest.mark.parametrize(
    ("language", "words", "fault"),
    [
        ("ky", "Press the баскыч", "is not translated"),
        ("ky", "Добушту отправить", "is Russian"),
        ("ky", "{village}да", "glued to a placeholder"),
        ("ky", "<b>{village}</b>да", "glued to a placeholder"),
        ("ky", "{count} айылдар", "no plural after a number"),
        ("ru", "Село Көк-Жар", "is Kyrgyz"),
        ("ru", "Согласен(на)", "two genders"),
        ("ru", 'Нажмите "Далее"', "quotation marks"),
    ],
)
def test_wording_of_another_language_or_style_is_seen(
    language: str, words: str, fault: str
) -> None:
    assert any(fault in line for line in catalogs.wording_faults(Text(language, "x", words)))


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        (Message("Yes", ""), "no translation"),
        (Message("Yes", "Ооба", flags=("fuzzy",)), "fuzzy"),
        (Message(("{n} vote", "{n} votes"), ("{n} добуш",)), "1 plural forms"),
        (Message(("{n} vote", "{n} votes"), ("{n} добуш", "{n} добуштар")), "one form"),
    ],
)
def test_an_unfinished_translation_is_seen(message: Message, fault: str) -> None:
    catalog = Catalog(locale="ky")
    catalog[message.id] = message
    assert any(fault in line for line in catalogs.incomplete("ky", catalog))


def test_a_text_that_left_the_code_is_seen() -> None:
    catalog = Catalog(locale="ky")
    catalog.obsolete["Yes"] = Message("Yes", "Ооба")
    assert list(catalogs.incomplete("ky", catalog)) == ["ky «Yes»: obsolete"]


def test_a_text_too_long_for_its_place_is_seen() -> None:
    place = Place("alert", ("Cancelled. Nothing was sent.",), 20)
    assert [line[:2] for line in fitting.too_long(place, catalogs.translation)] == ["ky", "ru"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("сѳз", "should it be «сөз»"),
        ("жаӊы", "should it be «жаңы»"),
        ("айыл cуу", "Latin letter"),
        ("қала", "no letter of Kyrgyz"),
        ("рахмат, бекер", "asks for «акысыз»"),
        ("көрсетүү", "harmony"),
        ("күндор", "harmony"),
        ("колдар", "harmony"),
        ("добушты", "harmony"),
        ("«Артка» 'басыңыз'", "« »"),
        ("Күтө туруңуз...", "…"),
        ("Айыл - Көк-Жар", "dash"),
        ("«Артка баскычын", "don't match"),
        ("Ооба!!", "enough"),
        ("Эки  боштук", "two spaces"),
        ("Айыл , аймак", "wrong side"),
    ],
)
def test_a_fault_of_kyrgyz_spelling_is_seen(text: str, fault: str) -> None:
    assert any(fault in found for found in kyrgyz.faults(text)), kyrgyz.faults(text)


@pytest.mark.parametrize(
    "text",
    [
        "Саламатсызбы! Бул — АРИСтин боту.",
        "Айылга биринчи кезекте эмне керек? Бирөөнү тандаңыз 👇",
        "Көп дегенде {max} иш тандасаңыз болот. Тандалганы: {count}.",
        "🔢 <code>{receipt}</code>: 25.11 18:00, 14:30–15:00",
        "{number}-вариант: «{title}» деген долбоор",
        "Мобилизатор, телефон, документ, бюджет, колдоо, сураноо, оңдоо, түшүнүктүү, күндөр",
        "Каалаган убакта өчүрө аласыз: /forget",
    ],
)
def test_right_kyrgyz_is_left_alone(text: str) -> None:
    assert kyrgyz.faults(text) == []


def test_a_word_typed_without_its_marks_is_found_beside_the_right_one() -> None:
    assert kyrgyz.twins(["Добуш берүү үчүн", "Жооп учун", "он өн"]) == [
        "«учун», «үчүн»: which is right?"
    ]
