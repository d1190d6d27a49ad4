//! Who a mail comes from, in the words of its reader: the product, who to write to, and where the account lives.
//!
//! Why a type: every letter says these, and no letter makes them up. What always holds: they come from the
//! configuration; links are below the [`PublicUrl`], but for the one to the account. A crash leaves nothing: this is a
//! value.

use domain::{ProjectId, RequestId};
use url::Url;

use super::address::one_line;
use super::{Contact, PublicUrl};
use crate::texts::Texts;

/// What every mail says of its sender.
#[derive(Clone, Debug)]
pub struct Letterhead {
    service: String,
    contact: Option<Contact>,
    account_url: String,
    public_url: PublicUrl,
    texts: Texts,
}

impl Letterhead {
    /// Mails of `service`, which may be asked at `contact`. Without an `account_url` the account lives on the pages of
    /// this service.
    pub fn new(
        service: &str,
        contact: Option<Contact>,
        account_url: Option<&Url>,
        public_url: PublicUrl,
    ) -> Self {
        let account_url = account_url.map_or_else(|| public_url.link("settings/"), Url::to_string);
        Self { service: one_line(service), contact, account_url, public_url, texts: Texts::default() }
    }

    /// The same, in the words of `texts`.
    #[must_use]
    pub fn speaking(self, texts: Texts) -> Self {
        Self { texts, ..self }
    }

    /// What is said to whom.
    pub fn texts(&self) -> &Texts {
        &self.texts
    }

    /// The base of all links.
    pub fn public_url(&self) -> &PublicUrl {
        &self.public_url
    }

    /// The name of the product.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// Who to write to, if that is known.
    pub fn contact(&self) -> Option<&Contact> {
        self.contact.as_ref()
    }

    /// Where the account lives.
    pub(super) fn account_url(&self) -> &str {
        &self.account_url
    }

    /// The page on which a privacy request is seen, cancelled and answered: it asks who is there first.
    pub(super) fn request(&self, id: RequestId) -> String {
        self.public_url.link(&format!("settings/privacy/requests/{id}"))
    }

    /// The page of a project, which says what happened to it: it asks who is there first.
    pub(super) fn project(&self, id: ProjectId) -> String {
        self.public_url.link(&format!("settings/projects/{id}"))
    }

    /// The page that asks what a token is to be used for. Behind the `#` no server sees it.
    pub(super) fn page(&self, name: &str, token: &str) -> String {
        format!("{}#{token}", self.public_url.link(&format!("links/{name}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_lives_where_it_is_configured_or_on_the_pages_of_this_service() {
        let public_url: PublicUrl = "https://settings.example.com/base".parse().unwrap();
        let head = |url: Option<Url>| Letterhead::new("Example\n", None, url.as_ref(), public_url.clone());
        assert_eq!(head(None).account_url(), "https://settings.example.com/base/settings/");
        let own: Url = "https://example.com/me".parse().unwrap();
        assert_eq!(head(Some(own.clone())).account_url(), "https://example.com/me");
        // Requests are seen here alone.
        let request = head(Some(own)).request(RequestId::from_uuid(uuid::Uuid::nil()));
        assert!(request.contains("/base/settings/privacy/requests/req_"), "{request}");
        assert_eq!(head(None).service(), "Example");
    }
}
