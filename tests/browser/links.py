"""Where links in mails lead: what is asked, what comes of it, and links that no longer work."""

from flows import flow
from service import OPERATOR, PASSWORD, ask, person, take_code, take_mail
from visits import press, reads, sign_in, with_phone

LINK = "The link from the mail"
DEAD = "This link no longer works"
TAKEN_BACK = "It is taken back. A link to choose a new password is on its way to you."


def invite(program, name):
    """The link that invites `name`."""
    address = f"{name}@example.com"
    _, session = person(program.base, f"host-of-{name}")
    organization = ask(program.base, "POST", "/v1/organizations", {"name": "Analytical Engines"}, session)["id"]
    wish = {"email": address, "role": "admin"}
    ask(program.base, "POST", f"/v1/organizations/{organization}/invitations", wish, session)
    return take_mail(program.folder, "invitation", address).link()


def follow(reading, link):
    """Opens a link of a mail; its token is nowhere to be seen then."""
    reading.open(link)
    reading.page.get_by_role("heading", level=1).wait_for()
    if "#" in reading.page.url:
        reading.faults.append("the token stays in the address bar")
    if reading.page.get_by_label(LINK).locator("visible=true").count():
        reading.faults.append("the field for the link is shown, though the link is known")


def ends_at(reading, word):
    """Whether one was led on, so that loading the page again sends nothing."""
    reading.page.wait_for_url(f"**?done={word}")


def ask_once(reading, link, title, button, done):
    """A page with one question: without a link, with one, after its button, and when the link is opened once more."""
    reading.open(link.split("#")[0])
    reading.shows(title, LINK, button)
    press(reading, button)
    reading.shows("Paste the whole link from the mail", refused=422)
    follow(reading, link)
    reading.shows(title, button)
    press(reading, button)
    ends_at(reading, "yes")
    reading.shows("Done", done)
    follow(reading, link)
    press(reading, button)
    reading.shows(DEAD, refused=410)


@reads("/links/invitation")
def invitation(program, reading):
    reading.open("/links/invitation")
    reading.shows("Invitation", LINK, "See the invitation")
    press(reading, "See the invitation")
    reading.shows("Paste the whole link from the mail", refused=422)
    reading.open("/links/invitation#psl_nothing")
    reading.shows(DEAD, "Ask the person who invited you for another.", refused=410)
    join_with_a_new_account(reading, invite(program, "newcomer"))
    with_phone(program, "known")
    join_with_an_account(program, reading, invite(program, "known"))
    join_who_is_here(program, reading)
    decline(reading, invite(program, "unwilling"))


def join_with_a_new_account(reading, link):
    follow(reading, link)
    reading.shows("Analytical Engines", "Admin", "newcomer@example.com", "Open until", "Open an account and join", "Decline")
    reading.page.get_by_label("Name").fill("Grace")
    reading.page.get_by_label("A password for your new account").fill("password")
    press(reading, "Open an account and join")
    reading.shows("Choose a password of 8 to 128 characters", refused=422)
    reading.page.get_by_label("A password for your new account").fill(PASSWORD)
    press(reading, "Open an account and join")
    ends_at(reading, "joined")
    reading.shows("Welcome: you are a member now.", "Go on to your settings")


def join_with_an_account(program, reading, link):
    reading.context.clear_cookies()
    follow(reading, link)
    reading.shows("You have an account with this address.", "known@example.com", "With a passkey, sign in first")
    reading.page.get_by_label("Password", exact=True).fill("not the password")
    press(reading, "Sign in and join")
    reading.shows("The password is wrong.", refused=401)
    reading.page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(reading, "Sign in and join")
    reading.shows("We have sent a text message with a code", "Code", "Sign in and join", "Send another code")
    reading.page.get_by_label("Code").fill("000")
    press(reading, "Sign in and join")
    reading.shows("The code is wrong", refused=403)
    reading.page.get_by_label("Code").fill(take_code(program.folder))
    press(reading, "Sign in and join")
    ends_at(reading, "joined")
    reading.shows("Welcome: you are a member now.", "Go on to your settings", alike=True)


def join_who_is_here(program, reading):
    """Signed in, one joins by a button; with another account one is told so."""
    reading.context.clear_cookies()
    person(program.base, "present")
    sign_in(program, reading, "present@example.com")
    reading.page.get_by_role("heading", name="Profile & Preferences").wait_for()
    person(program.base, "absent")
    follow(reading, invite(program, "absent"))
    reading.shows("absent@example.com", "This invitation is for another email address.", "Decline")
    follow(reading, invite(program, "present"))
    reading.shows("present@example.com", "Join", "Decline")
    press(reading, "Join")
    ends_at(reading, "joined")
    reading.context.clear_cookies()


def decline(reading, link):
    follow(reading, link)
    press(reading, "Decline")
    ends_at(reading, "declined")
    reading.shows("You have declined the invitation.", "Sign in")
    follow(reading, link)
    reading.shows(DEAD, refused=410, alike=True)


@reads("/links/email-confirmation")
def email_confirmation(program, reading):
    link = confirmation(program, "mover")
    done = "The address is confirmed: from now on you sign in with it."
    ask_once(reading, link, "Confirm your email address", "Confirm the address", done)


def confirmation(program, name):
    """The link by which `name` gets another address."""
    _, session = person(program.base, name)
    ask(program.base, "PUT", "/v1/me/email", {"email": f"new-{name}@example.com"}, session)
    return take_mail(program.folder, "email_confirmation", f"new-{name}@example.com").link()


@reads("/links/email-undo")
def email_undo(program, reading):
    _, session = person(program.base, "stayer")
    ask(program.base, "PUT", "/v1/me/email", {"email": "thief@example.com"}, session)
    link = take_mail(program.folder, "email_change", "stayer@example.com").link()
    done = "The change is taken back."
    ask_once(reading, link, "Take back the change of your email address", "Take the change back", done)


@reads("/links/billing-email-undo")
def billing_email_undo(program, reading):
    _, session = person(program.base, "payer")
    ask(program.base, "PATCH", "/v1/me", {"billing_email": "bills@example.com"}, session)
    link = take_mail(program.folder, "billing_email_changed", "payer@example.com").link()
    ask_once(reading, link, "Take back another billing address", "Take it back", TAKEN_BACK)


@reads("/links/factor-undo")
def factor_undo(program, reading):
    with_phone(program, "caller")
    link = take_mail(program.folder, "phone_verified", "caller@example.com").link()
    ask_once(reading, link, "Take back a second factor", "Take it back", TAKEN_BACK)


@reads("/links/factor-removal")
def factor_removal(program, reading):
    account, _ = with_phone(program, "keeper")
    ask(program.base, "POST", f"/v1/admin/accounts/{account}/factor-removal", {"proof": "called_back"}, OPERATOR)
    link = take_mail(program.folder, "factor_removal_begun", "keeper@example.com").link()
    ask_once(reading, link, "Keep your second factor", "Keep my second factor", "Your second factor stays.")


def forgotten(program, name):
    """The link by which `name` chooses a new password."""
    person(program.base, name)
    ask(program.base, "POST", "/v1/password-resets", {"email": f"{name}@example.com"})
    return take_mail(program.folder, "password_reset_link", f"{name}@example.com").link()


@reads("/links/password-reset")
def password_reset(program, reading):
    link = forgotten(program, "forgetter")
    follow(reading, link)
    reading.shows("Choose a new password", "New password")
    reading.page.get_by_label("New password").fill("password")
    press(reading, "Set the password")
    reading.shows("Choose a password of 8 to 128 characters", refused=422)
    reading.page.get_by_label("New password").fill("another long enough password")
    press(reading, "Set the password")
    ends_at(reading, "yes")
    reading.shows("The new password holds. You can sign in with it.", "Sign in")
    follow(reading, link)
    reading.page.get_by_label("New password").fill("another long enough password")
    press(reading, "Set the password")
    reading.shows(DEAD, "Ask for another link", refused=410)


def paste(reading, link):
    """What one does with a link where nothing takes it out of the address."""
    reading.open(link.split("#")[0])
    reading.page.get_by_label(LINK).fill(link)


@flow("links-without-scripts", locale="en-GB", java_script_enabled=False)
def links_without_scripts(program, reading):
    paste(reading, confirmation(program, "pasting"))
    press(reading, "Confirm the address")
    ends_at(reading, "yes")
    reading.shows("The address is confirmed", alike=True)
    paste(reading, forgotten(program, "scriptless"))
    reading.page.get_by_label("New password").fill("another long enough password")
    press(reading, "Set the password")
    ends_at(reading, "yes")
    paste(reading, invite(program, "plainly"))
    press(reading, "See the invitation")
    reading.shows("plainly@example.com", "Open an account and join", alike=True)
    reading.page.get_by_label("Name").fill("Grace")
    reading.page.get_by_label("A password for your new account").fill(PASSWORD)
    press(reading, "Open an account and join")
    ends_at(reading, "joined")
    reading.shows("Welcome: you are a member now.", alike=True)
