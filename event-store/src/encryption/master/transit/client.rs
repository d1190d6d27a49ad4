//! Speaking to Vault: one client, with its limits, its retries and what its refusals mean.

use std::path::PathBuf;
use std::time::Duration;

use reqwest::{Certificate, Method, RequestBuilder, StatusCode, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::wire::{Batch, Errors, KeyAnswer, KeyInfo};
use crate::error::SealError;
use crate::postgres::backoff::Delays;
use crate::postgres::is_this_machine;

/// How often a call is made while Vault is away or overloaded.
const TRIES: u32 = 3;
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(1);
/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(3);
/// What Vault says of a ciphertext that was not made by the key.
pub(super) const FORGED: &str = "message authentication failed";

/// Where the token comes from.
#[derive(Clone, Debug)]
pub enum Token {
    /// As it is.
    Given(SecretString),
    /// The content of this file, read for each call: an agent may renew it.
    File(PathBuf),
}

/// Where the master keys are.
#[derive(Clone, Debug)]
pub struct TransitConfig {
    /// Where Vault is reached: `https://…`, or `http://` on this machine.
    pub url: Url,
    /// Where the transit engine is mounted.
    pub mount: String,
    /// The name of the key in it.
    pub key: String,
    /// The namespace (Vault Enterprise), if any.
    pub namespace: Option<String>,
    /// Who we are.
    pub token: Token,
    /// A PEM file with certificates to trust besides those of the system.
    pub ca_file: Option<PathBuf>,
}

/// See the module.
pub(super) struct Client {
    http: reqwest::Client,
    config: TransitConfig,
}

/// Why a try failed.
enum Failure {
    Passing(String),
    Final(SealError),
}

impl Client {
    pub(super) fn new(config: TransitConfig) -> Result<Self, SealError> {
        check(&config)?;
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            // The token goes to the configured host and to no other.
            .redirect(redirect::Policy::none())
            .no_proxy();
        if let Some(path) = &config.ca_file {
            let wrong = |error: &dyn std::fmt::Display| {
                SealError::Master(format!("--vault-ca-file {}: {error}", path.display()))
            };
            let pem = std::fs::read(path).map_err(|error| wrong(&error))?;
            let certificates = Certificate::from_pem_bundle(&pem).map_err(|error| wrong(&error))?;
            builder = builder.tls_certs_merge(certificates);
        }
        let http = builder
            .build()
            .map_err(|error| SealError::Master(format!("no HTTP client can be made: {error}")))?;
        Ok(Self { http, config })
    }

    /// Posts a batch to `operation`; the answer also where items of it failed.
    pub(super) async fn post<T: Serialize, R: DeserializeOwned>(
        &self,
        operation: &str,
        items: &[T],
    ) -> Result<R, SealError> {
        self.call(|http, url| http.post(url).json(&Batch { batch_input: items }), operation).await
    }

    /// The versions of the key.
    pub(super) async fn key_info(&self) -> Result<KeyInfo, SealError> {
        let answer: KeyAnswer = self.call(|http, url| http.request(Method::GET, url), "keys").await?;
        Ok(answer.data)
    }

    async fn call<R: DeserializeOwned>(
        &self,
        request: impl Fn(&reqwest::Client, Url) -> RequestBuilder,
        operation: &str,
    ) -> Result<R, SealError> {
        let mut delays = Delays::new(Duration::from_millis(100), Duration::from_secs(1));
        let mut tried = 1;
        loop {
            match self.try_once(&request, operation).await {
                Ok(answer) => return Ok(answer),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Passing(why)) if tried == TRIES => {
                    return Err(SealError::Unavailable(format!("Vault at {}: {why}", self.config.url)));
                }
                Err(Failure::Passing(_)) => delays.wait().await,
            }
            tried += 1;
        }
    }

    async fn try_once<R: DeserializeOwned>(
        &self,
        request: &impl Fn(&reqwest::Client, Url) -> RequestBuilder,
        operation: &str,
    ) -> Result<R, Failure> {
        let token = self.token().map_err(Failure::Final)?;
        let url = self.url(operation).map_err(Failure::Final)?;
        let mut request = request(&self.http, url).header("X-Vault-Token", token.expose_secret());
        request = request.header("X-Vault-Request", "true");
        if let Some(namespace) = &self.config.namespace {
            request = request.header("X-Vault-Namespace", namespace);
        }
        let passing = |error: reqwest::Error| Failure::Passing(with_causes(&error.without_url()));
        let answer = request.send().await.map_err(passing)?;
        let status = answer.status();
        let body = zeroize::Zeroizing::new(answer.bytes().await.map_err(passing)?.to_vec());
        // A batch of which items failed is answered with 400, and says of each what came of it.
        match serde_json::from_slice(&body) {
            Ok(answer) if !status.is_server_error() => Ok(answer),
            _ => Err(self.refused(status, &body)),
        }
    }

    /// What an answer means that is not the one asked for.
    fn refused(&self, status: StatusCode, body: &[u8]) -> Failure {
        let said: Option<Errors> = serde_json::from_slice(body).ok();
        let said = said.map(|said| said.errors.join("; ")).filter(|said| !said.is_empty());
        let said = said.map(|said| format!(" ({said})")).unwrap_or_default();
        // Some releases answer this with 500.
        if String::from_utf8_lossy(body).contains(FORGED) {
            return Failure::Final(SealError::AuthenticationFailed);
        }
        let TransitConfig { url, mount, key, .. } = &self.config;
        let refused = |what: String| Failure::Final(SealError::Refused(what));
        match status.as_u16() {
            429 | 412 | 500.. => Failure::Passing(format!("it answered {status}{said}")),
            300..=399 => Failure::Passing(
                "this node is a standby and sends us elsewhere; name the active one".to_owned(),
            ),
            401 | 403 => refused(format!(
                "Vault at {url} does not accept the token for {mount}/{key}{said}: see that it has not expired, and \
                 that its policy allows update on {mount}/encrypt/{key}, {mount}/decrypt/{key} and \
                 {mount}/rewrap/{key}, and read on {mount}/keys/{key}"
            )),
            400 | 404 => refused(format!(
                "Vault at {url} has no usable key {key} at mount {mount}{said}: make it with \
                 `vault write -f {mount}/keys/{key}`, or see to --vault-mount and --vault-key"
            )),
            _ => refused(format!("Vault at {url} gave an answer we do not understand: {status}{said}")),
        }
    }

    fn url(&self, operation: &str) -> Result<Url, SealError> {
        let TransitConfig { url, mount, key, .. } = &self.config;
        let path = format!("{}/v1/{mount}/{operation}/{key}", url.as_str().trim_end_matches('/'));
        path.parse().map_err(|_| SealError::Master(format!("{path} is no URL")))
    }

    fn token(&self) -> Result<SecretString, SealError> {
        match &self.config.token {
            Token::Given(token) => Ok(token.clone()),
            Token::File(path) => {
                let unread = |error| {
                    SealError::Refused(format!("the token file {} cannot be read: {error}", path.display()))
                };
                Ok(std::fs::read_to_string(path).map_err(unread)?.trim().to_owned().into())
            }
        }
    }
}

/// An HTTP error hides what went wrong in its causes.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

fn check(config: &TransitConfig) -> Result<(), SealError> {
    let wrong = |text: String| Err(SealError::Master(text));
    if !config.url.username().is_empty() || config.url.password().is_some() {
        return wrong("--vault-url must not hold a password: give a token".to_owned());
    }
    let Some(host) = config.url.host_str() else {
        return wrong(format!("--vault-url {} names no host", config.url));
    };
    match config.url.scheme() {
        "https" => {}
        "http" if is_this_machine(host) => {}
        "http" => return wrong(format!("--vault-url {} must be https: keys travel on it", config.url)),
        scheme => return wrong(format!("--vault-url must be https, not {scheme}")),
    }
    let good = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    if !config.mount.split('/').all(good) || !good(&config.key) {
        return wrong("--vault-mount or --vault-key is no name that Vault takes".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(url: &str) -> TransitConfig {
        TransitConfig {
            url: url.parse().unwrap(),
            mount: "transit".to_owned(),
            key: "personal-settings".to_owned(),
            namespace: None,
            token: Token::Given("t".into()),
            ca_file: None,
        }
    }

    #[test]
    fn keys_travel_encrypted_or_not_at_all() {
        for good in [
            "https://vault.example.com:8200",
            "http://127.0.0.1:8200",
            "http://[::1]:1",
            "http://localhost:1",
        ] {
            assert!(check(&config(good)).is_ok(), "{good}");
        }
        for bad in
            ["http://vault.example.com:8200", "ftp://127.0.0.1/", "https://user:secret@vault.example.com"]
        {
            let said = check(&config(bad)).unwrap_err().to_string();
            assert!(said.contains("--vault-url"), "{said}");
            assert!(!said.contains("secret"), "{said}");
        }
        let odd = TransitConfig { key: "../sys/seal".to_owned(), ..config("https://vault.example.com") };
        assert!(check(&odd).is_err());
    }
}
