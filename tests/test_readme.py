"""The guides keep step with the code: commands, targets, settings, links, pictures, labels."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
from prometheus_client import Metric

from bot import metrics
from bot.__main__ import app
from bot.settings import names
from bot.ui.i18n import catalog
from tests.settings_table import rows

HOUSE = Path(__file__).resolve().parents[1]
README = HOUSE / "README.md"
RUNNING = HOUSE / "docs" / "running.md"
MOBILIZERS = {
    "ky": HOUSE / "docs" / "for-mobilizers.md",
    "ru": HOUSE / "docs" / "for-mobilizers.ru.md",
}
GUIDES = (
    README,
    RUNNING,
    *MOBILIZERS.values(),
    HOUSE / "ARCHITECTURE.md",
    HOUSE / "CONTRIBUTING.md",
    *sorted((HOUSE / "docs" / "decisions").glob("*.md")),
)
PLACE = re.compile(r"\b(?:bot|handlers|services|models|tests|simulator|benchmarks)/[\w/]+\.py\b")
CALL = re.compile(r"(?:^|/bin/)ashar((?: +[\w./<>…-]+)+)")
TARGET = re.compile(r"\bmake(?: -C \S+)? ([a-z]+)")
LINK = re.compile(r"\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")
SETTING = re.compile(r"\bASHAR_[A-Z_]+\b")
METRIC = re.compile(r"\bashar_[a-z_]+\b")

guides = pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
languages = pytest.mark.parametrize("language", MOBILIZERS)


def code(guide: Path) -> list[str]:
    """Lines of code blocks, without their comments, and code within sentences."""
    text = guide.read_text("utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    lines = [line.partition(" #")[0] for block in blocks for line in block.splitlines()]
    return [*lines, *re.findall(r"`([^`\n]+)`", prose)]


def links(guide: Path) -> list[str]:
    return [one or other for one, other in LINK.findall(guide.read_text("utf-8"))]


def called(line: str) -> list[list[str]]:
    """The words after `ashar` of each call in a line of code."""
    return [shlex.split(words) for words in CALL.findall(line)]


def find(words: list[str]) -> tuple[Any, list[str]]:
    """The command of a call, and the words that are left for it."""
    command: Any = typer.main.get_command(app)
    rest = list(words)
    while (commands := getattr(command, "commands", None)) and rest and rest[0][0] != "-":
        assert rest[0] in commands, f"there is no `ashar {' '.join(words)}`"
        command = commands[rest.pop(0)]
    return command, rest


def anchors(guide: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", guide.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@guides
def test_every_command_that_is_mentioned_exists(guide: Path) -> None:
    for line in code(guide):
        for words in called(line):
            command, rest = find(words)
            options = {option for param in command.params for option in param.opts}
            unknown = {word for word in rest if word.startswith("-")} - options - {"--help"}
            assert not unknown, f"`ashar {' '.join(words)}` has no {unknown}"


def test_the_readme_and_the_guide_to_running_mention_the_commands() -> None:
    mentioned = {words[0] for guide in GUIDES for line in code(guide) for words in called(line)}
    assert {"run", "invite", "places", "poster", "migrate", "backup", "restore"} <= mentioned


@guides
def test_every_make_target_that_is_mentioned_exists(guide: Path) -> None:
    makefile = (HOUSE / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    mentioned = {target for line in code(guide) for target in TARGET.findall(line)}
    assert mentioned <= targets


def test_the_readme_shows_how_to_play_and_to_test() -> None:
    assert {"make demo", "make test"} <= {line.strip() for line in code(README)}


def test_the_readme_has_the_table_of_settings() -> None:
    listed = [line for line in README.read_text("utf-8").splitlines() if "| `ASHAR_" in line]
    assert listed == rows(), "python -m tests.settings_table prints the rows"


@guides
def test_every_setting_that_is_mentioned_exists(guide: Path) -> None:
    assert set(SETTING.findall(guide.read_text("utf-8"))) <= set(names())


@guides
def test_every_link_leads_to_a_file_or_a_heading(guide: Path) -> None:
    for link in links(guide):
        path, _, anchor = link.partition("#")
        if path.startswith("https://"):
            continue
        target = (guide.parent / path).resolve() if path else guide
        assert target.is_relative_to(HOUSE), link
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_picture_is_shown_and_is_small() -> None:
    pictures = set((HOUSE / "docs" / "pictures").glob("*.png"))
    shown = {
        (guide.parent / link).resolve()
        for guide in GUIDES
        for link in links(guide)
        if link.endswith(".png")
    }
    assert shown == pictures
    assert max(picture.stat().st_size for picture in pictures) <= 120_000
    assert sum(picture.stat().st_size for picture in pictures) <= 1_000_000


def test_every_metric_is_explained() -> None:
    families: list[Metric] = list(metrics.registry.collect())
    kept = {f"{m.name}_total" if m.type == "counter" else m.name for m in families}
    assert set(METRIC.findall(RUNNING.read_text("utf-8"))) == kept


@languages
def test_the_labels_in_the_guides_for_mobilizers_are_those_of_the_buttons(language: str) -> None:
    texts: Any = catalog(language)
    known = set(texts._catalog.values())
    labels = set(re.findall(r"\*\*([^*\n]+)\*\*", MOBILIZERS[language].read_text("utf-8")))
    assert len(labels) > 15
    assert labels <= known


def test_both_guides_for_mobilizers_have_the_same_steps() -> None:
    shapes = {
        language: re.findall(r"^(#+|\d+\.|-|<img)", guide.read_text("utf-8"), re.MULTILINE)
        for language, guide in MOBILIZERS.items()
    }
    assert shapes["ky"] == shapes["ru"]


@guides
def test_every_file_that_is_named_is_there(guide: Path) -> None:
    named = PLACE.findall(guide.read_text("utf-8"))
    gone = {place for place in named if not (HOUSE / place).is_file()}
    assert gone <= {"handlers/satisfaction.py"}, "that one is made in CONTRIBUTING.md"
