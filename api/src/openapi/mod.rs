//! The description of the interface (OpenAPI 3.1), generated from the code.
//!
//! A route documents what is special about it. What holds for many of them is added here: how a caller says who it is,
//! [what their class shares](common), and [what their paths name](resources). So a route cannot forget it.

mod common;
mod examples;
mod json;
mod resources;

use serde_json::json;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::server::Server;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::grave::{Weight, weight_of};
use crate::problem::{Document, InputError};
use crate::state::AppState;

const ABOUT: &str = "Personal settings and privacy requests of account holders. Refusals are problem documents \
(RFC 9457): act on their `type`. What changes something in a session, by an operator or with the link of a mail takes an `Idempotency-Key`. The answer to a command \
carries `Event-Position`; send it along with a GET, to whatever process, to see the effect.";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "Personal settings", description = ABOUT, license(name = "MIT OR Apache-2.0")),
    tags(
        (name = "Sessions", description = "Signing in and out"),
        (name = "Me", description = "The account of who is asking"),
        (name = "Organizations", description = "Who works together, as what, and who is invited"),
        (name = "Projects", description = "What usage is collected in, and the credentials with which it is read"),
        (name = "Credentials", description = "What programs show, and what it is worth"),
        (name = "Privacy requests", description = "Having one's data handed over or erased (GDPR Art. 15, 17 and 20)"),
        (name = "Operators", description = "For those who run the service"),
        (name = "Ingestion", description = "Where usage comes in"),
        (name = "Service", description = "How the process is"),
    ),
    components(schemas(Document, InputError, crate::schemas::Topic))
)]
struct Base;

/// The route of the description itself.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(json::openapi_json))
}

/// What the routes say of themselves.
fn undecorated() -> OpenApi {
    let router =
        crate::routes::v1().merge(crate::routes::ingestion()).merge(crate::routes::service()).merge(routes());
    let mut document = Base::openapi();
    document.merge(router.into_openapi());
    document
}

/// The description of every route.
pub fn openapi() -> OpenApi {
    let mut document = undecorated();
    add_security(&mut document);
    let mut here = Server::new("/");
    here.description = Some("Where this description was fetched from".to_owned());
    document.servers = Some(vec![here]);
    let schemas =
        serde_json::to_value(&document.components).map(|of| of["schemas"].clone()).unwrap_or_default();
    for (path, item) in &mut document.paths.paths {
        let operations = [
            ("GET", &mut item.get),
            ("PUT", &mut item.put),
            ("POST", &mut item.post),
            ("DELETE", &mut item.delete),
            ("PATCH", &mut item.patch),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                resources::add(path, operation);
                common::add(path, method, operation);
                mark_grave(&format!("{method} {path}"), operation);
                examples::add(operation, &schemas);
            }
        }
    }
    document
}

fn add_security(document: &mut OpenApi) {
    let bearer = |description: &str| {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("opaque");
        SecurityScheme::Http(scheme.description(Some(description)).build())
    };
    let cookie = |name: &str| {
        let text = "Set by signing in. A request that changes something must come from our own pages. \
            Over TLS it is named `__Host-session`, on plain loopback `session`.";
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(name, text)))
    };
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("session_token", bearer("The `token` of signing in: `pss_…`"));
    components.add_security_scheme("session_cookie", cookie("__Host-session"));
    components.add_security_scheme("operator_token", bearer("The token of an operator: `pso_…`"));
    components
        .add_security_scheme("gdpr_token", bearer("The token of an account for the GDPR APIs: `psg_…`"));
    components.add_security_scheme("api_credentials", basic());
}

fn basic() -> SecurityScheme {
    let text = "The API key of a project, `psk_…`, and its API secret, `psx_…`";
    SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Basic).description(Some(text)).build())
}

/// Shows how grave an act is: what makes it so, which proof it wants, and who is told of what; or why it is not grave.
fn mark_grave(route: &str, operation: &mut Operation) {
    let (mark, value) = match weight_of(route) {
        Some(Weight::Grave(why, proof, tells)) => {
            let tells = tells
                .iter()
                .map(|(whom, notice)| json!({"whom": whom.as_str(), "notice": notice.as_str()}))
                .collect::<Vec<_>>();
            ("x-grave", json!({"why": why.as_str(), "proof": proof.as_str(), "tells": tells}))
        }
        Some(Weight::Light(reason)) => ("x-not-grave", json!(reason)),
        None => return,
    };
    operation.extensions.get_or_insert_default().insert(mark.to_owned(), value);
}

#[cfg(test)]
mod tests;
