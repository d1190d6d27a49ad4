//! A small HTTP client for the demonstration.

use std::time::Duration;

use anyhow::{Context, bail};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the made-up people look at pages with.
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0";

/// Speaks to the service, signed in or not.
#[derive(Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

impl Client {
    /// A client of the service at `base`, not signed in.
    pub(super) fn new(base: &str) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().user_agent(BROWSER).timeout(PATIENCE).no_proxy().build()?;
        Ok(Self { http, base: base.trim_end_matches('/').to_owned(), token: None })
    }

    /// The same client with a token.
    pub(super) fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    pub(super) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.json(Method::GET, path, None).await
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.json(Method::POST, path, Some(body)).await
    }

    /// A POST that says nothing.
    pub(super) async fn act(&self, path: &str) -> anyhow::Result<Value> {
        self.json(Method::POST, path, None).await
    }

    pub(super) async fn put(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.json(Method::PUT, path, Some(body)).await
    }

    pub(super) async fn patch(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.json(Method::PATCH, path, Some(body)).await
    }

    /// A whole file.
    pub(super) async fn download(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        let answer = self.send(Method::GET, path, None).await?;
        Ok(accepted(path, answer).await?.bytes().await?.to_vec())
    }

    /// The status alone.
    pub(super) async fn status(&self, path: &str) -> anyhow::Result<u16> {
        Ok(self.send(Method::GET, path, None).await?.status().as_u16())
    }

    async fn json(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<Value> {
        let answer = accepted(path, self.send(method, path, body).await?).await?;
        let text = answer.text().await?;
        if text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&text).with_context(|| format!("{path} answered with something else than JSON"))
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<Response> {
        let request = self.http.request(method, format!("{}{path}", self.base));
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let request = body.iter().fold(request, RequestBuilder::json);
        request.send().await.with_context(|| format!("{path} could not be asked"))
    }
}

async fn accepted(path: &str, answer: Response) -> anyhow::Result<Response> {
    if answer.status().is_success() {
        return Ok(answer);
    }
    let status = answer.status();
    bail!("{path} answered {status}: {}", answer.text().await.unwrap_or_default())
}
