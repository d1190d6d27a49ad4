//! `GET /v1/admin/messages` and `POST /v1/admin/messages/retry`: messages that were offered and not taken.
//!
//! What a message says is not opened, and to whom it goes is not told: ids and counts alone. That an operator looked, or had
//! them tried again, is an event of that operator.

use std::collections::HashMap;
use std::str::FromStr;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use domain::operator::{OperatorRetried, OperatorViewed};
use domain::{AccountId, MessageId, RequestId};
use event_store::records::outbox::{self, WaitingMessage, WaitingSince};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::look;
use crate::extract::{Body, PrivacyDesk, RequestContext};
use crate::page::Page;
use crate::problem::Problem;
use crate::state::AppState;

/// A page of messages that were not taken.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct MessagePage {
    /// The messages, the longest waiting first.
    pub(crate) items: Vec<MessageBody>,
    /// What to send as `cursor` for the next page; null on the last.
    pub(crate) next_cursor: Option<String>,
}

/// A message that was offered to its server and not taken, or of which it is unknown whether it was taken.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct MessageBody {
    /// Its id.
    #[schema(value_type = String, example = "msg_01h455vb4pex5vsknk084sn02q")]
    pub(crate) id: MessageId,
    /// How it goes out: `mail`, `sms` or `call`.
    #[schema(example = "mail")]
    pub(crate) medium: String,
    /// What it tells of, as a stable name.
    #[schema(example = "archive_ready")]
    pub(crate) notice: String,
    /// Whose it is; null of an invitation, which is of no account yet.
    #[schema(value_type = Option<String>, example = "acc_01h455vb4pex5vsknk084sn02q")]
    pub(crate) account_id: Option<AccountId>,
    /// The privacy request that it tells of, if it does.
    #[schema(value_type = Option<String>, example = "req_01h455vb4pex5vsknk084sn02q")]
    pub(crate) request_id: Option<RequestId>,
    /// How often it was offered and not taken. After 22 times it is given up, and its history says so.
    pub(crate) tries: u32,
    /// How often it is unknown whether it was taken. After five times it is given up, and its history says so.
    pub(crate) unsure: u32,
    /// Since when it has been waiting.
    pub(crate) waiting_since: DateTime<Utc>,
    /// When it is tried next; while it is being sent, until when its sender has it.
    pub(crate) next_try_at: DateTime<Utc>,
}

impl MessageBody {
    /// `holders` are those of the privacy requests.
    fn of(message: WaitingMessage, holders: &HashMap<RequestId, AccountId>) -> Self {
        let holder = message.request.and_then(|request| holders.get(&request).copied());
        Self {
            id: message.id,
            medium: message.medium,
            notice: message.notice,
            account_id: message.account.or(holder),
            request_id: message.request,
            tries: message.tries,
            unsure: message.unsure,
            waiting_since: message.queued_at,
            next_try_at: message.due_at,
        }
    }
}

/// The last message of a page: since when it has been waiting, in microseconds since 1970, and its id.
#[derive(Debug, PartialEq, Eq)]
struct Cursor(WaitingSince);

impl FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (at, id) = text.split_once('.').ok_or(())?;
        let at = at.parse().ok().and_then(DateTime::from_timestamp_micros).ok_or(())?;
        Ok(Self(WaitingSince(at, id.parse().map_err(|_| ())?)))
    }
}

fn cursor(message: &WaitingMessage) -> String {
    format!("{}.{}", message.queued_at.timestamp_micros(), message.id)
}

/// Lists the messages that were offered and not taken.
///
/// They are tried again by themselves, seconds later at first and hours later in the end, until they are given up. A message
/// that waits since its server is away was not offered and is not listed: that a server is away is told by the metric
/// `personal_settings_carrier_up`.
#[utoipa::path(
    get, path = "/v1/admin/messages", tag = "Operators", operation_id = "listWaitingMessages", params(Page),
    responses((status = 200, description = "The messages", body = MessagePage))
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    PrivacyDesk(operator): PrivacyDesk,
    context: RequestContext,
    page: Page,
) -> Result<impl IntoResponse, Problem> {
    let after = page.cursor()?.map(|Cursor(place)| place);
    look::record_general(&state, operator, &context, OperatorViewed::Messages).await?;
    let mut messages = outbox::list_waiting(state.store.pool(), after, page.limit_and_one()).await?;
    let next_cursor = page.cut(&mut messages, cursor);
    let requests: Vec<RequestId> = messages.iter().filter_map(|message| message.request).collect();
    let holders = state.views.request_accounts(&requests).await?;
    let link = page.link("/v1/admin/messages", next_cursor.as_deref());
    let items = messages.into_iter().map(|message| MessageBody::of(message, &holders)).collect();
    Ok((link, Json(MessagePage { items, next_cursor })))
}

/// Which messages are tried again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageRetry {
    /// The message; all that were offered and not taken if left out.
    #[schema(value_type = Option<String>, example = "msg_01h455vb4pex5vsknk084sn02q")]
    #[serde(default, deserialize_with = "message")]
    id: Option<MessageId>,
}

fn message<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<MessageId>, D::Error> {
    let id: Option<String> = Option::deserialize(deserializer)?;
    id.map(|id| id.parse().map_err(D::Error::custom)).transpose()
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub(crate) struct MessagesRetried {
    /// Messages that are due now.
    pub(crate) retried: u64,
}

/// Has messages that were not taken tried at once.
///
/// A worker sends them within moments. A message that is being sent, or whose turn comes within 45 seconds, is left alone and
/// not counted; so is one that has gone out meanwhile. The try counts among those after which a message is given up.
#[utoipa::path(
    post, path = "/v1/admin/messages/retry", tag = "Operators", operation_id = "retryMessages",
    request_body = MessageRetry,
    responses((status = 200, description = "How many are due now", body = MessagesRetried))
)]
pub(crate) async fn retry(
    State(state): State<AppState>,
    PrivacyDesk(operator): PrivacyDesk,
    context: RequestContext,
    Body(MessageRetry { id }): Body<MessageRetry>,
) -> Result<impl IntoResponse, Problem> {
    let position = look::record_retried(&state, operator, &context, OperatorRetried::Messages).await?;
    let retried = outbox::make_due(state.store.pool(), id).await?;
    Ok((position, Json(MessagesRetried { retried })))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> WaitingMessage {
        let at = DateTime::from_timestamp_micros(1_772_000_000_123_456).unwrap();
        WaitingMessage {
            id: "msg_01h455vb4pex5vsknk084sn02q".parse().unwrap(),
            medium: "mail".to_owned(),
            notice: "archive_ready".to_owned(),
            account: None,
            request: Some("req_01h455vb4pex5vsknk084sn02q".parse().unwrap()),
            tries: 1,
            unsure: 0,
            queued_at: at,
            due_at: at,
        }
    }

    #[test]
    fn a_cursor_reads_back_and_nothing_else_does() {
        let message = message();
        assert_eq!(cursor(&message).parse(), Ok(Cursor(WaitingSince(message.queued_at, message.id))));
        for text in ["", "7", "7.", "x.msg_01h455vb4pex5vsknk084sn02q", "7.acc_01h455vb4pex5vsknk084sn02q"] {
            assert_eq!(text.parse::<Cursor>(), Err(()), "{text}");
        }
    }

    #[test]
    fn a_message_of_a_request_is_its_holders() {
        let holder: AccountId = "acc_01h455vb4pex5vsknk084sn02q".parse().unwrap();
        let holders = HashMap::from([(message().request.unwrap(), holder)]);
        assert_eq!(MessageBody::of(message(), &holders).account_id, Some(holder));
        assert_eq!(MessageBody::of(message(), &HashMap::new()).account_id, None);
    }
}
