//! What archives say about the processing: defaults that follow from the configuration, and what the operator states.

use std::path::Path;

use anyhow::{Context, ensure};
use catalogue::{Catalogue, Language};
use url::Url;
use workers::privacy_requests::archive::{Consent, Practice, Statement, Statements};

use super::network::is_here;
use super::presence::texts;
use crate::cli::{self, ProcessingOptions, WorkerOptions};

/// What is configured, as far as a statement tells it. Where something goes into files it goes to no third party.
pub(crate) fn practice(
    consent: cli::Consent,
    mail: Option<&str>,
    phone: Option<&str>,
    archives: Option<&Url>,
) -> Practice {
    let elsewhere = archives.filter(|url| url.scheme() != "file");
    Practice {
        consent: match consent {
            cli::Consent::OptOut => Consent::OptOut,
            cli::Consent::OptIn => Consent::OptIn,
        },
        mail_server: mail.and_then(host),
        phone_gateway: phone.and_then(host),
        // Never the credentials that may stand before the host.
        object_store: elsewhere
            .map(|url| format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default())),
    }
}

/// The host of a URL. A folder has none.
fn host(url: &str) -> Option<String> {
    let url: Url = url.parse().ok()?;
    Some(url.host_str()?.to_owned()).filter(|_| url.scheme() != "directory")
}

/// What archives of this process say.
///
/// # Errors
/// When the file cannot be read, or holds what is no part of a statement, or a folder of texts cannot be used.
pub fn statement(
    options: &ProcessingOptions,
    worker: Option<&WorkerOptions>,
    archives: &Url,
) -> anyhow::Result<Statements> {
    let mail = worker.and_then(|worker| worker.mail.as_deref());
    let phone = worker.and_then(|worker| worker.phone.as_deref());
    let practice = practice(options.consent, mail, phone, Some(archives));
    let catalogue = texts(&options.presence)?;
    let statements = match &options.statement {
        Some(path) => read(path, &practice, &catalogue)?,
        None => Statements::of(&practice, &catalogue)?,
    };
    Ok(match &options.presence.contact {
        Some(contact) => statements.or_contact(contact),
        None => statements,
    })
}

fn read(path: &Path, practice: &Practice, catalogue: &Catalogue) -> anyhow::Result<Statements> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let about =
        || format!("{} is no statement (`personal-settings statement example` prints one)", path.display());
    let own: serde_json::Value = toml::from_str(&text).with_context(about)?;
    Statements::stated(practice, &own, catalogue).with_context(about)
}

/// Refuses to serve a public address unless a controller and a contact are named (GDPR Art. 13(1)(a), 15(1)).
///
/// # Errors
/// When the address is not of this machine, and the controller or the contact is not stated.
pub fn check_who_answers(statements: &Statements, public_url: &Url) -> anyhow::Result<()> {
    let here = public_url.host_str().is_some_and(is_here);
    ensure!(
        here || statements.in_language(Language::default()).names_who_answers(),
        "the public URL is {public_url}, and nothing says who is responsible for the data and how they are reached, which every \
         archive must say: state `controller` and `contact` in a file and give it with --statement FILE; \
         `personal-settings statement example > statement.toml` prints one to fill in"
    );
    Ok(())
}

/// A statement as a TOML file to fill in: what each member is, and what holds without it.
///
/// # Errors
/// None in practice.
pub(crate) fn example(practice: &Practice) -> anyhow::Result<String> {
    let mut text = "# What archives say about the processing of personal data.\n\
                    # Give this file with --statement FILE. What you leave out or comment out has the default shown here.\n"
        .to_owned();
    let mut table = "";
    for key in Statement::of(practice, &Catalogue::built_in().text(Language::En)).keys()? {
        let (of, name) = key.name.split_once('.').unwrap_or(("", &key.name));
        let is_list_of_tables =
            key.default.as_array().is_some_and(|items| items.iter().any(serde_json::Value::is_object));
        if of != table && !is_list_of_tables {
            text.push_str(&format!(
                "\n# What is said to who asks under the California Consumer Privacy Act.\n[{of}]\n"
            ));
            table = "ccpa";
        }
        text.push_str(&format!("\n# {}\n", key.meaning));
        match &key.default {
            serde_json::Value::Array(items) if is_list_of_tables => {
                for item in items {
                    text.push_str(&format!("[[{}]]\n{}", key.name, toml::to_string(item)?));
                }
            }
            serde_json::Value::Array(items) => {
                text.push_str(&format!("{name} = [\n"));
                for item in items {
                    text.push_str(&format!("    {},\n", toml::Value::try_from(item)?));
                }
                text.push_str("]\n");
            }
            value => text.push_str(&format!("{name} = {}\n", toml::Value::try_from(value)?)),
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use catalogue::Text;

    use super::*;
    use domain::law::{LawId, Laws};

    fn english() -> Text {
        Catalogue::built_in().text(Language::En)
    }

    fn configured() -> Practice {
        practice(
            cli::Consent::OptIn,
            Some("smtps://user:hush@mail.example.com:465"),
            Some("https://SID:hush@gateway.example.com?from=%2B15550100"),
            Some(&"s3://bucket/prefix".parse().unwrap()),
        )
    }

    #[test]
    fn hosts_are_named_and_secrets_are_not() {
        let text = Statement::of(&configured(), &english())
            .to_text(Laws::built_in().newest(&LawId::GDPR).unwrap(), &english());
        for host in ["mail.example.com", "gateway.example.com", "s3://bucket"] {
            assert!(text.contains(host), "{host}");
        }
        assert!(!text.contains("hush") && !text.contains("SID"), "{text}");
        let none = practice(
            cli::Consent::OptOut,
            Some("directory:/var/mail"),
            None,
            Some(&"file:///var/archives".parse().unwrap()),
        );
        assert_eq!(none, Practice::default());
    }

    #[test]
    fn the_example_is_a_statement_that_says_what_the_default_says() {
        for practice in [Practice::default(), configured()] {
            let own: serde_json::Value = toml::from_str(&example(&practice).unwrap()).unwrap();
            let stated = Statement::stated(&Practice::default(), own, &english()).unwrap();
            assert_eq!(stated, Statement::of(&practice, &english()));
        }
    }

    #[test]
    fn a_public_address_wants_a_name_for_who_answers() {
        let nobody = Statements::of(&configured(), &Catalogue::built_in()).unwrap();
        let own = serde_json::json!({"controller": "Example Ltd", "contact": "dpo@example.com"});
        let stated = Statements::stated(&configured(), &own, &Catalogue::built_in()).unwrap();
        for url in ["http://127.0.0.1:8080", "https://localhost", "http://[::1]:8080"] {
            check_who_answers(&nobody, &url.parse().unwrap()).unwrap();
        }
        let public: Url = "https://settings.example.com".parse().unwrap();
        check_who_answers(&stated, &public).unwrap();
        let told = check_who_answers(&nobody, &public).unwrap_err().to_string();
        assert!(told.contains("statement example") && told.contains("--statement"), "{told}");
    }
}
