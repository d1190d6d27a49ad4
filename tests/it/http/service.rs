//! One program of a test's own, on the servers of the run.

use std::path::Path;
use std::process::Command;

use reqwest::RequestBuilder;
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

/// What a command line came to.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) ok: bool,
    pub(super) said: String,
    pub(super) complained: String,
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
        self.start_of("api").ready().await
    }

    /// How another process in `role` is started.
    pub(super) fn start_of(&self, role: &str) -> Start {
        configured(role, self.folder.path(), &self.database, &self.variables)
    }

    /// Workers beside the interface.
    pub(super) fn worker(&self) -> Program {
        let start = configured("worker", self.folder.path(), &self.database, &self.variables);
        let mail = format!("directory:{}", self.folder.path().join("data/mail").display());
        start
            .env("PERSONAL_SETTINGS_MAIL", &mail)
            .env("PERSONAL_SETTINGS_PUBLIC_URL", &self.program.base)
            .spawn()
    }

    /// As [`another`](Self::another), its way to the database being `database_url`.
    pub(super) async fn another_at(&self, database_url: &str) -> Program {
        let start = configured("api", self.folder.path(), &self.database, &self.variables);
        start.env("DATABASE_URL", database_url).ready().await
    }

    /// Runs a command line beside the program, to its end.
    pub(super) fn run(&self, words: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_personal-settings"))
            .args(words)
            .current_dir(self.folder.path())
            .env("DATABASE_URL", &self.database.url)
            .env("PERSONAL_SETTINGS_MASTER_KEY", MASTER_KEY)
            .env("PERSONAL_SETTINGS_ARCHIVES", archives(self.folder.path()))
            .output()
            .unwrap();
        let [said, complained] =
            [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        Ran { ok: output.status.success(), said, complained }
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

    /// The mails that were sent, where workers send them.
    pub(super) fn mails(&self) -> Vec<String> {
        let Ok(files) = std::fs::read_dir(self.folder.path().join("data/mail")) else { return Vec::new() };
        let paths = files.map(|file| file.unwrap().path());
        let whole = paths.filter(|path| path.extension().is_some_and(|kind| kind == "eml"));
        whole.map(|path| std::fs::read_to_string(path).unwrap()).collect()
    }

    /// Where its files lie.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(super) async fn pool(&self) -> PgPool {
        self.database.pool().await
    }

    /// From now on the passwords of everybody were given longer ago than counts.
    pub(super) async fn let_sudo_pass(&self) {
        let sql = "UPDATE session SET sudo_at = sudo_at - interval '11 minutes'";
        sqlx::query(sql).execute(&self.pool().await).await.unwrap();
    }

    /// From now on nobody has tried anything.
    pub(super) async fn forget_tries(&self) {
        sqlx::query("DELETE FROM throttle").execute(&self.pool().await).await.unwrap();
    }

    /// How long it takes until all that an address has tried is forgiven, in seconds.
    pub(super) async fn tries_to_forgive(&self) -> f64 {
        let sql = "SELECT extract(epoch FROM max(tat) - clock_timestamp())::float8 FROM throttle
                   WHERE name = 'tries/address'";
        let seconds: Option<f64> = sqlx::query_scalar(sql).fetch_one(&self.pool().await).await.unwrap();
        seconds.unwrap_or_default()
    }

    /// From now on an address has but two tries left, of 300 that come back one in two seconds.
    pub(super) async fn use_tries_up(&self) {
        self.use_up("tries/address").await;
    }

    /// From now on a network has but two tries left of a limit of 300 that come back one in two seconds.
    pub(super) async fn use_up(&self, limit: &str) {
        let sql = "UPDATE throttle SET tat = clock_timestamp() + interval '596 seconds' WHERE name = $1";
        let used = sqlx::query(sql).bind(limit).execute(&self.pool().await).await.unwrap();
        assert_eq!(used.rows_affected(), 1);
    }

    /// The metrics.
    pub(super) async fn metrics(&self) -> String {
        self.program.metrics().await
    }

    /// Whatever was sent so far: the program answers, nothing failed on our side, and it never panicked.
    pub(super) async fn unharmed(&self) {
        send(self.client().request("GET", "/healthz")).await.expect(200);
        let answered = self.metrics().await;
        let failed: Vec<&str> = answered
            .lines()
            .filter(|line| {
                line.starts_with("personal_settings_http_requests_total") && line.contains("status=\"5")
            })
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

fn archives(folder: &Path) -> String {
    format!("file://{}", folder.join("archives").display())
}

fn configured(
    role: &str,
    folder: &Path,
    database: &Database,
    variables: &[(&'static str, &'static str)],
) -> Start {
    let start = Start::new(folder, &[role])
        .env("DATABASE_URL", &database.worker_url)
        .env("NATS_URL", &shared().nats_url)
        .env("PERSONAL_SETTINGS_NATS_PREFIX", &database.name)
        .env("PERSONAL_SETTINGS_MASTER_KEY", MASTER_KEY)
        .env("PERSONAL_SETTINGS_ARCHIVES", &archives(folder));
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

/// Opens the link of a mail at a route, by its token.
pub(super) async fn opened(client: &Client, path: &str, token: &str) -> Answer {
    sent(client, "POST", path, &json!({"token": token})).await
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
pub(super) fn action(kind: &str) -> Value {
    json!({"kind": kind, "confirm": true})
}

/// The body of signing in.
pub(super) fn credentials(email: &str) -> Value {
    json!({"email": email, "password": PASSWORD})
}

/// A request with a form as its body.
pub(super) fn with_form(request: RequestBuilder, parameters: &[(&str, &str)]) -> RequestBuilder {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    request.header("Content-Type", "application/x-www-form-urlencoded").body(body)
}

/// Guesses until somebody is sent away; how many were answered with the problem `slug` before.
pub(super) async fn guess_until_refused<F>(guess: impl Fn() -> F, slug: &str) -> usize
where
    F: Future<Output = Answer>,
{
    for guesses in 0..50 {
        let answer = guess().await;
        if answer.status == 429 {
            answer.problem(429, "too-many-tries");
            assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0, "{answer:?}");
            return guesses;
        }
        answer.problem(answer.status, slug);
    }
    panic!("nobody stops it");
}
