"""Names of persons in a text that thousands receive: what an editor should look at before it leaves.

A person's name has no place in a bulletin unless an office speaks through it or an event is theirs. In the
weeks before a vote even office holders stay unnamed: communication is then "impersonal and indispensable"
(law 28/2000, article 9).
"""

import re
from collections.abc import Collection, Iterator

_ITALIAN = """
    Achille Adele Adriana Adriano Agata Agnese Agostino Alberta Alberto Aldo Alessandra Alessandro
    Alessia Alessio Alex Alfonso Alfredo Alice Alida Amedeo Amelia Anastasia Andrea Angela Angelica
    Angelina Angelo Anita Anna Annalisa Annamaria Antonella Antonia Antonietta Antonino Antonio
    Arianna Armando Arnaldo Arturo Attilio Aurelio Barbara Battista Beatrice Benedetta Benedetto
    Beniamino Bernardo Biagio Bianca Bruna Bruno Camilla Camillo Carla Carlo Carlotta Carmela
    Carmelo Carmen Carmine Carolina Caterina Cecilia Cesare Chiara Christian Cinzia Claudia Claudio
    Clelia Clemente Concetta Consuelo Corrado Cosimo Cristian Cristiana Cristiano Cristina Damiano
    Daniela Daniele Danilo Dario Davide Debora Deborah Delia Denis Desiree Diana Diego Dino Domenico
    Donatella Donato Edoardo Egidio Elena Eleonora Elia Eliana Elisa Elisabetta Eliseo Elsa Emanuela
    Emanuele Emilia Emiliano Emilio Emma Enrica Enrico Enzo Erica Erika Ermanno Ernesto Ettore
    Eugenia Eugenio Eva Ezio Fabiana Fabio Fabiola Fabrizia Fabrizio Federica Federico Ferdinando
    Fernanda Fernando Filippo Flavia Flavio Franca Francesca Francesco Franco Fulvio Gabriele
    Gabriella Gaetano Gaia Gaspare Gennaro Gerardo Giacinto Giacomo Giada Giampaolo Giampiero
    Giancarlo Gianfranco Gianluca Gianluigi Gianmarco Gianna Gianni Gianpaolo Gigliola Gilberto Gina
    Gino Gioele Giorgia Giorgio Giovanna Giovanni Girolamo Giulia Giuliana Giuliano Giulio Giuseppe
    Giuseppina Giusy Graziano Graziella Gregorio Guglielmo Guido Ida Ignazio Ilaria Ines Irene Iris
    Isabella Ivan Ivana Ivano Ivo Jacopo Jessica Katia Lara Laura Lea Leandro Leonardo Letizia Lia
    Liana Lidia Liliana Lino Lisa Livia Livio Loredana Lorella Lorena Lorenza Lorenzo Luca Lucia
    Luciana Luciano Lucio Ludovica Ludovico Luigi Luigia Luisa Maddalena Manlio Manuel Manuela Mara
    Marcella Marcello Marco Margherita Maria Mariangela Marianna Mariella Mario Marisa Marta Martina
    Martino Marzia Massimiliano Massimo Matilde Matteo Mattia Maura Maurizio Mauro Melissa Michela
    Michelangelo Michele Milena Mina Mirco Mirella Miriam Mirko Monica Nadia Natalia Natalino Nicola
    Nicole Nicoletta Nicolò Noemi Nunzia Olga Olivia Orazio Oreste Oriana Orietta Ornella Osvaldo
    Ottavio Pamela Paola Paolo Pasquale Patrizia Piera Pierluigi Piero Pietro Pina Pino Raffaele
    Raffaella Raimondo Rebecca Remo Renata Renato Renzo Riccardo Rino Rita Roberta Roberto Rocco
    Rodolfo Romina Romolo Ronaldo Rosalba Rosalia Rosanna Rosaria Rosella Rossana Rossella Ruggero
    Sabina Sabrina Salvatore Samanta Samuel Samuele Sandra Sandro Sara Saverio Sebastiano Serafino
    Serena Sergio Silvana Silvano Silvia Silvio Simona Simone Sofia Sonia Stefania Stefano Susanna
    Tania Tatiana Teodoro Teresa Tiziana Tiziano Tommaso Ubaldo Ugo Umberto Valentina Valentino
    Valeria Valerio Vanessa Vera Veronica Vincenza Vincenzo Virginia Vito Vittorio Viviana Walter
    Ylenia Zeno
"""
FIRST_NAMES = frozenset(_ITALIAN.split())

_CAPITAL = r"(?:[A-ZÀ-Ý][a-zà-ÿ]+(?:['’-][A-ZÀ-Ýa-zà-ÿ]+)*|[DLdl]['’][A-ZÀ-Ý][a-zà-ÿ]+|[A-ZÀ-Ý]{3,})"
_SURNAME = rf"(?:(?:D[eiao]|Del|Della|Dalla|Dal|Lo|La|Li|De|van|von)[ ])?{_CAPITAL}"
_PERSON = re.compile(rf"\b(?P<first>{_CAPITAL})(?:[ ]{_CAPITAL})?[ ]{_SURNAME}")
_OFFICE = (
    r"(?:(?:vice|pro)?[- ]?sindac[oa]|assessor[ei]|assessora|assessoratrice|president[ei]|presidentessa"
    r"|consiglier[ei]|consigliera|ministr[oa]|sottosegretari[oa]|prefett[oa]|onorevole|on\.|senat(?:ore|rice)"
    r"|deputat[oa]|commissari[oa]|segretari[oa]|dirigent[ei]|responsabil[ei]|direttore|direttrice|comandante"
    r"|funzionari[oa]|referente|garante|difensore civico|rup|r\.u\.p\.|capogruppo|parroco|don|mons\.|vescovo"
    r"|dott(?:\.ssa|\.|\b)|dr\b|avv\.|ing\.|arch\.|prof(?:\.ssa|\.|\b)|geom\.|rag\.)"
)
# What is called after somebody, or is somebody's work: the name tells the thing.
_THING = (
    r"(?:vi[ae]|v\.le|viale|vicolo|piazza(?:le|le|tta)?|p\.za|p\.zza|p\.le|corso|c\.so|largo|l\.go"
    r"|strada|contrada|salita|lungo\w+|ponte|rotonda|sottopasso|parcheggio|fermata|frazione|località"
    r"|borgo|rione|quartiere|villa|palazz\w+|cascina|castello|torre|parco|parchi|giardin[oi]|aiuola"
    r"|bosco|rifugio|sentiero|scuol[ae]|istitut[oi]|i\.c\.|ic|plesso|liceo|asilo|nido|nidi|materna"
    r"|primaria|secondaria|elementari|medie|infanzia|università|collegio|convitto|bibliotec\w+|museo"
    r"|musei|teatro|auditorium|cinema|sala|salone|aula|galleria|spazio|centro|casa|circolo|oratorio"
    r"|chiesa|basilica|duomo|cappella|parrocchia|santuario|abbazia|convento|cimitero|ospedale|clinica"
    r"|ambulatorio|farmacia|stadio|palestra|palasport|piscina|campo|impianto|velodromo|caserma"
    r"|stazione|aeroporto|porto|molo|premio|trofeo|memorial|torneo|coppa|gara|concorso|borsa"
    r"|fondazione|associazione|cooperativa|coop|ditta|studio|impresa|banda|coro|corale|orchestra"
    r"|compagnia|gruppo|brigata|sezione|monumento|statua|busto|lapide|targa|pietra|sacrario|festa"
    r"|fiera|sagra|processione|anniversario|centenario|intitolat\w+|intitolazione|dedicat\w+|memoria"
    r"|ricord\w+|omaggio|commemorazione|nascita|morte|scomparsa|vita|opere?|quadri|dipint[oi]|mostra"
    r"|fotografie|film|romanzo|libr[oi]|autor[ei]|autrice|scrittor[ei]|scrittrice|poeta|poesie"
    r"|musich?e|musica|canzoni|concerto|spettacolo|commedia|regia|recital|lettura|letture|conferenza"
    r"|incontro|presentazione|cura|conduce|presenta|relat(?:ore|rice|ori)|con|tratto|testi"
    r"|interpret\w+|di e con|voce|chitarra|pianoforte|artist[aie]|attor[ei]|attrice|maestr[oa]"
    r"|istrut\w+|soprano|dj|legge|decreto|metodo|piano|bando|progetto|sindrome|calendario|san|santa"
    r"|santo|sant['’]|ss\.|beat[oa]|papa|suor|fratelli|f\.lli|madonna|natività)"
)
_KINDS = (
    r"(?i:statale|comunale|civic[oa]|pubblic[oa]|paritari[oa]|comprensivo|superiore|provinciale|nazionale)"
)
_BETWEEN = rf"(?:[\s«»“”\"'’(:-]+(?:[a-zà-ÿ]+[.'’]?|{_KINDS})){{0,NUMBER}}[\s«»“”\"'’(:-]*$"
_AFTER_OFFICE = re.compile(rf"(?<!\w)(?i:{_OFFICE}){_BETWEEN.replace('NUMBER', '2')}")
_FULL_OFFICE = re.compile(rf"(?<!\w){_OFFICE}[^.;:!?\n]{{0,60}}$", re.I)
_BEFORE_OFFICE = re.compile(rf"[ ]?[,(–-][ ]?(?:(?:il|la|lo|l['’]|nostr[oa])[ ]?)?{_OFFICE}(?!\w)", re.I)
_OF_A_THING = re.compile(rf"(?<!\w)(?i:{_THING}){_BETWEEN.replace('NUMBER', '4')}")
_LISTED = re.compile(r"\s*(?:,|[,]?\s(?:e|ed|con))\s+")  # `con Anna Verdi, Ugo Neri e Ida Blu`
_ROMAN = re.compile(r"\b[IVX]+\b")  # `Enrico III`
_NEAR = 80  # characters before a name


def warnings(
    text: str, office_holders: Collection[str] = (), in_period: bool = False, *, is_act: bool = False
) -> tuple[str, ...]:
    """Sentences in Italian about the persons that `text` names; none where it names nobody.

    Args:
        text: of an item, as it would be sent.
        office_holders: full names of the Comune's administrators, like "Anna Bianchi".
        in_period: whether a vote is near; then their names warn too, and every name with an office.
        is_act: whether the source is an act of the albo, which must name whom it concerns.
    """
    sentences = []
    holders = [name for name in office_holders if name.strip()]
    if in_period:
        sentences += [_ELECTION.format(name) for name in _held(text, holders)]
    last = -1  # where the name of a thing or of its artist ends
    for start, name in _persons(text):
        before, after = text[max(0, start - _NEAR) : start], text[start + len(name) :][:_NEAR]
        if _OF_A_THING.search(before) or (last >= 0 and _LISTED.fullmatch(text[last:start])):
            last = start + len(name)
            continue
        in_office = bool(_FULL_OFFICE.search(before) or _BEFORE_OFFICE.match(after))
        is_holder = any(_same(name, holder) for holder in holders)
        if in_period and (in_office or is_holder):
            sentences.append(_ELECTION.format(name))
        elif not (in_office or is_holder or is_act):
            sentences.append(_PERSON_NAMED.format(name))
    return tuple(dict.fromkeys(sentences))


_PERSON_NAMED = (
    "Compare il nome di una persona ({}). Se non è un amministratore nell'esercizio delle funzioni, toglilo."
)
_ELECTION = (
    "In periodo elettorale la comunicazione dev'essere impersonale e indispensabile. Togli {} o la notizia."
)


def _persons(text: str) -> Iterator[tuple[int, str]]:
    """Place and text of each first name with a surname behind it."""
    at = 0
    while match := _PERSON.search(text, at):
        first, rest = match["first"], match[0][match.end("first") - match.start() + 1 :]
        is_name = first.capitalize() in FIRST_NAMES and first.isupper() == rest.isupper()
        if is_name and not _ROMAN.search(rest):
            name = match[0] if not first.isupper() else " ".join(match[0].split(" ")[:2])
            yield match.start(), name
            at = match.start() + len(name)
        else:
            at = match.end("first")


def _held(text: str, holders: Collection[str]) -> Iterator[str]:
    """Office holders in the text by their whole name, or by an office and their surname."""
    for holder in holders:
        words = [re.escape(word) for word in holder.split()]
        orders = "|".join([r"\s+".join(words), r"\s+".join([words[-1], *words[:-1]])])
        for match in re.finditer(rf"(?<!\w)(?:{orders})(?!\w)", text, re.I):
            if not _OF_A_THING.search(text[max(0, match.start() - _NEAR) : match.start()]):
                yield match[0]
        for match in re.finditer(rf"(?<!\w){words[-1]}(?!\w)", text, re.I):
            if _AFTER_OFFICE.search(text[max(0, match.start() - _NEAR) : match.start()]):
                yield holder


def _same(name: str, holder: str) -> bool:
    return sorted(name.casefold().split()) == sorted(holder.casefold().split())
