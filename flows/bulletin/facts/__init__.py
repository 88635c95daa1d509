"""The typed facts of a text: dates, hours, amounts, places, names, decisive words."""
