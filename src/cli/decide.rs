//! `parentage decide`: a person's word on a match.

use std::path::Path;

use clap::{Args, ValueEnum};

use parentage::decisions::Store;
use parentage::error::{Error, Source};
use parentage::model::{Countries, Identifiers, Outcome as Kind, Party};
use parentage::screen::{Screener, Settings, Word, fits, profiled_rules};
use parentage::snapshot::Snapshot;
use parentage::source::{Parties, TableOptions, read_profile};

use super::data::DataOptions;
use super::{Outcome, Stop};

/// Say of a match whether it is one, and why
///
/// The party is screened as `screen` does it, and the decision is kept with what it rests on: the party's fields, the
/// listings, holdings, rules and links. `screen --decisions FILE` shows it with the match; when any of that changes it
/// stands no more, and says what changed.
#[derive(Args)]
pub struct Decide {
    /// The party's name
    #[arg(value_name = "NAME", required_unless_present = "in_file")]
    name: Option<String>,
    /// The file of parties in which the party of --id is, as `screen --in` reads it
    #[arg(
        long = "in",
        value_name = "FILE",
        requires = "id",
        conflicts_with_all = ["name", "country", "identifiers"],
        help_heading = "Party"
    )]
    in_file: Option<String>,
    /// The column of names in it
    #[arg(
        long,
        value_name = "COLUMN",
        default_value = "name",
        requires = "in_file",
        help_heading = "Party"
    )]
    name_column: String,
    /// The id of the entity that the match is with, as answers give it
    #[arg(long, value_name = "ID")]
    entity: String,
    /// What it is
    #[arg(long = "as", value_enum, value_name = "OUTCOME")]
    outcome: OutcomeName,
    /// Why
    #[arg(long, value_name = "TEXT", value_parser = filled)]
    reason: String,
    /// Who decides
    #[arg(long, value_name = "NAME", value_parser = filled)]
    by: String,
    /// The file of decisions; it is made where there is none
    #[arg(long, value_name = "FILE")]
    decisions: String,
    /// The party's id in your own system: the decision is about the party of this id
    #[arg(long, value_name = "ID", help_heading = "Party")]
    id: Option<String>,
    /// Its countries, two letters each, between `;`
    #[arg(long, value_name = "CC", value_parser = super::screen::parse_countries, help_heading = "Party")]
    country: Option<Countries>,
    /// Its identifiers, `scheme:value` each, between `;`
    #[arg(long, value_name = "ID", help_heading = "Party")]
    identifiers: Option<String>,
    /// Rules to apply; may be repeated [default: every rule with a list that is loaded]
    #[arg(long, value_name = "ID")]
    rule: Vec<String>,
    /// A policy of the house, as `screen` takes it: what a decision rests on is what it finds
    #[arg(long, value_name = "FILE")]
    profile: Option<String>,
    #[command(flatten)]
    data: DataOptions,
}

#[derive(ValueEnum, Debug, Clone, Copy)]
enum OutcomeName {
    /// The party is not the entity
    #[value(name = "false_match")]
    FalseMatch,
    /// It is
    #[value(name = "true_match")]
    TrueMatch,
    /// Nobody can say yet
    #[value(name = "unsure")]
    Unsure,
}

fn filled(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("is blank".to_owned()),
        text => Ok(text.to_owned()),
    }
}

impl Decide {
    pub fn run(mut self) -> Result<Outcome, Stop> {
        self.data.guard(&[], &[&self.decisions])?;
        let profile = self.profile.as_deref().map(read_profile).transpose()?;
        if let Some(profile) = &profile {
            self.data.by_profile(profile)?;
        }
        let mut snapshot = self.data.snapshot()?;
        let party = self.party(&mut snapshot)?;
        let mut settings = Settings { limit: 0, ..self.data.settings(&snapshot, &self.rule)? };
        if let Some(profile) = profile {
            settings.rules = profiled_rules(&snapshot, &self.rule, &profile)?;
            fits(&snapshot, &profile, &settings.rules)?;
            settings.profile = Some(profile);
        }
        let screener = Screener::new(&snapshot, &settings);
        let outcome = match self.outcome {
            OutcomeName::FalseMatch => Kind::FalseMatch,
            OutcomeName::TrueMatch => Kind::TrueMatch,
            OutcomeName::Unsure => Kind::Unsure,
        };
        let word = Word { outcome, by: self.by.clone(), reason: self.reason.clone() };
        let decision = screener.decision(&party, &self.entity, word)?;
        let told = format!(
            "{} and {} ({}): {}",
            decision.party, decision.entity_name, decision.entity, decision.outcome
        );
        Store::open(Path::new(&self.decisions))?.add(&[decision])?;
        anstream::eprintln!("kept: {told}");
        Ok(self.data.outcome(&snapshot, &[])?)
    }

    /// The party: that of the command, or of the file.
    fn party(&self, snapshot: &mut Snapshot) -> Result<Party, Error> {
        let Some(file) = &self.in_file else {
            return Ok(Party {
                id: self.id.clone().unwrap_or_default(),
                countries: self.country.clone().unwrap_or_default(),
                identifiers: Identifiers::parse(self.identifiers.as_deref().unwrap_or_default()),
                ..Party::named(self.name.clone().unwrap_or_default())
            });
        };
        let id = self.id.as_deref().unwrap_or_default();
        let mut parties = Parties::open(file, &self.name_column, &TableOptions::default())?;
        if parties.declare_owners() {
            let source =
                Source { digest: parties.digest(), ..Source::of_lines(parties.file(), "parties") };
            parties.numbered(snapshot.cite(source));
        }
        loop {
            let rows = parties.read(PARTIES)?;
            if rows.is_empty() {
                return Err(Error::file(file, format!("has no party with the id `{id}`")));
            }
            let mut parties = rows.into_iter().filter_map(|row| row.party);
            if let Some(party) = parties.find(|party| party.id == id) {
                return Ok(party);
            }
        }
    }
}

/// Parties read at once.
const PARTIES: usize = 1_000;
