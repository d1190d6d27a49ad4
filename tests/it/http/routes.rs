//! The routes as the served description has them.

use serde_json::Value;

use super::Service;

const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

/// A route and what is told of it.
pub(super) struct Route {
    pub(super) method: String,
    pub(super) path: String,
    /// Whether it takes a body.
    pub(super) has_body: bool,
}

/// Every route of `/openapi.json`.
pub(super) async fn routes(service: &Service) -> Vec<Route> {
    let description: Value = service.client().get("/openapi.json").await;
    let mut routes = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for method in METHODS.iter().filter(|method| item.get(**method).is_some()) {
            let has_body = item[*method].get("requestBody").is_some();
            routes.push(Route { method: method.to_uppercase(), path: path.clone(), has_body });
        }
    }
    assert!(routes.len() > 20, "the description lost its routes");
    routes
}
