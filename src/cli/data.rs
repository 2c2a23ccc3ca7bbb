//! The options that every command has: which data, which day, which format.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use parentage::day::Day;
use parentage::error::{Error, Rejected, Warning};
use parentage::model::Profile;
use parentage::report::json::{Run, lists};
use parentage::screen::{DEFAULT_FLOOR, DEFAULT_THRESHOLD, Settings, list_age, select_rules};
use parentage::share::{Rounding, Share};
use parentage::snapshot::Snapshot;
use parentage::source::{Inputs, Records, read};

use super::Outcome;

/// Options on data, day and output.
#[derive(Args, Debug, Clone)]
pub struct DataOptions {
    /// Lists to read instead of the built-in ones: a CSV file or a folder; `embedded` names the
    /// built-in ones, to add to them
    #[arg(long, value_name = "PATH", help_heading = "Data")]
    lists: Vec<String>,
    /// Holdings to read instead of the built-in ones: a CSV file or a folder; `embedded` names the
    /// built-in ones, to add to them
    #[arg(long, value_name = "PATH", help_heading = "Data")]
    ownership: Vec<String>,
    /// Decisions on which names are one entity, besides those of the lists
    #[arg(long, value_name = "PATH", help_heading = "Data")]
    links: Vec<String>,
    /// Rules to read instead of those of the lists
    #[arg(long, value_name = "PATH", help_heading = "Data")]
    rules: Vec<String>,
    /// Which column of a list or of holdings that are a CSV file of your own is what (docs/sources.md); once for each
    #[arg(long, value_name = "FILE", help_heading = "Data")]
    map: Vec<String>,
    /// Count whom GLEIF says to be consolidated as held to at least 50 %: a house assumption, named in the output
    #[arg(long, help_heading = "Data")]
    assume_consolidated: bool,
    /// A file that `build --out` wrote, instead of lists, holdings, links and rules: it opens at once
    #[arg(long, value_name = "FILE", help_heading = "Data",
          conflicts_with_all = ["lists", "ownership", "links", "rules", "map", "assume_consolidated"])]
    snapshot: Option<String>,
    /// The day of the answer [default: today in UTC]
    #[arg(long, value_name = "DATE", value_parser = parse_day, help_heading = "Data")]
    as_of: Option<Day>,
    /// Days after which a list is too old to clear anybody: then `screen` reviews, others warn
    #[arg(long, value_name = "DAYS", help_heading = "Data")]
    max_list_age: Option<u32>,
    /// Flag entities that no rule reaches where listed owners in force hold this percentage or more
    /// of them when shares are multiplied along every chain; 0 flags whatever they lead to [default: 25]
    #[arg(long, value_name = "PERCENT", value_parser = parse_floor, help_heading = "Data")]
    floor: Option<Share>,
    /// Write every row that could not be read to this CSV file
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    rejects: Option<String>,
    /// Format of the output [default: text; csv with --in; by the extension of --out where there is one]
    #[arg(
        long,
        visible_alias = "out-format",
        value_enum,
        value_name = "FORMAT",
        help_heading = "Output"
    )]
    pub format: Option<Format>,
    /// No warnings and no progress; errors and rejected rows are still told
    #[arg(long, help_heading = "Output")]
    pub quiet: bool,
}

/// Formats of output.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people
    Text,
    /// One array
    Json,
    /// One object a line
    Jsonl,
    /// Rows
    Csv,
    /// A picture in Graphviz's language, of `explain` alone
    Dot,
    /// An Excel workbook, of `screen --in` alone
    Xlsx,
    /// A Parquet file, of `screen --in` alone
    Parquet,
    /// FollowTheMoney entities, of `export` alone
    Ftm,
    /// Beneficial Ownership Data Standard 0.4, of `export` alone
    Bods,
}

/// Refuses a format that only single commands have.
pub fn usual_format(format: Option<Format>) -> Result<(), Error> {
    match format {
        Some(Format::Dot) => Err(no_picture()),
        Some(format @ (Format::Xlsx | Format::Parquet)) => {
            let what = format!("only `screen --in` writes --format {}", format.name());
            Err(Error::Request(what))
        }
        Some(format @ (Format::Ftm | Format::Bods)) => Err(of_export(format)),
        _ => Ok(()),
    }
}

/// Why an option beside a profile is refused.
pub fn said_twice(profile: &Profile, option: &str) -> Error {
    let id = &profile.id;
    Error::Request(format!(
        "profile `{id}` says it already; leave {option} out, or write another profile"
    ))
}

/// Why a command refuses a format of other systems.
pub fn of_export(format: Format) -> Error {
    Error::Request(format!("only `export` writes --format {}", format.name()))
}

/// Why a command refuses `--format dot`.
pub fn no_picture() -> Error {
    Error::Request("only `explain` draws a picture: --format dot".to_owned())
}

impl Format {
    /// The format of a file name's extension.
    pub fn of_file(name: &str) -> Option<Format> {
        match Path::new(name).extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "json" => Some(Format::Json),
            "jsonl" | "ndjson" => Some(Format::Jsonl),
            "csv" => Some(Format::Csv),
            "txt" => Some(Format::Text),
            "xlsx" => Some(Format::Xlsx),
            "parquet" => Some(Format::Parquet),
            _ => None,
        }
    }

    /// The format as the option names it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Csv => "csv",
            Format::Dot => "dot",
            Format::Ftm => "ftm",
            Format::Bods => "bods",
            Format::Xlsx => "xlsx",
            Format::Parquet => "parquet",
        }
    }
}

fn parse_floor(text: &str) -> Result<Share, String> {
    Share::parse_percent(text, Rounding::Up).map_err(|error| error.to_string())
}

fn parse_day(text: &str) -> Result<Day, String> {
    Day::parse(text).map_err(|error| error.to_string())
}

impl DataOptions {
    /// The day of the answer.
    pub fn day(&self) -> Day {
        self.as_of.unwrap_or_else(Day::today)
    }

    /// The format, text unless said otherwise.
    pub fn format(&self) -> Format {
        self.format.unwrap_or(Format::Text)
    }

    /// Refuses a format that only other commands have.
    pub fn usual_format(&self) -> Result<(), Error> {
        usual_format(self.format)
    }

    /// Whether a day or a format of output is named, of which each request of a service says its own.
    #[cfg(feature = "server")]
    pub fn says_how(&self) -> bool {
        self.as_of.is_some() || self.format.is_some()
    }

    /// Whether data or a snapshot file are named.
    #[cfg(feature = "server")]
    pub fn names_any(&self) -> bool {
        self.snapshot.is_some() || self.names_data()
    }

    /// Reads a snapshot file.
    #[cfg(feature = "server")]
    pub fn use_file(&mut self, file: String) {
        self.snapshot = Some(file);
    }

    /// The snapshot file, if one is named.
    #[cfg(feature = "server")]
    pub fn file(&mut self) -> Option<&mut String> {
        self.snapshot.as_mut()
    }

    /// Where the data come from, in a word.
    #[cfg(feature = "server")]
    pub fn origin(&self) -> String {
        match &self.snapshot {
            Some(file) => file.clone(),
            None if self.names_data() => "files".to_owned(),
            None => "embedded".to_owned(),
        }
    }

    /// Whether a snapshot file is named.
    pub fn of_file(&self) -> bool {
        self.snapshot.is_some()
    }

    /// Whether any data are named.
    pub fn names_data(&self) -> bool {
        let named = [&self.lists, &self.ownership, &self.links, &self.rules];
        self.of_file() || named.iter().any(|paths| !paths.is_empty())
    }

    /// Whether the lists are others than the built-in ones.
    pub fn own_lists(&self) -> bool {
        !self.lists.is_empty()
    }

    /// Refuses outputs that would overwrite an input.
    pub fn guard(&self, outs: &[Option<&str>], other_inputs: &[&str]) -> Result<(), Error> {
        let inputs = [&self.lists, &self.ownership, &self.links, &self.rules, &self.map];
        let inputs = inputs.into_iter().flatten();
        let inputs = inputs.chain(&self.snapshot);
        let inputs: Vec<&str> =
            inputs.map(String::as_str).chain(other_inputs.iter().copied()).collect();
        guard(&[outs, &[self.rejects.as_deref()]].concat(), &inputs)
    }

    /// Reads and links everything, or opens a snapshot file, and tells what could not be read.
    pub fn snapshot(&self) -> Result<Snapshot, Error> {
        self.guard(&[], &[])?;
        let snapshot = match &self.snapshot {
            Some(path) => Snapshot::open(path)?,
            None => self.build()?,
        };
        if !self.quiet {
            warn(snapshot.warnings());
            for note in list_age(&snapshot, self.day(), self.max_list_age.map(i64::from)) {
                anstream::eprintln!("warning: {}", note.text);
            }
        }
        tell(snapshot.rejected());
        Ok(snapshot)
    }

    /// Reads and links everything; data of one's own may be large, so a terminal shows the steps.
    fn build(&self) -> Result<Snapshot, Error> {
        let bar = match self.quiet || (self.lists.is_empty() && self.ownership.is_empty()) {
            true => ProgressBar::hidden(),
            false => ProgressBar::new_spinner().with_message("reading"),
        };
        let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        bar.enable_steady_tick(Duration::from_millis(200));
        let records = self.records()?;
        let snapshot = Snapshot::build_in_steps(records, &|step| bar.set_message(step.as_str()));
        bar.finish_and_clear();
        Ok(snapshot)
    }

    /// Settles what both an option and a profile say: only one of them may.
    pub fn by_profile(&mut self, profile: &Profile) -> Result<(), Error> {
        let twice = [
            (self.floor.is_some() && profile.floor.is_some(), "--floor"),
            (self.max_list_age.is_some() && profile.max_list_age.is_some(), "--max-list-age"),
        ];
        if let Some((_, option)) = twice.iter().find(|(twice, _)| *twice) {
            return Err(said_twice(profile, option));
        }
        self.floor = self.floor.or(profile.floor);
        self.max_list_age = self.max_list_age.or(profile.max_list_age);
        Ok(())
    }

    /// What to screen by: the rules asked for, at the default threshold.
    pub fn settings(&self, snapshot: &Snapshot, asked: &[String]) -> Result<Settings, Error> {
        Ok(Settings {
            day: self.day(),
            rules: select_rules(snapshot, asked)?,
            threshold: DEFAULT_THRESHOLD,
            limit: 0,
            max_list_age: self.max_list_age.map(i64::from),
            floor: self.floor.unwrap_or(DEFAULT_FLOOR),
            profile: None,
        })
    }

    /// Reads everything, without linking it.
    pub fn records(&self) -> Result<Records, Error> {
        if self.snapshot.is_some() {
            let what = "this reads the records themselves, which a snapshot file does not keep: name \
                        what it was built from with --lists, --ownership, --links and --rules";
            return Err(Error::Request(what.to_owned()));
        }
        read(&Inputs {
            lists: self.lists.clone(),
            ownership: self.ownership.clone(),
            links: self.links.clone(),
            rules: self.rules.clone(),
            maps: self.map.clone(),
            assume_consolidated: self.assume_consolidated,
        })
    }

    /// Writes the rejects file, and says how the run ended.
    pub fn outcome(&self, snapshot: &Snapshot, of_parties: &[Rejected]) -> Result<Outcome, Error> {
        if let Some(path) = &self.rejects {
            write_rejects(path, snapshot.rejected().iter().chain(of_parties))?;
        }
        let rejected = !snapshot.rejected().is_empty() || !of_parties.is_empty();
        Ok(Outcome { rejected, failed_on: false })
    }
}

/// What the answers of a run have in common.
pub fn run<'s>(snapshot: &'s Snapshot, settings: &'s Settings) -> Run<'s> {
    Run {
        snapshot,
        day: settings.day,
        rules: settings.rules.iter().map(|rule| rule.id.clone()).collect(),
        threshold: settings.threshold,
        floor: settings.floor,
        profile: settings.profile.as_ref(),
        party_file: None,
        lists: lists(snapshot, settings.day),
    }
}

/// Whether anything was rejected so far: a run that ends early because nobody reads its output any
/// more still may not end in 0 then.
static TOLD: AtomicBool = AtomicBool::new(false);

/// Whether a rejected record was told.
pub fn was_told() -> bool {
    TOLD.load(Ordering::Relaxed)
}

/// Why a file cannot be verified.
pub fn refuse(path: &str, why: &str) -> Error {
    let what = "give the JSON or JSONL of `parentage screen` or `parentage expand` of this version";
    Error::file(path, format!("{why}; {what}"))
}

/// Refuses outputs that are inputs, lie in a folder that is one, or are named twice: writing would
/// destroy what is to be read.
pub fn guard(outputs: &[Option<&str>], inputs: &[&str]) -> Result<(), Error> {
    let real = |path: &str| std::fs::canonicalize(path).ok();
    // Where a file will lie that is not there yet: `a` and `./a` are one.
    let place = |path: &str| {
        let path = Path::new(path);
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        let folder = std::fs::canonicalize(folder.unwrap_or(Path::new("."))).ok()?;
        Some(folder.join(path.file_name()?))
    };
    let outputs: Vec<&str> = outputs.iter().copied().flatten().collect();
    for (at, output) in outputs.iter().enumerate() {
        let Some(there) = real(output) else {
            let there = place(output);
            let same = |other: &&str| other == output || there.is_some() && place(other) == there;
            if outputs[..at].iter().any(same) {
                return Err(Error::Request(format!(
                    "{output} is named for two outputs; name another file"
                )));
            }
            continue;
        };
        let pipe = !there.is_file() && !there.is_dir();
        let is_input = |input: &&str| {
            let same = |file: &Path| same_file::is_same_file(&there, file).unwrap_or(false);
            let inside = |folder: &Path| {
                std::fs::read_dir(folder).is_ok_and(|mut files| {
                    files.any(|file| file.is_ok_and(|file| same(&file.path())))
                })
            };
            let input = Path::new(input);
            there.is_file() && (same(input) || inside(input)) || same(input)
        };
        let twice = outputs[..at].iter().any(|other| real(other).as_ref() == Some(&there));
        if twice || !pipe && inputs.iter().any(is_input) {
            let what = if twice { "named for two outputs" } else { "one of the inputs" };
            return Err(Error::Request(format!("{output} is {what}; name another file")));
        }
    }
    Ok(())
}

/// Tells warnings on standard error.
pub fn warn(warnings: &[Warning]) {
    warnings.iter().for_each(|warning| anstream::eprintln!("warning: {warning}"));
}

/// Tells rejected records on standard error.
pub fn tell(rejected: &[Rejected]) {
    TOLD.fetch_or(!rejected.is_empty(), Ordering::Relaxed);
    for one in rejected {
        anstream::eprintln!("rejected: {one}");
    }
}

fn write_rejects<'a>(
    path: &str,
    rejected: impl Iterator<Item = &'a Rejected>,
) -> Result<(), Error> {
    let failed = |error: csv::Error| Error::file(path, format!("cannot be written: {error}"));
    let mut writer = csv::Writer::from_path(path).map_err(failed)?;
    writer.write_record(["file", "line", "column", "reason", "text"]).map_err(failed)?;
    for one in rejected {
        let line = one.line.to_string();
        let column = one.column.as_deref().unwrap_or_default();
        writer.write_record([&one.file, &line, column, &one.reason, &one.text]).map_err(failed)?;
    }
    writer.flush().map_err(|error| Error::io(path, error))
}
