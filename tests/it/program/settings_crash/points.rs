//! Where the program passes, and where it is to die ([`event_store::failpoint`]).

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;

/// What goes on with every event, or by the clock: how often depends on the moment.
const AT_TIMES: [&str; 5] = ["log: ", "view: ", "relay: ", "timer: ", "task: "];
/// What is tried again when another was faster.
const TRIED: &str = "store: writing ";

/// A point, and for the how manieth time it is passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Point {
    name: String,
    time: usize,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.time, self.name)
    }
}

impl Point {
    /// Whether it is passed with every event, whatever that tells of.
    pub(super) fn is_of_every_event(&self) -> bool {
        ["log: ", "view: ", "relay: "].iter().any(|of| self.name.starts_with(of))
    }
}

/// The folder through which a test and a program speak of points.
pub(super) struct Points(PathBuf);

impl Points {
    pub(super) fn at(folder: PathBuf) -> Self {
        std::fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    /// What the program is to be told.
    pub(super) fn variable(&self) -> (&'static str, String) {
        (event_store::failpoint::VARIABLE, self.0.display().to_string())
    }

    /// From now on passing is noted anew; the program dies at `armed`.
    pub(super) fn begin(&self, armed: Option<&Point>) {
        std::fs::write(self.0.join("reached"), "").unwrap();
        if let Some(point) = armed {
            std::fs::write(self.0.join("armed"), point.to_string()).unwrap();
        }
    }

    /// Nothing is armed any more. Whether anything was.
    pub(super) fn disarm(&self) -> bool {
        std::fs::remove_file(self.0.join("armed")).is_ok()
    }

    /// How often points of this name were passed, whatever of.
    pub(super) fn passed(&self, name: &str) -> usize {
        self.lines().iter().filter(|line| line.starts_with(name)).count()
    }

    /// Every point that was passed, in order: for the first time only where the number is not always the same.
    pub(super) fn all(&self) -> Vec<Point> {
        let mut times: HashMap<String, usize> = HashMap::new();
        let mut points = Vec::new();
        for name in self.lines() {
            let time = times.entry(name.clone()).or_default();
            *time += 1;
            let varies = AT_TIMES.iter().chain([&TRIED]).any(|of| name.starts_with(of));
            if *time == 1 || !varies {
                points.push(Point { name, time: *time });
            }
        }
        points
    }

    fn lines(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.0.join("reached")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}
