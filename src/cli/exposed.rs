//! Secrets among the words of the command line: every user of the machine can read those.

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

/// The options that were given as flags with a secret in them.
pub(super) fn flags(command: &Command, matches: &ArgMatches) -> Vec<String> {
    let secrets = command.get_arguments().filter(|arg| arg.is_hide_env_values_set());
    let mut found: Vec<String> = secrets
        .filter(|arg| is_exposed(arg, matches))
        .filter_map(|arg| arg.get_long().map(|name| format!("--{name}")))
        .collect();
    if let Some((name, below)) = matches.subcommand() {
        found.extend(command.find_subcommand(name).into_iter().flat_map(|command| flags(command, below)));
    }
    found
}

fn is_exposed(arg: &Arg, matches: &ArgMatches) -> bool {
    let id = arg.get_id().as_str();
    let given = matches.value_source(id) == Some(ValueSource::CommandLine);
    let mut words = matches.get_raw(id).into_iter().flatten().map(|word| word.to_string_lossy());
    given && words.any(|word| is_secret(&word))
}

/// Whether it is a secret, or a URL with a user name or a password in it.
fn is_secret(word: &str) -> bool {
    match word.split_once("://") {
        Some((_, rest)) => rest.contains('@'),
        None => !word.starts_with("directory:"),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::flags;
    use crate::cli::Cli;

    #[test]
    fn a_secret_in_a_flag_is_noticed_and_a_url_without_one_is_not() {
        let found = |words: &[&str]| {
            let matches = Cli::command().try_get_matches_from([&["ps"], words].concat()).unwrap();
            flags(&Cli::command(), &matches)
        };
        let database = ["migrate", "--database-url", "postgres://worker:hush@db.example.com/ps"];
        assert_eq!(found(&database), ["--database-url"]);
        assert_eq!(found(&["serve", "--operator-token", "hush"]), ["--operator-token"]);
        assert_eq!(found(&["--operator-token", "hush"]), ["--operator-token"]);
        assert_eq!(found(&["serve", "--nats-url", "nats://token@nats.example.com"]), ["--nats-url"]);
        assert!(
            found(&["serve", "--nats-url", "nats://127.0.0.1:4222", "--mail", "directory:mail"]).is_empty()
        );
        assert!(found(&["serve", "--listen", "127.0.0.1:8080"]).is_empty());
    }
}
