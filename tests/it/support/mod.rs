//! What the tests stand on.

mod app;
mod ended;
mod hold;
mod order;
mod passkey;
mod person;
mod pooler;
mod program;
mod proxy;
mod raw;
mod servers;
mod smtp;
mod team;
mod transit;
mod views;

pub(crate) use app::{TestApp, account_context, activity, eventually, letterhead};
pub(crate) use ended::left_behind;
pub(crate) use hold::Hold;
pub(crate) use order::{
    all_entries, assert_whole, await_gone, await_sequenced, leader_beyond, open_strangers,
};
pub(crate) use passkey::Authenticator;
pub(crate) use person::{PASSWORD, Person, sign_in};
pub(crate) use pooler::{Pooler, worker_of};
pub(crate) use program::{Client, HOUSE_TOKEN, OPERATOR_TOKEN, PROGRAM, Program, Start, http};
pub(crate) use proxy::{Lost, Proxy, Target};
pub(crate) use raw::{Raw, address};
pub(crate) use servers::{Database, closed_port, jetstream, nats_program, postgres_program, shared};
pub(crate) use smtp::{MailServer, Manner, SILENCE, header};
pub(crate) use team::{Made, Pair, Team, found_project, found_team, open_account, open_account_as, reset};
pub(crate) use transit::{TOKEN, TransitServer};
pub(crate) use views::{assert_bound, assert_rebuilt, assert_verifies};
