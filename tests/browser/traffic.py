"""What a page weighs: the bytes that come over the wire, as the browser counts them."""

from collections import namedtuple

FIRST, LATER = 60 * 1024, 15 * 1024
# Made by others; it is read by developers, once.
HEAVY = ("/docs",)

Weight = namedtuple("Weight", "path first later")


class Traffic:
    """What a browser loads that has loaded nothing before."""

    def __init__(self, context, page):
        self.urls, self.wire = {}, {}
        self.here, self.began, self.is_later = [], None, False
        devtools = context.new_cdp_session(page)
        devtools.send("Network.enable")
        self.frame = devtools.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        devtools.on("Network.requestWillBeSent", self.begin)
        devtools.on("Network.loadingFinished", self.end)

    def begin(self, request):
        asked, url = request["requestId"], request["request"]["url"]
        if url.startswith(("data:", "blob:")):
            return
        self.urls[asked] = url
        if asked == request["loaderId"] and request["frameId"] == self.frame:
            self.here, self.began = [], asked
        self.here.append(asked)

    def end(self, request):
        self.wire[request["requestId"]] = int(request["encodedDataLength"])

    def of_file(self, asked):
        """What a file weighs that may be kept already: as much as when it came."""
        return max(self.wire.get(other, 0) for other, url in self.urls.items() if url == self.urls[asked])

    def weight(self, path):
        """Of the page that is open: with all its files, and without those that the browser has kept."""
        page, files = self.wire.get(self.began, 0), [asked for asked in self.here if asked != self.began]
        first = page + sum(self.of_file(asked) for asked in files)
        has_all = all(any(other != asked and self.urls[other] == self.urls[asked] for other in self.urls) for asked in files)
        later = page + sum(self.wire.get(asked, 0) for asked in files) if has_all else None
        return Weight(path, first, later)


def kilobytes(count):
    return f"{count / 1024:.1f} KB"


def too_heavy(weights):
    """What is wrong with pages that weigh this; and which are the heaviest, in words."""
    mine = [weight for weight in weights if weight.path not in HEAVY]
    later = [weight for weight in mine if weight.later is not None]
    faults = {f"{weight.path} weighs {kilobytes(weight.first)} at first" for weight in mine if weight.first > FIRST}
    faults |= {f"{weight.path} weighs {kilobytes(weight.later)} later on" for weight in later if weight.later > LATER}
    told = []
    if mine:
        most = max(mine, key=lambda weight: weight.first)
        told.append(f"the heaviest at first is {most.path}: {kilobytes(most.first)}")
    if later:
        most = max(later, key=lambda weight: weight.later)
        told.append(f"the heaviest later on is {most.path}: {kilobytes(most.later)}")
    return sorted(faults), told
