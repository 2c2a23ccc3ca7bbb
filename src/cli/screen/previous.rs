//! The answers of an earlier run, which has to have ended and be of the same parties.

use std::borrow::Cow;

use parentage::error::Error;
use parentage::report::{csv, json};
use parentage::source::Earlier;

use super::Screen;
use super::part::report_of;

/// What a run told of itself at its end, and the name of that file.
pub(super) fn report(path: &str) -> Result<(String, String), Error> {
    let told = report_of(path);
    let text = std::fs::read_to_string(&told).map_err(|_| {
        let reason = format!(
            "has no {told} beside it, which a run writes at its end; give answers that are whole"
        );
        Error::file(path, reason)
    })?;
    Ok((text, told))
}

/// Refuses answers of other parties than those of --in, by the columns of both.
pub(super) fn same_columns(path: &str, theirs: &[String], ours: &[Cow<str>]) -> Result<(), Error> {
    if theirs == ours {
        return Ok(());
    }
    let reason = format!(
        "is of another file of parties: its columns are {}, those of --in are {}",
        theirs.join(", "),
        ours.join(", ")
    );
    Err(Error::file(path, reason))
}

/// Why answers are refused that their run did not write so.
pub(super) fn another_file(path: &str, told: &str) -> Error {
    Error::file(
        path,
        format!("is not the file that {told} tells of; give both as the run wrote them"),
    )
}

impl Screen {
    /// The answers of --previous, for --new-only.
    pub(super) fn earlier(&self, columns: &[String]) -> Result<Option<Earlier>, Error> {
        let Some(path) = self.previous.as_ref().filter(|_| self.new_only) else { return Ok(None) };
        let (text, told) = report(path)?;
        let earlier = Earlier::open(path, csv::COLUMNS.len())?;
        if !text.contains(&json::hex(&earlier.digest)) {
            return Err(another_file(path, &told));
        }
        let ours: Vec<Cow<str>> = columns.iter().map(|name| name.as_str().into()).collect();
        same_columns(path, earlier.own_columns(), &ours)?;
        Ok(Some(earlier))
    }
}
