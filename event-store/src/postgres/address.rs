//! Where the database is: the URL, and what in it this program cannot do.
//!
//! Refused is whatever would otherwise be passed over in silence: several hosts, of which the driver would make one name
//! that leads nowhere; a server that may not be written to; a parameter that nothing here knows.

use std::net::IpAddr;
use std::str::FromStr;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use url::Url;

use crate::error::StoreError;

/// Parameters that the driver knows.
const KNOWN: [&str; 18] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];
/// Which server libpq would look for among several hosts.
const ATTRIBUTES: &str = "target_session_attrs";
/// What of it is meant anyhow: readiness is that one can write.
const PRIMARY: [&str; 3] = ["any", "primary", "read-write"];

/// The options that `url` means.
pub(crate) fn parse(url: &str) -> Result<PgConnectOptions, StoreError> {
    if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
        return Err(StoreError::Url);
    }
    if names_several_hosts(url) {
        return Err(StoreError::SeveralHosts);
    }
    let mut parsed = Url::parse(url).map_err(|_| StoreError::Url)?;
    let parameters: Vec<(String, String)> = parsed.query_pairs().into_owned().collect();
    for (name, value) in &parameters {
        check(name, value)?;
    }
    if parameters.iter().any(|(name, _)| name == ATTRIBUTES) {
        let others = parameters.iter().filter(|(name, _)| name != ATTRIBUTES);
        parsed.query_pairs_mut().clear().extend_pairs(others);
    }
    Ok(PgConnectOptions::from_str(parsed.as_str())?)
}

fn check(name: &str, value: &str) -> Result<(), StoreError> {
    match name {
        ATTRIBUTES if PRIMARY.contains(&value) => Ok(()),
        ATTRIBUTES => Err(StoreError::NotThePrimary(value.to_owned())),
        "host" | "hostaddr" | "port" if value.contains(',') => Err(StoreError::SeveralHosts),
        name if KNOWN.contains(&name) || name.starts_with("options[") => Ok(()),
        name => Err(StoreError::Parameter(name.to_owned())),
    }
}

/// Whether there is a comma between the credentials and the database, as libpq has it.
fn names_several_hosts(url: &str) -> bool {
    let authority = url.split_once("://").map_or("", |(_, rest)| rest).split(['/', '?', '#']).next();
    let hosts = authority.unwrap_or_default().rsplit('@').next();
    hosts.is_some_and(|hosts| hosts.contains(','))
}

/// The host that a URL leads to, if that is another than this one.
///
/// # Errors
/// When `url` is no PostgreSQL URL, or asks for what this program cannot do.
pub fn remote_host(url: &str) -> Result<Option<String>, StoreError> {
    Ok(host_of(&parse(url)?))
}

/// The same options, with verified TLS to another host.
pub(super) fn verified(options: PgConnectOptions) -> Result<PgConnectOptions, StoreError> {
    match (host_of(&options), options.get_ssl_mode()) {
        (None, _) | (Some(_), PgSslMode::VerifyCa | PgSslMode::VerifyFull) => Ok(options),
        // What a URL means that says nothing of it.
        (Some(_), PgSslMode::Prefer) => Ok(options.ssl_mode(PgSslMode::VerifyFull)),
        (Some(host), _) => Err(StoreError::Unverified(host)),
    }
}

/// The host, unless it is a socket or this machine.
fn host_of(options: &PgConnectOptions) -> Option<String> {
    let host = options.get_host().trim_start_matches('[').trim_end_matches(']');
    let socket = options.get_socket().is_some() || host.starts_with('/');
    (!socket && !is_this_machine(host)).then(|| host.to_owned())
}

/// Whether a host of a URL, IPv6 in brackets or without, is this very machine.
pub fn is_this_machine(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.parse::<IpAddr>().map_or(host == "localhost", |address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(url: &str) -> String {
        parse(url).unwrap_err().to_string()
    }

    #[test]
    fn several_hosts_are_refused_with_what_to_do() {
        for url in [
            "postgres://one,two/ps",
            "postgres://u:p@one:5432,two:5432/ps?target_session_attrs=read-write",
            "postgres:///ps?host=one,two",
            "postgres://one/ps?port=5432,5433",
        ] {
            assert!(told(url).contains("one address that always leads to the primary"), "{url}");
        }
        parse("postgres://u:a%2Cb@one/ps").unwrap();
        parse("postgres://one/a,b").unwrap();
    }

    #[test]
    fn a_server_that_can_be_written_to_is_meant_anyhow() {
        for value in PRIMARY {
            let options =
                parse(&format!("postgres://one/ps?target_session_attrs={value}&dbname=other")).unwrap();
            assert_eq!((options.get_host(), options.get_database()), ("one", Some("other")));
        }
        for value in ["standby", "read-only", "prefer-standby"] {
            assert!(told(&format!("postgres://one/ps?target_session_attrs={value}")).contains(value));
        }
    }

    #[test]
    fn a_parameter_that_nothing_knows_is_refused_and_its_value_is_not_told() {
        let told = told("postgres://one/ps?chanel_binding=hush");
        assert!(told.contains("chanel_binding") && !told.contains("hush"), "{told}");
        parse("postgres://one/ps?sslmode=disable&options[statement_timeout]=1s").unwrap();
    }
}
