//! The mailbox page: where it is served, and what it reads.
//!
//! Who reaches the page reads the mails of everybody. So it is there only where mail goes into a directory, the program
//! listens on this machine alone, its public address is on this machine, and no proxy is in front of it. That holds for
//! `demo` as for `serve`: both keep the same accounts.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use api::{Mailbox, MessageFile};
use async_trait::async_trait;
use tokio::sync::Semaphore;
use url::Url;
use workers::messages::DroppedFile;
use workers::{DropDirectories, WorkerContext};

use super::network::is_here;
use crate::cli::ApiOptions;

/// Looks at directories that are under way at once.
const AT_ONCE: usize = 2;

/// The mailbox to serve; none where it may not be.
pub(super) fn mailbox(
    ctx: &WorkerContext,
    options: &ApiOptions,
    listen: SocketAddr,
    public_url: &Url,
) -> Option<Arc<dyn Mailbox>> {
    ctx.outbox.drop_directory()?;
    let is_for_this_machine = listen.ip().is_loopback()
        && public_url.host_str().is_some_and(is_here)
        && options.trusted_proxies.is_empty();
    let directories = || Directories { files: ctx.drop_directories.clone(), turns: Semaphore::new(AT_ONCE) };
    is_for_this_machine.then(|| Arc::new(directories()) as Arc<dyn Mailbox>)
}

struct Directories {
    files: DropDirectories,
    turns: Semaphore,
}

#[async_trait]
impl Mailbox for Directories {
    async fn newest(&self, most: usize) -> io::Result<Vec<MessageFile>> {
        let _turn = self.turns.acquire().await.map_err(io::Error::other)?;
        Ok(self.files.newest(most).await?.into_iter().map(file).collect())
    }

    async fn read(&self, name: &str) -> io::Result<Option<MessageFile>> {
        let _turn = self.turns.acquire().await.map_err(io::Error::other)?;
        Ok(self.files.read(name).await?.map(file))
    }
}

fn file(file: DroppedFile) -> MessageFile {
    let DroppedFile { name, written_at, bytes } = file;
    MessageFile { name, written_at, bytes }
}
