//! One program of a test's own, on the servers of the run.

use std::path::Path;

use serde_json::{Value, json};
use sqlx::PgPool;

use super::{Answer, send};
use crate::support::{Client, Database, PASSWORD, Person, Program, Start, http, shared};

/// The master key of every program here: 32 bytes in base64.
pub(super) const MASTER_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// A program and what belongs to it.
pub(super) struct Service {
    pub(super) program: Program,
    pub(super) database: Database,
    folder: tempfile::TempDir,
    role: &'static str,
    variables: Vec<(&'static str, &'static str)>,
}

impl Service {
    /// The whole program, workers and all.
    pub(super) async fn whole() -> Self {
        Self::start("serve", &[]).await
    }

    /// The interface alone: what is asked for is received, and stays as it is. An erasure can be cancelled
    /// for a day.
    pub(super) async fn api() -> Self {
        Self::start("api", &[("PERSONAL_SETTINGS_ERASURE_COOLING_OFF", "24h")]).await
    }

    /// A program in `role` with `variables` of its own.
    pub(super) async fn start(role: &'static str, variables: &[(&'static str, &'static str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::create().await;
        let variables = variables.to_vec();
        let program = configured(role, folder.path(), &database, &variables).ready().await;
        Self { program, database, folder, role, variables }
    }

    /// Another process with the interface, which shares nothing with the first but the servers and keys.
    pub(super) async fn another(&self) -> Program {
        configured("api", self.folder.path(), &self.database, &self.variables).ready().await
    }

    /// As [`another`](Self::another), its way to the database being `database_url`.
    pub(super) async fn another_at(&self, database_url: &str) -> Program {
        let start = configured("api", self.folder.path(), &self.database, &self.variables);
        start.env("DATABASE_URL", database_url).ready().await
    }

    /// Kills the program and starts it again.
    pub(super) async fn restart(&mut self) {
        self.begin_restart();
        self.program.await_ready().await;
    }

    /// Kills the program and starts it again; it need not be ready yet.
    pub(super) fn begin_restart(&mut self) {
        self.program.kill();
        self.program = configured(self.role, self.folder.path(), &self.database, &self.variables).spawn();
    }

    /// A client that is not signed in.
    pub(super) fn client(&self) -> Client {
        self.program.client()
    }

    /// Somebody with an account, signed in.
    pub(super) async fn person(&self, name: &str) -> Person {
        Person::join(&self.client(), &format!("{name}@example.com")).await
    }

    pub(super) async fn pool(&self) -> PgPool {
        self.database.pool().await
    }

    /// From now on the passwords of everybody were given longer ago than counts.
    pub(super) async fn let_sudo_pass(&self) {
        let sql = "UPDATE session SET sudo_at = sudo_at - interval '11 minutes'";
        sqlx::query(sql).execute(&self.pool().await).await.unwrap();
    }

    /// The metrics.
    pub(super) async fn metrics(&self) -> String {
        send(self.client().request("GET", "/metrics")).await.expect(200).text().to_owned()
    }

    /// Whatever was sent so far: the program answers, nothing failed on our side, and it never panicked.
    pub(super) async fn unharmed(&self) {
        send(self.client().request("GET", "/healthz")).await.expect(200);
        let answered = self.metrics().await;
        let failed: Vec<&str> = answered
            .lines()
            .filter(|line| line.starts_with("http_requests_total") && line.contains("status=\"5"))
            // Probes ask before the program is ready.
            .filter(|line| !line.contains("/readyz"))
            .collect();
        assert!(failed.is_empty(), "{failed:#?} {}", self.program.said());
        assert_quiet(&self.program);
    }
}

/// A program must neither have panicked nor told of a failure.
pub(super) fn assert_quiet(program: &Program) {
    let said = program.said();
    assert!(!said.contains("panicked") && !said.contains("ERROR"), "{said}");
}

fn configured(
    role: &str,
    folder: &Path,
    database: &Database,
    variables: &[(&'static str, &'static str)],
) -> Start {
    let here = |name: &str| folder.join(name).display().to_string();
    let start = Start::new(folder, &[role])
        .env("DATABASE_URL", &database.url)
        .env("NATS_URL", &shared().nats_url)
        .env("PERSONAL_SETTINGS_NATS_PREFIX", &database.name)
        .env("PERSONAL_SETTINGS_MASTER_KEY", MASTER_KEY)
        .env("PERSONAL_SETTINGS_ARCHIVES", &format!("file://{}", here("archives")));
    variables.iter().fold(start, |start, (name, value)| start.env(name, value))
}

/// The same client with a connection for each request: one whose body was not read to its end is closed
/// afterwards.
pub(super) fn unpooled(client: &Client) -> Client {
    Client { http: http().pool_max_idle_per_host(0).build().unwrap(), ..client.clone() }
}

/// A request with a JSON body.
pub(super) async fn sent(client: &Client, method: &str, path: &str, body: &Value) -> Answer {
    send(client.request(method, path).json(body)).await
}

/// A request without a body.
pub(super) async fn asked(client: &Client, method: &str, path: &str) -> Answer {
    send(client.request(method, path)).await
}

/// A POST with an `Idempotency-Key`.
pub(super) async fn keyed(client: &Client, path: &str, key: &str, body: &Value) -> Answer {
    send(client.request("POST", path).header("Idempotency-Key", key).json(body)).await
}

/// The body of asking for a request of `kind`.
pub(super) fn wish(kind: &str) -> Value {
    json!({"kind": kind, "confirm": true})
}

/// The body of signing in.
pub(super) fn credentials(email: &str) -> Value {
    json!({"email": email, "password": PASSWORD})
}
