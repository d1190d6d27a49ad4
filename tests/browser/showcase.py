"""The pictures of README.md: pages with data of made-up people. Written only when they are asked for; needs Pillow."""

import sys
from collections import namedtuple
from pathlib import Path

from factors import FACTORS, Device
from flows import press, sign_in
from pictures import Album
from playwright.sync_api import sync_playwright
from reading import Reading
from service import OPERATOR, PASSWORD, ask, running, take_mail
from words import Words

FOLDER = Path(__file__).resolve().parents[2] / ".github/screenshots"
LARGEST = 120 * 1024
WORDS = Words("en")
# A picture ends below a card or an entry of a list, where one ends above this.
TALLEST = 900
END = """tallest => Math.max(...[...document.querySelectorAll(".card, main, .list > li")]
    .map((part) => part.getBoundingClientRect().bottom + (part.matches("li") ? 0 : 24)).filter((end) => end <= tallest))"""
Program = namedtuple("Program", "base folder")


def holder(program, name, address):
    wish = {"email": address, "name": name, "password": PASSWORD}
    account = ask(program.base, "POST", "/v1/admin/accounts", wish, OPERATOR)["account_id"]
    return account, ask(program.base, "POST", "/v1/sessions", {"email": address, "password": PASSWORD})["token"]


def settle(program):
    """Mira, who has been here for a while. Returns the path of her project."""
    _, session = holder(program, "Mira Solberg", "mira.solberg@example.com")
    other, _ = holder(program, "Jonas Achterberg", "jonas.achterberg@example.com")
    organization = ask(program.base, "POST", "/v1/organizations", {"name": "Halden Weaving"}, session)["id"]
    member = f"/v1/admin/organizations/{organization}/members/{other}"
    ask(program.base, "PUT", member, {"role": "member"}, OPERATOR)
    project = ask(program.base, "POST", f"/v1/organizations/{organization}/projects", {"name": "Pattern shop"}, session)["id"]
    ask(program.base, "PUT", f"/v1/projects/{project}/owners/{other}", None, session)
    ask(program.base, "PATCH", "/v1/me", {"billing_email": "bills@example.com"}, session)
    ask(program.base, "PUT", "/v1/me/preferences", {"personalization": False}, session)
    ask(program.base, "POST", "/v1/me/privacy-requests", {"kind": "export", "confirm": True}, session)
    take_mail(program.folder, "archive_ready", "mira.solberg@example.com")
    ask(program.base, "POST", "/v1/me/privacy-requests", {"kind": "erasure", "confirm": True}, session)
    return f"/settings/projects/{project}"


def take(reading, name, address, width=1280, scheme="light"):
    reading.open(address)
    reading.page.emulate_media(color_scheme=scheme)
    reading.page.set_viewport_size({"width": width, "height": TALLEST})
    path = FOLDER / f"{name}.png"
    height = reading.page.evaluate(END, TALLEST)
    reading.page.screenshot(path=path, clip={"x": 0, "y": 0, "width": width, "height": height})
    make_small(path)
    print(f"{path.name}: {path.stat().st_size // 1024} KB")


def make_small(path):
    from PIL import Image

    with Image.open(path) as picture:
        picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
    if path.stat().st_size > LARGEST:
        sys.exit(f"{path.name} is larger than {LARGEST // 1024} KB")


def write(binary, chromium):
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running(binary, host="localhost") as (base, folder), sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        program = Program(base, folder)
        project = settle(program)
        reading = Reading(browser, base, "readme", Album(folder / "pictures"), locale="en-GB", device_scale_factor=1)
        Device(reading)
        take(reading, "sign-in", "/settings/sign-in")
        sign_in(reading, WORDS, "mira.solberg")
        reading.page.get_by_role("heading", name=WORDS("profile-title")).wait_for()
        reading.open(f"{FACTORS}/passkeys")
        reading.page.locator("input[type=text]").fill("My laptop")
        press(reading, "Make the passkey")
        reading.page.get_by_text("Your passkey is added.").wait_for()
        for name, address in (
            ("profile", "/settings/profile"),
            ("data-and-privacy", "/settings/privacy"),
            ("security", "/settings/security"),
            ("history", "/settings/history"),
            ("project", project),
        ):
            take(reading, name, address)
        take(reading, "data-and-privacy-on-a-phone", "/settings/privacy", width=360, scheme="dark")
        reading.close()
        browser.close()
