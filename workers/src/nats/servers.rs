//! Where NATS is, and as whom this program signs in there.
//!
//! A URL holds what a user name or a password has of `@:/?#%,` percent-encoded (RFC 3986, section 2.1); the client sends
//! what it is given, so it is decoded here. All servers of a list are one cluster: they take the same credentials.

use std::fmt;
use std::path::{Path, PathBuf};

use async_nats::{ConnectOptions, ServerAddr};
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};

use super::BusError;

/// What is beside the URL.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// A file with the seed of an nkey.
    pub nkey_file: Option<PathBuf>,
    /// A file with a JWT and the seed that belongs to it, as `nsc` writes it.
    pub credentials_file: Option<PathBuf>,
    /// Certificates that are trusted instead of those of the system, as PEM.
    pub ca_file: Option<PathBuf>,
}

/// The servers of a URL, or of several with commas between them.
pub(super) struct Servers {
    pub(super) addresses: Vec<ServerAddr>,
    credentials: Credentials,
}

/// As whom a URL says to sign in.
#[derive(Default)]
enum Credentials {
    #[default]
    None,
    Token(SecretString),
    Password(String, SecretString),
}

impl PartialEq for Credentials {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, Self::None) => true,
            (Self::Token(one), Self::Token(other)) => one.expose_secret() == other.expose_secret(),
            (Self::Password(user, one), Self::Password(name, other)) => {
                user == name && one.expose_secret() == other.expose_secret()
            }
            _ => false,
        }
    }
}

impl fmt::Debug for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Servers({})", self.shown())
    }
}

impl Servers {
    pub(super) fn parse(urls: &str) -> Result<Self, BusError> {
        let mut servers = Self { addresses: Vec::new(), credentials: Credentials::None };
        for url in urls.split(',') {
            servers.add(url.trim())?;
        }
        Ok(servers)
    }

    fn add(&mut self, url: &str) -> Result<(), BusError> {
        let address: ServerAddr = url.parse().map_err(BusError::Url)?;
        if !["nats", "tls"].contains(&address.scheme()) {
            return Err(BusError::Unusable("it begins with neither nats:// nor tls://"));
        }
        if address.host().is_empty() {
            return Err(BusError::Unusable("it names no host"));
        }
        match credentials(&address)? {
            Credentials::None => {}
            said if self.credentials == Credentials::None || said == self.credentials => {
                self.credentials = said;
            }
            _ => {
                return Err(BusError::Unusable(
                    "its servers have different credentials: one cluster takes the same",
                ));
            }
        }
        self.addresses.push(address);
        Ok(())
    }

    /// How to connect, with credentials from the URL or from a file.
    pub(super) async fn options(&self, access: &Access) -> Result<ConnectOptions, BusError> {
        let options = self.signing_in(access).await?;
        let Some(file) = &access.ca_file else { return Ok(options) };
        // The client reads it at each connection, and says then what is wrong with it.
        let text = read(file).await?;
        if !text.contains("-----BEGIN CERTIFICATE-----") {
            return Err(BusError::Unusable("--nats-ca-file holds no certificate in PEM"));
        }
        Ok(options.add_root_certificates(file.clone()))
    }

    async fn signing_in(&self, access: &Access) -> Result<ConnectOptions, BusError> {
        match (&self.credentials, &access.nkey_file, &access.credentials_file) {
            (Credentials::None, None, None) => Ok(ConnectOptions::new()),
            (Credentials::Token(token), None, None) => {
                Ok(ConnectOptions::with_token(token.expose_secret().to_owned()))
            }
            (Credentials::Password(user, password), None, None) => {
                Ok(ConnectOptions::with_user_and_password(user.clone(), password.expose_secret().to_owned()))
            }
            (Credentials::None, Some(file), None) => {
                Ok(ConnectOptions::with_nkey(seed(&read(file).await?)?.to_owned()))
            }
            (Credentials::None, None, Some(file)) => ConnectOptions::with_credentials(&read(file).await?)
                .map_err(|_| BusError::Unusable("--nats-credentials-file holds no JWT with its seed")),
            _ => Err(BusError::Unusable(
                "there are several credentials: give them in NATS_URL, or one of --nats-nkey-file and \
                 --nats-credentials-file",
            )),
        }
    }

    /// Without credentials: for messages.
    pub(super) fn shown(&self) -> String {
        let shown: Vec<String> =
            self.addresses.iter().map(|address| format!("{}:{}", address.host(), address.port())).collect();
        shown.join(", ")
    }
}

fn credentials(address: &ServerAddr) -> Result<Credentials, BusError> {
    Ok(match (address.username(), address.password()) {
        (None, None) => Credentials::None,
        (None, Some(_)) => return Err(BusError::Unusable("it has a password and no user name")),
        (Some(token), None) => Credentials::Token(decoded(token)?.into()),
        (Some(user), Some(password)) => Credentials::Password(decoded(user)?, decoded(password)?.into()),
    })
}

fn decoded(text: &str) -> Result<String, BusError> {
    let text = percent_decode_str(text).decode_utf8();
    text.map(String::from)
        .map_err(|_| BusError::Unusable("its credentials are no text once they are decoded"))
}

/// The seed of a user: `SU` and 56 letters and digits of base 32.
fn seed(text: &str) -> Result<&str, BusError> {
    let lines = text.lines().map(str::trim);
    let is_seed = |line: &&str| {
        let base_32 = |c: u8| c.is_ascii_uppercase() || (b'2'..=b'7').contains(&c);
        line.len() == 58 && line.starts_with("SU") && line.bytes().all(base_32)
    };
    lines
        .into_iter()
        .find(is_seed)
        .ok_or(BusError::Unusable("--nats-nkey-file holds no seed of a user (SU…)"))
}

async fn read(file: &Path) -> Result<String, BusError> {
    let read = tokio::fs::read_to_string(file).await;
    read.map_err(|source| BusError::File { path: file.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signs_in(url: &str) -> String {
        match Servers::parse(url).unwrap().credentials {
            Credentials::None => "nobody".to_owned(),
            Credentials::Token(token) => token.expose_secret().to_owned(),
            Credentials::Password(user, password) => format!("{user}|{}", password.expose_secret()),
        }
    }

    #[test]
    fn credentials_are_sent_as_they_are_and_not_as_a_url_writes_them() {
        for (url, expected) in [
            ("nats://nats.example.com", "nobody"),
            ("nats.example.com:4222", "nobody"),
            ("tls://user:password@nats.example.com", "user|password"),
            ("nats://us%40er:p%40ss%2Fw%3Ard%25%2C%23%3F@nats.example.com:4222", "us@er|p@ss/w:rd%,#?"),
            ("nats://user:%C3%A9%20%2B+@nats.example.com", "user|é ++"),
            ("nats://tok%2Fen@nats.example.com", "tok/en"),
            ("nats://user:p%40ss@a.example.com, tls://b.example.com:4223", "user|p@ss"),
            ("nats://a.example.com,nats://user:p@b.example.com,nats://user:%70@c.example.com", "user|p"),
            ("nats://user:@nats.example.com", "user"),
        ] {
            assert_eq!(signs_in(url), expected, "{url}");
        }
    }

    #[test]
    fn a_url_that_cannot_be_meant_is_refused_and_not_repeated() {
        for (url, why) in [
            ("", "no host"),
            ("nats://", "no "),
            ("http://nats.example.com", "no address"),
            ("ws://nats.example.com", "neither nats:// nor tls://"),
            ("nats://user:hush@a.example.com,nats://user:hash@b.example.com", "different credentials"),
            ("nats://:hush@nats.example.com", "no user name"),
            ("nats://user:hush%FF@nats.example.com", "no text"),
            ("nats://a.example.com,,nats://b.example.com", "no "),
            ("nats://nats.example.com:hush", "no address"),
        ] {
            let told = Servers::parse(url).unwrap_err().to_string();
            assert!(told.contains(why) && !told.contains("hush"), "{url}: {told}");
        }
    }

    #[test]
    fn servers_are_shown_without_their_credentials() {
        let servers = Servers::parse("nats://user:hush@a.example.com,tls://[2001:db8::1]:4333").unwrap();
        assert_eq!(servers.shown(), "a.example.com:4222, 2001:db8::1:4333");
    }

    #[tokio::test]
    async fn files_are_looked_at_before_anything_is_connected() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).unwrap();
            Some(folder.path().join(name))
        };
        let told = async |url: &str, access: Access| {
            let servers = Servers::parse(url).unwrap();
            servers.options(&access).await.map(drop).map_err(|error| error.to_string())
        };
        let plain = "nats://nats.example.com";
        let good = format!("# a comment\nSU{}\n", "A".repeat(56));
        let nkey = |text: &str| Access { nkey_file: file("nkey", text), ..Access::default() };
        assert_eq!(told(plain, nkey(&good)).await, Ok(()));
        assert!(told(plain, nkey("hush")).await.unwrap_err().contains("no seed"));
        assert!(
            told("nats://user:p@nats.example.com", nkey(&good))
                .await
                .unwrap_err()
                .contains("several credentials")
        );
        let creds = Access { credentials_file: file("creds", "hush"), ..Access::default() };
        assert!(told(plain, creds).await.unwrap_err().contains("no JWT"));
        let missing = Access { ca_file: Some(folder.path().join("nowhere.pem")), ..Access::default() };
        assert!(told(plain, missing).await.unwrap_err().contains("nowhere.pem"));
        let none = Access { ca_file: file("ca", "hush"), ..Access::default() };
        assert!(told(plain, none).await.unwrap_err().contains("no certificate"));
    }
}
