"""What people do in one go: by the words of the pages, in each language, with scripts and without.

Each flow is a visit as those of the pages are, with the options of the browser in which it goes on.
"""

from service import PASSWORD, ask, person
from words import Words

FLOWS = {}
LANGUAGES = {"en": "en-GB", "de": "de-DE"}


class Flow:
    """A visit, and the browser it wants."""

    def __init__(self, visit, options):
        self.visit, self.options = visit, options

    def __call__(self, program, reading):
        self.visit(program, reading)


def flow(name, **options):
    def register(visit):
        FLOWS[name] = Flow(visit, options)
        return visit

    return register


def press(reading, name):
    reading.page.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()


def follow(reading, name):
    reading.page.get_by_role("main").get_by_role("link", name=name).first.click()


def go_to(reading, name):
    """By the links beside each page."""
    reading.page.locator(".side").get_by_role("link", name=name, exact=True).click()


def sign_in(reading, words, name):
    reading.page.get_by_label(words("sign-in-email")).fill(f"{name}@example.com")
    reading.page.get_by_label(words("sign-in-password")).fill(PASSWORD)
    press(reading, words("sign-in-button"))


def change_name(reading, words):
    go_to(reading, words("section-profile"))
    follow(reading, f"{words('page-change')} {words('profile-name')}")
    reading.page.get_by_label(words("profile-name"), exact=True).fill("Augusta King")
    press(reading, words("form-save"))
    reading.shows(words("profile-done-name"), alike=True)


def turn_switch(reading, words):
    go_to(reading, words("section-privacy"))
    reading.page.get_by_role("switch", name=words("privacy-usage")).click()
    reading.shows(words("privacy-done-usage-off"), alike=True)


def ask_for_data(reading, words):
    follow(reading, words("privacy-export"))
    press(reading, words("export-button"))
    reading.shows(words("request-received-export"), alike=True)


def reset_credentials(reading, words, project):
    go_to(reading, words("projects-title"))
    follow(reading, project)
    follow(reading, words("projects-reset"))
    reading.page.get_by_label(words("projects-when-now")).check()
    press(reading, words("projects-reset-button"))
    reading.shows(words("projects-new-title"), words("projects-once"), alike=True)
    follow(reading, words("projects-kept"))


def delete_account(reading, words):
    go_to(reading, words("section-delete"))
    reading.page.get_by_label(words("delete-close")).check()
    typed = words("delete-words-expected")
    reading.page.get_by_label(words("delete-words", words=typed)).fill(typed)
    reading.page.get_by_label(words("delete-tick")).check()
    press(reading, words("delete-button"))
    reading.shows(words("farewell-title"), words("farewell-thanks"), alike=True)


def whole_life(language, name):
    words = Words(language)

    def visit(program, reading):
        _, session = person(program.base, name)
        organization = ask(program.base, "POST", "/v1/organizations", {"name": "Analytical Engines"}, session)["id"]
        ask(program.base, "POST", f"/v1/organizations/{organization}/projects", {"name": "Looms"}, session)
        reading.open("/settings/profile")
        reading.shows(words("sign-in-title"), alike=True)
        sign_in(reading, words, name)
        change_name(reading, words)
        turn_switch(reading, words)
        ask_for_data(reading, words)
        reset_credentials(reading, words, "Looms")
        delete_account(reading, words)
        spoken = reading.page.get_attribute("html", "lang")
        if spoken != language:
            reading.faults.append(f"the page says that it is in {spoken}")

    return visit


for spoken, locale in LANGUAGES.items():
    for scripts in (True, False):
        named = f"whole-life-{spoken}{'' if scripts else '-without-scripts'}"
        flow(named, locale=locale, java_script_enabled=scripts)(whole_life(spoken, named))
