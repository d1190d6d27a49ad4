//! Every route with a body, sent bodies it cannot take. All are refused in the same words, name the place,
//! and leave the program as it was.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::service::{sent, unpooled};
use super::{Answer, Service, routes, send};
use crate::support::{Client, OPERATOR_TOKEN, PASSWORD};

/// A route, a body it takes, the members it needs, and a value of the wrong type for each of all members.
struct Form {
    method: &'static str,
    path: &'static str,
    good: Value,
    needed: &'static [&'static str],
}

fn forms() -> Vec<Form> {
    [of_sessions(), of_me(), of_organizations(), of_operators()].into_iter().flatten().collect()
}

fn form(method: &'static str, path: &'static str, good: Value, needed: &'static [&'static str]) -> Form {
    Form { method, path, good, needed }
}

/// The link of a mail.
fn link() -> Value {
    json!({"token": "psl_x"})
}

fn of_sessions() -> Vec<Form> {
    let credentials = json!({"email": "nobody@example.com", "password": "x"});
    let again = json!({"password": PASSWORD, "code": "123456"});
    let chosen = json!({"token": "psl_x", "password": PASSWORD});
    let code = json!({"challenge_id": "chl_00000000000000000000000001", "code": "123456"});
    let question = json!({"challenge_id": "chl_00000000000000000000000001"});
    vec![
        form("POST", "/v1/sessions", credentials, &["email", "password"]),
        form("POST", "/v1/sessions/reauthenticate", again, &["password"]),
        form("POST", "/v1/sessions/second-factor", code, &["challenge_id", "code"]),
        form("POST", "/v1/sessions/second-factor/code", question, &["challenge_id"]),
        form("POST", "/v1/sessions/passkey", json!({"credential": {}}), &["credential"]),
        form("POST", "/v1/password-resets", json!({"email": "nobody@example.com"}), &["email"]),
        form("PUT", "/v1/password-resets", chosen, &["token", "password"]),
        form("POST", "/v1/email-confirmations", link(), &["token"]),
        form("POST", "/v1/email-undos", link(), &["token"]),
        form("POST", "/v1/factor-undos", link(), &["token"]),
        form("POST", "/v1/factor-removal-objections", link(), &["token"]),
        form("POST", "/v1/billing-email-undos", link(), &["token"]),
    ]
}

fn of_me() -> Vec<Form> {
    let profile = json!({
        "name": "Ada", "billing_email": "bills@example.com", "language": "de", "time_zone": "Europe/Berlin",
    });
    let passwords = json!({"current": "x", "new": "y"});
    let phone = json!({"number": "+14155550123", "channel": "sms"});
    let passkey = json!({"name": "Key", "credential": {}});
    let switches = json!({"personalization": true, "usage_logging": true});
    let request = json!({"kind": "export", "regulation": "gdpr", "confirm": true});
    let confirmed = || json!({"confirm": true});
    vec![
        form("PATCH", "/v1/me", profile, &[]),
        form("DELETE", "/v1/me", confirmed(), &["confirm"]),
        form("POST", "/v1/me/deletion", confirmed(), &["confirm"]),
        form("PUT", "/v1/me/email", json!({"email": "new@example.com"}), &["email"]),
        form("PUT", "/v1/me/password", passwords, &["current", "new"]),
        form("PUT", "/v1/me/two-factor-phone", phone, &["number", "channel"]),
        form("POST", "/v1/me/two-factor-phone/verify", json!({"code": "123456"}), &["code"]),
        form("POST", "/v1/me/totp/verify", json!({"code": "123456"}), &["code"]),
        form("POST", "/v1/me/passkeys", passkey, &["name", "credential"]),
        form("PATCH", "/v1/me/passkeys/{id}", json!({"name": "Key"}), &["name"]),
        form("POST", "/v1/me/recovery-codes", confirmed(), &["confirm"]),
        form("POST", "/v1/me/gdpr-token", confirmed(), &["confirm"]),
        form("PUT", "/v1/me/preferences", switches, &[]),
        form("POST", "/v1/me/privacy-requests", request, &["kind", "confirm"]),
    ]
}

fn of_organizations() -> Vec<Form> {
    let name = || json!({"name": "Engines"});
    let invitation = json!({"email": "grace@example.com", "role": "member"});
    let registration = json!({"token": "psl_x", "name": "Grace", "password": PASSWORD});
    let reset = json!({"confirm": true, "keep_previous_hours": 1});
    vec![
        form("POST", "/v1/organizations", name(), &["name"]),
        form("PATCH", "/v1/organizations/{id}", name(), &["name"]),
        form("PUT", "/v1/organizations/{id}/second-factor-demand", json!({"demanded": true}), &["demanded"]),
        form("PUT", "/v1/organizations/{id}/members/{account_id}", json!({"role": "admin"}), &["role"]),
        form("POST", "/v1/organizations/{id}/invitations", invitation, &["email", "role"]),
        form("POST", "/v1/organizations/{id}/projects", name(), &["name"]),
        form("PATCH", "/v1/projects/{id}", name(), &["name"]),
        form("POST", "/v1/projects/{id}/credentials/reset", reset, &["confirm"]),
        form("POST", "/v1/invitations/lookup", link(), &["token"]),
        form("POST", "/v1/invitations/accept", link(), &["token"]),
        form("POST", "/v1/invitations/decline", link(), &["token"]),
        form("POST", "/v1/invitations/register", registration, &["token", "name", "password"]),
    ]
}

fn of_operators() -> Vec<Form> {
    let account = json!({"email": "new@example.com", "name": "New", "password": PASSWORD});
    let organization = json!({"name": "Engines", "owner": "acc_00000000000000000000000001"});
    let project = json!({"name": "Looms", "organization_id": "org_00000000000000000000000001"});
    let role = json!({"role": "admin"});
    let proof = json!({"proof": "other", "note_id": "CASE-4711"});
    let message = json!({"id": "msg_00000000000000000000000001"});
    vec![
        form("POST", "/v1/admin/parked-events/retry", json!({"projection": "account"}), &[]),
        form("POST", "/v1/admin/messages/retry", message, &[]),
        form("POST", "/v1/admin/accounts", account, &["email", "name"]),
        form("POST", "/v1/admin/organizations", organization, &["name", "owner"]),
        form("PUT", "/v1/admin/organizations/{id}/members/{account_id}", role, &["role"]),
        form("POST", "/v1/admin/accounts/{id}/factor-removal", proof, &["proof"]),
        form("POST", "/v1/admin/projects", project, &["name", "organization_id"]),
    ]
}

/// A path in which whatever it names could be there.
fn filled(path: &str) -> String {
    let id = match path {
        path if path.starts_with("/v1/projects/") => "prj",
        path if path.starts_with("/v1/admin/accounts/") => "acc",
        path if path.starts_with("/v1/me/passkeys/") => "pky",
        _ => "org",
    };
    path.replace("{id}", &format!("{id}_00000000000000000000000001"))
        .replace("{account_id}", "acc_00000000000000000000000001")
}

/// Members that take one of a few words; `found.rs` tells how they take what is no word.
const CHOICES: [&str; 3] = ["kind", "regulation", "proof"];

/// Who may send to a path.
fn caller(path: &str, holder: &Client) -> Client {
    match path {
        path if path.starts_with("/v1/admin/") => holder.with_token(OPERATOR_TOKEN),
        _ => holder.clone(),
    }
}

/// Sends raw bytes as JSON.
async fn raw(client: &Client, form: &Form, body: impl Into<Vec<u8>>) -> Answer {
    let request = client.request(form.method, &filled(form.path)).header("Content-Type", "application/json");
    send(request.body(body.into())).await
}

fn with(good: &Value, member: &str, value: Value) -> Value {
    let mut body = good.clone();
    body[member] = value;
    body
}

fn without(good: &Value, member: &str) -> Value {
    let mut body = good.clone();
    body.as_object_mut().unwrap().remove(member);
    body
}

#[tokio::test]
async fn no_route_with_a_body_is_left_out_here() {
    let service = Service::api().await;
    let here: BTreeSet<(String, String)> =
        forms().iter().map(|form| (form.method.to_owned(), form.path.to_owned())).collect();
    let there: BTreeSet<(String, String)> = routes(&service)
        .await
        .into_iter()
        .filter(|route| route.has_body && route.path.starts_with("/v1/"))
        .map(|route| (route.method, route.path))
        .collect();
    assert_eq!(here, there, "add a form, or remove one");
}

#[tokio::test]
async fn what_is_no_json_is_malformed() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    for form in forms() {
        let client = caller(form.path, &ada.client);
        let member = form.good.as_object().unwrap().keys().next().unwrap().clone();
        let bodies: Vec<Vec<u8>> = vec![
            Vec::new(),
            b"{".to_vec(),
            format!("{{\"{member}\": }}").into_bytes(),
            b"nonsense".to_vec(),
            b"{'email': 1}".to_vec(),
            b"\xff\xfe{}".to_vec(),
            format!("{} {{}}", form.good).into_bytes(),
            "[".repeat(500_000).into_bytes(),
            format!("{{\"{member}\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000)).into_bytes(),
        ];
        for body in &bodies {
            let answer = raw(&client, &form, body.clone()).await;
            let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
            assert_eq!(answer.status, 400, "{} {} {shown}: {answer:?}", form.method, form.path);
            answer.problem(400, "malformed-request");
        }
    }
    service.unharmed().await;
}

#[tokio::test]
async fn what_is_not_what_was_wanted_is_named_by_a_pointer() {
    let service = Service::api().await;
    for (number, form) in forms().into_iter().enumerate() {
        // Another for each form: nobody may send all of it.
        let person = service.person(&format!("person{number}")).await;
        let client = caller(form.path, &person.client);
        let pointers =
            async |body: Value| sent(&client, form.method, &filled(form.path), &body).await.pointers();
        let name = format!("{} {}", form.method, form.path);
        assert_eq!(pointers(with(&form.good, "surprise", json!(1))).await, ["/surprise"], "{name}");
        assert_eq!(pointers(with(&form.good, "a/b~c", json!(1))).await, ["/a~1b~0c"], "{name}");
        let deep: Value = (0..100).fold(json!(1), |value, _| json!([value]));
        assert_eq!(pointers(with(&form.good, "surprise", deep)).await, ["/surprise"], "{name}");
        for member in form.needed {
            let pointer = format!("/{member}");
            assert_eq!(pointers(without(&form.good, member)).await, [&*pointer], "{name}");
            if !CHOICES.contains(member) {
                assert_eq!(pointers(with(&form.good, member, Value::Null)).await, [&*pointer], "{name}");
            }
        }
        let members = form.good.as_object().unwrap().keys();
        for member in members.filter(|member| !CHOICES.contains(&member.as_str())) {
            for wrong in [json!(-7), json!(["x"]), json!({"x": 1}), json!(1e300)] {
                let body = with(&form.good, member, wrong);
                assert_eq!(pointers(body.clone()).await, [format!("/{member}")], "{name} {body}");
            }
        }
        for whole in [json!([]), json!([1, 2, 3]), json!("text"), json!(7), json!(null), json!(true)] {
            assert_eq!(pointers(whole).await, [""], "{name}");
        }
        let (member, value) = form.good.as_object().unwrap().iter().next().unwrap();
        let twice = format!("{{\"{member}\": {value}, \"{member}\": {value}}}");
        assert_eq!(raw(&client, &form, twice).await.pointers(), [format!("/{member}")], "{name}");
        // None of it did anything.
        assert_eq!(person.client.get("/v1/me/privacy-requests").await["items"], json!([]), "{name}");
        let preferences = &person.client.get("/v1/me").await["preferences"];
        assert_eq!(*preferences, json!({"personalization": true, "usage_logging": true}), "{name}");
    }
    service.unharmed().await;
}

#[tokio::test]
async fn what_cannot_be_so_is_told_apart_from_what_is_merely_odd() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let operator = service.client().with_token(OPERATOR_TOKEN);
    let post = async |client: &Client, path: &str, body: Value| sent(client, "POST", path, &body).await;
    for email in ["", "ada", "a@b\u{0}.example", "a\r\nBcc: x@example.com", &"x".repeat(100_000), "<a@b.c>"] {
        let body = json!({"email": email, "name": "A", "password": PASSWORD});
        assert_eq!(post(&operator, "/v1/admin/accounts", body).await.pointers(), ["/email"], "{email}");
        let body = json!({"email": email, "password": "x"});
        assert_eq!(post(&service.client(), "/v1/sessions", body).await.pointers(), ["/email"], "{email}");
    }
    for name in ["", " ", "a\u{0}b", "a\nb", &"x".repeat(201)] {
        let body = json!({"email": "b@example.com", "name": name});
        assert_eq!(post(&operator, "/v1/admin/accounts", body).await.pointers(), ["/name"], "{name:?}");
    }
    for password in ["", "short", "password", "12345678", &"x".repeat(129)] {
        let body = json!({"email": "b@example.com", "name": "B", "password": password});
        assert_eq!(post(&operator, "/v1/admin/accounts", body).await.pointers(), ["/password"], "{password}");
        let body = json!({"current": PASSWORD, "new": password});
        let answer = sent(&ada.client, "PUT", "/v1/me/password", &body).await;
        assert_eq!(answer.pointers(), ["/new"], "{password}");
    }
    let all_wrong = json!({"email": "b@example.com", "name": "", "password": "short"});
    assert_eq!(post(&operator, "/v1/admin/accounts", all_wrong).await.pointers(), ["/name", "/password"]);
    // Passwords nobody has are compared like any other.
    for password in ["", "\u{0}", "é\u{301}💥", &"x".repeat(500_000)] {
        let body = json!({"email": ada.email, "password": password});
        post(&service.client(), "/v1/sessions", body).await.problem(401, "wrong-credentials");
        let body = json!({"password": password});
        post(&ada.client, "/v1/sessions/reauthenticate", body).await.problem(403, "wrong-password");
    }
    for (kind, pointer) in [("EXPORT", "/kind"), ("", "/kind"), ("export\u{0}", "/kind")] {
        let body = json!({"kind": kind, "confirm": true});
        assert_eq!(post(&ada.client, "/v1/me/privacy-requests", body).await.pointers(), [pointer]);
    }
    let unconfirmed = json!({"kind": "export", "confirm": false});
    assert_eq!(post(&ada.client, "/v1/me/privacy-requests", unconfirmed).await.pointers(), ["/confirm"]);
    let nothing = sent(&ada.client, "PUT", "/v1/me/preferences", &json!({})).await;
    assert_eq!(nothing.pointers(), [""]);
    service.unharmed().await;
}

#[tokio::test]
async fn addresses_numbers_and_codes_are_what_they_claim_to_be() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let pointers =
        async |method: &str, path: &str, body: Value| sent(&ada.client, method, path, &body).await.pointers();
    for email in ["", "ada", "a@b\u{0}.example", "a\r\nBcc: x@example.com", &"x".repeat(100_000), "<a@b.c>"] {
        let body = json!({"email": email});
        assert_eq!(pointers("PUT", "/v1/me/email", body.clone()).await, ["/email"], "{email}");
        assert_eq!(pointers("POST", "/v1/password-resets", body).await, ["/email"], "{email}");
        let body = json!({"billing_email": email});
        assert_eq!(pointers("PATCH", "/v1/me", body).await, ["/billing_email"], "{email}");
    }
    for number in
        ["", "0123", "+", "+0123456789", "14155550123", "+1415555012345678", "+1415555０123", "+1;x"]
    {
        let body = json!({"number": number, "channel": "sms"});
        assert_eq!(pointers("PUT", "/v1/me/two-factor-phone", body).await, ["/number"], "{number}");
    }
    for language in ["", "EN", "de-DE", "xx", "de\u{0}"] {
        let body = json!({"language": language});
        assert_eq!(pointers("PATCH", "/v1/me", body).await, ["/language"], "{language}");
    }
    for zone in ["", "Europe", "europe/berlin", "+01:00", "../../etc/localtime", "Europe/Berlin\u{0}"] {
        let body = json!({"time_zone": zone});
        assert_eq!(pointers("PATCH", "/v1/me", body).await, ["/time_zone"], "{zone}");
    }
    for channel in ["", "SMS", "fax", "sms\u{0}"] {
        let body = json!({"number": "+14155550123", "channel": channel});
        assert_eq!(pointers("PUT", "/v1/me/two-factor-phone", body).await, ["/channel"], "{channel}");
    }
    for challenge in ["", "chl_", "chl_zzzzzzzzzzzzzzzzzzzzzzzzzz", "ses_00000000000000000000000001"] {
        let body = json!({"challenge_id": challenge, "code": "123456"});
        assert_eq!(pointers("POST", "/v1/sessions/second-factor", body).await, ["/challenge_id"]);
    }
    for name in ["", " ", "a\u{0}b", "a\nb", "a\u{202e}b", &"x".repeat(201)] {
        assert_eq!(pointers("PATCH", "/v1/me", json!({"name": name})).await, ["/name"], "{name:?}");
    }
    for (method, path) in [
        ("DELETE", "/v1/me"),
        ("POST", "/v1/me/deletion"),
        ("POST", "/v1/me/gdpr-token"),
        ("POST", "/v1/me/recovery-codes"),
    ] {
        assert_eq!(pointers(method, path, json!({"confirm": false})).await, ["/confirm"], "{path}");
    }
    // Codes that nobody was sent are compared like any other.
    for code in ["", "12345", "1234567", "４２４２４２", "\u{0}", &"1".repeat(100_000)] {
        service.forget_tries().await;
        let verified =
            sent(&ada.client, "POST", "/v1/me/two-factor-phone/verify", &json!({"code": code})).await;
        verified.problem(403, "wrong-code");
    }
    let me = ada.client.get("/v1/me").await;
    assert_eq!((&me["email_pending"], &me["two_factor"]), (&Value::Null, &Value::Null));
    service.unharmed().await;
}

#[tokio::test]
async fn only_json_is_taken_and_no_more_than_a_mebibyte_of_it() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    for form in forms() {
        let client = unpooled(&caller(form.path, &ada.client));
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "json", ""] {
            let request = client.request(form.method, &filled(form.path)).header("Content-Type", kind);
            send(request.body(form.good.to_string())).await.problem(415, "unsupported-media-type");
        }
        let untyped = client.request(form.method, &filled(form.path)).body(form.good.to_string());
        send(untyped).await.problem(415, "unsupported-media-type");
        let large = json!({"surprise": "x".repeat(1024 * 1024)}).to_string();
        raw(&client, &form, large.clone()).await.problem(413, "too-large");
        if form.method == "POST" {
            let request =
                client.request("POST", &filled(form.path)).header("Content-Type", "application/json");
            let keyed = request.header("Idempotency-Key", "large").body(large);
            send(keyed).await.problem(413, "too-large");
        }
        // As much as is allowed is read, and judged by what it says.
        let padding = 1024 * 1024 - form.good.to_string().len();
        let padded = format!("{}{}", " ".repeat(padding), with(&form.good, "surprise", json!(1)));
        raw(&client, &form, padded).await.problem(413, "too-large");
        let body = with(&form.good, "surprise", json!(1)).to_string();
        let padded = format!("{}{body}", " ".repeat(1024 * 1024 - body.len()));
        assert_eq!(raw(&client, &form, padded).await.pointers(), ["/surprise"]);
    }
    service.unharmed().await;
}
