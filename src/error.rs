//! Places, what was rejected there, and the errors that stop a run.

use std::borrow::Cow;
use std::fmt;

/// Where a record came from: a source of a [`Sources`] table and a record of it. 8 bytes.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    zerocopy::FromBytes,
    zerocopy::IntoBytes,
    zerocopy::Immutable,
    zerocopy::KnownLayout,
    serde::Serialize,
    serde::Deserialize,
)]
#[repr(C)]
pub struct Place {
    /// Index into the table of sources.
    pub source: u32,
    /// Line, record or sheet row within the source, from 1; the source's [`RecordUnit`] says which.
    pub record: u32,
}

impl Place {
    /// The place of what nobody records: it is supposed.
    pub const SUPPOSED: Place = Place { source: u32::MAX, record: 1 };
}

/// What a record number of a source counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum RecordUnit {
    /// Lines of a text file.
    Line,
    /// Records of a file without meaningful lines.
    Record,
    /// Rows of a sheet.
    SheetRow,
}

/// One file that was read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Source {
    /// File name relative to the argument it was found under; `embedded:` for the built-in data.
    pub name: String,
    /// What its record numbers count.
    pub unit: RecordUnit,
    /// What it was recognised as, for example `holdings`.
    pub kind: Cow<'static, str>,
    /// BLAKE3 digest of its bytes as they were given.
    pub digest: [u8; 32],
    /// Bytes of it, as they were given.
    pub bytes: u64,
    /// Data records read.
    pub records: u64,
    /// Of them, taken.
    pub accepted: u64,
    /// Of them, rejected.
    pub rejected: u64,
    /// Of them, what is no record of its own: a further name of one, an address, somebody on no list.
    pub aside: u64,
}

impl Source {
    /// A file of lines that is not read yet.
    pub fn of_lines(name: &str, kind: &'static str) -> Source {
        Source {
            name: name.to_owned(),
            unit: RecordUnit::Line,
            kind: kind.into(),
            digest: [0; 32],
            bytes: 0,
            records: 0,
            accepted: 0,
            rejected: 0,
            aside: 0,
        }
    }
}

/// All files read, in the order in which [`Place::source`] counts them.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Sources(pub Vec<Source>);

impl Sources {
    /// `file:line` of a place.
    pub fn show(&self, place: Place) -> String {
        format!("{}:{}", self.name(place), place.record)
    }

    /// The file of a place.
    pub fn name(&self, place: Place) -> &str {
        let unknown = if place == Place::SUPPOSED { "supposed" } else { "unknown source" };
        self.0.get(place.source as usize).map_or(unknown, |source| &source.name)
    }
}

/// A record that could not be read. The rest of its file goes on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Rejected {
    /// File, relative to the argument it was found under.
    pub file: String,
    /// Line from 1; 0 where the whole file is meant.
    pub line: u64,
    /// Column by name, where one column is to blame.
    pub column: Option<String>,
    /// Why, and what to do.
    pub reason: String,
    /// Which data were lost with it.
    pub data: Data,
    /// The record as it was read, cut to a few hundred bytes.
    pub text: String,
}

/// The kinds of data a rejected record can belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Data {
    /// List entries, events, measures.
    Lists,
    /// Holdings, complete owners, groups, links.
    Holdings,
    /// Parties to be screened.
    Parties,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if let Some(column) = &self.column {
            write!(f, ": column `{column}`")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// Something to tell the user that stops nothing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Warning {
    /// `file:line`, or the file alone.
    pub place: String,
    /// What was noticed and what was done about it.
    pub text: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.text)
    }
}

/// Why a run could not take place. Every message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder cannot be opened or read.
    #[error("{path}: {source}")]
    Io {
        /// The path as given.
        path: String,
        /// The system's own reason.
        source: std::io::Error,
    },
    /// A file as a whole is not what is needed.
    #[error("{path}: {reason}")]
    File {
        /// The path as given.
        path: String,
        /// Why, and what to do.
        reason: String,
    },
    /// A file of rules or of a profile is not what is needed.
    #[error("{path}:{line}: {reason}")]
    Rule {
        /// The path as given.
        path: String,
        /// Line from 1.
        line: usize,
        /// Why, and what to do.
        reason: String,
    },
    /// The request makes no sense with the data that are loaded.
    #[error("{0}")]
    Request(String),
}

impl Error {
    /// An error of the system about a path.
    pub fn io(path: impl Into<String>, source: std::io::Error) -> Error {
        Error::Io { path: path.into(), source }
    }

    /// An error about a whole file.
    pub fn file(path: impl Into<String>, reason: impl Into<String>) -> Error {
        Error::File { path: path.into(), reason: reason.into() }
    }
}
