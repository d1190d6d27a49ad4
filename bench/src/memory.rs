//! How much memory this process takes, where the system tells (Linux).

/// What was resident when the work began.
pub(crate) struct Memory {
    idle: Option<f64>,
}

impl Memory {
    /// Begins to watch: the system forgets the peak so far (proc(5), `clear_refs`).
    pub(crate) fn watch() -> Self {
        let forgotten = std::fs::write("/proc/self/clear_refs", "5").is_ok();
        Self { idle: forgotten.then(|| megabytes("VmRSS:")).flatten() }
    }

    /// How many megabytes the peak since then lies over what was resident before; none when the system has
    /// taken memory back.
    pub(crate) fn peak(&self) -> Option<f64> {
        Some((megabytes("VmHWM:")? - self.idle?).max(0.0))
    }
}

/// A line of `/proc/self/status`, which tells kibibytes.
fn megabytes(name: &str) -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024.0 / 1e6)
}
