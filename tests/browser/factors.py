"""What protects an account: sessions, passkeys, and authenticator apps."""

import re

from relay import relay_to
from service import ask, code_of_app, person, take_code
from visits import press, press_link, reads, sign_in, sign_out, with_phone

FACTORS = "/settings/security/factors"


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


def with_app(program, name):
    """An account with an authenticator app beside a phone. Returns its session."""
    _, session = with_phone(program, name)
    secret = ask(program.base, "POST", "/v1/me/totp", token=session)["secret"]
    ask(program.base, "POST", "/v1/me/totp/verify", {"code": code_of_app(secret)}, session)
    return session


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


@reads("/settings/security")
def settings_security(program, reading):
    person(program.base, "watchful")
    sign_in(program, reading, "watchful@example.com", "/settings/security")
    reading.shows("Where you are signed in", "This device", "a Python program", "How your account is protected", "Passkeys", "Not set up")
    press(reading, "Sign out all others")
    reading.shows("All other sessions are signed out.", "You are signed in nowhere else.")


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
