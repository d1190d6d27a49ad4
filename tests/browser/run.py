#!/usr/bin/env python3
"""Reads each page that the program serves in headless Chromium, with real data, as a person would.

Each is looked at on a phone and on a large screen, light and dark: no error and nothing against the policy in the console,
no text that a script made of what is no text, nothing wider than the screen, the names that must be there, what axe asks
of a page that everybody can use, HTML as its standard wants it, and no more bytes than a page may weigh. Flows lead through
several pages, by the words of each language, without scripts, or by keyboard alone. Pictures of all this are kept.

    tests/browser/run.py target/debug/personal-settings [page or flow…] [--screenshots FOLDER]
    tests/browser/run.py target/debug/personal-settings --readme

Needs what `requirements.txt` names, npm with Node 20.19 or newer, and Chromium.
"""

import argparse
import shutil
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import deque, namedtuple
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import account  # noqa: E402, F401, its visits are in READS, as of those below
import again  # noqa: E402, F401, its flows are in FLOWS
import arriving  # noqa: E402, F401
import desk  # noqa: E402, F401
import developers  # noqa: E402, F401
import factors  # noqa: E402, F401
import keyboard  # noqa: E402, F401
import letters  # noqa: E402, F401
import links  # noqa: E402, F401
import privacy  # noqa: E402, F401
import showcase  # noqa: E402
import teams  # noqa: E402, F401
import validity  # noqa: E402
from flows import FLOWS  # noqa: E402
from pictures import Album  # noqa: E402
from reading import Reading  # noqa: E402
from service import running  # noqa: E402
from traffic import too_heavy  # noqa: E402
from visits import READS  # noqa: E402

# Each has a program and a browser of its own: codes of the one are not taken by the other.
READERS = 2
Program = namedtuple("Program", "binary base folder")


def read(program, browser, path, album):
    """Reads a page; what is wrong with it, and where it leads."""
    flow = FLOWS.get(path)
    reading = Reading(browser, program.base, path, album, **(flow.options if flow else {}))
    try:
        (flow or READS[path])(program, reading)
    except Exception as error:
        reading.faults.append(f"{error}\n{reading.page.inner_text('body')[:1000]}")
    finally:
        reading.close()
    return reading.faults, reading.links


def leads_nowhere(link):
    try:
        # As a browser asks: who is not signed in is led to where one signs in.
        with urllib.request.urlopen(urllib.request.Request(link, headers={"Accept": "text/html"}), timeout=30):
            return False
    except urllib.error.HTTPError:
        return True


def read_all(binary, chromium, paths, album):
    """Reads pages as long as there are any; what is wrong with them."""
    faults, links = [], set()
    # Browsers take passkeys under a name, not at a number.
    with running(binary, host="localhost") as (base, folder), sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        while paths:
            path = paths.popleft()
            began = time.monotonic()
            wrong, leads_to = read(Program(binary, base, folder), browser, path, album)
            print(f"{path}: {time.monotonic() - began:.1f} s, {len(wrong)} faults", flush=True)
            faults += [f"{path}: {fault}" for fault in wrong]
            links |= leads_to
        browser.close()
        # What `/v1` hands over is for a session.
        pages = sorted(link for link in links if not link.startswith(f"{base}/v1/"))
        faults += [f"a link leads nowhere: {link}" for link in pages if leads_nowhere(link)]
    return faults


def asked():
    parser = argparse.ArgumentParser(description="Reads the pages of the program in a browser.")
    parser.add_argument("program")
    parser.add_argument("pages", nargs="*", help="pages and flows, by their names; all of them where none is named")
    parser.add_argument("--screenshots", metavar="FOLDER", help="where pictures of the pages go")
    parser.add_argument("--readme", action="store_true", help="writes the pictures of README.md instead")
    return parser.parse_args()


def main():
    wish = asked()
    chromium = shutil.which("chromium") or sys.exit("Chromium is not installed")
    if wish.readme:
        return showcase.write(wish.program, chromium)
    album = Album(wish.screenshots or Path(tempfile.gettempdir()) / "personal-settings-pages")
    # What takes longest begins first.
    paths = wish.pages or sorted([*READS, *FLOWS], key=lambda path: not path.startswith(("/docs", "/problems/")))
    if unknown := set(paths) - {*READS, *FLOWS}:
        sys.exit(f"there is no page and no flow {', '.join(sorted(unknown))}; there are {', '.join([*READS, *FLOWS])}")
    waiting = deque(paths)
    with ThreadPoolExecutor(READERS) as readers:
        work = [readers.submit(read_all, wish.program, chromium, waiting, album) for _ in range(min(READERS, len(paths)))]
        faults = [fault for reader in work for fault in reader.result()]
    heavy, told = too_heavy(album.weights)
    faults += heavy + validity.faults_of(album.pages)
    print(*faults, *told, f"pictures of the pages are in {album.folder}", sep="\n")
    print(f"{len(paths)} pages and flows read, {len(album.pages)} times, {len(faults)} faults")
    return bool(faults)


sys.exit(main())
