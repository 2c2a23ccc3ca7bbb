//! `parentage screen`: names, or a file of parties, against the lists and what listed parties own.

mod alerts;
mod bulk;
mod feed;
mod part;
mod previous;
mod render;
mod since;

use clap::{ArgGroup, Args, ValueEnum};

use parentage::decisions;
use parentage::error::{Error, Rejected, Source};
use parentage::model::{Countries, Party, Profile};
use parentage::report::json::{InputView, Run};
use parentage::report::{csv, json, tables};
use parentage::screen::{DEFAULT_THRESHOLD, Decisions, Screener, Settings, fits, profiled_rules};
use parentage::snapshot::Snapshot;
use parentage::source::{
    DeclaredOwners, Encoding, Parties, PartyRow, TableFormat, TableOptions, read_profile,
};

use self::bulk::{Bulk, Counts};
use self::feed::Feed;
use self::render::Renderer;
use self::since::Since;
use super::data::{DataOptions, Format, no_picture, of_export, run, said_twice, tell, warn};
use super::output::Output;
use super::{Outcome, Stop};

/// Screen names, or a file of parties
#[derive(Args)]
#[command(group(ArgGroup::new("comparison").args(["new_only", "since"]).multiple(true)))]
pub struct Screen {
    /// Names to screen
    #[arg(value_name = "NAME", required_unless_present = "in_file")]
    names: Vec<String>,
    /// A file of parties, CSV, XLSX, JSONL or Parquet: the column `name`, and if there are any
    /// name_native, aliases, country, city, kind, birth_date, id, identifiers, owners; all columns are carried over
    #[arg(long = "in", value_name = "FILE", conflicts_with = "names")]
    in_file: Option<String>,
    /// The column of --in that holds the names
    #[arg(long, value_name = "COLUMN", default_value = "name", help_heading = "Parties")]
    name_column: String,
    /// The format of --in [default: by its extension, else csv]
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        requires = "in_file",
        conflicts_with = "names",
        help_heading = "Parties"
    )]
    in_format: Option<InFormat>,
    /// The sign between the fields of --in, `tab` for a tab [default: of , ; tab | the one that yields the
    /// column of names]
    #[arg(long, value_name = "SIGN", value_parser = parse_delimiter, requires = "in_file", conflicts_with = "names", help_heading = "Parties")]
    delimiter: Option<u8>,
    /// The encoding of --in, such as windows-1252, GB18030, Shift_JIS, EUC-KR [default: UTF-8, or what the
    /// file's first bytes say]
    #[arg(long, value_name = "NAME", value_parser = parse_encoding, requires = "in_file", conflicts_with = "names", help_heading = "Parties")]
    encoding: Option<Encoding>,
    /// The sheet of a workbook [default: the only one that is filled]
    #[arg(
        long,
        value_name = "NAME",
        requires = "in_file",
        conflicts_with = "names",
        help_heading = "Parties"
    )]
    sheet: Option<String>,
    /// Owners that parties of --in declare, in the columns of a file of holdings: `issuer` is the party's `id`;
    /// each counts for that party alone
    #[arg(
        long,
        value_name = "FILE",
        requires = "in_file",
        conflicts_with = "names",
        help_heading = "Parties"
    )]
    owners: Option<String>,
    /// The digest of --owners
    #[arg(skip)]
    owners_digest: Option<String>,
    /// What persons decided of matches (see `parentage decide`): a false match asks for nothing any more, and is shown,
    /// until something changes that the decision rests on
    #[arg(long, value_name = "FILE", conflicts_with_all = ["since", "previous"])]
    decisions: Option<String>,
    /// The digest of --decisions
    #[arg(skip)]
    decisions_digest: Option<String>,
    /// Write the answers to this file; with --in, FILE.run.json tells of the run
    #[arg(long, value_name = "FILE")]
    out: Option<String>,
    /// Go on with a run into the same --out that was interrupted, if there is one: the result is the
    /// same, byte for byte
    #[arg(long, requires = "in_file", conflicts_with = "names", requires = "out")]
    resume: bool,
    /// The answers of an earlier run, with its FILE.run.json beside them, for --new-only (CSV, XLSX or Parquet)
    /// or --since (CSV or Parquet)
    #[arg(long, value_name = "FILE", requires = "comparison", conflicts_with = "names")]
    previous: Option<String>,
    /// The snapshot file that the run of --previous screened against: only parties that a change since then can
    /// reach are screened again, the other answers are taken over; the result is the same, byte for byte
    #[arg(long, value_name = "SNAPSHOT", requires_all = ["in_file", "previous"], conflicts_with = "names")]
    since: Option<String>,
    /// Write only the alerts that the earlier run of --previous did not have, and those of it that are gone:
    /// the last column, `change`, says which
    #[arg(long, requires_all = ["in_file", "out", "previous"], conflicts_with_all = ["resume", "report", "names"])]
    new_only: bool,
    /// Write a page for people beside --out: the alerts, the gravest first, with pictures of the owners
    #[arg(
        long,
        value_name = "FILE.html",
        requires = "in_file",
        conflicts_with = "names",
        requires = "out"
    )]
    report: Option<String>,
    /// Country of the names, two letters; a country that differs lowers a score
    #[arg(long, value_name = "CC", value_parser = parse_countries, conflicts_with = "in_file")]
    country: Option<Countries>,
    /// A rule to apply, with a reading after a slash if wanted; may be repeated
    /// [default: every rule with a list that is loaded]
    #[arg(long, value_name = "ID")]
    rule: Vec<String>,
    /// Scores from here on make a hit, 0..1; down to 0.10 below it, a review
    /// [default: 0.85]
    #[arg(long, value_name = "N", value_parser = parse_threshold)]
    threshold: Option<Points>,
    /// A policy for one line of business: which rules apply, what gives a hit, a review or only a note,
    /// threshold, floor, oldest list; named and digested in the output
    #[arg(long, value_name = "FILE")]
    profile: Option<String>,
    /// Matches shown a party, 0 for all; the verdict is taken before it
    #[arg(long, value_name = "N", default_value_t = 10)]
    limit: usize,
    /// End with exit status 1 where a party is at or above this verdict
    #[arg(long, value_enum, value_name = "VERDICT")]
    fail_on: Option<FailOn>,
    #[command(flatten)]
    data: DataOptions,
}

/// A threshold in points.
#[derive(Debug, Clone, Copy)]
pub(super) struct Points(pub(super) i32);

impl std::fmt::Display for Points {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", f64::from(self.0) / f64::from(parentage::name::POINTS_OF_ONE))
    }
}

pub(super) fn parse_threshold(text: &str) -> Result<Points, String> {
    let number: f64 =
        text.parse().map_err(|_| format!("`{text}` is no number; write one in 0..1"))?;
    if !(0.0..=1.0).contains(&number) {
        return Err(format!("{text} is outside 0..1"));
    }
    #[expect(clippy::cast_possible_truncation, reason = "0..1 times 10,000")]
    let points = (number * f64::from(parentage::name::POINTS_OF_ONE)).round() as i32;
    Ok(Points(points))
}

pub fn parse_countries(text: &str) -> Result<Countries, String> {
    Countries::parse(text).map_err(|part| {
        format!("`{part}` is not a country of two letters (ISO 3166-1 alpha-2), such as US")
    })
}

/// Formats of the file of parties.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
enum InFormat {
    /// Text with a sign between fields
    Csv,
    /// An Excel workbook
    Xlsx,
    /// One JSON object a line
    Jsonl,
    /// Parquet
    Parquet,
}

impl InFormat {
    fn of_table(self) -> TableFormat {
        match self {
            InFormat::Csv => TableFormat::Csv,
            InFormat::Xlsx => TableFormat::Xlsx,
            InFormat::Jsonl => TableFormat::Jsonl,
            InFormat::Parquet => TableFormat::Parquet,
        }
    }
}

fn parse_delimiter(text: &str) -> Result<u8, String> {
    let sign = if text == "tab" || text == "\\t" { "\t" } else { text };
    match sign.as_bytes() {
        [sign] if sign.is_ascii() && !b"\"\r\n".contains(sign) && !sign.is_ascii_alphanumeric() => {
            Ok(*sign)
        }
        _ => Err(format!("`{text}` cannot part fields; give one sign, such as ; or tab")),
    }
}

fn parse_encoding(text: &str) -> Result<Encoding, String> {
    Encoding::parse(text).ok_or_else(|| {
        format!(
            "`{text}` is no encoding; give a name such as windows-1252, GB18030, Shift_JIS, EUC-KR"
        )
    })
}

/// Verdicts that can end a run with exit status 1.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
enum FailOn {
    /// A hit
    Hit,
    /// A hit or a review
    Review,
}

impl Screen {
    pub fn run(mut self) -> Result<Outcome, Stop> {
        let profile = self.profile.as_deref().map(read_profile).transpose()?;
        if let Some(profile) = &profile {
            self.by_profile(profile)?;
        }
        let format = self.format()?;
        let files = self.ordinary_out().map(bulk::files_of).into_iter().flatten();
        let page = self.report.iter().flat_map(|path| [path.clone(), format!("{path}.new")]);
        let files: Vec<String> = files.chain(self.out.clone()).chain(page).collect();
        let mut outs: Vec<Option<&str>> = files.iter().map(|file| Some(file.as_str())).collect();
        outs.sort_unstable();
        outs.dedup();
        let inputs: Vec<&str> = self
            .in_file
            .iter()
            .chain(&self.profile)
            .chain(&self.previous)
            .chain(&self.since)
            .chain(&self.owners)
            .chain(&self.decisions)
            .map(String::as_str)
            .collect();
        self.data.guard(&outs, &inputs)?;
        let mut parties = self.in_file.as_ref().map(|_| self.parties()).transpose()?;
        let mut owners = self.owners.as_deref().map(DeclaredOwners::open).transpose()?;
        let mut snapshot = self.data.snapshot()?;
        let cited = self.cite(&mut snapshot, parties.as_mut(), owners.as_mut())?;
        let before = self.since.as_deref().map(Snapshot::open).transpose()?;
        let mut settings = Settings {
            threshold: self.threshold.map_or(DEFAULT_THRESHOLD, |threshold| threshold.0),
            limit: self.limit,
            profile,
            ..self.data.settings(&snapshot, &self.rule)?
        };
        if let Some(profile) = &settings.profile {
            settings.rules = profiled_rules(&snapshot, &self.rule, profile)?;
            fits(&snapshot, profile, &settings.rules)?;
        }
        let decided =
            self.decisions.as_deref().map(decisions::load).transpose()?.unwrap_or_default();
        self.decisions_digest = self.decisions.as_ref().map(|_| decided.digest.clone());
        let screener = Screener::new(&snapshot, &settings).deciding_by(Decisions::new(decided.all));
        let mut run = run(&snapshot, &settings);
        run.party_file = parties.as_ref().map(|parties| InputView {
            file: parties.file().to_owned(),
            digest: json::hex(&parties.digest()),
            owners: false,
        });
        let (counts, rejected) = match parties {
            Some(parties) => {
                if format == Format::Xlsx
                    && parties.columns().len() + csv::COLUMNS.len() >= tables::SHEET_COLUMNS
                {
                    let what = "a sheet of Excel has 16,384 columns, fewer than the answers; write CSV or Parquet";
                    return Err(Error::Request(what.to_owned()).into());
                }
                let earlier = self.earlier(parties.columns())?;
                let since =
                    |before| Since::new(&self, &screener, before, parties.columns(), format);
                let since = before.as_ref().map(since).transpose()?;
                if let Some(since) = since.as_ref().filter(|_| !self.data.quiet) {
                    anstream::eprintln!("{}", since.told());
                }
                let (command, screener, run) = (&self, &screener, &run);
                let owners = owners.as_ref();
                let bulk = Bulk { command, screener, run, format, earlier, since, owners, cited };
                bulk.screen(&mut Feed::new(parties, owners))?
            }
            None => self.screen_names(&screener, &run, format)?,
        };
        let failed_on = match self.fail_on {
            Some(FailOn::Hit) => counts.hit > 0,
            Some(FailOn::Review) => counts.hit + counts.review > 0,
            None => false,
        };
        Ok(Outcome { failed_on, ..self.data.outcome(&snapshot, &rejected)? })
    }

    /// Makes the files that declare owners known to the snapshot, so that evidence can cite them. Returns the
    /// number of the file of parties.
    fn cite(
        &mut self,
        snapshot: &mut Snapshot,
        parties: Option<&mut Parties>,
        owners: Option<&mut DeclaredOwners>,
    ) -> Result<u32, Error> {
        if let Some(owners) = owners {
            tell(&owners.rejected);
            if !self.data.quiet {
                warn(&owners.warnings);
            }
            self.owners_digest = Some(json::hex(&owners.source.digest));
            owners.numbered(snapshot.cite(owners.source.clone()));
        }
        let Some(parties) = parties else { return Ok(0) };
        if self.owners.is_some() && !parties.columns().iter().any(|column| column == "id") {
            let what = "--owners names parties by their `id`, and --in has no such column";
            return Err(Error::Request(what.to_owned()));
        }
        if !parties.declare_owners() {
            return Ok(0);
        }
        let source =
            Source { digest: parties.digest(), ..Source::of_lines(parties.file(), "parties") };
        let cited = snapshot.cite(source);
        parties.numbered(cited);
        Ok(cited)
    }

    /// Takes from the profile what the command does not say; what both say is refused.
    fn by_profile(&mut self, profile: &Profile) -> Result<(), Error> {
        if self.threshold.is_some() && profile.threshold.is_some() {
            return Err(said_twice(profile, "--threshold"));
        }
        if !self.rule.is_empty() && !profile.rules.is_empty() {
            return Err(said_twice(profile, "--rule"));
        }
        self.threshold = self.threshold.or(profile.threshold.map(Points));
        self.data.by_profile(profile)
    }

    /// The format of the answers.
    fn format(&self) -> Result<Format, Error> {
        let by_file = self.out.as_deref().and_then(Format::of_file);
        self.packed()?;
        let usual = if self.in_file.is_some() { Format::Csv } else { Format::Text };
        let format = self.data.format.or(by_file).unwrap_or(usual);
        let made_of_rows = matches!(format, Format::Xlsx | Format::Parquet);
        match format {
            Format::Dot => Err(no_picture()),
            Format::Ftm | Format::Bods => Err(of_export(format)),
            _ if made_of_rows && (self.in_file.is_none() || self.ordinary_out().is_none()) => {
                let what = format!(
                    "{} is written with --in and into a file that --out names",
                    format.name()
                );
                Err(Error::Request(what))
            }
            Format::Parquet if cfg!(not(feature = "parquet")) => {
                let what =
                    "this program was built without Parquet; build it with the feature `parquet`";
                Err(Error::Request(what.to_owned()))
            }
            Format::Text | Format::Json | Format::Jsonl if self.new_only => {
                let what = "--new-only is written as CSV, XLSX or Parquet; say so with --format";
                Err(Error::Request(what.to_owned()))
            }
            Format::Text if self.report.is_some() => {
                let what = "--report is made of answers in CSV, JSON, JSONL, XLSX or Parquet; say so with --format";
                Err(Error::Request(what.to_owned()))
            }
            _ if self.report.is_some() && self.ordinary_out().is_none() => {
                let what = "--report needs a file that --out names, not a pipe";
                Err(Error::Request(what.to_owned()))
            }
            _ => Ok(format),
        }
    }

    /// Refuses a name of --out that says the answers are what they will not be.
    fn packed(&self) -> Result<(), Error> {
        let out = self.out.as_deref().unwrap_or_default().to_ascii_lowercase();
        match [".gz", ".zst", ".zip", ".tsv", ".xls"].iter().find(|end| out.ends_with(**end)) {
            Some(end) => {
                let what = format!(
                    "--out: answers are not written as {end}; name the file .csv, .jsonl, .xlsx or .parquet"
                );
                Err(Error::Request(what))
            }
            None => Ok(()),
        }
    }

    /// The file that --out names, where it is or will be an ordinary one.
    fn ordinary_out(&self) -> Option<&str> {
        let ordinary = |path: &&str| {
            std::fs::metadata(path).map_or(true, |meta| meta.is_file() || meta.is_dir())
        };
        self.out.as_deref().filter(ordinary).filter(|_| self.in_file.is_some())
    }

    /// How the file of parties is read.
    fn table_options(&self) -> TableOptions {
        TableOptions {
            format: self.in_format.map(InFormat::of_table),
            delimiter: self.delimiter,
            encoding: self.encoding,
            sheet: self.sheet.clone(),
        }
    }

    /// The options on how the file of parties is read, in words.
    fn reading(&self) -> Vec<(String, String)> {
        let format = self.in_format.map(|format| format.of_table().to_string());
        let delimiter = self.delimiter.map(|sign| char::from(sign).escape_default().to_string());
        let encoding = self.encoding.map(|encoding| encoding.to_string());
        let options = [
            ("--name-column", Some(self.name_column.clone())),
            ("--in-format", format),
            ("--delimiter", delimiter),
            ("--encoding", encoding),
            ("--sheet", self.sheet.clone()),
            ("--owners", self.owners_digest.clone()),
            ("--decisions", self.decisions_digest.clone()),
        ];
        let given = options.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        given.collect()
    }

    fn screen_names(
        &self,
        screener: &Screener,
        run: &Run,
        format: Format,
    ) -> Result<(Counts, Vec<Rejected>), Error> {
        let common = csv::Common::new(screener.snapshot(), run.day);
        let renderer = Renderer {
            screener,
            run,
            format,
            common,
            name_column: "name",
            columns: None,
            earlier: None,
        };
        let mut output = Output::open(self.out.as_deref())?;
        output.bytes(&renderer.head()?)?;
        let (mut counts, mut rejected) = (Counts::default(), Vec::new());
        for name in &self.names {
            let row = self.named(name);
            let verdict = row.party.as_ref().map(|party| screener.screen(party));
            tell(&row.faults);
            let reduced = verdict.as_ref().map(|verdict| verdict.reduced).unwrap_or_default();
            let (answer, bytes) = renderer.answer(&row, verdict, counts.parties() == 0)?;
            output.bytes(&bytes)?;
            counts.add(answer, reduced);
            rejected.extend(row.faults);
        }
        output.bytes(&renderer.tail(counts.parties() > 0))?;
        output.finish()?;
        Ok((counts, rejected))
    }

    /// A name of the command line as a row.
    fn named(&self, name: &str) -> PartyRow {
        let mut party = Party::named(name.trim());
        party.countries = self.country.clone().unwrap_or_default();
        if name.chars().any(char::is_alphanumeric) {
            return PartyRow {
                fields: Vec::new(),
                party: Some(party),
                faults: Vec::new(),
                unread: Vec::new(),
            };
        }
        let fault = Rejected {
            file: "command line".to_owned(),
            line: 0,
            column: None,
            reason: format!("`{name}` has no letter or digit to screen"),
            data: parentage::error::Data::Parties,
            text: name.to_owned(),
        };
        PartyRow { fields: Vec::new(), party: None, faults: vec![fault], unread: Vec::new() }
    }
}
