//! A log that nobody can change without being found out: each line has the digest of the line before it and its own,
//! so that a changed byte, a removed or a moved line breaks the chain. A file beside it names the last line, so that
//! lines taken from the end are missed too.
//!
//! A line is written with one call before whatever it tells of is acknowledged: it survives the end of the process. It
//! is on the disk, too, where whoever writes asks for that.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use crate::error::Error;

/// What stands before a line's own digest, and behind it.
const HASH: &str = ",\"hash\":\"";
const END: &str = "\"}\n";

/// Letters of a digest.
const LETTERS: usize = 64;

/// The digest before the first line.
const NONE: [u8; LETTERS] = [b'0'; LETTERS];

/// Bytes of a line at most: a thousand parties are a thousand lines.
const MOST_BYTES: u64 = 16 << 20;

/// A log to write to.
#[derive(Debug)]
pub struct Chain {
    path: PathBuf,
    log: File,
    head: File,
    number: u64,
    last: String,
}

/// A line as it is written, without its digest.
#[derive(Serialize)]
struct Line<'l, T> {
    number: u64,
    previous: &'l str,
    at: String,
    by: &'l str,
    kind: &'l str,
    what: &'l T,
}

/// What a whole log comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// Lines.
    pub lines: u64,
    /// The digest of the last one: kept elsewhere, it shows later that nothing before it was changed.
    pub head: String,
}

fn digest(line: &[u8]) -> String {
    blake3::hash(line).to_hex().to_string()
}

/// The file that names the last line of a log.
fn head_of(path: &Path) -> PathBuf {
    path.with_extension("head")
}

/// Options for a file that nobody else of the machine can read: names of parties stand in it.
pub fn private() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there are no modes"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

impl Chain {
    /// Opens a log to go on with, or begins one. What a write that was interrupted left of a line is put aside and told
    /// in a line of its own.
    ///
    /// # Errors
    /// It cannot be written, or its last line is none.
    pub fn open(path: &Path) -> Result<Chain, Error> {
        let told = path.display().to_string();
        let failed = |error| Error::io(told.as_str(), error);
        let mut log = private().read(true).append(true).create(true).open(path).map_err(failed)?;
        let head = private().write(true).create(true).truncate(false).open(head_of(path));
        let head = head.map_err(failed)?;
        let (tail, whole) = last_line(&mut log).map_err(failed)?;
        let (number, last) = match &tail {
            None => (0, String::from_utf8_lossy(&NONE).into_owned()),
            Some(line) => {
                let broken = |why: String| Error::file(&told, format!("its last line {why}"));
                let (number, _, own) = parts(line).map_err(broken)?;
                (number, own)
            }
        };
        let named = std::fs::read_to_string(head_of(path)).unwrap_or_default();
        let is_last = named_last(&named).is_none_or(|named| {
            let before = tail
                .as_deref()
                .and_then(|line| parts(line).ok())
                .map(|(at, before, _)| (at - 1, before));
            named == (number, last.clone()) || before.is_some_and(|before| before == named)
        });
        if !is_last {
            let why = "does not end with the line that the file beside it names: lines were taken from its end, or added; keep both, and begin in another folder";
            return Err(Error::file(&told, why));
        }
        let mut chain = Chain { path: path.to_owned(), log, head, number, last };
        let length = chain.log.metadata().map_err(failed)?.len();
        if whole < length {
            chain.put_aside(whole, length)?;
        }
        Ok(chain)
    }

    fn put_aside(&mut self, from: u64, to: u64) -> Result<(), Error> {
        let failed = |error| Error::io(self.path.display().to_string(), error);
        let mut torn = Vec::new();
        self.log.seek(SeekFrom::Start(from)).map_err(failed)?;
        (&mut self.log).take(to - from).read_to_end(&mut torn).map_err(failed)?;
        let aside = self.path.with_extension(format!("torn-{}", self.number + 1));
        std::fs::write(&aside, &torn).map_err(failed)?;
        self.log.set_len(from).map_err(failed)?;
        let what = serde_json::json!({"bytes": torn.len(), "digest": digest(&torn)});
        self.append("", "interrupted", &what, true)
    }

    /// Adds a line: who did what. `on_disk` waits until it is on the disk.
    ///
    /// # Errors
    /// It cannot be written; nothing was added then.
    pub fn append(
        &mut self,
        by: &str,
        kind: &str,
        what: &impl Serialize,
        on_disk: bool,
    ) -> Result<(), Error> {
        let failed = |error: std::io::Error| Error::io(self.path.display().to_string(), error);
        let number = self.number + 1;
        let at = crate::day::now();
        let line = Line { number, previous: &self.last, at, by, kind, what };
        let mut text = serde_json::to_string(&line).map_err(|error| failed(error.into()))?;
        text.pop();
        let own = digest(text.as_bytes());
        let whole = format!("{text}{HASH}{own}{END}");
        if whole.len() as u64 > MOST_BYTES {
            let why = format!("takes no line of {} bytes", whole.len());
            return Err(Error::file(self.path.display().to_string(), why));
        }
        let before = self.log.metadata().map_err(failed)?.len();
        let mut written = self.log.write_all(whole.as_bytes());
        if on_disk && written.is_ok() {
            written = self.log.sync_data();
        }
        if let Err(error) = written {
            // Half a line would end the log, and a whole one of which nothing came would stand before the next.
            let _ = self.log.set_len(before);
            return Err(failed(error));
        }
        (self.number, self.last) = (number, own);
        self.head.seek(SeekFrom::Start(0)).map_err(failed)?;
        self.head.write_all(format!("{number:020} {}\n", self.last).as_bytes()).map_err(failed)
    }

    /// The last line's digest, and how many there are.
    pub fn whole(&self) -> Whole {
        Whole { lines: self.number, head: self.last.clone() }
    }
}

/// The last line as the file beside a log names it; a write may have ended between the two.
fn named_last(text: &str) -> Option<(u64, String)> {
    let (number, digest) = text.trim_end().split_once(' ')?;
    Some((number.parse().ok()?, digest.to_owned()))
}

/// The last whole line of a log, and where it ends.
fn last_line(log: &mut File) -> std::io::Result<(Option<Vec<u8>>, u64)> {
    let length = log.metadata()?.len();
    let mut size = length.min(1 << 16);
    loop {
        log.seek(SeekFrom::Start(length - size))?;
        let mut tail = Vec::new();
        (&mut *log).take(size).read_to_end(&mut tail)?;
        let end = memchr::memrchr(b'\n', &tail).map(|at| at + 1);
        let begin = end.and_then(|end| memchr::memrchr(b'\n', &tail[..end - 1]));
        match (begin, end) {
            (Some(begin), Some(end)) => {
                let line = tail[begin + 1..end].to_vec();
                return Ok((Some(line), length - size + end as u64));
            }
            (None, Some(end)) if size == length => {
                return Ok((Some(tail[..end].to_vec()), end as u64));
            }
            (None, None) if size == length => return Ok((None, 0)),
            _ => size = (size * 16).min(length),
        }
    }
}

/// Number, digest before it and own digest of a line whose own digest is right.
fn parts(line: &[u8]) -> Result<(u64, String, String), String> {
    let none = || "is no line of this log".to_owned();
    let body = line.strip_suffix(END.as_bytes()).ok_or_else(none)?;
    let (text, own) = body.split_at_checked(body.len().saturating_sub(LETTERS)).ok_or_else(none)?;
    let text = text.strip_suffix(HASH.as_bytes()).ok_or_else(none)?;
    let right = digest(text);
    if right.as_bytes() != own {
        return Err("was changed: its digest is another".to_owned());
    }
    let value: Value = serde_json::from_slice(line).map_err(|_| none())?;
    let number = value["number"].as_u64().ok_or_else(none)?;
    let previous = value["previous"].as_str().ok_or_else(none)?.to_owned();
    Ok((number, previous, right))
}

/// Goes through a log, and gives each line to `take`.
///
/// # Errors
/// It cannot be read, or a byte was changed, a line removed or moved: which line tells it first. O(bytes).
pub fn check(path: &Path, take: &mut dyn FnMut(&Value)) -> Result<Whole, Error> {
    let told = path.display().to_string();
    let failed = |error| Error::io(told.as_str(), error);
    let refused = |line: u64, why: String| Error::file(&told, format!("line {line} {why}"));
    let log = File::open(path).map_err(failed)?;
    // A service may go on writing: of what stands there now all but one line is named by the file beside it.
    let length = log.metadata().map_err(failed)?.len();
    let mut reader = BufReader::new(log);
    let mut read = 0;
    let mut whole = Whole { lines: 0, head: String::from_utf8_lossy(&NONE).into_owned() };
    let named = std::fs::read_to_string(head_of(path)).unwrap_or_default();
    let named = named.trim_end().split_once(' ');
    let mut line = Vec::new();
    let (mut passed, mut behind) = (false, 0);
    loop {
        line.clear();
        (&mut reader).take(MOST_BYTES).read_until(b'\n', &mut line).map_err(failed)?;
        if line.is_empty() {
            break;
        }
        let next = whole.lines + 1;
        let (number, previous, own) = parts(&line).map_err(|why| refused(next, why))?;
        if number != next || previous != whole.head {
            let why = format!(
                "is number {number} and follows another line: lines were removed, moved or added before it"
            );
            return Err(refused(next, why));
        }
        whole = Whole { lines: next, head: own };
        let head = (format!("{next:020}"), whole.head.as_str());
        behind += u64::from(passed && read < length);
        read += line.len() as u64;
        passed |= named == Some((head.0.as_str(), head.1));
        take(&serde_json::from_slice(&line).unwrap_or_default());
    }
    match named {
        // A service that was killed between the two wrote one more than it names.
        Some((number, _)) if behind > 1 => {
            let number = number.trim_start_matches('0');
            let why = format!(
                "has {behind} lines behind number {number}, which was the last: they were added"
            );
            Err(Error::file(&told, why))
        }
        _ if passed || whole.lines == 0 && named.is_none() => Ok(whole),
        Some((number, _)) => {
            let number = number.trim_start_matches('0');
            let why = format!(
                "the last line was number {number}, and the log ends with {}: lines were taken from its end",
                whole.lines
            );
            Err(Error::file(&told, why))
        }
        None => Err(Error::file(&told, "has no file beside it that names its last line")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(folder: &Path, lines: usize) -> PathBuf {
        let path = folder.join("log.jsonl");
        let mut chain = Chain::open(&path).unwrap();
        for at in 0..lines {
            chain
                .append(
                    "anna",
                    "screening",
                    &serde_json::json!({"party": format!("Tern {at}")}),
                    false,
                )
                .unwrap();
        }
        path
    }

    fn fault(path: &Path) -> Option<String> {
        check(path, &mut |_| ()).err().map(|error| error.to_string())
    }

    #[test]
    fn any_changed_byte_removed_or_moved_line_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = log(folder.path(), 40);
        assert_eq!(fault(&path), None);
        let good = std::fs::read(&path).unwrap();
        let mut state = 7_u64;
        let mut below = |limit: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            usize::try_from((state >> 33) % limit as u64).unwrap()
        };
        for _ in 0..10_000 {
            let mut bad = good.clone();
            let at = below(bad.len());
            bad[at] ^= u8::try_from(1 + below(255)).unwrap();
            std::fs::write(&path, &bad).unwrap();
            assert!(fault(&path).is_some(), "byte {at}");
        }
        let lines: Vec<&[u8]> = good.split_inclusive(|byte| *byte == b'\n').collect();
        for at in 0..lines.len() {
            let mut fewer = lines.clone();
            fewer.remove(at);
            std::fs::write(&path, fewer.concat()).unwrap();
            assert!(fault(&path).is_some(), "without line {at}");
            let mut moved = lines.clone();
            moved.swap(at, (at + 1) % lines.len());
            std::fs::write(&path, moved.concat()).unwrap();
            assert!(fault(&path).is_some(), "line {at} moved");
        }
        std::fs::write(&path, &good).unwrap();
        assert_eq!(fault(&path), None);
        // One line may stand behind the one that is named: the process may end between the two. More were added.
        let named = std::fs::read(head_of(&path)).unwrap();
        for (more, whole) in [(1, true), (2, false)] {
            let mut chain = Chain::open(&path).unwrap();
            for _ in 0..more {
                chain.append("eve", "screening", &serde_json::json!({}), false).unwrap();
            }
            drop(chain);
            std::fs::write(head_of(&path), &named).unwrap();
            assert_eq!(fault(&path).is_none(), whole, "{more}");
            std::fs::write(&path, &good).unwrap();
        }
    }

    #[test]
    fn a_log_goes_on_where_it_ended_and_half_a_line_is_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = log(folder.path(), 3);
        log(folder.path(), 2);
        let mut kinds = Vec::new();
        let count = |kinds: &mut Vec<String>| {
            kinds.clear();
            check(&path, &mut |line| {
                kinds.push(line["kind"].as_str().unwrap_or_default().to_owned());
            })
            .unwrap()
            .lines
        };
        assert_eq!(count(&mut kinds), 5);
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"{\"number\":6,\"prev").unwrap();
        assert!(fault(&path).is_some());
        log(folder.path(), 1);
        assert_eq!(count(&mut kinds), 7);
        assert_eq!(kinds[5], "interrupted");
        // Nor with one from whose end lines were taken.
        let good = std::fs::read(&path).unwrap();
        let last = memchr::memrchr(b'\n', &good[..good.len() - 1]).unwrap();
        std::fs::write(&path, &good[..=last]).unwrap();
        assert!(Chain::open(&path).unwrap_err().to_string().contains("taken from its end"));
        std::fs::write(&path, "").unwrap();
        assert!(Chain::open(&path).unwrap_err().to_string().contains("taken from its end"));
        std::fs::write(&path, &good).unwrap();
        // Nobody goes on with a log whose last line was changed.
        let mut bad = std::fs::read(&path).unwrap();
        let at = bad.len() - 80;
        bad[at] ^= 1;
        std::fs::write(&path, bad).unwrap();
        assert!(Chain::open(&path).unwrap_err().to_string().contains("its last line was changed"));
    }
}
