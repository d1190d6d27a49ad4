//! The routes as the served description has them.

use serde_json::Value;

use super::Service;

const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

/// A route and what is told of it.
pub(super) struct Route {
    pub(super) method: String,
    pub(super) path: String,
    /// Whether it takes a JSON body.
    pub(super) has_body: bool,
    /// Whether the cookie of a session opens it.
    pub(super) takes_cookie: bool,
}

/// Every route of `/openapi.json`.
pub(super) async fn routes(service: &Service) -> Vec<Route> {
    let description: Value = service.client().get("/openapi.json").await;
    let mut routes = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for method in METHODS.iter().filter(|method| item.get(**method).is_some()) {
            let operation = &item[*method];
            let has_body = operation["requestBody"]["content"].get("application/json").is_some();
            let takes_cookie = operation["security"].to_string().contains("session_cookie");
            routes.push(Route { method: method.to_uppercase(), path: path.clone(), has_body, takes_cookie });
        }
    }
    assert!(routes.len() > 20, "the description lost its routes");
    routes
}
