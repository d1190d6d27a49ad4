//! A ZIP written as a stream into an asynchronous sink.
//!
//! Why two halves: this one waits for the sink, the other compresses on a thread. Between them stand at
//! most two pieces of input and four of output, so a slow sink slows the source, and memory does not
//! grow with the archive.
//!
//! What always holds: the sink's own error comes out as such; no call hangs when the thread is gone; a
//! dropped [`Writer`] ends its thread. What a crash leaves is told in the module above.

use std::future::Future;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use zip::result::{ZipError, ZipResult};

use super::EntryName;
use super::deflate::{self, Step};

/// Pieces of input that may wait. Their size is the caller's.
const INPUT: usize = 2;
/// Pieces of output, of about 64 KiB, that may wait.
const OUTPUT: usize = 4;

/// What a sink may fail with.
pub type SinkError = Box<dyn std::error::Error + Send + Sync>;

/// Takes the archive's bytes in order, and waits while it has no room.
pub trait Sink: Send {
    /// Appends bytes.
    fn write(&mut self, bytes: Bytes) -> impl Future<Output = Result<(), SinkError>> + Send;
}

/// An entry that is complete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its path in the archive.
    pub name: EntryName,
    /// Its size in bytes, unpacked.
    pub bytes: u64,
    /// SHA-256 of its content in lower-case hexadecimal.
    pub sha256: String,
}

/// Why an archive could not be written. It is broken then: drop the writer and write it anew.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The sink failed.
    #[error("the archive's bytes could not be stored")]
    Sink(#[source] SinkError),
    /// The ZIP could not be made, for instance because a name came twice.
    #[error("the archive could not be packed")]
    Zip(#[source] ZipError),
    /// A call came out of order: content outside an entry, an entry inside an entry.
    #[error("{0}")]
    Order(&'static str),
    /// An earlier call failed or was cancelled.
    #[error("the archive was broken off before")]
    Interrupted,
}

/// Writes one archive.
pub struct Writer<S> {
    sink: S,
    steps: mpsc::Sender<Step>,
    pieces: mpsc::Receiver<Bytes>,
    thread: JoinHandle<ZipResult<()>>,
    /// The entry that is open, and the size that was promised for it.
    open: Option<(EntryName, u64)>,
    /// A call began and has not come to its good end.
    interrupted: bool,
}

impl<S: Sink> Writer<S> {
    /// Begins an archive whose entries all bear the time `modified`. Must be called inside a tokio runtime,
    /// of which it takes one blocking thread until it is finished or dropped.
    pub fn new(sink: S, modified: DateTime<Utc>) -> Self {
        let (steps, inbox) = mpsc::channel(INPUT);
        let (outbox, pieces) = mpsc::channel(OUTPUT);
        let thread = tokio::task::spawn_blocking(move || deflate::run(inbox, outbox, modified));
        Self { sink, steps, pieces, thread, open: None, interrupted: false }
    }

    /// Begins an entry of exactly `bytes` bytes, unpacked: what it is announced as depends on its size.
    ///
    /// # Errors
    /// [`Error::Order`] while another is open, [`Error::Sink`], [`Error::Zip`], [`Error::Interrupted`].
    pub async fn start(&mut self, name: EntryName, bytes: u64) -> Result<(), Error> {
        self.enter()?;
        if self.open.is_some() {
            return Err(Error::Order("an entry is begun inside another"));
        }
        self.open = Some((name.clone(), bytes));
        self.push(Step::Start(name, bytes)).await?;
        self.interrupted = false;
        Ok(())
    }

    /// Appends to the open entry, and waits while the sink has no room.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), Error> {
        self.enter()?;
        if self.open.is_none() {
            return Err(Error::Order("content is written outside an entry"));
        }
        self.push(Step::Data(bytes)).await?;
        self.interrupted = false;
        Ok(())
    }

    /// Ends the open entry.
    ///
    /// # Errors
    /// As [`start`](Self::start); [`Error::Order`] also where it has another size than was promised.
    pub async fn finish_entry(&mut self) -> Result<Entry, Error> {
        self.enter()?;
        let (name, promised) =
            self.open.take().ok_or(Error::Order("an entry is ended that was not begun"))?;
        let (answer, mut summary) = oneshot::channel();
        self.push(Step::End(answer)).await?;
        let summary = loop {
            tokio::select! {
                biased;
                Some(piece) = self.pieces.recv() => self.pour(piece).await?,
                summary = &mut summary => break summary,
            }
        };
        let Ok(summary) = summary else {
            return Err(self.cause().await);
        };
        if summary.bytes != promised {
            return Err(Error::Order("an entry has another size than was promised"));
        }
        self.interrupted = false;
        Ok(Entry { name, bytes: summary.bytes, sha256: summary.sha256 })
    }

    /// Writes one whole entry.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn entry(&mut self, name: EntryName, content: Bytes) -> Result<Entry, Error> {
        self.start(name, content.len() as u64).await?;
        self.write(content).await?;
        self.finish_entry().await
    }

    /// Ends the archive and gives back the sink, which now has taken all of it.
    ///
    /// # Errors
    /// As [`start`](Self::start); the sink is dropped then.
    pub async fn finish(mut self) -> Result<S, Error> {
        self.enter()?;
        if self.open.is_some() {
            return Err(Error::Order("the archive is ended inside an entry"));
        }
        self.push(Step::Finish).await?;
        while let Some(piece) = self.pieces.recv().await {
            self.pour(piece).await?;
        }
        match self.thread.await {
            Ok(Ok(())) => Ok(self.sink),
            Ok(Err(error)) => Err(Error::Zip(error)),
            Err(panic) => Err(Error::Zip(ZipError::Io(panic.into()))),
        }
    }

    fn enter(&mut self) -> Result<(), Error> {
        if std::mem::replace(&mut self.interrupted, true) { Err(Error::Interrupted) } else { Ok(()) }
    }

    /// Hands a step to the thread, and meanwhile takes from it what it has ready: it could not go on
    /// otherwise.
    async fn push(&mut self, step: Step) -> Result<(), Error> {
        let Self { sink, steps, pieces, .. } = self;
        loop {
            tokio::select! {
                biased;
                Some(piece) = pieces.recv() => sink.write(piece).await.map_err(Error::Sink)?,
                permit = steps.reserve() => match permit {
                    Ok(permit) => {
                        permit.send(step);
                        return Ok(());
                    }
                    Err(_) => break,
                },
            }
        }
        Err(self.cause().await)
    }

    async fn pour(&mut self, piece: Bytes) -> Result<(), Error> {
        self.sink.write(piece).await.map_err(Error::Sink)
    }

    /// Why the thread has ended before its time.
    async fn cause(&mut self) -> Error {
        match (&mut self.thread).await {
            Ok(Ok(())) => Error::Interrupted,
            Ok(Err(error)) => Error::Zip(error),
            Err(panic) => Error::Zip(ZipError::Io(panic.into())),
        }
    }
}
