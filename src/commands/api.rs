//! `api`: the HTTP interface only.

use super::show_tokens;
use crate::cli::ApiRole;
use crate::composition::{
    self, AppContext, Http, KeyTasks, LogTasks, Network, api_config, check_who_answers, connection_limits,
    key_provider, letterhead, public_url, shutdown_signal, statement,
};
use crate::logging::say;

pub(super) async fn run(options: &ApiRole) -> anyhow::Result<()> {
    composition::check_operator_token(&options.api)?;
    let listener = Http::bind(options.api.listen, "--listen").await?;
    let vitals_listener = Http::bind_vitals(&options.vitals).await?;
    let public_url = public_url(options.api.public_url.as_ref(), listener.local_addr()?)?;
    let statements = statement(&options.processing, None, &options.archives)?;
    check_who_answers(&statements, &public_url)?;
    letterhead(&options.processing.presence, &statements, &public_url)?;
    let foundation = AppContext::lay_over(
        &Network::from(&options.database.network),
        &options.database.database_url,
        key_provider(&options.keys, None)?,
        &options.archives,
    )?;
    let checks = composition::readiness(&foundation, None);
    let (config, limits) = (
        api_config(&options.api, &options.processing, public_url.clone())?,
        connection_limits(&options.api)?,
    );
    let http = Http::start(vitals_listener, &foundation, checks)?;
    let http = http.with_interface(listener, &foundation, config, limits);
    say(format!("The HTTP interface listens on {public_url}"));
    let prepared = async {
        foundation.prepare(None).await?;
        let house_token = composition::house_token(&foundation, &options.api).await?;
        let new_operator_token =
            composition::operators::prepare(&foundation.store, options.api.operator_token.as_ref()).await?;
        anyhow::Ok((house_token, new_operator_token))
    };
    let (house_token, new_operator_token) = tokio::select! {
        prepared = prepared => prepared?,
        ended = shutdown_signal() => return ended,
    };
    show_tokens(&house_token, new_operator_token.as_ref());
    let key_tasks = KeyTasks::start(&foundation, "api");
    let log_tasks = LogTasks::start(&foundation.store, &foundation.views);
    log_tasks.see_to_outdated(&foundation.store, None);
    tokio::select! {
        () = LogTasks::catch_up(&foundation.store, &foundation.views) => {}
        ended = shutdown_signal() => return ended,
    }
    http.open();
    shutdown_signal().await?;
    http.stop().await;
    log_tasks.stop().await;
    key_tasks.stop().await;
    Ok(())
}
