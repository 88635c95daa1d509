"""How long a text is, as those who set a limit count it, and how Italians write a count."""


def utf16(text: str) -> int:
    """Length in UTF-16 units, the largest of the lengths that Meta could mean."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def thousands(count: int) -> str:
    """`1.830`, as Italians write it."""
    return f"{count:,}".replace(",", ".")
