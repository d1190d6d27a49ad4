// What makes the pages a little better. None of them needs it but those that ask the browser for a passkey.
"use strict";

// A second press of a button sends nothing; a page that comes back from the browser's memory is fresh again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// The menu closes where one presses Escape, or elsewhere.
const menu = document.querySelector("details.menu");
if (menu) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
}

// A button copies the value beside it. Where that is not allowed, the value is selected.
for (const button of document.querySelectorAll("button[data-copy]")) {
  const value = document.getElementById(button.dataset.copy);
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(value.textContent);
    } catch {
      return getSelection().selectAllChildren(value);
    }
    const told = button.nextElementSibling;
    told.textContent = button.dataset.done;
    setTimeout(() => { told.textContent = ""; }, 4000);
  });
}

// A link of a mail: its token goes from behind the # into the form, and out of the address, which is easily copied along.
const linked = document.querySelector("[data-link]");
if (linked && location.hash.length > 1) {
  const field = linked.querySelector("input");
  field.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  linked.hidden = true;
  if (linked.dataset.link) field.form.requestSubmit();
}

// A page that tells how something goes on follows it, and takes its parts anew from the server when something has changed.
const live = document.querySelector("[data-live]");
async function renewed() {
  const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return false;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of live.querySelectorAll("[data-part]")) {
    const other = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
    if (other && !part.isEqualNode(other)) part.replaceChildren(...other.childNodes);
  }
  return fresh.querySelector("[data-live]") !== null;
}
if (live) {
  const events = new EventSource(live.dataset.live);
  // One after the other, so that none brings back what was before.
  let renewing = Promise.resolve();
  events.addEventListener("state", (event) => {
    if (event.lastEventId === live.dataset.version) return;
    live.dataset.version = event.lastEventId;
    renewing = renewing.then(renewed).then((goesOn) => goesOn || events.close(), () => {});
  });
  window.addEventListener("pagehide", () => events.close());
}

for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// The time zone, where it is wanted, until the browser is closed.
const { zone } = document.body.dataset;
if (zone) {
  const value = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const secure = location.protocol.endsWith("s:") ? "; Secure" : "";
  document.cookie = `zone=${value}; Path=/settings; SameSite=Lax${zone === "wanted" ? "" : "; Max-Age=0"}${secure}`;
}

// Passkeys. The browser's answer goes into a field of a form, which is sent as any other. Where there is nothing to ask the
// browser, the form is sent without, and the page that comes says why.
const passkeys = window.PublicKeyCredential;

async function askForPasskey(section, how) {
  const answer = await fetch(section.dataset.passkey, { method: "POST" });
  if (!answer.ok) return "";
  const { publicKey } = await answer.json();
  const credential = "new" in section.dataset
    ? await navigator.credentials.create({ publicKey: passkeys.parseCreationOptionsFromJSON(publicKey) })
    : await navigator.credentials.get({ publicKey: passkeys.parseRequestOptionsFromJSON(publicKey), ...how });
  return JSON.stringify(credential);
}

function letAsk(section) {
  const form = section.querySelector("form");
  const field = form.querySelector("input[name$=passkey]");
  const told = section.querySelectorAll("[data-told]");
  let offer;

  // Beside the field for the address the browser offers passkeys by itself. A question can be answered for five minutes.
  async function offerPasskeys() {
    if (!("autofill" in section.dataset) || !await passkeys.isConditionalMediationAvailable?.()) return;
    offer = new AbortController();
    const { signal } = offer;
    const over = setTimeout(() => {
      offer.abort();
      if (document.hidden) document.addEventListener("visibilitychange", offerPasskeys, { once: true });
      else offerPasskeys();
    }, 280_000);
    try {
      const answer = await askForPasskey(section, { mediation: "conditional", signal });
      if (answer && !signal.aborted) send(answer);
    } catch {
      // None was chosen.
    } finally {
      clearTimeout(over);
    }
  }

  function send(answer) {
    field.value = answer;
    form.dataset.asked = "done";
    form.requestSubmit();
  }

  form.addEventListener("submit", async (event) => {
    // What is wrong with the fields the page that comes says.
    if (form.dataset.asked === "done" || !form.checkValidity()) return;
    event.preventDefault();
    if (form.dataset.asked) return;
    form.dataset.asked = "now";
    offer?.abort();
    for (const line of told) line.hidden = true;
    try {
      send(await askForPasskey(section));
    } catch (error) {
      const why = error.name === "InvalidStateError" ? "known" : "refused";
      for (const line of told) line.hidden = line.dataset.told !== why;
      delete form.dataset.asked;
      offerPasskeys();
    }
  });
  window.addEventListener("pageshow", () => {
    field.value = "";
    delete form.dataset.asked;
  });
  section.hidden = false;
  offerPasskeys();
}

if (passkeys?.parseRequestOptionsFromJSON) {
  document.querySelectorAll("[data-passkey]").forEach(letAsk);
  for (const note of document.querySelectorAll("[data-without-passkeys]")) note.hidden = true;
}

// Which passkeys count, and whose they are: the browser offers no others, and names them as the account is named.
const accepted = document.querySelector("[data-accepted]");
for (const signal of accepted ? ["signalAllAcceptedCredentials", "signalCurrentUserDetails"] : []) {
  passkeys?.[signal]?.(JSON.parse(accepted.dataset.accepted)).catch(() => {});
}
