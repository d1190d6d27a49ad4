"""How a page is read: as a person sees it, at three widths, light and dark."""

import re

from axe_playwright_python.base import AXE_SCRIPT
from traffic import Traffic

# The smallest screen is that of WCAG 1.4.10.
VIEWS = ((320, "light"), (360, "light"), (1280, "light"), (360, "dark"), (1280, "dark"))
# In these axe is asked: each width and each scheme is in one of them.
RULED = ((360, "light"), (1280, "dark"))
ALIKE = ((320, "light"), (1280, "dark"))
# What a script writes where it took a thing for a text, or a member that is not there; and marks nobody rendered.
NONSENSE = re.compile(r"\[object \w+\]|\bundefined\b|\bnull\b|\bNaN\b|`|[{\[]\s*\"\w+\"")
# Code is shown as it is.
VISIBLE_TEXT = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts = [document.title];
    while (walker.nextNode()) {
        const around = walker.currentNode.parentElement;
        if (around.checkVisibility() && !around.closest("pre, code, script, style, textarea")) texts.push(walker.currentNode.data);
    }
    return texts.join("\\n");
}"""
TOO_WIDE = """() => [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .slice(0, 3).map((element) => element.outerHTML.slice(0, 120))"""
AXE = """() => axe.run({ resultTypes: ["violations"] }).then((results) => results.violations)"""
VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) =>
    console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));"""


class Reading:
    """A page in a browser of its own, which nobody has used before. It is of `path`, and what it shows is kept in `album`."""

    def __init__(self, browser, base, path, album, **options):
        self.base, self.path, self.album = base, path, album
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.traffic = Traffic(self.context, self.page)
        self.answer, self.number = None, 0
        self.page.on("response", self.answered)
        self.page.add_init_script(VIOLATIONS)
        self.told = []
        self.page.on("console", lambda message: self.told.append(message.text) if message.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.told.append(str(error)))
        self.page.on("request", lambda request: self.ours_alone(request.url))
        self.faults = []
        self.links = set()
        # Rules of axe that a page made by others breaks, and words that are no nonsense on it.
        self.rules_broken = set()
        self.sense = set()

    def ours_alone(self, url):
        if not url.startswith((self.base + "/", "data:")):
            self.faults.append(f"something is loaded from elsewhere: {url}")

    def answered(self, response):
        if response.request.is_navigation_request() and response.frame == self.page.main_frame:
            self.answer = response

    def open(self, address):
        """As from a mail: what another page left behind is gone."""
        self.page.goto("about:blank")
        self.page.goto(address if "://" in address else self.base + address)

    def shows(self, *names, refused=None, alike=False):
        """Waits until all of these stand on the page, and looks at it in every way.

        `refused` is the status of an answer that led to this, of which the browser tells. A page that is built `alike` one
        that was looked at is looked at twice, not in all ways, and not asked about its structure and colours again.
        """
        for name in names:
            self.page.get_by_text(name).locator("visible=true").first.wait_for(timeout=10_000)
        if refused:
            self.forgive(f"status of {refused} ")
        self.number += 1
        name = self.album.name(self.path, self.number, names[0])
        for width, scheme in ALIKE if alike else VIEWS:
            self.page.emulate_media(color_scheme=scheme)
            self.page.set_viewport_size({"width": width, "height": 800})
            self.faults += [f"{width} px, {scheme}: {fault}" for fault in self.look()]
            if not alike:
                if (width, scheme) in RULED:
                    self.faults += [f"{width} px, {scheme}: {fault}" for fault in self.rules()]
                self.album.take(self.page, name, width, scheme)
        self.keep(name)
        self.faults += [f"the console says: {line}" for line in self.told]
        self.told.clear()
        here = self.page.eval_on_selector_all("a[href]", "links => links.map((link) => link.href)")
        # A link to a place of the same page leads to no other.
        self.links |= {link.split("#")[0] for link in here if link.startswith(self.base)} - {self.page.url.split("#")[0]}

    def keep(self, name):
        """What was sent, once, with what came over the wire for it."""
        if self.answer:
            self.album.keep(name, self.answer.text(), self.traffic.weight(self.path))
            self.answer = None

    def forgive(self, told):
        expected = [line for line in self.told if told in line]
        if not expected:
            self.faults.append(f"it was not told of: {told}")
        self.told = [line for line in self.told if line not in expected]

    def look(self):
        text = self.page.evaluate(VISIBLE_TEXT)
        for found in sorted(set(NONSENSE.findall(text)) - self.sense):
            yield f"“{found}” stands in: {context_of(found, text)}"
        width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        if self.page.evaluate(width) > 0:
            yield f"it is wider than the screen: {self.page.evaluate(TOO_WIDE)}"
        if self.page.locator("h1").count() != 1:
            yield "it has no single h1"

    def rules(self):
        """What axe asks of a page that everybody can use."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        for rule in self.page.evaluate(AXE):
            if rule["id"] in self.rules_broken:
                continue
            where = rule["nodes"][0]
            yield f"axe {rule['id']} ({len(rule['nodes'])}): {where['html'][:160]} {where.get('failureSummary', '')}"

    def close(self):
        self.context.close()


def context_of(found, text):
    at = text.index(found)
    return repr(text[max(0, at - 60) : at + 60])
