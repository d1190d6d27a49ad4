//! A gateway of Twilio's form: two calls over HTTPS, each with a form and the account's credentials.
//!
//! What always holds: no wait without an end; a redirect is not followed; of an answer only so much is read as holds
//! a code. A crash between the call and its answer leaves it unknown whether the message was taken: it is sent
//! again.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use domain::PhoneNumber;
use event_store::is_this_machine;
use percent_encoding::percent_decode_str;
use reqwest::{Response, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;
use url::form_urlencoded::Serializer;

use super::{Answer, Content, PhoneError, PhoneMessage};

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a whole call may take.
const CALL: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read at most.
const LONGEST_ANSWER: usize = 16 * 1024;
/// The version of the interface, which is part of its paths.
const VERSION: &str = "2010-04-01";

/// A gateway that takes messages.
#[derive(Clone)]
pub struct Twilio {
    shared: Arc<Shared>,
}

struct Shared {
    http: reqwest::Client,
    /// Without credentials and query; its path ends without a slash.
    base: String,
    /// The account at the gateway.
    sid: String,
    token: SecretString,
    /// Whose calls and texts they are.
    from: PhoneNumber,
}

impl fmt::Debug for Twilio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Twilio(..)")
    }
}

/// The code in an answer that refuses.
#[derive(Deserialize)]
struct Refusal {
    code: u32,
}

impl Twilio {
    pub(super) fn from_url(url: &str) -> Result<Self, PhoneError> {
        Self::with_limit(url, CALL)
    }

    pub(super) fn with_limit(url: &str, limit: Duration) -> Result<Self, PhoneError> {
        let mut url = Url::parse(url).map_err(|_| PhoneError::Url("it is no URL"))?;
        guard_token(&url)?;
        let sid = url.username().to_owned();
        // It is part of a path.
        if sid.is_empty() || !sid.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_".contains(&c)) {
            return Err(PhoneError::Url("expected the account's SID as its user"));
        }
        let token = url.password().ok_or(PhoneError::Url("expected the account's token as its password"))?;
        let token =
            percent_decode_str(token).decode_utf8().map_err(|_| PhoneError::Url("the token is no text"))?;
        let token = SecretString::from(token.into_owned());
        let from = sender(&url)?;
        let cleared = url.set_username("").and_then(|()| url.set_password(None));
        cleared.map_err(|()| PhoneError::Url("it names no host"))?;
        url.set_query(None);
        url.set_fragment(None);
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(limit)
            // The token goes to the configured host and to no other.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|_| PhoneError::Url("no HTTP client can be made"))?;
        let base = url.as_str().trim_end_matches('/').to_owned();
        Ok(Self { shared: Arc::new(Shared { http, base, sid, token, from }) })
    }

    pub(super) async fn send(&self, message: &PhoneMessage) -> Result<(), PhoneError> {
        let Shared { http, base, sid, token, from } = &*self.shared;
        let (resource, name, content) = match &message.content {
            Content::Sms(text) => ("Messages", "Body", text),
            Content::Call(twiml) => ("Calls", "Twiml", twiml),
        };
        let form = Serializer::new(String::new())
            .append_pair("To", message.to.as_str())
            .append_pair("From", from.as_str())
            .append_pair(name, content)
            .finish();
        let request = http
            .post(format!("{base}/{VERSION}/Accounts/{sid}/{resource}.json"))
            .basic_auth(sid, Some(token.expose_secret()))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Accept", "application/json")
            .body(form);
        let answer = request.send().await.map_err(|error| PhoneError::from_http(&error))?;
        let status = answer.status();
        // Also of a success, so that the connection can be used again.
        let body = beginning(answer).await;
        if status.is_success() {
            return Ok(());
        }
        let code = serde_json::from_slice(&body).ok().map(|refusal: Refusal| refusal.code);
        let said = Answer { status: status.as_u16(), code };
        Err(match said.status {
            408 | 429 => PhoneError::Deferred(said),
            400..=499 => PhoneError::Refused(said),
            _ => PhoneError::Deferred(said),
        })
    }
}

/// As much of an answer as is worth reading. What was answered is known by then, so a break does not matter.
async fn beginning(mut answer: Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        let room = LONGEST_ANSWER - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() >= room {
            break;
        }
    }
    body
}

/// The number in `from=`.
fn sender(url: &Url) -> Result<PhoneNumber, PhoneError> {
    let from = url.query_pairs().find(|(name, _)| name == "from").map(|(_, value)| value);
    let from = from.and_then(|from| from.parse().ok());
    from.ok_or(PhoneError::Url("expected ?from= and a number such as %2B15550001111"))
}

/// Refuses a token that would go over the network in the clear, except towards this very machine.
fn guard_token(url: &Url) -> Result<(), PhoneError> {
    let host = url.host_str().ok_or(PhoneError::Url("it names no host"))?;
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_this_machine(host) => Ok(()),
        _ => Err(PhoneError::Url("the token would go over the network in the clear; use https")),
    }
}
