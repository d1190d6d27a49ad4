//! A log with a signer, a forger and an auditor.

use std::path::PathBuf;
use std::sync::Arc;

use domain::AccountId;
use domain::SessionId;
use domain::account::AccountCommand;
use event_store::proof::verify::{Report, Verification};
use event_store::proof::{Checkpoint, CheckpointSigner, Proof, SigningKey, VerifierKey, newest_note};
use event_store::{Sequencer, log};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::support::{TestApp, eventually};

/// Everything that can be changed, and what it was.
const TABLES: [&str; 10] = [
    "events",
    "log",
    "log_tile",
    "stream_head",
    "stream_bucket",
    "subject_stream",
    "subject_bucket",
    "log_tree",
    "checkpoint_note",
    "pruned_event",
];

pub(super) struct Logbook {
    pub(super) app: TestApp,
    pub(super) accounts: Vec<AccountId>,
    key: PathBuf,
}

impl Logbook {
    /// Three accounts, eight events each, by turns; nothing signed yet. The log stands still.
    pub(super) async fn write() -> Self {
        let mut app = TestApp::build().await;
        app.stop_log().await;
        let key = app.folder.path().join("signing.key");
        event_store::proof::read_or_make_signing_key(&key).unwrap();
        let mut book = Self { app, accounts: Vec::new(), key };
        for name in ["ada", "bob", "cyd"] {
            book.accounts.push(book.app.register(&format!("{name}@example.com")).await);
        }
        book.go_on(7).await;
        book
    }

    /// Each account signs in so often.
    pub(super) async fn go_on(&self, times: usize) {
        for _ in 0..times {
            for account in &self.accounts {
                let session_id = SessionId::generate(self.app.foundation.store.services());
                self.app
                    .command(*account, AccountCommand::RecordSignIn { session_id, passkey_id: None })
                    .await
                    .unwrap();
            }
        }
        self.sequence().await;
    }

    /// The sequencer works until there is nothing to do.
    pub(super) async fn sequence(&self) {
        let stop = CancellationToken::new();
        let sequencer = tokio::spawn(Sequencer::new(self.app.beside().store.log().clone()).run(stop.clone()));
        eventually("every event has its position", || async {
            (log::lag::lag(self.pool()).await.unwrap().events == 0).then_some(())
        })
        .await;
        stop.cancel();
        sequencer.await.unwrap();
    }

    pub(super) fn pool(&self) -> &PgPool {
        self.app.foundation.store.pool()
    }

    pub(super) fn signing_key(&self) -> SigningKey {
        event_store::proof::read_signing_key(&self.key).unwrap()
    }

    pub(super) fn public(&self) -> Vec<VerifierKey> {
        vec![self.signing_key().public().clone()]
    }

    pub(super) fn signer(&self) -> CheckpointSigner {
        let foundation = &self.app.foundation;
        CheckpointSigner::new(
            self.signing_key(),
            foundation.archives.clone(),
            foundation.store.services().clone(),
        )
    }

    /// Signs the log as it is.
    pub(super) async fn sign(&self) -> Checkpoint {
        let mut db = self.pool().acquire().await.unwrap();
        self.signer().sign_newest(&mut db).await.unwrap();
        Checkpoint::open(&newest_note(&mut *db).await.unwrap().unwrap(), &self.public()).unwrap()
    }

    /// What the auditor would verify.
    pub(super) fn verification(&self) -> Verification {
        Verification {
            pool: self.pool().clone(),
            keys: self.public(),
            objects: Some(self.app.foundation.archives.clone()),
            kept: None,
            only_since: false,
            most_streams: None,
            progress: Arc::new(|_| {}),
            stop: CancellationToken::new(),
        }
    }

    pub(super) async fn verify(&self) -> Report {
        self.verification().run().await.unwrap()
    }

    pub(super) async fn verify_since(&self, kept: &Checkpoint) -> Report {
        let kept = Some(kept.clone());
        Verification { kept, only_since: true, ..self.verification() }.run().await.unwrap()
    }

    /// Does what the owner of the database can do.
    pub(super) async fn tamper(&self, statements: &[&str]) {
        let mut db = self.pool().acquire().await.unwrap();
        for table in ["events", "log", "pruned_event"] {
            let off = format!("ALTER TABLE {table} DISABLE TRIGGER USER");
            sqlx::query(&off).execute(&mut *db).await.unwrap();
        }
        for statement in statements {
            let done = sqlx::query(statement).execute(&mut *db).await;
            let done = done.unwrap_or_else(|error| panic!("{statement}: {error}"));
            assert!(
                done.rows_affected() > 0 || !statement.starts_with("UPDATE"),
                "{statement} changed nothing"
            );
        }
        for table in ["events", "log", "pruned_event"] {
            let on = format!("ALTER TABLE {table} ENABLE TRIGGER USER");
            sqlx::query(&on).execute(&mut *db).await.unwrap();
        }
    }

    /// Keeps a copy of everything.
    pub(super) async fn keep(&self) {
        // An identity column would refuse to be changed, and to be put back.
        self.tamper(&[
            "ALTER TABLE events ALTER COLUMN ord DROP IDENTITY",
            "CREATE SEQUENCE ord START 1000000",
            "ALTER TABLE events ALTER COLUMN ord SET DEFAULT nextval('ord')",
        ])
        .await;
        for table in TABLES {
            let copy = format!("CREATE TABLE true_{table} AS SELECT * FROM {table}");
            sqlx::query(&copy).execute(self.pool()).await.unwrap();
        }
    }

    /// Puts everything back as it was.
    pub(super) async fn put_back(&self) {
        for table in TABLES {
            let clear = format!("DELETE FROM {table}");
            let fill = format!("INSERT INTO {table} SELECT * FROM true_{table}");
            self.tamper(&[&clear, &fill]).await;
        }
    }

    /// The id of the event at a position.
    pub(super) async fn event_at(&self, position: i64) -> uuid::Uuid {
        sqlx::query_scalar("SELECT event_id FROM log WHERE position = $1")
            .bind(position)
            .fetch_one(self.pool())
            .await
            .unwrap()
    }
}

/// A proof that has been on its way as text.
pub(super) fn sent(proof: &Proof) -> Proof {
    serde_json::from_str(&serde_json::to_string_pretty(proof).unwrap()).unwrap()
}

/// Nothing was found.
#[track_caller]
pub(super) fn assert_sound(report: &Report) {
    assert_eq!(report.findings.kept(), [], "{:?}", report.checked);
}

/// Something was found at `position` that says `what`.
#[track_caller]
pub(super) fn assert_found(report: &Report, position: u64, what: &str, case: &str) {
    let found = report.findings.kept();
    let named = found.iter().any(|found| found.position == Some(position) && found.what.contains(what));
    assert!(named, "{case}: nothing like {what:?} at {position} in {found:#?}");
}
