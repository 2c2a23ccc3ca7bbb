//! `parentage timeline`: the days on which what is said of an entity changed, and why.

use clap::Args;

use parentage::report::{text, turns};
use parentage::screen::{Screener, timeline};

use super::data::{DataOptions, Format, run};
use super::explain::find;
use super::output::{Objects, Output, write_all};
use super::{Outcome, Stop};

/// The days on which what is said of an entity changed, and why
///
/// Listed, suspended, bought, sold, rule stayed: every day on which the verdict or what a rule says
/// is another than the day before, past and still to come, so that "was caught between" is seen.
#[derive(Args)]
pub struct Timeline {
    /// A name, or an id as `screen` shows it
    #[arg(value_name = "NAME_OR_ID")]
    entity: String,
    /// A rule to apply, with a reading after a slash if wanted; may be repeated
    /// [default: every rule with a list that is loaded]
    #[arg(long, value_name = "ID")]
    rule: Vec<String>,
    #[command(flatten)]
    data: DataOptions,
}

impl Timeline {
    pub fn run(self) -> Result<Outcome, Stop> {
        self.data.usual_format()?;
        let snapshot = self.data.snapshot()?;
        let settings = self.data.settings(&snapshot, &self.rule)?;
        let found = find(&snapshot, &Screener::new(&snapshot, &settings), &self.entity)?;
        let format = self.data.format();
        let mut output = Output::open(None)?;
        let all: Vec<_> =
            found.iter().map(|entity| (*entity, timeline(&snapshot, &settings, *entity))).collect();
        if let Some(list) = Objects::new(format) {
            let objects = all.iter().flat_map(|(one, of)| turns::timeline(&snapshot, *one, of));
            write_all(&mut output, list, objects)?;
        } else if format == Format::Csv {
            output.row(turns::TURN_COLUMNS)?;
            for (entity, of) in &all {
                for row in turns::timeline_rows(&snapshot, *entity, of) {
                    output.row(row)?;
                }
            }
        } else {
            for (entity, of) in &all {
                output.text(&turns::timeline_text(&snapshot, *entity, of, settings.day))?;
                output.text("\n")?;
            }
            output.text(&text::footer(&run(&snapshot, &settings)))?;
        }
        output.finish()?;
        Ok(self.data.outcome(&snapshot, &[])?)
    }
}
