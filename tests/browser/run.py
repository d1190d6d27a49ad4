#!/usr/bin/env python3
"""Reads each page that the program serves in headless Chromium, with real data, as a person would.

Each is looked at on a phone and on a large screen, light and dark: no error and nothing against the policy in the console,
no text that a script made of what is no text, nothing wider than the screen, the names that must be there, and what axe
asks of a page that everybody can use.

    tests/browser/run.py target/debug/personal-settings [page…]

Needs what `requirements.txt` names, and Chromium.
"""

import shutil
import sys
import time
import urllib.error
import urllib.request
from collections import namedtuple
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from reading import Reading  # noqa: E402
from service import running  # noqa: E402
from visits import READS  # noqa: E402

Program = namedtuple("Program", "base folder")


def read(program, browser, path):
    """Reads a page; what is wrong with it, and where it leads."""
    reading = Reading(browser, program.base)
    try:
        READS[path](program, reading)
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


def main():
    paths = sys.argv[2:] or list(READS)
    chromium = shutil.which("chromium") or sys.exit("Chromium is not installed")
    faults, links = [], set()
    # Browsers take passkeys under a name, not at a number.
    with running(sys.argv[1], host="localhost") as (base, folder), sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for path in paths:
            began = time.monotonic()
            wrong, leads_to = read(Program(base, folder), browser, path)
            print(f"{path}: {time.monotonic() - began:.1f} s, {len(wrong)} faults", flush=True)
            faults += [f"{path}: {fault}" for fault in wrong]
            links |= leads_to
        browser.close()
        # What `/v1` hands over is for a session.
        pages = sorted(link for link in links if not link.startswith(f"{base}/v1/"))
        faults += [f"a link leads nowhere: {link}" for link in pages if leads_nowhere(link)]
    print(*faults, sep="\n")
    print(f"{len(paths)} pages read, {len(faults)} faults")
    sys.exit(bool(faults))


main()
