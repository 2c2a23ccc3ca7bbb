//! The answers of an earlier run, party by party, to be taken over where nothing can have changed.

use std::ops::Range;

use rustc_hash::FxHashMap;
use twox_hash::XxHash3_128;

use super::open::digest_of;
use super::table::{Table, TableOptions};
use crate::column::{TextId, Texts, TextsBuilder};
use crate::error::Error;

/// The answers of an earlier run. Each text is kept once, and so are rows that many parties have.
pub struct EarlierAnswers {
    /// The digest of their file.
    pub digest: [u8; 32],
    /// The columns of its parties.
    pub own_columns: Vec<String>,
    texts: Texts,
    /// Fields of all rows, `width` each.
    fields: Vec<TextId>,
    width: usize,
    /// The rows of each party, by what tells its fields from others.
    parties: FxHashMap<u128, Range<u32>>,
}

impl EarlierAnswers {
    /// Reads answers in CSV or Parquet, whose last `added` columns are those of the answers, of which the last
    /// `common` are the same in every row and not kept. O(rows).
    ///
    /// # Errors
    /// The file cannot be read, is no such answer, or a row of it cannot be read.
    pub fn open(path: &str, added: usize, common: usize) -> Result<EarlierAnswers, Error> {
        let mut table = Table::open(path, &TableOptions::default(), "alert_id")?;
        let columns = table.header.names();
        let Some(own) =
            columns.len().checked_sub(added).filter(|own| columns[*own].ends_with("verdict"))
        else {
            let reason = "holds no answers of `screen`: its last columns are others; give what an earlier run wrote \
                          as CSV or Parquet";
            return Err(Error::file(path, reason));
        };
        let own_columns = columns[..own].to_vec();
        let width = added - common;
        let mut texts = TextsBuilder::new();
        let mut fields: Vec<TextId> = Vec::new();
        let mut parties: FxHashMap<u128, Range<u32>> = FxHashMap::default();
        let mut alike: FxHashMap<Box<[TextId]>, Range<u32>> = FxHashMap::default();
        // The party of the row before, and whether its answer is kept: of two parties with the same fields the
        // first one's is.
        let (mut last, mut kept) = (0, false);
        while let Some(row) = table.next() {
            if let Some(fault) = row.faults.first() {
                let reason = format!("row {} cannot be read: {}", row.line, fault.reason);
                return Err(Error::file(path, reason));
            }
            let party = party(row.fields[..own].iter().map(String::as_str));
            let answer = &row.fields[own..own + width];
            let ids: Box<[TextId]> = answer.iter().map(|text| texts.intern(text)).collect();
            let next = u32::try_from(fields.len() / width).expect("rows are numbered by 32 bits");
            let further = party == last && answer[RANK].parse::<u64>().is_ok_and(|rank| rank > 1);
            if further {
                if let Some(rows) = parties.get_mut(&party).filter(|_| kept) {
                    rows.end = next + 1;
                    fields.extend(ids);
                }
                continue;
            }
            (last, kept) = (party, !parties.contains_key(&party));
            if !kept {
                continue;
            }
            let alone = answer[RANK].is_empty();
            let known = alone.then(|| alike.get(&ids)).flatten().cloned();
            let rows = known.unwrap_or_else(|| {
                fields.extend(ids.iter());
                if alone {
                    alike.insert(ids, next..next + 1);
                }
                next..next + 1
            });
            parties.insert(party, rows);
        }
        let texts = texts.build();
        let digest = digest_of(path)?;
        Ok(EarlierAnswers { digest, own_columns, texts, fields, width, parties })
    }

    /// The rows of a party by its fields as answers write them, without the columns that all rows share;
    /// `None` where the run had no such party.
    pub fn of<'f>(&self, fields: impl Iterator<Item = &'f str>) -> Option<Vec<Vec<&str>>> {
        let rows = self.parties.get(&party(fields))?;
        let row = |number: u32| {
            let at = number as usize * self.width;
            let ids = &self.fields[at..at + self.width];
            ids.iter().map(|id| self.texts.get(*id)).collect()
        };
        Some(rows.clone().map(row).collect())
    }
}

/// Where the rank of a match stands among the columns of an answer.
const RANK: usize = 3;

/// A party by its fields.
fn party<'f>(fields: impl Iterator<Item = &'f str>) -> u128 {
    let mut piece = Vec::new();
    for field in fields {
        piece.extend((field.len() as u64).to_le_bytes());
        piece.extend(field.as_bytes());
    }
    XxHash3_128::oneshot(&piece)
}
