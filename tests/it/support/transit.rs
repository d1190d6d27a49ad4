//! A server that speaks as much of Vault's transit engine as we use, and can fail as Vault can.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The token it accepts.
pub(crate) const TOKEN: &str = "hvs.the-token-of-the-tests";

/// See the module; it ends with the runtime.
#[derive(Clone)]
pub(crate) struct TransitServer {
    /// Where it listens.
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

struct State {
    token: String,
    /// Version of the key that encrypts, and the oldest that decrypts.
    latest: u64,
    oldest: u64,
    /// What each ciphertext stands for: nothing is encrypted here.
    plain: HashMap<String, String>,
    /// Answers this status instead of working.
    failing: Option<u16>,
    /// Fails so many calls with 503 and then works.
    hiccups: u32,
    calls: HashMap<String, u32>,
    namespace: Option<String>,
}

impl TransitServer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = State {
            token: TOKEN.to_owned(),
            latest: 1,
            oldest: 1,
            plain: HashMap::new(),
            failing: None,
            hiccups: 0,
            calls: HashMap::new(),
            namespace: None,
        };
        let server = Self { url, state: Arc::new(Mutex::new(state)) };
        let serving = server.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let server = serving.clone();
                tokio::spawn(async move { server.answer(stream).await });
            }
        });
        server
    }

    /// Answers everything with this status, or works again.
    pub(crate) fn fail(&self, status: Option<u16>) {
        self.state.lock().unwrap().failing = status;
    }

    /// Fails the next calls.
    pub(crate) fn hiccup(&self, calls: u32) {
        self.state.lock().unwrap().hiccups = calls;
    }

    /// Accepts this token and no other.
    pub(crate) fn expect_token(&self, token: &str) {
        self.state.lock().unwrap().token = token.to_owned();
    }

    /// As `vault write -f transit/keys/personal-settings/rotate`.
    pub(crate) fn rotate(&self) {
        self.state.lock().unwrap().latest += 1;
    }

    /// Older versions decrypt no more.
    pub(crate) fn forget_before(&self, oldest: u64) {
        self.state.lock().unwrap().oldest = oldest;
    }

    /// How often an operation was asked for.
    pub(crate) fn calls(&self, operation: &str) -> u32 {
        self.state.lock().unwrap().calls.get(operation).copied().unwrap_or_default()
    }

    /// The namespace of the last call.
    pub(crate) fn namespace(&self) -> Option<String> {
        self.state.lock().unwrap().namespace.clone()
    }

    async fn answer(&self, mut stream: TcpStream) -> Option<()> {
        let (head, body) = read_request(&mut stream).await?;
        let (status, answer) = self.state.lock().unwrap().handle(&head, &body);
        let text = answer.to_string();
        let head = format!(
            "HTTP/1.1 {status} Whatever\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            text.len()
        );
        stream.write_all((head + &text).as_bytes()).await.ok()
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<(String, Value)> {
    let mut bytes = Vec::new();
    let end = loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let length: usize = header(&head, "content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    while bytes.len() < end + length {
        stream.read_buf(&mut bytes).await.ok()?;
    }
    Some((head, serde_json::from_slice(&bytes[end..]).unwrap_or(Value::Null)))
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

impl State {
    fn handle(&mut self, head: &str, body: &Value) -> (u16, Value) {
        let path = head.split(' ').nth(1).unwrap_or_default();
        let operation = path.strip_prefix("/v1/transit/").and_then(|rest| rest.split_once('/'));
        let Some((operation, "personal-settings")) = operation else {
            return (404, json!({"errors": ["no handler for route"]}));
        };
        *self.calls.entry(operation.to_owned()).or_default() += 1;
        self.namespace = header(head, "x-vault-namespace").map(str::to_owned);
        if let Some(status) = self.failing {
            return (status, json!({"errors": ["Vault is sealed"]}));
        }
        if self.hiccups > 0 {
            self.hiccups -= 1;
            return (503, json!({"errors": []}));
        }
        if header(head, "x-vault-token") != Some(self.token.as_str()) {
            return (403, json!({"errors": ["permission denied"]}));
        }
        if operation == "keys" {
            let (latest, oldest) = (self.latest, self.oldest);
            return (200, json!({"data": {"latest_version": latest, "min_decryption_version": oldest}}));
        }
        let items = body["batch_input"].as_array().cloned().unwrap_or_default();
        let results: Vec<Value> = items.iter().map(|item| self.item(operation, item)).collect();
        let failed = results.iter().any(|result| result.get("error").is_some());
        (if failed { 400 } else { 200 }, json!({"data": {"batch_results": results}}))
    }

    fn item(&mut self, operation: &str, item: &Value) -> Value {
        if operation == "encrypt" {
            return self.encrypt(item["plaintext"].as_str().unwrap());
        }
        let ciphertext = item["ciphertext"].as_str().unwrap();
        let version: u64 = ciphertext.split(':').nth(1).unwrap()[1..].parse().unwrap();
        if version < self.oldest {
            return json!({"error": "ciphertext or signature version is disallowed by policy (too old)"});
        }
        let Some(plain) = self.plain.get(ciphertext).cloned() else {
            return json!({"error": "cipher: message authentication failed"});
        };
        if operation == "rewrap" { self.encrypt(&plain) } else { json!({"plaintext": plain}) }
    }

    fn encrypt(&mut self, plain: &str) -> Value {
        let ciphertext = format!("vault:v{}:{:08}", self.latest, self.plain.len());
        self.plain.insert(ciphertext.clone(), plain.to_owned());
        json!({"ciphertext": ciphertext, "key_version": self.latest})
    }
}
