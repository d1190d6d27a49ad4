//! `serve`: everything in one process.

use super::show_tokens;
use crate::cli::ServeOptions;
use crate::composition::{Service, shutdown_signal};
use crate::logging::say;

pub(super) async fn run(options: &ServeOptions) -> anyhow::Result<()> {
    let service = tokio::select! {
        service = Service::start(options) => service?,
        ended = shutdown_signal() => return ended,
    };
    say(format!("Personal Settings listens on {}", service.public_url));
    if let Some(mailbox) = &service.mailbox {
        say(format!("Mails are not sent, and everybody on this machine can read them: {mailbox}"));
    }
    show_tokens(&service.house_token, service.new_operator_token.as_ref());
    shutdown_signal().await?;
    service.stop().await;
    Ok(())
}
