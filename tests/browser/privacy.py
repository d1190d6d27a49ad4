"""The pages of privacy: choices, the token, and requests with their copies."""

from service import PASSWORD, ask, person, take_code, take_mail
from visits import pass_sudo, press, reads, sign_in, with_phone


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
    reading.shows("Request your data", "You get one ZIP file: open index.html in it")
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
