"""What somebody in the demo's story does with a phone: opens links, writes, taps."""

from bot.ui.callbacks import Callback, unpack
from simulator import Message, Telegram


class Unscripted(Exception):
    """The bot doesn't show the button that the story asks for."""


class Phone:
    """Buttons are found by what they mean, not by what they say in some language."""

    def __init__(self, telegram: Telegram, person_id: int) -> None:
        self._telegram = telegram
        self.id = person_id

    def opens(self, payload: str) -> None:
        self._telegram.people.opens_link(self.id, payload)

    def says(self, text: str) -> None:
        self._telegram.people.says(self.id, text)

    def taps(self, kind: type[Callback], **fields: object) -> None:
        """Taps the newest button of this kind whose fields are as given; raises as `button`."""
        message_id, data = self.button(kind, **fields)
        self._telegram.people.taps(self.id, message_id, data=data)

    def button(self, kind: type[Callback], **fields: object) -> tuple[int, str]:
        """The id of the message with the newest such button, and the button's data.

        Raises:
            Unscripted: there is none.
        """
        for message in reversed(self._telegram.screen(self.id)):
            for data in _callback_data(message):
                action = unpack(data)
                if isinstance(action, kind) and all(
                    getattr(action, name) == value for name, value in fields.items()
                ):
                    return message.id, data
        raise Unscripted(f"no button {kind.__name__} with {fields}")


def _callback_data(message: Message) -> list[str]:
    rows = message.inline_keyboard or []
    return [button["callback_data"] for row in rows for button in row if "callback_data" in button]
