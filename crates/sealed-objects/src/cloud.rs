//! How a cloud is spoken to: at the host that the configuration names, and at no other.
//!
//! A request is signed for its host, so one that followed a redirect would be refused there anyhow, and would have shown
//! another host what is kept here.

use std::time::Duration;

use object_store::client::{ClientConfigKey, ClientOptions, HttpClient, HttpConnector};
use reqwest::{Client, Proxy, redirect};

/// Makes clients as the options say, which verify every certificate and follow no redirect.
#[derive(Debug)]
pub(crate) struct SameHost;

impl HttpConnector for SameHost {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = client(options).map_err(|error| object_store::Error::Generic {
            store: "HTTP client",
            source: Box::new(error),
        })?;
        Ok(HttpClient::new(client))
    }
}

fn client(options: &ClientOptions) -> reqwest::Result<Client> {
    let text = |key| options.get_config_value(&key);
    let is_on = |key| text(key).is_some_and(|value| value == "true");
    let time = |key| -> Option<Duration> { humantime::parse_duration(&text(key)?).ok() };
    let mut builder = Client::builder()
        .redirect(redirect::Policy::none())
        .https_only(!is_on(ClientConfigKey::AllowHttp))
        .default_headers(options.get_default_headers().cloned().unwrap_or_default())
        .user_agent(text(ClientConfigKey::UserAgent).unwrap_or_else(|| env!("CARGO_PKG_NAME").to_owned()));
    if is_on(ClientConfigKey::Http1Only) {
        builder = builder.http1_only();
    }
    if let Some(proxy) = text(ClientConfigKey::ProxyUrl) {
        builder = builder.proxy(Proxy::all(proxy)?);
    }
    if let Some(time) = time(ClientConfigKey::Timeout) {
        builder = builder.timeout(time);
    }
    if let Some(time) = time(ClientConfigKey::ConnectTimeout) {
        builder = builder.connect_timeout(time);
    }
    if let Some(time) = time(ClientConfigKey::ReadTimeout) {
        builder = builder.read_timeout(time);
    }
    builder.build()
}

#[cfg(test)]
mod tests {
    use object_store::ObjectStoreExt;
    use object_store::aws::AmazonS3Builder;
    use object_store::path::Path;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// Answers one request; how many bytes it had.
    async fn answer_once(listener: TcpListener, answer: &str) -> usize {
        let (mut socket, _) = listener.accept().await.unwrap();
        let read = socket.read(&mut [0; 4096]).await.unwrap();
        socket.write_all(answer.as_bytes()).await.unwrap();
        read
    }

    #[tokio::test]
    async fn no_redirect_is_followed() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (asked, elsewhere) = (TcpListener::bind("127.0.0.1:0"), TcpListener::bind("127.0.0.1:0"));
        let (asked, elsewhere) = (asked.await.unwrap(), elsewhere.await.unwrap());
        let endpoint = format!("http://{}", asked.local_addr().unwrap());
        let answer = format!(
            "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://{}/x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            elsewhere.local_addr().unwrap()
        );
        let server = tokio::spawn(async move { answer_once(asked, &answer).await });
        let led_astray = tokio::spawn(async move {
            answer_once(elsewhere, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await
        });
        let store = AmazonS3Builder::new()
            .with_bucket_name("archives")
            .with_region("eu-central-1")
            .with_access_key_id("key")
            .with_secret_access_key("secret")
            .with_endpoint(endpoint)
            .with_allow_http(true)
            .with_http_connector(SameHost)
            .build()
            .unwrap();
        let told = store.get(&Path::from("x")).await.unwrap_err();
        assert!(server.await.unwrap() > 0, "it was not asked at all: {told}");
        assert!(!led_astray.is_finished(), "the other host was asked");
    }
}
