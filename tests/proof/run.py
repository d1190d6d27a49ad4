#!/usr/bin/env python3
"""Holds the program to what PROOF.md says: proofs that it makes are checked by a program that was written from that page.

Both must find good proofs good and forged ones bad: the test vectors, and proofs of a log that is made here.

    tests/proof/run.py target/debug/personal-settings

Needs what `requirements.txt` names.
"""

import copy
import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from service import OPERATOR, ask, eventually, person, running  # noqa: E402

REFUTED = 3


def live(base):
    """Two accounts with a history. The first has a privacy request and an organization. Returns its id."""
    (account, session), (member, _) = person(base, "ada"), person(base, "bob")
    organization = ask(base, "POST", "/v1/organizations", {"name": "Example"}, session)["id"]
    ask(base, "PUT", f"/v1/admin/organizations/{organization}/members/{member}", {"role": "member"}, OPERATOR)
    wish = {"kind": "export", "confirm": True}
    request = ask(base, "POST", "/v1/me/privacy-requests", wish, session)["id"]
    done = lambda: ask(base, "GET", f"/v1/me/privacy-requests/{request}", token=session)["state"] == "completed"
    eventually("the export is complete", done)
    return account


def proofs_of(audit, account, base):
    """One of each kind, from a log with two checkpoints."""
    Path("old.txt").write_text(audit("checkpoint"))
    person(base, "cyd")
    new = eventually("the log grew", lambda: audit("checkpoint"))
    if new == Path("old.txt").read_text():
        sys.exit("a checkpoint was made of what is new")
    yield audit("prove", "history", account)
    for what in (["inclusion", "1"], ["inclusion", "3"], ["consistency", "old.txt"]):
        yield audit("prove", *what)


def changed(proof, change):
    proof = copy.deepcopy(proof)
    change(proof)
    return proof


def swap(items, one, other):
    items[one], items[other] = items[other], items[one]


def later(proof):
    """The checkpoint, as if it was stated a year later."""
    proof["checkpoint"] = proof["checkpoint"].replace("time 20", "time 21", 1)


def forgeries(proof):
    """Each with what was done."""
    yield "the checkpoint changed", changed(proof, later)
    if proof["proves"] == "inclusion":
        yield "another position", changed(proof, lambda it: it.update(position=it["position"] + 1))
        yield "the event changed", changed(proof, lambda it: it["event"].update(event_type="account.registerec"))
        yield "the path cut", changed(proof, lambda it: it["path"].pop())
    if proof["proves"] == "consistency":
        yield "a hash more", changed(proof, lambda it: it["path"].append("A" * 43 + "="))
    if proof["proves"] == "history":
        for number in range(len(proof["streams"])):
            yield f"stream {number} left out", changed(proof, lambda it: it["streams"].pop(number))
        yield "no stream at all", changed(proof, lambda it: it["streams"].clear())
        yield "streams in another order", changed(proof, lambda it: swap(it["streams"], 0, 1))
        yield "the account left out", changed(proof, lambda it: it.pop("subject"))
        yield "another account", changed(proof, lambda it: it["subject"].update(account="acc_" + "0" * 26))
        events = lambda it: it["streams"][0]["events"]
        yield "the last event left out", changed(proof, lambda it: events(it).pop())
        yield "the first left out", changed(proof, lambda it: events(it).pop(0))
        yield "events in another order", changed(proof, lambda it: swap(events(it), 0, 1))
        yield "an event changed", changed(proof, lambda it: events(it)[0]["event"].update(recorded_at="0.000000"))


def agree(program, key, proof, holds, what):
    """Both programs say the same."""
    Path("proof.json").write_text(json.dumps(proof))
    theirs = [sys.executable, HERE / "check_proof.py", "proof.json", key]
    for command in ([program, "audit", "check-proof", "proof.json", "--public-key", key], theirs):
        ended = subprocess.run(command, capture_output=True, text=True)
        right = (0, "PROVED: ") if holds else (REFUTED, "NOT PROVED: ")
        if ended.returncode != right[0] or not ended.stdout.startswith(right[1]):
            sys.exit(f"{what}, {command[0]}: {ended.returncode} {ended.stdout}{ended.stderr}")


def check_all(program, key, proofs):
    count = 0
    for proof in proofs:
        agree(program, key, proof, True, f"a good proof of {proof['proves']}")
        for what, forged in forgeries(proof):
            agree(program, key, forged, False, f"{proof['proves']}: {what}")
            count += 1
    return count


def main():
    program = str(Path(sys.argv[1]).resolve())
    vectors = json.loads((HERE / "vectors.json").read_text())
    with running(program) as (base, folder):
        os.chdir(folder)
        Path("vectors.pub").write_text(vectors["public_key"])
        forged = check_all(program, "vectors.pub", vectors["proofs"])

        account = live(base)
        audit = lambda *words: subprocess.run([program, "audit", *words], check=True, capture_output=True, text=True).stdout
        Path("log.pub").write_text(audit("public-key"))
        proofs = [json.loads(proof) for proof in proofs_of(audit, account, base)]
        if len(proofs[0]["streams"]) < 3:
            sys.exit("the account, its request and its organization are three streams")
        forged += check_all(program, "log.pub", proofs)
        os.chdir(HERE)
    print(f"{len(proofs) + len(vectors['proofs'])} proofs hold and {forged} forgeries do not, as both programs say")


main()
