//! What the operations of a class share: the callers that may, and the refusals. What an operation says itself stands; of
//! those that write, the class is in their [line](crate::writing).

use event_store::records::rate_limit::Limit;
use utoipa::ToSchema;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, Header, HeaderBuilder, Ref, RefOr, Required, Response, ResponseBuilder};

use crate::extract::is_open_without_factor;
use crate::limits;
use crate::problem::{Document, MEDIA_TYPE};
use crate::writing::{self, Counted, Guard, Repeat, Writing};

/// A POST only so that what is asked about stands in no address, or since what is asked can be answered once.
const QUESTIONS: [&str; 5] = [
    "/v1/introspect",
    "/v1/invitations/lookup",
    "/v1/sessions/passkey/options",
    "/v1/sessions/reauthenticate/options",
    "/v1/me/passkeys/options",
];

/// What there may be too many of, by the first limit that a route counts against.
const COUNTED: [(Limit, &str); 7] = [
    (limits::TRIES_OF_ADDRESS, "tries"),
    (limits::TRIES_OF_SESSION, "tries"),
    (limits::MAILS, "mails"),
    (limits::CODES_SENT, "codes"),
    (limits::QUESTIONS, "questions"),
    (limits::INVITATIONS, "invitations"),
    (limits::CREATIONS, "were created"),
];

/// Adds what holds for every operation of its class.
pub(super) fn add(path: &str, method: &str, operation: &mut Operation) {
    let product = path.starts_with("/v1/");
    let command = product && method != "GET" && !QUESTIONS.contains(&path);
    let writing = operation.operation_id.as_deref().and_then(writing::named);
    // A summary is plain text.
    operation.summary = operation.summary.take().map(|summary| summary.replace('`', ""));
    // An empty list says that it is open to all; without a list it would be left unsaid.
    if !operation.security.get_or_insert_with(|| callers(path, writing)).is_empty() {
        refuse(operation, 401, "No live token or session: `unauthenticated`");
    }
    if let Some(writing) = writing {
        add_of_writing(operation, writing);
    }
    if callers(path, writing).contains(&SecurityRequirement::new("session_token", [""; 0]))
        && !is_open_without_factor(method, path)
    {
        forbid_also(
            operation,
            "second-factor-missing",
            "The service demands a second factor, and the account has none",
        );
    }
    add_of_request(operation, product);
    if product && method != "GET" {
        refuse(operation, 400, "The Idempotency-Key cannot be used: `invalid-idempotency-key`");
        if let Some(repeat) = writing.map(|writing| writing.repeat).filter(|repeat| *repeat != Repeat::Anew) {
            add_idempotency_key(operation, repeat);
        }
    }
    if product || path == "/track" {
        refuse(operation, 429, "Too much at once for one client: `too-much-at-once`; see `Retry-After`");
    }
    refuse(operation, 500, "Something went wrong on our side: `internal`");
    if path != "/healthz" && path != "/readyz" {
        let text = "Away, busy or late: `unavailable`, `busy` or `timed-out`; see `Retry-After`";
        refuse(operation, 503, text);
    }
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        finish(status, response, command);
    }
}

/// The tokens that open it: those of the guard of an operation that writes; a read is for the account holder, below
/// `/v1/admin/` for an operator.
fn callers(path: &str, writing: Option<&Writing>) -> Vec<SecurityRequirement> {
    let schemes: &[&str] = match writing.map(|writing| writing.guard) {
        Some(Guard::ByRoute | Guard::Link) => &[],
        Some(Guard::Session | Guard::Sudo) => &["session_token", "session_cookie"],
        Some(Guard::Operator | Guard::PrivacyDesk | Guard::Gateway) => &["operator_token"],
        None if path.starts_with("/v1/admin/") => &["operator_token"],
        None if path.starts_with("/v1/") => &["session_token", "session_cookie"],
        None => &[],
    };
    schemes.iter().map(|scheme| SecurityRequirement::new(*scheme, [""; 0])).collect()
}

/// The refusals of the guard of an operation that writes, and of its limit.
fn add_of_writing(operation: &mut Operation, writing: &Writing) {
    match writing.guard {
        Guard::ByRoute => {}
        Guard::Link => refuse(operation, 410, "The link no longer works: `link-dead`"),
        Guard::Session | Guard::Operator => forbid(operation, None),
        Guard::Sudo => forbid(operation, Some("Give the password again first: `reauthentication-required`")),
        Guard::PrivacyDesk => {
            let text = "The token of the operator has not the scope `privacy`: `insufficient-scope`";
            forbid(operation, Some(text));
        }
        // Its body is a form (RFC 7662, RFC 7009).
        Guard::Gateway => {
            let text = "The token of the operator has not the scope `introspect`: `insufficient-scope`";
            refuse(operation, 403, text);
            refuse(operation, 400, "The body could not be read: `malformed-request`");
            let text = "The body is not `application/x-www-form-urlencoded`: `unsupported-media-type`";
            refuse(operation, 415, text);
            let text = "`token` is missing, or a parameter is there twice: `invalid-input`; or the Idempotency-Key was \
                used with another request: `idempotency-key-reused`";
            refuse(operation, 422, text);
        }
    }
    if let Counted::ByRoute([first, ..]) = writing.limit
        && let Some((_, what)) = COUNTED.iter().find(|(limit, _)| limit == first)
    {
        refuse(operation, 429, format!("Too many {what}: `too-many-tries`; see `Retry-After`"));
    }
}

/// What may be wrong with the body, the query and the headers.
fn add_of_request(operation: &mut Operation, product: bool) {
    if operation.request_body.is_some() {
        refuse(operation, 408, "The body came too slowly: `body-too-slow`");
    }
    if product && operation.request_body.is_some() {
        refuse(operation, 400, "It is not JSON: `malformed-request`");
        refuse(operation, 413, "The body is larger than 1 MiB: `too-large`");
        refuse(operation, 415, "The body is not `application/json`: `unsupported-media-type`");
        refuse(operation, 422, "Something in the body is missing, unknown or wrong: `invalid-input`");
    }
    if has_parameter(operation, "limit") {
        refuse(operation, 400, "A parameter is unknown or wrong: `invalid-parameters`");
        if let Some(RefOr::T(page)) = operation.responses.responses.get_mut("200") {
            let header = header(Type::String, "The next page (RFC 8288)");
            page.headers.insert("Link".to_owned(), header.into());
        }
    }
    if has_parameter(operation, "If-Match") {
        refuse(operation, 412, "It stands otherwise than `If-Match` says: `precondition-failed`");
    }
}

/// A refusal, unless the operation has one with this status.
pub(super) fn refuse(operation: &mut Operation, status: u16, description: impl Into<String>) {
    let response = ResponseBuilder::new().description(description).build();
    operation.responses.responses.entry(status.to_string()).or_insert(RefOr::T(response));
}

/// The refusal of a caller: `before`, what the operation says itself, and that another site sent it.
fn forbid(operation: &mut Operation, before: Option<&str>) {
    let own = operation.responses.responses.remove("403");
    let own = own.and_then(|own| if let RefOr::T(own) = own { Some(own.description) } else { None });
    let reasons = [before, own.as_deref(), Some("A page of another site sent this: `cross-site-request`")];
    refuse(operation, 403, either(&reasons.into_iter().flatten().collect::<Vec<_>>()));
}

/// A further reason to refuse a caller, with the name of its problem, unless the operation names it itself.
pub(super) fn forbid_also(operation: &mut Operation, problem: &str, reason: &str) {
    let own = match operation.responses.responses.remove("403") {
        Some(RefOr::T(own)) => Some(own.description),
        Some(RefOr::Ref(_)) | None => None,
    };
    let known = own.as_deref().is_some_and(|own| own.contains(problem));
    let reason = format!("{reason}: `{problem}`");
    let reasons: Vec<&str> = own.as_deref().into_iter().chain((!known).then_some(&*reason)).collect();
    refuse(operation, 403, either(&reasons));
}

/// The reasons as one sentence: "A; b; or c".
pub(super) fn either(reasons: &[&str]) -> String {
    let [first, between @ .., last] = reasons else { return reasons.concat() };
    let between: String = between.iter().map(|reason| format!("; {}", uncapitalized(reason))).collect();
    format!("{first}{between}; or {}", uncapitalized(last))
}

fn uncapitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
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

pub(super) fn simple(of: Type) -> Object {
    ObjectBuilder::new().schema_type(of).build()
}

pub(super) fn has_parameter(operation: &Operation, name: &str) -> bool {
    operation.parameters.iter().flatten().any(|parameter| match parameter {
        RefOr::T(parameter) => parameter.name == name,
        RefOr::Ref(_) => false,
    })
}

fn add_idempotency_key(operation: &mut Operation, repeat: Repeat) {
    refuse(operation, 409, "The same Idempotency-Key is at work: `request-in-progress`");
    let text = "The Idempotency-Key was used with another request: `idempotency-key-reused`";
    refuse(operation, 422, text);
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
