"""Asking for one's data with the keyboard alone. At each step one sees where one is."""

from flows import flow
from service import PASSWORD, person
from words import Words

MOST_STEPS = 60
# Where the keyboard is: what it is called, and whether one sees it, beside or above everything else.
HERE = """() => {
    const here = document.activeElement;
    const style = getComputedStyle(here);
    const box = here.getBoundingClientRect();
    const above = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return {
        name: (here.getAttribute("aria-label") || here.labels?.[0]?.innerText || here.innerText || "").trim(),
        ringed: here.matches(":focus-visible") && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        seen: above !== null && (here === above || here.contains(above) || above.contains(here)),
    };
}"""


def reach(reading, name):
    """Presses Tab until the keyboard is at what has this name."""
    passed = []
    for _ in range(MOST_STEPS):
        reading.page.keyboard.press("Tab")
        here = reading.page.evaluate(HERE)
        passed.append(here["name"])
        if not here["ringed"] or not here["seen"]:
            reading.faults.append(f"one does not see the keyboard at “{here['name']}” of {reading.page.url}: {here}")
        if here["name"] == name:
            return
    raise AssertionError(f"no way to “{name}” with the keyboard, only to {passed}")


def enter(reading, name, then):
    """Presses Enter at what has this name, and waits for the heading of the next page."""
    reach(reading, name)
    reading.page.keyboard.press("Enter")
    reading.page.get_by_role("heading", name=then, level=1).wait_for()


@flow("keyboard-alone", locale="en-GB")
def keyboard_alone(program, reading):
    words = Words("en")
    person(program.base, "typing")
    reading.open("/settings/profile")
    reach(reading, words("page-skip"))
    reach(reading, words("sign-in-email"))
    reading.page.keyboard.type("typing@example.com")
    reach(reading, words("sign-in-password"))
    reading.page.keyboard.type(PASSWORD)
    enter(reading, words("sign-in-button"), words("profile-title"))
    enter(reading, words("section-privacy"), words("privacy-title"))
    enter(reading, words("privacy-export"), words("export-title"))
    # The way past the links: the next step is in the page itself.
    reach(reading, words("page-skip"))
    reading.page.keyboard.press("Enter")
    reach(reading, words("export-button"))
    reading.page.keyboard.press("Enter")
    reading.shows(words("request-received-export"), alike=True)
