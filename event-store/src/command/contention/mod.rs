//! Commands that want the same at the same time: which goes first, and that the turn of each comes.
//!
//! A command is tried at once, and where another was faster once more. One that has lost twice takes its
//! [turn]: until it is done no other command is stored in the streams that it touches, so it loses no more. On
//! the way without conflict nothing is waited for. Besides, an account's commands are carried out one at a time in a
//! process ([`Contention::place_of`]): of a thousand that one account sends, one competes with the others' commands.

mod queue;
mod turn;

use std::collections::BTreeSet;
use std::time::Duration;

use domain::AccountId;
use sqlx::PgPool;

pub use queue::Precedence;
use queue::{Queues, Turn};
use turn::StreamTurn;

use crate::error::StoreError;
use crate::postgres::backoff::Delays;
use crate::postgres::{PinnedPool, planned_once};

/// A stream: its aggregate's type and id.
pub(crate) type StreamName = (&'static str, String);

/// How often a command is tried.
const MAX_TRIES: u32 = 12;
/// Conflicts after which a command takes its turn.
const CONFLICTS_WITHOUT_TURN: u32 = 2;
/// Connections that hold turns: so many streams are contended for at once without waiting for each other.
const TURN_CONNECTIONS: u32 = 4;

/// The queues of this process.
pub(crate) struct Contention {
    accounts: Queues<AccountId>,
    streams: Queues<StreamName>,
    connections: PinnedPool,
}

impl Contention {
    pub(crate) fn new(pool: &PgPool) -> Self {
        Self {
            accounts: Queues::default(),
            streams: Queues::default(),
            connections: planned_once(pool, TURN_CONNECTIONS),
        }
    }

    pub(crate) fn connections(&self) -> &PinnedPool {
        &self.connections
    }

    /// Waits until `sender`, an account that sends a command, has no other under way in this process. None where too many
    /// wait, or it takes too long.
    pub(super) async fn place_of(&self, sender: Option<AccountId>, precedence: Precedence) -> Option<Place> {
        let Some(account) = sender else { return Some(Place { _turn: None }) };
        let turn = self.accounts.take(account, precedence).await?;
        Some(Place { _turn: Some(turn) })
    }
}

/// That an account's commands wait until this one is done.
pub(crate) struct Place {
    _turn: Option<Turn<AccountId>>,
}

/// The tries of one command.
pub(crate) struct Contest<'a> {
    contention: &'a Contention,
    precedence: Precedence,
    tries: u32,
    conflicts: u32,
    delays: Delays,
    turn: Option<StreamTurn>,
}

impl<'a> Contest<'a> {
    pub(crate) fn new(contention: &'a Contention, precedence: Precedence) -> Self {
        Self {
            contention,
            precedence,
            tries: 0,
            conflicts: 0,
            delays: Delays::new(Duration::from_millis(1), Duration::from_millis(50)),
            turn: None,
        }
    }

    /// Whether there is another try.
    pub(crate) fn goes_on(&mut self) -> bool {
        self.tries += 1;
        self.tries <= MAX_TRIES
    }

    /// The streams whose turn the command has: no other command is stored in them.
    pub(crate) fn streams(&self) -> BTreeSet<StreamName> {
        self.turn.as_ref().map(|turn| turn.streams.clone()).unwrap_or_default()
    }

    /// Something other than a conflict was in the way: waits a moment.
    pub(crate) async fn pause(&mut self) {
        self.delays.wait().await;
    }

    /// Another command was faster with one of `streams`: waits a moment, or for their turn. False where it does not
    /// come in time.
    pub(crate) async fn lost(&mut self, mut streams: BTreeSet<StreamName>) -> Result<bool, StoreError> {
        self.conflicts += 1;
        if self.conflicts < CONFLICTS_WITHOUT_TURN {
            self.pause().await;
            return Ok(true);
        }
        if let Some(turn) = self.turn.take() {
            if turn.streams.is_superset(&streams) {
                self.turn = Some(turn);
                self.pause().await;
                return Ok(true);
            }
            streams.extend(turn.streams.iter().cloned());
            turn.end().await;
        }
        let Contention { streams: queues, connections, .. } = self.contention;
        self.turn = StreamTurn::take(queues, connections, streams, self.precedence).await?;
        metrics::counter!("personal_settings_command_turns_total", "outcome" => if self.turn.is_some() { "taken" } else { "late" })
            .increment(1);
        Ok(self.turn.is_some())
    }

    /// Gives the turn to the next.
    pub(crate) async fn end(self) {
        if let Some(turn) = self.turn {
            turn.end().await;
        }
    }
}
