//! The way back from a second factor that an intruder has set: a link in the mail that tells of it.
//!
//! The mail goes to the address of the account, and to every address to which it may still go back: who changed the
//! address first, and then the factor, gains nothing by it.

use domain::account::{FACTOR_UNDO_LIFE, Holder, SecondFactor};
use domain::message::{MessageBody, Recipient, UndoLink};
use event_store::CommitExtras;
use event_store::records::RecordWrite;
use event_store::records::email_link::{NewLink, Purpose};
use secrecy::ExposeSecret;

use crate::problem::Problem;
use crate::state::AppState;
use crate::token;

impl AppState {
    /// Notifies of a new second factor, with a link in each mail that takes it back.
    pub(crate) async fn notify_of_factor(
        &self,
        extras: &mut CommitExtras,
        holder: &Holder,
        factor: SecondFactor,
        says: impl Fn(UndoLink) -> MessageBody,
    ) -> Result<(), Problem> {
        let until = self.store.services().now() + FACTOR_UNDO_LIFE;
        for to in ways_back(holder) {
            let token = token::generate(token::Kind::Link);
            extras.records.push(RecordWrite::PutLink(NewLink {
                token_hash: token::hash(&token).to_vec(),
                purpose: Purpose::FactorUndo,
                account: holder.account_id,
                subject: factor.name(),
                expires_at: until,
            }));
            let says = says(UndoLink { token: token.expose_secret().to_owned(), until });
            self.notify_address(extras, holder.account_id, to, says).await?;
        }
        Ok(())
    }
}

/// The address of the account as it is now, and those to which it may go back, each once.
pub(crate) fn ways_back(holder: &Holder) -> Vec<Recipient> {
    let former = holder.former_emails.iter().map(|former| &former.email);
    let mut known: Vec<String> = Vec::new();
    let mut recipients = Vec::new();
    for email in [&holder.email].into_iter().chain(former).filter_map(|email| email.known()) {
        if !known.contains(&email.canonical()) {
            known.push(email.canonical());
            recipients.push(Recipient::Address { email: email.clone(), name: holder.name.known().cloned() });
        }
    }
    recipients
}
