"""The chat page's routes: what it is told, what it can do, whom it refuses."""

import asyncio
import base64
import json
import re
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from simulator.page import FILES, DemoLink, DemoPlace, page_routes
from tests.simulator.village import TOKEN, Village, inline

HOME = "http://127.0.0.1:8080"
Json = dict[str, Any]


def app_of(village: Village, **options: Any) -> Starlette:
    return Starlette(routes=page_routes(village.telegram, **options))


def browser_of(app: Starlette, **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url=HOME, headers=headers)


@pytest.fixture
async def browser(village: Village) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(app_of(village)) as client:
        yield client


class Stream:
    """A page's stream of events, read one by one."""

    def __init__(self) -> None:
        self._chunks: asyncio.Queue[str] = asyncio.Queue()
        self.gone = asyncio.Event()
        self.ids: list[int] = []

    async def receive(self) -> Json:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.body":
            self._chunks.put_nowait(message.get("body", b"").decode())

    async def next(self, wanted: str) -> Any:
        """The data of the next event of that name; others are passed over."""
        async with asyncio.timeout(5):
            while True:
                lines = dict(
                    line.split(": ", 1)
                    for line in (await self._chunks.get()).splitlines()
                    if ": " in line[1:]
                )
                if "id" in lines:
                    self.ids.append(int(lines["id"]))
                if lines.get("event") == wanted:
                    return json.loads(lines["data"])


@asynccontextmanager
async def stream_of(app: Starlette) -> AsyncIterator[Stream]:
    stream = Stream()
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/events",
        "raw_path": b"/events",
        "root_path": "",
        "query_string": b"",
        "http_version": "1.1",
        "headers": [(b"host", b"127.0.0.1:8080")],
    }
    task = asyncio.create_task(app(scope, stream.receive, stream.send))
    try:
        yield stream
    finally:
        stream.gone.set()
        await asyncio.wait_for(task, 5)


def file_json(content: bytes, name: str = "a.jpg", mime: str = "image/jpeg") -> Json:
    return {"name": name, "mime": mime, "content": base64.b64encode(content).decode()}


# ------------------------------------------------------------ the files of the page


async def test_the_page_and_all_it_asks_for_are_served(browser: httpx.AsyncClient) -> None:
    index = await browser.get("/")
    assert index.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in index.headers["content-security-policy"]
    wanted = set(re.findall(r'(?:href|src)="(/page/[^"#]+)', index.text))
    for module in FILES.glob("*.js"):
        wanted |= {f"/page/{name}" for name in re.findall(r'from "\./([^"]+)"', module.read_text())}
    for sheet in FILES.glob("*.css"):
        wanted |= set(re.findall(r'url\("(/page/[^"]+)"\)', sheet.read_text()))
    assert "/page/app.js" in wanted
    for path in wanted:
        assert (await browser.get(path)).status_code == 200, path


def test_every_icon_that_the_page_names_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (FILES / "icons.svg").read_text()))
    named = set(re.findall(r"icons\.svg#([\w-]+)", (FILES / "index.html").read_text()))
    for module in FILES.glob("*.js"):
        named |= set(re.findall(r'\bicon(?:Button)?\("([\w-]+)"', module.read_text()))
        named |= set(re.findall(r'\bicon: "([\w-]+)"', module.read_text()))
    assert len(named) > 20
    assert named <= drawn


def test_the_page_never_makes_markup_of_data_and_asks_no_other_host() -> None:
    for file in FILES.glob("*.js"):
        source = file.read_text()
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", source
        )
    for file in FILES.iterdir():
        hosts = set(re.findall(r"https?://([\w.-]+)", file.read_text()))
        assert hosts <= {"t.me", "www.w3.org"}, file


# ------------------------------------------------------------ who is refused


@pytest.mark.parametrize(
    "host", ["ashar.example", "127.0.0.1.ashar.example", "192.168.0.7:8080", "[::1", ""]
)
async def test_a_foreign_host_is_refused(village: Village, host: str) -> None:
    async with browser_of(app_of(village), Host=host) as client:
        for path in ("/", "/page/app.js", "/events", "/media/x"):
            assert (await client.get(path)).status_code == 403, path
        assert (await client.post("/do/says", json={})).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "localhost"])
async def test_this_machine_is_served_by_any_of_its_names(village: Village, host: str) -> None:
    async with browser_of(app_of(village), Host=host, Origin=f"http://{host}") as client:
        assert (await client.get("/")).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://ashar.example"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    ],
)
async def test_another_sites_page_can_do_nothing(village: Village, headers: dict[str, str]) -> None:
    async with browser_of(app_of(village), **headers) as client:
        body = {"person": village.aida.id, "text": "/forget"}
        assert (await client.post("/do/says", json=body)).status_code == 403
    assert village.updates() == []


async def test_a_link_from_elsewhere_opens_the_page(village: Village) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    async with browser_of(app_of(village), **headers) as client:
        assert (await client.get("/")).status_code == 200


async def test_an_action_must_be_json_so_that_no_form_of_another_site_can_send_it(
    village: Village, browser: httpx.AsyncClient
) -> None:
    body = json.dumps({"person": village.aida.id, "text": "x"})
    answer = await browser.post("/do/says", content=body, headers={"content-type": "text/plain"})
    assert answer.status_code == 415
    assert village.updates() == []


# ------------------------------------------------------------ the stream


async def test_the_stream_begins_with_the_whole_village(village: Village) -> None:
    village.aida.note = "mobilizer"
    group = village.telegram.add_group("Бостери", [village.aida.id], [TOKEN])
    app = app_of(
        village,
        links=[DemoLink("Poster", "https://t.me/village_bot?start=v_1")],
        locations=[DemoPlace("Бостери", 42.65, 77.19)],
        time_zone="Asia/Bishkek",
    )
    async with stream_of(app) as stream:
        told = await stream.next("snapshot")
    assert told["bot"] == {
        "id": village.bot.id,
        "username": "village_bot",
        "names": {"": "Village"},
        "descriptions": {},
    }
    (person,) = told["people"]
    assert (person["name"], person["language"], person["note"]) == ("Айда", "ky", "mobilizer")
    assert [chat["title"] for chat in told["chats"]] == [None, "Бостери"]
    assert [talk["chat"] for talk in told["conversations"]] == [village.aida.id, group.id]
    assert told["links"] == [
        {"title": "Poster", "url": "https://t.me/village_bot?start=v_1", "text": ""}
    ]
    assert told["locations"] == [{"name": "Бостери", "latitude": 42.65, "longitude": 77.19}]
    assert told["zone"] == "Asia/Bishkek"
    assert told["restart"] is False
    assert told["clock"]["offset"] == 0


async def test_a_page_that_connects_anew_gets_the_present_state(village: Village) -> None:
    app = app_of(village)
    async with stream_of(app) as stream:
        await stream.next("snapshot")
    await village.sends("Missed")
    async with stream_of(app) as stream:
        told = await stream.next("snapshot")
    assert told["conversations"][0]["last"]["text"] == "Missed"


async def test_a_simulator_without_a_bot_still_shows_its_people(village: Village) -> None:
    village.telegram.bots.clear()
    async with stream_of(app_of(village)) as stream:
        told = await stream.next("snapshot")
    assert told["bot"] is None
    assert [person["name"] for person in told["people"]] == ["Айда"]


async def test_messages_come_with_their_formatting_buttons_and_place_in_the_list(
    village: Village,
) -> None:
    async with stream_of(app_of(village)) as stream:
        await stream.next("snapshot")
        sent = await village.sends(
            "<b>Салам</b>", parse_mode="HTML", reply_markup=inline([("Ооба", "yes")])
        )
        told = await stream.next("message")
        assert told["edited"] is False
        assert told["message"]["id"] == sent
        assert told["message"]["from"] == "bot"
        assert told["message"]["text"] == "Салам"
        assert told["message"]["entities"] == [{"type": "bold", "offset": 0, "length": 5}]
        assert told["message"]["buttons"] == [[{"text": "Ооба", "callback_data": "yes"}]]
        assert told["conversations"][0]["unread"] == 1
        await village.result(
            "editMessageText", chat_id=village.aida.id, message_id=sent, text="Рахмат"
        )
        told = await stream.next("message")
        assert told["edited"] is True
        assert (told["message"]["text"], told["message"]["buttons"]) == ("Рахмат", None)
        await village.result("deleteMessage", chat_id=village.aida.id, message_id=sent)
        assert (await stream.next("deleted"))["messages"] == [sent]
    assert stream.ids == sorted(set(stream.ids))


async def test_a_tap_is_told_and_so_is_its_answer(village: Village) -> None:
    message = await village.sends(reply_markup=inline([("Ооба", "yes")]))
    app = app_of(village)
    async with stream_of(app) as stream, browser_of(app) as client:
        await stream.next("snapshot")
        body = {"person": village.aida.id, "message": message, "data": "yes"}
        query = (await client.post("/do/taps", json=body)).json()["query"]
        assert (await stream.next("conversations"))[0]["unread"] == 0
        await village.result(
            "answerCallbackQuery", callback_query_id=query, text="Сакталды", show_alert=True
        )
        assert await stream.next("answer") == {
            "person": village.aida.id,
            "query": query,
            "text": "Сакталды",
            "modal": True,
            "url": None,
        }


async def test_what_else_happens_reaches_the_page(village: Village) -> None:
    aida, telegram = village.aida.id, village.telegram
    keyboard = {"keyboard": [["Ооба"]]}
    async with stream_of(app_of(village)) as stream:
        await stream.next("snapshot")
        await village.result("sendChatAction", chat_id=aida, action="typing")
        assert await stream.next("typing") == {"chat": aida, "action": "typing"}
        await village.sends(reply_markup=keyboard)
        told = await stream.next("keyboard")
        assert told["keyboard"]["keyboard"] == [[{"text": "Ооба"}]]
        village.people.blocks(aida)
        assert (await stream.next("person"))["blocked"] is True
        telegram.add_person("Бакыт")
        assert (await stream.next("person"))["name"] == "Бакыт"
        await village.result("setMyName", name="Ашар", language_code="ky")
        assert (await stream.next("bot"))["names"] == {"": "Village", "ky": "Ашар"}
        group = telegram.add_group("Бостери", [aida], [TOKEN])
        assert (await stream.next("chat"))["chat"]["title"] == "Бостери"
        assert (await stream.next("message"))["message"]["service"] == "Айда added Village"
        village.people.leaves(aida, group.id)
        while (told := await stream.next("chat"))["chat"]["members"] != [village.bot.id]:
            pass
        assert told["conversations"] == []


async def test_calls_are_told_with_what_went_wrong(village: Village) -> None:
    async with stream_of(app_of(village)) as stream:
        await stream.next("snapshot")
        await village.refusal("sendMessage", chat_id=village.aida.id, text="")
        (call,) = await stream.next("calls")
    assert (call["method"], call["status"]) == ("sendMessage", 400)
    assert call["description"] == "Bad Request: message text is empty"
    assert call["params"]["chat_id"] == village.aida.id


async def test_faults_are_told_when_they_change_and_when_one_is_spent(village: Village) -> None:
    app = app_of(village)
    async with stream_of(app) as stream, browser_of(app) as client:
        assert (await stream.next("snapshot"))["faults"]["lose_answers"] is False
        await client.post("/do/faults", json={"lose_answers": 1, "slow_ms": 0})
        assert (await stream.next("faults"))["lose_answers"] == 1
        lost = await village.call("sendMessage", chat_id=village.aida.id, text="x")
        assert lost.status == 0
        assert (await stream.next("faults"))["lose_answers"] == 0


async def test_the_stream_of_a_page_that_left_costs_nothing_more(village: Village) -> None:
    async with stream_of(app_of(village)) as stream:
        await stream.next("snapshot")
        assert village.telegram.events._subscriptions
    assert not village.telegram.events._subscriptions


# ------------------------------------------------------------ what is read


async def test_unread_messages_are_those_after_the_last_read_or_own_one(
    village: Village, browser: httpx.AsyncClient
) -> None:
    app, aida = app_of(village), village.aida.id

    async def unread() -> int:
        async with stream_of(app) as stream:
            count: int = (await stream.next("snapshot"))["conversations"][0]["unread"]
            return count

    assert await unread() == 0
    first = await village.sends("1")
    await village.sends("2")
    assert await unread() == 2
    async with browser_of(app) as client:
        await client.post("/do/reads", json={"person": aida, "message": first})
        assert await unread() == 1
    village.people.says(aida, "Рахмат")
    assert await unread() == 0


async def test_a_conversation_opens_with_messages_keyboard_and_commands(
    village: Village, browser: httpx.AsyncClient
) -> None:
    aida = village.aida.id
    commands = [{"command": "vote", "description": "Добуш берүү"}]
    await village.result("setMyCommands", commands=commands, language_code="ky")
    await village.sends("Айылыңыз?", reply_markup={"keyboard": [["Бостери"]]})
    opened = (await browser.get("/conversation", params={"person": aida, "chat": aida})).json()
    assert [message["text"] for message in opened["messages"]] == ["/start", "Айылыңыз?"]
    assert opened["messages"][0]["entities"][0]["type"] == "bot_command"
    assert opened["keyboard"]["keyboard"] == [[{"text": "Бостери"}]]
    assert opened["commands"] == commands


@pytest.mark.parametrize(
    ("query", "status"), [("person=7&chat=7", 404), ("person=x&chat=7", 400), ("", 400)]
)
async def test_a_conversation_that_is_not_there_is_refused(
    browser: httpx.AsyncClient, query: str, status: int
) -> None:
    answer = await browser.get(f"/conversation?{query}")
    assert answer.status_code == status
    assert answer.json()["error"]


async def test_the_page_plays_with_the_first_of_several_bots(village: Village) -> None:
    village.telegram.add_bot("77:other", "other_bot", "Other")
    app, aida = app_of(village), village.aida.id
    async with browser_of(app) as client:
        await client.post("/do/says", json={"person": aida, "text": "Салам"})
        opened = (await client.get("/conversation", params={"person": aida, "chat": aida})).json()
    assert opened["messages"][-1]["text"] == "Салам"
    assert village.updates()[-1]["message"]["text"] == "Салам"
    assert village.telegram.updates("77:other") == []


# ------------------------------------------------------------ what people do


Draw = Callable[..., bytes]


async def test_each_act_reaches_the_bot(
    village: Village, browser: httpx.AsyncClient, picture: Draw
) -> None:
    aida = {"person": village.aida.id}

    async def act(name: str, **body: Any) -> Json:
        answer = await browser.post(f"/do/{name}", json=aida | body)
        assert answer.status_code == 200, answer.text
        update = village.updates()[-1]
        kind: Json = next(value for field, value in update.items() if field != "update_id")
        return kind

    assert (await act("says", text="Салам"))["text"] == "Салам"
    message = (await act("says", text="Салм"))["message_id"]
    assert (await act("edits", message=message, text="Салам"))["edit_date"]
    assert (await act("sends_photo", file=file_json(picture()), caption="Суу"))["photo"]
    await act("sends_album", files=[file_json(picture()), file_json(picture())], caption="Эки")
    assert village.updates()[-1]["message"]["media_group_id"]
    sent = await act("sends_document", file=file_json(b"x", "Тизме.xlsx", ""), caption="")
    assert sent["document"]["file_name"] == "Тизме.xlsx"
    sent = await act("sends_voice", file=file_json(b"OggS", "v.ogg", "audio/ogg"), duration=4)
    assert sent["voice"]["duration"] == 4
    sent = await act("sends_location", latitude=42.65, longitude=77)
    assert sent["location"] == {"latitude": 42.65, "longitude": 77.0}
    assert (await act("sends_contact"))["contact"]["user_id"] == village.aida.id
    assert (await act("blocks"))["new_chat_member"]["status"] == "kicked"
    assert (await act("unblocks"))["new_chat_member"]["status"] == "member"


async def test_keys_of_the_reply_keyboard_are_pressed(
    village: Village, browser: httpx.AsyncClient
) -> None:
    rows = [["Ооба"], [{"text": "Жерим", "request_location": True}]]
    await village.sends(reply_markup={"keyboard": rows})
    aida = {"person": village.aida.id}
    await browser.post("/do/presses", json=aida | {"label": "Ооба"})
    assert village.updates()[-1]["message"]["text"] == "Ооба"
    point = {"latitude": 42.5, "longitude": 76.5}
    await browser.post("/do/presses", json=aida | {"label": "Жерим"} | point)
    assert village.updates()[-1]["message"]["location"] == point


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("v_1234", "/start v_1234"),
        ("", "/start"),
        ("https://t.me/village_bot?start=v_1234", "/start v_1234"),
        ("t.me/Village_Bot?start=i_Ab-9", "/start i_Ab-9"),
        ("https://t.me/village_bot", "/start"),
        ("tg://resolve?domain=village_bot&start=v_5", "/start v_5"),
    ],
)
async def test_links_open_the_bot(
    village: Village, browser: httpx.AsyncClient, link: str, said: str
) -> None:
    answer = await browser.post(
        "/do/opens_link", json={"person": village.aida.id, "link": f" {link} "}
    )
    assert answer.status_code == 200
    assert village.updates()[-1]["message"]["text"] == said


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("https://t.me/other_bot?start=x", "That link leads to other_bot, not to village_bot."),
        (
            "https://ashar.example/?start=x",
            "That is not a link of Telegram; it begins with https://t.me/.",
        ),
        ("v 1", "A start payload is up to 64 of A-Z, a-z, 0-9, _ and -."),
    ],
)
async def test_links_that_lead_elsewhere_are_refused(
    village: Village, browser: httpx.AsyncClient, link: str, words: str
) -> None:
    answer = await browser.post("/do/opens_link", json={"person": village.aida.id, "link": link})
    assert answer.status_code == 409
    assert answer.json() == {"error": words}
    assert village.updates() == []


async def test_people_and_groups_are_added(village: Village, browser: httpx.AsyncClient) -> None:
    body = {"first_name": " Бакыт ", "last_name": None, "language_code": "ru"}
    bakyt = (await browser.post("/do/add_person", json=body)).json()["person"]
    assert village.telegram.persons[bakyt].name == "Бакыт"
    assert village.telegram.persons[bakyt].language_code == "ru"
    street = {"title": "Көчө", "members": [village.aida.id, bakyt]}
    group = (await browser.post("/do/add_group", json=street)).json()["chat"]
    assert village.telegram.chats[group].has(village.bot.id)
    await browser.post("/do/says", json={"person": bakyt, "chat": group, "text": "/help"})
    assert village.updates()[-1]["message"]["chat"]["title"] == "Көчө"


@pytest.mark.parametrize(
    ("action", "body", "status", "words"),
    [
        ("dances", {}, 404, "There is no action dances."),
        ("where", {}, 404, "There is no action where."),
        ("__init__", {}, 404, "There is no action __init__."),
        ("says", {"person": 7, "text": "x"}, 409, "There is no person 7."),
        ("says", {"person": "7", "text": "x"}, 400, "Person must be a whole number."),
        ("says", {"person": True, "text": "x"}, 400, "Person must be a whole number."),
        ("says", {"text": 42}, 400, "Text must be a text."),
        ("says", {"text": " "}, 409, "An empty text can't be sent."),
        ("taps", {"message": 99}, 400, "Data must be a text."),
        ("presses", {"label": "x"}, 409, "There is no keyboard under the input field."),
        ("sends_photo", {"file": "x"}, 400, "File must be a file: name, mime, content."),
        (
            "sends_photo",
            {"file": {"name": "a", "content": "ö"}},
            400,
            "File must have its content in base64.",
        ),
        (
            "sends_photo",
            {"file": {"name": "a", "content": "eA=="}},
            409,
            "Bad Request: IMAGE_PROCESS_FAILED.",
        ),
        ("sends_album", {"files": []}, 409, "An album has two to ten photos."),
        ("add_person", {"first_name": " "}, 409, "A person needs a name."),
        (
            "add_group",
            {"title": "x", "members": []},
            409,
            "A group needs a name and at least one member.",
        ),
        ("add_group", {"title": "x", "members": [7]}, 409, "There is no person 7."),
        (
            "add_group",
            {"title": "x", "members": ["7"]},
            400,
            "Members must be a list of whole numbers.",
        ),
        ("unblocks", {}, 409, "The bot is not blocked."),
        ("advances", {"hours": -1}, 400, "A step goes forward, 366 days at most."),
        ("advances", {}, 400, "A step goes forward, 366 days at most."),
        ("advances", {"days": 1e300}, 400, "The step is too long."),
        ("faults", {"slow_ms": 10**9}, 400, "Slow_ms must be from 0 to 30000."),
        ("faults", {"down": "yes"}, 400, "Down must be true, false or a count."),
        (
            "restart",
            {},
            409,
            "This simulator does not run the bot, so it can't restart it.",
        ),
    ],
)
async def test_what_cannot_be_done_is_said_in_a_sentence(
    village: Village,
    browser: httpx.AsyncClient,
    action: str,
    body: Json,
    status: int,
    words: str,
) -> None:
    answer = await browser.post(f"/do/{action}", json={"person": village.aida.id} | body)
    assert (answer.status_code, answer.json()) == (status, {"error": words})
    assert village.updates() == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'"says"'])
async def test_a_body_that_is_no_object_is_refused(
    browser: httpx.AsyncClient, content: bytes
) -> None:
    headers = {"content-type": "application/json"}
    answer = await browser.post("/do/says", content=content, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("The body ")


# ------------------------------------------------------------ the demo


async def test_the_clock_moves_on_for_everybody(village: Village) -> None:
    app = app_of(village)
    async with stream_of(app) as stream, browser_of(app) as client:
        before = (await stream.next("snapshot"))["clock"]
        await client.post("/do/advances", json={"days": 1, "hours": 1, "minutes": 10})
        told = await stream.next("clock")
    assert told["now"] - before["now"] == told["offset"] == ((25 * 60) + 10) * 60_000


async def test_faults_are_switched_one_by_one(village: Village, browser: httpx.AsyncClient) -> None:
    faults = village.telegram.faults
    await browser.post("/do/faults", json={"slow_ms": 300, "duplicate_updates": True})
    await browser.post("/do/faults", json={"flood": True, "down": True})
    assert faults == replace(faults, slow_ms=300, duplicate_updates=True, flood=True, down=True)
    await browser.post("/do/faults", json={"down": False})
    assert (faults.down, faults.flood) == (False, True)


async def test_the_demo_restarts_the_bot_and_the_page_hears_why_it_could_not(
    village: Village, caplog: pytest.LogCaptureFixture
) -> None:
    outcomes: list[Exception | None] = [None, RuntimeError("the port is taken")]

    async def restart() -> None:
        outcome = outcomes.pop(0)
        if outcome is not None:
            raise outcome

    async with browser_of(app_of(village, restart=restart)) as client:
        assert (await client.post("/do/restart", json={})).status_code == 200
        answer = await client.post("/do/restart", json={})
    assert answer.json() == {"error": "The bot did not start again: the port is taken."}
    assert "the bot did not restart" in caplog.text


async def test_a_restart_may_be_a_plain_function(village: Village) -> None:
    done: list[str] = []
    async with browser_of(app_of(village, restart=lambda: done.append("yes"))) as client:
        await client.post("/do/restart", json={})
    assert done == ["yes"]


# ------------------------------------------------------------ files


async def sent_file(village: Village, content: bytes, name: str, mime: str) -> str:
    village.people.sends_document(village.aida.id, content, name, mime=mime)
    file_id: str = village.updates()[-1]["message"]["document"]["file_id"]
    return f"/media/{file_id}"


async def test_a_player_gets_the_part_of_a_recording_that_it_asks_for(
    village: Village, browser: httpx.AsyncClient
) -> None:
    village.people.sends_voice(village.aida.id, b"0123456789")
    url = f"/media/{village.updates()[-1]['message']['voice']['file_id']}"
    whole = await browser.get(url)
    assert (whole.content, whole.headers["content-type"]) == (b"0123456789", "audio/ogg")
    part = await browser.get(url, headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.content) == (206, b"234")
    assert part.headers["content-range"] == "bytes 2-4/10"
    rest = await browser.get(url, headers={"Range": "bytes=7-"})
    assert rest.content == b"789"
    beyond = await browser.get(url, headers={"Range": "bytes=10-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, "bytes */10")


@pytest.mark.parametrize("mime", ["text/html", "image/svg+xml", "application/xhtml+xml"])
async def test_a_file_that_could_run_in_the_page_is_only_downloaded(
    village: Village, browser: httpx.AsyncClient, mime: str
) -> None:
    url = await sent_file(village, b"<script>alert(1)</script>", "Тизме 1.html", mime)
    answer = await browser.get(url)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%D0%A2")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_an_unknown_file_is_not_found(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/media/nothing")).status_code == 404
