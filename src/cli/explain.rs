//! `parentage explain`: one entity, its owners, what it holds, its exposures and their proof.

use clap::Args;

use parentage::error::Error;
use parentage::expand::Exposure;
use parentage::model::{Countries, EntityId, Party};
use parentage::report::picture::Picture;
use parentage::report::turns::{self, Reading};
use parentage::report::{csv, objects, pages, text};
use parentage::rule::READINGS;
use parentage::screen::{Screener, Settings};
use parentage::snapshot::Snapshot;

use super::data::{DataOptions, Format, run};
use super::output::{Objects, Output, write_all};
use super::suppose::{Supposition, suppose, what_if, without};
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
        let supposed = self.supposed(&snapshot)?;
        let format = self.data.format();
        let mut output = Output::open(None)?;
        let exposures = |entity: EntityId| screener.findings(entity).exposures.clone();
        if let Some(list) = Objects::new(format) {
            let explained = found.iter().map(|entity| {
                let mut object = objects::explained(&run, *entity, &exposures(*entity));
                object.margins = turns::margins(&snapshot, &screener.margins(*entity));
                object.readings =
                    self.readings(&snapshot, &settings, *entity).map(|all| turns::readings(&all));
                object.what_if = supposed.as_ref().map(|there| {
                    let (_, all) = exposures_there(there, &snapshot, &settings, *entity);
                    turns::supposed(there, &self.changes(), &all)
                });
                object
            });
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
                if let Some(readings) = self.readings(&snapshot, &settings, *entity) {
                    output.text(&turns::readings_text(&readings))?;
                }
                if let Some(there) = &supposed {
                    let (number, then) = exposures_there(there, &snapshot, &settings, *entity);
                    let text = turns::supposed_text(there, number, &self.changes(), &all, &then);
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

    /// The snapshot in which the holdings are as supposed, if anything is.
    fn supposed(&self, snapshot: &Snapshot) -> Result<Option<Snapshot>, Error> {
        let all: Vec<&Supposition> = self.what_if.iter().chain(&self.without).collect();
        if all.is_empty() {
            return Ok(None);
        }
        suppose(snapshot, self.data.records()?, self.data.day(), &all).map(Some)
    }

    /// What each reading of each rule makes of an entity, if asked for.
    fn readings(
        &self,
        snapshot: &Snapshot,
        settings: &Settings,
        entity: EntityId,
    ) -> Option<Vec<Reading>> {
        if !self.readings {
            return None;
        }
        let mut rules = Vec::new();
        for rule in &settings.rules {
            rules.push(rule.clone());
            let readings = READINGS.iter().filter(|_| !rule.id.contains('/'));
            rules.extend(readings.filter_map(|(reading, _)| rule.reading(reading)));
        }
        let one = |rule: parentage::rule::Rule| {
            let id = rule.id.clone();
            let alone = Settings { rules: vec![rule], ..settings.clone() };
            let findings = Screener::new(snapshot, &alone).findings(entity);
            let of_rule = findings.exposures.iter().filter(|exposure| exposure.rule == id);
            Reading { rule: id.clone(), exposures: of_rule.cloned().collect() }
        };
        Some(rules.into_iter().map(one).collect())
    }
}

/// What is said of an entity in a supposed snapshot, and its number there.
fn exposures_there(
    there: &Snapshot,
    here: &Snapshot,
    settings: &Settings,
    entity: EntityId,
) -> (EntityId, Vec<Exposure>) {
    let view = here.entity(entity);
    let Some(number) = there.entity_by_id(&view.id) else { return (EntityId(0), Vec::new()) };
    (number, Screener::new(there, settings).findings(number).exposures.clone())
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
