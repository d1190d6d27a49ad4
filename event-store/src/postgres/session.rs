//! What every connection is told when it begins: what it is for, and how long it may wait.
//!
//! It is told after connecting, not in the start-up message, since a pooler in between refuses most of what it finds there.

use std::fmt::Write;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{Executor, PgPool};

use super::silence;
use crate::error::StoreError;
use crate::read_only;

/// What connections are known by at the server that may append events, those of the release before among them: the order
/// of events waits for their transactions ([`crate::log::appenders`]).
pub(crate) const APPENDER: &str = "personal-settings";
/// What all others are known by.
const OTHER: &str = "personal-settings (no events)";

/// What holds of all: name, and value as `SET` takes it.
const ALL: [(&str, &str); 5] = [
    // A peer that is gone is noticed in seconds: its backend holds locks that others wait for. A Unix
    // socket knows none of this and needs none.
    ("tcp_keepalives_idle", "10"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "3"),
    ("tcp_user_timeout", "20000"),
    // Also in the middle of a statement that no client waits for any more.
    ("client_connection_check_interval", "10s"),
];

/// How long a statement may wait, and take, where people wait for it. Nothing of ours takes a fraction of the latter.
const HURRIED: [(&str, &str); 2] = [("lock_timeout", "5s"), ("statement_timeout", "15min")];

/// How a few statements that are carried out all the time are planned: once. With many values at hand PostgreSQL would
/// rather plan them anew each time, which takes longer than carrying them out. And they are planned for tables of any
/// size: they ask for single rows by their key, also when the tables were empty at that time.
const PLANNING: [(&str, &str); 4] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_bitmapscan", "off"),
    ("jit", "off"),
];

/// What a connection begins with.
#[derive(Clone, Copy, Default)]
pub(super) struct Session {
    planned_once: bool,
    patient: bool,
    appends: bool,
}

impl Session {
    /// Each statement is planned once.
    pub(super) fn planned_once(self) -> Self {
        Self { planned_once: true, ..self }
    }

    /// Each statement may wait and take as long as it likes.
    pub(super) fn patient(self) -> Self {
        Self { patient: true, ..self }
    }

    /// It may append events.
    pub(super) fn appending(self) -> Self {
        Self { appends: true, ..self }
    }

    /// A pool, each connection of which begins with it.
    pub(super) fn pool(self, options: PgConnectOptions, pool: PgPoolOptions) -> PgPool {
        let port = options.get_socket().is_none().then(|| options.get_port());
        let said = self.said();
        let pool = pool.after_connect(move |db, _| {
            let said = said.clone();
            Box::pin(async move {
                if let Some(port) = port {
                    silence::bound(port);
                }
                db.execute(sqlx::raw_sql(&said)).await?;
                read_only::can_write(db).await.map(drop)
            })
        });
        // A pooler lets the name through, and nothing else of ours.
        pool.connect_lazy_with(options.application_name(APPENDER).extra_float_digits(None))
    }

    /// All of it in one round trip.
    fn said(self) -> String {
        let planning = if self.planned_once { &PLANNING[..] } else { &[] };
        let hurried = if self.patient { &[] } else { &HURRIED[..] };
        // A process that stands still gives up what its transaction holds, and soon what all others wait for.
        let (name, idle) = if self.appends { (APPENDER, "10s") } else { (OTHER, "30s") };
        let own = [("application_name", name), ("idle_in_transaction_session_timeout", idle)];
        let mut said = String::new();
        for (name, value) in own.iter().chain(&ALL).chain(hurried).chain(planning) {
            // Writing to text cannot fail.
            let _ = write!(said, "SET {name} = '{value}';");
        }
        said
    }
}

/// Has each statement on the connection planned once.
pub(crate) async fn plan_once(db: &mut PgConnection) -> Result<(), StoreError> {
    for (name, value) in PLANNING {
        sqlx::query("SELECT set_config($1, $2, false)").bind(name).bind(value).execute(&mut *db).await?;
    }
    Ok(())
}
