//! `parentage changes`: what changed between two snapshots, or two days, and of whom another thing is said.

use clap::Args;

use parentage::changes::{Side, changes};
use parentage::day::Day;
use parentage::error::Error;
use parentage::report::changes as report;
use parentage::screen::{Screener, Settings};
use parentage::snapshot::Snapshot;

use super::data::{DataOptions, Format};
use super::output::{Objects, Output, write_all};
use super::{Outcome, Stop};

/// What changed between two snapshots or two days: records, and of whom another thing is said, and why
///
/// Lists, entries and their statuses, holdings, joins, rules; then every entity whose exposure changed, with
/// the records that make it so and the proof before and after. Passing time is a change too: a suspension ends.
#[derive(Args)]
pub struct Changes {
    /// What to compare with: a day, of the data of this command, or a snapshot file, with a day after an @ if it
    /// is another than --as-of: `yesterday.snapshot@2026-11-09`
    #[arg(long, value_name = "SNAPSHOT|DATE")]
    from: String,
    /// What is compared, likewise
    #[arg(long, value_name = "SNAPSHOT|DATE")]
    to: String,
    /// A rule to apply, with a reading after a slash if wanted; may be repeated
    /// [default: every rule with a list that is loaded]
    #[arg(long, value_name = "ID")]
    rule: Vec<String>,
    #[command(flatten)]
    data: DataOptions,
}

/// What one side is.
enum Asked {
    Day(Day),
    File(String, Day),
}

impl Changes {
    pub fn run(self) -> Result<Outcome, Stop> {
        self.data.usual_format()?;
        let asked = [self.asked(&self.from)?, self.asked(&self.to)?];
        let of_data = asked.iter().any(|asked| matches!(asked, Asked::Day(_)));
        if !of_data && self.data.names_data() {
            let what = "both sides are snapshot files, which hold their own data; leave --lists, --ownership, --links, --rules and --snapshot out";
            return Err(Error::Request(what.to_owned()).into());
        }
        // Two days of one's data need it once.
        let data = if of_data { Some(self.data.snapshot()?) } else { None };
        let files: Vec<Option<Snapshot>> = asked
            .iter()
            .map(|asked| match asked {
                Asked::Day(_) => Ok(None),
                Asked::File(path, _) => Snapshot::open(path).map(Some),
            })
            .collect::<Result<_, Error>>()?;
        let sides: Vec<(&Snapshot, Settings)> = asked
            .iter()
            .zip(&files)
            .map(|(asked, file)| {
                let (Asked::Day(day) | Asked::File(_, day)) = asked;
                let snapshot = file.as_ref().or(data.as_ref()).expect("a day has the data read");
                let settings = self.data.settings(snapshot, &self.rule)?;
                Ok((snapshot, Settings { day: *day, ..settings }))
            })
            .collect::<Result<_, Error>>()?;
        let [before, after] = [0, 1].map(|at| Screener::new(sides[at].0, &sides[at].1));
        let found = changes(&before, &after);
        let both = [Side::of(&before), Side::of(&after)];
        let mut output = Output::open(None)?;
        if let Some(list) = Objects::new(self.data.format()) {
            write_all(&mut output, list, report::objects(both, &found))?;
        } else if self.data.format() == Format::Csv {
            output.row(report::COLUMNS)?;
            for row in report::rows(both, &found) {
                output.row(row)?;
            }
        } else {
            output.text(&report::text(both, &found))?;
        }
        output.finish()?;
        Ok(self.data.outcome(after.snapshot(), before.snapshot().rejected())?)
    }

    fn asked(&self, text: &str) -> Result<Asked, Error> {
        if let Ok(day) = Day::parse(text) {
            return Ok(Asked::Day(day));
        }
        let file = |path: &str, day| Asked::File(path.to_owned(), day);
        let date = |c: char| c.is_ascii_digit() || c == '-';
        if text.len() == 10 && text.chars().all(date) && !std::fs::exists(text).unwrap_or(false) {
            return Err(Error::Request(format!("`{text}` is no day of the calendar")));
        }
        match text.rsplit_once('@') {
            Some((path, day)) if !std::fs::exists(text).unwrap_or(false) => {
                let day = Day::parse(day).map_err(|error| Error::Request(error.to_string()))?;
                Ok(file(path, day))
            }
            _ => Ok(file(text, self.data.day())),
        }
    }
}
