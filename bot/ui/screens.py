"""What a person sees: a text, buttons under it, perhaps a picture; and its wire form."""

from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from bot.ui.callbacks import Callback

CAPTION_LIMIT = 1024
Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message; the label is plain text, never HTML."""

    label: str
    action: Callback | None = None
    url: str | None = None

    def wire(self) -> Payload:
        text = self.label.unescape() if isinstance(self.label, Markup) else self.label
        if self.url is not None:
            return {"text": text, "url": self.url}
        assert self.action is not None, f"the button {text!r} does nothing"
        return {"text": text, "callback_data": self.action.pack()}


Row = tuple[Button, ...]
Rows = tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that is made when it is sent, by the maker registered under `maker`.

    `reuse`: what it shows never changes, so Telegram's copy is sent to everybody else.
    """

    maker: str
    subject: int
    language: str
    reuse: bool = False

    def wire(self) -> Payload:
        return {
            "maker": self.maker,
            "subject": self.subject,
            "language": self.language,
            "reuse": self.reuse,
        }


@dataclass(frozen=True, slots=True)
class Screen:
    """One message: HTML text and rows of buttons.

    A picture is Telegram's file id or an `Attachment`; the text is then its caption.
    """

    text: str
    rows: Rows = ()
    picture: str | Attachment | None = None
    document: Attachment | None = None
    voice: str | None = None
    keyboard: "ReplyKeyboard | RemoveKeyboard | None" = None
    silent: bool = field(default=False)
    ballot_of: int | None = None
    """The vote of which it shows somebody's unsent choice: not kept once the vote is over."""

    @property
    def is_text(self) -> bool:
        return self.picture is None and self.document is None and self.voice is None

    def call(self) -> tuple[str, Payload]:
        """The Bot API method that sends it as a new message, and its parameters but the chat."""
        payload: Payload = {}
        if self.is_text:
            method = "sendMessage"
            payload["text"] = str(self.text)
            payload["link_preview_options"] = {"is_disabled": True}
        else:
            kind, content = self._content()
            method = f"send{kind.capitalize()}"
            payload[kind] = content.wire() if isinstance(content, Attachment) else content
            if self.text:
                payload["caption"] = str(self.text)
        if self.text:
            payload["parse_mode"] = "HTML"
        if self.silent:
            payload["disable_notification"] = True
        if markup := self.markup():
            payload["reply_markup"] = markup
        return method, payload

    def edit(self, message_id: int) -> tuple[str, Payload]:
        """The method that turns an earlier message of text into this one."""
        assert self.is_text, "only a text can take the place of a text"
        payload: Payload = {
            "message_id": message_id,
            "text": str(self.text),
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
        }
        if self.rows:
            payload["reply_markup"] = self.markup()
        return "editMessageText", payload

    def markup(self) -> Payload | None:
        if self.rows:
            return {"inline_keyboard": [[button.wire() for button in row] for row in self.rows]}
        return self.keyboard.wire() if self.keyboard else None

    def _content(self) -> tuple[str, str | Attachment]:
        if self.picture is not None:
            return "photo", self.picture
        if self.document is not None:
            return "document", self.document
        assert self.voice is not None
        return "voice", self.voice


@dataclass(frozen=True, slots=True)
class ReplyKeyboard:
    """Buttons in place of the phone's keyboard; the first asks for the location."""

    location_label: str
    other_labels: tuple[str, ...] = ()

    def wire(self) -> Payload:
        rows: list[list[Payload]] = [
            [{"text": plain(self.location_label), "request_location": True}]
        ]
        rows += [[{"text": plain(label)}] for label in self.other_labels]
        return {"keyboard": rows, "resize_keyboard": True, "one_time_keyboard": True}


@dataclass(frozen=True, slots=True)
class RemoveKeyboard:
    """Takes a reply keyboard away."""

    def wire(self) -> Payload:
        return {"remove_keyboard": True}


def plain(text: str) -> str:
    """What a reader sees of an HTML text: no tags, no entities."""
    return Markup(text).striptags() if isinstance(text, Markup) else text


def len_in_telegram(text: str) -> int:
    """How long Telegram takes a plain text to be: characters beyond U+FFFF count twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def column(*buttons: Button) -> Rows:
    """Each button in a row of its own."""
    return tuple((button,) for button in buttons)


def grid(buttons: list[Button], width: int) -> Rows:
    """Buttons side by side, `width` in a row."""
    return tuple(tuple(buttons[i : i + width]) for i in range(0, len(buttons), width))


def lines(*parts: str | None) -> Markup:
    """HTML lines under each other; None is left out, "" is an empty line."""
    return Markup("\n").join(part for part in parts if part is not None)
