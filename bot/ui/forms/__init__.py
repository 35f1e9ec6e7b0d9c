"""Forms: questions one after the other, declared as values, answered by taps or messages.

What was answered is a draft row, so a crash, a restart or a second phone loses nothing. Every
button carries the draft's token and its step: one of an older question is outdated. Back, skip
and cancel come for free. Anything odd is a plain handler, not a new kind of step.
"""

from bot.ui.forms.answers import read_moment, read_number
from bot.ui.forms.dialogue import ANSWER_AWAITED, Forms
from bot.ui.forms.form import BACK, CANCEL, SEND, SKIP, Form, FormOver, Press, begin
from bot.ui.forms.steps import Choice, Data, Moment, Number, Photo, Step, Text, Voice

__all__ = [
    "ANSWER_AWAITED",
    "BACK",
    "CANCEL",
    "SEND",
    "SKIP",
    "Choice",
    "Data",
    "Form",
    "FormOver",
    "Forms",
    "Moment",
    "Number",
    "Photo",
    "Press",
    "Step",
    "Text",
    "Voice",
    "begin",
    "read_moment",
    "read_number",
]
