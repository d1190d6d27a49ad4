use super::*;
use serde_json::Value;
use std::collections::BTreeSet;

impl Guard {
    /// Whether the limits for all commands hold for it: who sends it is known before its route is asked.
    fn is_paced(self) -> bool {
        !matches!(self, Self::ByRoute | Self::Link)
    }
}

/// The operations that write, with their ids.
fn described() -> Vec<(String, Value)> {
    let document = serde_json::to_value(crate::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let items = paths.values().flat_map(|item| item.as_object().unwrap());
    let written = items.filter(|(method, operation)| *method != "get" && operation.is_object());
    written
        .map(|(_, operation)| (operation["operationId"].as_str().unwrap().to_owned(), operation.clone()))
        .collect()
}

#[test]
fn every_operation_that_writes_has_a_line_and_every_line_an_operation() {
    let written: BTreeSet<String> = described().into_iter().map(|(id, _)| id).collect();
    let lines: BTreeSet<String> = WRITINGS.iter().map(|writing| writing.operation.to_owned()).collect();
    assert_eq!(written, lines);
    let by_route = WritingsByRoute::of(&crate::openapi());
    assert_eq!((by_route.0.len(), lines.len()), (WRITINGS.len(), WRITINGS.len()));
}

#[test]
fn the_guard_of_every_line_is_that_of_its_route() {
    for (id, operation) in described() {
        let (guard, text) = (named(&id).unwrap().guard, operation.to_string());
        let told = |what: &str| text.contains(what);
        let guards = match guard {
            Guard::ByRoute => !told("\"security\":[{") && !told("link-dead"),
            Guard::Link => !told("\"security\":[{") && told("link-dead"),
            // A change of the profile wants the password where the body names a billing address: the route asks.
            Guard::Session => {
                told("session_token") && (id == "changeMe" || !told("reauthentication-required"))
            }
            Guard::Sudo => told("session_token") && told("reauthentication-required"),
            Guard::Operator => told("operator_token") && !told("`introspect`"),
            Guard::PrivacyDesk => told("operator_token") && told("the scope `privacy`"),
            Guard::Gateway => told("operator_token") && told("`introspect`"),
        };
        assert!(guards, "{id} is not {guard:?}: {text}");
    }
}

#[test]
fn every_operation_that_writes_has_a_limit() {
    for writing in &WRITINGS {
        let limited = match writing.limit {
            // By those of commands: of the session and the account, or of the operator.
            Counted::AsCommand => writing.guard.is_paced(),
            Counted::OfAccount(limit) => writing.guard.is_paced() && limit.burst > 0,
            Counted::ByRoute(limits) => !limits.is_empty(),
        };
        assert!(limited, "{} has no limit", writing.operation);
    }
}

/// Whether an answer with these members tells what is shown once. The token of a project is public.
fn is_secret(members: &serde_json::Map<String, Value>) -> bool {
    let has = |name: &str| members.contains_key(name);
    has("secret")
        || has("api_secret")
        || has("codes")
        || has("recovery_codes")
        || (has("token") && !has("organization_id"))
}

#[test]
fn no_answer_with_a_secret_is_kept() {
    let document = serde_json::to_value(crate::openapi()).unwrap();
    let mut secrets = 0;
    for (id, operation) in described() {
        let answers = operation["responses"].as_object().unwrap().iter();
        for (_, answer) in answers.filter(|(status, _)| status.starts_with('2')) {
            let schema = &answer["content"]["application/json"]["schema"];
            let named = schema["$ref"].as_str().and_then(|reference| document.pointer(&reference[1..]));
            let members = named.unwrap_or(schema)["properties"].as_object();
            if members.is_some_and(is_secret) {
                secrets += 1;
                assert_ne!(super::named(&id).unwrap().repeat, Repeat::Same, "{id} tells a secret");
            }
        }
    }
    assert!(secrets >= 8, "they are found: {secrets}");
}
