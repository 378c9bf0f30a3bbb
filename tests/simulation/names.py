"""Canary names: words that no language has, all equally long, so that none hides in another or in a sentence.

The nth person of a case always bears the same name, and nobody else's in that case.
"""

from __future__ import annotations

from itertools import count, product

HEADS = ("Zqua", "Vrex", "Jhol", "Kwym", "Xanf", "Bvoz", "Qidr", "Wolj", "Yugk", "Fjen", "Gzim", "Pwux")
TAILS = ("bruk", "dazh", "fyng", "gowt", "hupl", "jevv", "kliz", "morq", "nuxt", "prow", "svej", "twyb")
WORDS = [f"{head}{vowel}{tail}" for vowel, tail, head in product("aeiouy", TAILS, HEADS)]


class Names:
    """Hands out names. canaries: of each person, the words that no other reader may learn."""

    def __init__(self) -> None:
        self.canaries: dict[str, list[str]] = {}
        self._numbers = count()

    def word(self) -> str:
        return WORDS[next(self._numbers)]

    def of(self, person: str) -> str:
        """A first and a last name for this person."""
        first, last = self.word(), self.word()
        self.canaries.setdefault(person, []).extend((first, last))
        return f"{first} {last}"

    def address(self, person: str, at: str) -> str:
        """A mailbox of this person's own."""
        box = self.word().lower()
        self.canaries.setdefault(person, []).append(box)
        return f"{box}@{at}"
