//! `parentage build`: read everything, and say what was read, joined, rejected, and what a person
//! should settle.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use clap::Args;
use serde::Serialize;

use parentage::day::Day;
use parentage::error::Error;
use parentage::model::ListEntry;
use parentage::report::totals::{Totals, add_oddities, totals};
use parentage::snapshot::Snapshot;
use parentage::source::{HoldingRecord, Inputs, MAPPED, MAPPED_HOLDINGS, Records, read};

use super::data::{DataOptions, Format};
use super::output::{Objects, Output, write_all};
use super::{Outcome, Stop};

/// Read everything and say what was read, joined, rejected, and what a person should settle
///
/// With --lists, it also says which entries differ from the built-in ones: how a new notice is
/// checked before it is used. With --out, everything is written into one file that --snapshot opens
/// at once.
#[derive(Args)]
pub struct Build {
    /// Write everything into this snapshot file
    #[arg(long, value_name = "FILE", conflicts_with = "snapshot")]
    out: Option<String>,
    /// Write the control totals of every file read into this JSON file
    #[arg(long, value_name = "FILE")]
    totals: Option<String>,
    /// Refuse lists that have over 10 % fewer entries than this earlier snapshot has
    #[arg(long, value_name = "SNAPSHOT")]
    previous: Option<String>,
    /// Accept lists that shrank against --previous
    #[arg(long, requires = "previous")]
    allow_shrink: bool,
    /// Show the first ten entries that --map makes of each list, and do nothing else
    #[arg(long, requires = "map", conflicts_with_all = ["out", "totals", "previous"])]
    dry_run: bool,
    /// Check every byte of this snapshot file, and do nothing else
    #[arg(long, value_name = "FILE", conflicts_with_all = ["out", "snapshot", "lists", "ownership", "links", "rules"])]
    check: Option<String>,
    #[command(flatten)]
    data: DataOptions,
}

#[derive(Serialize)]
struct Report {
    sources: Vec<SourceLine>,
    entities: u32,
    listed_entities: usize,
    listed_with_holdings_below: usize,
    possible_links: Vec<LinkLine>,
    warnings: Vec<String>,
    added: Vec<String>,
    gone: Vec<String>,
    snapshot: String,
    /// The digest of the file written.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
}

#[derive(Serialize)]
struct SourceLine {
    linked: u64,
    #[serde(flatten)]
    totals: Totals,
}

#[derive(Serialize)]
struct LinkLine {
    a: String,
    a_country: String,
    b: String,
    b_country: String,
    reason: String,
}

impl Build {
    pub fn run(self) -> Result<Outcome, Stop> {
        self.data.usual_format()?;
        if let Some(path) = &self.check {
            Snapshot::check(path)?;
            let mut output = Output::open(None)?;
            output.text(&format!("{path}: every byte is as it was written\n"))?;
            output.finish()?;
            return Ok(Outcome::default());
        }
        let format = self.data.format();
        if format == Format::Csv {
            let what = "build has no CSV: its report is no table; use --format json";
            return Err(Error::Request(what.to_owned()).into());
        }
        if self.dry_run {
            return self.show_mapped();
        }
        let outs = [self.out.as_deref(), self.totals.as_deref()];
        let previous: Vec<&str> = self.previous.iter().map(String::as_str).collect();
        self.data.guard(&outs, &previous)?;
        let snapshot = self.data.snapshot()?;
        if let Some(previous) = self.previous.as_deref().filter(|_| !self.allow_shrink) {
            not_shrunk(&Snapshot::open(previous)?, &snapshot)?;
        }
        if let Some(path) = &self.totals {
            let mut all = totals(&snapshot);
            add_oddities(&snapshot, self.data.day(), &mut all);
            let text = serde_json::to_string_pretty(&all).expect("totals are plain");
            let failed = |error| Error::io(path, error);
            std::fs::write(path, text + "\n").map_err(failed)?;
        }
        let file = self.out.as_deref().map(|path| snapshot.save(path)).transpose()?;
        let (added, gone) = self.difference(&snapshot)?;
        let report = Report { file, ..report(&snapshot, self.data.day(), added, gone) };
        let mut output = Output::open(None)?;
        match Objects::new(format) {
            Some(list) => write_all(&mut output, list, [report])?,
            None => output.text(&text(&report))?,
        }
        output.finish()?;
        Ok(self.data.outcome(&snapshot, &[])?)
    }

    /// Shows what maps make of the first rows of each list.
    fn show_mapped(&self) -> Result<Outcome, Stop> {
        let records = self.data.records()?;
        let mut out = String::new();
        for (number, source) in (0u32..).zip(&records.sources.0) {
            if source.kind != MAPPED && source.kind != MAPPED_HOLDINGS {
                continue;
            }
            let _ = writeln!(
                out,
                "{}: {} rows, {} rejected",
                source.name, source.records, source.rejected
            );
            let own = records.entries.iter().filter(|(entry, _)| entry.place.source == number);
            own.take(SHOWN).for_each(|(entry, _)| mapped(&mut out, entry));
            let own = records.holdings.iter().filter(|row| row.place.source == number);
            own.take(SHOWN).for_each(|row| mapped_holding(&mut out, &records, row));
        }
        if out.is_empty() {
            let what = "no file has all columns of the map: look at their names, and what parts the fields";
            return Err(Error::Request(what.to_owned()).into());
        }
        let mut output = Output::open(None)?;
        output.text(&out)?;
        output.finish()?;
        Ok(Outcome { rejected: !records.rejected.is_empty(), ..Outcome::default() })
    }

    /// Entries that the built-in lists lack, and entries that only they have.
    fn difference(&self, snapshot: &Snapshot) -> Result<(Vec<String>, Vec<String>), Error> {
        if !self.data.own_lists() && !self.data.of_file() {
            return Ok((Vec::new(), Vec::new()));
        }
        let built_in = Snapshot::build(read(&Inputs::default())?);
        let (ours, theirs) = (entries(snapshot), entries(&built_in));
        let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect();
        Ok((only(&ours, &theirs), only(&theirs, &ours)))
    }
}

/// Entries of a list that a dry run shows.
const SHOWN: usize = 10;

/// An entry with every field that it has.
fn mapped_holding(out: &mut String, records: &Records, row: &HoldingRecord) {
    let party = |mention: u32| {
        let mention = records.mentions[mention as usize];
        let text = |id| records.texts.get(id);
        let said = [text(mention.name), text(mention.countries), text(mention.identifiers)];
        said.into_iter().filter(|one| !one.is_empty()).collect::<Vec<_>>().join(", ")
    };
    let terms = row.terms();
    let on = |day: Day| day.stated().map(|day| day.to_string()).unwrap_or_default();
    let _ = writeln!(out, "\n  {} of {}", terms.range, party(row.issuer));
    for (field, value) in [
        ("holder", party(row.holder)),
        ("interest", terms.interest.to_string()),
        ("confidence", terms.confidence.to_string()),
        ("since", on(row.since)),
        ("until", on(row.until)),
        ("cited as", records.texts.get(row.citation).to_owned()),
    ] {
        if !value.is_empty() {
            let _ = writeln!(out, "    {field:12}  {value}");
        }
    }
}

fn mapped(out: &mut String, entry: &ListEntry) {
    let day = |day: Option<Day>| day.map_or_else(String::new, |day| day.to_string());
    let _ = writeln!(out, "\n  {}", entry.name);
    let restriction = entry.restriction.map_or("", |restriction| restriction.as_str());
    for (field, value) in [
        ("list", entry.list.clone()),
        ("entry", entry.entry.clone()),
        ("name_native", entry.name_native.clone()),
        ("aliases", entry.aliases.join("; ")),
        ("weak_aliases", entry.weak_aliases.join("; ")),
        ("country", entry.countries.to_string()),
        ("city", entry.city.clone()),
        ("birth_date", entry.birth_date.clone()),
        ("identifiers", entry.identifiers.to_string()),
        ("kind", entry.kind.to_string()),
        ("programmes", entry.programmes.join("; ")),
        ("announcement", entry.announcement.clone()),
        ("published", day(entry.published)),
        ("effective", day(entry.effective)),
        ("restriction", restriction.to_owned()),
        ("measures", entry.measures.clone()),
        ("remarks", entry.remarks.clone()),
    ] {
        if !value.is_empty() {
            let _ = writeln!(out, "    {field:12}  {value}");
        }
    }
}

/// Refuses lists that lost more than a tenth of their entries: a file that was cut off, or another one.
fn not_shrunk(before: &Snapshot, now: &Snapshot) -> Result<(), Error> {
    let shrunk = now.shrunk_since(before);
    if shrunk.is_empty() {
        return Ok(());
    }
    Err(Error::Request(format!(
        "lists shrank by more than a tenth: {}; look at their files, and say --allow-shrink if they are right",
        shrunk.join(", ")
    )))
}

fn entries(snapshot: &Snapshot) -> BTreeSet<String> {
    let line = |entry: &ListEntry| {
        let day = |day: Option<Day>| day.map_or_else(String::new, |day| day.to_string());
        let parts = [
            entry.list.clone(),
            entry.announcement.clone(),
            entry.entry.clone(),
            entry.name.clone(),
            entry.name_native.clone(),
            day(entry.published),
            day(entry.effective),
        ];
        parts.join(" | ")
    };
    snapshot.entries().iter().map(line).collect()
}

fn report(snapshot: &Snapshot, day: Day, added: Vec<String>, gone: Vec<String>) -> Report {
    // What was read and came to nothing is not linked: decisions on nobody, events of nobody.
    let idle = |file: &str| {
        let all = snapshot.link_doubts().iter().chain(snapshot.warnings());
        let of = |warning: &&parentage::error::Warning| {
            warning.place.rsplit_once(':').is_some_and(|(own, _)| own == file)
        };
        u64::try_from(all.filter(of).count()).unwrap_or_default()
    };
    let source = |totals: Totals| SourceLine {
        linked: totals.accepted.saturating_sub(idle(&totals.file)),
        totals,
    };
    let link = |link: &parentage::link::PossibleLink| LinkLine {
        a: link.names.0.clone(),
        a_country: link.countries.0.clone(),
        b: link.names.1.clone(),
        b_country: link.countries.1.clone(),
        reason: link.reason.to_string(),
    };
    let count = u32::try_from(snapshot.entries().len()).unwrap_or(u32::MAX);
    let listed: BTreeSet<_> = (0..count).map(|entry| snapshot.entity_of_entry(entry)).collect();
    let graph = snapshot.world().graph();
    let below = listed.iter().filter(|entity| graph.held_by(**entity).next().is_some()).count();
    Report {
        sources: totals(snapshot).into_iter().map(source).collect(),
        entities: snapshot.entity_count(),
        listed_entities: listed.len(),
        listed_with_holdings_below: below,
        possible_links: snapshot.possible_links().iter().map(link).collect(),
        warnings: snapshot
            .link_doubts()
            .iter()
            .chain(&snapshot.doubts(day))
            .map(ToString::to_string)
            .collect(),
        added,
        gone,
        snapshot: snapshot.digest().to_owned(),
        file: None,
    }
}

/// What came of each list: entries by kind, names and numbers, and the day of the data.
fn lists(out: &mut String, report: &Report) {
    let of_lists = report.sources.iter().map(|source| &source.totals).filter(|one| one.entries > 0);
    let mut of_lists = of_lists.peekable();
    if of_lists.peek().is_some() {
        let _ = writeln!(out);
    }
    for own in of_lists {
        let counted = |counts: &BTreeMap<String, u64>| {
            let each = counts.iter().map(|(what, count)| format!("{count} {what}"));
            each.collect::<Vec<_>>().join(", ")
        };
        let _ = writeln!(
            out,
            "{}: {} ({}); {} aliases, {} identifiers, {} joined, {} possible links; data of {}",
            own.file,
            counted(&own.by_list),
            counted(&own.by_kind),
            own.aliases,
            own.identifiers,
            own.joins,
            own.possible_links,
            own.date.as_deref().unwrap_or("an unknown day"),
        );
    }
}

fn text(report: &Report) -> String {
    let mut out = String::new();
    let width = |of: fn(&Totals) -> usize| {
        report.sources.iter().map(|source| of(&source.totals)).max().unwrap_or(0)
    };
    let (files, kinds) = (width(|one| one.file.len()), width(|one| one.kind.len()));
    for SourceLine { linked, totals } in &report.sources {
        let Totals { file, kind, records, rejected, aside, .. } = totals;
        let aside = if *aside > 0 { format!(" {aside:>6} set aside") } else { String::new() };
        let _ = writeln!(
            out,
            "{file:files$}  {kind:kinds$} {records:>8} read {linked:>8} linked {rejected:>6} rejected{aside}",
        );
    }
    lists(&mut out, report);
    let _ = writeln!(
        out,
        "\n{} entities; {} of them listed, {} of the listed with a recorded holding below them",
        report.entities, report.listed_entities, report.listed_with_holdings_below
    );
    let mut section = |title: &str, lines: &mut dyn Iterator<Item = String>| {
        let lines: Vec<String> = lines.collect();
        if !lines.is_empty() {
            let _ = writeln!(out, "\n{} {title}", lines.len());
            lines.iter().for_each(|line| {
                let _ = writeln!(out, "  {line}");
            });
        }
    };
    section(
        "possible links; settle each in links.csv as `same` or `different`, or leave it open",
        &mut report.possible_links.iter().map(|link| {
            format!(
                "{} ({}) / {} ({}): {}",
                link.a, link.a_country, link.b, link.b_country, link.reason
            )
        }),
    );
    section("warnings about holdings and decisions", &mut report.warnings.iter().cloned());
    section("entries that the built-in lists lack", &mut report.added.iter().cloned());
    section(
        "entries of the built-in lists that are not in these",
        &mut report.gone.iter().cloned(),
    );
    let _ = writeln!(out, "\nsnapshot {}", report.snapshot);
    if let Some(file) = &report.file {
        let _ = writeln!(out, "file     {file}");
    }
    out
}
