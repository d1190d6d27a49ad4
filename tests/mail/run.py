#!/usr/bin/env python3
"""Holds the mails of the program to what other programs make of them: Python's mail parser, and dkimpy.

Each must be signed so that another implementation finds it good, and a changed one bad; and be of the form that mail
programs want: plain text first, HTML beside it, the headers of a mail that a machine wrote.

    tests/mail/run.py target/debug/personal-settings

Needs what `requirements.txt` names.
"""

import base64
import email.policy
import sys
import tempfile
from pathlib import Path

import dkim
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from service import ask, eventually, person, running  # noqa: E402

DOMAIN, SELECTOR = "example.com", "mail-2026"
# The signed headers, and where the body begins.
CHANGES = [(b"Subject: ", b"Subject: Urgent: "), (b"From: ", b"From: x "), (b"\r\n\r\n--", b"\r\n\r\nMore.\r\n--")]


def keys():
    """Each kind of key, in each form that tools write: a name, the file, and what is published in DNS."""
    weak = rsa.generate_private_key(65537, 2048)
    public = weak.public_key().public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
    for name, private in [("PKCS #1", form.PrivateFormat.TraditionalOpenSSL), ("PKCS #8", form.PrivateFormat.PKCS8)]:
        pem = weak.private_bytes(form.Encoding.PEM, private, form.NoEncryption())
        yield f"RSA, {name}", pem, b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    key = ed25519.Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(form.Encoding.Raw, form.PublicFormat.Raw)
    pem = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    yield "Ed25519", pem, b"v=DKIM1; k=ed25519; p=" + base64.b64encode(public)


def verifies(mail, published):
    def dns(name, timeout=5):
        return published if name.decode().rstrip(".") == f"{SELECTOR}._domainkey.{DOMAIN}" else None

    return dkim.verify(mail, dnsfunc=dns)


def check_signature(name, mail, published):
    if not verifies(mail, published):
        sys.exit(f"{name}: dkimpy finds the signature bad")
    for before, after in CHANGES:
        changed = mail.replace(before, after, 1)
        if changed == mail or verifies(changed, published):
            sys.exit(f"{name}: dkimpy does not see that {before} was changed")
    if verifies(b"Cc: another@example.com\r\n" + mail, published):
        sys.exit(f"{name}: dkimpy does not see that a header was put in")


def check_form(name, mail):
    read = email.message_from_bytes(mail, policy=email.policy.default)
    kinds = [part.get_content_type() for part in read.iter_parts()]
    if read.get_content_type() != "multipart/alternative" or kinds != ["text/plain", "text/html"]:
        sys.exit(f"{name}: {read.get_content_type()} of {kinds}")
    wanted = {"From": f"Example <no-reply@{DOMAIN}>", "Reply-To": f"help@{DOMAIN}", "Auto-Submitted": "auto-generated",
              "Content-Language": "en"}
    found = {header: str(read[header]) for header in wanted}
    if found != wanted or not read["Date"].datetime or not read["Message-ID"] or not read["Subject"]:
        sys.exit(f"{name}: {found}, {read.items()}")
    if read.defects:
        sys.exit(f"{name}: {read.defects}")
    text, html = (part.get_content() for part in read.iter_parts())
    for said in ("This mail was sent by Example.", f"help@{DOMAIN}"):
        if said not in text or said not in html:
            sys.exit(f"{name}: it does not say {said}")


def mails_of(program, pem):
    """The mails of a privacy request, from a program that signs with this key."""
    with tempfile.NamedTemporaryFile() as key:
        key.write(pem)
        key.flush()
        options = ["--service-name", "Example", "--contact", f"help@{DOMAIN}", "--mail-from", f"Example <no-reply@{DOMAIN}>",
                   "--dkim-key-file", key.name, "--dkim-selector", SELECTOR]
        with running(program, *options) as (base, folder):
            _, session = person(base, "ada")
            # Encoded in its header, and folded there.
            ask(base, "PATCH", "/v1/me", {"name": "Ada Augusta King, Countess of Lövelace in the County of Surrey"}, session)
            ask(base, "POST", "/v1/me/privacy-requests", {"kind": "export", "confirm": True}, session)
            mail = folder / "data" / "mail"
            eventually("the mails", lambda: len([*mail.glob("*.received@*.eml"), *mail.glob("*.archive_ready@*.eml")]) == 2)
            return [path.read_bytes() for path in sorted(mail.glob("*.eml"))]


def main():
    count = 0
    for name, pem, published in keys():
        for mail in mails_of(sys.argv[1], pem):
            check_signature(name, mail, published)
            check_form(name, mail)
            count += 1
    print(f"{count} mails: signatures and form are found good, changed ones bad")


if __name__ == "__main__":
    main()
