//! Request timeout: no request waits for ever.

use std::time::Duration;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;

use crate::problem::{Kind, Problem};

/// How long a request may take until its answer begins. What then streams may take as long as it likes.
const LONGEST: Duration = Duration::from_secs(30);

/// Answers 503 when a request takes too long. A request with an Idempotency-Key goes on behind it, and its
/// answer can be had with the same key.
pub(crate) async fn request_timeout(request: Request, next: Next) -> Result<Response, Problem> {
    tokio::time::timeout(LONGEST, next.run(request)).await.map_err(|_| Problem::new(Kind::TimedOut))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::Body;
    use axum::routing::get;
    use tower::ServiceExt;

    #[tokio::test(start_paused = true)]
    async fn what_takes_too_long_is_let_go() {
        let router = Router::new()
            .route("/", get(std::future::pending::<()>))
            .layer(axum::middleware::from_fn(request_timeout));
        let response = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(response.status(), 503);
        assert!(response.headers().contains_key("retry-after"));
    }
}
