//! Fetching one wheel with pip.
//!
//! pip knows the user's mirror, proxy and certificates, so it gets the whole environment. It checks the
//! pinned hash (`--require-hashes`) and takes nothing but wheels, so that no downloaded code is run; we check
//! the hash once more after it. All that it writes lies in the directory given; a crash in the middle leaves
//! nothing elsewhere.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use nix::sys::signal::Signal;

use crate::command::last_lines;
use crate::error::Attempt;
use crate::identity::Identity;
use crate::machine::Machine;
use crate::wheel::{Wheel, WheelFile, sha256_of};

/// After this time a download is given up.
const PATIENCE: Duration = Duration::from_secs(900);

/// All bars of this process, one below the other: both servers may be fetched at the same time.
static BARS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// Downloads the wheel into `directory`, with the first pip that can.
pub(crate) fn download(wheel: &Wheel, directory: &Path, machine: &Machine) -> Result<PathBuf, Vec<Attempt>> {
    let Some(file) = wheel.file() else {
        let why = format!("there is no wheel for {}", std::env::consts::ARCH);
        return Err(vec![Attempt::new(wheel.directory(), why)]);
    };
    let mut tried = Vec::new();
    let mut seen = Vec::new();
    for words in &machine.pips {
        match identify(words) {
            // The same pip under another name would only fail in the same way, after the same waiting.
            Ok(pip) if seen.contains(&pip) => continue,
            Ok(pip) => seen.push(pip),
            Err(why) => {
                tried.push(Attempt::new(spoken(words), why));
                continue;
            }
        }
        match download_with(words, wheel, file, directory) {
            Ok(path) => return Ok(path),
            Err(why) => {
                let what = format!("{} download {}=={}", spoken(words), wheel.project, wheel.release);
                tried.push(Attempt::new(what, why));
            }
        }
    }
    Err(tried)
}

fn spoken(words: &[OsString]) -> String {
    words.join(OsStr::new(" ")).to_string_lossy().into_owned()
}

fn command(words: &[OsString]) -> Option<Command> {
    let (program, arguments) = words.split_first()?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    Identity::Same.bind(&mut command, Signal::SIGTERM);
    Some(command)
}

/// What this pip says it is: its version, place and Python.
fn identify(words: &[OsString]) -> Result<String, String> {
    let mut command = command(words).ok_or("no program")?;
    crate::command::run(command.arg("--version"))
}

fn download_with(
    words: &[OsString],
    wheel: &Wheel,
    file: &WheelFile,
    directory: &Path,
) -> Result<PathBuf, String> {
    let told = |error: io::Error| format!("{}: {error}", directory.display());
    let requirements = directory.join("requirements.txt");
    std::fs::write(&requirements, wheel.requirement()).map_err(told)?;
    let said = directory.join("pip.log");
    let log = File::create(&said).map_err(told)?;
    let mut command = command(words).ok_or("no program")?;
    command
        .args(["download", "--quiet", "--no-input", "--disable-pip-version-check"])
        .args(["--progress-bar=off", "--no-deps", "--only-binary=:all:"])
        .args(["--require-hashes", "--requirement"])
        .arg(&requirements)
        .arg("--dest")
        .arg(directory)
        // pip writes what it receives below TMPDIR: there it can be measured, and is cleaned with the rest.
        .env("TMPDIR", directory)
        .stdout(log.try_clone().map_err(told)?)
        .stderr(log);
    let mut child = command.spawn().map_err(|error| format!("cannot be started: {error}"))?;
    let status = watch(&mut child, wheel, file, directory)?;
    if !status.success() {
        let text = std::fs::read_to_string(&said).unwrap_or_default();
        return Err(format!("failed ({status}): {}", last_lines(&text, 6)));
    }
    let path = directory.join(file.name);
    let found = sha256_of(&path).map_err(|error| format!("brought no {}: {error}", file.name))?;
    if found != file.sha256 {
        let expected = file.sha256;
        return Err(format!("brought a {} with the SHA-256 {found} instead of {expected}", file.name));
    }
    Ok(path)
}

/// Waits for pip, and shows how far it is: a bar on a terminal, one line in the log otherwise.
fn watch(child: &mut Child, wheel: &Wheel, file: &WheelFile, directory: &Path) -> Result<ExitStatus, String> {
    let began = Instant::now();
    let (project, release, bytes) = (wheel.project, wheel.release, file.size);
    let bar = if io::stderr().is_terminal() {
        bar(wheel, file.size)
    } else {
        tracing::info!(project, release, bytes, "fetching a server with pip");
        ProgressBar::hidden()
    };
    let outcome = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Ok(status),
            Ok(None) if began.elapsed() > PATIENCE => {
                break Err(format!("took longer than {} minutes", PATIENCE.as_secs() / 60));
            }
            Ok(None) => {}
            Err(error) => break Err(format!("cannot be awaited: {error}")),
        }
        bar.set_position(bytes_below(directory).min(file.size));
        std::thread::sleep(Duration::from_millis(50));
    };
    bar.finish_and_clear();
    if outcome.is_err() {
        let ended = child.kill().and_then(|()| child.wait());
        ended.map_err(|error| format!("cannot be ended: {error}"))?;
    }
    outcome
}

fn bar(wheel: &Wheel, size: u64) -> ProgressBar {
    let bar = BARS.add(ProgressBar::new(size).with_message(wheel.directory()));
    let template = "{spinner} fetching {msg} [{wide_bar}] {bytes}/{total_bytes}";
    // A template that does not parse would leave the plain bar, which does as well.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// How much lies below a directory. What vanishes in the meantime counts nothing.
fn bytes_below(directory: &Path) -> u64 {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => bytes_below(&entry.path()),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wheel::NATS;

    /// A program in the place of pip, that runs `download` when asked to download.
    fn fake(directory: &Path, download: &str) -> Vec<OsString> {
        let path = directory.join("fake-pip");
        let text = format!("[ \"$1\" = --version ] && echo pip 99 && exit\n{download}\n");
        std::fs::write(&path, text).unwrap();
        vec!["sh".into(), path.into()]
    }

    fn with(pips: Vec<Vec<OsString>>) -> Machine {
        Machine { pips, ..Machine::for_program("a-program") }
    }

    #[test]
    fn a_wheel_with_other_bytes_is_refused_even_when_pip_is_content() {
        let directory = tempfile::tempdir().unwrap();
        let file = NATS.file().unwrap();
        let into = directory.path().join(file.name);
        let pip = fake(directory.path(), &format!("echo other > '{}'", into.display()));
        let tried = download(&NATS, directory.path(), &with(vec![pip])).unwrap_err();
        assert_eq!(tried.len(), 1);
        assert!(tried[0].why.ends_with(&format!("instead of {}", file.sha256)), "{tried:?}");
    }

    #[test]
    fn every_way_to_call_pip_is_reported_but_the_same_pip_is_asked_once() {
        let directory = tempfile::tempdir().unwrap();
        let pip = fake(directory.path(), "echo 'ERROR: no network' >&2; exit 1");
        let missing = vec![OsString::from("/nonexistent/pip3")];
        let machine = with(vec![missing, pip.clone(), pip]);
        let tried = download(&NATS, directory.path(), &machine).unwrap_err();
        assert_eq!(tried.len(), 2, "{tried:?}");
        assert!(tried[0].to_string().starts_with("/nonexistent/pip3: cannot be started"), "{tried:?}");
        assert!(tried[1].why.contains("ERROR: no network"), "{tried:?}");
    }
}
