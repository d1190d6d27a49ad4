//! The description of the interface (OpenAPI 3.1), generated from the code.
//!
//! A route documents what is special about it. What holds for many of them is added here: how to say who
//! asks, and the refusals any route of its sort can answer with. So a route cannot forget them.

mod examples;
mod json;

use serde_json::json;
use utoipa::openapi::path::{HttpMethod, Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::server::Server;
use utoipa::openapi::{
    Content, Header, HeaderBuilder, OpenApi, Ref, RefOr, Required, Response, ResponseBuilder,
};
use utoipa::{OpenApi as _, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::grave::{Proof, Weight, weight_of};
use crate::problem::{Document, InputError, MEDIA_TYPE};
use crate::state::AppState;
use crate::writing::{self, Repeat};

const ABOUT: &str = "Personal settings and privacy requests of account holders. Refusals are problem documents \
(RFC 9457): act on their `type`. A POST in a session, by an operator or with the link of a mail takes an `Idempotency-Key`. The answer to a command \
carries `Event-Position`; send it along with a GET, to whatever process, to see the effect.";

/// A POST only so that what is asked about stands in no address.
const QUESTIONS: [&str; 2] = ["/v1/introspect", "/v1/invitations/lookup"];

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
    components(schemas(Document, InputError))
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
            (HttpMethod::Get, &mut item.get),
            (HttpMethod::Put, &mut item.put),
            (HttpMethod::Post, &mut item.post),
            (HttpMethod::Delete, &mut item.delete),
            (HttpMethod::Patch, &mut item.patch),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                complete(path, &method, operation);
                mark_grave(path, &method, operation);
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

/// Adds what holds for every operation of its sort.
fn complete(path: &str, method: &HttpMethod, operation: &mut Operation) {
    let product = path.starts_with("/v1/");
    let command = product && *method != HttpMethod::Get && !QUESTIONS.contains(&path);
    let mut refusals = vec![(500, "Something went wrong on our side: `internal`")];
    if path != "/healthz" && path != "/readyz" {
        refusals.push((503, "Away, busy or late: `unavailable`, `busy` or `timed-out`; see `Retry-After`"));
    }
    if product || path == "/track" {
        refusals.push((429, "Too much at once for one client: `too-much-at-once`; see `Retry-After`"));
    }
    if operation.request_body.is_some() {
        refusals.push((408, "The body came too slowly: `body-too-slow`"));
    }
    // A summary is plain text.
    operation.summary = operation.summary.take().map(|summary| summary.replace('`', ""));
    // An empty list says that it is open to all; without a list it would be left unsaid.
    if !operation.security.get_or_insert_default().is_empty() {
        refusals.push((401, "No live token or session: `unauthenticated`"));
        refusals
            .push((429, "Too many wrong tokens came from the network: `too-many-tries`; see `Retry-After`"));
        if command {
            refusals.push((403, "A page of another site sent this: `cross-site-request`"));
        }
    }
    if product && operation.request_body.is_some() {
        refusals.extend([
            (400, "It is not JSON: `malformed-request`"),
            (413, "The body is larger than 1 MiB: `too-large`"),
            (415, "The body is not `application/json`: `unsupported-media-type`"),
            (422, "Something in the body is missing, unknown or wrong: `invalid-input`"),
        ]);
    }
    if has_parameter(operation, "limit") {
        refusals.push((400, "A parameter is unknown or wrong: `invalid-parameters`"));
    }
    let writing = operation.operation_id.as_deref().and_then(writing::named);
    if product && *method == HttpMethod::Post {
        refusals.push((400, "The Idempotency-Key cannot be used: `invalid-idempotency-key`"));
        if let Some(repeat) = writing.map(|writing| writing.repeat).filter(|repeat| *repeat != Repeat::Anew) {
            refusals.push((409, "The same Idempotency-Key is at work: `request-in-progress`"));
            refusals
                .push((422, "The Idempotency-Key was used with another request: `idempotency-key-reused`"));
            add_idempotency_key(operation, repeat);
        }
    }
    if writing.is_some_and(|writing| writing.guard.is_paced()) {
        refusals.push((429, "Too many of them: `too-many-tries`; see `Retry-After`"));
    }
    for (status, description) in refusals {
        let response = ResponseBuilder::new().description(description).build();
        operation.responses.responses.entry(status.to_string()).or_insert(RefOr::T(response));
    }
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        finish(status, response, command);
    }
}

/// Shows how grave an act is: what makes it so, which proof it wants, and who is told of what; or why it is not grave.
fn mark_grave(path: &str, method: &HttpMethod, operation: &mut Operation) {
    let Some(weight) = weight_of(&format!("{} {path}", name(method))) else { return };
    let extensions = operation.extensions.get_or_insert_default();
    let (why, proof, tells) = match weight {
        Weight::Grave(why, proof, tells) => (why, *proof, tells),
        Weight::Light(reason) => {
            extensions.insert("x-not-grave".to_owned(), json!(reason));
            return;
        }
    };
    let tells: Vec<_> = tells
        .iter()
        .map(|(whom, notice)| json!({"whom": whom.as_str(), "notice": notice.as_str()}))
        .collect();
    let grave = json!({"why": why.as_str(), "proof": proof.as_str(), "tells": tells});
    extensions.insert("x-grave".to_owned(), grave);
    if proof == Proof::Sudo {
        let text = "The password was not given within the last ten minutes: `reauthentication-required`";
        let response = ResponseBuilder::new().description(text).build();
        operation.responses.responses.entry("403".to_owned()).or_insert(RefOr::T(response));
    }
}

fn name(method: &HttpMethod) -> &'static str {
    match method {
        HttpMethod::Put => "PUT",
        HttpMethod::Post => "POST",
        HttpMethod::Delete => "DELETE",
        HttpMethod::Patch => "PATCH",
        _ => "GET",
    }
}

/// A refusal is a problem unless the route says otherwise; the effect of a command has a position.
fn finish(status: &str, response: &mut Response, command: bool) {
    let refused = status.starts_with(['4', '5']);
    if refused && response.content.is_empty() {
        let problem = Content::new(Some(Ref::from_schema_name(Document::name())));
        response.content.insert(MEDIA_TYPE.to_owned(), problem.into());
    }
    if ["429", "503"].contains(&status) {
        let header = header(Type::Integer, "After how many seconds to try again");
        response.headers.insert("Retry-After".to_owned(), header.into());
    }
    if command && status.starts_with('2') {
        let text = "How far the effect lies in the log: to be sent along with a GET. Sealed for account holders; for \
            operators, the position itself";
        let header = header(Type::String, text);
        response.headers.insert("Event-Position".to_owned(), header.into());
    }
}

fn header(of: Type, description: &str) -> Header {
    HeaderBuilder::new().schema(Some(simple(of))).description(Some(description)).build()
}

fn simple(of: Type) -> Object {
    ObjectBuilder::new().schema_type(of).build()
}

fn has_parameter(operation: &Operation, name: &str) -> bool {
    operation.parameters.iter().flatten().any(|parameter| match parameter {
        RefOr::T(parameter) => parameter.name == name,
        RefOr::Ref(_) => false,
    })
}

fn add_idempotency_key(operation: &mut Operation, repeat: Repeat) {
    let mut text = "1 to 255 visible ASCII characters of your choice. The same key and body give the same answer \
        again for 24 hours; the same key and another request is refused with 422. Where the answer was lost in a \
        crash, a repeat is refused with 409 and `answer-lost`: nothing is done twice."
        .to_owned();
    if let Repeat::Told(another) = repeat {
        text.push_str(" The answer holds a secret and is not kept: a repeat is refused with 409 and `answer-not-repeatable`. ");
        text.push_str(another);
    }
    let parameter = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(text))
        .schema(Some(Schema::Object(simple(Type::String))));
    operation.parameters.get_or_insert_default().push(RefOr::T(parameter.build()));
}

#[cfg(test)]
mod tests;
