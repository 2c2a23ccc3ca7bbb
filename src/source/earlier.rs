//! The answers of an earlier run, as far as another one is compared with them: its alerts, and its parties.

use std::hash::Hasher;

use rustc_hash::{FxHashSet, FxHasher};

use super::open::digest_of;
use super::table::{Table, TableOptions};
use crate::error::Error;

/// The answers of an earlier run.
pub struct Earlier {
    path: String,
    /// The columns of the answers.
    pub columns: Vec<String>,
    /// The digest of their file.
    pub digest: [u8; 32],
    alerts: FxHashSet<u64>,
    parties: FxHashSet<u64>,
    alert_id: usize,
    own: usize,
}

impl Earlier {
    /// Reads answers in CSV, XLSX or Parquet, whose last `added` columns are those of the answers. O(rows).
    ///
    /// # Errors
    /// The file cannot be read, is no such answer, or a row of it cannot be read.
    pub fn open(path: &str, added: usize) -> Result<Earlier, Error> {
        let mut table = Table::open(path, &TableOptions::default(), "alert_id")?;
        let columns = table.header.names().to_vec();
        let own = columns.len().checked_sub(added);
        let is_one = |at: &usize| columns[*at].ends_with("alert_id");
        let alert_id = own.and_then(|own| (own..columns.len()).find(is_one));
        let (Some(own), Some(alert_id)) = (own, alert_id) else {
            let reason = "holds no answers of `screen`: it has no column `alert_id` behind those of the parties; give \
                          what an earlier run wrote as CSV, XLSX or Parquet";
            return Err(Error::file(path, reason));
        };
        let (path, digest) = (path.to_owned(), digest_of(path)?);
        let (alerts, parties) = (FxHashSet::default(), FxHashSet::default());
        let mut earlier = Earlier { path, columns, digest, alerts, parties, alert_id, own };
        while let Some(row) = table.next() {
            if let Some(fault) = row.faults.first() {
                let reason = format!("row {} cannot be read: {}", row.line, fault.reason);
                return Err(Error::file(&earlier.path, reason));
            }
            earlier.parties.insert(party(&row.fields[..own]));
            if let Some(alert) = number(&row.fields[alert_id]) {
                earlier.alerts.insert(alert);
            }
        }
        Ok(earlier)
    }

    /// Whether an alert was there.
    pub fn has(&self, alert_id: &str) -> bool {
        number(alert_id).is_some_and(|alert| self.alerts.contains(&alert))
    }

    /// Whether a party was there, by its fields as answers write them.
    pub fn has_party(&self, fields: &[String]) -> bool {
        self.parties.contains(&party(fields))
    }

    /// Whether it had any parties.
    pub fn is_empty(&self) -> bool {
        self.parties.is_empty()
    }

    /// The columns of its parties.
    pub fn own_columns(&self) -> &[String] {
        &self.columns[..self.own]
    }

    /// The rows of alerts that are not among some others, in their order. O(rows).
    ///
    /// # Errors
    /// The file cannot be read any more.
    pub fn gone(&self, still: &Alerts) -> Result<Vec<Vec<String>>, Error> {
        let mut table = Table::open(&self.path, &TableOptions::default(), "alert_id")?;
        let rows = std::iter::from_fn(|| table.next()).map(|row| row.fields);
        let went = |fields: &Vec<String>| {
            number(&fields[self.alert_id]).is_some_and(|alert| !still.0.contains(&alert))
        };
        Ok(rows.filter(went).collect())
    }
}

/// Alerts by id, eight bytes each.
#[derive(Debug, Default)]
pub struct Alerts(FxHashSet<u64>);

impl Alerts {
    /// Notes one.
    pub fn add(&mut self, alert_id: &str) {
        self.0.extend(number(alert_id));
    }
}

/// The sixteen hexadecimal digits of an alert's id.
fn number(alert_id: &str) -> Option<u64> {
    u64::from_str_radix(alert_id, 16).ok()
}

/// A party by its fields.
fn party(fields: &[String]) -> u64 {
    let mut hasher = FxHasher::default();
    for field in fields {
        // An apostrophe before what would be a formula is not the party's.
        let bare = field.strip_prefix('\'').unwrap_or(field);
        hasher.write(bare.as_bytes());
        hasher.write_u8(0xff);
    }
    hasher.finish()
}
