//! Which version of a law a request is received under.

use chrono::NaiveDate;

use super::{Kind, PrivacyRequestError};
use crate::law::{Law, LawId, Laws, Right};

impl Kind {
    /// The right that is used with a request of this kind.
    pub fn right(self) -> Right {
        match self {
            Self::Export => Right::Access,
            Self::Erasure => Right::Erasure,
        }
    }
}

/// The version of the law `id` under which a request of this kind is received on `day`, a day at the controller's place.
///
/// # Errors
/// When the table has no such law, it is not in force yet, or it does not grant the right.
pub fn applicable_law<'a>(
    laws: &'a Laws,
    id: &LawId,
    kind: Kind,
    day: NaiveDate,
) -> Result<&'a Law, PrivacyRequestError> {
    let first = laws.version(id, 1).ok_or(PrivacyRequestError::UnknownLaw)?;
    let law = laws.in_force(id, day).ok_or(PrivacyRequestError::LawNotInForce(first.in_force_from))?;
    law.rights.granting(kind.right()).map(|_| law).ok_or(PrivacyRequestError::RightNotGranted)
}
