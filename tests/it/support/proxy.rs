//! A connection that can be cut, all of it or in the middle of a conversation, or be held still.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;

use super::{Database, shared};

/// Where a proxy leads.
#[derive(Clone)]
pub(crate) enum Target {
    Unix(String),
    Tcp(String),
}

impl Target {
    /// The PostgreSQL of this run.
    pub(crate) fn database() -> Self {
        Self::Unix(format!("{}/.s.PGSQL.5432", shared().socket_folder))
    }
}

/// What is lost when the words of a [`Trap`] are said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// The server never hears them.
    Question,
    /// The server does as it is told, and its answer is lost.
    Answer,
}

/// Cuts one connection after the other, each when a client says these words.
struct Trap {
    words: Vec<u8>,
    losses: VecDeque<Lost>,
}

/// Holds one connection still when a client says these words: nothing is closed and nothing gets through.
#[derive(Default)]
struct Stall {
    words: Mutex<Option<Vec<u8>>>,
    held: watch::Sender<bool>,
}

/// A proxy that can cut every connection and refuse new ones, or cut one, or hold it still, at a certain word.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    open: watch::Sender<bool>,
    traps: Arc<Traps>,
}

#[derive(Default)]
struct Traps {
    cut: Mutex<Option<Trap>>,
    stall: Stall,
}

impl Proxy {
    pub(crate) async fn new(target: Target, open: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let open = watch::Sender::new(open);
        let (gate, traps) = (open.clone(), Arc::<Traps>::default());
        let armed = Arc::clone(&traps);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (target, mut gate, armed) = (target.clone(), gate.subscribe(), Arc::clone(&armed));
                tokio::spawn(async move {
                    if !*gate.borrow() {
                        return;
                    }
                    tokio::select! {
                        () = carry(client, target, &armed) => {}
                        _ = gate.wait_for(|open| !open) => {}
                    }
                });
            }
        });
        Self { port, open, traps }
    }

    /// Cuts every connection and refuses new ones.
    pub(crate) fn cut(&self) {
        self.open.send_replace(false);
    }

    /// Lets connections through again.
    pub(crate) fn mend(&self) {
        self.open.send_replace(true);
    }

    /// Cuts the next connection on which a client says `words`, once.
    pub(crate) fn cut_at(&self, words: &str, lost: Lost) {
        self.cut_each_at(words, &[lost]);
    }

    /// As often as there are losses.
    pub(crate) fn cut_each_at(&self, words: &str, losses: &[Lost]) {
        let (words, losses) = (words.as_bytes().to_vec(), losses.iter().copied().collect());
        *self.traps.cut.lock().unwrap() = Some(Trap { words, losses });
    }

    /// Whether the cuts that were asked for have been made.
    pub(crate) fn has_cut(&self) -> bool {
        self.traps.cut.lock().unwrap().is_none()
    }

    /// Holds the next connection still on which a client says `words`, before the server hears them.
    pub(crate) fn hold_at(&self, words: &str) {
        *self.traps.stall.words.lock().unwrap() = Some(words.as_bytes().to_vec());
    }

    /// Waits until a connection is held.
    pub(crate) async fn has_hold(&self) {
        let held = self.traps.stall.held.subscribe().wait_for(|held| *held).await.map(drop);
        held.unwrap();
    }

    /// Lets go of it.
    pub(crate) fn let_go(&self) {
        self.traps.stall.held.send_replace(false);
    }

    /// The way to `database` through this proxy.
    pub(crate) fn database_url(&self, database: &Database) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{}?sslmode=disable", self.port, database.name)
    }
}

async fn carry(client: TcpStream, target: Target, traps: &Traps) {
    match target {
        Target::Unix(path) => {
            if let Ok(server) = UnixStream::connect(path).await {
                relay(client, server, traps).await;
            }
        }
        Target::Tcp(address) => {
            if let Ok(server) = TcpStream::connect(address).await {
                relay(client, server, traps).await;
            }
        }
    }
}

/// Carries bytes both ways until one side ends or the trap springs.
async fn relay(client: TcpStream, server: impl AsyncRead + AsyncWrite, traps: &Traps) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = tokio::io::split(server);
    let mut said = vec![0; 64 * 1024];
    let mut told = vec![0; 64 * 1024];
    loop {
        tokio::select! {
            read = from_client.read(&mut said) => {
                let Ok(length @ 1..) = read else { return };
                traps.stall.hold(&said[..length]).await;
                let lost = spring(&traps.cut, &said[..length]);
                if lost == Some(Lost::Question) || to_server.write_all(&said[..length]).await.is_err() {
                    return;
                }
                if lost == Some(Lost::Answer) {
                    let _ = from_server.read(&mut told).await;
                    return;
                }
            }
            read = from_server.read(&mut told) => {
                let Ok(length @ 1..) = read else { return };
                if to_client.write_all(&told[..length]).await.is_err() {
                    return;
                }
            }
        }
    }
}

fn spring(trap: &Mutex<Option<Trap>>, said: &[u8]) -> Option<Lost> {
    let mut trap = trap.lock().unwrap();
    let set = trap.as_mut()?;
    if !contains(said, &set.words) {
        return None;
    }
    let lost = set.losses.pop_front();
    if set.losses.is_empty() {
        *trap = None;
    }
    lost
}

fn contains(said: &[u8], words: &[u8]) -> bool {
    said.windows(words.len()).any(|window| window == words)
}

impl Stall {
    async fn hold(&self, said: &[u8]) {
        if self.words.lock().unwrap().take_if(|words| contains(said, words)).is_some() {
            self.held.send_replace(true);
            let _ = self.held.subscribe().wait_for(|held| !held).await;
        }
    }
}
