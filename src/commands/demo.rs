//! `demo`: see the service at work.

use super::show_tokens;
use crate::cli::DemoOptions;
use crate::composition::{Service, shutdown_signal};
use crate::demo::Walk;
use crate::logging::say;

/// The cooling-off a demonstration has instead of a day, unless another was asked for.
const COOLING_OFF: std::time::Duration = std::time::Duration::from_secs(2);

pub(super) async fn run(mut options: DemoOptions) -> anyhow::Result<()> {
    options.serve.api.erasure_cooling_off.get_or_insert(COOLING_OFF.into());
    let service = tokio::select! {
        service = Service::start(&options.serve) => service?,
        ended = shutdown_signal() => return ended,
    };
    say(format!("Personal Settings listens on {}", service.public_url));
    show_tokens(&service.house_token, service.new_operator_token.as_ref());
    let walked = tokio::select! {
        walked = walk(&service, &options) => walked,
        ended = shutdown_signal() => ended,
    };
    if walked.is_ok() && !options.exit {
        say("\nThe service stays up; end it with Ctrl-C.");
        shutdown_signal().await?;
    }
    service.stop().await;
    walked
}

async fn walk(service: &Service, options: &DemoOptions) -> anyhow::Result<()> {
    let walk = Walk::prepare(service, options).await?;
    walk.walk().await
}
