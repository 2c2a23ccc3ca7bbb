//! Decisions on matches, kept in a file of SQLite: nothing that was acknowledged is lost, several programs may use it at
//! once, and nothing in it is changed or taken out again. The last decision on a party and an entity counts.

mod chain;
mod table;

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Row, params};

use crate::error::Error;
use crate::model::{Decision, Outcome};

pub use chain::{Chain, Whole, check, private};
pub use table::{COLUMNS, read, row};

/// The mark of such files (`PRAGMA application_id`): other databases are not written to.
const MARK: i64 = 0x7061_7265;

/// The form of the table.
const VERSION: i64 = 1;

/// How long a program waits for another one that writes; a decision takes some milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

const TABLE: &str = "CREATE TABLE decision (
    number INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    by TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    party_id TEXT NOT NULL,
    party TEXT NOT NULL,
    entity TEXT NOT NULL,
    entity_name TEXT NOT NULL,
    identifiers TEXT NOT NULL,
    basis TEXT NOT NULL,
    digest TEXT NOT NULL
) STRICT";

/// A file of decisions.
#[derive(Debug)]
pub struct Store {
    path: String,
    connection: Connection,
}

impl Store {
    /// Opens a file of decisions, or makes a new one.
    ///
    /// # Errors
    /// It cannot be opened, is no file of decisions, or is of a newer version.
    pub fn open(path: &Path) -> Result<Store, Error> {
        let told = path.display().to_string();
        let failed = |error: rusqlite::Error| Error::file(&told, refused(&error));
        // A file that SQLite makes could be read by everybody.
        let made = private().write(true).create(true).truncate(false).open(path);
        made.map_err(|error| Error::io(told.as_str(), error))?;
        let mut connection = Connection::open(path).map_err(failed)?;
        connection.busy_timeout(PATIENCE).map_err(failed)?;
        if is_of_others(&connection).map_err(failed)? {
            return Err(Error::file(&told, OF_OTHERS));
        }
        // A decision is on the disk when it is acknowledged, whatever happens then.
        connection.pragma_update(None, "journal_mode", "WAL").map_err(failed)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
        let own = connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(failed)?;
        let tables: i64 = own
            .query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))
            .map_err(failed)?;
        if tables == 0 {
            own.execute_batch(TABLE).map_err(failed)?;
            own.pragma_update(None, "application_id", MARK).map_err(failed)?;
            own.pragma_update(None, "user_version", VERSION).map_err(failed)?;
        }
        own.commit().map_err(failed)?;
        checked(&told, connection)
    }

    /// Opens a file of decisions to read it, and changes nothing.
    ///
    /// # Errors
    /// There is none, or it is no file of decisions.
    pub fn open_to_read(path: &Path) -> Result<Store, Error> {
        let told = path.display().to_string();
        std::fs::metadata(path).map_err(|error| Error::io(told.as_str(), error))?;
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
            .map_err(|error| Error::file(&told, refused(&error)))?;
        let patient = connection.busy_timeout(PATIENCE);
        patient.map_err(|error| Error::file(&told, refused(&error)))?;
        checked(&told, connection)
    }

    /// Keeps decisions, all or none. They are on the disk when this returns.
    ///
    /// # Errors
    /// One of them says not who or why, or the file cannot be written.
    pub fn add(&mut self, all: &[Decision]) -> Result<(), Error> {
        let path = self.path.clone();
        let failed = |error: rusqlite::Error| Error::file(&path, refused(&error));
        let own = self.connection.transaction().map_err(failed)?;
        for one in all {
            for (what, text) in [("who decided", &one.by), ("why", &one.reason)] {
                if text.trim().is_empty() {
                    return Err(Error::Request(format!("a decision has to say {what}")));
                }
            }
            let basis = serde_json::to_string(&one.basis).unwrap_or_default();
            let insert = "INSERT INTO decision (at, by, outcome, reason, party_id, party, entity, entity_name, \
                          identifiers, basis, digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
            let values = params![
                one.at,
                one.by,
                one.outcome.as_str(),
                one.reason,
                one.party_id,
                one.party,
                one.entity,
                one.entity_name,
                one.identifiers,
                basis,
                one.basis.digest()
            ];
            own.execute(insert, values).map_err(failed)?;
        }
        own.commit().map_err(failed)
    }

    /// The state of the file: another number once another program has written to it.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn state(&self) -> Result<i64, Error> {
        let state = self.connection.pragma_query_value(None, "data_version", |row| row.get(0));
        state.map_err(|error| Error::file(&self.path, refused(&error)))
    }

    /// Writes a copy of the file.
    ///
    /// # Errors
    /// There is a file of that name, or none can be made.
    pub fn copy(&self, to: &Path) -> Result<(), Error> {
        let told = to.display().to_string();
        let copied = self.connection.execute("VACUUM INTO ?1", [&told]);
        copied.map(|_| ()).map_err(|error| Error::file(&told, refused(&error)))
    }

    /// Every decision, in the order in which they were made.
    ///
    /// # Errors
    /// The file cannot be read, or what a decision rests on is not what its digest says.
    pub fn all(&self) -> Result<Vec<Decision>, Error> {
        let failed = |error: rusqlite::Error| Error::file(&self.path, refused(&error));
        let select = "SELECT number, at, by, outcome, reason, party_id, party, entity, entity_name, identifiers, basis, \
                      digest FROM decision ORDER BY number";
        let mut statement = self.connection.prepare(select).map_err(failed)?;
        let rows = statement.query_map([], |row| Ok(decision(row))).map_err(failed)?;
        rows.map(|row| row.map_err(failed)?.map_err(|reason| Error::file(&self.path, reason)))
            .collect()
    }
}

/// The decisions of a file.
#[derive(Debug, Default)]
pub struct Loaded {
    /// In the order in which they were made.
    pub all: Vec<Decision>,
    /// A digest of all of them, hexadecimal.
    pub digest: String,
}

/// Reads every decision of a file.
///
/// # Errors
/// Those of [`Store::open_to_read`] and [`Store::all`].
pub fn load(path: &str) -> Result<Loaded, Error> {
    let all = Store::open_to_read(Path::new(path))?.all()?;
    let mut hasher = blake3::Hasher::new();
    for field in all.iter().flat_map(row) {
        hasher.update(&(field.len() as u64).to_le_bytes());
        hasher.update(field.as_bytes());
    }
    Ok(Loaded { all, digest: hasher.finalize().to_hex().to_string() })
}

fn refused(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => "is no file of decisions".to_owned(),
        Some(rusqlite::ErrorCode::CannotOpen) => {
            "cannot be opened as a file of decisions; name a file in a folder that is there"
                .to_owned()
        }
        Some(rusqlite::ErrorCode::DatabaseBusy) => {
            "is written to by another program; try again".to_owned()
        }
        _ => format!("cannot be used as a file of decisions: {error}"),
    }
}

const OF_OTHERS: &str = "is a database of something else, and no file of decisions";

/// Whether something is in a database that is none of decisions: nothing of it is touched.
fn is_of_others(connection: &Connection) -> rusqlite::Result<bool> {
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    let mark: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    Ok(tables > 0 && mark != MARK)
}

fn checked(path: &str, connection: Connection) -> Result<Store, Error> {
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let failed = |error: rusqlite::Error| Error::file(path, refused(&error));
    if number("application_id").map_err(failed)? != MARK {
        return Err(Error::file(path, OF_OTHERS));
    }
    let version = number("user_version").map_err(failed)?;
    if version != VERSION {
        let reason = format!("has version {version}, and this program reads version {VERSION}");
        return Err(Error::file(path, reason));
    }
    Ok(Store { path: path.to_owned(), connection })
}

fn decision(row: &Row) -> Result<Decision, String> {
    let broken = |error: rusqlite::Error| format!("has a decision that cannot be read: {error}");
    let number: i64 = row.get("number").map_err(broken)?;
    let text = |name: &str| row.get::<_, String>(name).map_err(broken);
    let outcome = text("outcome")?;
    let one = Decision {
        at: text("at")?,
        by: text("by")?,
        outcome: Outcome::parse(&outcome)
            .ok_or_else(|| format!("decision {number} has the outcome `{outcome}`"))?,
        reason: text("reason")?,
        party_id: text("party_id")?,
        party: text("party")?,
        entity: text("entity")?,
        entity_name: text("entity_name")?,
        identifiers: text("identifiers")?,
        basis: serde_json::from_str(&text("basis")?)
            .map_err(|error| format!("decision {number} rests on what cannot be read: {error}"))?,
    };
    if one.basis.digest() != text("digest")? {
        return Err(format!("decision {number} was changed: its digest is another"));
    }
    Ok(one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Basis, Part};

    fn one(party: &str) -> Decision {
        Decision {
            at: "2024-11-28T10:00:00Z".into(),
            by: "anna".into(),
            outcome: Outcome::FalseMatch,
            reason: "another country, \"and\" trade".into(),
            party_id: String::new(),
            party: party.into(),
            entity: "reg:E1".into(),
            entity_name: "Tern Ltd".into(),
            identifiers: "reg:E1;lei:X".into(),
            basis: Basis([(Part::Party, format!("name: {party}, = 1"))].into()),
        }
    }

    #[test]
    fn decisions_come_back_in_their_order_and_through_a_table() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decisions.db");
        let all = [one("B"), one("A")];
        Store::open(&path).unwrap().add(&all).unwrap();
        let kept = Store::open_to_read(&path).unwrap().all().unwrap();
        assert_eq!(kept, all);
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(COLUMNS).unwrap();
        kept.iter().for_each(|one| csv.write_record(row(one)).unwrap());
        let text = csv.into_inner().unwrap();
        assert_eq!(read(&text[..], "d.csv").unwrap(), all);
        // A time to come would count before every later one, and no time before all of them.
        let text = String::from_utf8(text).unwrap();
        for (at, why) in [("2924-11-28T10:00:00Z", "still to come"), ("zzz", "is no time")] {
            let bad = text.replace("2024-11-28T10:00:00Z", at);
            let refused = read(bad.as_bytes(), "d.csv").unwrap_err().to_string();
            assert!(refused.contains(why), "{refused}");
        }
    }

    #[test]
    fn what_is_no_file_of_decisions_is_told_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.db");
        std::fs::write(
            &path,
            "no database, but text of some length, so that it is looked at".repeat(40),
        )
        .unwrap();
        let before = std::fs::read(&path).unwrap();
        assert!(Store::open(&path).unwrap_err().to_string().contains("no file of decisions"));
        assert_eq!(std::fs::read(&path).unwrap(), before);
        std::fs::remove_file(&path).unwrap();
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE other (a TEXT)").unwrap();
        let before = std::fs::read(&path).unwrap();
        assert!(Store::open(&path).unwrap_err().to_string().contains("something else"));
        assert_eq!(std::fs::read(&path).unwrap(), before);
        let kept = folder.path().join("decisions.db");
        let mut store = Store::open(&kept).unwrap();
        let blank = Decision { reason: " ".into(), ..one("A") };
        assert!(store.add(&[one("B"), blank]).unwrap_err().to_string().contains("why"));
        assert_eq!(store.all().unwrap(), []);
        store.add(&[one("A")]).unwrap();
        store
            .connection
            .execute_batch("UPDATE decision SET basis = replace(basis, 'A', 'B')")
            .unwrap();
        assert!(store.all().unwrap_err().to_string().contains("was changed"));
    }
}
