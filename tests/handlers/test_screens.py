"""Every screen in both languages: it fits, its HTML and buttons are right, nothing is English."""

import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from markupsafe import Markup

import handlers
from bot.ui.callbacks import Callback, callback, unpack
from bot.ui.i18n import Translator
from bot.ui.screens import (
    CAPTION_LIMIT,
    Attachment,
    Button,
    Payload,
    ReplyKeyboard,
    Screen,
    len_in_telegram,
)
from handlers import menu, onboarding
from handlers.doors import OpenMenu
from handlers.privacy import ForgetMe
from simulator.entities import formatted
from simulator.keyboards import read_markup
from simulator.refusal import Refusal
from tests.catalogs import LATIN
from tests.handlers import screens_of_staff, screens_of_villagers

TEXT_LIMIT = 4096
SAMPLES = {**screens_of_villagers.SAMPLES, **screens_of_staff.SAMPLES}
IN_BOTH_LANGUAGES = (onboarding.language_screen, menu.group_screen)
"""Screens that say the same to everybody."""
TRANSLATORS = {name: Translator(name, ZoneInfo("Asia/Bishkek")) for name in ("ky", "ru")}


def _name(function: Callable[..., Screen]) -> str:
    return f"{function.__module__.removeprefix('handlers.')}.{function.__name__}"


each_screen = pytest.mark.parametrize(
    "function", [pytest.param(function, id=_name(function)) for function in SAMPLES]
)


# --- what is wrong with a screen --------------------------------------------------------------


def faults(screen: Screen) -> Iterator[str]:
    """What Telegram would refuse, and what a reader would stumble over."""
    try:
        _, payload = screen.call()
        json.dumps(payload)
        if screen.is_text and screen.keyboard is None:
            json.dumps(screen.edit(1)[1])
        yield from _faults_of_text(screen, payload)
        yield from _faults_of_buttons(screen, payload)
    except (Refusal, ValueError, TypeError, AssertionError) as error:
        yield str(error)


def _faults_of_text(screen: Screen, payload: Payload) -> Iterator[str]:
    limit = TEXT_LIMIT if screen.is_text else CAPTION_LIMIT
    html = payload["text"] if screen.is_text else payload.get("caption", "")
    read = formatted(html, payload.get("parse_mode", ""), None).text
    if not read:
        yield "an empty text"
    if len_in_telegram(read) > limit:
        yield f"a text of {len_in_telegram(read)}, {limit} fit"
    yield from _faults_of_words(read)


def _faults_of_buttons(screen: Screen, payload: Payload) -> Iterator[str]:
    if (markup := payload.get("reply_markup")) is None:
        return
    for label in (button["text"] for row in read_markup(markup).rows for button in row):
        if label != label.strip():
            yield f"space around the label «{label}»"
        yield from _faults_of_words(label)
    if not all(screen.rows):
        yield "an empty row"
    for action in (button.action for row in screen.rows for button in row):
        if action is not None and (read := unpack(action.pack())) != action:
            yield f"{action} is read as {read}"


def _faults_of_words(words: str) -> Iterator[str]:
    """In what is read, of a text or of a label."""
    if found := re.search(r"[{}]", words):
        yield f"{found[0]} in «{words}»"
    if found := re.search(r"</|&[a-z#]\w*", words):
        yield f"HTML in «{words}»: {found[0]}"
    bare = re.sub(r"https?://\S+|(?<!\w)/[a-z]+", "", words)
    for word in re.findall(r"[A-Za-z]{2,}", bare):
        if word not in LATIN:
            yield f"«{word}» is not translated in «{words}»"


def shape(screen: Screen, language: str) -> list[list[tuple[Callback | None, str | None]]]:
    """What the buttons do, row by row; the one that speaks its reader's language is alike."""

    def of(action: Callback | None) -> Callback | None:
        if isinstance(action, ForgetMe):
            assert action.language == language
            return replace(action, language="")
        return action

    return [[(of(button.action), button.url) for button in row] for row in screen.rows]


def _beside_words(screen: Screen, language: str) -> tuple[object, ...]:
    """Media and marks; a file that is made speaks the reader's language."""

    def of(file: str | Attachment | None) -> str | Attachment | None:
        if isinstance(file, Attachment):
            assert file.language == language
            return replace(file, language="")
        return file

    return (of(screen.picture), of(screen.document), screen.voice, screen.silent, screen.ballot_of)


# --- all screens ------------------------------------------------------------------------------


def screen_functions() -> set[Callable[..., Screen]]:
    """Every function of the dialogues that makes a screen of values."""
    found: set[Callable[..., Screen]] = set()
    for module in pkgutil.walk_packages(handlers.__path__, "handlers."):
        functions = vars(importlib.import_module(module.name)).items()
        for name, function in functions:
            if (
                name.endswith("_screen")
                and inspect.isfunction(function)
                and not inspect.iscoroutinefunction(function)
                and inspect.signature(function).return_annotation is Screen
            ):
                found.add(function)
    return found


def test_every_screen_has_a_sample() -> None:
    """A new screen needs one in `screens_of_villagers` or `screens_of_staff`."""
    assert sorted(map(_name, screen_functions() - SAMPLES.keys())) == []
    assert sorted(map(_name, SAMPLES.keys() - screen_functions())) == []


@each_screen
def test_its_samples_are_its_own(function: Callable[..., Screen]) -> None:
    assert SAMPLES[function]
    for name, sample in SAMPLES[function].items():
        assert function.__name__ in sample.__code__.co_names, name


@each_screen
def test_it_can_be_sent_and_read(function: Callable[..., Screen], language: str) -> None:
    shown = {name: sample(TRANSLATORS[language]) for name, sample in SAMPLES[function].items()}
    found = [f"{name}: {fault}" for name, screen in shown.items() for fault in faults(screen)]
    assert found == []


@each_screen
def test_both_languages_are_alike(function: Callable[..., Screen]) -> None:
    for name, sample in SAMPLES[function].items():
        ky, ru = (sample(TRANSLATORS[language]) for language in ("ky", "ru"))
        assert shape(ky, "ky") == shape(ru, "ru"), name
        assert (ky.text == ru.text) == (function in IN_BOTH_LANGUAGES), name
        assert _beside_words(ky, "ky") == _beside_words(ru, "ru"), name


# --- each fault is seen -----------------------------------------------------------------------


@callback("test-screens")
class _Tap(Callback):
    text: str


@pytest.mark.parametrize(
    ("screen", "fault"),
    [
        (Screen(""), "an empty text"),
        (Screen("а" * 4097), "a text of 4097, 4096 fit"),
        (Screen("🏠" * 2049), "a text of 4098, 4096 fit"),
        (Screen("а" * 1025, picture="photo"), "a text of 1025, 1024 fit"),
        (Screen("Айыл: {village}"), "{ in «Айыл: {village}»"),
        (Screen("<b>Айыл <b>&</b>"), "Can't find end tag"),
        (Screen("Айыл <x>"), "Unsupported start tag"),
        (Screen(Markup("{}").format("Айыл &amp;")), "HTML in «Айыл &amp;»: &amp"),
        (Screen("Choose the village"), "«Choose» is not translated"),
        (Screen("Айыл", ((Button("", OpenMenu()),),)), "text must be non-empty"),
        (Screen("Айыл", ((),)), "an empty row"),
        (Screen("Айыл", ((Button("Menu", OpenMenu()),),)), "«Menu» is not translated"),
        (Screen("Айыл", ((Button("Ооба "),),)), "does nothing"),
        (Screen("Айыл", ((Button("Ооба ", OpenMenu()),),)), "space around the label «Ооба »"),
        (Screen("Айыл", ((Button(Markup("&lt;"), OpenMenu()),),)), ""),
        (Screen("Айыл", ((Button(Markup("Апа &am…"), OpenMenu()),),)), "HTML in «Апа &am…»"),
        (Screen("Айыл", ((Button("<b>Ооба</b>", OpenMenu()),),)), "HTML in «<b>Ооба</b>»: </"),
        (Screen("Айыл", ((Button("Ооба", url="айыл"),),)), "URL 'айыл' is invalid"),
        (Screen("Айыл", ((Button("Ооба", _Tap("x" * 60)),),)), "over 64 bytes"),
        (Screen("Айыл", ((Button("Ооба", _Tap("а:б")),),)), "a colon in callback data"),
        (Screen("Айыл", tuple((Button("Ооба", OpenMenu()),) for _ in range(101))), "TOO_LONG"),
        (Screen("Айыл", keyboard=ReplyKeyboard("Send")), "«Send» is not translated"),
    ],
)
def test_a_fault_is_seen(screen: Screen, fault: str) -> None:
    found = list(faults(screen))
    assert any(fault in line for line in found) if fault else found == []


def test_a_button_that_means_something_else_once_read_is_seen() -> None:
    @callback("test-screens-none")
    class Open(Callback):
        place: str | None

    screen = Screen("Айыл", ((Button("Ооба", Open("")),),))
    assert any("is read as" in line for line in faults(screen))


def test_other_buttons_in_another_language_are_seen() -> None:
    one = Screen("Айыл", ((Button("Ооба", _Tap("1")), Button("Жок", _Tap("2"))),))
    other = Screen("Село", ((Button("Да", _Tap("1")),), (Button("Нет", _Tap("2")),)))
    assert shape(one, "ky") != shape(other, "ru")
