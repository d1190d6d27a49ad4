//! Chains of errors: their words for the log, and the operating system's error without the words of others.

use std::error::Error;
use std::io;

/// An error and all that it comes from, each in words, as they are logged.
pub(crate) fn descriptions(error: &(dyn Error + 'static)) -> Vec<String> {
    std::iter::successors(Some(error), |&error| error.source()).map(ToString::to_string).collect()
}

/// The operating system's error in a chain of errors, as a copy without any text of others.
pub(crate) fn io_source(mut source: Option<&(dyn Error + 'static)>) -> Option<io::Error> {
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return Some(match error.raw_os_error() {
                Some(code) => io::Error::from_raw_os_error(code),
                None => error.kind().into(),
            });
        }
        source = error.source();
    }
    None
}
