"""A page's own sentences, chosen and shortened to the room there is.

`text` asks `framed` for candidates, which has them of `frames`; `checks` refuses or mends, `additions` adds.
"""
