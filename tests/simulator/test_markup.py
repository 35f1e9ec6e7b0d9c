"""Telegram's HTML: what it becomes, and the words of what is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.entities import formatted, plain
from simulator.markup import checked_url, parse_html, utf16_length
from simulator.refusal import Refusal


def entity(kind: str, offset: int, length: int, **more: object) -> dict[str, object]:
    return {"offset": offset, "length": length, "type": kind, **more}


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        ("Салам", "Салам", []),
        ("<b>Суу</b>", "Суу", [entity("bold", 0, 3)]),
        ("<strong>a</strong><em>b</em>", "ab", [entity("bold", 0, 1), entity("italic", 1, 1)]),
        ("<u>a</u> <ins>b</ins>", "a b", [entity("underline", 0, 1), entity("underline", 2, 1)]),
        (
            "<s>a</s><strike>b</strike><del>c</del>",
            "abc",
            [entity("strikethrough", i, 1) for i in range(3)],
        ),
        (
            '<tg-spoiler>a</tg-spoiler><span class="tg-spoiler">b</span>',
            "ab",
            [entity("spoiler", 0, 1), entity("spoiler", 1, 1)],
        ),
        ("🌾<b>суу</b>", "🌾суу", [entity("bold", 2, 3)]),
        ("<b>x<i>y</i></b>", "xy", [entity("bold", 0, 2), entity("italic", 1, 1)]),
        ("1 &lt; 2 &amp;&gt; &quot;&#1086;&#x43e;", '1 < 2 &> "оо', []),
        ("&laquo; & &ge; &#0; &amp", "&laquo; & &ge; &#0; &", []),
        (
            '<a href="https://aris.kg/?a=1&amp;b">сайт</a>',
            "сайт",
            [entity("text_link", 0, 4, url="https://aris.kg/?a=1&b")],
        ),
        ("<a href=aris.kg>сайт</a>", "сайт", [entity("text_link", 0, 4, url="http://aris.kg/")]),
        ("<a href='javascript:1'>сайт</a>", "сайт", []),
        (
            "<a>https://aris.kg</a>",
            "https://aris.kg",
            [entity("text_link", 0, 15, url="https://aris.kg/")],
        ),
        ('<a href="tg://user?id=7">Айда</a>', "Айда", [entity("text_mention", 0, 4, user_id=7)]),
        ("<code>x</code>", "x", [entity("code", 0, 1)]),
        ("<pre>x</pre>", "x", [entity("pre", 0, 1)]),
        (
            '<pre><code class="language-py">x</code></pre>',
            "x",
            [entity("pre", 0, 1, language="py")],
        ),
        ("<blockquote>x</blockquote>", "x", [entity("blockquote", 0, 1)]),
        (
            "<blockquote expandable>x</blockquote>",
            "x",
            [entity("expandable_blockquote", 0, 1)],
        ),
        (
            '<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>',
            "👍",
            [entity("custom_emoji", 0, 2, custom_emoji_id="5368324170671202286")],
        ),
        ("<B>x</b >", "x", [entity("bold", 0, 1)]),
        ("<b></b>x", "x", []),
        ("<b>x</>", "x", [entity("bold", 0, 1)]),
    ],
)
def test_html_becomes_text_and_entities(
    html: str, text: str, entities: list[dict[str, object]]
) -> None:
    parsed = parse_html(html)
    assert (parsed.text, parsed.entities) == (text, entities)


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b><i>x</i>", 'Can\'t find end tag corresponding to start tag "b"'),
        ("суу <div>x</div>", 'Unsupported start tag "div" at byte offset 7'),
        ("1 <2", "Unclosed start tag at byte offset 2"),
        ("a < b>", 'Unsupported start tag "" at byte offset 2'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        (
            "<i>суу</b>",
            'Unmatched end tag at byte offset 9, expected "</i>", found "</b>"',
        ),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b>x</b y>", "Unclosed end tag at byte offset 4"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<a href", 'Unclosed start tag "a" at byte offset 0'),
        ("<a href=", "Unclosed start tag at byte offset 0"),
        ('<a ="x">y</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=a/b>y</a>", "Unexpected end of name token at byte offset 8"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<br/>", 'Unsupported start tag "br/" at byte offset 0'),
        ("<tg-emoji>x</tg-emoji>", "Invalid custom emoji identifier specified"),
    ],
)
def test_wrong_html_is_refused_in_telegrams_words(html: str, words: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_html(html)
    assert refused.value.description == f"Bad Request: can't parse entities: {words}"
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("text", "length"), [("", 0), ("abc", 3), ("Өңү", 3), ("🌾", 2), ("👨‍👩‍👧", 8)]
)
def test_lengths_are_counted_in_utf16_units(text: str, length: int) -> None:
    assert utf16_length(text) == length == len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("/start v_123", [("bot_command", 0, 6)]),
        ("/vote@village_bot", [("bot_command", 0, 17)]),
        ("1/2 a/b", []),
        ("🌾 /menu", [("bot_command", 3, 5)]),
        ("https://aris.kg/a?b=1, бар", [("url", 0, 21)]),
        ("aris.kg", [("url", 0, 7)]),
        ("суу.жол", []),
        ("@village_bot #суу", [("mention", 0, 12), ("hashtag", 13, 4)]),
        ("a@b.kg", [("email", 0, 6)]),
    ],
)
def test_commands_and_links_are_found_in_plain_text(
    text: str, kinds: list[tuple[str, int, int]]
) -> None:
    found = [(e["type"], e["offset"], e["length"]) for e in plain(text).entities]
    assert found == kinds


def test_nothing_is_looked_for_inside_code_and_links() -> None:
    shown = formatted('<code>/a</code> <a href="aris.kg">/b</a> /c', "HTML", None)
    assert [e["type"] for e in shown.entities] == ["code", "text_link", "bot_command"]


def test_spaces_around_a_text_go_and_entities_move_along() -> None:
    shown = formatted("\n  <b>суу </b>  \n", "HTML", None)
    assert shown.text == "суу"
    assert shown.entities == [entity("bold", 0, 3)]


def test_given_entities_are_kept_and_a_parse_mode_wins_over_them() -> None:
    bold = entity("bold", 0, 1)
    assert formatted("<b>", "", [bold]).entities == [bold]
    assert formatted("<i>x</i>", "html", [bold]).entities == [entity("italic", 0, 1)]


def test_only_a_hundred_entities_are_kept() -> None:
    assert len(formatted("<b>a</b> " * 150, "HTML", None).entities) == 100


@pytest.mark.parametrize(
    ("url", "checked"),
    [
        ("https://ARIS.kg", "https://aris.kg/"),
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"),
        ("t.me/village_bot?start=x", "http://t.me/village_bot?start=x"),
        ("tg://resolve?domain=x", "tg://resolve?domain=x"),
        ("суу", None),
        ("ftp://aris.kg", None),
        ("https://a b.kg", None),
    ],
)
def test_addresses_are_checked(url: str, checked: str | None) -> None:
    assert checked_url(url) == checked


PIECES = ["<b>", "</b>", "<a href='", "'>", "</a>", "<pre>", '<code class="language-x">', "</code>"]
PIECES += ["</pre>", "<", "</", ">", "&lt;", "&#", "&#x1f33e;", "&", "🌾", "ө", " ", "\n", "/vote"]
PIECES += ["@village", "aris.kg", "<span class=tg-spoiler>", "</span>", "=", "<blockquote>", '"']


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_whatever_comes_is_refused_or_has_entities_within_the_text(html: str) -> None:
    try:
        shown = formatted(html, "HTML", None)
    except Refusal:
        return
    length = utf16_length(shown.text)
    offsets = [entity["offset"] for entity in shown.entities]
    assert offsets == sorted(offsets)
    for found in shown.entities:
        assert 0 <= found["offset"] < found["offset"] + found["length"] <= length
