//! The real program as a process.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use super::{PASSWORD, eventually};

/// The operator token that every program of the tests knows.
pub(crate) const OPERATOR_TOKEN: &str = "pso_a-token-for-tests-that-is-long-enough-0000000";
/// The token of the house project that every program of the tests knows.
pub(crate) const HOUSE_TOKEN: &str = "house-project-token-of-the-tests";

/// Names the program to be started in place of the one that was built with the tests: a release, to measure it.
pub(crate) const PROGRAM: &str = "PERSONAL_SETTINGS_PROGRAM";

/// A running program; killed when dropped.
pub(crate) struct Program {
    child: Child,
    /// Where it listens.
    pub(crate) base: String,
    /// Where it tells those who run it how it is.
    pub(crate) vitals: String,
    /// Everything it wrote, standard output and error together.
    pub(crate) output: PathBuf,
}

/// How to start a program.
pub(crate) struct Start {
    command: Command,
    listen: String,
    vitals: String,
    output: PathBuf,
}

impl Start {
    /// `arguments`, listening on a free port, writing into `folder`.
    pub(crate) fn new(folder: &Path, arguments: &[&str]) -> Self {
        // Both at once, so that they are not the same.
        let free = [(), ()].map(|()| std::net::TcpListener::bind("127.0.0.1:0").unwrap());
        let [port, vitals_port] = free.map(|listener| listener.local_addr().unwrap().port());
        let [listen, vitals] = [port, vitals_port].map(|port| format!("127.0.0.1:{port}"));
        let output = folder.join(format!("output-{port}.txt"));
        let built = env!("CARGO_BIN_EXE_personal-settings").into();
        let mut command = Command::new(std::env::var_os(PROGRAM).unwrap_or(built));
        command
            .args(arguments)
            .current_dir(folder)
            .env_remove("DATABASE_URL")
            .env_remove("NATS_URL")
            // For the tests alone: the program knows none of them.
            .env_remove(PROGRAM)
            .env_remove("PERSONAL_SETTINGS_FLOODS")
            .env("PERSONAL_SETTINGS_LISTEN", &listen)
            .env("PERSONAL_SETTINGS_METRICS_LISTEN", &vitals)
            .env("PERSONAL_SETTINGS_STATEMENT", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/statement.toml"))
            .env("PERSONAL_SETTINGS_SERVICE_NAME", "Example")
            .env("PERSONAL_SETTINGS_OPERATOR_TOKEN", OPERATOR_TOKEN)
            .env("PERSONAL_SETTINGS_HOUSE_PROJECT_TOKEN", HOUSE_TOKEN)
            .env("PERSONAL_SETTINGS_ERASURE_COOLING_OFF", "0s")
            .stdin(Stdio::null());
        Self { command, listen, vitals, output }
    }

    /// Sets a variable.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Unsets a variable.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Lets it have `files` open, unless it raises that itself.
    pub(crate) fn with_open_files(mut self, files: u32) -> Self {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("ulimit -Sn {files} && exec \"$0\" \"$@\""));
        shell.arg(self.command.get_program()).args(self.command.get_args());
        for (name, value) in self.command.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        shell.current_dir(self.command.get_current_dir().unwrap()).stdin(Stdio::null());
        self.command = shell;
        self
    }

    /// Starts it.
    pub(crate) fn spawn(mut self) -> Program {
        let file = File::options().create(true).append(true).open(&self.output).unwrap();
        self.command.stdout(file.try_clone().unwrap()).stderr(file);
        let child = self.command.spawn().unwrap();
        let [base, vitals] = [self.listen, self.vitals].map(|address| format!("http://{address}"));
        Program { child, base, vitals, output: self.output }
    }

    /// Starts it and waits until it is ready.
    pub(crate) async fn ready(self) -> Program {
        let mut program = self.spawn();
        program.await_ready().await;
        program
    }
}

impl Program {
    /// Waits until it is ready; panics with its output when it ends instead.
    pub(crate) async fn await_ready(&mut self) {
        let http = http().build().unwrap();
        let url = format!("{}/readyz", self.base);
        let begun = std::time::Instant::now();
        loop {
            let answer = http.get(&url).timeout(Duration::from_secs(5)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            assert!(self.child.try_wait().unwrap().is_none(), "it ended: {}", self.said());
            assert!(begun.elapsed() < Duration::from_secs(60), "it is not ready: {}", self.said());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Everything it wrote.
    pub(crate) fn said(&self) -> String {
        std::fs::read_to_string(&self.output).unwrap_or_default()
    }

    /// What it wrote in the first line that begins with `label`, after it.
    pub(crate) fn told(&self, label: &str) -> Option<String> {
        self.said().lines().find_map(|line| line.strip_prefix(label)).map(|value| value.trim().to_owned())
    }

    /// Ends it without warning.
    pub(crate) fn kill(&mut self) {
        self.signal(Signal::SIGKILL);
        self.child.wait().unwrap();
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap());
        kill(pid, signal).unwrap();
    }

    /// The most memory it had at any time, in MiB.
    pub(crate) fn most_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
    }

    /// How many files it may have open now.
    pub(crate) fn open_files(&self) -> u64 {
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", self.child.id())).unwrap();
        let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
        line.split_whitespace().next().unwrap().parse().unwrap()
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits until it has ended; its exit code.
    pub(crate) async fn ended(&mut self) -> i32 {
        let child = std::sync::Mutex::new(&mut self.child);
        let status =
            eventually("the program ends", || async { child.lock().unwrap().try_wait().unwrap() }).await;
        status.code().unwrap_or(-1)
    }

    /// A client that is not signed in.
    pub(crate) fn client(&self) -> Client {
        let http = http().build().unwrap();
        Client { http, base: self.base.clone(), token: None }
    }

    /// A client of the listener that tells how it is.
    pub(crate) fn vitals(&self) -> Client {
        Client { base: self.vitals.clone(), ..self.client() }
    }

    /// Its metrics.
    pub(crate) async fn metrics(&self) -> String {
        let answer = self.vitals().request("GET", "/metrics").send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.text().await.unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How the tests speak HTTP: without TLS, so no client reads the certificates of the system, which costs a debug build
/// tens of milliseconds.
pub(crate) fn http() -> reqwest::ClientBuilder {
    personal_settings::choose_tls();
    reqwest::Client::builder().no_proxy().tls_certs_only([])
}

/// A client of a running program.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) http: reqwest::Client,
    pub(crate) base: String,
    pub(crate) token: Option<Token>,
}

/// The token of a session, which changes when the password is given again: for all clones of a client.
#[derive(Clone)]
pub(crate) struct Token(Arc<Mutex<String>>);

impl Client {
    /// The same client with a token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self { token: Some(Token(Arc::new(Mutex::new(token.to_owned())))), ..self.clone() }
    }

    /// The token it shows.
    pub(crate) fn token(&self) -> Option<String> {
        self.token.as_ref().map(|token| token.0.lock().unwrap().clone())
    }

    /// Gives the password again.
    pub(crate) async fn reauthenticate(&self) {
        let answer = self.post("/v1/sessions/reauthenticate", json!({"password": PASSWORD})).await;
        self.go_on_with(answer["token"].as_str().unwrap());
    }

    /// The session has another token.
    pub(crate) fn go_on_with(&self, token: &str) {
        *self.token.as_ref().unwrap().0.lock().unwrap() = token.to_owned();
    }

    /// A request to be completed by the caller.
    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method.parse().unwrap(), format!("{}{path}", self.base));
        match self.token() {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Asks, and returns status and JSON body (null when there is none).
    pub(crate) async fn ask(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let request = self.request(method, path);
        let request = if body.is_null() { request } else { request.json(&body) };
        let answer = request.send().await.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// Asks for what must succeed.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask("GET", path, Value::Null).await;
        assert!((200..300).contains(&status), "GET {path}: {status} {body}");
        body
    }

    /// Posts what must succeed.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.ask("POST", path, body).await;
        assert!((200..300).contains(&status), "POST {path}: {status} {answer}");
        answer
    }
}
