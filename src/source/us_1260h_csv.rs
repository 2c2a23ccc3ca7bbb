//! The list of Chinese military companies of the US Department of Defense (Section 1260H) as a CSV of names, aliases,
//! former names and parents.

use std::io::BufRead;

use super::guarded::Table;
use super::listed::{About, Listed, Sink};
use crate::model::{EntityKind, Restriction};

const LIST: About = About {
    list: "US-1260H",
    title: "Entities identified as Chinese military companies (Section 1260H)",
    authority: "US Department of Defense",
    // Procurement by the Department is what the law restricts.
    restriction: Some(Restriction::Other),
};

/// Columns of which something is made.
const USED: &[&str] = &[
    "name",
    "clean name",
    "alias",
    "previous name",
    "parent name",
    "source url",
    "start date",
    "end date",
];

/// Reads the list.
pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink) -> Result<(), String> {
    let mut table = Table::with_header(reader, b',')?;
    sink.describe(&LIST, None);
    while let Some(row) = table.next()? {
        let names = |column: &str| -> Vec<String> {
            row.get(column).split(';').map(str::to_owned).collect()
        };
        let clean = row.get("clean name");
        let mut listed = Listed {
            list: LIST.list.into(),
            name: if clean.is_empty() { row.get("name") } else { clean }.to_owned(),
            aliases: [
                vec![row.get("name").trim_end_matches('*').to_owned()],
                names("alias"),
                names("previous name"),
            ]
            .concat(),
            kind: EntityKind::Company,
            announcement: row.get("source url").to_owned(),
            remarks: row.rest(USED),
            linked: vec![row.get("parent name").to_owned()],
            ..Listed::default()
        };
        listed.published = listed.day("start date", row.get("start date"), false);
        listed.until = listed.day("end date", row.get("end date"), false);
        sink.take(row.line, row.whole().map(|()| listed), &|| row.shown());
    }
    Ok(())
}
