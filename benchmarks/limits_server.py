"""The stub server with Telegram's sending limits: over them it answers 429 with `retry_after`.

`python -m benchmarks.limits_server` takes the stub's arguments and the rates below;
`/admin/limits` reports what was sent and refused.
"""

import uvloop

from benchmarks.limits import LimitRates, TelegramLimits
from benchmarks.stub_server import StubOptions, StubServer, option_parser, serve

_RATES = ("overall_per_second", "paid_per_second", "chat_per_second", "group_per_minute")


def main() -> None:
    parser = option_parser("A bare Bot API server with Telegram's sending limits.")
    defaults = LimitRates()
    for name in (*_RATES, "shortest_wait"):
        option = "--" + name.replace("_", "-")
        parser.add_argument(option, type=int, default=getattr(defaults, name))
    parser.add_argument("--edits-count", action="store_true")
    arguments = vars(parser.parse_args())
    names = (*_RATES, "shortest_wait", "edits_count")
    rates = LimitRates(**{name: arguments.pop(name) for name in names})
    options = StubOptions(**arguments)
    uvloop.run(serve(StubServer(options, TelegramLimits(rates)), options.port))


if __name__ == "__main__":
    main()
