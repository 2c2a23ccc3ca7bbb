//! A CSV of parties to be screened: the user's own customer file.

use std::io::BufRead;

use super::lists_csv::countries;
use super::open::{self, Digest, NamedRows};
use super::rows::{Fault, Row, Rows, word};
use crate::error::{Data, Error, Rejected};
use crate::model::{Countries, EntityKind, Identifiers, Party};

/// A party file, read row by row.
pub struct Parties {
    rows: Rows<Box<dyn BufRead + Send>>,
    digest: Digest,
    name_column: String,
    file: String,
}

/// One row: its fields as they stand, the party if it can be screened, and what cannot be read.
///
/// A field that cannot be read, such as a country of three letters, does not keep the party from
/// being screened without it.
#[derive(Debug)]
pub struct PartyRow {
    /// The fields, as many as the header has.
    pub fields: Vec<String>,
    /// The party.
    pub party: Option<Party>,
    /// What cannot be read of it; never empty where there is no party.
    pub faults: Vec<Rejected>,
}

impl Parties {
    /// Opens a party file.
    ///
    /// # Errors
    /// The file cannot be read, is empty, or has no column of names.
    pub fn open(path: &str, name_column: &str) -> Result<Parties, Error> {
        let NamedRows { rows, file, digest } = open::named_rows(path)?;
        if !rows.header().has(name_column) {
            let names: String = rows.header().names().join(", ").chars().take(300).collect();
            let reason = format!(
                "has no column `{name_column}`; its columns are {names}; say which holds the names with --name-column"
            );
            return Err(Error::file(path, reason));
        }
        Ok(Parties { rows, digest, name_column: name_column.to_owned(), file })
    }

    /// The columns of the file.
    pub fn columns(&self) -> &[String] {
        self.rows.header().names()
    }

    /// The file's name.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The digest of the bytes read so far; of the whole file once [`Parties::read`] came back
    /// empty.
    pub fn digest(&self) -> [u8; 32] {
        self.digest.value()
    }

    /// Up to `limit` further rows; empty at the end.
    pub fn read(&mut self, limit: usize) -> Vec<PartyRow> {
        let mut batch = Vec::new();
        while batch.len() < limit {
            let (party, faults) = match self.rows.next() {
                None => break,
                Some(Ok(row)) => party(&row, &self.name_column),
                Some(Err(fault)) => (None, vec![fault]),
            };
            let reject = |fault: Fault| {
                fault.reject(&self.file, self.rows.line(), Data::Parties, self.rows.text())
            };
            let faults = faults.into_iter().map(reject).collect();
            batch.push(PartyRow { fields: self.rows.fields(), party, faults });
        }
        batch
    }
}

fn party(row: &Row, name_column: &str) -> (Option<Party>, Vec<Fault>) {
    let text = |column| row.get(column).to_owned();
    let name = match row.required(name_column) {
        Ok(name) => name,
        Err(fault) => return (None, vec![fault]),
    };
    let native = row.get("name_native");
    if ![name, native].iter().any(|name| name.chars().any(char::is_alphanumeric)) {
        let reason = format!("`{name}` has no letter or digit to screen");
        return (None, vec![Fault::column(name_column, reason)]);
    }
    let mut faults = Vec::new();
    let countries = countries("country", row.get("country")).unwrap_or_else(|fault| {
        faults.push(fault);
        Countries::default()
    });
    let kind = word!("kind", row.get("kind"), EntityKind).unwrap_or_else(|fault| {
        faults.push(fault);
        None
    });
    let (identifiers, others) = Identifiers::read(row.get("identifiers"), None);
    if !others.is_empty() {
        let reason = format!(
            "not of the form scheme:value, such as lei:..., and not used: {}",
            others.join("; ")
        );
        faults.push(Fault::column("identifiers", reason));
    }
    let party = Party {
        name: name.to_owned(),
        name_native: text("name_native"),
        aliases: row.list("aliases"),
        countries,
        city: text("city"),
        kind: kind.unwrap_or(EntityKind::Unknown),
        birth_date: text("birth_date"),
        id: text("id"),
        identifiers,
    };
    (Some(party), faults)
}
