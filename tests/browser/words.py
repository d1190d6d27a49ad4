"""The words of the pages, in a language: as the catalogue has them, so that a test repeats none of them."""

import re
from pathlib import Path

LOCALES = Path(__file__).resolve().parents[2] / "catalogue/locales"
LINE = re.compile(r"^([a-z][\w-]*) = (\S.*)$", re.MULTILINE)
PLACE = re.compile(r"\{ \$(\w+) \}")


class Words:
    """Texts of one line, by their names."""

    def __init__(self, language):
        self.language = language
        files = (LOCALES / language).glob("*.ftl")
        self.texts = {name: text for file in files for name, text in LINE.findall(file.read_text())}

    def __call__(self, name, **values):
        """The text of this name. It is cut before the first value that is not given."""
        text = PLACE.sub(lambda place: str(values.get(place[1], "\0")), self.texts[name])
        return text.split("\0")[0].strip()
