"""One search key for Kyrgyz letters, Russian spellings and Latin typing of a name."""

import re
import unicodedata
from functools import lru_cache

LOOK_ALIKE = str.maketrans("ѳӊұӱқғҳў", "өңүүкгху")
"""Letters that keyboards and old fonts give instead of the Kyrgyz ones."""

LATIN = {
    "dzh": "ж", "zh": "ж", "dj": "ж", "kh": "х", "ch": "ч", "sh": "ш", "ph": "ф",
    "ş": "ш", "ç": "ч", "ñ": "н", "ğ": "г", "ı": "ы", "ö": "о", "ü": "у",
    "a": "а", "b": "б", "c": "к", "d": "д", "e": "е", "f": "ф", "g": "г", "h": "х", "i": "и",
    "j": "ж", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "q": "к", "r": "р",
    "s": "с", "t": "т", "u": "у", "v": "в", "w": "в", "x": "х", "y": "ы", "z": "з",
}  # fmt: skip
"""How Latin typing is read: BGN, Russian and Turkish habits side by side."""

SAME_SHAPE = str.maketrans("aceopxykmthbi", "асеорхукмтнви")
"""A Latin letter inside a Cyrillic word stands for the letter that looks like it."""

SOUND = str.maketrans(
    {
        "ө": "о", "е": "о", "ё": "о", "э": "о", "ү": "у", "ю": "у", "ң": "н", "ы": "и", "й": "и",
        "я": "иа", "ц": "тс", "щ": "шч", "ъ": None, "ь": None,
    }
)  # fmt: skip
"""The letters between which spellings waver, each group as one."""

CLUSTERS = (
    (re.compile("дж"), "ж"),
    (re.compile("нг+"), "н"),
    (re.compile("и+(?=[оу])"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)
"""Spellings of one sound: дж and ж, нг and ң, йо and ё, doubled letters; in this order."""

ORDINALS = {
    "1": "биринчи первое первая первый",
    "2": "экинчи второе вторая второй",
}

KINDS = """
    айылы айылынын айылында айылына кыштагы аймагы аймагынын аймак району районунун районунда
    районуна облусу облусунун шаары шаарынын шаарында шаарына шаарчасы өкмөтү атындагы айылный
    айыльный аильный село селе села сельский деревня город города поселок пгт район района районе
    рн область области обл округ им имени с г а oblast village town city district region raion
"""
"""Words that say what a place is; they are no part of its name."""

_DIGITS = {
    word.translate(SOUND): digit for digit, words in ORDINALS.items() for word in words.split()
}
_LATIN_PIECE = re.compile("|".join(sorted(LATIN, key=len, reverse=True)))
_HAS_LATIN = re.compile("[a-zöüışçñğ]")
_HAS_CYRILLIC = re.compile("[а-яёөүң]")
_WORD = re.compile(r"\w+")
_BRACKETS = re.compile(r"\([^)]*\)")
_DROPPED = re.compile(r"[^\w\s,;./]|_")
_GAP = re.compile(r"[\s,;./]+")


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """The key of a name: equal for spellings that people mean as the same; may be empty.

    Separators, words for the kind of place and remarks in brackets don't count, unless nothing
    else is left.
    """
    return join(tokens(text))


def tokens(text: str) -> list[str]:
    """The words between blanks as they sound, without words for the kind of place."""
    normal = unicodedata.normalize("NFC", text).lower().translate(LOOK_ALIKE)
    spelled = _WORD.sub(lambda word: _sound(word[0]), normal)
    for attempt in (_BRACKETS.sub(" ", spelled), spelled):
        words = [word for word in _GAP.split(_DROPPED.sub("", attempt)) if word]
        if words:
            return _without_kinds(words) or words
    return []


def join(words: list[str]) -> str:
    """The key of words that `tokens` gave."""
    key = "".join(words)
    for cluster, letter in CLUSTERS:
        key = cluster.sub(letter, key)
    return key


def _sound(word: str) -> str:
    if _HAS_LATIN.search(word):
        if _HAS_CYRILLIC.search(word):
            word = word.translate(SAME_SHAPE)
        word = _LATIN_PIECE.sub(lambda piece: LATIN[piece[0]], word)
    sound = word.translate(SOUND)
    return _DIGITS.get(sound, sound)


def _without_kinds(words: list[str]) -> list[str]:
    keys = [join([word]) for word in words]
    following = [*keys[1:], ""]
    return [
        word
        for word, key, after in zip(words, keys, following, strict=True)
        if key not in _KIND_KEYS and not (key == _AIYL and after in _KIND_KEYS)
    ]


_KIND_KEYS = frozenset(join([_sound(word)]) for word in KINDS.split())
_AIYL = join([_sound("айыл")])
"""«Айыл» alone may be a name; before «аймагы» it is not."""
