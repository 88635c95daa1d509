"""What an editor is told of a text that may not stand, by what is wrong with it: Italian sentences."""

from flows.bulletin.language.wholeness import Trouble
from flows.bulletin.page.notice import Slot

REASONS = {
    Trouble.cut: "La frase «{}» è tronca.",
    Trouble.torn: "La frase «{}» finisce su un'abbreviazione.",
    Trouble.behead: "Alla frase «{}» manca l'inizio.",
    Trouble.dangling: "La frase «{}» si regge su un'altra che non c'è.",
    Trouble.label: "«{}» è un'etichetta della pagina, non una frase.",
    Trouble.glue: "In «{}» due righe sono attaccate.",
    Trouble.verbless: "«{}» non è una frase: manca il verbo.",
    Trouble.number: "«{}» è solo un numero.",
    Trouble.inpage: "«{}» rimanda a una pagina che il lettore non ha davanti.",
    Trouble.stamp: "«{}» è la data della pagina, non una notizia.",
    Trouble.orders: "«{}» è rivolta a un programma.",
    Trouble.spaced: "In «{}» le lettere sono separate da spazi.",
    Trouble.ortho: "In «{}» c'è un errore di scrittura.",
    Trouble.caps: "In «{}» ci sono parole in maiuscolo.",
}
NAMES = {
    Slot.when: "il giorno",
    Slot.hours: "l'orario",
    Slot.deadline: "la scadenza",
    Slot.until: "fino a quando",
    Slot.place: "il luogo",
    Slot.hazard: "il pericolo",
    Slot.product: "il prodotto",
    Slot.todo: "che cosa fare",
}
