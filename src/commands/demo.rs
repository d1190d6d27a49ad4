//! `demo`: see the service at work.

use crate::cli::DemoOptions;
use crate::composition::{Service, asked_to_end};
use crate::demo::Walk;
use crate::logging::say;

/// The cooling-off a demonstration has instead of a day, unless another was asked for.
const COOLING_OFF: std::time::Duration = std::time::Duration::from_secs(2);
/// What `--erasure-cooling-off` is when nobody says otherwise.
const DEFAULT_COOLING_OFF: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

pub(super) async fn run(mut options: DemoOptions) -> anyhow::Result<()> {
    let cooling_off = &mut options.serve.api.erasure_cooling_off;
    if **cooling_off == DEFAULT_COOLING_OFF {
        *cooling_off = COOLING_OFF.into();
    }
    let service = tokio::select! {
        service = Service::start(&options.serve) => service?,
        ended = asked_to_end() => return ended,
    };
    let walked = tokio::select! {
        walked = walk(&service, &options) => walked,
        ended = asked_to_end() => ended,
    };
    if walked.is_ok() && !options.exit {
        say("\nThe service stays up; end it with Ctrl-C.");
        asked_to_end().await?;
    }
    service.stop().await;
    walked
}

async fn walk(service: &Service, options: &DemoOptions) -> anyhow::Result<()> {
    let walk = Walk::prepare(service, options).await?;
    walk.walk().await
}
