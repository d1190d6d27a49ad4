//! One connection of a client: HTTP/1.1, one request after the other.
//!
//! Written by hand, and as small as it can be: the client runs on the same cores as the service, so what the
//! client costs counts as if the service cost it.

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The longest answer there is here.
const LONGEST: usize = 64 * 1024;

pub(crate) struct Connection {
    stream: TcpStream,
    host: String,
    request: String,
    answer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(host: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(host).await.with_context(|| format!("{host} cannot be reached"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, host: host.to_owned(), request: String::new(), answer: Vec::new() })
    }

    /// Sends a request, and reads its answer to the end: it must be a success.
    pub(crate) async fn ask(
        &mut self,
        method: &str,
        path: &str,
        token: &str,
        body: &str,
    ) -> anyhow::Result<()> {
        self.send(method, path, &format!("Authorization: Bearer {token}"), body).await
    }

    /// Opens a page as a browser does in which somebody is signed in.
    pub(crate) async fn browse(&mut self, path: &str, token: &str) -> anyhow::Result<&str> {
        let browser = format!("Cookie: session={token}\r\nAccept: text/html");
        self.send("GET", path, &browser, "").await?;
        Ok(std::str::from_utf8(&self.answer)?)
    }

    async fn send(&mut self, method: &str, path: &str, who: &str, body: &str) -> anyhow::Result<()> {
        use std::fmt::Write;
        self.request.clear();
        write!(
            self.request,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n{who}\r\nUser-Agent: bench\r\n",
            self.host
        )?;
        if body.is_empty() {
            self.request.push_str("\r\n");
        } else {
            let length = body.len();
            write!(self.request, "Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}")?;
        }
        self.stream.write_all(self.request.as_bytes()).await?;
        self.read().await
    }

    async fn read(&mut self) -> anyhow::Result<()> {
        self.answer.clear();
        let (head, length) = loop {
            self.more().await?;
            if let Some(end) = find(&self.answer, b"\r\n\r\n") {
                break (end + 4, length_of(&self.answer[..end])?);
            }
        };
        while self.answer.len() < head + length {
            self.more().await?;
        }
        let status = self.answer.get(9..12).unwrap_or_default();
        let text = || String::from_utf8_lossy(&self.answer).into_owned();
        ensure!(status.first() == Some(&b'2'), "the answer was no success: {}", text());
        ensure!(self.answer.len() == head + length, "more was answered than was asked: {}", text());
        Ok(())
    }

    async fn more(&mut self) -> anyhow::Result<()> {
        ensure!(self.answer.len() < LONGEST, "the answer does not end");
        let read = self.stream.read_buf(&mut self.answer).await?;
        ensure!(read > 0, "the connection was closed");
        Ok(())
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// The length of the body, as the head tells it.
fn length_of(head: &[u8]) -> anyhow::Result<usize> {
    let head = std::str::from_utf8(head).context("the head is no text")?;
    let named = |line: &str| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    };
    Ok(head.lines().find_map(named).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_is_found_in_the_head() {
        assert_eq!(length_of(b"HTTP/1.1 200 OK\r\ncontent-LENGTH: 42\r\nX: y").unwrap(), 42);
        assert_eq!(length_of(b"HTTP/1.1 204 No Content").unwrap(), 0);
    }
}
