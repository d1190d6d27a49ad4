#!/usr/bin/env python3
"""Has clients made from `/openapi.json`, and uses them.

Two generators, of TypeScript and of Python, take the description without a warning; what they make is compiled strictly
and asks the running program. Each example in the description is what its schema allows.

    tests/clients/run.py target/debug/personal-settings

Needs what `requirements.txt` names, and npm.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from jsonschema import Draft202012Validator

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from service import PASSWORD, ask, person, running  # noqa: E402


def run(*command, cwd):
    """Runs it; what it says is shown where it fails."""
    ended = subprocess.run(command, cwd=cwd, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if ended.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{ended.stdout}")
    return ended.stdout


def contents(description):
    """Each body and answer, with where it stands."""
    for path, item in description["paths"].items():
        for method, operation in item.items():
            for of, it in [("body", operation.get("requestBody", {})), *operation["responses"].items()]:
                for media_type, content in it.get("content", {}).items():
                    yield f"{method} {path} {of} {media_type}", content


def check_examples(description):
    count = 0
    for place, content in contents(description):
        examples = [content["example"]] if "example" in content else []
        examples += [example["value"] for example in content.get("examples", {}).values()]
        schema = {**content.get("schema", {}), "components": description["components"]}
        for example in examples:
            count += 1
            for error in Draft202012Validator(schema).iter_errors(example):
                sys.exit(f"the example of {place} is not what its schema says: {error.message}")
    return count


def typescript(folder, *person):
    for name in ("package.json", "tsconfig.json", "client.ts"):
        shutil.copy(HERE / name, folder)
    run("npm", "install", "--silent", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", cwd=folder)
    said = run("npx", "openapi-typescript", "openapi.json", "--output", "api.d.ts", cwd=folder)
    if "warn" in said.lower():
        sys.exit(said)
    run("npx", "tsc", cwd=folder)
    run("node", "client.js", *person, cwd=folder)


def python(folder, *person):
    generator = Path(sys.executable).parent / "openapi-python-client"
    options = ["--path", "openapi.json", "--output-path", "made", "--meta", "none", "--config", HERE / "config.yaml"]
    run(generator, "generate", "--fail-on-warning", *options, cwd=folder)
    shutil.copy(HERE / "client.py", folder)
    run(sys.executable, "client.py", *person, cwd=folder)


def main():
    with running(sys.argv[1]) as (base, _), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        description = ask(base, "GET", "/openapi.json")
        (folder / "openapi.json").write_text(json.dumps(description))
        examples = check_examples(description)
        for client, has in ((typescript, "ada"), (python, "grace")):
            person(base, has)
            client(folder, base, f"{has}@example.com", PASSWORD)
    print(f"two clients were made without a warning, and used; {examples} examples are as their schemas say")


main()
