//! A table of parties to be screened: the user's own customer file.

use super::lists_csv::countries;
use super::open::digest_of;
use super::rows::{Fault, Header, shortened, word};
use super::table::{Table, TableOptions, TableRow};
use crate::day::{Day, Span};
use crate::error::{Data, Error, Place, Rejected};
use crate::model::{
    Confidence, Countries, DeclaredOwner, EntityKind, Identifiers, Interest, Party,
};
use crate::share::ShareRange;

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

    /// A name with a letter that was lost when somebody converted it, or with control characters: it is another
    /// name than was meant.
    fn lost_letter(&self) -> Option<Fault> {
        [self.name_column, "name_native", "aliases"].into_iter().find_map(|column| {
            let odd = self.get(column).chars().find(|c| *c == '\u{fffd}' || c.is_control() && !c.is_whitespace())?;
            let what = format!("holds U+{:04X}, which stands for a letter that was lost or is none: the text was converted from another encoding, see --encoding", u32::from(odd));
            Some(Fault::column(column, what))
        })
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
        for text in unread {
            let reason = format!(
                "`{text}` cannot be read; write `NAME (60 %); NAME (25-50 %)`; a share that is not read counts as unknown"
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

/// The owners of the column `owners`, parted by `;` or line ends, and what of it cannot be read.
fn declared_owners(text: &str) -> (Vec<DeclaredOwner>, Vec<String>) {
    let (mut owners, mut unread) = (Vec::new(), Vec::new());
    for part in text.split([';', '；', '\n', '\r', '|']) {
        let mut rest = part.trim();
        // Whoever parts them otherwise still writes a share behind each.
        while let Some(at) = rest.find('%').filter(|at| rest[at + 1..].contains('%')) {
            let behind = &rest[at + 1..];
            let closed = behind.trim_start().strip_prefix(')').unwrap_or(behind);
            let own = &rest[..rest.len() - closed.len()];
            take(own.trim(), &mut owners, &mut unread);
            let parted = closed.trim_start();
            rest = parted.trim_start_matches([',', '/', '&', '+', '、']).trim_start();
            rest = rest.strip_prefix("and ").unwrap_or(rest);
        }
        take(rest, &mut owners, &mut unread);
    }
    (owners, unread)
}

/// Takes one owner: `NAME`, `NAME (60 %)`, `NAME (25-50 %)`, `NAME (>50 %)`, `NAME 60%`.
fn take(text: &str, owners: &mut Vec<DeclaredOwner>, unread: &mut Vec<String>) {
    if text.is_empty() {
        return;
    }
    let (name, share) = match text.strip_suffix(')').and_then(|open| open.rsplit_once('(')) {
        Some((name, inside)) if inside.contains(|c: char| c == '%' || c.is_ascii_digit()) => {
            // A number without its sign may be a share, a year or a count: it is told, not guessed.
            (name, Some(if inside.contains('%') { inside } else { "" }))
        }
        _ => match text.strip_suffix('%').map(str::trim_end) {
            Some(bare) => {
                let (name, share) = bare.rsplit_once(char::is_whitespace).unwrap_or((bare, ""));
                (name, Some(share))
            }
            None => (text, None),
        },
    };
    let range = share.map_or(Some(ShareRange::UNKNOWN), declared_share);
    let name = name.trim().trim_end_matches([':', ',', '-', '–', '=']).trim_end();
    // What is left of a share, a comment or another owner would make of a name one that nobody has.
    let odd = |c: char| "%<>≤≥".contains(c);
    let percent = text.to_lowercase();
    let open = name.matches('(').count() != name.matches(')').count();
    let doubtful = name.is_empty()
        || name.contains(odd)
        || open
        || share.is_none()
            && ["percent", "per cent", "pct"].iter().any(|word| percent.contains(word))
        || share.is_some() && name.ends_with(|c: char| c.is_ascii_digit()) && !text.ends_with(')');
    if range.is_none() || doubtful {
        unread.push(text.to_owned());
    }
    let ends = |c: char| odd(c) || open && c == '(';
    let named = name.split(ends).next().unwrap_or(name).trim();
    owners.push(DeclaredOwner {
        name: if named.is_empty() { text.to_owned() } else { named.to_owned() },
        countries: Countries::default(),
        identifiers: Identifiers::default(),
        range: range.unwrap_or(ShareRange::UNKNOWN),
        interest: Interest::Equity,
        span: Span { from: Day::ALWAYS, until: Day::NEVER },
        confidence: Confidence::Unverified,
        citation: String::new(),
        place: Place { source: 0, record: 0 },
    });
}

/// A share as people write it: `60 %`, `25-50 %`, `>50 %`, `≤ 25`.
fn declared_share(text: &str) -> Option<ShareRange> {
    let text = text.trim().trim_end_matches('%').trim_end();
    let (low, high, open) = match text.chars().next()? {
        '>' | '≥' if !text.starts_with(">=") => {
            (text.trim_start_matches(['>', '≥']), "100", (text.starts_with('>'), false))
        }
        '<' | '≤' if !text.starts_with("<=") => {
            ("0", text.trim_start_matches(['<', '≤']), (false, text.starts_with('<')))
        }
        '>' => (&text[2..], "100", (false, false)),
        '<' => ("0", &text[2..], (false, false)),
        _ => {
            let (low, high) = text.split_once(['-', '–']).unwrap_or((text, ""));
            (low, high, (false, false))
        }
    };
    let (low, high) = (low.trim().trim_end_matches('%').trim_end(), high.trim());
    let whole = !low.is_empty() && (!text.contains(['-', '–']) || !high.is_empty());
    ShareRange::parse(low, high, open.0, open.1).ok().filter(|_| whole)
}

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

#[cfg(test)]
mod tests {
    use super::*;

    /// The owners of a text, and how many parts of it could not be read.
    fn read(text: &str) -> (Vec<String>, usize) {
        let (owners, unread) = declared_owners(text);
        let told = |one: &DeclaredOwner| format!("{}: {}", one.name, one.range);
        (owners.iter().map(told).collect(), unread.len())
    }

    #[test]
    fn owners_are_read_as_people_write_them_or_told() {
        let two = ["Foo Ltd: 60 %", "Bar (HK) Ltd: 40 %"];
        for text in [
            "Foo Ltd (60 %); Bar (HK) Ltd (40%)",
            "Foo Ltd 60%;Bar (HK) Ltd 40 %",
            "Foo Ltd (60 %), Bar (HK) Ltd (40 %)",
            "Foo Ltd (60 %)\nBar (HK) Ltd (40 %)",
            "Foo Ltd (60 %)；Bar (HK) Ltd (40 %)",
            "Foo Ltd (60 %) and Bar (HK) Ltd (40 %)",
            "Foo Ltd: 60% / Bar (HK) Ltd: 40%",
        ] {
            assert_eq!(read(text), (two.map(str::to_owned).to_vec(), 0), "{text}");
        }
        for (text, expected) in [
            ("Foo Ltd", "Foo Ltd: share unknown"),
            ("Bar (HK) Ltd", "Bar (HK) Ltd: share unknown"),
            ("Foo Ltd (25-50 %)", "Foo Ltd: 25 to 50 %"),
            ("Quarry 9 (60 %)", "Quarry 9: 60 %"),
        ] {
            assert_eq!(read(text), (vec![expected.to_owned()], 0), "{text}");
        }
        let range = |text: &str| declared_owners(text).0.remove(0).range;
        let share = |percent: u64| crate::share::Share::from_parts(percent * 10_000_000);
        assert!(range("Foo (>50 %)").low() > share(50) && range("Foo (<50 %)").high() < share(50));
        for text in [
            "Foo Ltd (more than 50 %)",
            "Foo Ltd (60 %) since 2020",
            "Foo Ltd 60 percent",
            "Foo Ltd (150 %)",
            "Foo Ltd (9)",
            "Foo Ltd (2019)",
            "Foo Ltd (60,5 %)",
            "Quarry 9 60 %",
            "(60 %)",
        ] {
            assert!(read(text).1 > 0, "{text}: {:?}", read(text));
        }
        assert_eq!(read("Foo Ltd (9)").0, ["Foo Ltd: share unknown"]);
        assert_eq!(read("Foo Ltd (more than 50 %)").0, ["Foo Ltd: share unknown"]);
    }
}
