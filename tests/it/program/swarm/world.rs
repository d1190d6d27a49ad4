//! The program, and what is known of who is in it. What is known may be out of date: so are people.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::organization::Role;
use domain::{AccountId, EmailAddress, OrganizationId, ProjectId, Scope, SessionId};
use event_store::{KeyName, MasterKey, log};
use futures::future::try_join_all;
use futures::{StreamExt, stream};
use personal_settings::composition::AppContext;
use projections::cursor;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use secrecy::ExposeSecret;
use serde_json::Value;
use url::Url;

use super::{ACCOUNTS, TEAMS};
use crate::support::{
    Database, Program, Start, eventually, found_project, found_team, open_account_as, shared,
};

/// The master key of the program: 32 bytes in base64.
const MASTER_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
/// Members of an organization at first.
const MEMBERS: std::ops::RangeInclusive<usize> = 1..=8;

/// An account, and a session in it.
pub(super) struct Holder {
    pub(super) id: AccountId,
    pub(super) email: String,
    pub(super) token: String,
    /// Whether it was answered that the account has ended.
    pub(super) gone: AtomicBool,
}

/// An organization, and who was seen in it.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) id: OrganizationId,
    /// Numbers of people.
    pub(super) members: Vec<usize>,
    pub(super) projects: Vec<ProjectId>,
}

/// See the module.
pub(super) struct World {
    pub(super) foundation: AppContext,
    pub(super) people: Vec<Holder>,
    pub(super) teams: Mutex<Vec<Seen>>,
    /// Tokens for the GDPR APIs, and whose.
    pub(super) gdpr_tokens: Mutex<Vec<(usize, String)>>,
    /// Statuses that the description names, by method and path.
    documented: BTreeMap<(String, String), BTreeSet<u16>>,
    answers: Mutex<BTreeMap<(String, u16), usize>>,
    program: Option<Program>,
    database: Database,
    folder: tempfile::TempDir,
}

impl World {
    /// Makes people and organizations. The program does not run yet.
    pub(super) async fn build(seed: u64) -> Self {
        personal_settings::choose_tls();
        let (folder, database) = (tempfile::tempdir().unwrap(), Database::create().await);
        let archives = Url::from_directory_path(folder.path().join("archives")).unwrap();
        let key = MasterKey::from_base64(MASTER_KEY).unwrap();
        let foundation = AppContext::connect(&database.url, key, &archives).unwrap();
        foundation.prepare(None).await.unwrap();
        let people = people(&foundation).await;
        let teams = teams(&foundation, &people, &mut StdRng::seed_from_u64(seed)).await;
        Self {
            foundation,
            people,
            teams: Mutex::new(teams),
            gdpr_tokens: Mutex::default(),
            documented: BTreeMap::new(),
            answers: Mutex::default(),
            program: None,
            database,
            folder,
        }
    }

    /// Starts the program.
    pub(super) async fn open(&mut self) {
        let program = Start::new(self.folder.path(), &["serve"])
            .env("DATABASE_URL", &self.database.worker_url)
            .env("NATS_URL", &shared().nats_url)
            .env("PERSONAL_SETTINGS_NATS_PREFIX", &self.database.name)
            .env("PERSONAL_SETTINGS_MASTER_KEY", MASTER_KEY)
            .env("PERSONAL_SETTINGS_ARCHIVES", &format!("file://{}/archives", self.folder.path().display()))
            .env("PERSONAL_SETTINGS_PUBLIC_URL", "https://settings.example.com")
            .ready()
            .await;
        self.documented = documented(&program.client().get("/openapi.json").await);
        self.program = Some(program);
        // The program serves before its read models show all that was made up.
        eventually("the read models show everybody", || async { self.is_over().await.then_some(()) }).await;
    }

    pub(super) fn program(&self) -> &Program {
        self.program.as_ref().unwrap()
    }

    /// The folder of the program.
    pub(super) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Waits until all that was begun is over.
    pub(super) async fn rest(&self) {
        // What is gathered into one mail would wait for minutes.
        let gathered = "UPDATE outgoing SET due_at = clock_timestamp() WHERE gathers";
        sqlx::query(gathered).execute(self.foundation.store.pool()).await.unwrap();
        loop {
            let left = self.waiting().await;
            if left == 0 {
                break;
            }
            eventually("messages go out", || async { (self.waiting().await < left).then_some(()) }).await;
        }
        eventually("what was begun is over", || async { self.is_over().await.then_some(()) }).await;
    }

    /// Messages that have not gone out.
    async fn waiting(&self) -> i64 {
        let waiting = sqlx::query_scalar("SELECT count(*) FROM outgoing");
        waiting.fetch_one(self.foundation.store.pool()).await.unwrap()
    }

    async fn is_over(&self) -> bool {
        let pool = self.foundation.store.pool();
        let head = log::newest_position(pool).await.unwrap();
        for projection in projections::all() {
            if cursor::position(pool, projection.name()).await.unwrap() < head {
                return false;
            }
        }
        let over = "SELECT NOT EXISTS (SELECT FROM outgoing)
                AND NOT EXISTS (SELECT FROM timer WHERE due_at <= clock_timestamp())
                AND (SELECT count(*) FROM events) = $1";
        sqlx::query_scalar(over).bind(head).fetch_one(pool).await.unwrap()
    }

    /// Ends the program in good order: it has told of no failure. That other tests, which share the server, held up the
    /// order of events is none.
    pub(super) async fn close(&mut self) {
        let mut program = self.program.take().unwrap();
        program.signal(nix::sys::signal::Signal::SIGTERM);
        let (code, said) = (program.ended().await, program.said());
        let last: Vec<&str> = said.lines().rev().take(5).collect();
        assert_eq!(code, 0, "{last:#?}");
        let amiss = said.lines().filter(|line| line.contains("panicked") || line.contains("ERROR"));
        let amiss = amiss.filter(|line| !line.contains("event_store::log::lag"));
        assert_eq!(amiss.collect::<Vec<_>>(), Vec::<&str>::new());
    }

    /// An answer must be one that the description names, and no failure of ours.
    pub(super) fn check(&self, method: &str, route: &str, (status, answer): &(u16, Value)) {
        let named = self.documented.get(&(method.to_owned(), route.to_owned()));
        let named = named.unwrap_or_else(|| panic!("there is no {method} {route}"));
        assert!(named.contains(status) && *status < 500, "{method} {route}: {status} {answer}");
        let known = answer["type"].as_str().and_then(|name| name.strip_prefix("/problems/")).unwrap_or("");
        let mut answers = self.answers.lock().unwrap();
        *answers.entry((format!("{method} {route} {known}"), *status)).or_default() += 1;
    }

    /// How often what was answered.
    pub(super) fn told(&self) -> String {
        let answers = self.answers.lock().unwrap();
        let lines = answers.iter().map(|((what, status), count)| format!("{count:>6} × {status} {what}"));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// People whose account has ended.
    pub(super) fn gone(&self) -> impl Iterator<Item = &Holder> {
        self.people.iter().filter(|holder| holder.gone.load(Ordering::SeqCst))
    }
}

impl Holder {
    pub(super) fn address(&self) -> EmailAddress {
        self.email.parse().unwrap()
    }
}

async fn people(foundation: &AppContext) -> Vec<Holder> {
    let store = &foundation.store;
    let person = |n| Holder {
        id: AccountId::generate(store.services()),
        email: format!("person{n}@example.com"),
        token: api::token::generate(api::token::Kind::Session).expose_secret().to_owned(),
        gone: AtomicBool::new(false),
    };
    let people: Vec<Holder> = (0..ACCOUNTS).map(person).collect();
    for crowd in people.chunks(1_000) {
        // Keys for many at once: each account would make its own.
        let name = |holder: &Holder| KeyName::new(holder.id.to_string(), Scope::Profile.as_str());
        store.keys().active_keys(crowd.iter().map(name).collect()).await.unwrap();
        let opened = crowd.iter().map(|holder| {
            let (store, id, email) = (store.clone(), holder.id, holder.email.clone());
            tokio::spawn(async move { open_account_as(&store, id, &email).await })
        });
        try_join_all(opened).await.unwrap();
    }
    // As signing in makes them, but for the passwords: hashing these would take minutes.
    sqlx::query(
        "WITH proved AS (INSERT INTO authentication (account_id) SELECT unnest($3::text[]))
         INSERT INTO session (session_id, token_hash, account_id, created_at, seen_at, sudo_at, expires_at,
                              generation, factors)
         SELECT session_id, token_hash, account_id, now, now, now, now + interval '1 day', 1, '{password}'
         FROM unnest($1::uuid[], $2::bytea[], $3::text[]) AS s (session_id, token_hash, account_id),
              (SELECT clock_timestamp() AS now) AS clock",
    )
    .bind(people.iter().map(|_| SessionId::generate(store.services()).uuid()).collect::<Vec<_>>())
    .bind(people.iter().map(|holder| hash(&holder.token)).collect::<Vec<_>>())
    .bind(people.iter().map(|holder| holder.id.to_string()).collect::<Vec<_>>())
    .execute(store.pool())
    .await
    .unwrap();
    people
}

fn hash(token: &str) -> Vec<u8> {
    api::token::hash(&token.into()).to_vec()
}

async fn teams(foundation: &AppContext, people: &[Holder], rng: &mut StdRng) -> Vec<Seen> {
    let drawn: Vec<Vec<(usize, Role)>> = (0..TEAMS).map(|_| draw(rng)).collect();
    let founded = drawn.into_iter().map(|drawn| {
        let store = foundation.store.clone();
        let members: Vec<_> = drawn.iter().map(|(who, role)| (people[*who].id, *role)).collect();
        tokio::spawn(async move {
            let team = found_team(&store, &members).await;
            let project = found_project(&store, &team).await;
            let members = drawn.into_iter().map(|(who, _)| who).collect();
            Seen { id: team.id, members, projects: vec![project.id] }
        })
    });
    stream::iter(founded).buffered(16).map(Result::unwrap).collect().await
}

/// Different people, the first of whom is an owner.
fn draw(rng: &mut StdRng) -> Vec<(usize, Role)> {
    let mut drawn = BTreeSet::new();
    for _ in 0..rng.random_range(MEMBERS) {
        drawn.insert(rng.random_range(0..ACCOUNTS));
    }
    let role =
        |rng: &mut StdRng| [Role::Owner, Role::Admin, Role::Member, Role::Member][rng.random_range(0..4)];
    let mut members: Vec<_> = drawn.into_iter().map(|who| (who, role(rng))).collect();
    members[0].1 = Role::Owner;
    members
}

fn documented(description: &Value) -> BTreeMap<(String, String), BTreeSet<u16>> {
    let mut documented = BTreeMap::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Some(responses) = operation["responses"].as_object() else { continue };
            let statuses = responses.keys().filter_map(|status| status.parse().ok()).collect();
            documented.insert((method.to_uppercase(), path.clone()), statuses);
        }
    }
    documented
}
