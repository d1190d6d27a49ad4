//! `serve`: everything in one process.

use secrecy::ExposeSecret;

use crate::cli::ServeOptions;
use crate::composition::{Service, asked_to_end};
use crate::logging::say;

pub(super) async fn run(options: &ServeOptions) -> anyhow::Result<()> {
    let service = tokio::select! {
        service = Service::start(options) => service?,
        ended = asked_to_end() => return ended,
    };
    say(format!("Personal Settings listens on {}", service.public_url));
    say(format!("House project token: {}", service.house_token));
    if let Some(token) = &service.new_operator_token {
        say(format!("Operator token (shown this once): {}", token.expose_secret()));
    }
    asked_to_end().await?;
    service.stop().await;
    Ok(())
}
