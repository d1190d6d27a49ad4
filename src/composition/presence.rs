//! How the service presents itself to people: one source for mails, pages and archives.

use anyhow::{Context, ensure};
use url::Url;
use workers::messages::mail::{Contact, Letterhead};
use workers::privacy_requests::archive::Statement;

use super::network::is_here;
use crate::cli::PresenceOptions;

/// What the product is called where no name is configured, on this machine alone.
const SERVICE_NAME: &str = "Personal Settings";

/// The name that people know the product by.
pub(crate) fn service_name(options: &PresenceOptions) -> &str {
    options.service_name.as_deref().map_or(SERVICE_NAME, str::trim)
}

/// What mails say of their sender.
///
/// # Errors
/// When an option makes no sense, or the address is not of this machine and the product has no name.
pub fn letterhead(
    options: &PresenceOptions,
    statement: &Statement,
    public_url: &Url,
) -> anyhow::Result<Letterhead> {
    check_service_name(options, public_url)?;
    let contact = match &options.contact {
        Some(contact) => Some(contact.parse().context("--contact cannot be used")?),
        // Only the words of the statement can be none.
        None => statement.contact.parse::<Contact>().ok(),
    };
    if let Some(url) = &options.account_url {
        let here = url.host_str().is_some_and(is_here);
        ensure!(
            url.scheme() == "https" || (url.scheme() == "http" && here),
            "--account-url {url} is not https: people are sent there from every mail"
        );
    }
    let public_url = public_url.as_str().parse().context("--public-url cannot be used")?;
    Ok(Letterhead::new(service_name(options), contact, options.account_url.as_ref(), public_url))
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
        }
    }

    fn contact_of(options: &PresenceOptions, stated: &str) -> Option<String> {
        let statement = Statement { contact: stated.to_owned(), ..Statement::of(&Practice::default()) };
        let head = letterhead(options, &statement, &"https://settings.example.com".parse().unwrap()).unwrap();
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
        let statement = Statement::of(&Practice::default());
        let head = |url| {
            letterhead(
                &options(None, Some(url)),
                &statement,
                &"https://settings.example.com".parse().unwrap(),
            )
        };
        head("https://example.com/me").unwrap();
        head("http://localhost:3000/me").unwrap();
        let told = head("http://example.com/me").unwrap_err().to_string();
        assert!(told.contains("--account-url http://example.com/me"), "{told}");
    }
}
