"""Whether what the program sends is HTML as its standard wants it: html-validate says so, of the version that is locked here."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
OURS = ("package.json", "package-lock.json", ".htmlvalidate.json")


def faults_of(pages):
    """What is wrong with the pages, which are texts by their names."""
    npm = shutil.which("npm") or sys.exit("npm is not installed")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in OURS:
            shutil.copy(HERE / file, folder)
        subprocess.run([npm, "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True)
        for page, text in pages.items():
            (folder / f"{page}.html").write_text(text)
        checker = [folder / "node_modules/.bin/html-validate", "--formatter", "json", "--max-warnings", "0", "."]
        done = subprocess.run(checker, cwd=folder, capture_output=True, text=True)
    if done.returncode not in (0, 1) or (done.returncode and not done.stdout):
        sys.exit(f"html-validate failed: {done.stderr}")
    return list(told(json.loads(done.stdout or "[]")))


def told(results):
    """One line for each sort of fault, with the first place where it stands."""
    sorts = {}
    for result in results:
        for message in result["messages"]:
            key = message["ruleId"], message["message"]
            sorts.setdefault(key, []).append(f"{Path(result['filePath']).stem}, line {message['line']}, column {message['column']}")
    for (rule, message), places in sorts.items():
        yield f"HTML: {message} ({rule}; {len(places)} times, first in {places[0]})"
