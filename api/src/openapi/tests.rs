//! The description says what holds of every route.

use super::common::{either, has_parameter};
use super::*;
use crate::grave::Proof;
use crate::problem::MEDIA_TYPE;
use serde_json::Value;
use std::collections::BTreeSet;
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::{RefOr, Response};

/// POSTs that are carried out again whenever they are sent: no key belongs to their sender, or the answer of now
/// counts.
const ANEW: [&str; 11] = [
    "POST /v1/sessions",
    "POST /v1/sessions/second-factor",
    "POST /v1/sessions/second-factor/code",
    "POST /v1/sessions/passkey",
    "POST /v1/sessions/passkey/options",
    "POST /v1/sessions/reauthenticate/options",
    "POST /v1/me/passkeys/options",
    "POST /v1/password-resets",
    "POST /v1/invitations/lookup",
    "POST /v1/introspect",
    "POST /v1/revoke",
];

/// Routes for a caller that holds a password, a code or the link in a mail.
const OPEN: [&str; 16] = [
    "POST /v1/sessions",
    "POST /v1/sessions/second-factor",
    "POST /v1/sessions/second-factor/code",
    "POST /v1/sessions/passkey",
    "POST /v1/sessions/passkey/options",
    "POST /v1/password-resets",
    "PUT /v1/password-resets",
    "POST /v1/email-confirmations",
    "POST /v1/email-undos",
    "POST /v1/factor-undos",
    "POST /v1/factor-removal-objections",
    "POST /v1/billing-email-undos",
    "POST /v1/invitations/lookup",
    "POST /v1/invitations/register",
    "POST /v1/invitations/decline",
    "POST /track",
];

fn operations(document: &OpenApi) -> Vec<(String, Operation)> {
    let mut found = Vec::new();
    for (path, item) in &document.paths.paths {
        let methods = [
            ("GET", &item.get),
            ("PUT", &item.put),
            ("POST", &item.post),
            ("PATCH", &item.patch),
            ("DELETE", &item.delete),
        ];
        for (method, operation) in methods {
            found.extend(operation.clone().map(|operation| (format!("{method} {path}"), operation)));
        }
    }
    found
}

#[test]
fn every_route_of_the_contract_is_described() {
    let names: Vec<String> = operations(&openapi()).into_iter().map(|(name, _)| name).collect();
    insta::assert_snapshot!(names.join("\n"), @"
    GET /healthz
    GET /openapi.json
    GET /readyz
    GET /track
    POST /track
    GET /v1/admin/accounts
    POST /v1/admin/accounts
    POST /v1/admin/accounts/{id}/factor-removal
    GET /v1/admin/accounts/{id}/history
    POST /v1/admin/accounts/{id}/sessions/end
    GET /v1/admin/accounts/{id}/state
    GET /v1/admin/log/checkpoint
    GET /v1/admin/log/health
    GET /v1/admin/messages
    POST /v1/admin/messages/retry
    GET /v1/admin/operators
    POST /v1/admin/organizations
    PUT /v1/admin/organizations/{id}/members/{account_id}
    GET /v1/admin/parked-events
    POST /v1/admin/parked-events/retry
    GET /v1/admin/privacy-requests
    GET /v1/admin/privacy-requests/statistics
    GET /v1/admin/privacy-requests/{id}
    POST /v1/admin/projects
    POST /v1/billing-email-undos
    GET /v1/credentials/self
    POST /v1/email-confirmations
    POST /v1/email-undos
    POST /v1/factor-removal-objections
    POST /v1/factor-undos
    POST /v1/introspect
    POST /v1/invitations/accept
    POST /v1/invitations/decline
    POST /v1/invitations/lookup
    POST /v1/invitations/register
    GET /v1/me
    PATCH /v1/me
    DELETE /v1/me
    GET /v1/me/consents
    GET /v1/me/deletion
    POST /v1/me/deletion
    PUT /v1/me/email
    DELETE /v1/me/email/pending
    GET /v1/me/factor-removal
    DELETE /v1/me/factor-removal
    GET /v1/me/factors
    GET /v1/me/gdpr-token
    POST /v1/me/gdpr-token
    DELETE /v1/me/gdpr-token
    GET /v1/me/history
    GET /v1/me/passkeys
    POST /v1/me/passkeys
    GET /v1/me/passkeys/accepted
    POST /v1/me/passkeys/options
    PATCH /v1/me/passkeys/{id}
    DELETE /v1/me/passkeys/{id}
    PUT /v1/me/password
    GET /v1/me/preferences
    PUT /v1/me/preferences
    GET /v1/me/privacy-requests
    POST /v1/me/privacy-requests
    GET /v1/me/privacy-requests/{id}
    DELETE /v1/me/privacy-requests/{id}
    GET /v1/me/privacy-requests/{id}/archive
    DELETE /v1/me/privacy-requests/{id}/archive
    GET /v1/me/privacy-requests/{id}/events
    POST /v1/me/recovery-codes
    POST /v1/me/totp
    DELETE /v1/me/totp
    POST /v1/me/totp/verify
    PUT /v1/me/two-factor-phone
    DELETE /v1/me/two-factor-phone
    POST /v1/me/two-factor-phone/verify
    GET /v1/organizations
    POST /v1/organizations
    GET /v1/organizations/{id}
    PATCH /v1/organizations/{id}
    GET /v1/organizations/{id}/history
    GET /v1/organizations/{id}/invitations
    POST /v1/organizations/{id}/invitations
    DELETE /v1/organizations/{id}/invitations/{invitation_id}
    GET /v1/organizations/{id}/members
    GET /v1/organizations/{id}/members/{account_id}
    PUT /v1/organizations/{id}/members/{account_id}
    DELETE /v1/organizations/{id}/members/{account_id}
    POST /v1/organizations/{id}/projects
    PUT /v1/organizations/{id}/second-factor-demand
    PUT /v1/password-resets
    POST /v1/password-resets
    GET /v1/projects
    GET /v1/projects/{id}
    PATCH /v1/projects/{id}
    POST /v1/projects/{id}/credentials/reset
    POST /v1/projects/{id}/credentials/retire-previous
    POST /v1/projects/{id}/credentials/reveal
    GET /v1/projects/{id}/history
    PUT /v1/projects/{id}/owners/{account_id}
    DELETE /v1/projects/{id}/owners/{account_id}
    POST /v1/revoke
    GET /v1/sessions
    POST /v1/sessions
    DELETE /v1/sessions
    DELETE /v1/sessions/current
    POST /v1/sessions/passkey
    POST /v1/sessions/passkey/options
    POST /v1/sessions/reauthenticate
    POST /v1/sessions/reauthenticate/options
    POST /v1/sessions/second-factor
    POST /v1/sessions/second-factor/code
    DELETE /v1/sessions/{id}
    ");
}

#[test]
fn the_description_reads_back_and_is_openapi_3_1() {
    let text = serde_json::to_string(&openapi()).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(value["openapi"].as_str().unwrap().starts_with("3.1"));
    let read: OpenApi = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), value);
    // Every reference leads somewhere.
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(value.pointer(pointer).is_some(), "{pointer} leads nowhere");
    }
}

/// A path and a query stand in the logs of every proxy, and in `Referer`.
#[test]
fn no_secret_stands_in_an_address() {
    const SECRET: [&str; 5] = ["token", "secret", "password", "code", "key"];
    for (name, operation) in operations(&openapi()) {
        for parameter in operation.parameters.iter().flatten() {
            let RefOr::T(parameter) = parameter else { panic!("{name}: a parameter that is a reference") };
            let in_address = matches!(parameter.parameter_in, ParameterIn::Path | ParameterIn::Query);
            let secret = SECRET.iter().any(|word| parameter.name.contains(word));
            assert!(!(in_address && secret), "{name}: {}", parameter.name);
        }
        for word in SECRET {
            assert!(!name.contains(&format!("{word}}}")), "{name}: put it into the body");
        }
    }
}

fn json_of(response: &RefOr<Response>) -> String {
    serde_json::to_string(response).unwrap()
}

#[test]
fn every_operation_says_who_may_and_what_may_go_wrong() {
    let mut ids = BTreeSet::new();
    for (name, operation) in operations(&openapi()) {
        assert!(ids.insert(operation.operation_id.clone()), "{name}: its id is taken");
        assert!(operation.summary.is_some(), "{name} has no summary");
        let statuses: BTreeSet<&str> = operation.responses.responses.keys().map(String::as_str).collect();
        assert!(statuses.contains("500"), "{name}");
        let open = OPEN.contains(&name.as_str()) || !name.contains("/v1/");
        let asks_no_one = operation.security.as_ref().is_some_and(Vec::is_empty);
        assert_eq!(asks_no_one, open, "{name}: who may?");
        assert!(open || statuses.contains("401"), "{name}: {statuses:?}");
        assert!(!name.contains("/v1/") || statuses.contains("503"), "{name}: {statuses:?}");
        let refused = format!("{:?}", operation.responses.responses.get("403").map(json_of));
        let sudo = matches!(weight_of(&name), Some(Weight::Grave(_, Proof::Sudo, _)));
        assert!(!sudo || refused.contains("reauthentication-required"), "{name}: {refused}");
        let inside =
            [" /v1/organizations/{id}", " /v1/projects/{id}"].iter().any(|place| name.contains(place));
        let shown = name == "GET /v1/organizations/{id}";
        assert_eq!(inside && !shown, refused.contains("second-factor-demanded"), "{name}: {refused}");
        let mut wanted = Vec::new();
        for id in name.split(['{', '}']).skip(1).step_by(2) {
            assert!(has_parameter(&operation, id), "{name}: which {id}?");
            wanted.push("404");
        }
        let keyed = name.contains(" /v1/") && !name.starts_with("GET ") && !ANEW.contains(&name.as_str());
        assert_eq!(has_parameter(&operation, "Idempotency-Key"), keyed, "{name}");
        if keyed {
            wanted.extend(["400", "409", "422", "429"]);
        }
        if name.contains("/v1/") && operation.request_body.is_some() {
            wanted.extend(["400", "413", "415", "422"]);
        }
        assert!(wanted.iter().all(|status| statuses.contains(status)), "{name}: {statuses:?}");
    }
}

#[test]
fn reasons_are_one_sentence() {
    assert_eq!(either(&["One"]), "One");
    assert_eq!(either(&["One", "Two"]), "One; or two");
    assert_eq!(either(&["One", "Two", "Three"]), "One; two; or three");
}

/// The contents of bodies and answers, each with where it stands.
fn contents(document: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let answers = operation["responses"].as_object().unwrap().iter();
            let answers = answers.map(|(status, answer)| (status.as_str(), answer));
            for (of, it) in answers.chain([("body", &operation["requestBody"])]) {
                for (media_type, content) in it["content"].as_object().into_iter().flatten() {
                    let mut content = content.clone();
                    content["described"] = it["description"].clone();
                    found.push((format!("{method} {path} {of} {media_type}"), content));
                }
            }
        }
    }
    found
}

#[test]
fn every_refusal_names_its_problems_and_shows_each() {
    for (place, content) in contents(&serde_json::to_value(openapi()).unwrap()) {
        if !place.ends_with(MEDIA_TYPE) {
            continue;
        }
        let named = examples::named(content["described"].as_str().unwrap());
        let shown: Vec<&str> = content["examples"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(shown.len(), named.len(), "{place}");
        assert!(!named.is_empty(), "{place}: which problem? {content}");
        for kind in named {
            assert!(place.contains(&format!(" {} ", kind.status().as_u16())), "{place}: {}", kind.slug());
            assert_eq!(content["examples"][kind.slug()]["value"]["type"], kind.path(), "{place}");
        }
    }
}

#[test]
fn every_json_body_and_answer_has_an_example_in_which_no_text_is_empty() {
    for (place, content) in contents(&serde_json::to_value(openapi()).unwrap()) {
        if place.ends_with("/json") || place.ends_with("urlencoded") {
            let example = content["example"].to_string();
            let described = content.get("example").is_some() || place.contains("/openapi.json");
            assert!(described && !example.contains("\"\""), "{place}: {example}");
        }
    }
}

#[test]
fn closed_sets_of_words_have_names_and_archives_are_bytes() {
    let document = serde_json::to_value(openapi()).unwrap();
    let schemas = &document["components"]["schemas"];
    for (name, schema) in schemas.as_object().unwrap() {
        for member in schema["properties"].as_object().into_iter().flatten() {
            assert!(member.1.get("enum").is_none(), "{name}.{}: a set of words without a name", member.0);
        }
    }
    assert!(!document["paths"].to_string().contains("\"enum\""));
    assert_eq!(schemas["ArchiveFile"]["format"], "binary");
    let archive = &document["paths"]["/v1/me/privacy-requests/{id}/archive"]["get"]["responses"];
    for status in ["200", "206"] {
        let schema = &archive[status]["content"]["application/zip"]["schema"];
        assert_eq!(schema["$ref"], "#/components/schemas/ArchiveFile");
    }
    assert_eq!(document["servers"][0]["url"], "/");
    assert!(
        operations(&openapi()).iter().all(|(_, operation)| !operation
            .summary
            .as_ref()
            .unwrap()
            .contains('`'))
    );
}
