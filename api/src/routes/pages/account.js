// The page of the account: it signs in, shows what was asked for, and does what mails say can be done there.
"use strict";

const part = (name) => main.querySelector(`[data-part=${name}]`);

const REQUESTS = "/v1/me/privacy-requests";
const KINDS = { export: "A copy of your data", erasure: "Deletion of your data" };
const STATES = {
  received: "We have received it.",
  cooling_off: "It waits, so that you can change your mind.",
  running: "It is under way.",
  packaging: "It is nearly done.",
  completed: "It is done.",
  expired: "It is done, and its time is over.",
  cancelled: "It was cancelled.",
};
const ENDS = {
  expired: "The copy was deleted, since its time was over.",
  disabled: "The copy was deleted, as you wished.",
  erased: "The copy was deleted with your data.",
};

// What the last command did is to be seen in what is read after it.
let position = null;
// The question that a code answers, while one is asked.
let challenge = null;
// What goes on once the password was given again.
let interrupted = null;

async function ask(method, path, body) {
  const answer = await send(method, path, body, position ? { "Event-Position": position } : {});
  position = answer.position || position;
  return answer;
}

function shown(...names) {
  for (const element of main.querySelectorAll("[data-part]")) {
    element.hidden = !names.includes(element.dataset.part);
  }
}

function forget() {
  challenge = null;
  interrupted = null;
  for (const input of main.querySelectorAll("input")) input.value = "";
  for (const code of main.querySelectorAll("[data-code]")) code.hidden = true;
}

function wantCode(form, factor) {
  form.querySelector("[data-code]").hidden = false;
  form.querySelector("[name=code]").focus();
  tell(status, `A code was sent to your phone (${factor.sent_to}). Enter it here, or a recovery code.`);
}

function time(text) {
  const form = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short" });
  return form.format(new Date(text));
}

function size(bytes) {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let rest = bytes;
  for (; rest >= 1000 && unit + 1 < units.length; unit += 1) rest /= 1000;
  return `${unit ? rest.toFixed(1) : rest} ${units[unit]}`;
}

function add(parent, name, text) {
  const element = document.createElement(name);
  element.textContent = text;
  parent.append(element);
  return element;
}

function button(parent, text, press) {
  const made = add(parent, "button", text);
  made.type = "button";
  made.addEventListener("click", () => attempt(press));
}

function canBeCancelled(request) {
  const open = ["received", "cooling_off", "running"].includes(request.state);
  const until = request.cancellable_until;
  return open && (!until || new Date(until) > new Date());
}

function drawRequest(request, list) {
  const item = add(list, "li", "");
  add(item, "h3", KINDS[request.kind] || request.kind);
  add(item, "p", STATES[request.state] || request.state);
  const received = `Asked for on ${time(request.received_at)}.`;
  add(item, "p", request.closed_at ? received : `${received} You get an answer by ${time(request.due_at)}.`);
  if (canBeCancelled(request)) {
    if (request.cancellable_until) add(item, "p", `You can cancel it until ${time(request.cancellable_until)}.`);
    button(item, "Cancel the request", () => cancel(request));
  }
  const copy = request.archive;
  if (copy && copy.available) {
    add(item, "p", `You can fetch it until ${time(copy.expires_at)}. It is a ZIP file of ${size(copy.bytes)}.`);
    button(item, "Fetch your data", () => download(copy));
    button(item, "Delete the copy", () => remove(copy));
  } else if (copy && ENDS[copy.ended]) {
    add(item, "p", ENDS[copy.ended]);
  }
}

function draw(requests) {
  const list = part("requests").querySelector("ul");
  list.replaceChildren();
  // The one that the mail tells of comes first.
  const meant = location.hash.slice(1);
  const sorted = [...requests].sort((a, b) => (b.id === meant) - (a.id === meant));
  for (const request of sorted) drawRequest(request, list);
  part("requests").querySelector("[data-none]").hidden = requests.length > 0;
}

// What is there for who is signed in; otherwise the form to sign in with.
async function load() {
  const answer = await ask("GET", `${REQUESTS}?limit=100`);
  if (answer.status === 401) return shown("sign-in");
  if (!answer.ok) return tell(alert, refusal(answer));
  draw(answer.body.items);
  shown("requests", "password", "leave");
}

async function signIn(form) {
  const { email, password, code } = values(form);
  const answer = challenge
    ? await ask("POST", "/v1/sessions/second-factor", { challenge_id: challenge, code })
    : await ask("POST", "/v1/sessions", { email, password });
  if (!answer.ok) return tell(alert, refusal(answer));
  const factor = answer.body.second_factor;
  if (factor) {
    challenge = factor.challenge_id;
    return wantCode(form, factor);
  }
  forget();
  tell(status, "");
  await load();
}

async function mailLink() {
  const { email } = values(part("sign-in"));
  if (!email) return tell(alert, "Give your email address first.");
  const answer = await ask("POST", "/v1/password-resets", { email });
  if (!answer.ok) return tell(alert, refusal(answer));
  tell(status, "If this address has an account, a mail with a link to choose a new password is on its way to it.");
}

async function cancel(request) {
  const answer = await ask("DELETE", `${REQUESTS}/${request.id}`);
  if (!answer.ok) return tell(alert, refusal(answer));
  tell(status, "The request is cancelled.");
  await load();
}

async function remove(copy) {
  const answer = await ask("DELETE", copy.path);
  if (!answer.ok) return tell(alert, refusal(answer));
  tell(status, "The copy is deleted. You can ask for a new one at any time.");
  await load();
}

async function download(copy) {
  // Finds out whether it can be had; the browser would show the refusal in place of this page.
  const answer = await ask("HEAD", copy.path);
  if (answer.status === 403) {
    interrupted = () => download(copy);
    shown("confirm");
    part("confirm").querySelector("[name=password]").focus();
    return tell(status, "");
  }
  if (!answer.ok) {
    tell(alert, "The copy can no longer be fetched.");
    return load();
  }
  tell(status, "Your browser is fetching it.");
  location.assign(copy.path);
}

// The password once more, for what is asked of a session that is not fresh.
async function reauthenticate(form) {
  const { password, code } = values(form);
  const answer = await ask("POST", "/v1/sessions/reauthenticate", { password, code });
  const factor = answer.body && answer.body.second_factor;
  if (factor) return wantCode(form, factor);
  if (!answer.ok) return tell(alert, refusal(answer));
  const goOn = interrupted;
  forget();
  await load();
  if (goOn) await goOn();
}

async function changePassword(form) {
  const { current, new_password } = values(form);
  const answer = await ask("PUT", "/v1/me/password", { current, new: new_password });
  if (!answer.ok) return tell(alert, refusal(answer));
  forget();
  tell(status, "The new password holds. All other sessions have ended.");
}

async function leave() {
  const answer = await ask("DELETE", "/v1/sessions/current");
  if (!answer.ok && answer.status !== 401) return tell(alert, refusal(answer));
  forget();
  draw([]);
  shown("sign-in");
  tell(status, "You are signed out.");
}

function attempt(act) {
  act().catch(() => tell(alert, "The service cannot be reached."));
}

function submits(name, act) {
  const form = part(name).querySelector("form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(() => act(form));
  });
}

submits("sign-in", signIn);
submits("confirm", reauthenticate);
submits("password", changePassword);
main.querySelector("[data-forgotten]").addEventListener("click", () => attempt(mailLink));
main.querySelector("[data-leave]").addEventListener("click", () => attempt(leave));
window.addEventListener("hashchange", () => attempt(load));
attempt(load);
