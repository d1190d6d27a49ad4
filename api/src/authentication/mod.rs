//! How an account holder proves who they are: the password and how often it may be tried, the second factor, and the places
//! an account was signed in from before.

mod credentials;
mod factor_undo;
mod familiar;
mod second_factor;
mod sign_in_tries;

pub(crate) use credentials::VerifiedPassword;
pub(crate) use factor_undo::ways_back;
pub(crate) use familiar::FamiliarPlace;
pub(crate) use second_factor::{Answered, CodePayer, Question, phone_of};
pub(crate) use sign_in_tries::SignInTry;
