//! The Denied Persons List of the Bureau of Industry and Security as text, its fields parted by tabs. A person has a
//! row for each address.

use std::io::BufRead;

use super::guarded::Table;
use super::listed::{About, Listed, Sink};
use crate::model::Restriction;

pub(super) const DPL: About = About {
    list: "US-DPL",
    title: "Denied Persons List",
    authority: "US Department of Commerce, Bureau of Industry and Security",
    restriction: Some(Restriction::ExportBan),
};

/// Columns of which something is made.
const USED: &[&str] =
    &["name", "city", "country", "effective_date", "expiration_date", "fr_citation"];

/// Reads the list.
pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink) -> Result<(), String> {
    let mut table = Table::with_header(reader, b'\t')?;
    sink.describe(&DPL, None);
    while let Some(row) = table.next()? {
        let mut listed = Listed {
            list: DPL.list.into(),
            name: row.get("name").to_owned(),
            countries: vec![row.get("country").to_owned()],
            cities: vec![row.get("city").to_owned()],
            announcement: row.get("fr_citation").to_owned(),
            remarks: row.rest(USED),
            ..Listed::default()
        };
        listed.published = listed.day("effective date", row.get("effective_date"), true);
        // The last day counts.
        let last = listed.day("expiration date", row.get("expiration_date"), true);
        listed.until = last.map(|day| day.plus(1));
        sink.take(row.line, row.whole().map(|()| listed), &|| row.shown());
    }
    Ok(())
}
