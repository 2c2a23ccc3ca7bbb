//! `parentage expand`: every entity that is listed, reached or flagged.

use clap::Args;

use parentage::model::EntityId;
use parentage::report::{csv, objects, pages, text};
use parentage::screen::Screener;

use super::data::{DataOptions, Format, run};
use super::output::{Objects, Output};
use super::{Outcome, Stop};

/// Every entity that is listed, reached or flagged
#[derive(Args)]
pub struct Expand {
    /// A rule to apply, with a reading after a slash if wanted; may be repeated
    /// [default: every rule with a list that is loaded]
    #[arg(long, value_name = "ID")]
    rule: Vec<String>,
    /// Write to this file
    #[arg(long, value_name = "FILE")]
    out: Option<String>,
    #[command(flatten)]
    data: DataOptions,
}

impl Expand {
    pub fn run(self) -> Result<Outcome, Stop> {
        self.data.guard(&[self.out.as_deref()], &[])?;
        self.data.usual_format()?;
        let snapshot = self.data.snapshot()?;
        let settings = self.data.settings(&snapshot, &self.rule)?;
        let run = run(&snapshot, &settings);
        let screener = Screener::new(&snapshot, &settings);
        let format = self.out.as_deref().and_then(Format::of_file);
        let format = self.data.format.or(format).unwrap_or(Format::Text);
        let mut output = Output::open(self.out.as_deref())?;
        let mut objects = Objects::new(format);
        if format == Format::Csv {
            output.row(csv::EXPOSURE_COLUMNS)?;
        }
        let shares = screener.effective_shares();
        let expanded = screener.expanded();
        let named = |entity: &EntityId| (snapshot.entity(*entity).name, *entity);
        let mut exposed: Vec<(String, EntityId)> = expanded.entities().iter().map(named).collect();
        exposed.sort_unstable();
        // One after the other: the proofs of a long chain together are more than memory holds.
        for (number, (_, entity)) in exposed.iter().enumerate() {
            let first = (number == 0).then_some(exposed.len());
            let (view, share) = (snapshot.entity(*entity), shares.of(*entity));
            let exposures = expanded.of(*entity);
            match (&mut objects, format) {
                (Some(objects), _) => {
                    let object = objects::expanded(&run, &view, &exposures, share, first);
                    objects.write_sealed(&mut output, &object)?;
                }
                (None, Format::Csv) => {
                    for row in csv::exposures(&snapshot, &view, &exposures) {
                        output.row(row)?;
                    }
                }
                _ => output.text(&pages::expanded(&run, *entity, &exposures))?,
            }
        }
        match objects {
            Some(objects) => objects.finish(&mut output)?,
            None if format == Format::Text => output.text(&format!("\n{}", text::footer(&run)))?,
            None => {}
        }
        output.finish()?;
        Ok(self.data.outcome(&snapshot, &[])?)
    }
}
