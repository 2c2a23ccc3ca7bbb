//! `parentage audit`: the audit log of the service.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use parentage::decisions::{Whole, check};
use parentage::source::read_profile;

use crate::server::{AUDIT_LOG, replay};

use super::output::Output;
use super::{Outcome, Stop};

/// The audit log of the service: whether it is whole, and whether what it says comes out again
#[derive(Args)]
pub struct Audit {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Find any changed byte, removed or moved line
    Verify(Verify),
    /// Screen again what the log says was screened, from the snapshots and decisions that are kept, and name each
    /// difference
    Replay(Replay),
}

#[derive(Args)]
struct Verify {
    /// The folder of the service (--data)
    #[arg(value_name = "DIR")]
    data: PathBuf,
    /// The digest that an earlier check told as that of the last line: it has to be in the log still
    #[arg(long, value_name = "DIGEST")]
    head: Option<String>,
}

#[derive(Args)]
struct Replay {
    /// The folder of the service (--data)
    #[arg(value_name = "DIR")]
    data: PathBuf,
    /// A policy that the service was started with; may be repeated
    #[arg(long, value_name = "FILE")]
    profile: Vec<String>,
}

impl Audit {
    pub fn run(self) -> Result<Outcome, Stop> {
        match self.command {
            Command::Verify(command) => command.run(),
            Command::Replay(command) => command.run(),
        }
    }
}

fn told(whole: &Whole) -> String {
    format!("whole: {} lines, the last one {}\n", whole.lines, whole.head)
}

impl Verify {
    fn run(self) -> Result<Outcome, Stop> {
        let path = self.data.join(AUDIT_LOG);
        let mut seen = self.head.is_none();
        let wanted = self.head.unwrap_or_default();
        let whole = check(&path, &mut |line| seen |= line["hash"] == wanted.as_str())?;
        if !seen {
            let why = format!("has no line {wanted}: it was put together anew since");
            return Err(parentage::error::Error::file(path.display().to_string(), why).into());
        }
        let mut output = Output::open(None)?;
        output.text(&told(&whole))?;
        output.finish()?;
        Ok(Outcome::default())
    }
}

impl Replay {
    fn run(self) -> Result<Outcome, Stop> {
        let profiles: Result<Vec<_>, _> =
            self.profile.iter().map(|path| read_profile(path)).collect();
        let (whole, replayed) = replay(&self.data, &profiles?)?;
        let mut text = told(&whole);
        text.push_str(&format!(
            "{} screenings: {} come out the same word for word, {} in other words with the same verdict, {} otherwise\n",
            replayed.screenings,
            replayed.same,
            replayed.other_words,
            replayed.differences.len()
        ));
        text.push_str(&format!(
            "{} decisions are told of, {} are kept that are not\n",
            replayed.decisions, replayed.unlogged
        ));
        replayed.differences.iter().for_each(|one| text.push_str(&format!("{one}\n")));
        let mut output = Output::open(None)?;
        output.text(&text)?;
        output.finish()?;
        Ok(Outcome { failed_on: !replayed.differences.is_empty(), ..Outcome::default() })
    }
}
