//! How ingestion answers: `1` or `0`, in JSON with the reason for those who ask for it, or with an image for a page that
//! counts its readers by one.

use axum::Json;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// One transparent point, as GIF 89a.
const PIXEL: &[u8] =
    b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\0\0\0!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
/// Faults that are told of one call.
const MOST_TOLD: usize = 3;

/// Why nothing of a call was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    status: StatusCode,
    error: String,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self { status, error: error.into() }
    }

    /// It is not what it must be; `error` says what would be.
    pub(super) fn malformed(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    /// It is let into no project.
    pub(super) fn unknown_token() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "set properties.token of every event to the token of the house project, which api and serve print at \
             their start; usage of customers' own projects comes with a later release, and their tokens let nothing \
             in until then",
        )
    }

    /// It is too much; `error` says how much would not be.
    pub(super) fn too_large(error: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, error)
    }

    /// What is wrong, and what would be right.
    pub(super) fn error(&self) -> &str {
        &self.error
    }
}

/// Events of a call that were not taken in, while others were.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct LeftOut {
    /// How many events the call has.
    events: usize,
    /// What is wrong with those that were left out, by their place in the call.
    faults: Vec<(usize, Refusal)>,
    /// How long they are, in bytes.
    bytes: usize,
}

impl LeftOut {
    /// Nothing yet, of a call of so many events.
    pub(super) fn of(events: usize) -> Self {
        Self { events, ..Self::default() }
    }

    /// The event at `index`, of so many bytes, is left out.
    pub(super) fn add(&mut self, index: usize, bytes: usize, fault: Refusal) {
        self.faults.push((index, fault));
        self.bytes += bytes;
    }

    /// How many are left out.
    pub(super) fn len(&self) -> usize {
        self.faults.len()
    }

    /// How long they are, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The refusal of the call, where nothing of it could be taken in: for the sake of a token if it is that with all.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        let (_, first) = self.faults.first()?;
        if self.faults.len() < self.events {
            return None;
        }
        if self.faults.iter().all(|(_, fault)| fault == first) {
            return Some(first.clone());
        }
        self.told().map(Refusal::malformed)
    }

    /// Which events were left out, and why.
    fn told(&self) -> Option<String> {
        let shown: Vec<String> = self
            .faults
            .iter()
            .take(MOST_TOLD)
            .map(|(index, fault)| format!("event {index}: {}", fault.error))
            .collect();
        let more = if self.faults.len() > MOST_TOLD { "; …" } else { "" };
        let (faults, events) = (self.faults.len(), self.events);
        (faults > 0).then(|| format!("{faults} of {events} events left out. {}{more}", shown.join("; ")))
    }
}

/// The answer in JSON.
#[derive(Serialize, ToSchema)]
pub(crate) struct VerboseAnswer {
    /// 1: taken in. 0: not.
    #[schema(example = 1)]
    status: u8,
    /// What is wrong, and what would be right; beside a status of 1, which events were left out. Null if nothing is.
    error: Option<String>,
}

/// In which form the sender wants the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    verbose: bool,
    pixel: bool,
}

impl Wanted {
    /// As the query says.
    pub(super) fn by_query(uri: &Uri) -> Self {
        let query = uri.query().unwrap_or_default().as_bytes();
        Self { verbose: is_on(query, "verbose"), pixel: is_on(query, "img") }
    }

    /// A form may ask for the reason as well.
    pub(super) fn or_verbose(&mut self, verbose: bool) {
        self.verbose |= verbose;
    }

    /// The answer to a call.
    pub(super) fn answer(self, outcome: Result<&LeftOut, Refusal>) -> Response {
        let taken_in = u8::from(outcome.is_ok());
        let (status, error) = match outcome {
            Ok(left_out) => (StatusCode::OK, left_out.told()),
            Err(refusal) => (refusal.status, Some(refusal.error)),
        };
        // What counts a reader is never had from a cache.
        let fresh = [(CACHE_CONTROL, "no-store")];
        if self.pixel {
            (status, fresh, [(CONTENT_TYPE, "image/gif")], PIXEL).into_response()
        } else if self.verbose {
            (status, fresh, Json(VerboseAnswer { status: taken_in, error })).into_response()
        } else {
            (status, fresh, taken_in.to_string()).into_response()
        }
    }
}

/// Whether a switch is on among the fields of a query or a form.
pub(super) fn is_on(form: &[u8], switch: &str) -> bool {
    url::form_urlencoded::parse(form)
        .any(|(name, value)| name == switch && matches!(value.as_ref(), "1" | "true"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::text_of;

    async fn answered(query: &str, outcome: Result<&LeftOut, Refusal>) -> (u16, String) {
        let uri = format!("/track?{query}").parse().unwrap();
        let response = Wanted::by_query(&uri).answer(outcome);
        (response.status().as_u16(), text_of(response).await)
    }

    #[tokio::test]
    async fn the_answer_is_a_digit_or_says_why() {
        let refusal = || Err(Refusal::malformed("send JSON"));
        let all = LeftOut::of(3);
        assert_eq!(answered("", Ok(&all)).await, (200, "1".to_owned()));
        assert_eq!(answered("", refusal()).await, (400, "0".to_owned()));
        let (status, text) = answered("ip=0&verbose=1", Ok(&all)).await;
        assert_eq!((status, text.as_str()), (200, r#"{"status":1,"error":null}"#));
        let (status, text) = answered("verbose=1", refusal()).await;
        assert_eq!((status, text.as_str()), (400, r#"{"status":0,"error":"send JSON"}"#));
    }

    #[tokio::test]
    async fn what_is_left_out_of_a_call_is_told_to_who_asks() {
        let mut some = LeftOut::of(5);
        some.add(0, 10, Refusal::malformed("set event"));
        some.add(3, 7, Refusal::malformed("set properties"));
        assert_eq!((some.len(), some.bytes(), some.refusal()), (2, 17, None));
        assert_eq!(answered("", Ok(&some)).await, (200, "1".to_owned()));
        let told = answered("verbose=1", Ok(&some)).await.1;
        insta::assert_snapshot!(told, @r#"{"status":1,"error":"2 of 5 events left out. event 0: set event; event 3: set properties"}"#);
    }

    #[test]
    fn a_call_of_which_nothing_can_be_taken_in_is_refused() {
        let mut tokens = LeftOut::of(2);
        tokens.add(0, 1, Refusal::unknown_token());
        tokens.add(1, 1, Refusal::unknown_token());
        assert_eq!(tokens.refusal(), Some(Refusal::unknown_token()));
        let mut mixed = LeftOut::of(2);
        mixed.add(0, 1, Refusal::unknown_token());
        mixed.add(1, 1, Refusal::malformed("set event"));
        assert_eq!(mixed.refusal().map(|refusal| refusal.status), Some(StatusCode::BAD_REQUEST));
        assert_eq!(LeftOut::of(0).refusal(), None);
    }

    #[tokio::test]
    async fn a_page_that_counts_by_an_image_gets_one() {
        let response = Wanted::by_query(&"/track?img=1&data=x".parse().unwrap()).answer(Ok(&LeftOut::of(1)));
        assert_eq!(response.headers()["content-type"], "image/gif");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let body = axum::body::to_bytes(response.into_body(), 100).await.unwrap();
        assert_eq!((&body[..6], body.len()), (&b"GIF89a"[..], PIXEL.len()));
    }
}
