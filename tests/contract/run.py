#!/usr/bin/env python3
"""Holds the program to its own description.

Starts it on a data directory of its own, checks `/openapi.json` against the standard, and has a property-based tester ask
every operation in every way that the description allows and in some that it does not: no 5xx, no status and no body that
is not described. Then packages for the dialect that `/track` speaks send to it ([`packages`](packages.py)).

    tests/contract/run.py target/debug/personal-settings [examples]

Needs what `requirements.txt` names.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from service import OPERATOR, PASSWORD, ask, free_addresses, person, running  # noqa: E402

import packages  # noqa: E402

HOUSE = "00000000000000000000000000000000"
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance"
# A stream that does not end by itself.
ENDLESS = "followPrivacyRequest"


def furnish(base):
    """An account with one of everything."""
    account, session = person(base, "ada")
    member, _ = person(base, "bob")
    organization = ask(base, "POST", "/v1/organizations", {"name": "Example"}, session)["id"]
    ask(base, "PUT", f"/v1/admin/organizations/{organization}/members/{member}", {"role": "member"}, OPERATOR)
    project = ask(base, "POST", f"/v1/organizations/{organization}/projects", {"name": "Web"}, session)["id"]
    wish = {"email": "carol@example.com", "role": "member"}
    invitation = ask(base, "POST", f"/v1/organizations/{organization}/invitations", wish, session)["id"]
    gdpr = ask(base, "POST", "/v1/me/gdpr-token", {"confirm": True}, session)["token"]
    wish = {"kind": "export", "confirm": True}
    request = ask(base, "POST", "/v1/me/privacy-requests", wish, session)["id"]
    return {
        "base": base, "password": PASSWORD, "operator": OPERATOR, "account": account, "session": session,
        "member": member, "organization": organization, "project": project, "invitation": invitation,
        "gdpr": gdpr, "request": request,
    }


def test(base, folder, examples):
    description = folder / "openapi.json"
    description.write_text(json.dumps(ask(base, "GET", "/openapi.json")))
    subprocess.run(["openapi-spec-validator", description], check=True)
    environment = dict(os.environ)
    environment["CONTRACT_STATE"] = json.dumps(furnish(base))
    environment["SCHEMATHESIS_HOOKS"] = "hooks"
    environment["PYTHONPATH"] = str(HERE)
    command = [
        "st", "run", description, "--url", base, "--checks", CHECKS, "--max-examples", str(examples),
        "--phases", "examples,coverage,fuzzing", "--exclude-operation-id", ENDLESS, "--request-timeout", "30",
        "--generation-database", "none", "--no-color",
    ]
    return subprocess.run(command, env=environment, cwd=folder).returncode


def main():
    examples = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    [vitals] = free_addresses(1)
    options = ["--house-project-token", HOUSE, "--metrics-listen", vitals]
    with running(sys.argv[1], *options) as (base, folder):
        packages.test(base, f"http://{vitals}", HOUSE, person(base, "user")[0])
        failed = test(base, folder, examples)
    sys.exit(failed)


main()
