"""What is for those who write programs: the interface, what refusals mean, and the first page of all."""

from service import ask, person
from visits import press_link, reads, sign_in


@reads("/docs")
def docs(program, reading):
    """Swagger UI shows each operation of the description, and of each what it takes and answers, with examples."""
    reading.sense = {"null"}  # a type that a value can have
    reading.rules_broken = {"heading-order", "landmark-unique", "nested-interactive", "scrollable-region-focusable",
                            "select-name"}
    reading.open("/docs")
    description = ask(program.base, "GET", "/openapi.json")
    operations = [operation["operationId"] for item in description["paths"].values() for operation in item.values()]
    reading.page.get_by_text("/v1/me/preferences").first.wait_for()
    reading.faults += reading.rules()
    shown = reading.page.locator(".opblock").count()
    if shown != len(operations):
        reading.faults.append(f"{shown} of {len(operations)} operations are shown")
    for of, texts in (
        ("Me-changeMe", ("If-Match", "bills@example.com", "Event-Position", "malformed-request")),
        ("Ingestion-track", ("distinct_id", "verbose", "data")),
        ("Privacy_requests-downloadArchive", ("application/zip", "Range", "archive-gone")),
    ):
        operation = reading.page.locator(f"#operations-{of}")
        operation.locator("button.opblock-summary-control").click()
        operation.get_by_text("Responses").wait_for()
        text = operation.inner_text()
        reading.faults += [f"{of} does not show {wanted}" for wanted in texts if wanted not in text]
    reading.shows("/v1/me/preferences", "Authorize", alike=True)


@reads("/problems")
def problems(program, reading):
    reading.open("/problems")
    reading.shows("Problems", "link-dead", "The link no longer works.")


@reads("/problems/{name}")
def each_problem(program, reading):
    reading.open("/problems")
    for number, name in enumerate(reading.page.locator("dt a").all_inner_texts()):
        reading.open("/problems/" + name.split(" ")[0])
        reading.shows("What to do", "HTTP status", alike=number > 0)


@reads("/")
def home(program, reading):
    reading.open("/")
    reading.shows("Here you see and change your settings", "For those who write programs", "What each refusal means",
                  "Whether the service can serve", "Mails are not sent here")
    press_link(reading, "Sign in")
    person(program.base, "visiting")
    sign_in(program, reading, "visiting@example.com")
    reading.page.get_by_role("heading", name="Profile & Preferences").wait_for()
    reading.open("/")
    reading.shows("Your settings", alike=True)
