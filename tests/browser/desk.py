"""The privacy desk, as an operator sees it who signs in with their token."""

from privacy import asked_for
from refusing import refusing_mail_server
from service import OPERATOR, ask, eventually, person, running, take_mail
from visits import press, press_link, reads

DESK = "/settings/desk"
REQUESTS = "/v1/admin/privacy-requests"
TOKEN = "Operator’s token"


def enter(reading, page):
    """Signs in at the desk, on the way to a page."""
    reading.open(f"{DESK}/{page}")
    reading.page.get_by_label(TOKEN).fill(OPERATOR)
    press(reading, "Sign in")
    reading.page.wait_for_url(f"**{DESK}/{page}")


def with_requests(program, name):
    """An account with an open request and one that is closed. Returns its id, and theirs."""
    account, session = person(program.base, name)
    closed = asked_for(program, session, "export")
    take_mail(program.folder, "archive_ready", f"{name}@example.com")
    opened = asked_for(program, session, "erasure")
    for state, request in (("closed", closed), ("open", opened)):
        eventually(f"a request that is {state}", lambda: request in of_state(program, state))
    return account, opened, closed


def of_state(program, state):
    page = ask(program.base, "GET", f"{REQUESTS}?state={state}&limit=100", token=OPERATOR)
    return [request["id"] for request in page["items"]]


@reads("/settings/desk/sign-in")
def desk_sign_in(program, reading):
    reading.open(f"{DESK}/log")
    reading.shows("Sign in at the privacy desk", TOKEN, "What you look at here is on record.")
    press(reading, "Sign in")
    reading.shows("Enter your token", refused=422)
    reading.page.get_by_label(TOKEN).fill("pso_a-token-that-was-never-made-00000000000000000")
    press(reading, "Sign in")
    reading.shows("This token is not valid.", refused=401)
    if reading.page.get_by_label(TOKEN).input_value():
        reading.faults.append("a token is shown again")
    reading.page.get_by_label(TOKEN).fill(OPERATOR)
    press(reading, "Sign in")
    reading.page.get_by_role("heading", name="The log", level=1).wait_for()
    reading.open(f"{DESK}/sign-in")
    reading.page.wait_for_url(f"**{DESK}/requests")
    reading.open(f"{DESK}/nothing")
    reading.shows("Page not found", "Go to the requests", refused=404)


@reads("/settings/desk/sign-out")
def desk_sign_out(program, reading):
    enter(reading, "operators")
    reading.open(f"{DESK}/sign-out")
    reading.shows("Sign out?")
    reading.page.get_by_role("main").get_by_role("button", name="Sign out").click()
    reading.shows("You are signed out.", TOKEN)
    reading.open(f"{DESK}/requests")
    reading.page.get_by_label(TOKEN).wait_for()


@reads("/settings/desk/requests")
def desk_requests(program, reading):
    """Open ones and closed ones, and none where none is of the kind that is wanted; numbers as a chart and as a table."""
    with_requests(program, "requesting")
    enter(reading, "requests")
    reading.shows("At a glance", "Received and completed, week by week", "Time to completion", "Open requests, by the days that are left",
                  "Deletion of the data")
    reading.page.get_by_text("The numbers as a table").first.click()
    reading.shows("Received: copies", "Completed: deletions")
    reading.page.get_by_label("Status").select_option("closed")
    press(reading, "Show")
    reading.shows("Closed requests", "Copy of the data", "closed on")
    reading.page.get_by_label("Status").select_option("open")
    reading.page.get_by_label("stalled").check()
    press(reading, "Show")
    reading.shows("There is no such request.", "Show all that are open")
    press_link(reading, "Show all that are open")
    reading.page.get_by_role("main").get_by_role("link", name="Deletion of the data").first.wait_for()


@reads("/settings/desk/requests/{id}")
def desk_request(program, reading):
    _, opened, closed = with_requests(program, "pending")
    enter(reading, f"requests/{opened}")
    reading.shows("Deletion of the data, asked for on", "Where it stands", "Days left", "Time line", opened)
    reading.open(f"{DESK}/requests/{closed}")
    reading.shows("Copy of the data, asked for on", "Closed", "File", "can be downloaded by the account holder", "Progress")
    reading.open(f"{DESK}/requests/req_00000000000000000000000001")
    reading.shows("Page not found", "Go to the requests", refused=404)


def search_for(reading, sought):
    reading.page.get_by_label("Email address, account or request").fill(sought)
    press(reading, "Find")


@reads("/settings/desk/accounts")
def desk_accounts(program, reading):
    """Found by its address, its id, or one of its requests; what was looked for stands in no address."""
    account, opened, _ = with_requests(program, "sought")
    enter(reading, "accounts")
    reading.shows("Accounts", "That you look for it is on record")
    search_for(reading, "sought")
    reading.shows("Enter an email address, or an id that begins with acc_ or req_", refused=422)
    search_for(reading, "nobody@example.com")
    reading.shows("There is no account of this address or id.", refused=422)
    for known in ("sought@example.com", account, opened):
        search_for(reading, known)
        reading.page.wait_for_url(f"**{DESK}/accounts/{account}")
        reading.open(f"{DESK}/accounts")


@reads("/settings/desk/accounts/{id}")
def desk_account(program, reading):
    account, _, _ = with_requests(program, "examined")
    enter(reading, f"accounts/{account}")
    reading.shows("That you look at this account is on record", "examined@example.com", "Open requests",
                  "Privacy requests of this account", "History")
    press_link(reading, "Deletion of the data")
    reading.page.get_by_role("heading", name="Where it stands").wait_for()
    reading.open(f"{DESK}/accounts/acc_00000000000000000000000001")
    reading.shows("Page not found", refused=404)


@reads("/settings/desk/waiting")
def desk_waiting(program, reading):
    enter(reading, "waiting")
    reading.shows("Waiting", "Every read model has taken every event.", "Every message was taken that was offered.")
    reading.context.clear_cookies()
    own = reading.base
    mail = refusing_mail_server()
    with mail as port, running(program.binary, "--mail", f"smtp://127.0.0.1:{port}", host="localhost") as (reading.base, _):
        try:
            messages_wait(reading.base, reading)
        finally:
            reading.page.goto("about:blank")
            reading.base = own
            # The others lead to a program that has ended.
            reading.links = {link for link in reading.links if link.startswith(own)}


def messages_wait(base, reading):
    """Mails that their server does not take are told of, and tried again, one alone or all at once."""
    account, session = person(base, "unreached")
    ask(base, "PATCH", "/v1/me", {"billing_email": "bills@example.com"}, session)
    messages = "/v1/admin/messages"
    eventually("a mail that was not taken", lambda: ask(base, "GET", messages, token=OPERATOR)["items"])
    enter(reading, "waiting")
    reading.shows("Messages that were not taken", "Try all again", "Mail: ", "Next try", account)
    reading.page.get_by_role("listitem").get_by_role("button", name="Try again").first.click()
    reading.page.wait_for_url("**?done=messages&taken=*")
    reading.page.get_by_role("status").wait_for()
    eventually("a mail that was not taken again", lambda: ask(base, "GET", messages, token=OPERATOR)["items"])
    reading.open(f"{DESK}/waiting")
    press(reading, "Try all again")
    reading.page.wait_for_url("**?done=messages&taken=*")
    reading.shows("Messages that were not taken", "Try all again", alike=True)


@reads("/settings/desk/log")
def desk_log(program, reading):
    enter(reading, "log")
    reading.shows("The log", "Proofs", "Newest checkpoint signed", "Whole log verified", "Read models", "The newest event has position")


@reads("/settings/desk/operators")
def desk_operators(program, reading):
    enter(reading, "operators")
    reading.shows("Operators", "Let in", "you", "without an end")
