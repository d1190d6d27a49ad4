//! The registry of personal data: every datum, every place it is copied to, how it lies there, and how and when it goes.
//!
//! Why in code: an erasure that is made place by place forgets the place that was added last. Here the data are an
//! enumeration, and where each lies is a function of it ([`copies()`]). A test reads the schema of a running database and
//! fails where a column is named neither here nor among those that hold nothing personal ([`NOT_PERSONAL`]); another seeds a
//! mark into every datum of the real program, erases and deletes, and looks for the marks everywhere. `.github/PERSONAL_DATA.md`
//! is printed from it ([`document()`]).
//!
//! Nothing runs on it: what carries an erasure out is `event_store::erasure` and the data sources.

mod columns;
mod copies;
mod datum;
mod document;
mod place;

pub use columns::{NOT_PERSONAL, Other, named_columns};
pub use copies::{Placed, copies};
pub use datum::Datum;
pub use document::document;
pub use place::{Fate, Form, Place};
