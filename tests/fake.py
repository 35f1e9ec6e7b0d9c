"""Telegram at the HTTP seam: PTB's BaseRequest that ends in the simulator, without a socket."""

import json
from typing import Any

from telegram.error import NetworkError
from telegram.request import BaseRequest, RequestData

from bot.request import Call
from simulator.model import UploadedFile
from simulator.telegram import Telegram

API = "http://telegram.test"


class FakeRequest(BaseRequest):
    """Real PTB, real serialisation, the simulator's rules.

    `broken` makes calls fail before they reach Telegram; `lost` after Telegram carried them out.
    """

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        self.broken = False
        self.lost = 0

    @property
    def read_timeout(self) -> float:
        return 5.0

    async def initialize(self) -> None:
        """There is nothing to open."""

    async def shutdown(self) -> None:
        """There is nothing to close."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = None,
        write_timeout: Any = None,
        connect_timeout: Any = None,
        pool_timeout: Any = None,
    ) -> tuple[int, bytes]:
        if self.broken:
            raise NetworkError("Telegram is down")
        token, name = url.removeprefix(f"{API}/bot").split("/")
        parameters, files = _read(request_data)
        answer = await self._telegram.call(token, name, parameters, files)
        if self.lost and name.startswith("send"):
            self.lost -= 1
            raise NetworkError("the answer was lost")
        if answer.status == 0:
            raise NetworkError("the connection was closed")
        return answer.status, json.dumps(answer.body).encode()


def _read(data: RequestData | None) -> tuple[dict[str, Any], dict[str, UploadedFile]]:
    if data is None:
        return {}, {}
    if isinstance(data, Call):
        files = {
            name: UploadedFile(file.name, file.content, file.mime)
            for name, file in data.files.items()
        }
        return json.loads(json.dumps(data.payload)), files
    return dict(data.json_parameters), {}
