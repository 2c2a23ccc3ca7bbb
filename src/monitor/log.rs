//! The file of alerts that were new or gone, one a line, which is only ever added to. What stands is what it comes to.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use super::{Alert, Change, Event};
use crate::decisions::private;
use crate::error::Error;

/// The file of events.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    file: File,
    /// Where each event begins, and the end.
    starts: Vec<u64>,
}

impl Log {
    /// Opens a file of events, or begins one, with the alerts that it comes to. A line that a write left unfinished is
    /// taken away: what it would have told is found out again. O(events).
    ///
    /// # Errors
    /// It cannot be read or written, or a line of it is no event.
    pub fn open(path: &Path) -> Result<(Log, Vec<Alert>), Error> {
        let failed = |error| Error::io(path.display().to_string(), error);
        let file = private().read(true).append(true).create(true).open(path).map_err(failed)?;
        let (mut starts, mut standing, mut line) = (vec![0], Standing::default(), String::new());
        let mut reader = BufReader::new(&file);
        let mut at = 0;
        while reader.read_line(&mut line).map_err(failed)? > 0 {
            if !line.ends_with('\n') {
                break;
            }
            let event: Event = serde_json::from_str(&line).map_err(|error| {
                let what = format!(
                    "line {} is no event: {error}; keep the file, and begin in another folder",
                    starts.len()
                );
                Error::file(path.display().to_string(), what)
            })?;
            at += line.len() as u64;
            starts.push(at);
            standing.apply(event);
            line.clear();
        }
        file.set_len(at).map_err(failed)?;
        let log = Log { path: path.to_owned(), file, starts };
        Ok((log, standing.alerts()))
    }

    /// How many events there are.
    pub fn len(&self) -> u64 {
        self.starts.len() as u64 - 1
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds events; they are on the disk when this returns.
    ///
    /// # Errors
    /// They cannot be written. None of them stands then.
    pub fn append(
        &mut self,
        (at, as_of, snapshot): (&str, &str, &str),
        changes: &[(Change, &Alert)],
    ) -> Result<(), Error> {
        let failed = |error| Error::io(self.path.display().to_string(), error);
        let mut text = Vec::new();
        let mut starts = Vec::new();
        let end = *self.starts.last().unwrap_or(&0);
        for ((change, alert), number) in changes.iter().zip(self.len() + 1..) {
            let event = Event {
                number,
                at: at.to_owned(),
                change: *change,
                as_of: as_of.to_owned(),
                snapshot: snapshot.to_owned(),
                alert: (*alert).clone(),
            };
            let error = |error: serde_json::Error| failed(error.into());
            serde_json::to_writer(&mut text, &event).map_err(error)?;
            text.push(b'\n');
            starts.push(end + text.len() as u64);
        }
        if let Err(error) = self.file.write_all(&text).and_then(|()| self.file.sync_data()) {
            // What was written of it would stand before the next events; a full disk lets a file become shorter.
            self.file.set_len(end).map_err(failed)?;
            return Err(failed(error));
        }
        self.starts.extend(starts);
        Ok(())
    }

    /// Up to `most` events after a number, as they stand in the file, one a line.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn after(&self, number: u64, most: usize) -> Result<Vec<String>, Error> {
        let failed = |error| Error::io(self.path.display().to_string(), error);
        let from = usize::try_from(number).unwrap_or(usize::MAX).min(self.starts.len() - 1);
        let to = from.saturating_add(most).min(self.starts.len() - 1);
        let mut file = File::open(&self.path).map_err(failed)?;
        file.seek(SeekFrom::Start(self.starts[from])).map_err(failed)?;
        let mut text = String::new();
        let bytes = self.starts[to] - self.starts[from];
        file.take(bytes).read_to_string(&mut text).map_err(failed)?;
        Ok(text.lines().map(str::to_owned).collect())
    }
}

/// What events come to.
#[derive(Default)]
struct Standing {
    all: FxHashMap<[String; 5], Vec<Alert>>,
}

impl Standing {
    fn apply(&mut self, event: Event) {
        let key = super::key(&event.alert).map(str::to_owned);
        match event.change {
            Change::New => self.all.entry(key).or_default().push(event.alert),
            Change::Gone => {
                let emptied = self.all.get_mut(&key).is_some_and(|own| {
                    own.pop();
                    own.is_empty()
                });
                if emptied {
                    self.all.remove(&key);
                }
            }
        }
    }

    fn alerts(self) -> Vec<Alert> {
        self.all.into_values().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::differences;
    use super::*;

    fn alert(party: &str) -> Alert {
        let text = format!(r#"{{"party_id":"","party":"{party}","verdict":"hit","alert_id":"1"}}"#);
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn what_stands_is_what_the_events_come_to_and_an_unfinished_line_is_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        let (mut log, standing) = Log::open(&path).unwrap();
        assert!(standing.is_empty() && log.is_empty());
        let (a, b) = (alert("A"), alert("B"));
        let about = ("2026-11-28T00:00:00Z", "2026-11-28", "s");
        log.append(about, &[(Change::New, &a), (Change::New, &b)]).unwrap();
        log.append(about, &[(Change::Gone, &a)]).unwrap();
        assert_eq!(log.after(1, 5).unwrap().len(), 2);
        assert!(log.after(1, 1).unwrap()[0].contains("\"number\":2"));
        assert!(log.after(9, 5).unwrap().is_empty());
        let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"{\"number\":4,").unwrap();
        let (mut log, standing) = Log::open(&path).unwrap();
        assert_eq!(standing, std::slice::from_ref(&b));
        assert!(differences(standing.iter(), [&b].into_iter()).is_empty());
        log.append(about, &[(Change::Gone, &b)]).unwrap();
        assert_eq!(Log::open(&path).unwrap().0.len(), 4);
        std::fs::write(&path, "no event\n").unwrap();
        assert!(Log::open(&path).unwrap_err().to_string().contains("line 1"));
    }
}
