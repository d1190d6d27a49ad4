"""What there is to be seen on each page, and what a person can do there.

Each visit is a generator that is given the program and a browser, and is listed in `READS` under the page that it reads. A
test of the program holds this list against the pages that are served: one that nobody reads fails it.
"""

import re

from relay import relay_to
from service import OPERATOR, PASSWORD, ask, code_of_app, person, take_code, take_mail

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
    reading.page.get_by_role("button", name=button).first.click()


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
    reading.faults += reading.rules()
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
    reading.shows("/v1/me/preferences", "Authorize", alike=True)


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


def with_team(program, name):
    """An organization of `name`, with a member and an open invitation. Returns its id, and both accounts with their sessions."""
    owner, session = person(program.base, name)
    organization = ask(program.base, "POST", "/v1/organizations", {"name": "Analytical Engines"}, session)["id"]
    member, members = person(program.base, f"member-of-{name}")
    path = f"/v1/admin/organizations/{organization}/members/{member}"
    ask(program.base, "PUT", path, {"role": "member"}, OPERATOR)
    wish = {"email": f"guest-of-{name}@example.com", "role": "admin"}
    ask(program.base, "POST", f"/v1/organizations/{organization}/invitations", wish, session)
    return organization, (owner, session), (member, members)


def with_project(program, name):
    """A project of `name`, in an organization with a member. Returns its id, the session of its owner, and the member."""
    organization, (_, session), (member, _) = with_team(program, name)
    project = ask(program.base, "POST", f"/v1/organizations/{organization}/projects", {"name": "Looms"}, session)["id"]
    return project, session, member


@reads("/settings/organizations")
def settings_organizations(program, reading):
    person(program.base, "alone")
    sign_in(program, reading, "alone@example.com", "/settings/organizations")
    reading.shows("You are not a member of any organization", "Create an organization")
    reading.context.clear_cookies()
    with_team(program, "teamed")
    sign_in(program, reading, "teamed@example.com", "/settings/organizations")
    reading.shows("Your organizations", "Analytical Engines", "Owner")


@reads("/settings/organizations/new")
def settings_new_organization(program, reading):
    person(program.base, "founder")
    sign_in(program, reading, "founder@example.com", "/settings/organizations/new")
    reading.shows("Create an organization", "You will be its owner.")
    press(reading, "Create an organization")
    reading.shows("Enter a name of 1 to 200 letters", refused=422)
    reading.page.get_by_label("Name", exact=True).fill("Difference Engines")
    press(reading, "Create an organization")
    reading.shows("The organization is there", "Difference Engines", "Nobody is invited at the moment.")


@reads("/settings/organizations/{id}")
def settings_organization(program, reading):
    organization, _, _ = with_team(program, "leader")
    sign_in(program, reading, "leader@example.com", f"/settings/organizations/{organization}")
    reading.shows("Analytical Engines", "About the organization", "Members", "guest-of-leader@example.com", "Leave")
    reading.context.clear_cookies()
    sign_in(program, reading, "member-of-leader@example.com", f"/settings/organizations/{organization}")
    reading.shows("Your role does not allow it; ask one of them.")


@reads("/settings/organizations/{id}/name")
def settings_organization_name(program, reading):
    organization, _, _ = with_team(program, "namer")
    sign_in(program, reading, "namer@example.com", f"/settings/organizations/{organization}/name")
    reading.shows("Rename the organization")
    reading.page.get_by_label("Name", exact=True).fill("Mills")
    press(reading, "Save")
    reading.shows("The name is changed.", "Mills")


@reads("/settings/organizations/{id}/members/{account_id}")
def settings_member(program, reading):
    organization, (owner, _), (member, _) = with_team(program, "chief")
    members = f"/settings/organizations/{organization}/members"
    sign_in(program, reading, "chief@example.com", f"{members}/{member}")
    reading.shows("About this member", "Change the role", "Remove from the organization")
    reading.page.locator("input[value=admin]").check()
    press(reading, "Save")
    reading.shows("The role is changed.")
    reading.open(f"{members}/{owner}")
    reading.page.locator("input[value=member]").check()
    press(reading, "Save")
    reading.shows("There must be an owner.", refused=409)


@reads("/settings/organizations/{id}/members/{account_id}/remove")
def settings_member_removal(program, reading):
    organization, (owner, _), (member, _) = with_team(program, "strict")
    members = f"/settings/organizations/{organization}/members"
    sign_in(program, reading, "strict@example.com", f"{members}/{owner}/remove")
    reading.shows("Leave Analytical Engines?")
    press(reading, "Leave")
    reading.shows("The organization would have no owner.", refused=409)
    reading.open(f"{members}/{member}/remove")
    reading.shows("Remove member-of-strict from Analytical Engines?")
    press(reading, "Remove")
    reading.shows("The member is removed.")


@reads("/settings/organizations/{id}/invite")
def settings_invite(program, reading):
    organization, _, _ = with_team(program, "inviting")
    sign_in(program, reading, "inviting@example.com", f"/settings/organizations/{organization}/invite")
    reading.shows("Invite somebody to Analytical Engines")
    press(reading, "Send the invitation")
    reading.shows("Enter an email address in the form", refused=422)
    reading.page.get_by_label("Email address").fill("another-guest@example.com")
    press(reading, "Send the invitation")
    reading.shows("The invitation is on its way.", "another-guest@example.com")


@reads("/settings/organizations/{id}/invitations/{invitation_id}/revoke")
def settings_revocation(program, reading):
    organization, _, _ = with_team(program, "wavering")
    sign_in(program, reading, "wavering@example.com", f"/settings/organizations/{organization}")
    press(reading, "Send again")
    reading.shows("The invitation is on its way.")
    press(reading, "Take back")
    reading.shows("The invitation is taken back.", "Nobody is invited at the moment.")


@reads("/settings/projects")
def settings_projects(program, reading):
    person(program.base, "projectless")
    sign_in(program, reading, "projectless@example.com", "/settings/projects")
    reading.shows("You have no projects", "Go to organizations")
    reading.context.clear_cookies()
    with_project(program, "weaver")
    sign_in(program, reading, "weaver@example.com", "/settings/projects")
    reading.shows("Analytical Engines", "Looms", "Create a project")


@reads("/settings/organizations/{id}/projects/new")
def settings_new_project(program, reading):
    organization, _, _ = with_team(program, "maker")
    sign_in(program, reading, "maker@example.com", f"/settings/organizations/{organization}/projects/new")
    reading.shows("Create a project", "The project belongs to Analytical Engines.")
    reading.page.get_by_label("Name", exact=True).fill("Looms")
    press(reading, "Create a project")
    reading.shows("Looms is ready", "We show the secret only now.", "Copy")


@reads("/settings/projects/{id}")
def settings_project(program, reading):
    project, session, _ = with_project(program, "spinner")
    sign_in(program, reading, "spinner@example.com", f"/settings/projects/{project}")
    reading.shows("Looms", "Project token", "API credentials", "Not used yet", "Owners")
    reading.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reading.page.get_by_role("button", name="Copy API key").click()
    reading.shows("Copied", alike=True)
    copied = reading.page.evaluate("navigator.clipboard.readText()")
    if not copied.startswith("psk_"):
        reading.faults.append(f"{copied} was copied")
    wish = {"confirm": True, "keep_previous_hours": 24}
    ask(program.base, "POST", f"/v1/projects/{project}/credentials/reset", wish, session)
    reading.open(f"/settings/projects/{project}")
    reading.shows("The old key and secret still work", "They have not been used since the reset.")
    reading.context.clear_cookies()
    sign_in(program, reading, "member-of-spinner@example.com", f"/settings/projects/{project}")
    reading.shows("You can look at this project.")


@reads("/settings/projects/{id}/name")
def settings_project_name(program, reading):
    project, _, _ = with_project(program, "relabel")
    sign_in(program, reading, "relabel@example.com", f"/settings/projects/{project}/name")
    reading.shows("Rename the project")
    reading.page.get_by_label("Name", exact=True).fill("Mills")
    press(reading, "Save")
    reading.shows("The name is changed.", "Mills")


@reads("/settings/projects/{id}/secret")
def settings_secret(program, reading):
    project, _, _ = with_project(program, "curious")
    sign_in(program, reading, "curious@example.com", f"/settings/projects/{project}/secret")
    reading.shows("Reveal the API secret?")
    press(reading, "Reveal the secret")
    reading.shows("All owners of the project are told by email that you have seen it.", "We show the secret only now.")


@reads("/settings/projects/{id}/reset")
def settings_reset(program, reading):
    project, _, _ = with_project(program, "resetter")
    sign_in(program, reading, "resetter@example.com", f"/settings/projects/{project}/reset")
    reading.shows("Reset API credentials", "Are you sure?", "Applications in production")
    reading.page.get_by_label("After an overlap").check()
    reading.page.get_by_label("Hours of overlap").fill("200")
    press(reading, "Reset API key and secret")
    reading.shows("Enter a whole number of hours from 1 to 168", refused=422)
    reading.page.get_by_label("Hours of overlap").fill("48")
    press(reading, "Reset API key and secret")
    reading.shows("Your new API credentials", "The old key and secret go on working until")


@reads("/settings/projects/{id}/overlap")
def settings_overlap(program, reading):
    project, session, _ = with_project(program, "changer")
    wish = {"confirm": True, "keep_previous_hours": 24}
    ask(program.base, "POST", f"/v1/projects/{project}/credentials/reset", wish, session)
    sign_in(program, reading, "changer@example.com", f"/settings/projects/{project}/overlap")
    reading.shows("End the overlap now?")
    press(reading, "End the overlap")
    reading.shows("The overlap is over.")


@reads("/settings/projects/{id}/owners")
def settings_owners(program, reading):
    project, _, _ = with_project(program, "sharer")
    sign_in(program, reading, "sharer@example.com", f"/settings/projects/{project}/owners")
    reading.shows("Add an owner", "Owner already", "member-of-sharer")
    press(reading, "Make owner")
    reading.shows("The member is an owner of the project now.")


@reads("/settings/projects/{id}/owners/{account_id}/remove")
def settings_owner_removal(program, reading):
    project, session, member = with_project(program, "unsharing")
    ask(program.base, "PUT", f"/v1/projects/{project}/owners/{member}", None, session)
    sign_in(program, reading, "unsharing@example.com", f"/settings/projects/{project}/owners/{member}/remove")
    reading.shows("Remove member-of-unsharing as an owner?")
    press(reading, "Remove as an owner")
    reading.shows("The member is no longer named as an owner of the project.")


@reads("/settings/security")
def settings_security(program, reading):
    person(program.base, "watchful")
    sign_in(program, reading, "watchful@example.com", "/settings/security")
    reading.shows("Where you are signed in", "This device", "a Python program", "How your account is protected", "Passkeys", "Not set up")
    press(reading, "Sign out all others")
    reading.shows("All other sessions are signed out.", "You are signed in nowhere else.")


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


def asked_for(program, session, kind):
    """A request of somebody who is signed in. Returns its id."""
    return ask(program.base, "POST", "/v1/me/privacy-requests", {"kind": kind, "confirm": True}, session)["id"]


@reads("/settings/privacy")
def settings_privacy(program, reading):
    person(program.base, "private")
    sign_in(program, reading, "private@example.com", "/settings/privacy")
    reading.shows("Data & Privacy", "You have not asked for anything yet.", "You have no token.", "Personalize my experience")
    reading.page.get_by_role("switch", name="Help improve the product").click()
    reading.shows("Last changed on")
    switch = reading.page.get_by_role("switch", name="Personalize my experience")
    before = switch.get_attribute("aria-checked")
    switch.click()
    if reading.page.get_by_role("switch", name="Personalize my experience").get_attribute("aria-checked") == before:
        reading.faults.append("the switch is not turned")


@reads("/settings/privacy/token")
def settings_token(program, reading):
    person(program.base, "machinist")
    sign_in(program, reading, "machinist@example.com", "/settings/privacy/token")
    reading.shows("Generate a GDPR API token", "We show it only once")
    press(reading, "Generate token")
    reading.shows("Your new GDPR API token", "We cannot show it again.")
    reading.open("/settings/privacy/token")
    reading.shows("Reset the GDPR API token", "Every application that uses the present token stops working")
    press(reading, "Reset token")
    reading.shows("Your new GDPR API token")
    reading.page.get_by_role("link", name="I have kept it").click()
    reading.shows("Recognized by")


@reads("/settings/privacy/token/revoke")
def settings_token_end(program, reading):
    _, session = person(program.base, "revoker")
    ask(program.base, "POST", "/v1/me/gdpr-token", {"confirm": True}, session)
    sign_in(program, reading, "revoker@example.com", "/settings/privacy/token/revoke")
    reading.shows("Revoke the GDPR API token")
    press(reading, "Revoke token")
    reading.shows("The token is revoked.", "You have no token.")


@reads("/settings/privacy/export")
def settings_export(program, reading):
    person(program.base, "wanting")
    sign_in(program, reading, "wanting@example.com", "/settings/privacy/export")
    reading.shows("Request your data", "You get one ZIP file.")
    press(reading, "Request my data")
    reading.shows("We have received your request.", "Time line")
    # Without a press of anything: the page follows the request.
    reading.shows("Your copy is ready.", "Go to the download (")


@reads("/settings/privacy/erasure")
def settings_erasure(program, reading):
    person(program.base, "forgotten")
    sign_in(program, reading, "forgotten@example.com", "/settings/privacy/erasure")
    reading.shows("Erase personal data", "What is deleted", "What stays, and why")
    press(reading, "Erase personal data")
    reading.shows("Tick the box to confirm", refused=422)
    reading.page.get_by_label("I understand that this data cannot be brought back").check()
    press(reading, "Erase personal data")
    reading.shows("We have received your request.", "Your account stays as it is")


@reads("/settings/privacy/requests/{id}")
def settings_request(program, reading):
    """A link of a mail: it asks who is there first, with a code where one is wanted, and then shows what it tells of."""
    _, session = with_phone(program, "asker")
    asked_for(program, session, "export")
    reading.open(take_mail(program.folder, "archive_ready", "asker@example.com").link())
    reading.page.get_by_label("Email address").fill("asker@example.com")
    reading.page.get_by_label("Password").fill(PASSWORD)
    press(reading, "Sign in")
    reading.page.get_by_label("Code").fill(take_code(program.folder))
    press(reading, "Sign in")
    reading.shows("Copy of your data, asked for on", "Your copy is ready.", "Time line", "Progress", "Details")
    reading.open("/settings/privacy/requests/req_00000000000000000000000001")
    reading.shows("Page not found", refused=404)


@reads("/settings/privacy/requests/{id}/cancel")
def settings_cancel(program, reading):
    _, session = person(program.base, "canceller")
    request = asked_for(program, session, "erasure")
    sign_in(program, reading, "canceller@example.com", f"/settings/privacy/requests/{request}/cancel")
    # Where nobody is given time to change their mind, it is too late already.
    if reading.page.get_by_role("button", name="Cancel the request").count():
        reading.shows("Cancel the request", "Keep the request")
        press(reading, "Cancel the request")
        reading.shows("The request is cancelled.")
    else:
        reading.shows("This request can no longer be cancelled.")


@reads("/settings/privacy/requests/{id}/download")
def settings_download(program, reading):
    _, session = person(program.base, "fetcher")
    request = asked_for(program, session, "export")
    take_mail(program.folder, "archive_ready", "fetcher@example.com")
    sign_in(program, reading, "fetcher@example.com", f"/settings/privacy/requests/{request}")
    reading.page.get_by_role("link", name="Go to the download (").click()
    pass_sudo(reading)
    reading.shows("Download your data", "Unpack it and open index.html")


@reads("/settings/privacy/requests/{id}/archive")
def settings_archive(program, reading):
    _, session = person(program.base, "saver")
    request = asked_for(program, session, "export")
    take_mail(program.folder, "archive_ready", "saver@example.com")
    sign_in(program, reading, "saver@example.com", f"/settings/privacy/requests/{request}/download")
    with reading.page.expect_download() as download:
        reading.page.get_by_role("link", name="Download the file").click()
    if not download.value.path().read_bytes().startswith(b"PK"):
        reading.faults.append("what is fetched is no archive")
    ask(program.base, "DELETE", f"/v1/me/privacy-requests/{request}/archive", token=session)
    reading.open(f"/settings/privacy/requests/{request}/archive")
    reading.shows("This is no longer available", refused=410)


@reads("/settings/privacy/requests/{id}/disable")
def settings_disable(program, reading):
    _, session = person(program.base, "closer")
    request = asked_for(program, session, "export")
    take_mail(program.folder, "archive_ready", "closer@example.com")
    sign_in(program, reading, "closer@example.com", f"/settings/privacy/requests/{request}/disable")
    reading.shows("Delete this copy", "Nobody can download this copy any more")
    press(reading, "Delete this copy")
    reading.shows("The link is disabled.", "No longer available", "Ask for a new copy")


FACTORS = "/settings/security/factors"


def with_app(program, name):
    """An account with an authenticator app beside a phone. Returns its session."""
    _, session = with_phone(program, name)
    secret = ask(program.base, "POST", "/v1/me/totp", token=session)["secret"]
    ask(program.base, "POST", "/v1/me/totp/verify", {"code": code_of_app(secret)}, session)
    return session


class Device:
    """An authenticator of the browser itself, which verifies whoever is there."""

    def __init__(self, reading):
        self.devtools = reading.context.new_cdp_session(reading.page)
        self.devtools.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                   "isUserVerified": True, "automaticPresenceSimulation": True}
        added = self.devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.of = {"authenticatorId": added["authenticatorId"]}

    def touched(self, by_itself):
        """Whether somebody touches it as soon as it asks, from the next time on."""
        self.devtools.send("WebAuthn.setAutomaticPresenceSimulation", {**self.of, "enabled": by_itself})

    def passkeys(self):
        return self.devtools.send("WebAuthn.getCredentials", self.of)["credentials"]


def sign_out(reading):
    reading.open("/settings/sign-out")
    reading.page.get_by_role("main").get_by_role("button", name="Sign out").click()
    reading.page.get_by_text("You are signed out.").wait_for()


def add_passkey(program, reading, name):
    """An account of this name with a passkey on a device, signed in. Returns the device."""
    person(program.base, name)
    device = Device(reading)
    sign_in(program, reading, f"{name}@example.com", f"{FACTORS}/passkeys")
    reading.page.get_by_label("Name of the passkey").fill("My laptop")
    press(reading, "Make the passkey")
    reading.page.get_by_text("Your passkey is added.").wait_for()
    return device


def has_session(reading):
    return any(cookie["name"].endswith("session") for cookie in reading.context.cookies())


@reads("/settings/security/factors")
def settings_factors(program, reading):
    with_app(program, "factual")
    sign_in(program, reading, "factual@example.com", FACTORS)
    press(reading, "Send a code to my phone")
    reading.page.get_by_label("Code").fill(take_code(program.folder))
    press(reading, "Sign in")
    reading.shows("Second factors", "You have no passkey yet.", "Set up another app", "Text message to •••42", "Recovery codes")


@reads("/settings/security/factors/passkeys")
def settings_passkeys(program, reading):
    """Added, a passkey is told of, and no other page that relays ours gets a session by it."""
    person(program.base, "keyholder")
    device = Device(reading)
    sign_in(program, reading, "keyholder@example.com", f"{FACTORS}/passkeys")
    reading.shows("Add a passkey", "Name of the passkey")
    press(reading, "Make the passkey")
    reading.shows("Enter a name of 1 to 200 letters", refused=422)
    reading.page.get_by_label("Name of the passkey").fill("My laptop")
    press(reading, "Make the passkey")
    reading.shows("Your passkey is added.", "Your recovery codes", "Print", "Copy")
    if len(device.passkeys()) != 1:
        reading.faults.append("the device holds no passkey")
    press_link(reading, "I have kept them")
    reading.shows("My laptop", "Not used yet.", "10 recovery codes are left.")
    reading.open(f"{FACTORS}/passkeys")
    reading.page.get_by_label("Name of the passkey").fill("The same laptop")
    press(reading, "Make the passkey")
    reading.shows("This passkey has been added already.")
    device.touched(False)
    sign_out(reading)
    reading.page.goto("about:blank")
    device.touched(True)
    no_session_by_a_relay(program, reading)


def no_session_by_a_relay(program, reading):
    own = reading.base
    with relay_to(program.base) as port:
        for host in ("127.0.0.1", "relay.localhost"):
            reading.base = f"http://{host}:{port}"
            reading.open("/settings/sign-in")
            press(reading, "Sign in with a passkey")
            reading.page.get_by_text(re.compile("No passkey came from your browser|This passkey is not known here")).locator(
                "visible=true").first.wait_for()
            if has_session(reading):
                reading.faults.append(f"who relays our pages at {host} has a session")
    reading.base = own
    reading.told.clear()


def press_link(reading, name):
    reading.page.get_by_role("link", name=name).first.click()


@reads("/settings/security/factors/passkeys/{id}")
def settings_passkey_name(program, reading):
    add_passkey(program, reading, "renamer")
    press_link(reading, "I have kept them")
    press_link(reading, "Rename")
    reading.shows("Rename the passkey")
    reading.page.get_by_label("Name of the passkey").fill("Blue key")
    press(reading, "Save")
    reading.shows("The passkey has a new name.", "Blue key")


@reads("/settings/security/factors/passkeys/{id}/remove")
def settings_passkey_removal(program, reading):
    """Removed, the device forgets it, where the browser can tell it."""
    device = add_passkey(program, reading, "remover")
    press_link(reading, "I have kept them")
    press_link(reading, "Remove My laptop")
    reading.shows("Remove the passkey “My laptop”?", "It is your only second factor.")
    press(reading, "Remove the passkey")
    reading.shows("The passkey is removed", "You have no second factor.")
    tells = reading.page.evaluate("'signalAllAcceptedCredentials' in PublicKeyCredential")
    if tells and device.passkeys():
        reading.page.wait_for_timeout(1_000)
        if device.passkeys():
            reading.faults.append("the device still offers the passkey")


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


@reads("/settings/security/factors/app")
def settings_app(program, reading):
    person(program.base, "scanner")
    sign_in(program, reading, "scanner@example.com", f"{FACTORS}/app")
    reading.shows("Set up an authenticator app", "You need an app such as")
    press(reading, "Continue")
    reading.shows("Scan this code with your app", "Or type the key", "Enter the code from your app")
    secret = reading.page.locator("#app-key").inner_text()
    reading.page.get_by_label("Code", exact=True).fill(code_of_app(secret))
    press(reading, "Turn it on")
    reading.shows("Your authenticator app is set up.", "Your recovery codes")


@reads("/settings/security/factors/app/code")
def settings_app_code(program, reading):
    person(program.base, "typist")
    sign_in(program, reading, "typist@example.com", f"{FACTORS}/app")
    press(reading, "Continue")
    reading.page.get_by_label("Code", exact=True).fill("000")
    press(reading, "Turn it on")
    reading.shows("The code is wrong or too old.", "Begin again with a new key", refused=403)


@reads("/settings/security/factors/app/remove")
def settings_app_removal(program, reading):
    with_app(program, "without")
    sign_in(program, reading, "without@example.com", f"{FACTORS}/app/remove")
    press(reading, "Send a code to my phone")
    reading.page.get_by_label("Code").fill(take_code(program.folder))
    press(reading, "Sign in")
    reading.shows("Remove the authenticator app?", "Your other second factors and your recovery codes stay as they are.")
    press(reading, "Remove the app")
    reading.shows("Your authenticator app is removed.", "Set up an authenticator app")


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
