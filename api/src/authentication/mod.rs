//! How an account holder proves who they are: the password and how often it may be tried, the second step, passkeys, and the
//! places an account was signed in from before.

mod app_code;
mod credentials;
mod factor_undo;
mod familiar;
mod passkeys;
mod password_tries;
mod second_factor;

pub(crate) use credentials::VerifiedPassword;
pub(crate) use factor_undo::ways_back;
pub(crate) use familiar::FamiliarPlace;
pub(crate) use passkeys::ShownPasskey;
pub(crate) use password_tries::SignInTry;
pub(crate) use second_factor::{Answered, CodePayer, Question};
