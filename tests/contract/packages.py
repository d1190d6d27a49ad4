"""The packages that people have: Mixpanel's own, of which nothing is changed but the host.

Each sends one event in each of its ways, and is told of what is not kept in words that it hands on.
"""

import json
import shutil
import subprocess
import tempfile
import urllib.request

from mixpanel import BufferedConsumer, Consumer, Mixpanel, MixpanelException

# The version that is fetched where there is an npm.
NODE_PACKAGE = "mixpanel@0.24.0"
NODE = """
const {promisify} = require('util');
const [token, host, account] = process.argv.slice(1);
async function send(config) {
    const mixpanel = require('mixpanel').init(token, {host, protocol: 'http', ...config});
    const properties = {distinct_id: account, text: 'cut in the middle: \\ud83d'};
    await promisify(mixpanel.track.bind(mixpanel))('Opened', {...properties, $insert_id: `node ${config.verbose}`});
    const batch = [0, 1].map((n) => ({event: 'Opened', properties: {...properties, $insert_id: `node ${config.verbose} ${n}`}}));
    await promisify(mixpanel.track_batch.bind(mixpanel))(batch);
    let told;
    await promisify(mixpanel.people.set.bind(mixpanel.people))(account, {plan: 'pro'}).catch((error) => (told = error));
    if (!told) throw new Error('a profile was taken in');
    return told.message;
}
(async () => {
    await send({verbose: false});
    const told = await send({verbose: true});
    if (!told.includes('nothing of this call was kept')) throw new Error(told);
})().catch((error) => { console.error(error); process.exit(1); });
"""


def stored(vitals):
    with urllib.request.urlopen(vitals + "/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    name = 'personal_settings_usage_events_total{outcome="stored"} '
    return sum(int(line.removeprefix(name)) for line in lines if line.startswith(name))


def of_python(base, token, account):
    urls = {f"{what}_url": f"{base}/{path}" for what, path in
            [("events", "track"), ("people", "engage"), ("groups", "groups"), ("import", "import")]}
    package = Mixpanel(token, consumer=Consumer(**urls))
    package.track(account, "Opened", {"text": "cut in the middle: \ud83d"})
    buffered = BufferedConsumer(max_size=10, **urls)
    for number in range(3):
        Mixpanel(token, consumer=buffered).track(account, "Opened", {"number": number})
    # One that cannot be stored must not come back for ever with the others.
    buffered.send("events", json.dumps({"event": "", "properties": {"token": token}}))
    buffered.flush()
    for what in (lambda: package.people_set(account, {"plan": "pro"}),
                 lambda: package.group_set("company", "Example", {"plan": "pro"}),
                 lambda: package.import_data("", account, "Opened", 1700000000, api_secret="none")):
        try:
            what()
        except MixpanelException as error:
            assert "nothing of this call was kept" in str(error), error
        else:
            raise AssertionError("what is not kept was taken in")
    return 4


def of_node(base, token, account):
    if not shutil.which("npm"):
        print("there is no npm: the package for Node is not tried")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", NODE_PACKAGE]
        subprocess.run(install, cwd=folder, check=True)
        host = base.removeprefix("http://")
        subprocess.run(["node", "-e", NODE, "--", token, host, account], cwd=folder, check=True)
    return 6


def test(base, vitals, token, account):
    for name, sent in (("Python", of_python), ("Node", of_node)):
        before = stored(vitals)
        expected = sent(base, token, account)
        came = stored(vitals) - before
        assert came == expected, f"{name}: {came} events were stored, not {expected}"
        print(f"the package for {name}: {came} events stored")
