"""What the checks of the running program share: how it is started and asked, people who use it, and what reaches them."""

import base64
import contextlib
import email
import email.policy
import hmac
import json
import os
import re
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

OPERATOR = "pso_a-token-for-tests-that-is-long-enough-0000000"
PASSWORD = "a long enough password"


def ask(base, method, path, body=None, token=None):
    request = urllib.request.Request(base + path, json.dumps(body).encode() if body is not None else None, method=method)
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=30) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def person(base, name):
    """An account that is signed in. Returns its id and the token of its session."""
    address = f"{name}@example.com"
    account = ask(base, "POST", "/v1/admin/accounts", {"email": address, "name": name, "password": PASSWORD}, OPERATOR)
    session = ask(base, "POST", "/v1/sessions", {"email": address, "password": PASSWORD})
    return account["account_id"], session["token"]


def eventually(what, check):
    for _ in range(1200):
        try:
            found = check()
        except (urllib.error.URLError, OSError):
            found = None
        if found:
            return found
        time.sleep(0.1)
    sys.exit(f"not in time: {what}")


def is_ready(base, process):
    if process.poll() is not None:
        sys.exit("the program ended")
    return ask(base, "GET", "/readyz")


def free_addresses(count):
    """So many of this machine, on which nothing listens."""
    with contextlib.ExitStack() as probes:
        found = [probes.enter_context(socket.socket()) for _ in range(count)]
        for probe in found:
            probe.bind(("127.0.0.1", 0))
        return [f"127.0.0.1:{probe.getsockname()[1]}" for probe in found]


@contextlib.contextmanager
def running(program, *options, host=None):
    """The program, serving on a data directory of its own. Gives its address and its folder.

    With a `host`, such as `localhost`, that is the name under which it is reached. Fails where it told of a failure while it ran.
    """
    with tempfile.TemporaryDirectory() as name:
        folder, [listen] = Path(name), free_addresses(1)
        base = f"http://{host}:{listen.split(':')[1]}" if host else f"http://{listen}"
        if host:
            options += ("--public-url", base)
        environment = dict(os.environ, PERSONAL_SETTINGS_OPERATOR_TOKEN=OPERATOR)
        with open(folder / "log.txt", "w+") as log:
            serve = [Path(program).resolve(), "serve", "--listen", listen, *options]
            process = subprocess.Popen(serve, cwd=folder, stdout=log, stderr=log, env=environment)
            try:
                eventually("the program is ready", lambda: is_ready(base, process))
                yield base, folder
            finally:
                process.terminate()
                process.wait(60)
            log.seek(0)
            told = [line for line in log if "panicked" in line or " ERROR " in line]
    if told:
        sys.exit("the program told of failures:\n" + "".join(told[:20]))


class Mail:
    """One that was sent to a person, as the mail directory keeps it."""

    def __init__(self, path):
        self.message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)

    def text(self):
        return self.message.get_body(("plain",)).get_content()

    def html(self):
        return self.message.get_body(("html",)).get_content()

    def link(self):
        """The one address in it that leads to a page with a token, or to a request."""
        found = set(re.findall(r"https?://\S+(?:#|/requests/)\S+", self.text()))
        assert len(found) == 1, self.text()
        return found.pop()


def await_mail(folder, notice, to):
    """Waits for a mail that tells `to` of `notice`. Returns its path."""

    def find():
        paths = sorted((folder / "data/mail").glob(f"*.{notice}@*.eml"))
        return next((path for path in paths if to in Mail(path).message["To"]), None)

    return eventually(f"a mail of {notice} to {to}", find)


def take_mail(folder, notice, to):
    """Waits for a mail that tells `to` of `notice`, and takes it away."""
    path = await_mail(folder, notice, to)
    mail = Mail(path)
    path.unlink()
    return mail


def take_code(folder):
    """Waits for a code that is sent by text, and takes it away."""
    path = eventually("a code", lambda: next(iter(sorted((folder / "data/phone").glob("*.txt"))), None))
    code = re.search(r"\b\d{6}\b", path.read_text())[0]
    path.unlink()
    return code


def code_of_app(secret):
    """The code that an authenticator app shows now which was told this secret (RFC 6238)."""
    key = base64.b32decode(secret.replace(" ", ""))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), "sha1")
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"
