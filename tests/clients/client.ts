// A person signs in and asks for a copy of the data, by way of the types that are made from the description. What is read
// here without a type, or with another one than the description has, does not compile.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Schemas = components["schemas"];
declare const process: { argv: string[] };

function wanted<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`${what} is missing`);
  return value;
}

function same<T>(left: T, right: T): void {
  if (left !== right) throw new Error(`${left} is not ${right}`);
}

const [base, email, password] = process.argv.slice(2);
const open = createClient<paths>({ baseUrl: wanted(base, "the address") });

const credentials: Schemas["Credentials"] = { email: wanted(email, "the email"), password: wanted(password, "the password") };
const refused = await open.POST("/v1/sessions", { body: { ...credentials, password: "another password" } });
const problem: Schemas["Problem"] = wanted(refused.error, "the refusal");
same(problem.type, "/problems/wrong-credentials");
same((await fetch(new URL(problem.type, base))).status, 200);

const session = await open.POST("/v1/sessions", { body: credentials });
const token = wanted(session.data?.token, "the token");
const mine = createClient<paths>({ baseUrl: wanted(base, "the address"), headers: { Authorization: `Bearer ${token}` } });
const me = wanted((await mine.GET("/v1/me")).data, "the account");
same(me.email, email);

const kind: Schemas["RequestKind"] = "export";
const receipt = wanted((await mine.POST("/v1/me/privacy-requests", { body: { kind, confirm: true } })).data, "the receipt");
const state: Schemas["RequestState"] = receipt.state;
const path = { id: receipt.id };
for (let tries = 0; tries < 600; tries += 1) {
  const request = wanted((await mine.GET("/v1/me/privacy-requests/{id}", { params: { path } })).data, "the request");
  if (request.state === "completed") break;
  await new Promise((resolve) => setTimeout(resolve, 100));
}
const archive = await mine.GET("/v1/me/privacy-requests/{id}/archive", { params: { path }, parseAs: "arrayBuffer" });
const bytes = new Uint8Array(wanted(archive.data, `the archive of a request that was ${state}`));
same(String.fromCharCode(...bytes.slice(0, 2)), "PK");
