"""The texts in Kyrgyz and Russian: complete, in step with the code, alike in their markup.

`python -m tests.catalogs` says what is wrong, a line for each fault; see `make messages`.
"""

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter
from typing import TypeAlias

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords
from babel.messages.pofile import read_po

from tests import fitting, kyrgyz

ROOT = Path(__file__).resolve().parents[1]
LOCALES = ROOT / "locales"
LANGUAGES = ("ky", "ru")
CODE = ("bot", "handlers")
KEYWORDS = {**DEFAULT_KEYWORDS, **parse_keywords(["t", "msg", "plural:1,2"])}
"""The same as in the Makefile's target `messages`."""

PLURAL_FORMS = {"ky": 2, "ru": 3}
BOTH_LANGUAGES = frozenset(("Тил · Язык",))
"""Texts that speak both languages on purpose."""
KYRGYZ_IN_RUSSIAN = ("Айылыбызда эмне курабыз", "Таза суу", "ө, ү, ң")
"""What is Kyrgyz in Russian texts on purpose: models of what is to be written in Kyrgyz."""
LATIN = frozenset(("Telegram", "START", "id", "Excel", "CSV", "PDF"))
"""Latin words that villagers meet as they are."""

Id: TypeAlias = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A msgid and its translation; every plural form is a text of its own."""

    language: str
    id: str
    words: str

    def __str__(self) -> str:
        return f"{self.language} «{self.id}»"


@cache
def catalog(language: str) -> Catalog:
    with (LOCALES / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def texts(language: str) -> Iterator[Text]:
    for message in _messages(catalog(language)):
        yield from texts_of(language, message)


def texts_of(language: str, message: Message) -> Iterator[Text]:
    """The last form of a plural msgid is the one that has the number in it."""
    id = message.id if isinstance(message.id, str) else message.id[-1]
    for words in _forms(message):
        yield Text(language, id, words)


def translation(language: str, id: str) -> str:
    """The longest form; empty, if there is none."""
    for message in _messages(catalog(language)):
        if id == message.id or (not isinstance(message.id, str) and id in message.id):
            return max(_forms(message), key=len, default="")
    return ""


def _messages(of: Catalog) -> Iterator[Message]:
    return (message for message in of if message.id)


def _forms(message: Message) -> tuple[str, ...]:
    """One translation, or one for each plural form."""
    if isinstance(message.string, str):
        return (message.string,)
    return tuple(message.string or ())


# --- the whole catalog ------------------------------------------------------------------------


def ids_in_code() -> set[Id]:
    """Every msgid in the code, extracted anew."""
    found: set[Id] = set()
    for folder in CODE:
        for _, _, message, _, _ in extract_from_dir(str(ROOT / folder), keywords=KEYWORDS):
            found.add(message if isinstance(message, str) else tuple(message))
    return found


def ids_in(of: Catalog) -> set[Id]:
    return {m.id if isinstance(m.id, str) else tuple(m.id) for m in _messages(of)}


def out_of_step() -> Iterator[str]:
    code = ids_in_code()
    with (LOCALES / "messages.pot").open("rb") as file:
        template = read_po(file)
    for name, known in (
        ("messages.pot", ids_in(template)),
        *((language, ids_in(catalog(language))) for language in LANGUAGES),
    ):
        for id in sorted(map(str, code - known)):
            yield f"{name}: «{id}» is in the code only: make messages"
        for id in sorted(map(str, known - code)):
            yield f"{name}: «{id}» is not in the code: make messages"


def incomplete(language: str, of: Catalog) -> Iterator[str]:
    for message in _messages(of):
        where = f"{language} «{message.id}»"
        forms = _forms(message)
        if message.fuzzy:
            yield f"{where}: fuzzy"
        if not forms or not all(forms):
            yield f"{where}: no translation"
        if message.pluralizable and len(forms) != PLURAL_FORMS[language]:
            yield f"{where}: {len(forms)} plural forms, not {PLURAL_FORMS[language]}"
        if language == "ky" and len(set(forms)) > 1:
            yield f"{where}: Kyrgyz has one form for all numbers"
    for id in of.obsolete:
        yield f"{language} «{id}»: obsolete"


# --- each text --------------------------------------------------------------------------------


def markup_faults(text: Text) -> Iterator[str]:
    """Placeholders, tags, icons, commands and numbers are those of the msgid."""
    for what, of in (
        ("placeholders", fields_of),
        ("tags", _tags),
        ("icons", _icons),
        ("commands", _commands),
        ("numbers", _numbers),
    ):
        if of(text.id) != of(text.words):
            yield f"{text}: other {what} in «{text.words}»"
    if _first_icon(text.id) != _first_icon(text.words):
        yield f"{text}: another beginning in «{text.words}»"
    if not _balanced(text.words):
        yield f"{text}: tags don't match in «{text.words}»"


def fields_of(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field is not None}


def _tags(text: str) -> Counter[str]:
    return Counter(re.findall(r"<[^<>]*>", text))


def _icons(text: str) -> Counter[str]:
    return Counter(sign for sign in text if unicodedata.category(sign) == "So" or sign in "▶◀•")


def _first_icon(text: str) -> str:
    """The sign that the text begins with, after tags; empty for a word."""
    first = re.sub(r"^(<[^<>]*>)+", "", text).split(" ", 1)[0]
    return first if first and not any(sign.isalnum() or sign in "«{" for sign in first) else ""


def _commands(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w<])/[a-z]+", text))


def _numbers(text: str) -> Counter[str]:
    return Counter(re.findall(r"\d+", re.sub(r"<[^<>]*>", "", text)))


class _Open(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.sound = True

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.stack or self.stack.pop() != tag:
            self.sound = False


def _balanced(text: str) -> bool:
    parser = _Open()
    parser.feed(text)
    parser.close()
    return parser.sound and not parser.stack


def wording_faults(text: Text) -> Iterator[str]:
    """Spelling and signs, and no words of another language."""
    if text.words in BOTH_LANGUAGES:
        return
    for latin in re.findall(r"[A-Za-z]{2,}", kyrgyz.MARKUP.sub(" ", text.words)):
        if latin not in LATIN:
            yield f"{text}: «{latin}» is not translated"
    if text.language == "ky":
        found = kyrgyz.faults(text.words)
    else:
        found = [*kyrgyz.typography(text.words), *_russian_faults(text.words)]
    yield from (f"{text}: {fault} in «{text.words}»" for fault in found)


def _russian_faults(words: str) -> Iterator[str]:
    for models in KYRGYZ_IN_RUSSIAN:
        words = words.replace(models, "")
    if found := re.search(r"\w*[өүңѳӊ]\w*", words, re.IGNORECASE):
        yield f"«{found[0]}» is Kyrgyz"
    if re.search(r"\w\((на|а|ла|ся)\)", words):
        yield "the brackets of two genders"


# --- all together -----------------------------------------------------------------------------


def problems() -> list[str]:
    found = list(out_of_step())
    for language in LANGUAGES:
        found += incomplete(language, catalog(language))
        for text in texts(language):
            if text.words:
                found += markup_faults(text)
                found += wording_faults(text)
    found += kyrgyz.twins(text.words for text in texts("ky"))
    found += fitting.faults(translation)
    return list(dict.fromkeys(found))


def main() -> int:
    found = problems()
    for line in found:
        print(line)
    count = len(list(texts("ky")))
    print(f"{len(found)} faults in the catalogs" if found else f"{count} texts in ky and ru: right")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
