//! An example of each body and each answer, made of the examples that stand at its members.

use serde_json::{Map, Value, json};
use utoipa::openapi::example::{Example, ExampleBuilder};
use utoipa::openapi::path::Operation;
use utoipa::openapi::{Content, RefOr};

use crate::problem::{Kind, MEDIA_TYPE, example_of};

/// When things happen in examples.
const AT: &str = "2026-03-12T12:00:00Z";

/// Adds them to an operation. `schemas` are the named ones.
pub(super) fn add(operation: &mut Operation, schemas: &Value) {
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        for content in body.content.values_mut() {
            exemplify(content, schemas);
        }
    }
    for response in operation.responses.responses.values_mut() {
        let RefOr::T(response) = response else { continue };
        let refusals = named(&response.description);
        for (media_type, content) in &mut response.content {
            if media_type != MEDIA_TYPE {
                exemplify(content, schemas);
            } else if let RefOr::T(content) = content {
                let problems = refusals.iter().map(|kind| (kind.slug().to_owned(), problem(*kind)));
                content.examples = problems.collect();
            }
        }
    }
}

/// The problems that a description names between backticks.
pub(super) fn named(description: &str) -> Vec<Kind> {
    let words: Vec<&str> = description.split('`').skip(1).step_by(2).collect();
    Kind::ALL.iter().copied().filter(|kind| words.contains(&kind.slug())).collect()
}

fn problem(kind: Kind) -> RefOr<Example> {
    RefOr::T(ExampleBuilder::new().summary(kind.title()).value(Some(example_of(kind))).build())
}

fn exemplify(content: &mut RefOr<Content>, schemas: &Value) {
    let RefOr::T(content) = content else { return };
    if content.example.is_some() || !content.examples.is_empty() {
        return;
    }
    let schema = serde_json::to_value(&content.schema).unwrap_or_default();
    // Of a text that is no JSON there is an example only where one is written.
    if schema.get("$ref").is_some() || schema["type"] == "array" || schema.get("oneOf").is_some() {
        content.example = Some(value_of(&schema, schemas)).filter(|example| !example.is_null());
    }
}

/// A value that the schema allows.
fn value_of(schema: &Value, schemas: &Value) -> Value {
    if let Some(example) = schema.get("example") {
        return example.clone();
    }
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return value_of(&schemas[name], schemas);
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let members = parts.iter().filter_map(|part| value_of(part, schemas).as_object().cloned());
        return members.flatten().collect::<Map<_, _>>().into();
    }
    for choice in ["oneOf", "anyOf", "enum"] {
        if let Some(first) = schema[choice].as_array().and_then(|values| values.first()) {
            return if choice == "enum" { first.clone() } else { value_of(first, schemas) };
        }
    }
    match kind_of(schema) {
        "object" => members_of(schema, schemas),
        "array" => json!([value_of(&schema["items"], schemas)]),
        "boolean" => json!(true),
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or(json!(1)),
        "string" if is_nullable(schema) && schema.get("format").is_none() => Value::Null,
        "string" => text_of(schema),
        _ => Value::Null,
    }
}

fn members_of(schema: &Value, schemas: &Value) -> Value {
    let members = schema["properties"].as_object().into_iter().flatten();
    members.map(|(name, member)| (name.clone(), value_of(member, schemas))).collect::<Map<_, _>>().into()
}

fn text_of(schema: &Value) -> Value {
    json!(match schema["format"].as_str() {
        Some("date-time") => AT,
        Some("email") => "ada@example.com",
        Some("password") => "a long enough password",
        _ => "",
    })
}

/// The type, or that of several which is not `null`.
fn kind_of(schema: &Value) -> &str {
    let several = schema["type"].as_array().into_iter().flatten().filter_map(Value::as_str);
    schema["type"].as_str().or_else(|| several.into_iter().find(|kind| *kind != "null")).unwrap_or_default()
}

fn is_nullable(schema: &Value) -> bool {
    schema["type"].as_array().is_some_and(|kinds| kinds.contains(&json!("null")))
}
