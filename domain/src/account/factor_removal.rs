//! Taking all second factors away for a holder who has lost them, after an operator has seen proof of who they are.
//!
//! What always holds: it waits first. The holder is told by mail, and any session and the link of that mail can object. Then a
//! timer carries it out.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::{AccountError, AccountEvent, Holder};

type Decision = Result<Vec<AccountEvent>, AccountError>;

/// How it was proved to an operator that the holder is the one who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityProof {
    /// A document was seen.
    DocumentSeen,
    /// The holder was called back, at a number that was known before.
    CalledBack,
    /// In another way, of which a note tells that is kept elsewhere.
    Other,
}

impl IdentityProof {
    /// The name under which it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DocumentSeen => "document_seen",
            Self::CalledBack => "called_back",
            Self::Other => "other",
        }
    }

    /// What it is called where people read it.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::DocumentSeen => "a document was seen",
            Self::CalledBack => "the holder was called back",
            Self::Other => "in another way",
        }
    }
}

/// A removal of the second factor that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactorRemoval {
    /// How it was proved that the holder asked for it.
    pub proof: IdentityProof,
    /// When it is carried out.
    pub due_at: DateTime<Utc>,
}

impl Holder {
    /// Of several the last counts: it waits anew.
    pub(super) fn begin_factor_removal(
        &self,
        proof: IdentityProof,
        note_id: Option<String>,
        due_at: DateTime<Utc>,
    ) -> Decision {
        self.with_second_factor()?;
        Ok(vec![AccountEvent::FactorRemovalBegun { proof, note_id, due_at }])
    }

    pub(super) fn stop_factor_removal(&self) -> Decision {
        self.factor_removal.as_ref().ok_or(AccountError::NoFactorRemoval)?;
        Ok(vec![AccountEvent::FactorRemovalStopped {}])
    }

    /// A worker that comes too early, or twice, finds nothing to do.
    pub(super) fn remove_factor(&self, now: DateTime<Utc>) -> Vec<AccountEvent> {
        let is_due = self.factor_removal.as_ref().is_some_and(|removal| removal.due_at <= now);
        if is_due { vec![AccountEvent::FactorRemoved {}] } else { Vec::new() }
    }
}

/// How long a removal can wait at most: beyond it is no help to anyone.
pub const LONGEST_FACTOR_REMOVAL_WAIT: Duration = Duration::days(30);
