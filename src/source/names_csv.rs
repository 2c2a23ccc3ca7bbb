//! Names alone: a CSV with a column of names, or one name a line; and queries with their answers.

use std::io::BufRead;

use super::open::{self, NamedRows};
use crate::error::Error;

/// The names of a file: its column `name`, or every line where it has one column without a header.
///
/// # Errors
/// The file cannot be read, is empty, or holds a row that is no text.
pub fn names(path: &str) -> Result<Vec<String>, Error> {
    let has_column = {
        let NamedRows { rows, .. } = open::named_rows(path)?;
        let columns = rows.header().names();
        let is_header = columns.len() > 1
            && columns.iter().all(|column| column.len() < 30 && !column.contains([' ', '.']));
        if is_header && !rows.header().has("name") {
            let columns = columns.join(", ");
            let reason = format!("has the columns {columns} and none called `name`; rename one");
            return Err(Error::file(path, reason));
        }
        if columns.len() == 1 && columns[0].contains([';', '\t']) && columns[0].contains("name") {
            let reason = "parts its columns by something else than commas; write a CSV with commas";
            return Err(Error::file(path, reason));
        }
        rows.header().has("name")
    };
    if !has_column {
        let lines: Result<Vec<String>, _> = open::named_text(path)?.lines().collect();
        return lines.map_err(|error| Error::io(path, error));
    }
    Ok(fields(path, &["name"])?.into_iter().map(|mut row| row.remove(0)).collect())
}

/// A query and the number of the name, from 0, that it should find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// What is asked for.
    pub query: String,
    /// The number of the right name.
    pub target: usize,
    /// The class of variation.
    pub class: String,
}

/// The queries of a file with the columns `query`, `target_line` and, if there is one, `category`.
///
/// # Errors
/// The file cannot be read, lacks a column, or a target is no number.
pub fn queries(path: &str) -> Result<Vec<Query>, Error> {
    let rows = fields(path, &["query", "target_line", "category"])?;
    let query = |(at, row): (usize, Vec<String>)| {
        let [query, target, class] = row.try_into().expect("as many fields as asked for");
        let target = target.parse().map_err(|_| {
            let line = at + 2;
            Error::file(path, format!("line {line}: target_line `{target}` is no number"))
        })?;
        Ok(Query { query, target, class })
    };
    rows.into_iter().enumerate().map(query).collect()
}

/// The fields of columns of every row; a column called `category` may be missing.
fn fields(path: &str, columns: &[&str]) -> Result<Vec<Vec<String>>, Error> {
    let NamedRows { mut rows, .. } = open::named_rows(path)?;
    for column in columns.iter().filter(|column| **column != "category") {
        if !rows.header().has(column) {
            return Err(Error::file(path, format!("has no column `{column}`; add it")));
        }
    }
    let mut all = Vec::new();
    while let Some(row) = rows.next() {
        let row =
            row.map_err(|fault| Error::file(path, format!("{}; mend the row", fault.reason)))?;
        all.push(columns.iter().map(|column| row.get(column).to_owned()).collect());
    }
    Ok(all)
}
