//! Proof over a real log: what is found when somebody who may do anything in the database changes it.

mod caches;
mod forged;
mod large;
mod logbook;
mod proofs;
mod pruned;
mod subjects;
mod tampered;
mod verifications;

use logbook::Logbook;
