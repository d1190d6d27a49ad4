//! How the service presents itself to people: one source for mails, pages and archives.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use api::{Color, Logo, Look};
use catalogue::{Catalogue, Language};
use url::Url;
use workers::Texts;
use workers::messages::mail::{Contact, Letterhead};
use workers::privacy_requests::archive::Statements;

use super::network::is_here;
use crate::cli::{self, PresenceOptions};

/// What the product is called where no name is configured, on this machine alone.
const SERVICE_NAME: &str = "Personal Settings";

/// The name that people know the product by.
pub(crate) fn service_name(options: &PresenceOptions) -> &str {
    options.service_name.as_deref().map_or(SERVICE_NAME, str::trim)
}

/// How the pages look.
///
/// # Errors
/// When the logo cannot be read or served, or text cannot be read on the colour.
pub(super) fn look(options: &PresenceOptions) -> anyhow::Result<Look> {
    let logo = |path: &PathBuf| {
        let bytes = std::fs::read(path)
            .with_context(|| format!("--service-logo {} cannot be read", path.display()))?;
        Logo::read(bytes).with_context(|| format!("--service-logo {} cannot be used", path.display()))
    };
    let color = |text: &String| {
        text.parse::<Color>().with_context(|| format!("--service-color {text} cannot be used"))
    };
    Ok(Look {
        name: service_name(options).to_owned(),
        logo: options.service_logo.as_ref().map(logo).transpose()?,
        color: options.service_color.as_ref().map(color).transpose()?.unwrap_or_default(),
    })
}

/// What is said to people, on pages and in mails.
///
/// # Errors
/// When a file of the folder cannot be used.
pub(super) fn texts(options: &PresenceOptions) -> anyhow::Result<Catalogue> {
    match &options.texts {
        Some(folder) => Catalogue::with_overrides(folder)
            .with_context(|| format!("--texts {} cannot be used", folder.display())),
        None => Ok(Catalogue::built_in()),
    }
}

/// What mails say of their sender.
///
/// # Errors
/// When an option makes no sense, or the address is not of this machine and the product has no name.
pub fn letterhead(
    options: &PresenceOptions,
    statements: &Statements,
    public_url: &Url,
) -> anyhow::Result<Letterhead> {
    check_service_name(options, public_url)?;
    let contact = match &options.contact {
        Some(contact) => Some(contact.parse().context("--contact cannot be used")?),
        // Only the words of the statement can be none.
        None => statements.in_language(Language::default()).contact.parse::<Contact>().ok(),
    };
    if let Some(url) = &options.account_url {
        let here = url.host_str().is_some_and(is_here);
        ensure!(
            url.scheme() == "https" || (url.scheme() == "http" && here),
            "--account-url {url} is not https: people are sent there from every mail"
        );
    }
    let public_url = public_url.as_str().parse().context("--public-url cannot be used")?;
    let head = Letterhead::new(service_name(options), contact, options.account_url.as_ref(), public_url);
    let default_language = match options.default_language {
        cli::Language::En => Language::En,
        cli::Language::De => Language::De,
    };
    Ok(head.speaking(Texts::new(texts(options)?, default_language)))
}

/// Refuses to send people mail that does not say who writes.
fn check_service_name(options: &PresenceOptions, public_url: &Url) -> anyhow::Result<()> {
    let here = public_url.host_str().is_some_and(is_here);
    ensure!(
        here || options.service_name.as_ref().is_some_and(|name| !name.trim().is_empty()),
        "the public URL is {public_url}, and the product has no name by which people know who writes to them: give \
         --service-name 'Example' (PERSONAL_SETTINGS_SERVICE_NAME)"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use workers::privacy_requests::archive::Practice;

    use super::*;

    fn options(contact: Option<&str>, account_url: Option<&str>) -> PresenceOptions {
        PresenceOptions {
            service_name: Some("Example".to_owned()),
            contact: contact.map(str::to_owned),
            account_url: account_url.map(|url| url.parse().unwrap()),
            ..PresenceOptions::default()
        }
    }

    fn contact_of(options: &PresenceOptions, stated: &str) -> Option<String> {
        let own = serde_json::json!({ "contact": stated });
        let statements = Statements::stated(&Practice::default(), &own, &Catalogue::built_in()).unwrap();
        let head =
            letterhead(options, &statements, &"https://settings.example.com".parse().unwrap()).unwrap();
        head.contact().map(ToString::to_string)
    }

    #[test]
    fn the_contact_is_the_one_of_the_statement_where_no_other_is_given() {
        assert_eq!(contact_of(&options(None, None), "dpo@example.com").unwrap(), "dpo@example.com");
        let given = options(Some("help@example.com"), None);
        assert_eq!(contact_of(&given, "dpo@example.com").unwrap(), "help@example.com");
        assert_eq!(contact_of(&options(None, None), " "), None);
    }

    #[test]
    fn mails_are_in_the_language_of_the_service_and_in_words_of_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("de")).unwrap();
        std::fs::write(folder.path().join("de/mail.ftl"), "mail-hello = Servus,\n").unwrap();
        let own = PresenceOptions {
            default_language: cli::Language::De,
            texts: Some(folder.path().to_owned()),
            ..options(None, None)
        };
        let statements = Statements::of(&Practice::default(), &Catalogue::built_in()).unwrap();
        let head = letterhead(&own, &statements, &"https://settings.example.com".parse().unwrap()).unwrap();
        let text = head.texts().for_anyone();
        assert_eq!((text.language(), text.say("mail-hello").as_str()), (Language::De, "Servus,"));
    }

    #[test]
    fn a_public_address_wants_a_name_for_the_product() {
        let (public, here) = ("https://settings.example.com", "http://127.0.0.1:8080");
        let check = |options: &PresenceOptions, url: &str| check_service_name(options, &url.parse().unwrap());
        check(&options(None, None), public).unwrap();
        check(&PresenceOptions::default(), here).unwrap();
        let told = check(&PresenceOptions::default(), public).unwrap_err().to_string();
        assert!(told.contains("--service-name") && told.contains(public), "{told}");
        assert_eq!(service_name(&PresenceOptions::default()), "Personal Settings");
    }

    #[test]
    fn people_are_not_sent_to_a_page_in_the_clear() {
        let statements = Statements::of(&Practice::default(), &Catalogue::built_in()).unwrap();
        let head = |url| {
            letterhead(
                &options(None, Some(url)),
                &statements,
                &"https://settings.example.com".parse().unwrap(),
            )
        };
        head("https://example.com/me").unwrap();
        head("http://localhost:3000/me").unwrap();
        let told = head("http://example.com/me").unwrap_err().to_string();
        assert!(told.contains("--account-url http://example.com/me"), "{told}");
    }
}
