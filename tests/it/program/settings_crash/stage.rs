//! A program that may die at any moment, and is started again then.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{Clock, Services};
use event_store::{EventStore, MasterKey};
use personal_settings::composition::AppContext;
use personal_settings::system;
use projections::cursor;
use serde_json::Value;
use sqlx::PgPool;
use url::Url;

use super::points::Points;
use crate::support::{Database, MailServer, OPERATOR_TOKEN, Program, Start, eventually, header, shared};

/// The master key of the program: 32 bytes in base64.
const MASTER_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The program, and what belongs to it.
pub(super) struct Stage {
    pub(super) program: Program,
    /// The same house, as another process sees it.
    pub(super) foundation: AppContext,
    pub(super) mail: MailServer,
    pub(super) points: Points,
    /// How often it was started again.
    pub(super) deaths: usize,
    database: Database,
    folder: tempfile::TempDir,
    tellings: usize,
}

impl Stage {
    pub(super) async fn build() -> Self {
        let (folder, database) = (tempfile::tempdir().unwrap(), Database::create().await);
        let archives = Url::from_directory_path(folder.path().join("archives")).unwrap();
        let key = MasterKey::from_base64(MASTER_KEY).unwrap();
        personal_settings::choose_tls();
        let foundation = AppContext::connect(&database.url, key, &archives).unwrap();
        // Known to the database under a name of its own.
        let role = format!("CREATE ROLE {}_program LOGIN SUPERUSER", database.name);
        sqlx::query(&role).execute(foundation.store.pool()).await.unwrap();
        let points = Points::at(folder.path().join("points"));
        let mail = MailServer::start(&[]).await;
        let program = start(&["serve"], &folder, &database, &points, &mail).ready().await;
        Self { program, foundation, mail, points, deaths: 0, database, folder, tellings: 0 }
    }

    pub(super) fn pool(&self) -> &PgPool {
        self.foundation.store.pool()
    }

    /// The folder of the program.
    pub(super) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The program with other words, beside the one that runs.
    pub(super) fn command(&self, words: &[&str]) -> Start {
        start(words, &self.folder, &self.database, &self.points, &self.mail)
    }

    /// A number for whoever takes part: no two tellings have an address in common.
    pub(super) fn next_telling(&mut self) -> usize {
        self.tellings += 1;
        self.tellings
    }

    /// Starts the program again if it has died where it was to.
    pub(super) async fn revive(&mut self) {
        if !self.program.has_ended() {
            return;
        }
        assert!(self.points.disarm(), "it ended by itself: {}", self.program.said());
        self.deaths += 1;
        self.await_its_end().await;
        // What it had taken would come back by itself, within a minute.
        for statement in [
            "UPDATE outgoing SET due_at = clock_timestamp()",
            "UPDATE idempotency SET started_at = started_at - interval '61 s' WHERE answer IS NULL",
            "UPDATE lease SET until = clock_timestamp()",
        ] {
            sqlx::query(statement).execute(self.pool()).await.unwrap();
        }
        self.start_again().await;
    }

    /// Waits until the server has noticed that the program is gone.
    async fn await_its_end(&self) {
        let left = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1";
        let role = format!("{}_program", self.database.name);
        eventually("its connections are closed", || async {
            let left: i64 = sqlx::query_scalar(left).bind(&role).fetch_one(self.pool()).await.unwrap();
            (left == 0).then_some(())
        })
        .await;
    }

    /// Ends the program, as by a power cut.
    pub(super) async fn power_off(&mut self) {
        self.program.kill();
        self.await_its_end().await;
    }

    pub(super) async fn start_again(&mut self) {
        self.start_as("serve").await;
    }

    /// Starts the interface, without workers.
    pub(super) async fn start_interface(&mut self) {
        self.start_as("api").await;
    }

    async fn start_as(&mut self, role: &str) {
        self.program = self.command(&[role]).ready().await;
    }

    /// Waits for something that comes about by itself, however often the program dies meanwhile.
    pub(super) async fn until<T>(&mut self, what: &str, check: impl AsyncFn(&Self) -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            self.revive().await;
            if let Some(found) = check(self).await {
                return found;
            }
            assert!(began.elapsed() < PATIENCE, "in vain: {what}: {}", self.program.said());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until all that was begun is over: messages, timers, and what follows from the log.
    pub(super) async fn rest(&mut self) {
        self.until("everything is over", async |stage| {
            let head = event_store::log::newest_position(stage.pool()).await.unwrap();
            let all = projections::all();
            for name in all.iter().map(|projection| projection.name()).chain(["relay"]) {
                if cursor::position(stage.pool(), name).await.unwrap() < head {
                    return None;
                }
            }
            // What is read up to here shows everything, as long as nothing was added.
            let over = "SELECT NOT EXISTS (SELECT FROM outgoing)
                    AND NOT EXISTS (SELECT FROM timer WHERE due_at <= clock_timestamp())
                    AND (SELECT count(*) FROM events) = $1";
            let over: bool = sqlx::query_scalar(over).bind(head).fetch_one(stage.pool()).await.unwrap();
            over.then_some(())
        })
        .await;
    }

    /// What a credential is worth, as a gateway is told: none when the program died over it.
    pub(super) async fn introspect(&mut self, token: &str) -> Option<Value> {
        let request = self.program.client().with_token(OPERATOR_TOKEN).request("POST", "/v1/introspect");
        let form = format!("token={token}");
        let request = request.header("Content-Type", "application/x-www-form-urlencoded").body(form);
        let Ok(answer) = request.send().await else {
            self.revive().await;
            return None;
        };
        answer.json().await.ok()
    }

    /// The same house by a clock that goes wrong by so much.
    pub(super) fn store_at(&self, wrong: TimeDelta) -> EventStore {
        let real = system::services();
        let services = Services { clock: Arc::new(Wrong(real.clone(), wrong)), ids: real.ids };
        EventStore::new(self.pool().clone(), services, MasterKey::from_base64(MASTER_KEY).unwrap())
    }

    /// Asks once. None when it died before it answered; it runs again then.
    pub(super) async fn ask(&mut self, request: &Request<'_>) -> Option<(u16, Value)> {
        let asked = async {
            let answer = request.build(&self.program).send().await?;
            let status = answer.status().as_u16();
            let text = answer.text().await?;
            Ok::<_, reqwest::Error>((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
        };
        if let Ok(answer) = asked.await {
            return Some(answer);
        }
        let deaths = self.deaths;
        self.until("it has died", async |stage| (stage.deaths > deaths).then_some(())).await;
        None
    }

    /// Asks until there is an answer.
    pub(super) async fn ask_on(&mut self, request: &Request<'_>) -> (u16, Value) {
        loop {
            if let Some(answer) = self.ask(request).await {
                return answer;
            }
        }
    }

    /// The token in the newest mail about `notice` to an address, which is waited for.
    pub(super) async fn link(&mut self, address: &str, notice: &str) -> String {
        self.until(&format!("the {notice} to {address}"), async |stage| {
            let mails = stage.mail.mails();
            let found = mails.iter().rfind(|mail| {
                header(mail, "To").contains(address)
                    && header(mail, "Message-ID").contains(&format!(".{notice}@"))
            });
            let text = found?.replace("=\r\n", "");
            let begins = text.find("psl_").unwrap();
            Some(text[begins..begins + 53].to_owned())
        })
        .await
    }
}

struct Wrong(Services, TimeDelta);

impl Clock for Wrong {
    fn now(&self) -> DateTime<Utc> {
        self.0.now() + self.1
    }
}

fn start(
    words: &[&str],
    folder: &tempfile::TempDir,
    database: &Database,
    points: &Points,
    mail: &MailServer,
) -> Start {
    let mut url: Url = database.url.parse().unwrap();
    url.set_username(&format!("{}_program", database.name)).unwrap();
    let (variable, points) = points.variable();
    Start::new(folder.path(), words)
        .env("DATABASE_URL", url.as_str())
        .env("NATS_URL", &shared().nats_url)
        .env("PERSONAL_SETTINGS_NATS_PREFIX", &database.name)
        .env("PERSONAL_SETTINGS_MASTER_KEY", MASTER_KEY)
        .env("PERSONAL_SETTINGS_ARCHIVES", &format!("file://{}/archives", folder.path().display()))
        .env("PERSONAL_SETTINGS_MAIL", &mail.url)
        .env("PERSONAL_SETTINGS_PUBLIC_URL", "https://settings.example.com")
        .env(variable, &points)
}

/// Something to ask.
pub(super) struct Request<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    /// Of a session, if it is asked in one.
    pub(super) token: Option<&'a str>,
    pub(super) body: Value,
    /// The Idempotency-Key.
    pub(super) key: Option<&'a str>,
}

impl Request<'_> {
    fn build(&self, program: &Program) -> reqwest::RequestBuilder {
        let client = program.client();
        let client = self.token.map_or(client.clone(), |token| client.with_token(token));
        let request = client.request(self.method, self.path);
        let request = self.key.iter().fold(request, |request, key| request.header("Idempotency-Key", *key));
        if self.body.is_null() { request } else { request.json(&self.body) }
    }
}
