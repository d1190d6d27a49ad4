"""What schemathesis cannot know by itself: ids of things that are there, and who asks.

`run.py` hands over, in CONTRACT_STATE, the tokens of each kind of caller and the ids of what it has made. Half of the ids in
paths are real ones, so that what lies behind the look-up is tried too.
"""

import json
import os
import urllib.request

import schemathesis

STATE = json.loads(os.environ["CONTRACT_STATE"])
# Operations after which the session, or the account, is gone: each is asked by somebody who has just come.
ENDING = {"deleteMe", "endMe", "signOut", "endSession", "endOtherSessions", "reauthenticate", "changePassword"}

counter = iter(range(10**9))


def post(path, body, token=None):
    request = urllib.request.Request(STATE["base"] + path, json.dumps(body).encode(), method="POST")
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def newcomer():
    """The token of a session of an account that nobody else uses."""
    email = f"newcomer{next(counter)}.{os.getpid()}@example.com"
    post("/v1/admin/accounts", {"email": email, "name": "New", "password": STATE["password"]}, STATE["operator"])
    return post("/v1/sessions", {"email": email, "password": STATE["password"]})["token"]


def real_ids(operation):
    path = operation.path
    if path.startswith("/v1/projects/"):
        return {"id": STATE["project"], "account_id": STATE["member"]}
    if path.startswith("/v1/organizations/"):
        return {"id": STATE["organization"], "account_id": STATE["member"], "invitation_id": STATE["invitation"]}
    if path.startswith("/v1/admin/accounts/"):
        return {"id": STATE["account"]}
    if path.startswith("/v1/me/privacy-requests/"):
        return {"id": STATE["request"]}
    return {}


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    real = real_ids(context.operation)
    if not path_parameters or not real or next(counter) % 2:
        return path_parameters
    return {name: real.get(name, value) for name, value in path_parameters.items()}


@schemathesis.hook
def before_call(context, case, kwargs):
    operation = case.operation.definition.raw.get("operationId")
    path = case.operation.path
    if operation in ENDING:
        token = newcomer()
    elif path.startswith("/v1/admin/") or path in ("/v1/introspect", "/v1/revoke"):
        token = STATE["operator"]
    elif path == "/v1/credentials/self":
        token = STATE["gdpr"]
    else:
        token = STATE["session"]
    # Every eighth comes as nobody.
    if next(counter) % 8 and case.headers is not None:
        case.headers["Authorization"] = f"Bearer {token}"
