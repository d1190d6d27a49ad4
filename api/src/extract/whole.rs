//! Reading a body to its end: the one place in which that is done.
//!
//! What is too large, too slow, or more than the process has memory for is refused before it is read on. While the
//! client is waited for, the request holds no place ([`Seat`]).

use std::io::Read;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::body::BodyDataStream;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use futures::StreamExt;
use tokio::time::{Instant, timeout, timeout_at};

use crate::capacity::{Bodies, Charge, SMALL_BODY, Seat};
use crate::network::Network;
use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// What a body may take, in time, however small it is.
const GRACE: Duration = Duration::from_secs(5);
/// The least that must come on top, in bytes a second.
const SLOWEST: usize = 4 * 1024;
/// How long the rest of a body that is too large is read and thrown away.
const LINGER: Duration = Duration::from_secs(2);
/// Largest body of a command, in bytes.
const LARGEST_OF_COMMAND: usize = 1024 * 1024;
/// Bytes that are unpacked at once.
const CHUNK: usize = 64 * 1024;

/// Largest body that a group of routes takes, in bytes, after decompression: an extension of its requests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LargestBody(pub(crate) usize);

impl Default for LargestBody {
    fn default() -> Self {
        Self(LARGEST_OF_COMMAND)
    }
}

/// A whole body, and what it is charged for its memory. Clones are the same body.
#[derive(Clone)]
pub(crate) struct Whole {
    bytes: Bytes,
    charge: Arc<Charge>,
}

impl Deref for Whole {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Whole {
    /// A body that is there already; nothing is charged for it.
    #[cfg(test)]
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let charge = Bodies::default().charge(None).expect("nothing is charged");
        Self { bytes: Bytes::copy_from_slice(bytes), charge: Arc::new(charge) }
    }

    /// Where it comes from.
    pub(crate) fn network(&self) -> Option<Network> {
        self.charge.network()
    }

    /// What was made of the body in its place, and is not larger.
    pub(crate) fn replaced(self, bytes: Bytes) -> Self {
        Self { bytes, ..self }
    }

    /// The body with `change` made to its bytes, which makes them no larger. It has them to itself if there is no clone.
    pub(crate) fn changed(self, change: impl FnOnce(Bytes) -> Bytes) -> Self {
        Self { bytes: change(self.bytes), charge: self.charge }
    }

    /// What was packed in it (gzip, RFC 1952), if it is no larger than `largest`, and charged as it grows. Work for a
    /// thread that may be kept busy.
    pub(crate) fn unpacked(self, largest: usize) -> Result<Self, Problem> {
        let mut body = Growing::new(self.charge.beside(), largest, largest);
        let (mut packed, mut chunk) = (MultiGzDecoder::new(&*self), vec![0; CHUNK]);
        loop {
            match packed.read(&mut chunk) {
                Ok(0) => return Ok(body.whole()),
                Ok(length) => body.take(&chunk[..length])?,
                Err(_) => return Err(unreadable()),
            }
        }
    }

    /// The charge alone: the bytes are no longer needed, but what was made of them is held.
    pub(crate) fn into_charge(self) -> Arc<Charge> {
        self.charge
    }
}

/// The whole body, if it is not larger than the route allows. One that was read before is taken from the request's
/// extensions.
pub(crate) async fn read_whole(mut request: Request, state: &AppState) -> Result<Whole, Problem> {
    if let Some(known) = request.extensions_mut().remove::<Whole>() {
        return Ok(known);
    }
    let seat = request.extensions().get::<Seat>().cloned();
    let network = seat.as_ref().and_then(Seat::network);
    let reading = read(request, &state.bodies, network);
    match seat {
        Some(seat) => seat.while_away(reading).await,
        None => reading.await,
    }
}

async fn read(request: Request, bodies: &Bodies, network: Option<Network>) -> Result<Whole, Problem> {
    let largest = request.extensions().get::<LargestBody>().copied().unwrap_or_default().0;
    let announced = announced(request.headers());
    let mut chunks = request.into_body().into_data_stream();
    if let Some(announced) = announced.filter(|announced| *announced > largest) {
        if announced <= largest * 2 {
            discard(&mut chunks, announced).await;
        }
        return Err(too_large());
    }
    let charge = bodies.charge(network)?;
    let mut body = Growing::new(charge, largest, announced.unwrap_or(largest));
    let mut pace = Pace { began: Instant::now(), came: 0 };
    loop {
        let chunk = match timeout_at(pace.deadline(), chunks.next()).await {
            Ok(Some(Ok(chunk))) => chunk,
            Ok(Some(Err(_))) => return Err(unreadable()),
            Ok(None) => return Ok(body.whole()),
            Err(_) => {
                metrics::counter!("personal_settings_http_bodies_refused_total", "reason" => "slow")
                    .increment(1);
                return Err(Problem::new(Kind::BodyTooSlow));
            }
        };
        pace.came += chunk.len();
        body.take(&chunk)?;
    }
}

/// Reads what still comes of a body that is refused, as far as it is small, and throws it away: a client that is cut off
/// while it sends reads no answer.
async fn discard(chunks: &mut BodyDataStream, most: usize) {
    let reading = async {
        let mut came = 0;
        while came < most
            && let Some(Ok(chunk)) = chunks.next().await
        {
            came += chunk.len();
        }
    };
    // What has not come by then is cut off.
    let _ = timeout(LINGER, reading).await;
}

/// How many bytes are to come, where the client says so.
fn announced(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn unreadable() -> Problem {
    Problem::because(Kind::Malformed, "The body could not be read to its end.")
}

fn too_large() -> Problem {
    Problem::because(Kind::TooLarge, "The body is larger than this route takes.")
}

/// A body that is being read; it is charged for its room.
struct Growing {
    bytes: Vec<u8>,
    charge: Charge,
    largest: usize,
    /// What it will be at most, by what is known.
    expected: usize,
}

impl Growing {
    fn new(charge: Charge, largest: usize, expected: usize) -> Self {
        Self { bytes: Vec::new(), charge, largest, expected }
    }

    fn whole(self) -> Whole {
        Whole { bytes: self.bytes.into(), charge: Arc::new(self.charge) }
    }

    fn take(&mut self, chunk: &[u8]) -> Result<(), Problem> {
        let length = self.bytes.len() + chunk.len();
        if length > self.largest {
            return Err(too_large());
        }
        let before = self.bytes.capacity();
        if length > before {
            let room = (before * 2).max(SMALL_BODY).min(self.expected).max(length);
            self.charge.grow(room - before)?;
            self.bytes.reserve_exact(room - self.bytes.len());
        }
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }
}

/// How fast a body must come: in all of its time, not chunk by chunk.
struct Pace {
    began: Instant,
    came: usize,
}

impl Pace {
    /// When the next of it must be there.
    fn deadline(&self) -> Instant {
        let earned = u64::try_from(self.came / SLOWEST).unwrap_or(u64::MAX);
        self.began + GRACE + Duration::from_secs(earned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use futures::stream;
    use std::convert::Infallible;
    use std::io::Write;

    fn kind(outcome: Result<Whole, Problem>) -> Option<Kind> {
        outcome.err().map(|problem| problem.kind())
    }

    fn sized(length: usize) -> Request {
        Request::post("/").header(CONTENT_LENGTH, length).body(Body::from(vec![b'x'; length])).unwrap()
    }

    fn chunked(chunks: Vec<usize>) -> Request {
        let chunks = chunks.into_iter().map(|length| Ok::<_, Infallible>(vec![b'x'; length]));
        Request::new(Body::from_stream(stream::iter(chunks)))
    }

    #[tokio::test]
    async fn all_bodies_together_stay_within_one_budget() {
        let bodies = Bodies::within(100_000, 60_000);
        let (ada, bob) = (Network::of([203, 0, 113, 1].into()), Network::of([203, 0, 113, 2].into()));
        let held = read(sized(50_000), &bodies, Some(ada)).await.unwrap();
        assert_eq!(held.len(), 50_000);
        assert_eq!(kind(read(sized(20_000), &bodies, Some(ada)).await), Some(Kind::TooMuchAtOnce));
        assert_eq!(kind(read(chunked(vec![9_000; 3]), &bodies, Some(ada)).await), Some(Kind::TooMuchAtOnce));
        let other = read(chunked(vec![9_000; 4]), &bodies, Some(bob)).await.unwrap();
        assert_eq!(kind(read(sized(30_000), &bodies, None).await), Some(Kind::Busy));
        drop((held, other));
        assert!(read(sized(60_000), &bodies, Some(ada)).await.is_ok());
    }

    #[tokio::test]
    async fn what_a_body_leaves_is_free_again_whatever_became_of_it() {
        let bodies = Bodies::within(100_000, 100_000);
        let failing = stream::iter([Ok(vec![b'x'; 90_000]), Err(std::io::Error::other("cut"))]);
        let request = Request::new(Body::from_stream(failing));
        assert_eq!(kind(read(request, &bodies, None).await), Some(Kind::Malformed));
        assert_eq!(kind(read(sized(2 * 1024 * 1024), &bodies, None).await), Some(Kind::TooLarge));
        let charge = read(sized(99_000), &bodies, None).await.unwrap().into_charge();
        assert_eq!(kind(read(sized(12_000), &bodies, None).await), Some(Kind::Busy));
        assert!(read(sized(SMALL_BODY), &bodies, None).await.is_ok(), "commands are taken all the same");
        drop(charge);
        assert!(read(sized(99_000), &bodies, None).await.is_ok());
    }

    #[tokio::test]
    async fn announcing_much_takes_nothing_from_others() {
        let bodies = Bodies::within(100_000, 100_000);
        let announced = || {
            let first = stream::iter([Ok::<_, Infallible>(vec![b'x'; 1])]).chain(stream::pending());
            Request::post("/").header(CONTENT_LENGTH, 90_000).body(Body::from_stream(first)).unwrap()
        };
        let mut waiting: Vec<_> = (0..10).map(|_| Box::pin(read(announced(), &bodies, None))).collect();
        for body in &mut waiting {
            assert!(futures::poll!(body).is_pending());
        }
        assert!(read(sized(99_000), &bodies, None).await.is_ok());
    }

    #[tokio::test]
    async fn what_a_body_grows_to_when_it_is_unpacked_is_charged_and_bounded() {
        let bodies = Bodies::within(100_000, 100_000);
        let packed = |length: usize| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(&vec![b'x'; length]).unwrap();
            Request::new(Body::from(encoder.finish().unwrap()))
        };
        let whole = async |length| read(packed(length), &bodies, None).await.unwrap();
        let unpacked = whole(90_000).await.unpacked(90_000).unwrap();
        assert_eq!(&*unpacked, &vec![b'x'; 90_000]);
        assert_eq!(kind(whole(50_000).await.unpacked(90_000)), Some(Kind::Busy));
        drop(unpacked);
        assert!(whole(50_000).await.unpacked(90_000).is_ok());
        assert_eq!(kind(whole(50_000).await.unpacked(49_999)), Some(Kind::TooLarge));
        assert_eq!(kind(Whole::of(b"no gzip").unpacked(90_000)), Some(Kind::Malformed));
    }

    #[tokio::test]
    async fn a_body_is_not_larger_than_its_route_takes_also_where_nothing_is_announced() {
        let bodies = Bodies::default();
        let limited = |mut request: Request| {
            request.extensions_mut().insert(LargestBody(20_000));
            request
        };
        assert!(read(limited(chunked(vec![10_000; 2])), &bodies, None).await.is_ok());
        assert_eq!(
            kind(read(limited(chunked(vec![10_000, 10_001])), &bodies, None).await),
            Some(Kind::TooLarge)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_trickles_is_cut_and_one_that_flows_is_not() {
        let bodies = Bodies::default();
        let every = |pause: Duration, length: usize, times: usize| {
            let chunks = stream::unfold(0, move |n| async move {
                tokio::time::sleep(pause).await;
                (n < times).then(|| (Ok::<_, Infallible>(vec![b'x'; length]), n + 1))
            });
            Request::new(Body::from_stream(chunks))
        };
        let began = Instant::now();
        let trickle = read(every(Duration::from_secs(1), 1, 100), &bodies, None).await;
        assert_eq!(kind(trickle), Some(Kind::BodyTooSlow));
        assert_eq!(began.elapsed().as_secs(), GRACE.as_secs());
        assert!(read(every(Duration::from_secs(1), SLOWEST, 25), &bodies, None).await.is_ok());
    }
}
