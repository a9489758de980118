"""Personal data never leaves unmasked: placeholders for the call to a translator, put back after it."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from service.pipeline.masking.find import Find
from service.pipeline.masking.names import names
from service.pipeline.masking.official_numbers import official_numbers
from service.pipeline.masking.personal_data import cards, configured, emails, ibans, phones

# Double brackets with a number came back unchanged from Apertium and from Firefox's models, where words like XQ1
# were inflected or marked as unknown; translators that write full-width brackets or add blanks are read as well.
_PLACEHOLDER = re.compile(r"[\[［【]\s*[\[［【]\s*(\d{1,6})\s*[\]］】]\s*[\]］】]")
_HIGH = 100_000  # from here on a number in brackets is the customer's and no placeholder's


@dataclass(frozen=True)
class Masked:
    """A text in which placeholders stand for personal data, and what they stand for."""

    original: str
    text: str
    originals: dict[int, str]
    kinds: dict[str, int] = field(default_factory=dict)

    @property
    def has_words(self) -> bool:
        """Whether anything is left to translate."""
        return any(letter.isalpha() for letter in _PLACEHOLDER.sub("", self.text))

    def restore(self, translated: str) -> str:
        """Put the personal data back where the translator left its placeholders."""
        return _PLACEHOLDER.sub(lambda found: self.originals.get(int(found[1]), found[0]), translated)


class Masker:
    """Finds personal data of all kinds.

    Args:
        patterns: The company's own numbers, by what they are: ``{"order": r"LK-\\d{6}"}``.
    """

    def __init__(self, patterns: Mapping[str, str] | None = None) -> None:
        self._patterns = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in (patterns or {}).items()}

    def mask(self, text: str, regions: Sequence[str] = (), name: str | None = None) -> Masked:
        """Put a placeholder in place of each piece of personal data.

        Args:
            text: What is about to leave the house.
            regions: ISO 3166 countries in whose forms numbers are read.
            name: As the visitor gave it in the form.
        """
        taken = (int(found[1]) for found in _PLACEHOLDER.finditer(text))
        free = 1 + max((number for number in taken if number < _HIGH), default=0)
        finds = self.finds(text, regions, name)
        pieces, originals, end = [], {}, 0
        for number, find in enumerate(finds, free):
            originals[number] = text[find.start : find.stop]
            pieces += [text[end : find.start], f"[[{number}]]"]
            end = find.stop
        kinds = dict(Counter(find.kind for find in finds))
        return Masked(text, "".join([*pieces, text[end:]]), originals, kinds)

    def finds(self, text: str, regions: Sequence[str], name: str | None) -> list[Find]:
        """Where personal data stands, in order; finds that overlap are one, of the kind that begins it."""
        merged: list[Find] = []
        for find in sorted(self._all(text, regions, name), key=lambda find: (find.start, -find.stop)):
            if merged and find.start < merged[-1].stop:
                merged[-1] = merged[-1]._replace(stop=max(find.stop, merged[-1].stop))
            else:
                merged.append(find)
        return merged

    def _all(self, text: str, regions: Sequence[str], name: str | None) -> chain[Find]:
        return chain(
            emails(text), ibans(text), cards(text), phones(text, regions), official_numbers(text, regions),
            configured(text, self._patterns), names(text, name),
        )  # fmt: skip
