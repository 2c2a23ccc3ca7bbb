//! `targets.simple.csv` of OpenSanctions: one row for each who is a target of a list.

use std::io::BufRead;

use super::ftm_json::{kind_of, lists_of};
use super::guarded::Table;
use super::listed::{Listed, Sink};
use super::values::{births, day};

/// Reads the file.
pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink) -> Result<(), String> {
    let mut table = Table::with_header(reader, b',')?;
    while let Some(row) = table.next()? {
        if let Err(reason) = row.whole() {
            sink.take(row.line, Err(reason), &|| row.shown());
            continue;
        }
        let Some(kind) = kind_of(row.get("schema")) else {
            sink.pass();
            continue;
        };
        let all = |column: &str| -> Vec<String> {
            row.get(column).split(';').map(str::to_owned).collect()
        };
        let datasets = [row.get("dataset"), row.get("datasets")].join(";");
        let mut first = true;
        let programmes = all("program_ids");
        for about in lists_of(datasets.split(';'), &programmes) {
            sink.describe(about, day(row.get("last_seen"), false));
            let listed = Listed {
                list: about.list.into(),
                entry: row.get("id").to_owned(),
                name: row.get("name").to_owned(),
                aliases: all("aliases"),
                kind,
                countries: all("countries"),
                born: all("birth_date").iter().flat_map(|date| births(date)).collect(),
                programmes: all("program_ids"),
                // Numbers of which the file does not say what they are.
                remarks: ["identifiers", "sanctions", "addresses"]
                    .map(|column| row.get(column).to_owned())
                    .to_vec(),
                ..Listed::default()
            };
            match std::mem::take(&mut first) {
                true => sink.take(row.line, Ok(listed), &|| row.shown()),
                false => sink.also(listed, &|| row.shown()),
            }
        }
    }
    Ok(())
}
