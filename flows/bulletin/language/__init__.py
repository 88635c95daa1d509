"""Italian as such: days, sentences, titles, what a word tells; knows no bulletin."""
