#!/usr/bin/env python3
"""Checks a proof of Personal Settings, written from .github/PROOF.md alone.

    check_proof.py PROOF PUBLIC_KEYS

Ends with 0 and a line that begins with PROVED, or with 3 and one that begins with NOT PROVED.
"""

import base64, hashlib, json, re, sys, uuid

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ZERO, NAMES = bytes(32), ["aggregate_type", "aggregate_id"]
PAIR = r'"[^"\\]*":"[^"\\]*"'
SEALED = re.compile(rf'(\{{"\$enc":\{{(?:{PAIR},)*)"c":"([^"\\]*)"((?:,{PAIR})*\}})')
MEMBERS = {"inclusion": "position leaf event path checkpoint", "consistency": "path old_checkpoint checkpoint",
           "history": "streams subject checkpoint"}

def require(holds, otherwise):
    if not holds:
        raise ValueError(otherwise)

def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()

def u64(number):
    return number.to_bytes(8, "big")

def field(value):
    value = value.encode() if isinstance(value, str) else value
    return u64(len(value)) + value

def decoded(text):
    found = base64.b64decode(text, validate=True)
    require(len(found) == 32, "a hash has no 32 bytes")
    return found

def node(left, right):
    return sha(b"\x01", left, right)

def digest(sealed):
    return f'{sealed[1]}"h":"{base64.b64encode(sha(sealed[2].encode())).decode().rstrip("=")}"{sealed[3]}'

def leaf_fits(event, leaf):
    plain = [event[name] for name in [*NAMES, "event_type", "event_version", "recorded_at"]]
    plain = [uuid.UUID(event["event_id"]).bytes, u64(event["sequence"]), *plain]
    texts = event["payload"], event["metadata"]
    forms = [[SEALED.sub(digest, text) for text in texts], texts]
    return decoded(leaf) in [sha(b"\0", *map(field, [*plain, *form])) for form in forms]

def opened(note, keys):
    text, _, signatures = note.rpartition("\n\n")
    lines = text.split("\n")
    for line in signatures.splitlines():
        dash, name, encoded = line.split(" ")
        signature = base64.b64decode(encoded, validate=True)
        if dash == "—" and name == lines[0] and (name, signature[:4]) in keys:
            keys[name, signature[:4]].verify(signature[4:], f"{text}\n".encode())
            extra = dict(line.split(" ", 1) for line in lines[3:7])
            require(list(extra) == ["streams", "chain", "time", "subjects"][:len(lines) - 3], "no checkpoint")
            return {"size": int(lines[1]), "root": decoded(lines[2]), **extra}
    raise ValueError("no known key signed the checkpoint")

def known_keys(text):
    keys = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, key_id, key = line.split("+", 2)
        key = base64.b64decode(key, validate=True)
        require(key[0] == 1 and sha(name.encode(), b"\n", key)[:4].hex() == key_id, "no public key")
        keys[name, bytes.fromhex(key_id)] = Ed25519PublicKey.from_public_bytes(key[1:])
    return keys

def leads(tag, key, bucket, path, stated, root):
    count = "last_sequence" if tag == 3 else "streams"
    entries = [(decoded(entry["key"]), entry[count], decoded(entry["head"])) for entry in bucket]
    mine = [entry[1:] for entry in entries if entry[0] == key]
    require(mine == ([stated] if stated[0] else []), "the streams or events are not those that are signed")
    names, number = [entry[0] for entry in entries], int.from_bytes(key[:2], "big")
    own = all(name[:2] == key[:2] for name in names)
    require(len(path) == 16 and own and sorted(set(names)) == names, "the bucket or its path is not as it must be")
    at = sha(bytes([tag]), *(name + u64(count) + head for name, count, head in entries))
    for sibling in map(decoded, path):
        at, number = node(sibling, at) if number % 2 else node(at, sibling), number // 2
    require(at == decoded(root), "the path does not lead to the signed root")

def climb(number, last, at, path):
    """Both checks of RFC 9162: the root that follows from the left siblings alone, and that of all."""
    old = new = at
    for sibling in path:
        require(last > 0, "the path is too long")
        if number % 2 or number == last:
            old, new = node(sibling, old), node(sibling, new)
            while number % 2 == 0 and number:
                number, last = number // 2, last // 2
        else:
            new = node(new, sibling)
        number, last = number // 2, last // 2
    require(last == 0, "the path is too short")
    return old, new

def check_inclusion(proof, keys):
    checkpoint, path = opened(proof["checkpoint"], keys), list(map(decoded, proof["path"]))
    require(leaf_fits(proof["event"], proof["leaf"]), "the leaf is not that of the event")
    require(1 <= proof["position"] <= checkpoint["size"], "no such position")
    _, root = climb(proof["position"] - 1, checkpoint["size"] - 1, decoded(proof["leaf"]), path)
    require(root == checkpoint["root"], "the path does not lead to the signed root")
    return f"the event is at position {proof['position']} of {checkpoint['size']}"

def check_consistency(proof, keys):
    old, new = opened(proof["old_checkpoint"], keys), opened(proof["checkpoint"], keys)
    same, path, number = old["size"] == new["size"], list(map(decoded, proof["path"])), old["size"] - 1
    require(0 < old["size"] <= new["size"], "the old checkpoint is not the older one")
    last = 0 if same else new["size"] - 1
    if old["size"] & number == 0 or same:
        path.insert(0, old["root"])
    while number % 2:
        number, last = number // 2, last // 2
    roots = old["root"], new["root"]
    require(climb(number, last, path[0], path[1:]) == roots, "the path does not lead to both signed roots")
    return f"the {old['size']} events are the first of the {new['size']}"

def check_history(proof, keys):
    checkpoint, account, told = opened(proof["checkpoint"], keys), ZERO, []
    for stream in proof["streams"]:
        key, head = sha(*(field(stream[name]) for name in NAMES)), ZERO
        for number, item in enumerate(stream["events"], 1):
            event = item["event"]
            require(all(event[name] == stream[name] for name in NAMES), "an event is of another stream")
            require(event["sequence"] == number, "an event is not the next")
            require(leaf_fits(event, item["leaf"]), "a leaf is not that of its event")
            head = sha(b"\x02", head, decoded(item["leaf"]))
        leads(3, key, stream["bucket"], stream["path"], (len(stream["events"]), head), checkpoint["streams"])
        account = sha(b"\x04", account, key)
        told.append(f"{stream['aggregate_id']}: {len(stream['events'])} events")
    require(("subject" in proof) == ("subjects" in checkpoint), "whose history it is, is not as it is signed")
    if "subject" not in proof:
        return f"all events of {told}; NOT which streams concern an account"
    subject, stated = proof["subject"], (len(proof["streams"]), account)
    leads(5, sha(subject["account"].encode()), subject["bucket"], subject["path"], stated, checkpoint["subjects"])
    return f"all streams that name {subject['account']}, and all their events: {told}"

try:
    given, known = json.loads(open(sys.argv[1]).read()), known_keys(open(sys.argv[2]).read())
    kind = given.pop("proves")
    require(set(given) <= set(MEMBERS[kind].split()), "a member is unknown")
    print(f"PROVED: {globals()[f'check_{kind}'](given, known)}")
except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, InvalidSignature) as error:
    sys.exit(print(f"NOT PROVED: {error!r}") or 3)
