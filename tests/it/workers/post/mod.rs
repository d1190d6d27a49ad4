//! Messages to account holders: each goes out, is recorded once, and leaves the queue.

mod crashes;
mod ends;
mod notices;
mod sent;
mod servers;

use std::path::PathBuf;

use domain::account::AccountNotice;
use domain::message::{CodeFor, MessageBody, MessageContent, Recipient};
use domain::{AccountId, MessageId};
use event_store::records::outbox::{self, Medium, NewMessage, Topic};
use personal_settings::composition::AppContext;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use workers::{MessageDispatcher, WorkerContext};

use crate::support::{TestApp, eventually};

/// A post at work.
pub(super) struct Running {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    /// One that sends mail to `mail` and texts and calls into the house's folder, its store that of `foundation`.
    fn start(app: &TestApp, foundation: &AppContext, mail: &str) -> Self {
        let WorkerContext { outbox, phone, letterhead, .. } = app.worker_context_with_mail(mail);
        Self::of(MessageDispatcher::new(foundation.store.clone(), outbox, phone, letterhead))
    }

    fn of(post: MessageDispatcher) -> Self {
        let stop = CancellationToken::new();
        Self { task: tokio::spawn(post.run(stop.clone())), stop }
    }

    pub(super) async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }

    /// It dies where it stands.
    async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }
}

impl TestApp {
    /// A post on this house.
    pub(super) fn post(&self, mail: &str) -> Running {
        Running::start(self, &self.foundation, mail)
    }

    fn files(&self, folder: &str) -> Vec<PathBuf> {
        let Ok(files) = std::fs::read_dir(self.folder.path().join(folder)) else { return Vec::new() };
        files.map(|file| file.unwrap().path()).collect()
    }

    pub(super) fn mail_folder(&self) -> String {
        format!("directory:{}", self.folder.path().join("mail").display())
    }

    async fn seal(
        &self,
        topic: Topic,
        medium: Medium,
        content: MessageContent,
        lives_for: Option<chrono::TimeDelta>,
    ) -> (MessageId, NewMessage) {
        let store = &self.foundation.store;
        let id = MessageId::generate(store.services());
        let expires_at = lives_for.map(|life| store.services().now() + life);
        (id, NewMessage::seal(store.records(), id, topic, medium, &content, expires_at).await.unwrap())
    }

    async fn queue(&self, topic: Topic, medium: Medium, content: MessageContent) -> MessageId {
        let (id, message) = self.seal(topic, medium, content, None).await;
        outbox::queue(self.foundation.store.pool(), &message).await.unwrap();
        id
    }

    /// Queues a mail to the holder of an account.
    async fn tell(&self, account: AccountId, says: MessageBody) -> MessageId {
        let topic = Topic::Account(account, says.notice().unwrap());
        self.queue(topic, Medium::Mail, MessageContent { to: Recipient::Holder, says }).await
    }

    /// Tells of a new password.
    async fn tell_of_password(&self, account: AccountId) -> MessageId {
        let at = self.foundation.store.services().now();
        self.tell(account, MessageBody::PasswordChanged { at }).await
    }

    /// Queues a code.
    async fn send_code(&self, account: AccountId, medium: Medium, minutes: i64) -> MessageId {
        let says = MessageBody::Code { code: "123456".to_owned(), wanted_for: CodeFor::SignIn };
        let content = MessageContent { to: Recipient::Phone("+14155550123".parse().unwrap()), says };
        let topic = Topic::Account(account, AccountNotice::Code);
        let life = Some(chrono::TimeDelta::minutes(minutes));
        let (id, message) = self.seal(topic, medium, content, life).await;
        outbox::queue(self.foundation.store.pool(), &message).await.unwrap();
        id
    }

    /// How many events of a type tell of a message.
    async fn told(&self, event_type: &str, message: MessageId) -> i64 {
        sqlx::query_scalar(
            "SELECT count(*) FROM events WHERE event_type = $1 AND payload::text LIKE '%' || $2 || '%'",
        )
        .bind(event_type)
        .bind(message.to_string())
        .fetch_one(self.foundation.store.pool())
        .await
        .unwrap()
    }

    async fn queued(&self) -> i64 {
        let count = sqlx::query_scalar("SELECT count(*) FROM outgoing");
        count.fetch_one(self.foundation.store.pool()).await.unwrap()
    }

    pub(super) async fn nothing_is_queued(&self) {
        eventually("nothing is queued", || async { (self.queued().await == 0).then_some(()) }).await;
    }

    /// Whatever was put off or taken is due at once.
    async fn all_is_due(&self) {
        let due = sqlx::query("UPDATE outgoing SET due_at = clock_timestamp()");
        due.execute(self.foundation.store.pool()).await.unwrap();
    }
}

const SENT: &str = "account.notice_sent";
const UNDELIVERABLE: &str = "account.notice_undeliverable";
