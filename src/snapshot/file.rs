//! The snapshot file: blocks by name, in the order in which memory has them, and a digest for each piece.
//!
//! ```text
//! 0   8 bytes  `parentag`
//! 8   u32      version of the format
//! 12  u32      0x0A0B0C0D in the byte order of the machine that wrote it
//! 16  u64      length of the file
//! 24  u64      where the directory begins
//! 32  u64      length of the directory
//! 40  8 bytes  digest of the program's version and tables of names
//! 48  16 bytes digest of the header before it, the directory and the digests
//! 64           blocks, each from a multiple of 64 on, zeros between them
//!              the directory: name, begin and length of each block (postcard)
//!              the digests of the pieces of each block, in the order of the directory
//! ```
//!
//! The digest in the header stands for the whole file. It tells damage, not a forger: whoever writes
//! digests that fit may write anything, and what he writes is read as if it were true.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use memmap2::Mmap;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::column::{Block, Blocks, Columns, DIGEST, PIECE, digest, undamaged};
use crate::error::Error;

/// The version of the format: another one for every change of what lies where, or of what a block
/// holds. Files are not converted; they are built again.
const VERSION: u32 = 9;

const MAGIC: &[u8; 8] = b"parentag";
const BYTE_ORDER: u32 = 0x0A0B_0C0D;
const HEADER: usize = 64;
const BEFORE_DIGEST: usize = 48;

/// What every column's values are aligned to, and a line of a cache.
const ALIGNMENT: usize = 64;

#[derive(Serialize, Deserialize)]
struct Entry {
    name: String,
    begin: u64,
    length: u64,
}

/// Writes a file, by a temporary name beside it: until all of it is on the disk, what had the name
/// before keeps it. Returns the digest of the file. O(bytes), on all cores.
///
/// # Errors
/// The folder or disk does not take it.
pub(super) fn write(path: &str, columns: &Columns) -> Result<[u8; DIGEST], Error> {
    let failed = |error: std::io::Error| Error::io(path, error);
    let mut directory = Vec::new();
    let (mut at, mut digests) = (HEADER, Vec::new());
    for (name, bytes) in &columns.put {
        at = at.next_multiple_of(ALIGNMENT);
        let (begin, length) = (at as u64, bytes.len() as u64);
        directory.push(Entry { name: name.clone(), begin, length });
        digests.par_extend(bytes.par_chunks(PIECE).flat_map_iter(digest));
        at += bytes.len();
    }
    let directory = postcard::to_allocvec(&directory)
        .map_err(|error| Error::file(path, format!("its directory cannot be written: {error}")))?;
    let mut header = Vec::with_capacity(HEADER);
    header.extend_from_slice(MAGIC);
    header.extend_from_slice(&VERSION.to_le_bytes());
    header.extend_from_slice(&BYTE_ORDER.to_ne_bytes());
    for number in [at + directory.len() + digests.len(), at, directory.len()] {
        header.extend_from_slice(&(number as u64).to_le_bytes());
    }
    header.extend_from_slice(&crate::name::program_digest());
    debug_assert_eq!(header.len(), BEFORE_DIGEST);
    let digest = of_parts(&[&header, &directory, &digests]);
    header.extend_from_slice(&digest);
    let replaced = replaced(path)?;

    let folder = replaced.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder.unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".parentage-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Those of the file that is replaced; else what the user's mask leaves, as for any new file.
        let before = std::fs::metadata(&replaced).map(|before| before.permissions());
        let new = std::fs::Permissions::from_mode(0o666);
        builder.permissions(before.unwrap_or(new));
    }
    let mut file = builder.tempfile_in(folder).map_err(failed)?;
    file.write_all(&header).map_err(failed)?;
    let mut written = HEADER;
    for (_, bytes) in &columns.put {
        let begin = written.next_multiple_of(ALIGNMENT);
        file.write_all(&[0; ALIGNMENT][..begin - written]).map_err(failed)?;
        file.write_all(bytes).map_err(failed)?;
        written = begin + bytes.len();
    }
    file.write_all(&directory).map_err(failed)?;
    file.write_all(&digests).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(&replaced).map_err(|error| failed(error.error))?;
    // The new name is on the disk when the folder is; where folders cannot be synced it comes later.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(digest)
}

/// Opens a file by memory map; its blocks are checked when they are touched.
///
/// # Errors
/// It is no snapshot file of this version and byte order, is cut off, or its header, directory or
/// digests are damaged.
pub(super) fn open(path: &str) -> Result<Blocks, Error> {
    Ok(opened(path)?.1)
}

fn opened(path: &str) -> Result<(Bytes, Blocks), Error> {
    let again = "; build it again with `parentage build --out FILE`";
    let refused = |why: &str| Error::file(path, format!("{why}{again}"));
    let mut file = File::open(path).map_err(|error| Error::io(path, error))?;
    let what = file.metadata().map_err(|error| Error::io(path, error))?;
    if !what.is_file() {
        let what = if what.is_dir() { "a folder" } else { "no file on a disk" };
        return Err(refused(&format!("is {what}, not a snapshot file")));
    }
    let mut start = Vec::new();
    (&mut file).take(16).read_to_end(&mut start).map_err(|error| Error::io(path, error))?;
    if !start.starts_with(MAGIC) {
        let why = if start.is_empty() { "is empty" } else { "is not a snapshot file" };
        return Err(refused(why));
    }
    let map = map(&file).map_err(|error| Error::io(path, error))?;
    let bytes = Bytes::from_owner(Mapped(Arc::clone(&map)));
    let cut = || refused("is cut off, or something was added to it");
    let header = bytes.get(..HEADER).ok_or_else(cut)?;
    let version = u32::from_le_bytes(header[8..12].try_into().expect("four bytes"));
    if version != VERSION {
        return Err(refused(&format!(
            "has version {version} of the format, and this program reads version {VERSION}"
        )));
    }
    if header[12..16] != BYTE_ORDER.to_ne_bytes() {
        return Err(refused("was written on a machine of another byte order"));
    }
    if header[40..BEFORE_DIGEST] != crate::name::program_digest() {
        return Err(refused("was built by another version of this program"));
    }
    let number = |at: usize| {
        let number = u64::from_le_bytes(header[at..at + 8].try_into().expect("eight bytes"));
        usize::try_from(number).map_err(|_| cut())
    };
    let (length, directory, directory_length) = (number(16)?, number(24)?, number(32)?);
    if length != bytes.len() {
        return Err(cut());
    }
    let damaged = || refused("is damaged");
    let rest = bytes.get(directory..).ok_or_else(damaged)?;
    let of_file = of_parts(&[&header[..BEFORE_DIGEST], rest]);
    if of_file != header[BEFORE_DIGEST..HEADER] {
        return Err(damaged());
    }
    let entries = rest.get(..directory_length).ok_or_else(damaged)?;
    let entries: Vec<Entry> = postcard::from_bytes(entries).map_err(|_| damaged())?;
    let mut blocks = BTreeMap::new();
    let mut at = directory + directory_length;
    for Entry { name, begin, length } in entries {
        let place = |number: u64| usize::try_from(number).map_err(|_| damaged());
        let (begin, length) = (place(begin)?, place(length)?);
        let digests = length.div_ceil(PIECE) * DIGEST;
        let part = |from: usize, length: usize| {
            let to = from.checked_add(length).filter(|to| *to <= bytes.len());
            to.map(|to| bytes.slice(from..to)).ok_or_else(damaged)
        };
        let block = Block::new(part(begin, length)?, part(at, digests)?).ok_or_else(damaged)?;
        let block = block.within(Arc::clone(&map));
        at += digests;
        blocks.insert(name, block);
    }
    Ok((bytes, Blocks(blocks)))
}

/// Checks every piece of a file. O(bytes), on all cores.
///
/// # Errors
/// As [`open`], or a block is damaged: it is named.
pub(super) fn check(path: &str) -> Result<(), Error> {
    let (bytes, Blocks(blocks)) = opened(path)?;
    let damaged = || Error::file(path, "is damaged between its blocks; build it again");
    let mut ranges: Vec<Range<usize>> = blocks
        .values()
        .map(|block| {
            let begin = block.address() - bytes.as_ptr().addr();
            begin..begin + block.len()
        })
        .filter(|range| !range.is_empty())
        .collect();
    ranges.sort_by_key(|range| range.start);
    let mut from = HEADER;
    for range in ranges {
        // Nothing but zeros stands between two blocks.
        if bytes.get(from..range.start).is_none_or(|gap| gap.iter().any(|byte| *byte != 0)) {
            return Err(damaged());
        }
        from = range.end;
    }
    for (name, block) in &blocks {
        let pieces = (0..block.len().div_ceil(PIECE)).into_par_iter();
        let whole = pieces.try_for_each(|piece| {
            let end = block.len().min((piece + 1) * PIECE);
            undamaged(|| block.bytes(piece * PIECE..end).len()).map(drop)
        });
        whole.map_err(|_| {
            let what = "is damaged; build it again with `parentage build --out FILE`";
            Error::file(path, format!("the block `{name}` {what}"))
        })?;
    }
    Ok(())
}

/// The digest of what stands in a file one after the other.
fn of_parts(parts: &[&[u8]]) -> [u8; DIGEST] {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().as_bytes()[..DIGEST].try_into().expect("a digest has 32 bytes")
}

/// The file that a path leads to and that will be replaced: what a link points at, and never a device or
/// a folder.
fn replaced(path: &str) -> Result<PathBuf, Error> {
    match std::fs::canonicalize(path) {
        Ok(there) if there.is_file() => Ok(there),
        Ok(_) => Err(Error::file(path, "is no file that could be replaced; name another")),
        Err(_) => Ok(PathBuf::from(path)),
    }
}

/// Maps a file into memory.
fn map(file: &File) -> std::io::Result<Arc<Mmap>> {
    #[expect(unsafe_code, reason = "a memory map is only safe while nobody changes the file")]
    // SAFETY: a snapshot file is written under another name and never edited in place, so that its
    // bytes stay what they are as long as the map lives. Whoever edits it nevertheless gets wrong
    // bytes, which are noticed, or a signal of the system where he cuts it off.
    let map = unsafe { Mmap::map(file) }?;
    // Blocks ask for what they need. Left to itself a system reads megabytes around every touch: of a file of
    // 2.7 GB 1 GB for one query, where 0.15 GB are looked at.
    #[cfg(unix)]
    map.advise(memmap2::Advice::Random)?;
    Ok(Arc::new(map))
}

/// A map whose bytes others hold.
struct Mapped(Arc<Mmap>);

impl AsRef<[u8]> for Mapped {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::{Column, Damaged};
    use proptest::prelude::*;

    fn written(folder: &tempfile::TempDir) -> (String, Vec<u8>) {
        let path = folder.path().join("a.snapshot").to_str().unwrap().to_owned();
        let numbers: Column<u64> = (0..20_000).collect::<Vec<_>>().into();
        let empty: Column<u32> = Vec::new().into();
        let mut columns = Columns::default();
        columns.put("numbers", &numbers);
        columns.put("empty", &empty);
        write(&path, &columns).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        (path, bytes)
    }

    #[test]
    fn what_was_put_comes_out() {
        let folder = tempfile::tempdir().unwrap();
        let (path, bytes) = written(&folder);
        check(&path).unwrap();
        let blocks = open(&path).unwrap();
        let numbers: Column<u64> = blocks.column("numbers").unwrap();
        assert_eq!((numbers.len(), numbers.get(19_999)), (20_000, 19_999));
        assert_eq!(blocks.column::<u32>("empty").unwrap().len(), 0);
        assert!(blocks.column::<u32>("other").is_none());
        assert_eq!(written(&folder).1, bytes, "the same columns make the same bytes");
        let others: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(others.len(), 1, "nothing else is left behind");
    }

    #[test]
    fn what_is_no_snapshot_is_refused_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let (path, bytes) = written(&folder);
        let refused = |bytes: &[u8], why: &str| {
            std::fs::write(&path, bytes).unwrap();
            let error = open(&path).unwrap_err().to_string();
            assert!(error.contains(why) && error.contains("parentage build --out"), "{error}");
        };
        refused(b"", "is empty");
        refused(b"name,country\n", "is not a snapshot file");
        refused(&bytes[..40], "is cut off");
        refused(&bytes[..bytes.len() - 1], "is cut off");
        refused(&[&bytes[..], b"x"].concat(), "something was added");
        let changed = |at: usize| {
            let mut changed = bytes.clone();
            changed[at] ^= 0x80;
            changed
        };
        refused(&changed(8), "version");
        refused(&changed(12), "byte order");
        refused(&changed(33), "is damaged");
        refused(&changed(41), "another version");
        refused(&changed(bytes.len() - 1), "is damaged");
        let error = open(folder.path().to_str().unwrap()).unwrap_err().to_string();
        assert!(error.contains("is a folder"), "{error}");
        assert!(open("no such file").is_err());
    }

    proptest! {
        #[test]
        fn no_damage_goes_unnoticed(at in 0.0..1.0f64, bit in 0..8u8, cut in any::<bool>()) {
            let folder = tempfile::tempdir().unwrap();
            let (path, mut bytes) = written(&folder);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a small file")]
            let at = (at * bytes.len() as f64) as usize;
            if cut {
                bytes.truncate(at);
            } else {
                bytes[at] ^= 1 << bit;
            }
            std::fs::write(&path, &bytes).unwrap();
            prop_assert!(check(&path).is_err());
            if let Ok(blocks) = open(&path) {
                let numbers: Column<u64> = blocks.column("numbers").unwrap();
                let read = undamaged(|| numbers.all().iter().zip(0..).all(|(a, b)| *a == b));
                prop_assert!(matches!(read, Ok(true) | Err(Damaged)));
            }
        }
    }
}
