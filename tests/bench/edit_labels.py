"""What a person says of real edits (`news/edits.jsonl`, by their place in the file).

Judged by reading what changed. The rules were made on the same edits, so that they hold on these is a
regression test and no measure of how they fare on others.
"""

from db.models import Edit

_COSMETIC = """
    0 8 9 16 24 28 32 44 72 76 80 84 88 160 164 168 172 184 188 192 196 204 220 236 248 252 284 292 340 426
    436 460 464
"""
_REWORDED = """
    1 12 13 18 36 40 53 54 68 97 112 116 127 133 156 206 225 230 240 263 264 300 305 307 310 342 364
    368 404 444 458
"""
_UPDATED = """
    4 51 52 60 62 65 93 96 104 109 113 117 124 128 136 147 149 155 212 217 224 226 272 276 304
    319 332 350 357 360 362 372 374 388 389 413 418 422 430 437 438 467
"""
_SAME = """
    0 1 4 6 8 9 11 36 43 48 51 52 62 96 98 102 109 113 147 149 155 212 224 226 228 241 256 262 264
    276 319 322 323 331 332 348 350 355 356 362 368 371 374 413 418 422 437 443 449 467
"""
_OTHER = """
    3 5 20 41 42 91 93 94 95 115 126 136 137 138 139 141 142 144 145 148 153 266 267 269 271 274 275
    277 279 280 281 287 299 321 324 325 328 330 333 335 343 351 376 378 389 392 411 434 435 440 442
    445 446 447 448 450 451
"""


def _places(text: str) -> list[int]:
    return [int(one) for one in text.split()]


KIND = dict.fromkeys(_places(_COSMETIC), Edit.cosmetic)
KIND |= dict.fromkeys(_places(_REWORDED), Edit.reworded)
KIND |= dict.fromkeys(_places(_UPDATED), Edit.updated)
SAME = dict.fromkeys(_places(_SAME), True) | dict.fromkeys(_places(_OTHER), False)
