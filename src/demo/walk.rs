//! The walk through the main job.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use api::token;
use domain::operator::OperatorScope;
use event_store::records::operator_token::Origin;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::addresses::Addresses;
use super::client::Client;
use super::mailbox::Mailbox;
use super::person::{Person, usage};
use crate::cli::DemoOptions;
use crate::composition::Service;
use crate::composition::operators::{self, NewOperator};
use crate::logging::say;

/// Made-up events of usage.
const EVENTS: i64 = 250;
/// Commands of which the time is taken.
const COMMANDS: usize = 50;
/// How long the work on a request may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
pub(super) const POLL: Duration = Duration::from_millis(50);

/// See the module.
pub struct Walk {
    pub(super) client: Client,
    pub(super) operator: Client,
    person: Person,
    pub(super) house_token: String,
    addresses: Addresses,
    /// `None` when mail goes to a server, where it cannot be looked into.
    mailbox: Option<Mailbox>,
    pub(super) now: i64,
    /// How long a request may take here, where it has little to do but to cool off.
    patience: Duration,
}

impl Walk {
    /// Everything needed for the walk.
    ///
    /// # Errors
    /// When the service cannot be prepared.
    pub async fn prepare(service: &Service, options: &DemoOptions) -> anyhow::Result<Self> {
        let operator_token = operator_token(service, options).await?;
        let cooling_off = options.serve.api.erasure_cooling_off.map_or(Duration::ZERO, Into::into);
        let client = Client::new(&format!("http://{}", service.listen))?;
        Ok(Self {
            operator: client.with_token(operator_token.expose_secret()),
            client,
            person: Person::invent("Ada Example"),
            house_token: service.house_token.clone(),
            addresses: Addresses::of(service)?,
            mailbox: mail_folder(options).map(Mailbox::new),
            now: service.foundation.store.services().now().timestamp(),
            patience: PATIENCE + cooling_off,
        })
    }

    /// Walks.
    ///
    /// # Errors
    /// The first step that did not go as it should.
    pub async fn walk(&self) -> anyhow::Result<()> {
        say("\n1. An operator opens an account, and its holder signs in.");
        let account = self.open_account(&self.person).await?;
        let mut me = self.sign_in(&self.person).await?;
        self.take_time(&me).await?;

        say("\n2. The holder uses the product; its usage is collected.");
        self.collect_usage(&account).await?;

        say("\n3. The holder asks for their data.");
        let export = self.request(&self.person, &mut me, "export").await?;
        let done = self.follow(&me, &export).await?;
        self.show_mail(&export, "received").await?;
        self.show_mail(&export, "archive_ready").await?;
        self.open_archive(&me, &export, &done).await?;

        say("\n4. The holder asks for erasure.");
        let erasure = self.request(&self.person, &mut me, "erasure").await?;
        let done = self.follow(&me, &erasure).await?;
        self.show_erasure(&done)?;
        self.show_mail(&erasure, "erased").await?;

        say("\n5. What was collected is gone, and the account still works.");
        self.check_after(&export).await?;

        say("\n6. Others use it as well.");
        let mut people = self.settle().await?;
        people.push(
            self.person.showing("whose usage was erased: both requests, and what the history still tells"),
        );
        self.addresses.tell(&people);
        Ok(())
    }

    pub(super) async fn open_account(&self, person: &Person) -> anyhow::Result<String> {
        let Person { name, email, password } = person;
        let body = json!({"email": email, "name": name, "password": password});
        let answer = self.operator.post("/v1/admin/accounts", body).await?;
        let account = text(&answer, "account_id")?;
        say(format!("   account {account} for {name} <{email}>"));
        Ok(account)
    }

    pub(super) async fn sign_in(&self, person: &Person) -> anyhow::Result<Client> {
        let body = json!({"email": person.email, "password": person.password});
        let answer = self.client.post("/v1/sessions", body).await?;
        let me = self.client.with_token(&text(&answer, "token")?);
        let profile = me.get("/v1/me").await?;
        say(format!("   signed in; GET /v1/me knows {}", text(&profile, "name")?));
        Ok(me)
    }

    async fn take_time(&self, me: &Client) -> anyhow::Result<()> {
        let mut times = Vec::with_capacity(COMMANDS);
        for n in 0..COMMANDS {
            let begun = Instant::now();
            me.put("/v1/me/preferences", json!({"personalization": n % 2 == 0})).await?;
            times.push(begun.elapsed());
        }
        times.sort_unstable();
        let median = times[COMMANDS / 2].as_secs_f64() * 1000.0;
        say(format!("   a command over HTTP answers in {median:.1} ms (median of {COMMANDS})"));
        Ok(())
    }

    async fn collect_usage(&self, account: &str) -> anyhow::Result<()> {
        let events = usage(&self.house_token, account, EVENTS, self.now);
        let answer = self.client.post("/track?verbose=1", events).await?;
        ensure!(answer["status"] == 1, "usage was not accepted: {answer}");
        say(format!("   {EVENTS} events sent to POST /track"));
        Ok(())
    }

    pub(super) async fn request(
        &self,
        person: &Person,
        me: &mut Client,
        kind: &str,
    ) -> anyhow::Result<String> {
        let again = json!({"password": person.password});
        let again = me.post("/v1/sessions/reauthenticate", again).await?;
        // The session goes on with another token.
        *me = me.with_token(&text(&again, "token")?);
        let answer = me.post("/v1/me/privacy-requests", json!({"kind": kind, "confirm": true})).await?;
        let id = text(&answer, "id")?;
        say(format!("   request received: {id}"));
        say(format!("   received {}, due by {}", text(&answer, "received_at")?, text(&answer, "due_at")?));
        if let Some(until) = answer["cancellable_until"].as_str() {
            say(format!("   can be cancelled until {until}"));
        }
        Ok(id)
    }

    /// Watches a request until it is completed.
    pub(super) async fn follow(&self, me: &Client, id: &str) -> anyhow::Result<Value> {
        let begun = Instant::now();
        let mut last = String::new();
        loop {
            let request = me.get(&format!("/v1/me/privacy-requests/{id}")).await?;
            let state = text(&request, "state")?;
            if state != last {
                say(format!("   {:>6.2} s  {state}", begun.elapsed().as_secs_f64()));
                last.clone_from(&state);
            }
            if state == "completed" {
                return Ok(request);
            }
            ensure!(begun.elapsed() < self.patience, "the request stays {state}: {request}");
            tokio::time::sleep(POLL).await;
        }
    }

    async fn show_mail(&self, request: &str, notice: &str) -> anyhow::Result<()> {
        if let Some(mailbox) = &self.mailbox {
            let (path, subject) = mailbox.await_mail(request, notice).await?;
            say(format!("   mail \"{subject}\" in {}", path.display()));
        }
        Ok(())
    }

    async fn open_archive(&self, me: &Client, id: &str, request: &Value) -> anyhow::Result<()> {
        let path = format!("/v1/me/privacy-requests/{id}/archive");
        let bytes = me.download(&path).await?;
        ensure!(request["archive"]["bytes"] == bytes.len(), "the archive is not as long as it should be");
        say(format!("   archive of {} bytes from GET {path}, holding", bytes.len()));
        for line in super::archive::describe(&bytes)? {
            say(format!("     {line}"));
        }
        Ok(())
    }

    fn show_erasure(&self, request: &Value) -> anyhow::Result<()> {
        let sources = request["sources"].as_array().context("an erasure without sources")?;
        for source in sources {
            say(format!("   {} erased {}", text(source, "name")?, source["counts"]));
        }
        let usage = sources.iter().find(|source| source["name"] == "usage").context("no usage source")?;
        ensure!(usage["counts"]["usage_events"] == EVENTS, "not all usage was erased: {usage}");
        Ok(())
    }

    async fn check_after(&self, export: &str) -> anyhow::Result<()> {
        let me = self.sign_in(&self.person).await?;
        let status = me.status(&format!("/v1/me/privacy-requests/{export}/archive")).await?;
        ensure!(status == 410, "the archive of the earlier export answers {status} instead of 410");
        say("   the archive of the earlier export answers 410 Gone");
        let history = me.get("/v1/me/history?limit=200").await?;
        let items = history["items"].as_array().context("no history")?;
        let erased = items.iter().filter(|item| item["ip_address"] == "[erased]").count();
        ensure!(erased > 0, "no address in the history was erased");
        say(format!(
            "   the history still tells all: {} events, in {erased} the address is erased",
            items.len()
        ));
        Ok(())
    }
}

/// The operator token: the one that was made just now, or was configured. Where there was one before it cannot
/// be had, so the demonstration makes one of its own.
async fn operator_token(service: &Service, options: &DemoOptions) -> anyhow::Result<SecretString> {
    if let Some(known) = service.new_operator_token.as_ref().or(options.serve.api.operator_token.as_ref()) {
        return Ok(known.clone());
    }
    let own = token::generate(token::Kind::Operator);
    let store = &service.foundation.store;
    let new = NewOperator {
        name: "demo",
        scopes: [OperatorScope::Admin].into(),
        expires_at: Some(store.services().now() + chrono::Duration::days(1)),
        origin: Origin::Created,
    };
    operators::let_in(store, &own, new).await?;
    Ok(own)
}

fn mail_folder(options: &DemoOptions) -> Option<PathBuf> {
    match &options.serve.worker.mail {
        None => Some(options.serve.servers.data_dir.join("mail")),
        Some(url) => url.strip_prefix("directory:").map(PathBuf::from),
    }
}

pub(super) fn text(value: &Value, name: &str) -> anyhow::Result<String> {
    let text = value[name].as_str();
    Ok(text.with_context(|| format!("no {name} in {value}"))?.to_owned())
}
