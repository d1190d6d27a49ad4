//! `GET /docs`: the interface for people, from the same description that programs get.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde_json::Value;

use super::page;
use crate::openapi::openapi;

static BODY: LazyLock<Markup> =
    LazyLock::new(|| render(&serde_json::to_value(openapi()).unwrap_or_default()));

pub(super) async fn show() -> Response {
    page("Personal settings: the interface", None, &BODY).into_response()
}

fn render(document: &Value) -> Markup {
    let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let tags = document["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
    html! {
        h1 { (text("/info/title")) }
        p { (text("/info/description")) }
        p { "For programs: " a href="/openapi.json" { "openapi.json" } "." }
        @for tag in tags {
            h2 { (tag["name"].as_str().unwrap_or_default()) }
            p { (tag["description"].as_str().unwrap_or_default()) }
            dl {
                @for (path, method, operation) in operations(document, &tag["name"]) {
                    (describe(path, method, operation))
                }
            }
        }
    }
}

/// The operations of a tag, in the order of their paths.
fn operations<'a>(document: &'a Value, tag: &Value) -> Vec<(&'a str, &'a str, &'a Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let all = paths.flat_map(|(path, item)| {
        let methods = item.as_object().into_iter().flatten();
        methods.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    });
    all.filter(|(_, _, operation)| operation["tags"].as_array().is_some_and(|tags| tags.contains(tag)))
        .collect()
}

fn describe(path: &str, method: &str, operation: &Value) -> Markup {
    let text = |name: &str| operation[name].as_str().unwrap_or_default();
    html! {
        dt id=(text("operationId")) { (method.to_uppercase()) " " (path) }
        dd {
            p { (text("summary")) " " (text("description")) }
            table {
                @for (status, response) in operation["responses"].as_object().into_iter().flatten() {
                    tr {
                        td { (status) }
                        td { (response["description"].as_str().unwrap_or_default()) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_on_the_page() {
        let document = serde_json::to_value(openapi()).unwrap();
        let page = render(&document).into_string();
        for (path, item) in document["paths"].as_object().unwrap() {
            for operation in item.as_object().unwrap().values() {
                let id = operation["operationId"].as_str().unwrap();
                assert!(page.contains(&format!("id=\"{id}\"")), "{path}: {id}");
            }
        }
    }
}
