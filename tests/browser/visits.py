"""What there is to be seen on each page, and what a person can do there.

Each visit is a generator that is given the program and a browser, and is listed in `READS` under the page that it reads. A
test of the program holds this list against the pages that are served: one that nobody reads fails it.
"""

from service import OPERATOR, PASSWORD, ask, person, take_code, take_mail

READS = {}
DEAD = "The link no longer works."


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


def invite(program, name):
    """The link that invites `name`."""
    address = f"{name}@example.com"
    _, session = person(program.base, f"host-of-{name}")
    organization = ask(program.base, "POST", "/v1/organizations", {"name": "Analytical Engines"}, session)["id"]
    wish = {"email": address, "role": "admin"}
    ask(program.base, "POST", f"/v1/organizations/{organization}/invitations", wish, session)
    return take_mail(program.folder, "invitation", address).link()


def press(reading, button):
    reading.page.get_by_role("button", name=button).click()


def ask_once(reading, link, title, button, done):
    """A page with one question: without a token, with one, after its button, and when it is opened once more."""
    without = link.split("#")[0]
    reading.open(without)
    reading.shows(title, "This page needs the whole link from the mail.")
    reading.open(link)
    if "#" in reading.page.url:
        reading.faults.append("the token stays in the address bar")
    reading.shows(title, button)
    press(reading, button)
    reading.shows(title, done)
    reading.open(link)
    press(reading, button)
    reading.shows(title, DEAD, refused=410)


@reads("/links/invitation")
def invitation(program, reading):
    reading.open("/links/invitation")
    reading.shows("This page needs the whole link from the mail.")
    reading.open("/links/invitation#psl_nothing")
    reading.shows(DEAD, refused=410)
    join_with_a_new_account(reading, invite(program, "newcomer"))
    with_phone(program, "known")
    join_with_an_account(program, reading, invite(program, "known"))
    decline(reading, invite(program, "unwilling"))


def join_with_a_new_account(reading, link):
    reading.open(link)
    reading.shows("You are invited to Analytical Engines as an admin, with the address newcomer@example.com.", "Your name", "Decline")
    reading.page.get_by_label("Your name").fill("Grace")
    reading.page.get_by_label("A password for your new account").fill("password")
    press(reading, "Join")
    reading.shows("The input is wrong.", refused=422)
    reading.page.get_by_label("A password for your new account").fill(PASSWORD)
    press(reading, "Join")
    reading.shows("Welcome. You are a member of Analytical Engines now.")


def join_with_an_account(program, reading, link):
    reading.context.clear_cookies()
    reading.open(link)
    reading.shows("You are invited to Analytical Engines as an admin, with the address known@example.com.", "Password")
    reading.page.get_by_label("Password", exact=True).fill("not the password")
    press(reading, "Join")
    reading.shows("The email address or the password is wrong.", refused=401)
    reading.page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(reading, "Join")
    reading.shows("A code was sent to your phone. Enter it, and join.", "Code", refused=401)
    reading.page.get_by_label("Code").fill(take_code(program.folder))
    press(reading, "Join")
    reading.shows("You are a member of Analytical Engines now.", refused=401)


def decline(reading, link):
    reading.open(link)
    reading.shows("Decline")
    press(reading, "Decline")
    reading.shows("You have declined the invitation.")


@reads("/links/email-confirmation")
def email_confirmation(program, reading):
    _, session = person(program.base, "mover")
    ask(program.base, "PUT", "/v1/me/email", {"email": "moved@example.com"}, session)
    link = take_mail(program.folder, "email_confirmation", "moved@example.com").link()
    done = "The address is confirmed: from now on you sign in with it."
    ask_once(reading, link, "Confirm your email address", "Confirm the address", done)


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
    ask_once(reading, link, "Take back another billing address", "Take it back", "It is taken back.")


@reads("/links/factor-undo")
def factor_undo(program, reading):
    with_phone(program, "caller")
    link = take_mail(program.folder, "phone_verified", "caller@example.com").link()
    ask_once(reading, link, "Take back a second factor", "Take it back", "It is taken back.")


@reads("/links/factor-removal")
def factor_removal(program, reading):
    account, _ = with_phone(program, "keeper")
    ask(program.base, "POST", f"/v1/admin/accounts/{account}/factor-removal", {"proof": "called_back"}, OPERATOR)
    link = take_mail(program.folder, "factor_removal_begun", "keeper@example.com").link()
    ask_once(reading, link, "Keep your second factor", "Keep my second factor", "Your second factor stays.")


@reads("/links/password-reset")
def password_reset(program, reading):
    person(program.base, "forgetter")
    ask(program.base, "POST", "/v1/password-resets", {"email": "forgetter@example.com"})
    link = take_mail(program.folder, "password_reset_link", "forgetter@example.com").link()
    reading.open(link)
    reading.shows("Choose a new password", "New password")
    reading.page.get_by_label("New password").fill("password")
    press(reading, "Set the password")
    reading.shows("The input is wrong.", refused=422)
    reading.page.get_by_label("New password").fill("another long enough password")
    press(reading, "Set the password")
    reading.shows("The new password holds. You can sign in with it.")


@reads("/account")
def account(program, reading):
    """What mails about requests promise: signing in, with a code where one is wanted, and the copy of the data."""
    _, session = with_phone(program, "asker")
    ask(program.base, "POST", "/v1/me/privacy-requests", {"kind": "export", "confirm": True}, session)
    reading.open(take_mail(program.folder, "archive_ready", "asker@example.com").link())
    reading.shows("Sign in to see what you asked for", "I have forgotten my password", refused=401)
    form = reading.page.locator("[data-part=sign-in]")
    form.get_by_label("Email address").fill("asker@example.com")
    form.get_by_label("Password").fill("not the password")
    press(reading, "Sign in")
    reading.shows("The email address or the password is wrong.", refused=401)
    form.get_by_label("Password").fill(PASSWORD)
    press(reading, "Sign in")
    reading.shows("A code was sent to your phone")
    form.get_by_label("Code").fill(take_code(program.folder))
    press(reading, "Sign in")
    reading.shows("What you asked for", "A copy of your data", "It is done.", "Change your password")
    with reading.page.expect_download() as download:
        press(reading, "Fetch your data")
    if not download.value.path().read_bytes().startswith(b"PK"):
        reading.faults.append("what is fetched is no archive")
    press(reading, "Delete the copy")
    reading.shows("The copy was deleted, as you wished.")
    press(reading, "Sign out")
    reading.shows("You are signed out.")


@reads("/docs")
def docs(program, reading):
    """Swagger UI shows each operation of the description, and of each what it takes and answers, with examples."""
    reading.sense = {"null"}  # a type that a value can have
    reading.rules_broken = {"heading-order", "landmark-unique", "nested-interactive", "scrollable-region-focusable",
                            "select-name"}
    reading.open("/docs")
    description = ask(program.base, "GET", "/openapi.json")
    operations = [operation["operationId"] for item in description["paths"].values() for operation in item.values()]
    reading.page.get_by_text("/v1/me/preferences").first.wait_for()
    shown = reading.page.locator(".opblock").count()
    if shown != len(operations):
        reading.faults.append(f"{shown} of {len(operations)} operations are shown")
    for of, texts in (
        ("Me-changeMe", ("If-Match", "bills@example.com", "Event-Position", "malformed-request")),
        ("Ingestion-track", ("distinct_id", "verbose", "data")),
        ("Privacy_requests-downloadArchive", ("application/zip", "Range", "archive-gone")),
    ):
        operation = reading.page.locator(f"#operations-{of}")
        operation.locator("button.opblock-summary-control").click()
        operation.get_by_text("Responses").wait_for()
        text = operation.inner_text()
        reading.faults += [f"{of} does not show {wanted}" for wanted in texts if wanted not in text]
    reading.shows("/v1/me/preferences", "Authorize")


@reads("/problems")
def problems(program, reading):
    reading.open("/problems")
    reading.shows("Problems", "link-dead", DEAD)


@reads("/problems/{name}")
def each_problem(program, reading):
    reading.open("/problems")
    for number, name in enumerate(reading.page.locator("dt a").all_inner_texts()):
        reading.open("/problems/" + name.split(" ")[0])
        reading.shows("What to do", "HTTP status", alike=number > 0)


@reads("/")
def home(program, reading):
    reading.open("/")
    reading.shows("Personal settings", "The interface", "Problems", "Whether it can serve")
