//! The output of a bulk run while it is under way: a file beside it, and how far it is good.
//!
//! `OUT.part` grows, and `OUT.part.json` says after every second how many parties of which run its first
//! bytes answer. At the end `OUT.part` takes the name of `OUT`, and then `OUT.run.json` is written: where it
//! stands, the output beside it is whole.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom, Write};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use parentage::error::Error;

use super::bulk::Counts;

/// What a run is: where any of it changes, another one cannot go on with its output.
pub(super) type Identity = Vec<(String, String)>;

/// How far the output is good.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Checkpoint {
    identity: Identity,
    pub counts: Counts,
    bytes: u64,
    digest: String,
    /// Every party is answered.
    pub whole: bool,
    /// Seconds that earlier runs took.
    pub seconds: f64,
}

/// How often a run says how far it is: what is lost to a kill is a second's work, and saying it takes
/// some milliseconds.
const EVERY: Duration = Duration::from_secs(1);

/// An output under way.
pub(super) struct Part {
    out: String,
    /// Where it grows, and whether that is its name already.
    path: String,
    named: bool,
    file: File,
    hasher: blake3::Hasher,
    bytes: u64,
    identity: Identity,
    said: Option<Instant>,
    begun: Instant,
    earlier: f64,
}

/// The name under which an output grows.
pub(super) fn part_of(out: &str) -> String {
    format!("{out}.part")
}

/// The name of what says how far it is good.
pub(super) fn checkpoint_of(out: &str) -> String {
    format!("{out}.part.json")
}

/// The name of the report of a run.
pub(super) fn report_of(out: &str) -> String {
    format!("{out}.run.json")
}

impl Part {
    /// Begins an output, or goes on with one where `resume` says so and there is one.
    ///
    /// # Errors
    /// Another run writes to it, it is of another run than this one, it was changed, or the folder does not
    /// take it.
    pub fn open(
        out: &str,
        identity: Identity,
        resume: bool,
    ) -> Result<(Part, Option<Checkpoint>), Error> {
        if std::fs::metadata(out).is_ok_and(|meta| meta.is_dir()) {
            return Err(Error::file(out, "is a folder; name a file in it"));
        }
        let known = if resume { read_checkpoint(out)? } else { None };
        if let Some(known) = &known {
            same_run(out, &known.identity, &identity)?;
        }
        let path = part_of(out);
        let failed = |error| Error::io(&path, error);
        // A run that was killed between giving the output its name and telling of it: it has it already.
        let whole = known.as_ref().is_some_and(|known| known.whole);
        let named = whole && !std::fs::exists(&path).map_err(failed)?;
        let path = if named { out.to_owned() } else { path };
        let failed = |error| Error::io(&path, error);
        let mut file = locked(&path, named)?;
        let bytes = known.as_ref().map_or(0, |known| known.bytes);
        let mut hasher = blake3::Hasher::new();
        let read =
            std::io::copy(&mut BufReader::new(&file).take(bytes), &mut hasher).map_err(failed)?;
        let digest = hasher.finalize().to_hex().to_string();
        if known.as_ref().is_some_and(|known| known.digest != digest || read != bytes) {
            let reason = "was changed since it was interrupted; screen anew, without --resume";
            return Err(Error::file(&path, reason));
        }
        if !named {
            file.set_len(bytes).map_err(failed)?;
        }
        file.seek(SeekFrom::Start(bytes)).map_err(failed)?;
        if known.is_none() {
            remove(&checkpoint_of(out))?;
        }
        let earlier = known.as_ref().map_or(0.0, |known| known.seconds);
        let out = out.to_owned();
        let part = Part {
            out,
            path,
            named,
            file,
            hasher,
            bytes,
            identity,
            said: None,
            begun: Instant::now(),
            earlier,
        };
        Ok((part, known))
    }

    /// Writes the next bytes, and says how far the output is good where it is time.
    pub fn write(&mut self, bytes: &[u8], counts: &Counts) -> Result<(), Error> {
        self.end(bytes)?;
        let due = self.said.is_none_or(|said| said.elapsed() >= EVERY);
        if due && counts.parties() > 0 {
            self.say(counts, false)?;
            self.said = Some(Instant::now());
        }
        Ok(())
    }

    /// Writes what stands behind the answers: nobody goes on from there before all is said to be answered.
    pub fn end(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.file.write_all(bytes).map_err(|error| Error::io(&self.path, error))?;
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// Seconds that the run took so far, interrupted ones included.
    pub fn seconds(&self) -> f64 {
        self.earlier + self.begun.elapsed().as_secs_f64()
    }

    /// Says that every party is answered.
    pub fn close(&self, counts: &Counts) -> Result<(), Error> {
        self.say(counts, true)
    }

    /// The answers, to be read back.
    pub fn answers(&self) -> Result<File, Error> {
        File::open(&self.path).map_err(|error| Error::io(&self.path, error))
    }

    /// The digest of what was written.
    pub fn digest(&self) -> String {
        self.hasher.finalize().to_hex().to_string()
    }

    /// Gives what was made of the answers, or else themselves, the output's name; what had it before stands until
    /// then, with what tells of it.
    pub fn name(&self, made: Option<&str>) -> Result<(), Error> {
        if made.is_none() && self.named {
            return Ok(());
        }
        let from = made.unwrap_or(&self.path);
        remove(&report_of(&self.out))?;
        std::fs::rename(from, &self.out).map_err(|error| Error::io(from, error))
    }

    /// Removes what only an interrupted run needs.
    pub fn clear(&self) -> Result<(), Error> {
        remove(&checkpoint_of(&self.out))?;
        remove(&part_of(&self.out))
    }

    fn say(&self, counts: &Counts, whole: bool) -> Result<(), Error> {
        self.file.sync_data().map_err(|error| Error::io(&self.path, error))?;
        let checkpoint = Checkpoint {
            identity: self.identity.clone(),
            counts: *counts,
            bytes: self.bytes,
            digest: self.digest(),
            whole,
            seconds: self.seconds(),
        };
        write_json(&checkpoint_of(&self.out), &checkpoint)
    }
}

/// Opens a file that no other run writes to. One that was given another name between opening and locking it is
/// not the one meant any more.
fn locked(path: &str, named: bool) -> Result<File, Error> {
    let failed = |error| Error::io(path, error);
    loop {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(!named).truncate(false).open(path);
        let file = file.map_err(failed)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                let reason = "is being written by another run; wait for it, or name another --out";
                return Err(Error::file(path, reason));
            }
            // Some file systems have no locks.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let opened = same_file::Handle::from_file(file.try_clone().map_err(failed)?);
        if same_file::Handle::from_path(path)
            .is_ok_and(|there| opened.is_ok_and(|one| one == there))
        {
            return Ok(file);
        }
    }
}

/// Writes an object under another name first, so that nobody reads half of it.
pub(super) fn write_json(path: &str, object: &impl Serialize) -> Result<(), Error> {
    let failed = |error| Error::io(path, error);
    let mut text = serde_json::to_string(object)
        .map_err(|error| Error::file(path, format!("cannot be written: {error}")))?;
    text.push('\n');
    let other = format!("{path}.new");
    let mut file = File::create(&other).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.sync_data().map_err(failed)?;
    std::fs::rename(&other, path).map_err(failed)
}

/// Removes a file if it is there.
pub(super) fn remove(path: &str) -> Result<(), Error> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io(path, error)),
        _ => Ok(()),
    }
}

fn read_checkpoint(out: &str) -> Result<Option<Checkpoint>, Error> {
    let path = checkpoint_of(out);
    let text = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        text => text.map_err(|error| Error::io(&path, error))?,
    };
    let read = serde_json::from_str(&text).map_err(|error| {
        Error::file(
            &path,
            format!("is not what an interrupted run leaves: {error}; remove it to screen anew"),
        )
    })?;
    Ok(Some(read))
}

/// Refuses to go on with the output of another run, and says what differs.
fn same_run(out: &str, before: &Identity, now: &Identity) -> Result<(), Error> {
    let of = |identity: &Identity, name: &str| {
        identity
            .iter()
            .find(|(own, _)| own == name)
            .map_or("nothing", |(_, value)| value)
            .to_owned()
    };
    let names = now.iter().chain(before).map(|(name, _)| name);
    for name in names {
        let (before, now) = (of(before, name), of(now, name));
        if before != now {
            return Err(Error::file(
                checkpoint_of(out),
                format!(
                    "the interrupted run had another {name}: {before}, now {now}; give it the same again, or screen anew \
                     without --resume"
                ),
            ));
        }
    }
    Ok(())
}
