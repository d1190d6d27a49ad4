"""What the checks of the running program share: how it is asked, and people who use it."""

import json
import urllib.request

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
    email = f"{name}@example.com"
    account = ask(base, "POST", "/v1/admin/accounts", {"email": email, "name": name, "password": PASSWORD}, OPERATOR)
    session = ask(base, "POST", "/v1/sessions", {"email": email, "password": PASSWORD})
    return account["account_id"], session["token"]
