//! Reading the command line of this process, with its environment.

use std::env;

use clap::{CommandFactory, FromArgMatches};

use super::Cli;

impl Cli {
    /// The command line of this process. An empty environment variable counts as unset: compose files and unit files
    /// can't leave one out. What can't be parsed ends the process; an error is one line that says what to do.
    pub fn read() -> Result<Self, String> {
        let matches = without_empty_variables(Self::command()).get_matches();
        let cli = Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
        cli.command.check()?;
        Ok(cli)
    }
}

fn without_empty_variables(command: clap::Command) -> clap::Command {
    let command = command.mut_args(|arg| {
        let is_empty = arg.get_env().and_then(env::var_os).is_some_and(|value| value.is_empty());
        if is_empty { arg.env(None::<&str>) } else { arg }
    });
    command.mut_subcommands(without_empty_variables)
}
