"""Signing in and out, and showing once more who is here."""

from factors import add_passkey, with_app
from service import PASSWORD, person, take_code
from visits import press, reads, sign_in, sign_out, with_phone


@reads("/settings/sign-in")
def settings_sign_in(program, reading):
    person(program.base, "comer")
    reading.open("/settings/profile")
    reading.shows("Sign in", "I have forgotten my password")
    reading.page.get_by_label("Email address").fill("comer@example.com")
    reading.page.get_by_label("Password").fill("not the password")
    press(reading, "Sign in")
    reading.shows("There is a problem", "The email address or the password is wrong.", refused=401)
    reading.page.get_by_label("Password").fill(PASSWORD)
    press(reading, "Sign in")
    reading.shows("Profile & Preferences")


@reads("/settings/sign-in/code")
def settings_sign_in_code(program, reading):
    with_phone(program, "coder")
    sign_in(program, reading, "coder@example.com")
    reading.shows("Enter your code", "We have sent a text message with a code")
    reading.page.get_by_label("Code").fill("000")
    press(reading, "Sign in")
    reading.shows("The code is wrong", refused=403)
    reading.page.get_by_label("Code").fill(take_code(program.folder))
    press(reading, "Sign in")
    reading.shows("Profile & Preferences", "Text message to •••42")


@reads("/settings/sign-in/code/send")
def settings_send_code(program, reading):
    with_app(program, "sender")
    sign_in(program, reading, "sender@example.com")
    reading.shows("Enter your code", "Open your authenticator app", "Send a code to my phone")
    press(reading, "Send a code to my phone")
    reading.shows("We have sent a text message with a code", "Send another code")
    reading.page.get_by_label("Code").fill(take_code(program.folder))
    press(reading, "Sign in")
    reading.shows("Profile & Preferences", "Authenticator app")


@reads("/settings/sign-in/passkey")
def settings_sign_in_passkey(program, reading):
    """By the button, by what the browser offers in the field, and as proof of who is here."""
    device = add_passkey(program, reading, "touching")
    device.touched(False)
    sign_out(reading)
    reading.open("/settings/sign-in")
    reading.shows("Sign in", "Sign in with a passkey")
    device.touched(True)
    press(reading, "Sign in with a passkey")
    reading.shows("Profile & Preferences", "1 passkey")
    device.touched(False)
    sign_out(reading)
    # What the browser offers beside the field is chosen at once.
    device.touched(True)
    reading.open("/settings/sign-in")
    reading.page.get_by_role("heading", name="Profile & Preferences").wait_for()
    reading.open("/settings/confirm")
    reading.shows("Confirm that it is you", "Use a passkey, or enter your password with a code.", refused=403)
    press(reading, "Use a passkey")
    reading.shows("Profile & Preferences")
    beside_the_password(program, reading, device)


def beside_the_password(program, reading, device):
    """Who gives their password is asked for their passkey as well."""
    device.touched(False)
    sign_out(reading)
    reading.context.clear_cookies()
    sign_in(program, reading, "touching@example.com")
    reading.shows("Confirm that it is you", "This account also wants your passkey.", "Without your passkey", "Recovery code")
    device.touched(True)
    press(reading, "Sign in with a passkey")
    reading.shows("Profile & Preferences", alike=True)


@reads("/settings/sign-in/forgotten")
def settings_forgotten(program, reading):
    reading.open("/settings/sign-in/forgotten")
    reading.shows("Choose a new password", "Send the link")
    press(reading, "Send the link")
    reading.shows("Enter an email address in the form", refused=422)
    reading.page.get_by_label("Email address").fill("nobody@example.com")
    press(reading, "Send the link")
    reading.shows("Check your email", "If this address has an account")


@reads("/settings/sign-out")
def settings_sign_out(program, reading):
    person(program.base, "leaver")
    sign_in(program, reading, "leaver@example.com", "/settings/profile")
    reading.open("/settings/sign-out")
    reading.shows("Sign out?")
    reading.page.get_by_role("main").get_by_role("button", name="Sign out").click()
    reading.shows("You are signed out.")


@reads("/settings/confirm")
def settings_confirm(program, reading):
    person(program.base, "prover")
    sign_in(program, reading, "prover@example.com")
    reading.open("/settings/confirm")
    reading.shows("Confirm that it is you", refused=403)
    reading.page.get_by_label("Password", exact=True).fill("not the password")
    press(reading, "Confirm")
    reading.shows("The password is wrong.", refused=403)
    reading.page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(reading, "Confirm")
    reading.shows("Profile & Preferences")
