//! Signing in at NATS, and trusting it, in every way in which an operator sets it up.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use workers::nats::{Access, BusError};
use workers::{Bus, BusConfig};

use crate::support::{closed_port, eventually, nats_program};

/// A server of one test's own; it ends with the test.
struct Nats {
    child: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Drop for Nats {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Nats {
    /// Starts one with `configuration` beside where it listens and stores.
    fn start(folder: tempfile::TempDir, configuration: &str) -> Self {
        let port = closed_port();
        let store = folder.path().join("store");
        let file = folder.path().join("server.conf");
        let text = format!("jetstream {{ store_dir: {store:?} }}\n{configuration}\n");
        std::fs::write(&file, text).unwrap();
        let mut command = Command::new(nats_program());
        command.arg("--config").arg(&file).args(["--addr", "127.0.0.1", "--port", &port.to_string()]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        Self { child, port, folder }
    }

    fn url(&self, credentials: &str) -> String {
        format!("nats://{credentials}127.0.0.1:{}", self.port)
    }
}

async fn connected(url: &str, access: Access, tls: bool) -> Bus {
    let subjects = "access".parse().unwrap();
    let config = BusConfig { url: url.to_owned(), access, subjects, replicas: 1, tls };
    Bus::connect(config).await.unwrap()
}

async fn works(bus: &Bus) {
    eventually("streams can be made", || async { bus.ensure_streams().await.ok() }).await;
}

/// Why nothing can be made, once the server was asked.
async fn refusal(bus: &Bus, why: &str) {
    eventually(&format!("it says {why}"), || async {
        match bus.ensure_streams().await {
            Err(BusError::Away(told)) if told.contains(why) => Some(()),
            other => {
                assert!(other.is_err(), "it was let in");
                None
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_password_is_sent_as_it_is_and_not_as_a_url_writes_it() {
    let configuration = r#"authorization { user: "us@er", password: "p@ss/w:rd%,#? é" }"#;
    let nats = Nats::start(tempfile::tempdir().unwrap(), configuration);
    let right = nats.url("us%40er:p%40ss%2Fw%3Ard%25%2C%23%3F%20%C3%A9@");
    works(&connected(&right, Access::default(), false).await).await;
    // A cluster of which one server is away.
    let away = format!("nats://127.0.0.1:{}", closed_port());
    works(&connected(&format!("{away},{right}"), Access::default(), false).await).await;
    refusal(&connected(&nats.url("us%40er:wrong@"), Access::default(), false).await, "authorization").await;
}

#[tokio::test]
async fn an_nkey_signs_in() {
    let user = nkeys::KeyPair::new_user();
    let configuration = format!("authorization {{ users: [ {{ nkey: {} }} ] }}", user.public_key());
    let nats = Nats::start(tempfile::tempdir().unwrap(), &configuration);
    let file = nats.folder.path().join("user.nk");
    std::fs::write(&file, user.seed().unwrap()).unwrap();
    let access = Access { nkey_file: Some(file), ..Access::default() };
    works(&connected(&nats.url(""), access, false).await).await;
    refusal(&connected(&nats.url(""), Access::default(), false).await, "authorization").await;
}

/// A certificate for this machine, its key, and the authority that signed it, as files.
fn certificates(folder: &Path) -> [PathBuf; 3] {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let own =
        CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    [("own.pem", own.pem()), ("key.pem", key.serialize_pem()), ("authority.pem", authority.pem())].map(
        |(name, text)| {
            let path = folder.join(name);
            std::fs::write(&path, text).unwrap();
            path
        },
    )
}

#[tokio::test]
async fn a_certificate_of_an_authority_of_ones_own_is_trusted_where_it_is_named_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let [own, key, authority] = certificates(folder.path());
    let configuration = format!("tls {{ cert_file: {own:?}, key_file: {key:?} }}");
    let nats = Nats::start(folder, &configuration);
    let access = Access { ca_file: Some(authority), ..Access::default() };
    let tls = nats.url("").replace("nats://", "tls://");
    works(&connected(&tls, access.clone(), false).await).await;
    works(&connected(&nats.url(""), access, true).await).await;
    refusal(&connected(&tls, Access::default(), false).await, "certificate").await;
}
