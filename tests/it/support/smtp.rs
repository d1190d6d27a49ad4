//! A mail server that keeps what it is given, says what it is told to say, and breaks off where it is told to.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What a server says that says nothing any more.
pub(crate) const SILENCE: &str = "";

/// What it does with a mail that it is offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Takes it.
    #[default]
    Take,
    /// Closes the connection once the mail has begun.
    BreakInData,
    /// Closes it when it has the whole mail.
    BreakAfterDot,
    /// Has the whole mail, and says nothing any more.
    HangAfterDot,
    /// Answers so to the whole mail.
    Say(&'static str),
}

/// A running server; it ends with the test.
pub(crate) struct MailServer {
    /// Where it takes mail, as an option of the program.
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// What it says to the next recipients; after that, that they are fine.
    answers: VecDeque<&'static str>,
    manner: Manner,
    recipients: usize,
    offered: usize,
    mails: Vec<String>,
}

impl MailServer {
    /// Starts one that says `answers` to the first recipients, and takes mail for all that come later.
    pub(crate) async fn start(answers: &[&'static str]) -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap(), answers).await
    }

    /// The same, at an address.
    pub(crate) async fn start_at(address: SocketAddr, answers: &[&'static str]) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let answers = answers.iter().copied().collect();
        let state = Arc::new(Mutex::new(State { answers, ..State::default() }));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { url, state }
    }

    /// From now on it does so with mails.
    pub(crate) fn behave(&self, manner: Manner) {
        self.state.lock().unwrap().manner = manner;
    }

    /// The mails it had whole, in the order in which they came.
    pub(crate) fn mails(&self) -> Vec<String> {
        self.state.lock().unwrap().mails.clone()
    }

    /// How many mails it was told a recipient of.
    pub(crate) fn recipients(&self) -> usize {
        self.state.lock().unwrap().recipients
    }

    /// How many mails were begun.
    pub(crate) fn offered(&self) -> usize {
        self.state.lock().unwrap().offered
    }
}

/// A header of a mail.
pub(crate) fn header(mail: &str, name: &str) -> String {
    let begins = format!("{name}: ");
    let line = mail.lines().find_map(|line| line.strip_prefix(&begins));
    line.unwrap_or_else(|| panic!("no {name} in {mail}")).trim().to_owned()
}

async fn serve(stream: TcpStream, state: Arc<Mutex<State>>) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read);
    write.write_all(b"220 test\r\n").await.ok()?;
    loop {
        let mut line = String::new();
        (lines.read_line(&mut line).await.ok()? > 0).then_some(())?;
        let answer = match line.split_whitespace().next()? {
            "EHLO" => "250-test\r\n250 8BITMIME",
            "RCPT" => {
                let mut state = state.lock().unwrap();
                state.recipients += 1;
                state.answers.pop_front().unwrap_or("250 ok")
            }
            "DATA" => {
                let manner = {
                    let mut state = state.lock().unwrap();
                    state.offered += 1;
                    state.manner
                };
                write.write_all(b"354 go on\r\n").await.ok()?;
                let mut mail = String::new();
                while !mail.ends_with("\r\n.\r\n") {
                    (lines.read_line(&mut mail).await.ok()? > 0).then_some(())?;
                    (manner != Manner::BreakInData).then_some(())?;
                }
                state.lock().unwrap().mails.push(mail);
                match manner {
                    Manner::Take | Manner::BreakInData => "250 taken",
                    Manner::BreakAfterDot => return None,
                    Manner::HangAfterDot => SILENCE,
                    Manner::Say(answer) => answer,
                }
            }
            _ => "250 ok",
        };
        if answer == SILENCE {
            std::future::pending::<()>().await;
        }
        write.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
    }
}
