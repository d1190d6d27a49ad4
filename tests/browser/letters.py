"""The mailbox: what went out to people, where it goes into files."""

from service import ask, await_mail, eventually, person, take_code
from visits import press, press_link, reads

MAILBOX = "/settings/mailbox/"
NOTICE = "password_reset_link"


def write_to(program, name):
    """A mail to `name`, with a link. Returns its path in the mailbox."""
    person(program.base, name)
    ask(program.base, "POST", "/v1/password-resets", {"email": f"{name}@example.com"})
    return MAILBOX + await_mail(program.folder, NOTICE, f"{name}@example.com").name


@reads("/settings/mailbox")
def mailbox_without_slash(program, reading):
    write_to(program, "addressee")
    reading.open("/settings/mailbox")
    reading.page.wait_for_url(f"**{MAILBOX}")
    reading.shows("Mails, texts and calls of this service are not sent", "Mailbox", "addressee@example.com")


@reads("/settings/mailbox/")
def mailbox(program, reading):
    """Only what went to one address is shown where that is wanted; a link leads to all that went to the same."""
    write_to(program, "recipient")
    write_to(program, "another-recipient")
    reading.open(MAILBOX)
    reading.shows("Mailbox", "another-recipient@example.com", "The newest 100 are shown.")
    reading.page.get_by_label("Only what went to this address").fill("recipient@example.com")
    press(reading, "Show")
    reading.shows("Mailbox", "Show all", "recipient@example.com")
    rows = reading.page.locator("tbody tr").all_inner_texts()
    reading.faults += [f"this went to another: {row}" for row in rows if "\trecipient@example.com" not in row]
    reading.page.get_by_label("Only what went to this address").fill("nobody@example.com")
    press(reading, "Show")
    reading.shows("Nothing has gone to this address lately.")
    press_link(reading, "Show all")
    press_link(reading, "another-recipient@example.com")
    reading.page.wait_for_url("**?to=another-recipient%40example.com")


@reads("/settings/mailbox/{id}")
def message(program, reading):
    """A mail is shown as a mail program shows it, where a link that is pressed opens in place of the page."""
    reading.open(write_to(program, "letter-reader"))
    reading.shows("As a mail program shows it", "As plain text", "letter-reader@example.com")
    letter = reading.page.frame_locator("iframe.letter")
    letter.locator("a[href*='/links/password-reset']").first.click()
    reading.page.get_by_role("heading", name="Choose a new password").wait_for()
    reading.open(f"{MAILBOX}msg_00000000000000000000000001.{NOTICE}@localhost.eml")
    reading.shows("Page not found", refused=404)
    read_texts_and_calls(program, reading)


def read_texts_and_calls(program, reading):
    _, session = person(program.base, "texted")
    for channel, name, ending in (("sms", "Text to a phone", "txt"), ("call", "Call to a phone", "xml")):
        ask(program.base, "PUT", "/v1/me/two-factor-phone", {"number": "+14155550142", "channel": channel}, session)
        phone = program.folder / "data/phone"
        path = eventually(f"a {channel}", lambda: next(iter(phone.glob(f"*.{ending}")), None))
        reading.open(MAILBOX + path.name)
        reading.shows(name, "code")
        if channel == "sms":
            take_code(program.folder)
        else:
            path.unlink()


@reads("/settings/mailbox/{id}/html")
def html_of_message(program, reading):
    """The mail and nothing around it. No script runs in it, so axe cannot be asked."""
    reading.open(write_to(program, "html-reader") + "/html")
    reading.page.locator("a[href*='/links/password-reset']").first.wait_for()
    if reading.page.locator("header, nav, .side").count():
        reading.faults.append("something of ours is around the mail")
    reading.shows("password", alike=True)
