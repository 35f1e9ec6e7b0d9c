"""Telegram's HTML, read as its own parser does; offsets and lengths are in UTF-16 units."""

import re
from dataclasses import dataclass

from simulator.model import Json
from simulator.refusal import Refusal, bad_request

SPACE = " \t\r\n\v\0"
PLAIN_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
}
TAGS = PLAIN_TAGS.keys() | {"a", "pre", "code", "blockquote", "tg-emoji"}
NAMED_CHARACTERS = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}

_CHARACTER = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-zA-Z]+));?")
_SPECIAL = re.compile("[<&]")
_NAME_TOKEN = re.compile(r"[A-Za-z0-9.\-]*")


@dataclass(frozen=True, slots=True)
class Formatted:
    text: str
    entities: list[Json]


def utf16_length(text: str) -> int:
    """How long Telegram takes the text to be: characters beyond U+FFFF count twice."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True, slots=True)
class _Open:
    """A tag that waits for its end."""

    tag: str
    argument: str
    offset: int
    begin: int


def parse_html(html: str) -> Formatted:
    """Read Telegram's HTML as its own parser does, word for word in what it refuses."""
    return _HtmlParser(html).parse()


class _HtmlParser:
    def __init__(self, html: str):
        self.html = html
        self.at = 0
        self.pieces: list[str] = []
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[Json] = []

    def parse(self) -> Formatted:
        html = self.html
        while self.at < len(html):
            stop = self._next_special()
            if stop > self.at:
                self._write(html[self.at : stop])
                self.at = stop
            elif html[self.at] == "&":
                self._read_character()
            elif html.startswith("</", self.at):
                self._read_end_tag()
            else:
                self._read_start_tag()
        if self.open:
            raise _cannot_parse(
                f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"'
            )
        entities = sorted(self.entities, key=lambda e: (e["offset"], -e["length"]))
        return Formatted("".join(self.pieces), entities)

    def _next_special(self) -> int:
        found = _SPECIAL.search(self.html, self.at)
        return found.start() if found else len(self.html)

    def _write(self, text: str) -> None:
        self.pieces.append(text)
        self.offset += utf16_length(text)

    def _peek(self) -> str:
        """The character at the cursor, NUL past the end."""
        return self.html[self.at] if self.at < len(self.html) else "\0"

    def _skip(self, wanted: str) -> None:
        while self.at < len(self.html) and self.html[self.at] in wanted:
            self.at += 1

    def _skip_until(self, stops: str) -> None:
        while self.at < len(self.html) and self.html[self.at] not in stops:
            self.at += 1

    def _read_character(self) -> None:
        self._write(self._character() or "&")

    def _character(self) -> str | None:
        """Decode a reference at the cursor and pass it; pass the bare `&` and return None."""
        found = _CHARACTER.match(self.html, self.at)
        decoded = _decoded(found) if found else None
        self.at = found.end() if found and decoded else self.at + 1
        return decoded

    def _read_start_tag(self) -> None:
        begin = self.at
        self.at += 1
        self._skip_until(SPACE + ">")
        if self.at >= len(self.html):
            raise self._refusal("Unclosed start tag", begin)
        tag = self.html[begin + 1 : self.at].lower()
        if tag not in TAGS:
            raise self._refusal(f'Unsupported start tag "{tag}"', begin)
        argument = self._read_attributes(tag, begin)
        if tag == "span" and argument != "spoiler":
            raise self._refusal('Tag "span" must have class "tg-spoiler"', begin)
        self.at += 1
        self.open.append(_Open(tag, argument, self.offset, len(self.pieces)))

    def _read_attributes(self, tag: str, begin: int) -> str:
        """Stop at the closing `>`; return the one value that matters for the tag."""
        argument = ""
        while True:
            self._skip(SPACE)
            if self._peek() == ">":
                return argument
            name_begin = self.at
            self._skip_until(SPACE + "=>/\"'")
            name = self.html[name_begin : self.at].lower()
            if not name:
                words = (
                    "Unclosed start tag"
                    if self._ended()
                    else (f'Empty attribute name in the tag "{tag}"')
                )
                raise self._refusal(words, begin)
            self._skip(SPACE)
            if self._ended():
                raise self._refusal(f'Unclosed start tag "{tag}"', begin)
            if self._peek() != "=":
                if (tag, name) == ("blockquote", "expandable"):
                    argument = "1"
                continue
            value = self._read_value(begin)
            argument = _argument(tag, name, value, argument)

    def _ended(self) -> bool:
        return self.at >= len(self.html)

    def _read_value(self, begin: int) -> str:
        self.at += 1
        self._skip(SPACE)
        if self._ended():
            raise self._refusal("Unclosed start tag", begin)
        quote = self._peek()
        if quote not in "'\"":
            token = self.at
            found = _NAME_TOKEN.match(self.html, token)
            assert found is not None
            self.at = found.end()
            if self._peek() not in SPACE + ">":
                raise self._refusal("Unexpected end of name token", token)
            value = found.group().lower()
        else:
            self.at += 1
            value = self._read_quoted(quote)
        if self._ended():
            raise self._refusal("Unclosed start tag", begin)
        return value

    def _read_quoted(self, quote: str) -> str:
        pieces: list[str] = []
        while not self._ended() and (character := self._peek()) != quote:
            if character == "&":
                pieces.append(self._character() or "&")
            else:
                pieces.append(character)
                self.at += 1
        self.at += 1
        return "".join(pieces)

    def _read_end_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise self._refusal("Unexpected end tag", begin)
        self._skip_until(SPACE + ">")
        name = self.html[begin + 2 : self.at].lower()
        self._skip(SPACE)
        if self._peek() != ">":
            raise self._refusal("Unclosed end tag", begin)
        started = self.open.pop()
        if name and name != started.tag:
            raise self._refusal(
                "Unmatched end tag", begin, f', expected "</{started.tag}>", found "</{name}>"'
            )
        self.at += 1
        length = self.offset - started.offset
        if length:
            self._close(started, length)

    def _close(self, started: _Open, length: int) -> None:
        entity: Json = {"offset": started.offset, "length": length}
        match started.tag:
            case "a":
                url = started.argument or "".join(self.pieces[started.begin :])
                link = _link(url)
                if link is None:
                    return
                entity |= link
            case "pre" | "code":
                self._close_code(started, entity)
                return
            case "blockquote":
                kind = "expandable_blockquote" if started.argument else "blockquote"
                entity["type"] = kind
            case "tg-emoji":
                if not started.argument.isdigit():
                    raise _cannot_parse("Invalid custom emoji identifier specified")
                entity |= {"type": "custom_emoji", "custom_emoji_id": started.argument}
            case tag:
                entity["type"] = PLAIN_TAGS[tag]
        self.entities.append(entity)

    def _close_code(self, started: _Open, entity: Json) -> None:
        """`<pre><code class="language-x">` becomes one entity with a language."""
        last = self.entities[-1] if self.entities else None
        nested = last is not None and all(last[k] == entity[k] for k in ("offset", "length"))
        if nested and last is not None and {last["type"], started.tag} == {"pre", "code"}:
            language = started.argument or last.get("language", "")
            last["type"] = "pre"
            if language:
                last["language"] = language
            return
        entity["type"] = started.tag
        if started.argument:
            entity["language"] = started.argument
        self.entities.append(entity)

    def _refusal(self, words: str, index: int, rest: str = "") -> Refusal:
        byte_offset = len(self.html[:index].encode())
        return _cannot_parse(f"{words} at byte offset {byte_offset}{rest}")


def _cannot_parse(words: str) -> Refusal:
    return bad_request(f"can't parse entities: {words}")


def _decoded(found: re.Match[str]) -> str | None:
    hexadecimal, decimal, name = found.groups()
    if name:
        return NAMED_CHARACTERS.get(name)
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if not 0 < code < 0x10FFFF or 0xD800 <= code < 0xE000 or len(found.group()) > 10:
        return None
    return chr(code)


def _argument(tag: str, name: str, value: str, before: str) -> str:
    match tag, name:
        case ("a", "href") | ("tg-emoji", "emoji-id"):
            return value
        case "code", "class" if value.startswith("language-"):
            return value.removeprefix("language-")
        case "span", "class" if value.startswith("tg-"):
            return value.removeprefix("tg-")
        case "blockquote", "expandable":
            return "1"
        case _:
            return before


def _link(url: str) -> Json | None:
    """The entity of a link; None where Telegram leaves bare text, as for a wrong address."""
    if mention := re.fullmatch(r"tg://user\?id=(\d+)", url):
        return {"type": "text_mention", "user_id": int(mention[1])}
    checked = checked_url(url)
    return {"type": "text_link", "url": checked} if checked else None


def checked_url(url: str) -> str | None:
    """The address as Telegram stores it, None if it would not take it."""
    url = url.strip()
    if re.fullmatch(r"(?:tg|ton|tonsite)://\S+", url):
        return url
    if "://" not in url:
        url = f"http://{url}"
    found = re.fullmatch(r"(https?)://([^/?#\s]+)(\S*)", url, re.IGNORECASE)
    if not found:
        return None
    scheme, host, rest = found.groups()
    name = host.rsplit("@", 1)[-1].split(":", 1)[0]
    if "." not in name.strip(".") and name != "localhost":
        return None
    return f"{scheme.lower()}://{host.lower()}{rest or '/'}"
