//! `parentage explain`: one entity, its owners, what it holds, its exposures and their proof.

use clap::Args;

use parentage::error::Error;
use parentage::model::{Countries, EntityId, Party};
use parentage::report::json::Run;
use parentage::report::{csv, objects, pages, text};
use parentage::screen::{DEFAULT_THRESHOLD, Screener, Settings, select_rules};
use parentage::snapshot::Snapshot;

use super::data::{DataOptions, Format};
use super::output::{Objects, Output, write_all};
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
    #[command(flatten)]
    data: DataOptions,
}

impl Explain {
    pub fn run(self) -> Result<Outcome, Stop> {
        let snapshot = self.data.snapshot()?;
        let rules = select_rules(&snapshot, &self.rule)?;
        let ids = rules.iter().map(|rule| rule.id.clone()).collect();
        let run = Run {
            snapshot: &snapshot,
            day: self.data.day(),
            rules: ids,
            threshold: DEFAULT_THRESHOLD,
            floor: self.data.floor(),
            party_file: None,
        };
        let settings = Settings {
            day: run.day,
            rules,
            threshold: DEFAULT_THRESHOLD,
            limit: 0,
            max_list_age: self.data.max_list_age(),
            floor: self.data.floor(),
        };
        let screener = Screener::new(&snapshot, &settings);
        let found = find(&snapshot, &screener, &self.entity)?;
        let format = self.data.format();
        let mut output = Output::open(None)?;
        if let Some(list) = Objects::new(format) {
            let explained = found.iter().map(|entity| {
                objects::explained(&run, *entity, &screener.findings(*entity).exposures)
            });
            write_all(&mut output, list, explained)?;
        } else if format == Format::Csv {
            output.row(csv::EXPOSURE_COLUMNS)?;
            for entity in &found {
                let view = snapshot.entity(*entity);
                for row in csv::exposures(&snapshot, &view, &screener.findings(*entity).exposures) {
                    output.row(row)?;
                }
            }
        } else {
            for entity in &found {
                let findings = screener.findings(*entity);
                output.text(&pages::explained(&run, *entity, &findings.exposures))?;
                output.text("\n")?;
            }
            output.text(&text::footer(&run))?;
        }
        output.finish()?;
        Ok(self.data.outcome(&snapshot, &[])?)
    }
}

/// The entities an argument names: by id, by exact name, else the one whose name fits best.
fn find(snapshot: &Snapshot, screener: &Screener, asked: &str) -> Result<Vec<EntityId>, Error> {
    if let Some(entity) = snapshot.entity_by_id(asked) {
        return Ok(vec![entity]);
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
