// What the scripts of all pages share: the places in which a page speaks, and how the service is asked.
"use strict";

const main = document.querySelector("main");
const status = main.querySelector("[role=status]");
const alert = main.querySelector("[role=alert]");

// Says it in one of the two places, and nothing in the other.
function tell(element, text) {
  status.textContent = "";
  alert.textContent = "";
  element.textContent = text;
}

async function send(method, path, body, headers = {}) {
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const json = (answer.headers.get("Content-Type") || "").includes("json");
  const position = answer.headers.get("Event-Position");
  return { ok: answer.ok, status: answer.status, position, body: json ? await answer.json() : null };
}

function refusal(answer) {
  const errors = (answer.body && answer.body.errors) || [];
  const first = errors.length ? `: ${errors[0].message}` : "";
  return `${(answer.body && answer.body.title) || "That did not work."}${first}`;
}

// What was typed into the fields that are to be seen.
function values(form) {
  const fields = {};
  for (const input of form.querySelectorAll("input")) {
    if (!input.closest("[hidden]")) fields[input.name] = input.value;
  }
  return fields;
}
