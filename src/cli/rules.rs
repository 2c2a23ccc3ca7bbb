//! `parentage rules`: the rules, their readings, periods and sources.

use clap::Args;

use parentage::report::{objects, pages};

use super::data::{DataOptions, Format};
use super::output::{Objects, Output, write_all};
use super::{Outcome, Stop};

/// The rules, their readings, periods and sources
#[derive(Args)]
pub struct Rules {
    #[command(flatten)]
    data: DataOptions,
}

impl Rules {
    pub fn run(self) -> Result<Outcome, Stop> {
        self.data.usual_format()?;
        let snapshot = self.data.snapshot()?;
        let day = self.data.day();
        let format = self.data.format();
        let mut output = Output::open(None)?;
        if let Some(list) = Objects::new(format) {
            write_all(
                &mut output,
                list,
                snapshot.rules().iter().map(|rule| objects::rule(rule, day)),
            )?;
        } else if format == Format::Csv {
            output.row(objects::RULE_COLUMNS)?;
            for rule in snapshot.rules() {
                output.row(objects::rule(rule, day).fields())?;
            }
        } else {
            output.text(&pages::rules(snapshot.rules(), day))?;
        }
        output.finish()?;
        Ok(self.data.outcome(&snapshot, &[])?)
    }
}
