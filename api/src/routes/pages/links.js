// What the pages of links in mails do. The token stands behind the `#`, and is sent only in the body of a request: the
// path of one stands in the logs of proxies.
"use strict";

const form = main.querySelector("form");
const token = location.hash.slice(1);

// A token in the address bar is easily copied along.
history.replaceState(null, "", location.pathname);

function done(text) {
  form.hidden = true;
  tell(status, text);
}

// One question, one button.
async function ask() {
  const { method, path, done: text } = form.dataset;
  const answer = await send(method, path, { token, ...values(form) });
  if (answer.ok) done(text);
  else tell(alert, refusal(answer));
}

const AS = { owner: "an owner", admin: "an admin", member: "a member" };

// An invitation: join with the account one has, or with a new one.
async function invited() {
  const found = await send("POST", "/v1/invitations/lookup", { token });
  if (!found.ok) return done(refusal(found));
  const { role, email, has_account } = found.body;
  const organization = found.body.organization.name;
  main.querySelector("[data-says]").textContent =
    `You are invited to ${organization} as ${AS[role]}, with the address ${email}.`;
  form.querySelector("[data-new]").hidden = has_account;
  form.querySelector("[data-known]").hidden = !has_account;
  form.hidden = false;
  let challenge = null;

  async function signIn() {
    const { password, code } = values(form);
    const step = challenge
      ? await send("POST", "/v1/sessions/second-factor", { challenge_id: challenge, code })
      : await send("POST", "/v1/sessions", { email, password });
    if (!step.ok) return tell(alert, refusal(step)), false;
    if (step.body.second_factor) {
      challenge = step.body.second_factor.challenge_id;
      form.querySelector("[data-code]").hidden = false;
      return tell(status, "A code was sent to your phone. Enter it, and join."), false;
    }
    return true;
  }

  async function join() {
    if (!has_account) {
      const { name, new_password } = values(form);
      const made = await send("POST", "/v1/invitations/register", { token, name, password: new_password });
      return made.ok ? done(`Welcome. You are a member of ${organization} now.`) : tell(alert, refusal(made));
    }
    let joined = await send("POST", "/v1/invitations/accept", { token });
    if (joined.status === 401 || joined.status === 403) {
      if (!(await signIn())) return;
      joined = await send("POST", "/v1/invitations/accept", { token });
    }
    if (joined.ok) done(`You are a member of ${organization} now.`);
    else tell(alert, refusal(joined));
  }

  async function decline() {
    const declined = await send("POST", "/v1/invitations/decline", { token });
    if (declined.ok) done("You have declined the invitation.");
    else tell(alert, refusal(declined));
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    join().catch(() => tell(alert, "The service cannot be reached."));
  });
  form.querySelector("[data-decline]").addEventListener("click", () => {
    decline().catch(() => tell(alert, "The service cannot be reached."));
  });
}

if (!token) {
  done("This page needs the whole link from the mail.");
} else if (form.dataset.invitation !== undefined) {
  invited().catch(() => done("The service cannot be reached."));
} else {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask().catch(() => tell(alert, "The service cannot be reached."));
  });
}
