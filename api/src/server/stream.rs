//! The bytes of a connection: what is read is noted, and what is written must be taken in time.

use std::io::{Error, ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

use super::activity::Activity;

/// How long a client may take nothing of what is written to it.
const STALLED: Duration = Duration::from_secs(30);

/// See the module.
pub(super) struct Watched<S> {
    inner: S,
    activity: Activity,
    /// Runs while the client takes nothing.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl<S> Watched<S> {
    pub(super) fn new(inner: S, activity: Activity) -> Self {
        Self { inner, activity, stalled: None }
    }

    /// What came of writing; nothing, for too long, is an error.
    fn written<T>(&mut self, context: &mut Context<'_>, came: Poll<Result<T>>) -> Poll<Result<T>> {
        if came.is_ready() {
            self.stalled = None;
            return came;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(STALLED)));
        ready!(stalled.as_mut().poll(context));
        metrics::counter!("personal_settings_http_connections_cut_total", "reason" => "write").increment(1);
        Poll::Ready(Err(Error::new(ErrorKind::TimedOut, "the client takes nothing")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.inner).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.activity.has_read();
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let came = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.written(context, came)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let came = Pin::new(&mut self.inner).poll_write_vectored(context, bytes);
        self.written(context, came)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::time::{Instant, sleep};

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_is_given_up() {
        let (ours, _theirs) = tokio::io::duplex(1_000);
        let mut watched = Watched::new(ours, Activity::begin());
        let began = Instant::now();
        let error = watched.write_all(&[0; 2_000]).await.unwrap_err();
        assert_eq!((error.kind(), began.elapsed().as_secs()), (ErrorKind::TimedOut, STALLED.as_secs()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_its_time_is_served() {
        let (ours, mut theirs) = tokio::io::duplex(1_000);
        let mut watched = Watched::new(ours, Activity::begin());
        let taking = tokio::spawn(async move {
            let mut taken = [0; 1_000];
            for _ in 0..5 {
                sleep(STALLED / 2).await;
                theirs.read_exact(&mut taken).await.unwrap();
            }
        });
        watched.write_all(&[0; 5_000]).await.unwrap();
        taking.await.unwrap();
    }
}
