//! One command, one file. Arguments become a built configuration once; then the library works.

#[cfg(feature = "server")]
mod audit;
mod build;
mod changes;
mod compare;
mod data;
mod decide;
mod decisions;
mod expand;
mod explain;
mod export;
#[cfg(feature = "server")]
mod job;
mod links;
mod lists;
mod output;
mod rules;
mod screen;
mod selftest;
#[cfg(feature = "server")]
mod serve;
mod suppose;
mod timeline;
#[cfg(feature = "server")]
mod token;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use parentage::column::undamaged;
use parentage::error::Error;

/// Who owns your counterparty, is any owner listed, and which rule says so on that day?
///
/// parentage screens company names against control lists, watch lists and the Unreliable Entity
/// List, and against every company that somebody on them holds 50 % or more of, through however many
/// layers. Every answer carries its rule, its day and its proof. The lists and shareholdings of this
/// version are built in; --lists and --ownership read your own.
///
/// It is a tool for finding and explaining, not legal advice.
#[derive(Parser)]
#[command(version, max_term_width = 100, after_help = EXIT_STATUS)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXIT_STATUS: &str = "\
Exit status:
  0  ran, and every row was read
  1  only with --fail-on: a party at or above that verdict
  2  could not run: the message says what to do
  3  ran, but a row could not be read or a party could not be screened; they are on standard error";

#[derive(Subcommand)]
enum Command {
    /// Screen names, or a file of parties
    Screen(screen::Screen),
    /// Every entity that is listed, reached or flagged
    Expand(expand::Expand),
    /// One entity: its owners, what it holds, its exposures and their proof
    Explain(explain::Explain),
    /// The days on which what is said of an entity changed, and why
    Timeline(timeline::Timeline),
    /// What changed between two snapshots or two days: records, and of whom another thing is said, and why
    Changes(changes::Changes),
    /// The list entries and their status on a day
    Lists(lists::Lists),
    /// The pairs of names that might be one entity, for a person to decide on
    Links(links::Links),
    /// Say of a match whether it is one, and why
    Decide(decide::Decide),
    /// What persons decided of matches: to read, to move into another system, to take from one
    Decisions(decisions::Decisions),
    /// The rules, their readings, periods and sources
    Rules(rules::Rules),
    /// Compare two names, or a file of pairs
    Compare(compare::Compare),
    /// The graph with its exposures, for other systems: FollowTheMoney, BODS, CSV
    Export(export::Export),
    /// Read everything and say what was read, joined, rejected, and what a person should settle
    Build(build::Build),
    /// Measure the matching: on the loaded names, or on labelled files
    Selftest(selftest::Selftest),
    /// Check what a screening or an expansion says, from the records alone
    Verify(verify::Verify),
    /// Answer over HTTP: this API, and yente's
    #[cfg(feature = "server")]
    Serve(serve::Serve),
    /// The audit log of the service: whether it is whole, and whether what it says comes out again
    #[cfg(feature = "server")]
    Audit(audit::Audit),
    /// Tokens of the service
    #[cfg(feature = "server")]
    Token(token::Token),
    /// Screen the file of a job of the service
    #[cfg(feature = "server")]
    #[command(hide = true)]
    Job(job::Job),
}

/// How a run that took place ended.
#[derive(Debug, Clone, Copy, Default)]
struct Outcome {
    /// Something could not be read or screened.
    rejected: bool,
    /// `--fail-on` was met.
    failed_on: bool,
}

/// Why a run did not take place, or ended early.
enum Stop {
    Error(Error),
    /// Whoever read the output has enough.
    ClosedPipe,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        match &error {
            Error::Io { source, .. } if source.kind() == std::io::ErrorKind::BrokenPipe => {
                Stop::ClosedPipe
            }
            _ => Stop::Error(error),
        }
    }
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let command = Arguments::parse().command;
    let run = || match command {
        Command::Screen(command) => command.run(),
        Command::Expand(command) => command.run(),
        Command::Explain(command) => command.run(),
        Command::Timeline(command) => command.run(),
        Command::Changes(command) => command.run(),
        Command::Lists(command) => command.run(),
        Command::Links(command) => command.run(),
        Command::Decide(command) => command.run(),
        Command::Decisions(command) => command.run(),
        Command::Rules(command) => command.run(),
        Command::Compare(command) => command.run(),
        Command::Export(command) => command.run(),
        Command::Build(command) => command.run(),
        Command::Selftest(command) => command.run(),
        Command::Verify(command) => command.run(),
        #[cfg(feature = "server")]
        Command::Audit(command) => command.run(),
        #[cfg(feature = "server")]
        Command::Serve(command) => command.run(),
        #[cfg(feature = "server")]
        Command::Token(command) => command.run(),
        #[cfg(feature = "server")]
        Command::Job(command) => command.run(),
    };
    let damaged = |_| {
        let what = "the snapshot file is damaged, and what was written so far is not the whole \
                    answer; see which part with `parentage build --check FILE`, and build it again";
        Err(Error::Request(what.to_owned()).into())
    };
    match undamaged(run).unwrap_or_else(damaged) {
        Ok(Outcome { rejected: true, .. }) => ExitCode::from(3),
        Ok(Outcome { failed_on: true, .. }) => ExitCode::from(1),
        Err(Stop::ClosedPipe) if data::was_told() => ExitCode::from(3),
        Ok(_) | Err(Stop::ClosedPipe) => ExitCode::SUCCESS,
        Err(Stop::Error(error)) => {
            anstream::eprintln!("parentage: {error}");
            ExitCode::from(2)
        }
    }
}
