//! A connection as an ill-behaved client makes it: byte by byte, from an address of its own.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// See the module.
pub(crate) struct Raw(TcpStream);

/// An address on this machine that counts as another client's: all of 127.0.0.0/8 leads here.
pub(crate) fn address(n: u8) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 0, n)
}

impl Raw {
    /// Connects to `base` from [`address`] `n`.
    pub(crate) async fn connect(base: &str, n: u8) -> std::io::Result<Self> {
        let to: SocketAddr = base.strip_prefix("http://").unwrap().parse().unwrap();
        let socket = TcpSocket::new_v4()?;
        socket.bind((address(n), 0).into())?;
        Ok(Self(socket.connect(to).await?))
    }

    /// Sends what need not be whole. A connection that was cut meanwhile says so when it is read.
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.0.write_all(bytes.as_ref()).await;
    }

    /// What comes until the server closes the connection. Fails where it does not in time.
    pub(crate) async fn ends(&mut self, within: Duration) -> Result<Vec<u8>, tokio::time::error::Elapsed> {
        let mut came = Vec::new();
        let reading = async {
            let mut buffer = [0; 4_096];
            while let Ok(read @ 1..) = self.0.read(&mut buffer).await {
                came.extend_from_slice(&buffer[..read]);
            }
        };
        tokio::time::timeout(within, reading).await?;
        Ok(came)
    }

    /// The next bytes; none where the connection was closed.
    pub(crate) async fn next(&mut self) -> Vec<u8> {
        let mut buffer = vec![0; 4_096];
        let reading = tokio::time::timeout(Duration::from_secs(20), self.0.read(&mut buffer));
        let read = reading.await.expect("an answer, or the end").unwrap_or(0);
        buffer.truncate(read);
        buffer
    }

    /// Whether it serves a request.
    pub(crate) async fn is_served(&mut self) -> bool {
        self.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
        self.next().await.starts_with(b"HTTP/1.1 200")
    }
}
