"""The Bot API over HTTP: how parameters and files come, and how answers and faults go."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest
from yarl import URL

from tests.simulator.served import served
from tests.simulator.village import TOKEN, Village


@pytest.fixture
async def base(village: Village) -> AsyncIterator[str]:
    async with served(village.telegram) as address:
        yield f"{address}/bot{TOKEN}"


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_parameters_come_as_json_form_multipart_or_query(
    village: Village, base: str, http: aiohttp.ClientSession
) -> None:
    params = {"chat_id": str(village.aida.id), "text": "42"}
    multipart = aiohttp.FormData(params, default_to_multipart=True)
    for request in (
        http.post(f"{base}/sendMessage", json=params),
        http.post(f"{base}/sendMessage", data=params),
        http.post(f"{base}/sendMessage", data=multipart),
        http.post(f"{base}/sendMessage", params=params),
        http.get(f"{base}/sendMessage", params=params),
    ):
        async with request as response:
            answer = await response.json()
            assert (response.status, answer["ok"]) == (200, True)
            assert answer["result"]["text"] == "42"
    assert len(village.telegram.screen(village.aida.id)) == 6


@pytest.mark.parametrize(
    ("path", "status", "description"),
    [
        ("/bot1:wrong/getMe", 401, "Unauthorized"),
        (f"/bot{TOKEN}/getNothing", 404, "Not Found"),
        (f"/bot{TOKEN}/sendMessage", 400, "Bad Request: message text is empty"),
        ("/nowhere", 404, "Not Found"),
        (f"/file/bot{TOKEN}/photos/file_9.jpg", 404, "Not Found"),
    ],
)
async def test_refusals_have_the_status_and_the_body_of_telegram(
    base: str, http: aiohttp.ClientSession, path: str, status: int, description: str
) -> None:
    address = base.removesuffix(f"/bot{TOKEN}")
    async with http.get(f"{address}{path}", params={"chat_id": "1"}) as response:
        assert response.status == status
        assert await response.json() == {
            "ok": False,
            "error_code": status,
            "description": description,
        }


@pytest.mark.parametrize("body", ["{", "[]", '"x"'])
async def test_a_body_that_is_no_json_object_is_refused(
    base: str, http: aiohttp.ClientSession, body: str
) -> None:
    headers = {"Content-Type": "application/json"}
    async with http.post(f"{base}/getMe", data=body, headers=headers) as response:
        assert response.status == 400
        assert (await response.json())["description"].startswith("Bad Request: ")


async def test_a_file_goes_up_and_comes_down(
    village: Village,
    base: str,
    http: aiohttp.ClientSession,
    picture: Callable[..., bytes],
) -> None:
    data = picture()
    form = aiohttp.FormData({"chat_id": str(village.aida.id), "caption": "суу"})
    form.add_field("photo", data, filename="суу.jpg", content_type="image/jpeg")
    async with http.post(f"{base}/sendPhoto", data=form) as response:
        photo = (await response.json())["result"]["photo"][-1]
    async with http.post(f"{base}/getFile", json={"file_id": photo["file_id"]}) as response:
        path = (await response.json())["result"]["file_path"]
    files = base.replace("/bot", "/file/bot")
    encoded = path.replace("/", "%2F").replace("_", "%5F")
    for spelled in (path, encoded):
        async with http.get(URL(f"{files}/{spelled}", encoded=True)) as response:
            assert response.status == 200
            assert await response.read() == data


async def test_a_file_of_50_megabytes_is_the_limit(
    village: Village, base: str, http: aiohttp.ClientSession
) -> None:
    headers = {
        "Content-Type": "multipart/form-data; boundary=x",
        "Content-Length": str(60 * 1024 * 1024),
    }

    async def nothing() -> AsyncIterator[bytes]:
        yield b"--x\r\n"

    async with http.post(f"{base}/sendDocument", data=nothing(), headers=headers) as response:
        assert response.status == 413
        assert (await response.json())["description"] == "Request Entity Too Large"


async def test_429_says_when_to_come_back(
    village: Village, base: str, http: aiohttp.ClientSession
) -> None:
    village.telegram.faults.flood = 1
    params = {"chat_id": village.aida.id, "text": "x"}
    async with http.post(f"{base}/sendMessage", json=params) as response:
        assert response.status == 429
        assert response.headers["Retry-After"] == "3"
        assert (await response.json())["parameters"] == {"retry_after": 3}


async def test_a_lost_answer_breaks_the_connection(
    village: Village, base: str, http: aiohttp.ClientSession
) -> None:
    village.telegram.faults.lose_answers = 1
    params = {"chat_id": village.aida.id, "text": "келди"}
    with pytest.raises(aiohttp.ClientConnectionError):
        await http.post(f"{base}/sendMessage", json=params)
    assert village.telegram.screen(village.aida.id)[-1].plain == "келди"
    async with http.post(f"{base}/sendMessage", json=params) as response:
        assert response.status == 200


async def test_telegram_down_is_a_page_and_not_json(
    village: Village, base: str, http: aiohttp.ClientSession
) -> None:
    village.telegram.faults.down = True
    for address in (f"{base}/getMe", base.replace("/bot", "/file/bot") + "/photos/a.jpg"):
        async with http.get(address) as response:
            assert response.status == 502
            assert "502 Bad Gateway" in await response.text()


async def test_a_long_poll_over_http(
    village: Village, base: str, http: aiohttp.ClientSession
) -> None:
    async def poll() -> object:
        async with http.get(f"{base}/getUpdates", params={"timeout": "30"}) as response:
            return await response.json()

    polling = asyncio.create_task(poll())
    with village.telegram.events.subscribe() as events:
        async with http.get(f"{base}/getMe"):
            assert (await anext(events)).kind == "call"
    village.people.says(village.aida.id, "салам")
    answer = await polling
    assert json.dumps(answer, ensure_ascii=False).count("салам") == 1


async def test_the_server_stops_at_once_though_a_poll_waits(village: Village) -> None:
    async with aiohttp.ClientSession() as http:
        async with served(village.telegram) as address:
            url = f"{address}/bot{TOKEN}/getUpdates?timeout=50"
            polling = asyncio.create_task(http.get(url))
            async with http.get(f"{address}/bot{TOKEN}/getMe"):
                pass
        response = await polling
        assert (await response.json()) == {"ok": True, "result": []}
