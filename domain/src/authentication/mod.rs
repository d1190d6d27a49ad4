//! How an account proves who acts for it, and what a change of that ends.
//!
//! A session, a question and a link rest on what was proved when they were made: the password, a code, a mailbox. What
//! always holds: each of them is of one *authentication generation* of its account, which every change of the password,
//! the address or a factor raises. What is of an older generation counts no more, whatever is under way meanwhile.
//! What each such change ends, and what it leaves, stands in one [`table`](Change::fate), with the reasons.

mod change;
mod factor;
mod lent;
mod table;

pub use change::{Change, Ending};
pub use factor::{Factor, Factors};
pub use lent::Lent;
pub use table::Fate;
