"""A bare Bot API server in its own program: it answers, plays people and measures them.

`python -m benchmarks.stub_server --people 64 --delay-ms 60` prints `{"port": …}` once it
listens. The people start to tap when the bot first polls or sets a webhook. Beside the Bot API
there are `/admin/state`, `/admin/open` (start measuring), `/admin/close` (report as JSON) and
`/admin/stop` (nobody taps again).
"""

import argparse
import asyncio
import json
import signal
from collections import Counter
from dataclasses import dataclass
from typing import Any, Protocol

import uvloop

from benchmarks.delivery import Inbox, Webhook, encode
from benchmarks.parameters import Parameters, read_parameters
from benchmarks.people import People
from benchmarks.results import result_of
from benchmarks.scenario import Update, load_scenario
from benchmarks.wire import Request, ServerConnection, clock

DEFAULT_CONNECTIONS = 40
TRUE = b'{"ok":true,"result":true}'
UNKNOWN = b'{"ok":false,"error_code":404,"description":"Not Found: method not found"}'


@dataclass(frozen=True, slots=True)
class StubOptions:
    """How the server plays; the scenario is `module:factory` and what the factory gets."""

    port: int = 0
    people: int = 1
    delay_ms: float = 0
    think_ms: float = 0
    scenario: str = "benchmarks.scenario:PlainTaps"
    scenario_argument: str = ""


class Limits(Protocol):
    """Decides on each call before it is carried out."""

    def refuse(self, method: str, parameters: Parameters, now: float) -> int | None:
        """Seconds for `retry_after`, or None when the call is accepted."""
        ...

    def report(self) -> dict[str, Any]: ...


class StubServer:
    """One bot's Telegram."""

    def __init__(self, options: StubOptions, limits: Limits | None = None) -> None:
        self._delay = options.delay_ms / 1000
        self._limits = limits
        scenario = load_scenario(options.scenario, options.scenario_argument)
        self._people = People(scenario, options.people, options.think_ms / 1000, self._deliver)
        self._inbox = Inbox(self._delay, self._people.handed_out)
        self._webhook: Webhook | None = None
        self._message_id = 10
        self._calls: Counter[str] = Counter()
        self._unknown: Counter[str] = Counter()
        self._connected_at: float | None = None
        self._first_call_at: float | None = None
        self._last_call_at: float | None = None

    def handle(self, request: Request) -> None:
        path = request.path.partition("?")[0]
        if path.startswith("/admin/"):
            request.reply(encode(self._administer(path.removeprefix("/admin/"))))
            return
        method = path.rpartition("/")[2]
        self._call(method, read_parameters(request.content_type, request.body), request)

    def _call(self, method: str, parameters: Parameters, request: Request) -> None:
        self._calls[method] += 1
        self._first_call_at = self._first_call_at or request.arrived_at
        self._last_call_at = request.arrived_at
        match method:
            case "getUpdates":
                self._connected()
                self._inbox.poll(request, parameters)
            case "setWebhook":
                self._later(request, TRUE)
                self._set_webhook(parameters)
            case "deleteWebhook":
                self._later(request, TRUE)
                self._set_webhook({})
            case _:
                self._carry_out(method, parameters, request)

    def _carry_out(self, method: str, parameters: Parameters, request: Request) -> None:
        if self._limits is not None:
            wait = self._limits.refuse(method, parameters, request.arrived_at)
            if wait is not None:
                self._later(request, _too_many(wait), 429)
                return
        self._message_id += 1
        result = result_of(method, parameters, self._message_id)
        if result is None:
            self._unknown[method] += 1
            self._later(request, UNKNOWN, 404)
            return
        self._later(request, encode({"ok": True, "result": result}))
        self._tell_people(method, parameters, result, request.arrived_at)

    def _tell_people(self, method: str, parameters: Parameters, result: Any, at: float) -> None:
        if isinstance(result, dict) and "message_id" in result:
            parameters["message_id"] = result["message_id"]
        self._people.called(method, parameters, at)

    def _later(self, request: Request, body: bytes, status: int = 200) -> None:
        if self._delay:
            asyncio.get_running_loop().call_later(self._delay, request.reply, body, status)
        else:
            request.reply(body, status)

    def _deliver(self, update: Update) -> None:
        if self._webhook is not None:
            self._webhook.put(update)
        else:
            self._inbox.put(update)

    def _connected(self) -> None:
        self._connected_at = self._connected_at or clock()
        self._people.start()

    def _set_webhook(self, parameters: Parameters) -> None:
        if self._webhook is not None:
            self._webhook.close()
            self._webhook = None
        url = str(parameters.get("url", ""))
        if not url:
            return
        self._webhook = Webhook(
            url,
            str(parameters.get("secret_token", "")),
            int(parameters.get("max_connections") or DEFAULT_CONNECTIONS),
            self._people.handed_out,
            self._called_in_answer,
        )
        self._connected()

    def _called_in_answer(self, parameters: Parameters) -> None:
        """A bot may put one call into its answer to a webhook post; nobody answers that call."""
        method = str(parameters.get("method", ""))
        self._calls[method] += 1
        self._message_id += 1
        result = result_of(method, parameters, self._message_id)
        self._tell_people(method, parameters, result, clock())

    def _administer(self, command: str) -> dict[str, Any]:
        match command:
            case "open":
                self._calls.clear()
                if self._webhook is not None:
                    self._webhook.retries = 0
                self._people.open_window()
                return {}
            case "close":
                return self._people.close_window().as_json() | self._counts()
            case "stop":
                self._people.stop()
                return {}
            case "limits":
                return self._limits.report() if self._limits else {}
            case _:
                return {
                    "connected_at": self._connected_at,
                    "first_call_at": self._first_call_at,
                    "last_call_at": self._last_call_at,
                    "finished_taps": self._people.finished_taps,
                } | self._counts()

    def _counts(self) -> dict[str, Any]:
        return {
            "calls": dict(self._calls),
            "unknown": dict(self._unknown),
            "webhook_retries": self._webhook.retries if self._webhook else 0,
        }


def _too_many(wait: int) -> bytes:
    return encode(
        {
            "ok": False,
            "error_code": 429,
            "description": f"Too Many Requests: retry after {wait}",
            "parameters": {"retry_after": wait},
        }
    )


async def serve(server: StubServer, port: int) -> None:
    """Serve until SIGTERM or SIGINT; print the port when listening."""
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(
        lambda: ServerConnection(server.handle), "127.0.0.1", port, backlog=1024
    )
    print(json.dumps({"port": listening.sockets[0].getsockname()[1]}), flush=True)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()
    listening.close()


def option_parser(description: str) -> argparse.ArgumentParser:
    """Arguments that become StubOptions, one for one."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--people", type=int, default=1)
    parser.add_argument("--delay-ms", type=float, default=0)
    parser.add_argument("--think-ms", type=float, default=0)
    parser.add_argument("--scenario", default=StubOptions().scenario)
    parser.add_argument("--scenario-argument", default="")
    return parser


def main() -> None:
    arguments = option_parser("A bare Bot API server that plays people and measures them.")
    options = StubOptions(**vars(arguments.parse_args()))
    uvloop.run(serve(StubServer(options), options.port))


if __name__ == "__main__":
    main()
