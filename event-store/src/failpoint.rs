//! Named points at which a test has a process die: between any two steps of what it does.
//!
//! A process that reaches a point dies there as by `kill -9`: nothing is unwound, flushed or given back. Only builds
//! with debug assertions know of this, and only where `PERSONAL_SETTINGS_FAILPOINTS` names a folder. In a release
//! [`reach`] is empty, and the variable is not read.
//!
//! Why not the crate `fail`: its last release is of 2022, and a feature of it that tests turn on would be on in the
//! program that cargo builds beside them, and off in the one that it builds otherwise.
//!
//! In the folder:
//! - `reached`: each point that was reached, a line each, in the order of time. The test empties it.
//! - `armed`: `NUMBER POINT`: where to die, and how often the point must have been reached in `reached` by then.

use std::fmt::Display;

/// The variable that names the folder.
pub const VARIABLE: &str = "PERSONAL_SETTINGS_FAILPOINTS";

/// Tells that a point is reached, and `of` what. Does not return where the process is to die here.
#[inline]
pub fn reach(point: &'static str, of: impl Display) {
    #[cfg(debug_assertions)]
    armed::reach(point, &of);
    #[cfg(not(debug_assertions))]
    let _ = (point, of);
}

#[cfg(debug_assertions)]
mod armed {
    use std::fmt::Display;
    use std::fs::{self, File};
    use std::io::{self, Write};
    use std::path::{Path, PathBuf};
    use std::sync::{Mutex, OnceLock, PoisonError};

    pub(super) fn reach(point: &str, of: &dyn Display) {
        static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let folder = FOLDER.get_or_init(|| std::env::var_os(super::VARIABLE).map(PathBuf::from));
        let Some(folder) = folder else { return };
        let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        match is_armed(folder, &format!("{point} {of}")) {
            Ok(true) => std::process::abort(),
            Ok(false) => {}
            Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "a failpoint failed"),
        }
    }

    /// Notes that the point was reached. Whether the process is to die here.
    pub(super) fn is_armed(folder: &Path, point: &str) -> io::Result<bool> {
        let path = folder.join("reached");
        writeln!(File::options().create(true).append(true).open(&path)?, "{point}")?;
        let Ok(armed) = fs::read_to_string(folder.join("armed")) else { return Ok(false) };
        let Some((number, armed)) = armed.trim_end().split_once(' ') else { return Ok(false) };
        let reached =
            || fs::read_to_string(&path).map(|text| text.lines().filter(|line| *line == point).count());
        Ok(armed == point && reached()?.to_string() == number)
    }
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_armed_for_one_of_the_times_it_is_reached() {
        let folder = tempfile::tempdir().unwrap();
        let reach = |point| armed::is_armed(folder.path(), point).unwrap();
        assert!(!reach("post: sent code"));
        std::fs::write(folder.path().join("armed"), "3 post: sent code\n").unwrap();
        let reached = ["post: sent code", "post: sent", "post: sent code", "post: sent code"].map(reach);
        assert_eq!(reached, [false, false, true, false]);
        let said = std::fs::read_to_string(folder.path().join("reached")).unwrap();
        assert_eq!(said.lines().count(), 5);
    }

    #[test]
    fn what_is_reached_without_a_folder_is_not_noted() {
        assert!(std::env::var_os(VARIABLE).is_none());
        reach("anything", "at all");
    }
}
