//! PgBouncer in session mode before the database of this run.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::{Database, eventually, shared};

/// One that runs; killed when dropped.
pub(crate) struct Pooler {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Pooler {
    /// Starts one. None where PgBouncer is not installed: it is then said that the test is skipped.
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    pub(crate) async fn start(users: &[&str]) -> Option<Self> {
        let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"]
            .into_iter()
            .find(|path| std::path::Path::new(path).exists());
        let Some(program) = program else {
            eprintln!("SKIPPED: PgBouncer is not installed (Debian: apt-get install pgbouncer)");
            return None;
        };
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let sockets = &shared().socket_folder;
        let owner = std::fs::metadata(format!("{sockets}/.s.PGSQL.5432")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        let known: String = users.iter().map(|user| format!("\"{user}\" \"\"\n")).collect();
        std::fs::write(file("users"), known).unwrap();
        let settings = format!(
            "[databases]\n* = host={sockets} port=5432\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = trust\nauth_file = {}\npool_mode = session\ndefault_pool_size = 100\n\
             max_client_conn = 400\n",
            file("users").display()
        );
        std::fs::write(file("pgbouncer.ini"), settings).unwrap();
        let mut command = as_who_may_enter(program, &owner, folder.path());
        command.arg(file("pgbouncer.ini")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let pooler = Self { child: command.spawn().unwrap(), port, _folder: folder };
        eventually("PgBouncer listens", || async {
            tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok()
        })
        .await;
        Some(pooler)
    }

    /// The way to `database` through it, as `user`.
    pub(crate) fn url(&self, user: &str, database: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }
}

/// It refuses to run as root, and the socket is there for its owner alone: that is root, if PostgreSQL runs in a user
/// namespace, or the account that it runs as.
fn as_who_may_enter(program: &str, owner: &Metadata, folder: &Path) -> Command {
    if !nix::unistd::geteuid().is_root() {
        return Command::new(program);
    }
    if owner.uid() == 0 {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-user=1000", "--map-group=1000", program]);
        return command;
    }
    for path in [folder.to_owned(), folder.join("users"), folder.join("pgbouncer.ini")] {
        std::os::unix::fs::chown(path, Some(owner.uid()), Some(owner.gid())).unwrap();
    }
    let mut command = Command::new(program);
    command.uid(owner.uid()).gid(owner.gid());
    command
}

impl Drop for Pooler {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The user that programs work in `database` as.
pub(crate) fn worker_of(database: &Database) -> String {
    event_store::postgres::role::of_url(&database.worker_url).unwrap()
}
