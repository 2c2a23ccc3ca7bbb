//! `parentage lists`: the entries and their status on a day.

use clap::Args;

use parentage::report::{objects, pages};

use super::data::{DataOptions, Format};
use super::output::{Objects, Output, write_all};
use super::{Outcome, Stop};

/// The list entries and their status on a day
#[derive(Args)]
pub struct Lists {
    #[command(flatten)]
    data: DataOptions,
}

impl Lists {
    pub fn run(self) -> Result<Outcome, Stop> {
        self.data.usual_format()?;
        let snapshot = self.data.snapshot()?;
        let day = self.data.day();
        let format = self.data.format();
        let mut output = Output::open(None)?;
        if let Some(list) = Objects::new(format) {
            write_all(&mut output, list, objects::entries(&snapshot, day))?;
        } else if format == Format::Csv {
            output.row(objects::ENTRY_COLUMNS)?;
            for entry in objects::entries(&snapshot, day) {
                output.row(entry.fields())?;
            }
        } else {
            output.text(&pages::entries(&snapshot, day))?;
        }
        output.finish()?;
        Ok(self.data.outcome(&snapshot, &[])?)
    }
}
