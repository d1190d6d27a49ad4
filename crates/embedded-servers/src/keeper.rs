//! One thread a server: it starts the server, waits for its end, and starts it again.
//!
//! The kernel tells a child of the death of the *thread* that started it, not of the process. So the thread
//! that starts a server must outlive it, and the simplest such thread is the one that waits for it: it ends
//! only after its child has been reaped. No thread of a pool may do this, as pools let idle threads go.
//!
//! A server that ends unasked is started again, at first at once, then after pauses that double up to
//! [`LONGEST_PAUSE`]. Its process id is only signalled under the same lock under which it is reaped, so no
//! stranger that got the id afterwards can be hit. If this program dies in the middle, the kernel ends the
//! child (see `identity`).

use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;
use tokio::sync::watch;

/// The pause before the second start; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// A server that lived this long is taken to have recovered: the next pause is the first again.
const HEALTHY: Duration = Duration::from_secs(30);

/// How to start one server, and how to end it.
pub(crate) struct Blueprint {
    /// `PostgreSQL` or `nats-server`.
    pub(crate) server: &'static str,
    /// Makes the command for the next start.
    pub(crate) command: Box<dyn FnMut() -> io::Result<Command> + Send>,
    /// Asks for an orderly end.
    pub(crate) stop: Signal,
    /// What to send next, each after so long a time in vain.
    pub(crate) insist: &'static [(Duration, Signal)],
}

/// What is known about the server, for those who wait for something.
#[derive(Debug, Clone, Default)]
pub(crate) struct Status {
    /// The running process.
    pub(crate) pid: Option<u32>,
    /// How often it ended, or could not be started.
    pub(crate) exits: u32,
    /// How it ended the last time.
    pub(crate) last_exit: String,
    /// The thread is done; nothing runs and nothing will.
    pub(crate) ended: bool,
}

/// Holds a server running. When dropped, the server is asked to end, and not awaited.
#[derive(Debug)]
pub(crate) struct Keeper {
    server: &'static str,
    desk: Arc<Desk>,
    status: watch::Receiver<Status>,
    stop: Signal,
    insist: &'static [(Duration, Signal)],
}

/// What the thread and the others share.
#[derive(Debug, Default)]
struct Desk {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Running and not reaped yet, so that the id is surely still its own.
    pid: Option<Pid>,
    stopping: bool,
}

impl Keeper {
    /// Starts the thread, which starts the server.
    pub(crate) fn start(blueprint: Blueprint) -> io::Result<Self> {
        let desk = Arc::new(Desk::default());
        let (sender, status) = watch::channel(Status::default());
        let keeper = Self {
            server: blueprint.server,
            desk: Arc::clone(&desk),
            status,
            stop: blueprint.stop,
            insist: blueprint.insist,
        };
        std::thread::Builder::new()
            .name(format!("keep {}", blueprint.server))
            .spawn(move || keep(blueprint, &desk, &sender))?;
        Ok(keeper)
    }

    /// What is known now.
    pub(crate) fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// Ends the server in order, and more and more firmly when it does not listen; returns when it is gone.
    pub(crate) async fn stop(&self) {
        self.desk.stop(self.stop);
        self.until(|status| status.ended).await;
    }

    /// Ends the server likewise, so that it is started again; returns when it has ended.
    pub(crate) async fn restart(&self) {
        let exits = self.status().exits;
        self.desk.signal(self.stop);
        self.until(|status| status.exits > exits || status.ended).await;
    }

    /// Until the server has done as it was told, which is said more and more firmly.
    async fn until(&self, obeyed: impl Fn(&Status) -> bool) {
        let mut status = self.status.clone();
        for (patience, signal) in self.insist {
            let gone = status.wait_for(&obeyed);
            if tokio::time::timeout(*patience, gone).await.is_ok() {
                return;
            }
            tracing::warn!(server = self.server, %signal, "server still running; sending a stronger signal");
            self.desk.signal(*signal);
        }
        // An error means that the thread itself is gone, and its child with it.
        drop(status.wait_for(&obeyed).await);
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        if !self.status.borrow().ended {
            self.desk.stop(self.stop);
        }
    }
}

impl Desk {
    fn state(&self) -> MutexGuard<'_, State> {
        // Every change of the state is one assignment, so a panic leaves it whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stop(&self, signal: Signal) {
        self.state().stopping = true;
        self.wake.notify_all();
        self.signal(signal);
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = self.state().pid
            && let Err(error) = kill(pid, signal)
        {
            tracing::warn!(%pid, %signal, %error, "signalling the server failed");
        }
    }

    /// Starts the server, unless it shall not run any more.
    fn spawn(&self, blueprint: &mut Blueprint) -> io::Result<Option<Child>> {
        let mut command = (blueprint.command)()?;
        let mut state = self.state();
        if state.stopping {
            return Ok(None);
        }
        let child = command.spawn()?;
        state.pid = Some(pid_of(&child));
        Ok(Some(child))
    }

    /// Waits for the end of the server.
    fn wait(&self, child: &mut Child) -> io::Result<ExitStatus> {
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
        while waitid(Id::Pid(pid_of(child)), flags) == Err(Errno::EINTR) {}
        let mut state = self.state();
        state.pid = None;
        child.wait()
    }

    /// Sleeps, and returns early when the server shall not run any more.
    fn pause(&self, length: Duration) -> bool {
        let waited = self.wake.wait_timeout_while(self.state(), length, |state| !state.stopping);
        waited.unwrap_or_else(PoisonError::into_inner).0.stopping
    }
}

#[expect(clippy::cast_possible_wrap, reason = "Linux gives out no process id above 2^22")]
fn pid_of(child: &Child) -> Pid {
    Pid::from_raw(child.id() as i32)
}

/// The life of the thread.
fn keep(mut blueprint: Blueprint, desk: &Desk, status: &watch::Sender<Status>) {
    let server = blueprint.server;
    let mut pause = FIRST_PAUSE;
    loop {
        let began = Instant::now();
        let exit = match desk.spawn(&mut blueprint) {
            Ok(None) => break,
            Ok(Some(mut child)) => {
                let pid = child.id();
                tracing::debug!(server, pid, "started");
                status.send_modify(|status| status.pid = Some(pid));
                match desk.wait(&mut child) {
                    Ok(exit) => exit.to_string(),
                    Err(error) => format!("cannot be awaited: {error}"),
                }
            }
            Err(error) => format!("cannot be started: {error}"),
        };
        status.send_modify(|status| {
            status.pid = None;
            status.exits += 1;
            status.last_exit.clone_from(&exit);
        });
        if desk.state().stopping {
            break;
        }
        if began.elapsed() >= HEALTHY {
            pause = FIRST_PAUSE;
        }
        tracing::warn!(
            server,
            exit,
            pause_ms = pause.as_millis(),
            "server exited unexpectedly; restarting it"
        );
        if desk.pause(pause) {
            break;
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    status.send_modify(|status| status.ended = true);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Identity;

    fn keeper_of(script: &'static str) -> Keeper {
        Keeper::start(Blueprint {
            server: "a shell",
            command: Box::new(move || {
                let mut command = Command::new("sh");
                command.args(["-c", script]);
                Identity::Same.bind(&mut command, Signal::SIGKILL);
                Ok(command)
            }),
            stop: Signal::SIGTERM,
            insist: const { &[(Duration::from_millis(300), Signal::SIGKILL)] },
        })
        .unwrap()
    }

    fn exists(pid: u32) -> bool {
        std::path::Path::new("/proc").join(pid.to_string()).exists()
    }

    #[tokio::test]
    async fn a_server_that_ends_is_started_again_after_longer_and_longer_pauses() {
        let keeper = keeper_of("exit 7");
        let began = Instant::now();
        let mut status = keeper.status.clone();
        status.wait_for(|status| status.exits == 4).await.unwrap();
        assert!(began.elapsed() >= Duration::from_millis(50 + 100 + 200));
        assert_eq!(keeper.status().last_exit, "exit status: 7");
        keeper.stop().await;
        assert!(keeper.status().ended);
    }

    #[tokio::test]
    async fn a_program_that_does_not_exist_is_a_failed_start() {
        let keeper = Keeper::start(Blueprint {
            server: "nothing",
            command: Box::new(|| Ok(Command::new("/nonexistent/server"))),
            stop: Signal::SIGTERM,
            insist: &[],
        })
        .unwrap();
        let mut status = keeper.status.clone();
        status.wait_for(|status| status.exits > 0).await.unwrap();
        assert!(keeper.status().last_exit.contains("cannot be started"));
        keeper.stop().await;
    }

    #[tokio::test]
    async fn a_server_that_does_not_listen_is_ended_all_the_same() {
        let keeper = keeper_of("trap '' TERM; while :; do sleep 0.05; done");
        let mut status = keeper.status.clone();
        let pid = status.wait_for(|status| status.pid.is_some()).await.unwrap().pid.unwrap();
        keeper.stop().await;
        assert!(!exists(pid));
    }

    #[tokio::test]
    async fn a_dropped_keeper_ends_its_server() {
        let keeper = keeper_of("exec sleep 600");
        let mut status = keeper.status.clone();
        let pid = status.wait_for(|status| status.pid.is_some()).await.unwrap().pid.unwrap();
        drop(keeper);
        status.wait_for(|status| status.ended).await.unwrap();
        assert!(!exists(pid));
    }
}
