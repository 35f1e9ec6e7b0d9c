"""What can be told of a Kyrgyz text without a dictionary: its letters, its vowels, its signs."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

ALPHABET = frozenset("абвгдеёжзийклмнңоөпрстуүфхцчшщъыьэюя")
LOOK_ALIKES = {"ѳ": "ө", "ӫ": "ө", "ӊ": "ң", "ҥ": "ң", "ұ": "ү", "ў": "у"}
WORD = re.compile(r"[^\W\d_]+")
MARKUP = re.compile(r"\{[^{}]*\}|<[^<>]+>|https?://\S+|/[a-z_]+|&\w+;")

VOWELS = "аоуыэеёюяөүи"
NEVER_AFTER = {"о": "аыөү", "у": "ыөү", "а": "өү", "ы": "өү", "ө": "аоуыеи", "ү": "аоуыеи"}
"""The law of rounding: which vowel can't follow which in a word of Kyrgyz origin."""
EXCEPTIONS = (
    *("бюджет", "бюллетен", "гипоте", "депутат", "документ", "донор", "колледж", "команда"),
    *("комиссия", "координатор", "мобилизатор", "онлайн", "операт", "программ", "проект"),
    *("протокол", "статус", "форма"),
    *("жүгери", "күйөрман", "өзбек", "оокат", "ооба", "өкүмдар", "өнөркана", "соода", "төрага"),
)
"""Beginnings of words that don't keep the law: from other languages, and a few of Kyrgyz."""

UNMARKED = str.maketrans("өүң", "оун")
TWO_WORDS = frozenset(("он", "ун", "тур"))
"""Without their marks these are two words of Kyrgyz each: он and өн, ун and үн, тур and түр."""

SAY_INSTEAD = {
    "ракмат": "рахмат",
    "бекер": "акысыз",
    "бенефициар": "пайдасын көргөн киши",
    "верификация": "текшерүү",
    "инфраструктура": "жол, суу, мектеп",
    "субдолбоор": "чакан долбоор",
    "жашоочу": "тургун",
    "чогулуш": "жыйын",
    "сен": "сиз",
    "сага": "сизге",
    "сенин": "сиздин",
}
RUSSIAN = frozenset(
    WORD.findall(
        "будет было быть в вас ваш ваша ваше ваши вам вы голос голосование голосования "
        "голосовать для если есть ещё за и или их кто мы на нажмите нет но область она они "
        "пожалуйста при с село сёла села собрание спасибо только уже что чтобы это этого этот"
    )
)
"""Frequent Russian words that aren't Kyrgyz ones too (as «он», «от», «из», «так» are)."""
RUSSIAN_ENDINGS = ("ть", "ться", "ые", "ешь", "ение", "ание")


def faults(text: str) -> list[str]:
    """What is wrong with a Kyrgyz text, in words; placeholders, tags and commands are skipped."""
    return [*_word_faults(text), *_suffix_faults(text), *typography(text)]


def _word_faults(text: str) -> Iterator[str]:
    for word in WORD.findall(MARKUP.sub(" ", text)):
        lower = word.lower()
        if re.fullmatch(r"[a-z]+", lower):
            continue
        if wrong := sorted(set(lower) & LOOK_ALIKES.keys()):
            right = "".join(LOOK_ALIKES.get(letter, letter) for letter in lower)
            yield f"«{word}» has {', '.join(wrong)}: should it be «{right}»?"
        elif re.search("[a-z]", lower):
            yield f"«{word}» has a Latin letter among Cyrillic ones"
        elif foreign := sorted(set(lower) - ALPHABET):
            yield f"«{word}» has {', '.join(foreign)}, which is no letter of Kyrgyz"
        elif lower in SAY_INSTEAD:
            yield f"«{word}»: the style asks for «{SAY_INSTEAD[lower]}»"
        elif lower in RUSSIAN or (len(lower) > 3 and lower.endswith(RUSSIAN_ENDINGS)):
            yield f"«{word}» is Russian"
        elif not harmonious(lower):
            yield f"«{word}» breaks the harmony of vowels"


def harmonious(word: str) -> bool:
    """Whether each vowel may follow the one before it."""
    word = word.lower()
    if word.startswith(EXCEPTIONS):
        return True
    vowels = [letter for letter in word if letter in VOWELS]
    return all(after not in NEVER_AFTER.get(before, "") for before, after in pairwise(vowels))


def twins(texts: Iterable[str]) -> list[str]:
    """Words that stand with ө or ү in one place and without in another: one of them is a slip."""
    plain: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        for word in WORD.findall(MARKUP.sub(" ", text).lower()):
            if len(word) > 1:
                plain[word.translate(UNMARKED)].add(word)
    return [
        f"«{'», «'.join(sorted(spelt))}»: which is right?"
        for bare, spelt in sorted(plain.items())
        if len(spelt) > 1 and bare not in TWO_WORDS
    ]


def _suffix_faults(text: str) -> Iterator[str]:
    """A suffix depends on the word before it, so none can follow a placeholder."""
    bare = re.sub(r"<[^<>]+>", "", text)
    for found in re.finditer(r"\{\w*\}[»)]?[^\W\d_]+", bare):
        yield f"«{found[0]}»: a suffix is glued to a placeholder"
    for found in re.finditer(r"\{(count|max|voted|adults|known)\} \w+[лдт][аеоө]р(?!\w)", bare):
        yield f"«{found[0]}»: no plural after a number"


def typography(text: str) -> list[str]:
    """The signs, which are alike in Kyrgyz and Russian."""
    bare = re.sub(r"<[^<>]+>", "", text)
    found = [
        words
        for pattern, words in (
            (r"[\"“”„']", "quotation marks are « »"),
            (r"\.\.\.", "three dots are one sign: …"),
            (r"\s-\s|\s–\s(?!\d)|(?<=\w)—|—(?=\w)", "a dash is — with spaces around it"),
            (r"  ", "two spaces"),
            (r"[!?]{2,}", "one ! or ? is enough"),
            (r"(?<!\s)\s[,.;:!?»](?!\S)|«\s", "a space on the wrong side of a sign"),
            (r"(?m)^\s|\s$", "a space at the beginning or the end"),
        )
        if re.search(pattern, bare)
    ]
    if bare.count("«") != bare.count("»"):
        found.append("« and » don't match")
    return found
