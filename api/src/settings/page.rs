//! A page on its way out.

use catalogue::id;
use maud::Markup;

use super::desk_section;
use super::errors::Errors;

/// Part of the settings, as the navigation names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// Who somebody is.
    Profile,
    /// Where they belong, and with whom.
    Organizations,
    /// What usage is collected in, and its credentials.
    Projects,
    /// Where one is signed in, and what protects the account.
    Security,
    /// What happened.
    History,
    /// The end of the account.
    Delete,
    /// Somebody's data, and what may be kept of it.
    Privacy,
}

impl Section {
    /// Every one, as the navigation lists them.
    pub(super) const ALL: &'static [Self] = &[
        Self::Profile,
        Self::Organizations,
        Self::Projects,
        Self::Privacy,
        Self::Security,
        Self::History,
        Self::Delete,
    ];

    /// Where it begins.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Profile => "/settings/profile",
            Self::Organizations => "/settings/organizations",
            Self::Projects => "/settings/projects",
            Self::Security => "/settings/security",
            Self::History => "/settings/history",
            Self::Delete => "/settings/delete",
            Self::Privacy => "/settings/privacy",
        }
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Profile => id!("section-profile"),
            Self::Organizations => id!("organizations-title"),
            Self::Projects => id!("projects-title"),
            Self::Security => id!("section-security"),
            Self::History => id!("section-history"),
            Self::Delete => id!("section-delete"),
            Self::Privacy => id!("section-privacy"),
        }
    }
}

/// A page that shows what is shown once: it is not compressed, so that its size tells nothing of what is in it.
#[derive(Clone, Copy)]
pub(super) struct Secret;

/// A page: its title, which is its heading as well, and what is on it.
pub(crate) struct Page<'a> {
    pub(super) title: String,
    /// The part of the navigation that it belongs to, by its path.
    pub(super) part: Option<&'static str>,
    pub(super) back: Option<(String, String)>,
    pub(super) done: Option<String>,
    pub(super) errors: Option<&'a Errors>,
    pub(super) body: Markup,
    pub(super) status: u16,
    pub(super) is_secret: bool,
    pub(super) is_wide: bool,
}

impl<'a> Page<'a> {
    /// A page by its title.
    pub(crate) fn new(title: String, body: Markup) -> Self {
        Self {
            title,
            part: None,
            back: None,
            done: None,
            errors: None,
            body,
            status: 200,
            is_secret: false,
            is_wide: false,
        }
    }

    /// Part of a section.
    #[must_use]
    pub(crate) fn of(self, section: Section) -> Self {
        Self { part: Some(section.path()), ..self }
    }

    /// Part of a section of the privacy desk.
    #[must_use]
    pub(super) fn of_desk(self, section: desk_section::Section) -> Self {
        Self { part: Some(section.path()), ..self }
    }

    /// With a link to the page above it.
    #[must_use]
    pub(crate) fn below(self, path: impl Into<String>, name: String) -> Self {
        Self { back: Some((path.into(), name)), ..self }
    }

    /// Telling what was done before.
    #[must_use]
    pub(crate) fn telling(self, done: Option<String>) -> Self {
        Self { done, ..self }
    }

    /// With what was wrong, and its status.
    #[must_use]
    pub(crate) fn with_errors(self, errors: &'a Errors) -> Self {
        Self { status: errors.status().as_u16(), errors: Some(errors), ..self }
    }

    /// With another status.
    #[must_use]
    pub(crate) fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// With room for more than a form, also where there is no navigation beside it.
    #[must_use]
    pub(crate) fn wide(self) -> Self {
        Self { is_wide: true, ..self }
    }

    /// Showing what is shown once.
    #[must_use]
    pub(crate) fn secret(self) -> Self {
        Self { is_secret: true, ..self }
    }
}
