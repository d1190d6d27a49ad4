"""The pages of what an account is: its profile, its history, and its end."""

from service import PASSWORD, ask, person, take_code
from visits import pass_sudo, press, press_link, reads, sign_in, with_phone


@reads("/settings/profile")
def settings_profile(program, reading):
    _, session = person(program.base, "holder")
    ask(program.base, "POST", "/v1/organizations", {"name": "Analytical Engines"}, session)
    sign_in(program, reading, "holder@example.com")
    reading.shows("Profile & Preferences", "About you", "Signing in", "Analytical Engines", "Owner")
    reading.page.locator("summary").click()
    reading.shows("Sign out")
    reading.open("/settings/nothing")
    reading.shows("Page not found", "Go to your profile", refused=404)


@reads("/settings/profile/name")
def settings_name(program, reading):
    person(program.base, "renamed")
    sign_in(program, reading, "renamed@example.com", "/settings/profile/name")
    reading.shows("Change your name")
    reading.page.get_by_role("textbox", name="Name").fill("")
    press(reading, "Save")
    reading.shows("Enter a name of 1 to 200 letters", refused=422)
    reading.page.get_by_role("textbox", name="Name").fill("Augusta King")
    press(reading, "Save")
    reading.shows("Your name is changed.", "Augusta King")


@reads("/settings/profile/email")
def settings_email(program, reading):
    person(program.base, "moving")
    sign_in(program, reading, "moving@example.com", "/settings/profile/email")
    reading.shows("Change your email address", "You sign in with moving@example.com now.")
    reading.page.get_by_label("New email address").fill("moved@example.org")
    press(reading, "Send the link")
    pass_sudo(reading)
    reading.shows("Almost done", "Waiting for you to confirm moved@example.org")
    reading.open("/settings/profile/email")
    reading.shows("You have asked for moved@example.org before.")


@reads("/settings/profile/email/cancel")
def settings_email_cancel(program, reading):
    """Given up, a change no longer waits, and the page that asks about it leads back."""
    _, session = person(program.base, "staying")
    ask(program.base, "PUT", "/v1/me/email", {"email": "elsewhere@example.org"}, session)
    sign_in(program, reading, "staying@example.com")
    reading.shows("Waiting for you to confirm elsewhere@example.org", "Cancel the change")
    press_link(reading, "Cancel the change")
    reading.shows("Cancel the change of your email address?", "elsewhere@example.org will not become your address")
    press(reading, "Cancel the change")
    reading.shows("Your email address stays as it is.", "staying@example.com")
    if reading.page.get_by_text("elsewhere@example.org").count():
        reading.faults.append("the other address still waits")
    reading.open("/settings/profile/email/cancel")
    reading.page.get_by_role("heading", name="Profile & Preferences").wait_for()


@reads("/settings/profile/billing-email")
def settings_billing_email(program, reading):
    person(program.base, "paying")
    sign_in(program, reading, "paying@example.com", "/settings/profile/billing-email")
    reading.shows("Change your billing email")
    reading.page.get_by_label("Billing email").fill("bills@example.org")
    press(reading, "Save")
    reading.shows("Your billing email is changed.", "bills@example.org")


@reads("/settings/profile/password")
def settings_password(program, reading):
    person(program.base, "careful")
    sign_in(program, reading, "careful@example.com", "/settings/profile/password")
    reading.shows("Change your password")
    reading.page.get_by_label("Current password").fill(PASSWORD)
    reading.page.get_by_label("New password").fill("password")
    press(reading, "Change password")
    reading.shows("Choose a password of 8 to 128 characters", refused=422)
    reading.page.get_by_label("Current password").fill(PASSWORD)
    reading.page.get_by_label("New password").fill("seven purple lanterns at noon")
    press(reading, "Change password")
    reading.shows("Your new password holds.")


@reads("/settings/profile/phone")
def settings_phone(program, reading):
    person(program.base, "ringing")
    sign_in(program, reading, "ringing@example.com", "/settings/profile/phone")
    reading.shows("Your phone as a second factor", "Text messages and calls can be intercepted")
    reading.page.get_by_label("Phone number").fill("12")
    press(reading, "Send a code")
    reading.shows("Enter a phone number with its country code", refused=422)


@reads("/settings/profile/phone/code")
def settings_phone_code(program, reading):
    person(program.base, "called")
    sign_in(program, reading, "called@example.com", "/settings/profile/phone")
    reading.page.get_by_label("Phone number").fill("+1 415 555 0142")
    press(reading, "Send a code")
    reading.shows("Enter the code", "Use another number")
    reading.page.get_by_label("Code").fill(take_code(program.folder))
    press(reading, "Use this phone")
    reading.shows("Your recovery codes", "We show these codes only now.")


@reads("/settings/profile/phone/remove")
def settings_phone_removal(program, reading):
    with_phone(program, "plain")
    sign_in(program, reading, "plain@example.com", "/settings/profile/phone/remove")
    reading.page.get_by_label("Code").fill(take_code(program.folder))
    press(reading, "Sign in")
    reading.shows("Remove your phone?", "It is your only second factor.")
    press(reading, "Remove the phone")
    reading.shows("Your phone is removed.")


@reads("/settings/profile/recovery-codes")
def settings_recovery_codes(program, reading):
    with_phone(program, "keeping")
    sign_in(program, reading, "keeping@example.com", "/settings/profile/recovery-codes")
    reading.page.get_by_label("Code").fill(take_code(program.folder))
    press(reading, "Sign in")
    reading.shows("Make new recovery codes?")
    press(reading, "Make new codes")
    reading.shows("Your recovery codes", "I have kept them")


@reads("/settings/profile/language")
def settings_language(program, reading):
    person(program.base, "speaking")
    sign_in(program, reading, "speaking@example.com", "/settings/profile/language")
    reading.shows("Choose your language", "The language of your browser")
    reading.page.get_by_label("Deutsch").check()
    press(reading, "Save")
    reading.shows("Ihre Sprache ist geändert.", "Profil & Einstellungen")


@reads("/settings/profile/time-zone")
def settings_time_zone(program, reading):
    person(program.base, "waking")
    sign_in(program, reading, "waking@example.com", "/settings/profile/time-zone")
    reading.shows("Choose your time zone")
    reading.page.get_by_label("Time zone").select_option("Europe/Berlin")
    press(reading, "Save")
    reading.shows("Your time zone is changed.", "Europe/Berlin")


@reads("/settings/history")
def settings_history(program, reading):
    _, session = person(program.base, "looking")
    ask(program.base, "PUT", "/v1/me/preferences", {"personalization": False}, session)
    sign_in(program, reading, "looking@example.com", "/settings/history")
    reading.shows("History", "Personalization was switched off", "The account was opened", "by an operator of the service")
    reading.page.get_by_label("About").select_option("privacy")
    press(reading, "Show")
    reading.shows("Personalization was switched off", "Show everything")
    reading.page.get_by_label("About").select_option("looks")
    press(reading, "Show")
    reading.shows("Nothing of this kind happened in this time.")
    reading.open("/settings/history?from=2026-05-03&to=2026-05-02")
    reading.shows("There is a problem", "Choose a day that is not before the first one", refused=422)


@reads("/settings/history/at")
def settings_state(program, reading):
    person(program.base, "remembering")
    sign_in(program, reading, "remembering@example.com", "/settings/history/at")
    reading.shows("Your account on another day", "In your time zone")
    reading.page.get_by_label("Day and time").fill("2020-01-01T10:00")
    press(reading, "Show")
    reading.shows("There was no account at this time")
    reading.page.get_by_label("Day and time").fill("2999-01-01T10:00")
    press(reading, "Show")
    reading.shows("Choose a time that has passed", refused=422)


@reads("/settings/delete")
def settings_delete(program, reading):
    _, session = person(program.base, "parting")
    ask(program.base, "POST", "/v1/organizations", {"name": "Analytical Engines"}, session)
    sign_in(program, reading, "parting@example.com", "/settings/delete")
    reading.shows("What goes", "What stays", "Who takes over Analytical Engines?", "Close the organization")
    reading.page.get_by_label("Type “delete my account”").fill("delete my account")
    reading.page.get_by_label("I understand that this cannot be undone.").check()
    press(reading, "Delete my account for good")
    reading.shows("There is a problem", "Choose to close Analytical Engines", refused=422)


@reads("/settings/farewell")
def settings_farewell(program, reading):
    person(program.base, "gone")
    sign_in(program, reading, "gone@example.com", "/settings/delete")
    reading.page.get_by_label("Type “delete my account”").fill("delete my account")
    reading.page.get_by_label("I understand that this cannot be undone.").check()
    press(reading, "Delete my account for good")
    reading.shows("Your account is deleted", "Thank you for having been with us.")
