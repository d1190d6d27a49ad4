//! What is left when a second factor goes.

use catalogue::id;

use crate::routes::me::SecondFactors;

/// What is said where these are left: whether the password is enough by itself then.
pub(super) fn with(left: &SecondFactors) -> &'static str {
    let nothing = left.passkeys.is_empty() && left.app.is_none() && left.phone.is_none();
    if nothing { id!("factor-removal-last") } else { id!("factor-removal-others") }
}
