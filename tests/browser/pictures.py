"""Pictures of the pages, under names that a person understands."""

import re
import threading
from pathlib import Path

# Above this a page is shown as far as the screen reaches.
TALLEST = 6000


def words_of(text):
    """As a part of a file's name."""
    return re.sub(r"\W+", "-", text.lower()).strip("-")[:48].strip("-")


class Album:
    """A folder of pictures, and the pages that were seen as the program sent them."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.pages, self.weights = {}, []
        self.lock = threading.Lock()

    def name(self, path, number, shown):
        return f"{words_of(path) or 'start'}.{number}.{words_of(shown)}"

    def take(self, page, name, width, scheme):
        height = page.evaluate("document.documentElement.scrollHeight")
        page.screenshot(path=self.folder / f"{name}.{width}-{scheme}.png", full_page=height <= TALLEST)

    def keep(self, name, text, weight):
        with self.lock:
            self.pages[name] = text
            self.weights.append(weight)
