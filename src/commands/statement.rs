//! `statement`: what archives say about the processing.

use crate::cli::ExampleOptions;
use crate::composition;
use crate::logging::say;

pub(super) fn example(options: &ExampleOptions) -> anyhow::Result<()> {
    let ExampleOptions { consent, mail, phone, archives } = options;
    let practice =
        composition::statement::practice(*consent, mail.as_deref(), phone.as_deref(), archives.as_ref());
    say(composition::statement::example(&practice)?);
    Ok(())
}
