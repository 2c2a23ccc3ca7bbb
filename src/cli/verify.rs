//! `parentage verify`: whether what an answer says holds, from the records alone.

use clap::Args;
use serde_json::Value;

use parentage::error::Error;
use parentage::verify::{Report, give, verify};

use super::data::{DataOptions, refuse};
use super::output::Output;
use super::{Outcome, Stop};

/// Check what a screening or an expansion says, from the records alone
///
/// Reads the JSON or JSONL of `screen` or `expand`, opens the files that it cites, and works out
/// statuses, days, joins, sums and thresholds a second time, by other code. Give the same --lists,
/// --ownership, --links and --rules as for the answer. Not worked out again: effective shares and
/// readings that multiply shares. Ends in 3 where something does not hold.
#[derive(Args)]
pub struct Verify {
    /// The answers: JSON or JSONL of `screen` or `expand`
    #[arg(value_name = "FILE")]
    file: String,
    #[command(flatten)]
    data: DataOptions,
}

impl Verify {
    pub fn run(self) -> Result<Outcome, Stop> {
        let answers = read(&self.file)?;
        let mut records = self.data.records()?;
        give(&mut records);
        let report = verify(&records, &answers);
        let mut output = Output::open(None)?;
        output.text(&text(&report))?;
        output.finish()?;
        Ok(Outcome {
            rejected: !report.faults.is_empty() || !records.rejected.is_empty(),
            failed_on: false,
        })
    }
}

/// The answers of a file: an array, or one object a line.
fn read(path: &str) -> Result<Vec<Value>, Error> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::io(path, error))?;
    let objects = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
    let mut answers = Vec::new();
    for object in objects {
        match object {
            Ok(Value::Array(all)) => answers.extend(all),
            Ok(object @ Value::Object(_)) => answers.push(object),
            Ok(_) => return Err(refuse(path, "holds no answers")),
            Err(error) => return Err(refuse(path, &format!("is no JSON: {error}"))),
        }
    }
    if answers.is_empty() {
        return Err(refuse(path, "holds no answers"));
    }
    if answers.iter().any(|answer| answer.get("seal").is_none()) {
        return Err(refuse(path, "holds an object without a seal"));
    }
    Ok(answers)
}

fn text(report: &Report) -> String {
    let mut lines: Vec<String> = report
        .faults
        .iter()
        .map(|fault| {
            format!("does not hold  answer {}, {}: {}", fault.answer, fault.about, fault.text)
        })
        .collect();
    let held = if report.faults.is_empty() { "all hold" } else { "not all hold" };
    lines.push(format!("{} answers, {} exposures: {held}", report.answers, report.exposures));
    if report.outside > 0 {
        lines.push(format!(
            "{} rest on multiplied shares, of which rows, days and listings were checked, or on owners that a party declares; these are not worked out again here",
            report.outside
        ));
    }
    lines.join("\n") + "\n"
}
