//! Holding an erasure still just before its key is destroyed, to see what a crash at that moment leaves.

use sqlx::postgres::PgConnection;
use sqlx::{Connection, PgPool};

/// The lock that destroying a key waits for.
const LOCK: i64 = 4_711;

/// While this is held no key of the database is destroyed; whoever tries waits.
pub(crate) struct Hold {
    /// Has taken no transaction id: an open transaction that has one holds back the order of all events.
    connection: PgConnection,
}

impl Hold {
    /// Takes hold.
    pub(crate) async fn take(pool: &PgPool) -> Self {
        let setup = format!(
            "CREATE OR REPLACE FUNCTION wait_for_the_test() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN PERFORM pg_advisory_xact_lock({LOCK}); RETURN NEW; END $$;
             CREATE OR REPLACE TRIGGER wait_for_the_test BEFORE UPDATE ON subject_key
                 FOR EACH ROW WHEN (NEW.wrapped IS NULL) EXECUTE FUNCTION wait_for_the_test()"
        );
        sqlx::raw_sql(&setup).execute(pool).await.unwrap();
        let mut connection = pool.acquire().await.unwrap().detach();
        sqlx::query("SELECT pg_advisory_lock($1)").bind(LOCK).execute(&mut connection).await.unwrap();
        Self { connection }
    }

    /// Lets go. What a process that died meanwhile had asked the server to do dies as well: left alone, the
    /// server would do it now.
    pub(crate) async fn let_go_after_crash(mut self) {
        let waiting = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                       WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'advisory'";
        let ended: i64 = sqlx::query_scalar(waiting).fetch_one(&mut self.connection).await.unwrap();
        assert!(ended > 0, "nobody was about to destroy a key");
        let left =
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = 4711";
        while sqlx::query_scalar::<_, i64>(left).fetch_one(&mut self.connection).await.unwrap() > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        self.connection.close().await.unwrap();
    }
}
