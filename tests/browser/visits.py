"""What there is to be seen on each page, and what a person can do there.

Each visit is a function that is given the program and a browser, and is listed in `READS` under the page that it reads. They
stand in files by their subjects; here is what they share. A test of the program holds this list against the pages that are
served: one that nobody reads fails it.
"""

from service import PASSWORD, ask, person, take_code

READS = {}


def reads(path):
    def register(visit):
        READS[path] = visit
        return visit

    return register


def with_phone(program, name):
    """An account with a second factor. Returns its id and its session."""
    account, session = person(program.base, name)
    wish = {"number": "+14155550142", "channel": "sms"}
    ask(program.base, "PUT", "/v1/me/two-factor-phone", wish, session)
    code = {"code": take_code(program.folder)}
    ask(program.base, "POST", "/v1/me/two-factor-phone/verify", code, session)
    return account, session


def press(reading, button):
    reading.page.get_by_role("button", name=button).first.click()


def press_link(reading, name):
    reading.page.get_by_role("link", name=name).first.click()


def sign_in(program, reading, address, to="/settings/profile"):
    """Signs in on the pages; an account of this address is there."""
    reading.open(to)
    reading.page.get_by_label("Email address").fill(address)
    reading.page.get_by_label("Password").fill(PASSWORD)
    press(reading, "Sign in")


def pass_sudo(reading):
    """Gives the password again, where it is asked for."""
    if reading.page.get_by_role("heading", name="Confirm that it is you").count():
        reading.page.get_by_label("Password", exact=True).fill(PASSWORD)
        press(reading, "Confirm")


def sign_out(reading):
    reading.open("/settings/sign-out")
    reading.page.get_by_role("main").get_by_role("button", name="Sign out").click()
    reading.page.get_by_text("You are signed out.").wait_for()
