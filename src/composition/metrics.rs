//! The one metrics recorder of the process, and what each metric means: shown as `# HELP` to those who read them.

use std::sync::OnceLock;

use anyhow::Context;
use metrics::{describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// Upper bounds of the request duration histogram, in seconds.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// What only grows.
pub const COUNTERS: [(&str, &str); 14] = [
    (
        "personal_settings_command_turns_total",
        "Commands that took a turn on what others change too, by outcome",
    ),
    (
        "personal_settings_http_addresses_unread_total",
        "Requests whose client address, as a trusted proxy wrote it, could not be read",
    ),
    (
        "personal_settings_http_bodies_refused_total",
        "Bodies that were refused before they were read, by reason",
    ),
    (
        "personal_settings_http_connections_cut_total",
        "Connections that were cut since their client was late, by reason",
    ),
    (
        "personal_settings_http_connections_refused_total",
        "Connections that were closed at once, by the bound they exceed",
    ),
    (
        "personal_settings_http_requests_shed_total",
        "Requests beyond what is done at once, by the bound they exceed",
    ),
    ("personal_settings_http_requests_total", "Requests that were answered, by method, route and status"),
    (
        "personal_settings_http_streams_refused_total",
        "Streams and downloads that were refused, by the bound they exceed",
    ),
    ("personal_settings_jobs_total", "Tries of jobs, by outcome"),
    ("personal_settings_log_verifications_total", "Times that the log was verified, by verdict"),
    ("personal_settings_messages_total", "Tries of mails, texts and calls, by medium and outcome"),
    ("personal_settings_tasks_total", "Tries of tasks whose time had come, by outcome"),
    ("personal_settings_throttled_total", "Tries that were too many, by limit"),
    ("personal_settings_usage_events_total", "Events of usage that came in, by what became of them"),
];

/// What stands at a value now.
pub const GAUGES: [(&str, &str); 12] = [
    (
        "personal_settings_carrier_up",
        "1 while the mail server, or the phone gateway, takes messages; 0 while they wait for it",
    ),
    (
        "personal_settings_database_writable",
        "1 while the database can be written to; 0 as well where it does not answer",
    ),
    ("personal_settings_log_lag_events", "Events that were stored and have no position in the log yet"),
    ("personal_settings_log_lag_seconds", "How long the oldest of them has waited for its position"),
    (
        "personal_settings_log_verification_findings",
        "What was found against the log when it was verified last",
    ),
    ("personal_settings_log_verified_position", "How far the log was verified"),
    (
        "personal_settings_log_verified_timestamp_seconds",
        "When the log was last verified and passed, since 1970",
    ),
    (
        "personal_settings_nats_usable",
        "1 while NATS stores and hands out messages; at 0 workers look for what is due themselves, at a slower beat",
    ),
    ("personal_settings_projection_lag_events", "Events that a read model does not show yet"),
    ("personal_settings_projection_lag_seconds", "How long the oldest of them has waited to be shown"),
    ("personal_settings_projection_parked_events", "Events that a read model could not take"),
    (
        "personal_settings_workers",
        "Processes that do jobs and send mail, on this database: nothing is exported, erased or mailed while it is 0",
    ),
];

/// What is spread over a range.
pub const HISTOGRAMS: [(&str, &str); 1] =
    [("personal_settings_http_request_duration_seconds", "Until an answer began, by method and route")];

/// The recorder, installed when first asked for.
///
/// # Errors
/// When another recorder was installed.
pub(super) fn recorder() -> anyhow::Result<PrometheusHandle> {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    if let Some(recorder) = RECORDER.get() {
        return Ok(recorder.clone());
    }
    let recorder = PrometheusBuilder::new()
        .set_buckets(&BUCKETS)
        .and_then(PrometheusBuilder::install_recorder)
        .context("the metrics recorder cannot be installed")?;
    describe();
    Ok(RECORDER.get_or_init(|| recorder).clone())
}

fn describe() {
    COUNTERS.into_iter().for_each(|(name, meaning)| describe_counter!(name, meaning));
    GAUGES.into_iter().for_each(|(name, meaning)| describe_gauge!(name, meaning));
    HISTOGRAMS.into_iter().for_each(|(name, meaning)| describe_histogram!(name, meaning));
}
