//! `parentage export`: the graph with its exposures, for other systems.

use std::path::Path;

use clap::Args;

use parentage::error::Error;
use parentage::model::EntityId;
use parentage::report::csv;
use parentage::report::export::{self, bods, ftm};
use parentage::screen::Screener;

use super::data::{DataOptions, Format};
use super::output::Output;
use super::{Outcome, Stop};

/// The graph with its exposures, for other systems
///
/// --format ftm: FollowTheMoney, `entities.ftm.json`, an entity a line. --format bods: the Beneficial Ownership Data Standard 0.4: `statements.json`, a
/// list. --format csv: the folder `ownership`, which --ownership reads again, and `exposures.csv`.
#[derive(Args)]
pub struct Export {
    /// The folder to write into; it is made where it is not there
    #[arg(long, value_name = "DIR")]
    out: String,
    /// A rule to apply, with a reading after a slash if wanted; may be repeated
    /// [default: every rule with a list that is loaded]
    #[arg(long, value_name = "ID")]
    rule: Vec<String>,
    #[command(flatten)]
    data: DataOptions,
}

impl Export {
    pub fn run(self) -> Result<Outcome, Stop> {
        let format =
            self.data.format.filter(|one| matches!(one, Format::Ftm | Format::Bods | Format::Csv));
        let format = format.ok_or_else(|| {
            let what = "say what to write: --format ftm, bods or csv";
            Error::Request(what.to_owned())
        })?;
        let snapshot = self.data.snapshot()?;
        let settings = self.data.settings(&snapshot, &self.rule)?;
        let screener = Screener::new(&snapshot, &settings);
        let day = settings.day;
        std::fs::create_dir_all(&self.out).map_err(|error| Error::io(&self.out, error))?;
        let path = |name: &str| Path::new(&self.out).join(name).display().to_string();
        let exposures = |entity: EntityId| screener.findings(entity).exposures.clone();
        match format {
            Format::Ftm => {
                let mut out = Output::open(Some(&path("entities.ftm.json")))?;
                for one in export::entities(&snapshot, &exposures) {
                    for entity in ftm::party(&one, day) {
                        out.text(&format!("{entity}\n"))?;
                    }
                }
                for row in export::holdings(&snapshot) {
                    out.text(&format!("{}\n", ftm::holding(&snapshot, row)))?;
                }
                out.finish()?;
            }
            Format::Bods => {
                let mut out = Output::open(Some(&path("statements.json")))?;
                let mut parted = "[\n";
                for one in export::entities(&snapshot, &exposures) {
                    out.text(parted)?;
                    out.text(&bods::party(&one, day).to_string())?;
                    parted = ",\n";
                }
                for row in export::holdings(&snapshot) {
                    out.text(parted)?;
                    out.text(&bods::holding(&snapshot, row, day).to_string())?;
                    parted = ",\n";
                }
                out.text(if parted == "[\n" { "[]\n" } else { "\n]\n" })?;
                out.finish()?;
            }
            _ => {
                let folder = path("ownership");
                std::fs::create_dir_all(&folder).map_err(|error| Error::io(&folder, error))?;
                let mut out = Output::open(Some(&path("ownership/holdings.csv")))?;
                out.row(parentage::source::HOLDING_COLUMNS)?;
                for row in export::holdings(&snapshot) {
                    out.row(export::csv::holding(&snapshot, row))?;
                }
                out.finish()?;
                let mut out = Output::open(Some(&path("ownership/complete.csv")))?;
                out.row(["issuer", "issuer_id"])?;
                for row in export::csv::complete(&snapshot) {
                    out.row(row)?;
                }
                out.finish()?;
                let mut out = Output::open(Some(&path("ownership/groups.csv")))?;
                out.row(["group", "member"])?;
                for row in export::csv::groups(&snapshot) {
                    out.row(row)?;
                }
                out.finish()?;
                let mut out = Output::open(Some(&path("exposures.csv")))?;
                out.row(csv::EXPOSURE_COLUMNS)?;
                for one in export::entities(&snapshot, &exposures) {
                    for row in csv::exposures(&snapshot, &one.view, &one.exposures) {
                        out.row(row)?;
                    }
                }
                out.finish()?;
            }
        }
        Ok(self.data.outcome(&snapshot, &[])?)
    }
}
