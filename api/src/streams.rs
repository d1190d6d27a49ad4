//! How many answers may be on their way for long.
//!
//! A stream of events, an archive and a whole history hold a connection for minutes or hours, long after
//! their request counted as answered. They are counted here, so that they cannot take all memory.

use std::sync::Arc;

use futures::{Stream, StreamExt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::{Kind, Problem};

/// Streams at once in this process.
const MAX_STREAMS: usize = 2_048;

/// The room for streams. Clones share it.
#[derive(Clone)]
pub(crate) struct Streams(Arc<Semaphore>);

/// The room one stream takes; given back when dropped.
pub(crate) struct Room(OwnedSemaphorePermit);

impl Default for Streams {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MAX_STREAMS)))
    }
}

impl Streams {
    /// Room for one more stream, or the refusal that there is none.
    pub(crate) fn room(&self) -> Result<Room, Problem> {
        self.0.clone().try_acquire_owned().map(Room).map_err(|_| Problem::new(Kind::Busy))
    }
}

impl Room {
    /// Holds the room until the stream is at its end or dropped.
    pub(crate) fn hold<S: Stream>(self, stream: S) -> impl Stream<Item = S::Item> {
        let Self(permit) = self;
        stream.map(move |item| {
            let _held = &permit;
            item
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stream_holds_its_room_while_it_lives() {
        let streams = Streams(Arc::new(Semaphore::new(1)));
        let held = streams.room().unwrap().hold(futures::stream::iter([1, 2]));
        assert_eq!(streams.room().err().map(|problem| problem.kind()), Some(Kind::Busy));
        assert_eq!(held.collect::<Vec<_>>().await, [1, 2]);
        assert!(streams.room().is_ok());
    }
}
