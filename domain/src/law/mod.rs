//! The laws under which a person asks: what each demands, as data, and the dates that follow from it.
//!
//! `laws.toml` is the table: one row is one law in one version, each field with its citation. It is compiled in, read once and
//! checked. A request keeps the version under which it was received, so a law that changes gets a further version and no row is
//! rewritten.
//!
//! The dates are pure functions of a row, an instant and the [`Place`] of the controller: a day is the day there, and a period
//! ends with its last second there.

mod dates;
mod id;
mod laws;
mod place;
mod row;
#[cfg(test)]
mod tests;
mod validity;

pub use id::{LawId, MalformedLawId};
pub use laws::{Laws, LawsError};
pub use place::{Holidays, Place};
pub use row::{
    Acknowledgement, Answer, Appeal, Complaint, End, Extension, Law, LawVersion, Pause, PauseEffect,
    PauseGround, Period, Record, Refusal, Right, Rights, Source, SourceKind, Start, Statement, Unit,
};
pub use validity::RowProblem;
