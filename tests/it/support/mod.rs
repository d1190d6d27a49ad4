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
pub(crate) use order::{all_entries, assert_whole, await_sequenced, leader_beyond};
pub(crate) use person::{PASSWORD, Person, sign_in};
pub(crate) use program::{Client, HOUSE_TOKEN, OPERATOR_TOKEN, Program, Start, http};
pub(crate) use proxy::{Lost, Proxy, Target};
pub(crate) use servers::{Database, jetstream, postgres_program, shared};
pub(crate) use transit::{TOKEN, TransitServer};
