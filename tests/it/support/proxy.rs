//! A connection that can be cut, or held up: all of it, or in the middle of a conversation.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::{Notify, watch};

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

/// What becomes of the connection on which the words of a [`Trap`] are said.
enum Spring {
    Cut(Lost),
    Hold(Arc<Held>),
}

/// Springs when a client says these words, as often as there is something to do.
struct Trap {
    words: Vec<u8>,
    springs: VecDeque<Spring>,
}

/// A connection that is held up before the server hears what was said.
#[derive(Default)]
pub(crate) struct Held {
    reached: Notify,
    go: Notify,
}

impl Held {
    /// Waits until the words were said.
    pub(crate) async fn reached(&self) {
        self.reached.notified().await;
    }

    /// Lets the server hear them.
    pub(crate) fn go_on(&self) {
        self.go.notify_one();
    }
}

/// A proxy that can cut every connection and refuse new ones, or cut one at a certain word.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    open: watch::Sender<bool>,
    trap: Arc<Mutex<Option<Trap>>>,
}

impl Proxy {
    pub(crate) async fn new(target: Target, open: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let open = watch::Sender::new(open);
        let (gate, trap) = (open.clone(), Arc::default());
        let armed = Arc::clone(&trap);
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
        Self { port, open, trap }
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

    /// The same, again and again.
    pub(crate) fn cut_each_at(&self, words: &str, losses: &[Lost]) {
        self.set(words, losses.iter().copied().map(Spring::Cut).collect());
    }

    /// Holds up the next connection on which a client says `words`, once.
    pub(crate) fn hold_at(&self, words: &str) -> Arc<Held> {
        let held = Arc::<Held>::default();
        self.set(words, VecDeque::from([Spring::Hold(held.clone())]));
        held
    }

    fn set(&self, words: &str, springs: VecDeque<Spring>) {
        *self.trap.lock().unwrap() = Some(Trap { words: words.as_bytes().to_vec(), springs });
    }

    /// Whether the cuts that were asked for have been made.
    pub(crate) fn has_cut(&self) -> bool {
        self.trap.lock().unwrap().is_none()
    }

    /// The way to `database` through this proxy.
    pub(crate) fn database_url(&self, database: &Database) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{}?sslmode=disable", self.port, database.name)
    }
}

async fn carry(client: TcpStream, target: Target, trap: &Mutex<Option<Trap>>) {
    match target {
        Target::Unix(path) => {
            if let Ok(server) = UnixStream::connect(path).await {
                relay(client, server, trap).await;
            }
        }
        Target::Tcp(address) => {
            if let Ok(server) = TcpStream::connect(address).await {
                relay(client, server, trap).await;
            }
        }
    }
}

/// Carries bytes both ways until one side ends or the trap springs.
async fn relay(client: TcpStream, server: impl AsyncRead + AsyncWrite, trap: &Mutex<Option<Trap>>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = tokio::io::split(server);
    let mut said = vec![0; 64 * 1024];
    let mut told = vec![0; 64 * 1024];
    loop {
        tokio::select! {
            read = from_client.read(&mut said) => {
                let Ok(length @ 1..) = read else { return };
                let lost = match spring(trap, &said[..length]) {
                    Some(Spring::Hold(held)) => {
                        held.reached.notify_one();
                        held.go.notified().await;
                        None
                    }
                    Some(Spring::Cut(lost)) => Some(lost),
                    None => None,
                };
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

fn spring(trap: &Mutex<Option<Trap>>, said: &[u8]) -> Option<Spring> {
    let mut trap = trap.lock().unwrap();
    let set = trap.as_mut()?;
    if !said.windows(set.words.len()).any(|window| window == set.words) {
        return None;
    }
    let spring = set.springs.pop_front();
    if set.springs.is_empty() {
        *trap = None;
    }
    spring
}
