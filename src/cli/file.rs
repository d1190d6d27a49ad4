//! The configuration file: a line for an option, of whatever command. It gives defaults; a name in it that is
//! no option is an error, since it would otherwise be one that is quietly not set.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Context;

/// Where settings are looked for when no other file is named.
const FILE: &str = "personal-settings.toml";

/// The file named on the command line or by the environment, or the one in the working directory.
pub(super) fn read() -> anyhow::Result<toml::Table> {
    let named = named_on_command_line(std::env::args_os())
        .or_else(|| std::env::var_os("PERSONAL_SETTINGS_CONFIG"))
        .map(PathBuf::from);
    let path = named.clone().unwrap_or_else(|| PathBuf::from(FILE));
    match std::fs::read_to_string(&path) {
        Ok(text) => text.parse().with_context(|| format!("{} is no valid TOML", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => {
            Ok(toml::Table::new())
        }
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
}

/// The file is needed before the command line can be read as a whole.
pub(super) fn named_on_command_line(mut words: impl Iterator<Item = OsString>) -> Option<OsString> {
    let prefix = "--config=";
    loop {
        let word = words.next()?;
        if word == "--config" {
            return words.next();
        }
        if let Some(path) = word.to_str().and_then(|word| word.strip_prefix(prefix)) {
            return Some(path.into());
        }
    }
}

/// Names in the file that are no option of any command.
pub(super) fn unknown_names(command: &clap::Command, file: &toml::Table) -> Vec<String> {
    let known = known_names(command);
    file.keys().filter(|name| !known.contains(name.as_str())).cloned().collect()
}

/// The options of a command and of all below it.
fn known_names(command: &clap::Command) -> BTreeSet<&str> {
    let own = command.get_arguments().filter_map(clap::Arg::get_long);
    own.chain(command.get_subcommands().flat_map(known_names)).collect()
}

/// Makes every value of the file the default of the option of the same name.
pub(super) fn with_defaults(command: clap::Command, file: &toml::Table) -> clap::Command {
    let command = command.mut_args(|arg| {
        // A secret in the file shall not stand in the help.
        let secret = arg.is_hide_env_values_set();
        with_default(arg, file).hide_default_value(secret)
    });
    command.mut_subcommands(|subcommand| with_defaults(subcommand, file))
}

fn with_default(arg: clap::Arg, file: &toml::Table) -> clap::Arg {
    match arg.get_long().and_then(|name| file.get(name)) {
        Some(toml::Value::String(text)) => arg.default_value(text.clone()).required(false),
        Some(toml::Value::Array(items)) => {
            arg.default_values(items.iter().map(plain).collect::<Vec<_>>()).required(false)
        }
        Some(value) => arg.default_value(plain(value)).required(false),
        None => arg,
    }
}

fn plain(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
