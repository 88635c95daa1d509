"""Where an Italian municipal sentence ends, and whether a phrase is one: a finite verb stands in it.

A rule of our own: on municipal text it beats every splitter on PyPI (they break `art. ¦ 50` and
`p.zza ¦ Garibaldi`), and NLTK's and spaCy's Italian models cannot be had from a wheel.
"""

import re
from functools import lru_cache


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Never the end of a sentence: something always follows.
NEVER_LAST = _words(
    """
    cat ed ord sig sigg sig.ra sig.na sig.re
    dott dott.ssa dr dr.ssa d.ssa prof prof.ssa proff ing arch avv geom rag
    mons on sen col ten btg magg brig comm cav ill ill.mo ill.ma egr gent gent.mo gent.ma spett spett.le preg
    preg.mo rev p.i
    art artt n nn nr num mod pag pagg p pp cfr v vd vol voll lett par all alleg tab fig figg cod trib prot rif
    inv delib det determ reg rep d.lgs d.l d.m d.p.r d.g.r l.r c.c.n.l tel telef int abb es ad.es p.es nb
    n.b p.s sez mapp tit ex rag.soc u.o civ civv
    p.zza p.za p.le p.tta p.ta v.le c.so l.go f.lli str fraz vic b.go c.da s ss s.s st
    ass assoc coop soc cons circ ist scuol dip dir resp max ca pres vicepres segr amm serv loc com naz
    """
)

# May close a sentence: they do when something other than a number follows.
_MAYBE = _words(
    """
    ecc etc u.s p.v c.m s.m.i ss.mm.ii s.p.a spa s.r.l srl s.n.c s.a.s s.c gg mm cost c.p c.c c.p.c c.p.p
    h min a.m p.m d.c a.c c.a sgg segg seg succ km mq mc kg cm uff cell fax
    """
)

# Close a sentence only where one of the openers below follows: `sab. e dom. Per info`, `la dom. Palmi`.
_RARELY = _words(
    "lun mar mart mer merc gio giov ven sab dom gen feb apr mag giu lug ago set sett ott nov dic prov"
)

# Words that open a sentence and hardly ever a name: after an initial or an acronym they decide.
_OPENERS = _words(
    """
    il lo la i gli le un uno una in per con su da dal dalla dalle dai a al alla alle ai agli di del
    della dei nel nella nelle sono è si non e ma se chi che come quando dove entro fino dopo prima ogni
    tutti tutte questo questa questi queste sarà saranno verrà verranno seguirà seguiranno info
    orari all' dell' nell' dall' sull' l' un'
    """
)

_FIRMS = _words("s.p.a spa s.r.l srl s.n.c s.a.s s.c")
_DEED = re.compile(  # of a firm, in a page all in capitals: `ALFA S.P.A. HA COMUNICATO`
    r"(?:ha|hanno|è|sono|sarà|comunica|informa|avvisa|rende|provvederà|eseguirà|effettuerà)\b", re.I
)

_END = re.compile(r"""(?P<mark>[.!?…]++)(?P<close>["”»’')\]]*)\s+(?=["“«‘'(\[–—-]*\s?(?P<next>\S))""")
_QUOTED = re.compile(r"«[^«»]{1,160}»|“[^“”]{1,160}”")  # a title: `«La memoria. Radici e dispositivi»`
_LAST_TOKEN = re.compile(r"[^\s(«“\"/\[]+$")
_JOINTS = re.compile("['’–-]")
_NEXT_WORD = re.compile(r"\w+['’]?")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
_FINITE = re.compile(
    r"\b(?:è|sono|ha|hanno|era|erano|avev\w+|viene|vengono|può|possono|deve|devono|dovrebbe\w*|(?-i:[Ss]i|[Vv]i)|c['’]è"
    r"|riprend(?:e|ono)|continua(?:no)?|organizza(?:no)?|promuov(?:e|ono)|presenta(?:no)?"
    r"|propon(?:e|gono)|(?<!ione )(?<!anza )attiva(?:no)?|invita(?:no)?|incontra(?:no)?"
    r"|celebra(?:no)?|preved(?:e|ono)|coinvolg(?:e|ono)|raccontano|offr(?:e|ono)|torna(?:no)?"
    r"|chiud(?:e|ono)|(?:ri)?apr(?:e|ono)|(?<!\bda )(?<!\ba )(?<!\bin )(?<!\bfa )parte|partono"
    r"|ripart(?:e|ono)|nasc(?:e|ono)|debutta(?:no)?"
    r"|inizia(?:no)?|comunica(?:no)?|scad(?:e|ono)|ospita(?:no)?|apre|resta|restano|rimane"
    r"|rimangono|porta|portate|ritira(?:no)?|serve"
    r"|occorre|manca(?:no)?|potrebbe(?:ro)?|bisogna|arriva(?:no)?|vieni|venite|partecipa(?:no)?|esplora(?:no)?"
    r"|racconta(?:no)?|intende|intendono"
    r"|entra(?:no)?|passa(?:no)?|riceve|ricevono|dura(?:no)?|costa(?:no)?|termina(?:no)?|comincia(?:no)?"
    r"|prosegu(?:e|ono)|riguarda(?:no)?|avvien(?:e|gono)|va|vanno|funziona(?:no)?|spetta(?:no)?"
    r"|consent(?:e|ono)|interessa(?:no)?|prend(?:e|ono)|cambia(?:no)?|slitta(?:no)?|scatta(?:no)?"
    r"|vig(?:e|ono)|indice(?=\s(?:il|lo|la|un|una|uno|le)\b)|bandisc(?:e|ono)"
    r"|[a-zà-ù]{2,}(?:rà|ranno))\b",
    re.I,
)


def split(text: str) -> list[str]:
    """The sentences of `text`, stripped, in order; a line break always ends one.

    Nothing but white space is lost: joined by spaces they give the text back.
    """
    return [sentence for line in text.splitlines() for sentence in _split_line(line)]


@lru_cache(maxsize=1024)  # of one page its source, its body and its prose are split
def _split_line(line: str) -> tuple[str, ...]:
    sentences, start = [], 0
    quoted = [match.span() for match in _QUOTED.finditer(line)]
    for end in _END.finditer(line):
        if any(first < end.start("mark") and end.end("close") < last for first, last in quoted):
            continue
        if _closes(line, start, end):
            sentences.append(line[start : end.end()].strip())
            start = end.end()
    sentences.append(line[start:].strip())
    return tuple(sentence for sentence in sentences if sentence)


def _closes(line: str, start: int, end: re.Match[str]) -> bool:
    """Whether the mark at `end` closes the sentence that began at `start`."""
    following = line[end.start("next") :]
    if following[0].islower() or following[0] in ",;:.)":
        return False
    before = line[start : end.start("mark")]
    if before.strip().isdigit():
        return False  # `1. Compila il modulo`: a list's number
    if end["mark"] != ".":
        return True
    match = _LAST_TOKEN.search(before[-40:])
    token = _JOINTS.split(match[0])[-1] if match else ""
    if not end["close"]:
        return _closes_after(token, following)
    # `(vedi all. 1, lett. b, ecc.) Gli uffici`: an abbreviation's dot inside a parenthesis closes nothing
    inside = ")" in end["close"] and not before.lstrip().startswith("(")
    return not (inside and token.lower() in NEVER_LAST | _MAYBE | _RARELY)


def _closes_after(token: str, following: str) -> bool:
    lower = token.lower()
    if lower in _FIRMS and _DEED.match(following):
        return False
    if lower in _MAYBE:
        return not following[0].isdigit()
    if lower in NEVER_LAST:
        return False
    if lower in _RARELY or (_INITIALS.fullmatch(token) and not (len(token) == 1 and token.islower())):
        # `G. Mazzini`, `I.C. Rodari`, but `lotto B. Le domande`, `l'U.R.P. Sono`
        word = _NEXT_WORD.match(following)
        return word is not None and word[0].lower().replace("’", "'") in _OPENERS
    return True


@lru_cache(maxsize=4096)
def has_verb(text: str) -> bool:
    """Whether a finite verb stands in `text`, as far as its form alone shows it; a rare one may be missed."""
    return _FINITE.search(text) is not None
