//! Short runs of a program: asking for a version, creating a database.
//!
//! They end with their parent like the servers do, and they get a small environment of their own: the secrets
//! that this program was given by its environment are for no other program.

use std::io;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::error::Attempt;
use crate::version::Version;

/// What a program finds out about its machine; all else is kept from it.
const PASSED_ON: [&str; 4] = ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH"];

/// How long a program that is still being written is awaited.
const BUSY_GRACE: Duration = Duration::from_secs(2);

/// Replaces the environment by a small one, with messages in plain English.
pub(crate) fn quiet(command: &mut Command) {
    command.env_clear().env("LC_ALL", "C");
    for name in PASSED_ON {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
}

/// Runs to the end and returns the standard output; else a text that tells why not.
///
/// A program that was unpacked just now may still be open for writing in a child that another thread has
/// forked and that has not reached its exec yet. The kernel does not run it before that, which is a matter of
/// moments.
pub(crate) fn run(command: &mut Command) -> Result<String, String> {
    let began = Instant::now();
    let output = loop {
        match command.output() {
            Err(error)
                if error.kind() == io::ErrorKind::ExecutableFileBusy && began.elapsed() < BUSY_GRACE =>
            {
                std::thread::sleep(Duration::from_millis(5));
            }
            other => break other.map_err(|error| format!("cannot be started: {error}"))?,
        }
    };
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("failed ({}): {}", output.status, complaint(&output)))
}

/// The last lines that a failed program wrote.
fn complaint(output: &Output) -> String {
    let said = if output.stderr.is_empty() { &output.stdout } else { &output.stderr };
    last_lines(&String::from_utf8_lossy(said), 6)
}

/// The last `count` lines that are not empty.
pub(crate) fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

/// Asks a program for its version.
pub(crate) fn version_of(program: &Path) -> Result<Version, Attempt> {
    let mut command = Command::new(program);
    command.arg("--version");
    quiet(&mut command);
    let told = |why: String| Attempt::new(program.display().to_string(), why);
    let text = run(&mut command).map_err(told)?;
    Version::find_in(&text).ok_or_else(|| told(format!("tells no version, but {:?}", text.trim())))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;

    use super::*;

    #[test]
    fn a_failure_quotes_the_program() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo no space left >&2; exit 3"]);
        let error = run(&mut command).unwrap_err();
        assert!(error.contains("exit status: 3") && error.contains("no space left"), "{error}");
        let error = run(&mut Command::new("/nonexistent/program")).unwrap_err();
        assert!(error.contains("cannot be started"), "{error}");
    }

    #[test]
    fn the_environment_is_not_passed_on() {
        let mut command = Command::new("/usr/bin/env");
        command.env("DATABASE_URL", "postgres://secret");
        quiet(&mut command);
        let text = run(&mut command).unwrap();
        assert!(text.contains("LC_ALL=C"), "{text}");
        assert!(!text.contains("secret") && !text.contains("CARGO"), "{text}");
    }

    #[test]
    fn a_program_that_is_still_open_for_writing_is_awaited() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("program");
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o755)
            .open(&path)
            .unwrap();
        file.write_all(b"#!/bin/sh\necho 15.1\n").unwrap();
        let writer = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            drop(file);
        });
        assert_eq!(version_of(&path).unwrap(), Version::new(15, 1));
        writer.join().unwrap();
    }
}
