//! Variables of the environment that have our prefix and are no option: a misspelt one would be quietly not set.

use std::collections::BTreeSet;

use clap::Command;

/// What the names of all our variables begin with.
const PREFIX: &str = "PERSONAL_SETTINGS_";
/// How much of a name may differ for another to be meant.
const CLOSE: f64 = 0.9;

/// What is wrong with these names, in words; nothing where each is of an option, or of another program.
pub(super) fn complaint(command: &Command, names: impl Iterator<Item = String>) -> Option<String> {
    let known = known(command);
    let unknown: BTreeSet<String> = names
        .filter(|name| name.starts_with(PREFIX) && !known.contains(name.as_str()) && !is_of_kubernetes(name))
        .collect();
    let told: Vec<String> = unknown.iter().map(|name| told(name, &known)).collect();
    (!told.is_empty()).then(|| format!("no option of ours is set by {}", told.join(", ")))
}

fn told(name: &str, known: &BTreeSet<&str>) -> String {
    let likeness = |other: &&&str| (strsim::jaro_winkler(name, other) * 1e6) as u64;
    let nearest = known.iter().max_by_key(likeness).filter(|other| strsim::jaro_winkler(name, other) > CLOSE);
    nearest.map_or_else(|| name.to_owned(), |nearest| format!("{name} (is {nearest} meant?)"))
}

/// The variables of the options of a command and of all below it, and those that are read elsewhere.
fn known(command: &Command) -> BTreeSet<&str> {
    let own = command.get_arguments().filter_map(|arg| arg.get_env()?.to_str());
    let below = command.get_subcommands().flat_map(known);
    own.chain(below).chain([event_store::failpoint::VARIABLE]).collect()
}

/// Whether Kubernetes sets it in each container, where a service has a name that begins like ours
/// (`personal-settings-api`): `…_SERVICE_HOST`, `…_SERVICE_PORT`, `…_SERVICE_PORT_HTTP`, `…_PORT`, `…_PORT_8080_TCP_ADDR`.
fn is_of_kubernetes(name: &str) -> bool {
    let of_port = |(_, port): (&str, &str)| port.starts_with(|c: char| c.is_ascii_digit());
    ["SERVICE_HOST", "SERVICE_PORT", "_PORT"].iter().any(|end| name.ends_with(end))
        || name.contains("SERVICE_PORT_")
        || name.split_once("_PORT_").is_some_and(of_port)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    fn complained(names: &[&str]) -> Option<String> {
        complaint(&Cli::command(), names.iter().map(|name| (*name).to_owned()))
    }

    #[test]
    fn a_misspelt_variable_is_told_with_what_is_meant() {
        let told = complained(&["PERSONAL_SETTINGS_LISTEN", "PERSONAL_SETTINGS_CONCURENCY"]).unwrap();
        assert!(told.contains("CONCURENCY (is PERSONAL_SETTINGS_CONCURRENCY meant?)"), "{told}");
        assert!(!told.contains("_LISTEN"), "{told}");
        let told = complained(&["PERSONAL_SETTINGS_XYZ"]).unwrap();
        assert!(told.contains("PERSONAL_SETTINGS_XYZ"), "{told}");
    }

    #[test]
    fn options_of_every_command_and_what_others_set_are_none() {
        assert_eq!(
            complained(&[
                "PATH",
                "DATABASE_URL",
                "PERSONAL_SETTINGS",
                "PERSONAL_SETTINGS_CONFIG",
                "PERSONAL_SETTINGS_LOG",
                "PERSONAL_SETTINGS_OWNER_URL",
                "PERSONAL_SETTINGS_PUBLIC_KEY",
                "PERSONAL_SETTINGS_FAILPOINTS",
                "PERSONAL_SETTINGS_SERVICE_HOST",
                "PERSONAL_SETTINGS_API_SERVICE_PORT_HTTP",
                "PERSONAL_SETTINGS_PORT",
                "PERSONAL_SETTINGS_PORT_8080_TCP_ADDR",
            ]),
            None
        );
    }
}
