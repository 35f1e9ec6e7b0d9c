"""What the demo's village votes on: a vote that is over, and one that is open."""

from dataclasses import dataclass

from services.votes.preparing import NewOption


@dataclass(frozen=True, slots=True)
class Choice:
    """An option; `picture` and `voice` name a drawing and a recording of the demo."""

    option: NewOption
    picture: str | None = None
    voice: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    title_ky: str
    title_ru: str
    budget: int
    """In som."""
    choices: tuple[Choice, ...]


OVER = Question(
    "Айылдын борборунда эмне курабыз?",
    "Что построим в центре села?",
    1_200_000,
    (
        Choice(
            NewOption(
                "Балдар аянтчасы",
                "Детская площадка",
                "Селкинчек, жылгаяк жана отургучтар.",
                "Качели, горка и скамейки.",
                cost=1_050_000,
                people=430,
            )
        ),
        Choice(
            NewOption(
                "Спорт аянтчасы",
                "Спортивная площадка",
                "Футбол жана волейбол ойной турган жер.",
                "Место для футбола и волейбола.",
                cost=1_200_000,
                people=260,
            )
        ),
        Choice(
            NewOption(
                "Көчө чырактары",
                "Уличное освещение",
                "Борбордук көчөгө 24 чырак орнотуу.",
                "24 фонаря на центральной улице.",
                cost=900_000,
                people=700,
            )
        ),
    ),
)
FIGURES = (65, 38, 33)
"""Of the village meeting of Boster: 136 voted (see tests of the vote)."""
WORD_KY = "Рахмат, айылдаштар! Балдар аянтчасынын курулушу жазында башталат."
WORD_RU = "Спасибо, односельчане! Строительство детской площадки начнётся весной."

OPEN = Question(
    "Айылга биринчи кезекте эмне керек?",
    "Что селу нужнее всего?",
    3_000_000,
    (
        Choice(
            NewOption(
                "Ичүүчү суу",
                "Питьевая вода",
                "Жаңы көчөгө эки километр суу түтүгүн тартуу.",
                "Провести два километра водопровода на новую улицу.",
                cost=2_400_000,
                people=640,
            ),
            picture="water",
            voice="water",
        ),
        Choice(
            NewOption(
                "Мектептин чатыры",
                "Крыша школы",
                "Мектептин чатырын алмаштыруу.",
                "Заменить крышу школы.",
                cost=2_900_000,
                people=410,
            ),
            picture="school",
            voice="school",
        ),
        Choice(
            NewOption(
                "Мектепке баруучу жол",
                "Дорога к школе",
                "Жолду оңдоо жана шагыл төгүү.",
                "Починить дорогу и засыпать гравием.",
                cost=1_800_000,
                people=520,
            ),
            picture="road",
            voice="road",
        ),
    ),
)
