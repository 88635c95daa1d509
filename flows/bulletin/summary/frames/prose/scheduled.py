"""What an office announces in the future, as an editor says it of a day that is named:
`si terrà` -> `si tiene`.

Only verbs of happening with one sure present; `sarà` and its like may tell a condition, and stay.
"""

import re

from flows.bulletin.language.cues import Cued

_PRESENT = {
    "si terrà": "si tiene",
    "si terranno": "si tengono",
    "si svolgerà": "si svolge",
    "si svolgeranno": "si svolgono",
    "avrà luogo": "si tiene",
    "avranno luogo": "si tengono",
    "si esibirà": "si esibisce",
    "si esibiranno": "si esibiscono",
    "ospiterà": "ospita",
    "ospiteranno": "ospitano",
    "accoglierà": "accoglie",
    "accoglieranno": "accolgono",
    "presenterà": "presenta",
    "presenteranno": "presentano",
    "proporrà": "propone",
    "proporranno": "propongono",
    "racconterà": "racconta",
    "racconteranno": "raccontano",
    "dialogherà": "dialoga",
    "dialogheranno": "dialogano",
    "incontrerà": "incontra",
    "incontreranno": "incontrano",
    "inizierà": "inizia",
    "inizieranno": "iniziano",
    "partirà": "parte",
    "partiranno": "partono",
    "tornerà": "torna",
    "torneranno": "tornano",
    "andrà in scena": "va in scena",
    "sarà aperto": "è aperto",
    "sarà aperta": "è aperta",
    "saranno aperti": "sono aperti",
    "saranno aperte": "sono aperte",
    "sarà possibile": "è possibile",
}
_FUTURE = Cued(rf"(?<!\w)(?:{'|'.join(sorted(_PRESENT, key=len, reverse=True))})(?!\w)", re.I)


def present(text: str) -> str:
    """`text` with its announcements in the present."""
    return _FUTURE.sub(_told, text)


def _told(match: re.Match[str]) -> str:
    said = _PRESENT[match[0].lower()]
    return f"{said[:1].upper()}{said[1:]}" if match[0][:1].isupper() else said
