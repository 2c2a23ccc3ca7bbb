//! A CSV of pairs of names to be compared.

use std::io::BufRead;

use super::lists_csv::countries;
use super::open::{self, NamedRows};
use super::rows::{Fault, Row, Rows};
use crate::error::{Data, Error, Rejected};
use crate::model::Countries;

/// A file of pairs, read row by row.
pub struct Pairs {
    rows: Rows<Box<dyn BufRead + Send>>,
    file: String,
}

/// Two names and their countries.
#[derive(Debug, Clone)]
pub struct Pair {
    /// One name.
    pub name1: String,
    /// Its countries.
    pub country1: Countries,
    /// The other name.
    pub name2: String,
    /// Its countries.
    pub country2: Countries,
}

/// One row: its fields as they stand, and the pair or why it cannot be read.
#[derive(Debug)]
pub struct PairRow {
    /// The fields, as many as the header has.
    pub fields: Vec<String>,
    /// The pair.
    pub pair: Result<Pair, Rejected>,
}

impl Pairs {
    /// Opens a file of pairs.
    ///
    /// # Errors
    /// The file cannot be read, is empty, or lacks a column of names.
    pub fn open(path: &str) -> Result<Pairs, Error> {
        let NamedRows { rows, file } = open::named_rows(path)?;
        for column in ["name1", "name2"] {
            if !rows.header().has(column) {
                let reason =
                    format!("has no column `{column}`; a file of pairs needs name1 and name2");
                return Err(Error::file(path, reason));
            }
        }
        Ok(Pairs { rows, file })
    }

    /// The columns of the file.
    pub fn columns(&self) -> &[String] {
        self.rows.header().names()
    }

    /// Up to `limit` further rows; empty at the end.
    pub fn read(&mut self, limit: usize) -> Vec<PairRow> {
        let mut batch = Vec::new();
        while batch.len() < limit {
            let pair = match self.rows.next() {
                None => break,
                Some(Ok(row)) => pair(&row),
                Some(Err(fault)) => Err(fault),
            };
            let reject = |fault: Fault| {
                fault.reject(&self.file, self.rows.line(), Data::Parties, self.rows.text())
            };
            batch.push(PairRow { fields: self.rows.fields(), pair: pair.map_err(reject) });
        }
        batch
    }
}

fn pair(row: &Row) -> Result<Pair, Fault> {
    Ok(Pair {
        name1: row.required("name1")?.to_owned(),
        country1: countries("country1", row.get("country1"))?,
        name2: row.required("name2")?.to_owned(),
        country2: countries("country2", row.get("country2"))?,
    })
}
