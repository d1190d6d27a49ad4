//! Every route. One endpoint a file, with its types, its documentation and its tests.

pub(crate) mod admin;
mod credentials;
mod email_links;
mod health;
pub(crate) mod history;
pub(crate) mod invitations;
pub(crate) mod me;
mod metrics;
pub(crate) mod organizations;
pub(crate) mod pages;
mod password_resets;
pub(crate) mod privacy_requests;
pub(crate) mod projects;
pub(crate) mod sessions;
mod track;

pub(crate) use track::open_to_every_origin;

use axum::Router;
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::{Kind, Problem};
use crate::state::{AppState, Vitals};

/// The interface of the product.
pub(crate) fn v1() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(sessions::routes())
        .merge(password_resets::routes())
        .merge(email_links::routes())
        .merge(me::routes())
        .merge(organizations::routes())
        .merge(invitations::routes())
        .merge(projects::routes())
        .merge(credentials::routes())
        .merge(privacy_requests::routes())
        .merge(admin::routes())
}

/// Where usage comes in.
pub(crate) fn ingestion() -> OpenApiRouter<AppState> {
    track::routes()
}

/// How the process is, for everybody.
pub(crate) fn service() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(health::healthz)).routes(routes!(health::readyz))
}

/// What tells those who run the service how the process is. It counts what everybody does, so it has a listener of
/// its own.
pub(crate) fn vitals() -> Router<Vitals> {
    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readiness))
        .route("/metrics", get(metrics::metrics))
}

/// The answer where there is no route.
pub(crate) async fn unknown_route() -> Problem {
    Problem::because(Kind::NotFound, "There is no such route. See /openapi.json.")
}

/// The answer where the route takes other methods: `Allow` names them.
pub(crate) async fn wrong_method() -> Problem {
    Problem::because(Kind::MethodNotAllowed, "This route takes the methods that Allow names.")
}
