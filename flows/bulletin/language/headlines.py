"""A headline made a sentence: `Premiati i progettisti` -> `Sono premiati i progettisti`; others stay."""

import re
from functools import lru_cache

from flows.bulletin.language.articles import as_subject, definite, gender_of, indefinite
from flows.bulletin.language.infinitives import with_aim, with_orders
from flows.bulletin.language.sentences import has_verb
from flows.bulletin.language.signals import MONTH
from flows.bulletin.language.spelling import lemma
from flows.bulletin.language.subjects import in_a_period, of_a_card, with_state
from flows.bulletin.language.verbs import speaks

_DONE = (
    "premiat|conclus|apert|riapert|chius|prorogat|pubblicat|approvat|aggiornat|rinviat|annullat|sospes|inaugurat"
    "|attivat|avviat|completat|istituit|ripristinat|posticipat|anticipat|revocat|vietat|consentit|confermat|assegnat|selezionat"
    "|adottat|depositat|affidat|aggiudicat|finanziat|installat|introdott|potenziat|ampliat|rinnovat|consegnat|suddivis|spostat|differit"
    "|stanziat|firmat|sottoscritt|siglat"
)
_DEED = re.compile(
    "premiat|consegnat|selezionat|inaugurat|firmat|sottoscritt|siglat|ammess", re.I
)  # over once done: nothing stays as it is
_PARTICIPLE = re.compile(
    rf"(?P<stem>{_DONE})(?P<end>[oaie])\s(?P<day>(?:(?:luned|marted|mercoled|gioved|venerd)ì|sabato|domenica)\s\d{{1,2}}\s[a-z]{{4,9}}\s)?(?=(?:il|lo|la|i|gli|le|un|una|uno|due|tre|nuov\w|alcun\w|\d[\d.]*(?:mila)?)\s|l['’])",
    re.I,
)
_DONE_SOMEHOW = re.compile(  # `Attivata in via sperimentale la riapertura`
    rf"(?:{_DONE}|ammess)(?P<end>[oaie])\s(?:in via \w+|\w+mente|a finanziamento|fino a[^,.;:]{{4,30}}?)\s"
    r"(?=(?:il|lo|la|i|gli|le|un|una|uno)\s|l['’])",
    re.I,
)
_DONE_BARE = re.compile(  # `Emessa ordinanza per limitare`: one thing, its article left out
    rf"(?P<done>(?:{_DONE}|emess|emanat|firmat|indett|bandit|sottoscritt|presentat)(?P<end>[oa]))"
    r"\s(?P<noun>[a-zà-ù]{5,})\s(?=(?:per|di|del|della|a|al|contro|che|su|sul|tra|con)\s)",
    re.I,
)
_BARE_STATE = re.compile(  # `Obbligatoria la prenotazione`, `Consigliato portare una torcia`
    r"(?P<state>(?:obbligatori[oae]?|necessari[oae]?|possibile|(?:previst|gradit|consigliat|sconsigliat|richiest|garantit"
    r"|ammess|proibit|vietat|consentit|permess|esclus|chius|apert|sospes)[oaie]))\s"
    r"(?=(?:il|lo|la|i|gli|le|un|una|tutt[ie]|qualsiasi|ogni)\s|(?:l|un)['’]|[a-zà-ù]{2,}(?:are|ere|ire|arsi|ersi|irsi)\b)",
    re.I,
)
_APPOSED = re.compile(  # `Il nuovo sportello, un servizio gratuito, pensato per chi è solo`
    r"(?P<what>(?:(?:Il|Lo|La)\s|L['’])[^,.;:]{3,70}),\s(?=un(?:[oa]?\s|['’])(?:servizio|progetto|iniziativa|spazio|percorso|luogo"
    r"|aiuto|strumento|occasione|punto)\b)"
)
_ALSO = re.compile(  # `Chiusi anche parchi e cimiteri`
    r"(?P<state>(?:chius|apert|sospes|vietat|esclus|annullat|rinviat)(?P<end>[oaie]))\sanche\s", re.I
)
_PAST = re.compile(
    r"(?!(?:Invit|Limit|Merit|Visit|Deposit|Recapit)[oaie]\b)(?P<word>[A-ZÀ-Ý][a-zà-ù]{2,}(?:at|ut|it)(?P<end>[oaie]))\s(?=(?:il|lo|la|i|gli|le|un|una|uno)\s[a-zà-ù]|l['’][a-zà-ù])"
)
_PLACED = re.compile(  # `In via Po inaugurato un tratto di ciclabile`
    rf"(?P<where>(?:In|Nel|Nella|Nei|Nelle|Sul|Sulla|Al|Alla|Ai)\s[^,;:.]{{3,40}}?)\s(?P<what>(?:{_DONE})(?P<end>[oaie])\s"
    r"(?:(?:il|lo|la|i|gli|le|un|una|uno|due|tre|nuov\w)\s|l['’]).+)"
)
_PREDICATE = re.compile(  # `In arrivo i fondi`, `Online il portale`
    r"(?P<state>in\s(?:arrivo|consultazione|distribuzione|vendita|vigore|funzione|corso)|online|disponibil[ei]|pront[oaie]"
    r"|operativ[oaie])\s(?P<what>(?:(?P<many>i|gli|le|due|tre|quattro|nuov[ie]|aperture|iniziative)\s|(?:il|lo|la|un|una|uno)\s|(?:l|un)['’]).+)",
    re.I,
)
_A_STREET = re.compile(
    r"(?:Via|Vico|Vicolo|Piazza|Corte|Largo|Strada|Viale)(?:\s(?:[A-ZÀ-Ý][\w'’.]*|d[eia]\w*|civ\.?|n\.?|\d[\d/]*|,))+\.?"
)
_PREPOSITION = re.compile(
    r"(?:in|nel\w*|nei|sul\w*|al|alla|alle|ai|agli|a|da|dal\w*|con|per|di|del\w*)\s", re.I
)
_NO_PARKING = re.compile(  # `Divieto di sosta dalle 6 in piazza Po.`, as a sentence of a text
    r"Divieto di (?P<what>sosta|transito|fermata|circolazione|balneazione)(?P<rest>[\s,][^:;]+\.)"
)
_FINES = re.compile(r"(?P<name>multe|sanzioni|multa|sanzione) da (?=\d)", re.I)
_TERMS = re.compile(
    r"(?P<noun>ingresso|entrata|accesso|partecipazione|prenotazione|iscrizione|posti)\s"
    r"(?P<state>liber[oa](?:\se\sgratuit[oa])?|gratuit[oa]|ad?\sofferta\slibera|a\spagamento|obbligatori[oa]|limitati)\.?",
    re.I,
)
_WITH = re.compile(r"\se\s(?=(?:il\s|la\s)?(?:sequestro|confisca|denuncia)\b)")
_SHUT_FOR = re.compile(  # `Chiusura per ferie: dal 9 al 21 agosto`
    r"Chiusura (?P<why>per (?:ferie|inventario|lavori|trasloco)):?"
    r" (?P<when>(?:dal?|il|da) [^.:;]*\d[^.:;]*\.?)"
)
_UNDER_WAY = re.compile(
    r"al via\s(?P<day>(?:da\s)?(?:(?:luned|marted|mercoled|gioved|venerd)ì|sabato|domenica)\s\d{1,2}"
    r"\s[a-z]{4,9}(?:\s20\d\d)?\s|da(?:l\s|ll['’])\d{1,2}[°º]?\s[a-z]{4,9}(?:\s20\d\d)?\s)?"
    r"(?P<what>(?:anche\s)?(?:(?P<many>i|gli|le|due|tre|quattro|cinque)|il|lo|la)\s.+|(?:anche\s)?l['’].+)",
    re.I,
)
_DATED = re.compile(
    r"(?P<day>(?:(?:luned|marted|mercoled|gioved|venerd)ì|sabato|domenica|il|l['’])\s?\d{1,2}\s[a-z]{4,9}(?:\s20\d\d)?"
    r"(?:,?\s(?:d?alle(?:\sore)?|ore)\s[\d:.]*\d(?:\s(?:alle|-|–)\s[\d:.]*\d)?)?)[,:]?\s"
    r"(?P<what>(?:(?:il|lo|la|un|una|i|gli|le)\s|(?:l|un)['’])[a-zà-ù].+)",
    re.I,
)
_DATED_SEVERAL = re.compile(  # `Ogni mercoledì di luglio alle 18 letture per bambini`
    rf"(?P<day>(?:(?:[Oo]gni|[Tt]utti i|[Tt]utte le)\s(?:\w{{4,8}}ì|sabat[oi]|domenic(?:a|he))"
    rf"(?:\sdi\s{MONTH})?"
    rf"|[Dd]al(?:\s|l['’])\d{{1,2}}(?:\s{MONTH})?\sal(?:\s|l['’])\d{{1,2}}\s{MONTH}"
    rf"|(?:\w{{4,8}}ì|[Ss]abato|[Dd]omenica)\s\d{{1,2}}(?:\se\s(?:\w{{4,8}}ì|sabato|domenica)\s\d{{1,2}})?\s{MONTH})"
    r"(?:\s20\d\d)?(?:,?\s(?:d?alle(?:\sore)?|ore)\s[\d:.]*\d(?:\salle\s[\d:.]*\d)?)?"
    r"(?:,?\s(?:al|allo|alla|in|nel|nella)\s\w+(?:\s[A-ZÀ-Ý]\w+|\s(?:comunale|civic[oa]|consiliare))*)?),?\s"
    r"(?P<what>(?P<count>(?:oltre\s|più di\s|circa\s)?"
    r"(?:(?!20\d\d\b)\d{2,4}|due|tre|quattro|cinque|sei|sette|otto|nove|dieci|cento)\s)?"
    r"(?(count)(?!alle\b|ore\b|anni\b)\w+[ie]|(?:[Ll]etture|[Cc]oncerti|[Ll]aboratori|[Ii]ncontri|[Vv]isite|[Ff]ilm|[Gg]iochi|[Ss]pettacoli"
    r"|[Pp]roiezioni))"
    r"\b.*)"
)
_HELD_ON = re.compile(  # `La consegna venerdì 18 dicembre alle 11 in municipio`
    r"(?P<what>(?:La|Il|L['’])\s?(?:consegna|premiazione|inaugurazione|presentazione|cerimonia|partenza|ritrovo|festa|corteo)"
    r"(?:\sdei\spremi|\sdelle\sborse)?)\s(?P<when>(?:(?:\w{4,8}ì|sabato|domenica|il)\s\d|alle\s\d).*)"
)
_ONE = {
    **dict.fromkeys(("incontro", "concerto", "laboratorio", "corso", "mercatino"), "un "),
    **dict.fromkeys(("sciopero", "spettacolo"), "uno "),
    **dict.fromkeys(("gita", "visita", "festa", "riunione", "giornata", "passeggiata", "camminata"), "una "),
    "assemblea": "un'",
}
_DATED_NOUN = re.compile(
    r"(?P<day>(?:(?:luned|marted|mercoled|gioved|venerd)ì|sabato|domenica|il|l['’])\s?\d{1,2}\s[a-z]{4,9}(?:\s20\d\d)?"
    r"(?:,?\s(?:d?alle(?:\sore)?|ore)\s[\d:.]*\d(?:\s(?:alle|-|–)\s[\d:.]*\d)?)?)[,:]?\s"
    rf"(?P<what>(?:{'|'.join(_ONE)}|visite|incontri|concerti|laboratori|letture)\s[a-z][^:;]+)",
    re.I,
)  # `Venerdì 7 maggio sciopero dei bus.`
_DAY_NAME = r"(?:(?:luned|marted|mercoled|gioved|venerd)ì|sabato|domenica)"
_DATED_PHRASE = re.compile(
    rf"(?P<day>{_DAY_NAME}\s\d{{1,2}}\s[a-z]{{4,9}}(?:\s20\d\d)?"
    r"(?:,?\s(?:d?alle(?:\sore)?|ore)\s[\d:.]*\d(?:\s(?:alle|-|–)\s[\d:.]*\d)?)?)[,:]?\s"
    r"(?P<what>(?P<how>(?:solenn|grand|tradizional|consuet|special|prim|second|ultim|nuov)[a-z]+\s|sant[ao]\s|S\.\s)?"
    r"(?P<noun>(?!ritrov|partenz|arriv|inizi|apertur|chiusur)[a-zà-ù]{4,})"
    r"\s(?=(?:di|de\w*|in|con|per|al\w*|nel\w*|presso|a)\s|d['’])[^:;]+\.)",
    re.I,
)  # `Domenica 9 maggio, ore 10, solenne processione di San Rocco.`
_WARNED = re.compile(  # `Sabato 8 maggio, criticità ordinaria per temporali, dalle 12 alle 22.`
    rf"(?P<day>{_DAY_NAME}\s\d{{1,2}}\s{MONTH}(?:\s20\d\d)?),?\s(?P<what>(?:criticità|allerta)\s[^:;]+\.)",
    re.I,
)
_LABELLED = re.compile(  # `Notte tra lunedì 3 e martedì 4 maggio, dalle 23,30 alle 5: lavaggio delle strade.`
    rf"(?:Nella\s)?(?P<night>Notte\s(?:tra|fra)\s{_DAY_NAME}\s\d{{1,2}}(?:\s{MONTH})?\se\s"
    rf"{_DAY_NAME}\s\d{{1,2}}\s{MONTH}(?:\s20\d\d)?,?\sdalle\s(?:ore\s)?\d[\d:.,]*\salle\s(?:ore\s)?\d[\d:.,]*)\s?:\s"
    r"(?P<what>(?P<noun>[a-zà-ù]{4,})\s[^:;]+\.)",
    re.I,
)
_RELATIVE = re.compile(r"\s(?:che|in cui|di cui|a cui|dove)\s")
_OCCASION = re.compile(
    r"(?:(?:il|lo|la)\s|l['’])(?:cerimonia|commemorazione|festa|fiera|mostra|visita|serata|giornata|assemblea|riunione"
    r"|premiazione|inaugurazione|presentazione|concerto|spettacolo|incontro|convegno|corso|torneo|corteo|sciopero)\b"
)
_STATE = re.compile(
    rf"(?P<noun>[A-ZÀ-Ý][\w'’]+(?:\s(?!{_DONE})[\w'’]+){{0,5}}?)\s(?P<state>(?:{_DONE})[oaie])\b(?!\s(?:il|lo|la|i|gli|le)\s(?!\d)|\sd(?:i|el|ello|ella|ei|egli|elle)\s|\sdell['’])",
    re.I,
)
_AND_MORE = re.compile(
    rf"\s(?:e|ed)\s(?!(?:{_DONE})|(?:non|poi|anche)\b)[a-zà-ù]{{4,}}\s(?:al?|alla|alle|agli|ai|nel\w*|in|de\w+|di)\s"
    r"|\se\s(?:divieti|disagi|limitazioni|modifiche|variazioni)\b",
    re.I,
)
_NONE = re.compile(  # `Niente mercato sabato 24 maggio`
    r"Niente\s(?P<what>[a-zà-ù]{4,})(?:\s(?P<day>(?:(?:luned|marted|mercoled|gioved|venerd)ì|sabato|domenica)\s\d{1,2}"
    r"\s[a-z]{4,9}(?:\s20\d\d)?))?(?=[\s,.]|$)",
    re.I,
)
_INFINITIVE = re.compile(
    r"\b(?:essere|venire|restare|rimanere)$|^[A-ZÀ-Ý][a-zà-ù]+(?:ersi|arsi|irsi)$"
)  # `Unica città a essere premiata`
_HOW = re.compile(r"\s[a-z]{4,}mente$")
_DUTY = re.compile(  # `Dal 1° maggio obbligo di svuotare i sottovasi`
    r"(?P<when>(?:Dal|Dall['’]|Da|Dalle|Fino|Nei|Nel)[^;:]{3,60}?\s)?(?P<duty>obbligo|divieto)\sdi\s"
    r"(?P<what>[a-zà-ù]+(?:are|ere|ire|rre|rsi)\b.+)",
    re.I,
)
_COUNTED = re.compile(  # `Sette gli spettacoli in cartellone, dal 5 novembre al 18 marzo.`
    r"(?:Due|Tre|Quattro|Cinque|Sei|Sette|Otto|Nove|Dieci|Undici|Dodici|\d{1,2}) (?:i|gli|le) [a-zà-ù]+ "
    r"(?:in|del|della|di|che|previst)"
)
_AND_OF = re.compile(r"\b(e|o)\sdi\s(?=[a-zà-ù]+(?:are|ere|ire|rre|rsi)\b)")
_STARTS_ON_A_DAY = re.compile(r"(?:(?:luned|marted|mercoled|gioved|venerd)ì|sabato|domenica)\s\d", re.I)
_DATED_STATE = re.compile(
    rf"(?P<day>{_DAY_NAME}\s\d{{1,2}}(?:(?:,\s\d{{1,2}})*\se\s\d{{1,2}})?\s[a-z]{{4,9}}(?:\s20\d\d)?),?\s"
    rf"(?P<noun>[a-zà-ù'’]+(?:\s(?!{_DONE})[\w'’]+){{0,5}}?)\s(?P<state>(?:chius"
    rf"|apert|sospes|annullat|rinviat)[oaie])(?P<rest>(?:\sal pubblico)?\.?)",
    re.I,
)  # `Sabato 27 dicembre uffici comunali chiusi`
_LEVEL = re.compile(r"(?:stato|fase)\sdi\s(?:attenzione|pre-?allarme|allarme)\b", re.I)
_ENDED = re.compile(
    r"\b(?:revocat|conclus|annullat|cessat|terminat|rientrat|chius|sospes|declassat|scadut)|:", re.I
)
_ACT = re.compile(r"[\w'’]+(?:ura|zione|sione|zioni|sioni|ure)\b", re.I)  # `Chiusura anticipata` is one noun
_WORN = re.compile(r"(?:scarp|calzatur|calzar|abit|vestit|pantalon)", re.I)
_OPEN = re.compile(r"(?:apert|chius)[ie]", re.I)  # `Iscrizioni aperte`
_HAS_OBJECT = re.compile(  # `Il Comune aiuta le botteghe aperte da anni`: its verb is `aiuta`
    r"(?:(?:Il|Lo|La)\s|L['’])\w+(?:\s[A-ZÀ-Ý]\w+){0,2}\s[a-zà-ù]{3,}[ae]\s(?:(?:il|lo|la|i|gli|le)\s|l['’])"
)
_LISTS_ON = re.compile(r",\s[a-zà-ù]+\s(?:e|ed)\s[a-zà-ù]+")  # `Negozi aperti, musica e spettacoli`
_PLURAL = re.compile(r"(?:i|gli|le|due|tre|quattro|cinque)\s", re.I)


@lru_cache(maxsize=1024)
def spoken(line: str) -> str:
    """`line` with the verb that a headline leaves out, where it is sure which one that is."""
    if _A_STREET.fullmatch(line):
        return line  # `Vico Chiuso Sant'Anna`
    if match := _TERMS.fullmatch(line):
        noun, state = match["noun"], match["state"]
        return _told(noun.lower(), state)
    if said := _with_relative_clause(line):
        return said
    if none := _none(line):
        return none
    if (told := with_aim(line)) != line or ((told := with_orders(line)) != line and speaks(told)):
        return told
    if (named := _APPOSED.match(line)) and not has_verb(_RELATIVE.split(line, maxsplit=1)[0]):
        return f"{named['what']} è {line[named.end() :]}"
    if said := with_state(line) or of_a_card(line) or in_a_period(line):
        return said
    if shut := _SHUT_FOR.fullmatch(line):
        return f"Si chiude {shut['why']} {shut['when']}"
    opens = _PARTICIPLE.match(line) or _UNDER_WAY.match(line)
    if has_verb(_RELATIVE.split(line, maxsplit=1)[0] if opens else line):
        return line
    if _LEVEL.match(line) and not _ENDED.search(line):
        article = "lo" if line[:1].lower() == "s" else "la"
        return f"È in vigore {article} {line[:1].lower()}{line[1:]}"
    if match := _PARTICIPLE.match(line):
        end = match["end"].lower()
        verb = "È" if end in "oa" else "Sono"
        if match["day"] or _DEED.fullmatch(match["stem"]):
            return f"{verb} stat{end} {line[:1].lower()}{line[1:]}"
        if match["stem"].lower() == "conclus":
            verb = f"Si {verb.lower()}"
        return f"{verb} {line[:1].lower()}{line[1:]}"
    if match := _BARE_STATE.match(line):
        state = match["state"].lower()
        many = state[-1] in "ie" and state != "possibile"
        return f"{'Sono' if many else 'È'} {state} {line[match.end() :]}"
    if match := _ALSO.match(line) or _DONE_SOMEHOW.match(line):
        been = f" stat{match['end'].lower()}" if _DEED.match(line) else ""
        return f"{'È' if match['end'].lower() in 'oa' else 'Sono'}{been} {line[:1].lower()}{line[1:]}"
    if (match := _DONE_BARE.match(line)) and (article := _indefinite(match["noun"], match["end"].lower())):
        return f"È stat{match['end']} {match['done'].lower()} {article}{line[match.start('noun') :]}"
    if (
        (match := _PAST.match(line))
        and _agrees(match["end"], line[match.end() :])
        and lemma(match["word"].lower()).endswith(("are", "ere", "ire"))
    ):
        end = match["end"].lower()
        return f"{'È stat' if end in 'oa' else 'Sono stat'}{end} {line[:1].lower()}{line[1:]}"
    if match := _PREDICATE.fullmatch(line):
        return f"{'Sono' if match['many'] else 'È'} {match['state'].lower()} {match['what']}"
    if match := _PLACED.fullmatch(line):
        end = match["end"].lower()
        return f"{match['where']} {'è' if end in 'oa' else 'sono'} stat{end} {match['what']}"
    if match := _NO_PARKING.fullmatch(line):
        is_masculine = match["what"] == "transito"
        article = "il" if is_masculine else "la"
        return f"È vietat{'o' if is_masculine else 'a'} {article} {match['what']}{match['rest']}"
    if match := _FINES.match(line):
        name = match["name"].lower()
        several = name.endswith(("e", "i")) and name != "sanzione"
        sums = _WITH.sub(", con ", line[match.end() :])
        return f"{'Le' if several else 'La'} {name} {'vanno' if several else 'va'} da {sums}"
    if match := _UNDER_WAY.fullmatch(line):
        verb = "Prendono il via" if match["many"] else "Prende il via"
        return f"{verb} {match['day'] or ''}{match['what']}"
    if (match := _DATED.fullmatch(line)) and not speaks(match["what"]):
        verb = "ci sono" if _PLURAL.match(match["what"]) else "c'è"
        return f"{match['day'][:1].upper()}{match['day'][1:]} {verb} {match['what']}"
    if (match := _DATED_NOUN.fullmatch(line)) and not speaks(
        match["what"].split(" ", 1)[-1].split(" per chi ")[0]
    ):
        noun = match["what"].split(" ", 1)[0].lower()
        verb = f"c'è {_ONE[noun]}" if noun in _ONE else "ci sono "
        return f"{match['day'][:1].upper()}{match['day'][1:]} {verb}{match['what']}"
    if (match := _DATED_SEVERAL.fullmatch(line)) and not speaks(match["what"]):
        what = match["what"] if match["count"] else f"{match['what'][:1].lower()}{match['what'][1:]}"
        return f"{match['day']} ci sono {what}"
    if (match := _HELD_ON.fullmatch(line)) and not speaks(match["when"]):
        return f"{match['what']} è {match['when']}"
    if (match := _DATED_PHRASE.fullmatch(line)) and (said := _with_its_noun(match)):
        return said
    if (match := _WARNED.fullmatch(line)) and not speaks(match["what"]):
        article = "l'" if match["what"][0].lower() == "a" else "la "
        day = f"{match['day'][:1].upper()}{match['day'][1:]}".rstrip(",")
        return f"{day} è in vigore {article}{match['what'][:1].lower()}{match['what'][1:]}"
    if (match := _LABELLED.fullmatch(line)) and (said := _planned(match)):
        return said
    if dated := _DATED_STATE.fullmatch(line):
        said, end = dated["noun"], dated["state"][-1].lower()
        verb = "è" if end in "oa" else "sono"
        day = f"{dated['day'][:1].upper()}{dated['day'][1:]}"
        return f"{day} {_small(as_subject(said, end))} {verb} {dated['state']}{dated['rest']}"
    if match := _COUNTED.match(line):
        return f"Sono {line[:1].lower()}{line[1:]}"
    if match := _DUTY.fullmatch(line):
        duty = "è vietato" if match["duty"].lower() == "divieto" else "è obbligatorio"
        what = _AND_OF.sub(r"\1 ", match["what"])
        said = f"{match['when'] or ''}{duty} {what}"
        return f"{said[:1].upper()}{said[1:]}"
    if _STARTS_ON_A_DAY.match(line) or _PREPOSITION.match(line):
        return line
    match = _STATE.match(line)
    if match and (re.fullmatch(_DAY_NAME, match["noun"], re.I) or _WORN.match(match["noun"])):
        return line  # `Sabato chiuso.`: what is? `Scarpe chiuse`: to be worn
    if match and not _PLURAL.match(line) and (_OPEN.match(match["state"]) or not _ACT.match(match["noun"])):
        noun, end = match["noun"], match["state"][-1].lower()
        gender = gender_of(noun.split(" ", 1)[0].lower())
        if gender and gender.ending != end:
            return line  # `Bando di gara a procedura aperta`: it is the procedure that is open
        verb = "è" if end in "oa" else "sono"
        if (
            _LISTS_ON.match(line, match.end())
            or _HAS_OBJECT.match(noun)
            or _AND_MORE.match(line[match.end() :])
            or _INFINITIVE.search(noun)
        ):
            return line  # `Strade chiuse e variazioni alla viabilità`
        if how := _HOW.search(noun):  # `Uffici temporaneamente chiusi`
            noun, verb = noun[: how.start()], f"{verb}{how[0]}"
        return f"{as_subject(noun, end)} {verb} {line[match.start('state') :]}"
    return line


_PLACE = re.compile(  # where something is, and nothing that takes place
    r"auditorium|biblioteca|campo|casa|castello|centro|chiesa|cortile|duomo|museo|oratorio|palazzo|palestra"
    r"|parcheggio|parco|piazza(?:le)?|sal(?:a|one)|scuola|teatro|villa",
    re.I,
)


def _with_its_noun(match: re.Match[str]) -> str:
    """`Domenica 9 maggio ore 10 c'è la solenne processione di San Rocco.`; "" where the noun's article is
    not sure, or the phrase has a verb.
    """
    gender = gender_of(match["noun"].lower())
    how = (match["how"] or "").lower().replace("s. ", "santa ")
    if gender is None or speaks(match["what"]) or _PLACE.fullmatch(match["noun"]):
        return ""
    verb = "ci sono" if gender.is_plural else "c'è"
    article = definite(how or match["noun"], gender)
    rest = match["what"][match.end("noun") - match.start("what") :]
    day = f"{match['day'][:1].upper()}{match['day'][1:]}".replace(",", "")
    return f"{day} {verb} {article}{how}{match['noun'].lower()}{rest}"


def _planned(match: re.Match[str]) -> str:
    """`Nella notte tra lunedì 3 e martedì 4 maggio, dalle 23,30 alle 5, è previsto il lavaggio delle strade.`

    "" where the noun's article is not sure, or the phrase has a verb.
    """
    gender = gender_of(match["noun"].lower())
    if gender is None or speaks(match["what"]):
        return ""
    verb = "sono previst" if gender.is_plural else "è previst"
    what = f"{match['what'][:1].lower()}{match['what'][1:]}"
    night = f"{match['night'][:1].lower()}{match['night'][1:]}"
    return f"Nella {night}, {verb}{gender.ending} {definite(match['noun'].lower(), gender)}{what}"


def _none(line: str) -> str:
    """`Sabato 24 maggio non c'è il mercato` of `Niente mercato sabato 24 maggio`."""
    match = _NONE.match(line)
    gender = gender_of(match["what"].lower()) if match else None
    if match is None or gender is None or has_verb(line):
        return ""
    verb = "non ci sono" if gender.is_plural else "non c'è"
    said = f"{verb} {definite(match['what'].lower(), gender)}{match['what'].lower()}"
    day = match["day"] or ""
    said = f"{day} {said}" if day else said
    return f"{said[:1].upper()}{said[1:]}{line[match.end() :]}"


def _with_relative_clause(line: str) -> str:
    """`Sabato 3 maggio c'è la cerimonia per gli esuli che …`: the verb is not the headline's own."""
    match = _DATED.fullmatch(line)
    own = _RELATIVE.split(match["what"], maxsplit=1)[0] if match else ""
    if match is None or own == match["what"] or speaks(own) or not _OCCASION.match(own):
        return ""
    return f"{match['day'][:1].upper()}{match['day'][1:]} c'è {match['what']}"


def _indefinite(noun: str, end: str) -> str:
    """`un`, `uno`, `una` before a noun that agrees with the participle; "" where it is not sure to."""
    gender = gender_of(noun.lower())
    return indefinite(noun, gender) if gender and gender.ending == end else ""


def _agrees(end: str, phrase: str) -> bool:
    """Whether a participle's ending is that of the article behind it: `Evitate la zona` is none."""
    articles = {"o": r"(?:il|lo|uno?)\s|l['’]", "a": r"(?:la|una)\s|l['’]", "i": r"(?:i|gli)\s", "e": r"le\s"}
    return re.match(articles[end.lower()], phrase, re.I) is not None


def _told(noun: str, state: str) -> str:
    """`Ingresso libero` as `L'ingresso è libero.`"""
    if noun == "posti":
        return f"I posti sono {state}."
    article = "L'" if noun[0] in "aeiou" else "La "
    return f"{article}{noun} è {state}."


def _small(words: str) -> str:
    return f"{words[:1].lower()}{words[1:]}" if re.match(r"(?:I|Il|Lo|La|Gli|Le)\s|L'", words) else words
