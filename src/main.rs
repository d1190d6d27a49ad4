//! `personal-settings`: see `--help`.

use std::process::ExitCode;

use personal_settings::{choose_tls, cli, commands, logging};

/// Commands are made of many small values; the allocator of glibc takes a tenth of what one costs.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let command = cli::parse();
    logging::start(command.log(), command.is_demo());
    command.warn_of_exposed_secrets();
    choose_tls();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let ended = runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(commands::run(command)));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            logging::complain(&error);
            commands::status(&error)
        }
    }
}
