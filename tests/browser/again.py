"""Forms that are sent again, or gone back to."""

from flows import flow, press, sign_in
from service import ask, person
from words import Words

WORDS = Words("en")
NEW = "/settings/organizations/new"
NAME = WORDS("organizations-name")
CREATE = WORDS("organizations-create")


def begin(program, reading, name, page):
    """Signs in, and opens a page. Returns the session of an own client."""
    _, session = person(program.base, name)
    reading.open(page)
    sign_in(reading, WORDS, name)
    reading.page.get_by_label(NAME, exact=True).wait_for()
    return session


def double_click(program, reading, name):
    """Twice as quickly as a hand does it, a form is one command."""
    session = begin(program, reading, name, NEW)
    reading.page.get_by_label(NAME, exact=True).fill("Difference Engines")
    reading.page.get_by_role("button", name=CREATE).dblclick(no_wait_after=True)
    reading.page.get_by_role("heading", name="Difference Engines").wait_for()
    mine = ask(program.base, "GET", "/v1/organizations", token=session)["items"]
    if len(mine) != 1:
        reading.faults.append(f"a double click made {len(mine)} organizations")
    reading.shows("Difference Engines", alike=True)


@flow("double-click", locale="en-GB")
def double_click_with_scripts(program, reading):
    double_click(program, reading, "hasty")


@flow("double-click-without-scripts", locale="en-GB", java_script_enabled=False)
def double_click_without_scripts(program, reading):
    double_click(program, reading, "hastier")


def holds(reading, typed, when):
    found = reading.page.get_by_label(NAME, exact=True).input_value()
    if found != typed:
        reading.faults.append(f"{when} the field holds “{found}”, not “{typed}”")


@flow("back", locale="en-GB")
def back(program, reading):
    """Refused, or gone back to, a form holds what was typed; sent with something else, it is another command."""
    session = begin(program, reading, "returning", NEW)
    too_long = "Engine" * 40
    reading.page.get_by_label(NAME, exact=True).fill(too_long)
    press(reading, CREATE)
    reading.shows(WORDS("organizations-name-wrong"), refused=422, alike=True)
    holds(reading, too_long, "refused,")
    reading.open(NEW)
    reading.page.get_by_label(NAME, exact=True).fill("Difference Engines")
    press(reading, CREATE)
    reading.page.get_by_role("heading", name="Difference Engines").wait_for()
    reading.page.go_back()
    reading.shows(WORDS("organizations-create-title"), alike=True)
    holds(reading, "Difference Engines", "gone back to,")
    reading.page.get_by_label(NAME, exact=True).fill("Analytical Engines")
    press(reading, CREATE)
    reading.page.get_by_role("heading", name="Analytical Engines").wait_for()
    mine = ask(program.base, "GET", "/v1/organizations", token=session)["items"]
    if len(mine) != 2:
        reading.faults.append(f"after going back there are {len(mine)} organizations, not 2")
