"""Whatever parameters come, a call is answered and never breaks the server."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import UploadedFile
from simulator.table import TABLE
from tests.simulator.village import Now, Village, inline

KEYS = ["type", "media", "text", "callback_data", "url", "message_id", "chat_id", "user_id"]
KEYS += ["offset", "length", "user", "command", "description", "caption", "caption_entities"]
KEYS += ["inline_keyboard", "keyboard", "remove_keyboard", "force_reply", "parse_mode", "entities"]
WORDS = ["photo", "chat_member", "chat", "bold", "text_mention", "HTML", "x", "", "0", "-1", "2"]
WORDS += ["attach://a", "[]", "{", '{"message_id": 2}', "@x", "\ud83c", "typing", "ky"]

village = Village(Now())
village.people.opens_link(village.aida.id)
asyncio.run(village.sends("x", reply_markup=inline([("Ооба", "y")])))
FILES = {"a": UploadedFile("a.jpg", b"\xff\xd8x"), "photo": UploadedFile("b", b"GIF89a....")}

scalars = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from([village.aida.id, str(village.aida.id), -5, 2, 1, 0, 10**30, 1.5, None, True]),
)
shallow = scalars | st.lists(scalars, max_size=2)
flat = st.dictionaries(st.sampled_from(KEYS), shallow, max_size=6)
deep = st.dictionaries(st.sampled_from(KEYS), shallow | flat | st.lists(st.lists(flat)), max_size=6)
values = st.one_of(scalars, deep, st.lists(flat, max_size=3))


RIGHT: dict[str, Any] = {
    "chat_id": village.aida.id,
    "from_chat_id": village.aida.id,
    "user_id": village.aida.id,
    "text": "x",
    "latitude": 1,
    "longitude": 1,
    "title": "x",
    "address": "x",
    "phone_number": "1",
    "first_name": "x",
    "action": "typing",
    "url": "http://127.0.0.1/",
    "media": {"type": "document", "media": "attach://a"},
}


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    method = draw(st.sampled_from(sorted(TABLE)))
    names = sorted(TABLE[method].names - {"timeout"})
    params = {name: RIGHT[name] for name in names if name in RIGHT}
    params |= {name: draw(values) for name in names if draw(st.integers(0, 3)) == 0}
    if "message_id" in names and draw(st.booleans()):
        params["message_id"] = asyncio.run(village.sends("y"))
    return method, params


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("sendMessage", {"reply_parameters": {"message_id": [1]}}),
        (
            "sendMessage",
            {"reply_parameters": {"message_id": 9999, "allow_sending_without_reply": 1}},
        ),
        ("sendMessage", {"entities": [{"type": [], "offset": 0, "length": 1}]}),
        ("sendMessage", {"entities": [{"type": "bold", "offset": "x", "length": 1}]}),
        ("sendMessage", {"entities": [{"type": "text_mention", "offset": 0, "length": 1}]}),
        (
            "sendMessage",
            {"entities": [{"type": "text_mention", "offset": 0, "length": 1, "user": 5}]},
        ),
        ("sendMediaGroup", {"media": [{"type": []}, {"type": "photo"}]}),
        ("sendMediaGroup", {"media": [{"type": "photo", "media": {}}] * 2}),
        ("setMyCommands", {"commands": [], "scope": {"type": []}}),
        ("setMyCommands", {"commands": [], "scope": {"type": "chat", "chat_id": []}}),
        ("deleteMessages", {"message_ids": [[1]]}),
    ],
)
async def test_wrong_types_inside_objects_are_refused(method: str, params: dict[str, Any]) -> None:
    words = await village.refusal(method, **{"chat_id": village.aida.id, "text": "x", **params})
    assert words.startswith("Bad Request: ")


@settings(max_examples=300, deadline=None)
@given(calls())
def test_every_call_is_answered(call: tuple[str, dict[str, Any]]) -> None:
    method, params = call
    answer = asyncio.run(village.call(method, FILES, **params))
    assert answer.status in {200, 400, 403, 404, 409}
    assert answer.body["ok"] is answer.ok
