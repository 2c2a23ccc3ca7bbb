//! A table of parties to be screened: the user's own customer file.

use super::lists_csv::countries;
use super::open::digest_of;
use super::owners_column::declared_owners;
use super::rows::{Fault, Header, shortened, word};
use super::table::{Table, TableOptions, TableRow};
use crate::day::Day;
use crate::error::{Data, Error, Place, Rejected};
use crate::model::{Countries, EntityKind, Identifiers, Party};

/// A party file, read row by row.
pub struct Parties {
    table: Table,
    name_column: String,
    path: String,
    digest: [u8; 32],
    /// Bytes of the file.
    size: u64,
    read: u64,
    /// The number under which places cite the file.
    cited: u32,
}

/// One row: its fields as they stand, the party if it can be screened, and what cannot be read.
///
/// A field that cannot be read, such as a country of three letters, does not keep the party from
/// being screened without it.
#[derive(Debug, Clone)]
pub struct PartyRow {
    /// The fields, as many as the header has.
    pub fields: Vec<String>,
    /// The party.
    pub party: Option<Party>,
    /// What cannot be read of it; never empty where there is no party.
    pub faults: Vec<Rejected>,
    /// What another file declares of it that cannot be read, and is told of that file.
    pub unread: Vec<Rejected>,
}

impl Parties {
    /// Opens a party file.
    ///
    /// # Errors
    /// The file cannot be read, is empty, is not of the format or encoding it is said to be, or has no
    /// column of names.
    pub fn open(path: &str, name_column: &str, options: &TableOptions) -> Result<Parties, Error> {
        let meta = std::fs::metadata(path).map_err(|error| Error::io(path, error))?;
        if !meta.is_file() && !meta.is_dir() {
            let reason = "is a pipe or device, and a file of parties is read twice; save it and give the file";
            return Err(Error::file(path, reason));
        }
        let (digest, size) = (digest_of(path)?, meta.len());
        let table = Table::open(path, options, name_column)?;
        if !table.header.has(name_column) {
            let names: String = table.header.names().join(", ").chars().take(300).collect();
            let reason = format!(
                "has no column `{name_column}`; its columns are {names}; say which holds the names with --name-column"
            );
            return Err(Error::file(path, reason));
        }
        let otherwise =
            |name: &&String| name.as_str() != "owners" && name.trim().to_lowercase() == "owners";
        if let Some(column) = table.header.names().iter().find(otherwise) {
            let reason = format!(
                "has a column `{column}`, and only `owners` is read as declared owners; name it so, or something else"
            );
            return Err(Error::file(path, reason));
        }
        let (name_column, path) = (name_column.to_owned(), path.to_owned());
        Ok(Parties { table, name_column, path, digest, size, read: 0, cited: 0 })
    }

    /// The columns of the file.
    pub fn columns(&self) -> &[String] {
        self.table.header.names()
    }

    /// Whether parties declare owners in a column of the file.
    pub fn declare_owners(&self) -> bool {
        self.table.header.has("owners")
    }

    /// Gives the file the number under which places cite it.
    pub fn numbered(&mut self, source: u32) {
        self.cited = source;
    }

    /// The file's name.
    pub fn file(&self) -> &str {
        &self.table.file
    }

    /// The digest of the file's bytes.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// How far the reading is, and how far it goes: rows where the file says how many it has, else bytes.
    pub fn progress(&self) -> (u64, u64) {
        match self.table.rows() {
            Some(rows) => (self.read, rows),
            None => (self.table.bytes().unwrap_or_default(), self.size),
        }
    }

    /// Up to `limit` further rows; empty at the end.
    ///
    /// # Errors
    /// At the end: the file is another one than when it was opened.
    pub fn read(&mut self, limit: usize) -> Result<Vec<PartyRow>, Error> {
        let mut batch = Vec::new();
        while batch.len() < limit {
            let Some(row) = self.table.next() else { break };
            let place =
                Place { source: self.cited, record: u32::try_from(row.line).unwrap_or(u32::MAX) };
            let mut row = party_row(row, &self.table.header, &self.name_column, &self.table.file);
            row.party
                .iter_mut()
                .flat_map(|party| &mut party.owners)
                .for_each(|one| one.place = place);
            batch.push(row);
        }
        self.read += batch.len() as u64;
        if batch.is_empty() && self.table.digest().is_some_and(|digest| digest != self.digest) {
            let reason = "was changed while it was read; screen it again when nobody writes to it";
            return Err(Error::file(&self.path, reason));
        }
        Ok(batch)
    }
}

/// What a row's party is read from, besides the column of names.
pub const PARTY_COLUMNS: &[&str] = &[
    "name_native",
    "aliases",
    "country",
    "city",
    "kind",
    "birth_date",
    "id",
    "identifiers",
    "owners",
];

/// A party of named fields, as a service is asked about one: each is read as that column of a party file, and one
/// that is not given is blank. Returns what cannot be read beside it, each with its field and the reason; there is no
/// party only where its name is missing or damaged.
pub fn party_of(fields: &[(&str, &str)]) -> (Option<Party>, Vec<(String, String)>) {
    let names = fields.iter().map(|(name, _)| (*name).to_owned()).collect();
    let told = |fault: Fault| (fault.column.unwrap_or_default(), fault.reason);
    let header = match Header::new(names, b',') {
        Ok(header) => header,
        Err(fault) => return (None, vec![told(fault)]),
    };
    let fields: Vec<String> = fields.iter().map(|(_, text)| (*text).to_owned()).collect();
    let reading =
        Reading { header: &header, name_column: "name", fields: &fields, faults: Vec::new() };
    let (party, faults) = reading.party();
    (party, faults.into_iter().map(told).collect())
}

fn party_row(row: TableRow, header: &Header, name_column: &str, file: &str) -> PartyRow {
    let TableRow { line, mut fields, faults, text } = row;
    fields.resize(header.names().len(), String::new());
    let whole = faults.iter().any(|fault| fault.column.is_none());
    let (party, faults) = match whole {
        true => (None, faults),
        false => Reading { header, name_column, fields: &fields, faults }.party(),
    };
    let text = text.unwrap_or_else(|| {
        if faults.is_empty() { String::new() } else { shortened(fields.iter()) }
    });
    let reject = |fault: Fault| fault.reject(file, line, Data::Parties, text.clone());
    PartyRow { party, faults: faults.into_iter().map(reject).collect(), fields, unread: Vec::new() }
}

/// A row while a party is read from it.
struct Reading<'r> {
    header: &'r Header,
    name_column: &'r str,
    fields: &'r [String],
    faults: Vec<Fault>,
}

impl Reading<'_> {
    /// A field that is used; blank where it cannot be read.
    fn get(&self, column: &str) -> &str {
        let unread = |fault: &Fault| fault.column.as_deref() == Some(column);
        if self.faults.iter().any(unread) {
            return "";
        }
        self.header
            .place(column)
            .and_then(|place| self.fields.get(place))
            .map_or("", |field| field.trim())
    }

    /// A name with a letter that was lost: it is another name than was meant.
    fn lost_letter(&self) -> Option<Fault> {
        [self.name_column, "name_native", "aliases"]
            .into_iter()
            .find_map(|column| Some(Fault::column(column, lost(lost_letter(self.get(column))?))))
    }

    fn party(mut self) -> (Option<Party>, Vec<Fault>) {
        let used = |fault: &Fault| {
            let column = fault.column.as_deref().unwrap_or_default();
            column == self.name_column || PARTY_COLUMNS.contains(&column)
        };
        self.faults.retain(used);
        if let Some(place) = self.fields.iter().position(|field| field.contains('\0')) {
            let column = &self.header.names()[place];
            let reason = "holds a NUL character: the file is damaged, or is UTF-16 text (--encoding utf-16le)";
            return (None, vec![Fault::column(column, reason)]);
        }
        if let Some(fault) = self.lost_letter() {
            return (None, vec![fault]);
        }
        let (name, native) =
            (self.get(self.name_column).to_owned(), self.get("name_native").to_owned());
        if name.is_empty() {
            let told =
                self.faults.iter().any(|fault| fault.column.as_deref() == Some(self.name_column));
            self.faults.extend((!told).then(|| Fault::blank(self.name_column)));
            return (None, self.faults);
        }
        if ![&name, &native].iter().any(|name| name.chars().any(char::is_alphanumeric)) {
            let reason = format!("`{name}` has no letter or digit to screen");
            return (None, vec![Fault::column(self.name_column, reason)]);
        }
        let mut faults = Vec::new();
        let countries = countries("country", self.get("country")).unwrap_or_else(|fault| {
            faults.push(fault);
            Countries::default()
        });
        let kind = word!("kind", self.get("kind"), EntityKind).unwrap_or_else(|fault| {
            faults.push(fault);
            None
        });
        let birth_date = birth_date(self.get("birth_date")).unwrap_or_else(|fault| {
            faults.push(fault);
            String::new()
        });
        let (identifiers, others) = Identifiers::read(self.get("identifiers"), None);
        if !others.is_empty() {
            let reason = format!(
                "not of the form scheme:value, such as lei:..., and not used: {}",
                others.join("; ")
            );
            faults.push(Fault::column("identifiers", reason));
        }
        let (owners, unread) = declared_owners(self.get("owners"));
        let unread_owners = !unread.is_empty();
        let left = unread.len().saturating_sub(TOLD);
        for (at, text) in unread.into_iter().take(TOLD).enumerate() {
            let more = match left {
                left @ 1.. if at + 1 == TOLD => format!(" (and {left} more of this field)"),
                _ => String::new(),
            };
            let text: String = text.chars().take(TOLD_LETTERS).collect();
            let reason = format!(
                "`{text}` cannot be read{more}; write `NAME (60 %); NAME (25-50 %)`; a share that is not read counts as unknown"
            );
            faults.push(Fault::column("owners", reason));
        }
        let aliases = self.get("aliases").split(';').map(str::trim);
        let party = Party {
            name,
            name_native: native,
            aliases: aliases.filter(|alias| !alias.is_empty()).map(str::to_owned).collect(),
            countries,
            city: self.get("city").to_owned(),
            kind: kind.unwrap_or(EntityKind::Unknown),
            birth_date,
            id: self.get("id").to_owned(),
            identifiers,
            owners,
            unread_owners,
        };
        self.faults.extend(faults);
        (Some(party), self.faults)
    }
}

/// A letter that was lost when somebody converted a name, or a control character.
pub(super) fn lost_letter(name: &str) -> Option<char> {
    name.chars().find(|c| *c == '\u{fffd}' || c.is_control() && !c.is_whitespace())
}

/// What to tell of a name with such a letter.
pub(super) fn lost(letter: char) -> String {
    format!(
        "holds U+{:04X}, which stands for a letter that was lost or is none: the text was converted from another encoding, see --encoding",
        u32::from(letter)
    )
}

/// Parts of a field that are told one by one, and letters told of each: what is told stays a line or two.
const TOLD: usize = 5;
const TOLD_LETTERS: usize = 100;

/// A birth date as ISO 8601 writes it, or the beginning of one: a year, a year and month. What is written
/// otherwise would contradict every date that a list has.
fn birth_date(text: &str) -> Result<String, Fault> {
    let text = text.strip_suffix("T00:00:00").or(text.strip_suffix(" 00:00:00")).unwrap_or(text);
    let whole = match text.len() {
        0 => return Ok(String::new()),
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        _ => text.to_owned(),
    };
    match Day::parse(&whole) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(Fault::column(
            "birth_date",
            format!("`{text}` is not used: write a date such as 1962-05-31, or 1962-05, or 1962"),
        )),
    }
}
