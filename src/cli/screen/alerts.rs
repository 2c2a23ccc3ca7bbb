//! The report of a bulk run, made when its answers are whole: the parties that alert are screened once more.

use std::fs::File;
use std::io::{BufRead, BufReader};

use rayon::prelude::*;
use serde::Deserialize;

use parentage::error::{Error, Rejected};
use parentage::expand::Certainty;
use parentage::report::html::{Alert, Summary, page};
use parentage::report::json::{self, InputView};
use parentage::report::picture::Picture;
use parentage::screen::{Answer, Match, Verdict};
use parentage::source::{Parties, PartyRow};

use super::super::data::Format;
use super::bulk::{BATCH, Bulk, Counts};
use super::feed::Feed;
use super::render::{Renderer, noted};

/// The one field of an answer that says whether it is an alert.
#[derive(Deserialize)]
struct Answered<'a> {
    #[serde(borrow)]
    verdict: std::borrow::Cow<'a, str>,
}

impl Bulk<'_> {
    /// Writes the report of answers that are whole.
    pub fn report(
        &self,
        path: &str,
        answers: File,
        (counts, output): (&Counts, InputView),
        rejected: &[Rejected],
    ) -> Result<(), Error> {
        let alerting = self.alerting(answers)?;
        let mut parties = self.command.parties()?;
        parties.numbered(self.cited);
        let mut feed = Feed::new(parties, self.owners);
        let columns = feed.parties.columns().to_vec();
        let renderer = self.renderer(&columns);
        let mut alerts = Vec::new();
        let mut at = 0;
        loop {
            let batch = feed.read(BATCH)?;
            if batch.is_empty() {
                break;
            }
            let own = &alerting[at..at + batch.len()];
            at += batch.len();
            let rows: Vec<PartyRow> =
                batch.into_iter().zip(own).filter_map(|(row, own)| own.then_some(row)).collect();
            let made: Vec<Alert> =
                rows.par_iter().map(|row| self.alert(&renderer, row)).collect::<Result<_, _>>()?;
            alerts.extend(made);
        }
        let summary = Summary {
            counts: [
                ("hit", counts.hit),
                ("review", counts.review),
                ("clear", counts.clear),
                ("error", counts.error),
            ],
            reduced: [counts.reduced.to_review, counts.reduced.to_note],
            output,
            rejected: self.run.snapshot.rejected().iter().chain(rejected).collect(),
        };
        let other = format!("{path}.new");
        let failed = |error| Error::io(path, error);
        std::fs::write(&other, page(self.run, &summary, alerts)).map_err(failed)?;
        std::fs::rename(&other, path).map_err(failed)
    }

    fn alert(&self, renderer: &Renderer, row: &PartyRow) -> Result<Alert, Error> {
        let verdict = row.party.as_ref().map(|party| self.screener.screen(party));
        let party = renderer.party(row);
        let (verdict, notes) = noted(row, verdict);
        let object = match &verdict {
            Some(verdict) => json::screened(self.run, &party, verdict, false),
            None => json::unscreened(self.run, &party, &notes, false),
        };
        let text = serde_json::to_string(&object)
            .map_err(|error| Error::file("the report", format!("cannot be written: {error}")))?;
        let pictures = verdict.iter().flat_map(|verdict: &Verdict| &verdict.matches);
        let pictures = pictures.filter_map(|matched| self.picture(matched)).collect();
        Ok(Alert::new(self.run, &party, verdict.as_ref(), text, pictures))
    }

    /// The owners of an entity that is held by listed ones, by its id.
    fn picture(&self, matched: &Match) -> Option<(String, String)> {
        matched.exposures.iter().find(|exposure| !exposure.evidence.is_empty())?;
        let certainty = |one| {
            let findings = self.screener.findings(one);
            findings.exposures.iter().map(|exposure| exposure.certainty).min().or(None::<Certainty>)
        };
        let day = self.run.day;
        let exposures = &matched.exposures;
        let picture = Picture::new(self.run.snapshot, matched.entity, day, exposures, certainty);
        Some((matched.view.id.clone(), picture.svg()))
    }

    /// Which parties alert, in the order of the file: read back from the answers, those of an interrupted
    /// run included.
    fn alerting(&self, answers: File) -> Result<Vec<bool>, Error> {
        let unread = |error: &dyn std::fmt::Display| {
            Error::file("the answers", format!("cannot be read back: {error}"))
        };
        let reader = BufReader::with_capacity(1 << 16, answers);
        let clear = Answer::Clear.as_str();
        let mut alerting = Vec::new();
        if matches!(self.format, Format::Json | Format::Jsonl) {
            for line in reader.lines() {
                let line = line.map_err(|error| unread(&error))?;
                let object = line.trim_matches(['[', ']', ',']);
                if !object.is_empty() {
                    let own: Answered =
                        serde_json::from_str(object).map_err(|error| unread(&error))?;
                    alerting.push(own.verdict != clear);
                }
            }
            return Ok(alerting);
        }
        let mut rows = csv::Reader::from_reader(reader);
        let added = rows.headers().map_err(|error| unread(&error))?.len()
            - parentage::report::csv::COLUMNS.len();
        let mut row = csv::StringRecord::new();
        while rows.read_record(&mut row).map_err(|error| unread(&error))? {
            // Verdict, kind, ownership, rank: a party's further matches have ranks from 2 on.
            if ["", "1"].contains(&&row[added + 3]) {
                alerting.push(&row[added] != clear);
            }
        }
        Ok(alerting)
    }
}

impl super::Screen {
    /// The file of parties, from its beginning.
    pub(super) fn parties(&self) -> Result<Parties, Error> {
        let path = self.in_file.as_deref().unwrap_or_default();
        Parties::open(path, &self.name_column, &self.table_options())
    }
}
