//! Composing what is sent: the mail, the text or the call of a message, and whom it goes to.

use catalogue::Text;
use chrono::{DateTime, Utc};
use domain::AccountId;
use domain::account::{Account, Holder};
use domain::message::{MessageBody, MessageContent, Recipient};
use event_store::records::outbox::{ClaimedMessage, Medium, Topic};

use super::MessageDispatcher;
use super::error::DeliveryError;
use crate::messages::mail::letter::{self, Inviter, Names};
use crate::messages::mail::notice::Rendered;
use crate::messages::mail::{Address, Message};
use crate::messages::phone::{Content, PhoneMessage, words};

impl MessageDispatcher {
    pub(super) async fn compose_mail(
        &self,
        message: &ClaimedMessage,
        content: MessageContent,
    ) -> Result<Message, DeliveryError> {
        let MessageContent { to, says } = content;
        self.ensure_not_expired(letter::useful_until(&says))?;
        let holder = self.holder(message.topic).await?;
        let text = self.text_for(holder.as_ref(), &says);
        let (to, to_name) = addressee(message.topic, to, holder)?;
        let names = Names { reader: to_name.clone(), inviter: self.inviter(&says).await? };
        let letter = letter::write_for_many(&self.letterhead, &text, &says, message.gathered, &names);
        let letter = letter.ok_or(DeliveryError::Unsayable)?;
        let notice = says.notice().map_or("invitation", |notice| notice.as_str());
        let message_id = self.mail_id(message.id, notice)?;
        let Rendered { language, subject, text, html } = letter;
        // An invitation names who invites: in a folder it goes with their account.
        let account = account_of(message.topic).or(inviter_of(&says));
        let date = message.queued_at;
        Ok(Message { account, to, to_name, language, subject, text, html, message_id, date })
    }

    pub(super) async fn compose_phone_message(
        &self,
        message: &ClaimedMessage,
        content: MessageContent,
    ) -> Result<PhoneMessage, DeliveryError> {
        let holder = self.holder(message.topic).await?;
        let texts = self.letterhead.texts();
        // A phone that is not verified yet may be another's: but no time is told there that could say where the holder lives.
        let text = holder.map_or_else(|| texts.for_anyone(), |holder| texts.for_holder(&holder));
        phone_message(message, content, &text, self.now())
    }

    /// The holder of the account that a message is about, while it lives.
    async fn holder(&self, topic: Topic) -> Result<Option<Holder>, DeliveryError> {
        let Some(account) = account_of(topic) else { return Ok(None) };
        let (account, _) = self.store.load::<Account>(&account.to_string()).await?;
        Ok(account.holder)
    }

    fn text_for(&self, holder: Option<&Holder>, says: &MessageBody) -> Text {
        let texts = self.letterhead.texts();
        match holder {
            Some(holder) if letter::is_for_holder(says) => texts.for_holder(holder),
            Some(holder) => texts.for_acquaintance(holder),
            None => match says {
                MessageBody::AccountDeleted { language: Some(language), .. } => texts.in_language(*language),
                _ => texts.for_anyone(),
            },
        }
    }

    /// The inviter, as they are called now: their name is kept with their account alone.
    async fn inviter(&self, says: &MessageBody) -> Result<Option<Inviter>, DeliveryError> {
        let Some(account) = inviter_of(says) else { return Ok(None) };
        let (account, _) = self.store.load::<Account>(&account.to_string()).await?;
        let known = account.holder.and_then(|holder| {
            Some(Inviter { email: holder.email.known()?.clone(), name: holder.name.known().cloned() })
        });
        Ok(known)
    }
}

fn addressee(
    topic: Topic,
    to: Recipient,
    holder: Option<Holder>,
) -> Result<(Address, Option<String>), DeliveryError> {
    let (email, name) = match (to, topic) {
        (Recipient::Address { email, name }, _) => (email, name),
        (Recipient::Holder, Topic::Account(..)) => {
            let holder = holder.ok_or(DeliveryError::Ended)?;
            let email = holder.email.known().cloned().ok_or(DeliveryError::NoAddress)?;
            (email, holder.name.known().cloned())
        }
        (Recipient::Holder, Topic::Invitation | Topic::Request(..)) => {
            return Err(DeliveryError::NoAddress);
        }
        (Recipient::Phone(_), _) => return Err(DeliveryError::Unsayable),
    };
    Ok((Address::try_from(&email).map_err(|_| DeliveryError::NoAddress)?, name))
}

fn phone_message(
    message: &ClaimedMessage,
    content: MessageContent,
    text: &Text,
    now: DateTime<Utc>,
) -> Result<PhoneMessage, DeliveryError> {
    let (Recipient::Phone(to), MessageBody::Code { code, wanted_for }) = (content.to, content.says) else {
        return Err(DeliveryError::Unsayable);
    };
    let content = match message.medium {
        Medium::Call => Content::Call(words::twiml(text, &code, wanted_for)),
        Medium::Sms | Medium::Mail => {
            let minutes = message.expires_at.map(|expires_at| minutes_until(expires_at, now));
            Content::Sms(words::sms(text, &code, wanted_for, minutes))
        }
    };
    Ok(PhoneMessage { account: account_of(message.topic), id: message.id, to, content })
}

fn account_of(topic: Topic) -> Option<AccountId> {
    match topic {
        Topic::Account(account, _) => Some(account),
        Topic::Invitation | Topic::Request(..) => None,
    }
}

fn inviter_of(says: &MessageBody) -> Option<AccountId> {
    match says {
        MessageBody::Invitation { invited_by, .. } => *invited_by,
        _ => None,
    }
}

/// To the nearest, and one at least: a text is some seconds on its way.
fn minutes_until(at: DateTime<Utc>, now: DateTime<Utc>) -> u64 {
    u64::try_from(((at - now).num_seconds() + 30) / 60).unwrap_or_default().max(1)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_code_is_said_to_work_for_as_long_as_it_does() {
        let told = |seconds: i64| {
            let now = DateTime::UNIX_EPOCH;
            minutes_until(now + TimeDelta::seconds(seconds), now)
        };
        assert_eq!([600, 599, 571, 569, 61, 29, 1, 0].map(told), [10, 10, 10, 9, 1, 1, 1, 1]);
    }
}
