"""Answers to taps."""

from datetime import timedelta

from simulator.markup import utf16_length
from simulator.model import CallbackAnswer
from simulator.parameters import Flag, Integer, Text
from simulator.refusal import bad_request
from simulator.table import Call, method

ANSWER_WITHIN = timedelta(seconds=15)
"""Telegram publishes no figure; a client shows its progress bar about so long."""

MAX_ANSWER = 200
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@method
def answer_callback_query(
    call: Call,
    callback_query_id: Text,
    text: Text = "",
    show_alert: Flag = False,
    url: Text = "",
    cache_time: Integer = 0,
) -> bool:
    telegram = call.telegram
    query = telegram.queries.get(callback_query_id)
    if query is None or query.bot is not call.bot:
        raise bad_request(TOO_OLD)
    if telegram.clock.now() - query.asked > ANSWER_WITHIN:
        del telegram.queries[callback_query_id]
        raise bad_request(TOO_OLD)
    if utf16_length(text) > MAX_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    del telegram.queries[callback_query_id]
    telegram.show_answer(
        query.person_id, CallbackAnswer(text, show_alert, callback_query_id, url or None)
    )
    return True
