//! `parentage explain`: one entity, its owners, what it holds, its exposures and their proof.

use clap::Args;

use parentage::error::Error;
use parentage::model::{Countries, EntityId, Party};
use parentage::report::picture::Picture;
use parentage::report::turns;
use parentage::report::{csv, objects, pages, text};
use parentage::screen::{Screener, Supposed, Supposition};
use parentage::snapshot::Snapshot;

use super::data::{DataOptions, Format, run};
use super::output::{Objects, Output, write_all};
use super::suppose::{what_if, without};
use super::{Outcome, Stop};

/// One entity: its owners, what it holds, its exposures and their proof
#[derive(Args)]
pub struct Explain {
    /// A name, or an id as `screen` shows it
    #[arg(value_name = "NAME_OR_ID")]
    entity: String,
    /// A rule to apply, with a reading after a slash if wanted; may be repeated
    /// [default: every rule with a list that is loaded]
    #[arg(long, value_name = "ID")]
    rule: Vec<String>,
    /// Suppose that HOLDER holds PERCENT of ISSUER, in place of what is recorded on the day; a name
    /// with a comma stands in quotes, and a fourth field says `votes` or `unspecified` where it is
    /// not equity; may be repeated
    #[arg(long, value_name = "HOLDER,ISSUER,PERCENT", value_parser = what_if, help_heading = "What if")]
    what_if: Vec<Supposition>,
    /// Suppose that HOLDER holds nothing of ISSUER; may be repeated
    #[arg(long, value_name = "HOLDER,ISSUER", value_parser = without, help_heading = "What if")]
    without: Vec<Supposition>,
    /// Show what each reading of each rule makes of it, side by side
    #[arg(long)]
    readings: bool,
    /// Draw the owners that matter into this SVG file
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    svg: Option<String>,
    #[command(flatten)]
    data: DataOptions,
}

impl Explain {
    pub fn run(self) -> Result<Outcome, Stop> {
        self.data.guard(&[self.svg.as_deref()], &[])?;
        let snapshot = self.data.snapshot()?;
        let settings = self.data.settings(&snapshot, &self.rule)?;
        let run = run(&snapshot, &settings);
        let screener = Screener::new(&snapshot, &settings);
        let found = find(&snapshot, &screener, &self.entity)?;
        let format = self.data.format();
        let mut output = Output::open(None)?;
        let exposures = |entity: EntityId| screener.findings(entity).exposures.clone();
        if let Some(list) = Objects::new(format) {
            let explained = found.iter().map(|entity| {
                let mut object = objects::explained(&run, *entity, &exposures(*entity));
                object.margins = turns::margins(&snapshot, &screener.margins(*entity));
                let readings = self.readings.then(|| turns::readings_of(&screener, *entity));
                object.readings = readings.map(|all| turns::readings(&all));
                object.what_if = self.supposed(&screener, *entity)?.map(|there| {
                    let now = exposures(*entity);
                    turns::supposed(&snapshot, &self.changes(), &now, &there.exposures)
                });
                Ok(object)
            });
            let explained = explained.collect::<Result<Vec<_>, Error>>()?;
            write_all(&mut output, list, explained)?;
        } else if format == Format::Csv {
            output.row(csv::EXPOSURE_COLUMNS)?;
            for entity in &found {
                for row in csv::exposures(&snapshot, &snapshot.entity(*entity), &exposures(*entity))
                {
                    output.row(row)?;
                }
            }
        } else if format == Format::Dot {
            for entity in &found {
                output.text(&picture(&screener, *entity).dot())?;
            }
        } else {
            for entity in &found {
                let all = exposures(*entity);
                output.text(&pages::explained(&run, *entity, &all))?;
                output.text(&turns::margins_text(&snapshot, &screener.margins(*entity)))?;
                if self.readings {
                    let readings = turns::readings_of(&screener, *entity);
                    output.text(&turns::readings_text(&readings))?;
                }
                if let Some(there) = self.supposed(&screener, *entity)? {
                    let (changes, then) = (self.changes(), &there.exposures);
                    let text = turns::supposed_text(&snapshot, *entity, &changes, &all, then);
                    output.text(&format!("\n{text}"))?;
                }
                output.text("\n")?;
            }
            output.text(&text::footer(&run))?;
        }
        output.finish()?;
        if let Some(path) = &self.svg {
            let drawn = picture(&screener, found[0]).svg();
            std::fs::write(path, drawn).map_err(|error| Error::io(path, error))?;
        }
        Ok(self.data.outcome(&snapshot, &[])?)
    }

    fn changes(&self) -> Vec<String> {
        self.what_if.iter().chain(&self.without).map(ToString::to_string).collect()
    }

    /// What would be said of an entity with what is supposed, if anything is.
    fn supposed(&self, screener: &Screener, entity: EntityId) -> Result<Option<Supposed>, Error> {
        let all: Vec<Supposition> = self.what_if.iter().chain(&self.without).cloned().collect();
        if all.is_empty() {
            return Ok(None);
        }
        screener.supposing(entity, &all).map(Some)
    }
}

fn picture(screener: &Screener, entity: EntityId) -> Picture {
    let certainty = |one: EntityId| {
        screener.findings(one).exposures.iter().map(|exposure| exposure.certainty).min()
    };
    let exposures = &screener.findings(entity).exposures;
    Picture::new(screener.snapshot(), entity, screener.settings().day, exposures, certainty)
}

/// The entities an argument names: by id, by exact name, else the one whose name fits best.
pub fn find(snapshot: &Snapshot, screener: &Screener, asked: &str) -> Result<Vec<EntityId>, Error> {
    // Two entities of one name that nothing joins may share an id.
    let by_id = snapshot.all_with_id(asked);
    if !by_id.is_empty() {
        return Ok(by_id);
    }
    let exact = snapshot.exactly_named(asked, &Countries::default());
    if !exact.is_empty() {
        return Ok(exact);
    }
    let verdict = screener.screen(&Party::named(asked));
    verdict.matches.first().map(|matched| vec![matched.entity]).ok_or_else(|| {
        Error::Request(format!(
            "no entity is called `{asked}`, and no listed or reached one has a name near it; `parentage expand` shows them"
        ))
    })
}
