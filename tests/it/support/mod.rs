//! What the tests stand on.

mod hold;
mod house;
mod order;
mod person;
mod program;
mod proxy;
mod servers;
mod transit;

pub(crate) use hold::Hold;
pub(crate) use house::{House, account_context, activity, eventually};
pub(crate) use order::{assert_whole, await_sequenced};
pub(crate) use person::{PASSWORD, Person, sign_in};
pub(crate) use program::{Client, HOUSE_TOKEN, OPERATOR_TOKEN, Program, Start, http};
pub(crate) use proxy::{Lost, Proxy, Target};
pub(crate) use servers::{Database, jetstream, shared};
pub(crate) use transit::{TOKEN, TransitServer};
