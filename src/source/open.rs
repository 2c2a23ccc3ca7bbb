//! Files as streams of bytes, decompressed and digested on the way.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Cursor, Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use include_dir::{Dir, include_dir};

use super::ods;
use super::published::{Published, SEEN};
use super::rows::{Fault, Rows};
use super::table::{Decoding, Encoding, of_mark};
use crate::error::Error;

static LISTS: Dir = include_dir!("$CARGO_MANIFEST_DIR/lists");
static OWNERSHIP: Dir = include_dir!("$CARGO_MANIFEST_DIR/ownership-data");

/// The built-in data that a folder name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Embedded {
    Lists,
    Rules,
    Ownership,
}

/// A file to be read: its name for the user, where its bytes are, and whether it was named itself.
#[derive(Debug, Clone)]
pub(super) struct InputFile {
    /// Name relative to the argument, or `embedded:` and the name.
    pub name: String,
    /// The path as the user would find it.
    pub path: String,
    /// Whether the user named the file itself, rather than a folder it lies in.
    pub named: bool,
    bytes: Bytes,
}

#[derive(Debug, Clone)]
enum Bytes {
    Embedded(&'static [u8]),
    File,
}

/// A stream of a file's decompressed bytes, and the digest of its bytes as given.
pub(super) struct Opened {
    pub reader: Box<dyn BufRead + Send>,
    pub digest: Digest,
}

/// The digest of the bytes that went through a stream so far.
#[derive(Clone, Default)]
pub(super) struct Digest(Arc<Mutex<blake3::Hasher>>);

impl Digest {
    pub fn value(&self) -> [u8; 32] {
        let hasher = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *hasher.finalize().as_bytes()
    }

    /// How many bytes went through.
    pub fn bytes(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).count()
    }

    fn update(&self, bytes: &[u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).update(bytes);
    }
}

impl Opened {
    /// The digest of all bytes; reads what is left of them.
    pub fn digest(mut self) -> io::Result<[u8; 32]> {
        io::copy(&mut self.reader, &mut io::sink())?;
        Ok(self.digest.value())
    }
}

/// A stream that unpacks. Text of lists and registers packs to a tenth, and repeated rows to a hundredth; of what
/// unpacks to far more no one wrote the contents.
struct Unpacked<R> {
    inner: R,
    packed: Digest,
    bytes: u64,
}

/// Bytes that a file may unpack to whatever its size, and how many times its size beyond.
const SMALL: u64 = 64 << 20;
const MOST_TIMES: u64 = 300;

impl<R> Unpacked<R> {
    fn is_too_much(&self) -> bool {
        self.bytes > SMALL && self.bytes / MOST_TIMES > self.packed.bytes()
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes += read as u64;
        if self.is_too_much() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, TOO_PACKED));
        }
        Ok(read)
    }
}

const TOO_PACKED: &str =
    "unpacks to over 300 times its size, as no list does; unpack it yourself if it is right";

struct Digesting<R> {
    inner: R,
    digest: Digest,
}

impl<R: Read> Read for Digesting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.digest.update(&buffer[..length]);
        Ok(length)
    }
}

/// The files of a built-in folder, in order of name.
pub(super) fn embedded(folder: Embedded) -> Vec<InputFile> {
    let (dir, path) = match folder {
        Embedded::Lists => (Some(&LISTS), "lists"),
        Embedded::Rules => (LISTS.get_dir("rules"), "lists/rules"),
        Embedded::Ownership => (Some(&OWNERSHIP), "ownership-data"),
    };
    let files = dir.into_iter().flat_map(|dir| dir.files());
    let mut inputs: Vec<InputFile> = files
        .filter_map(|file| Some((file.path().file_name()?.to_str()?, file.contents())))
        .filter(|(name, _)| !is_documentation(name))
        .map(|(name, bytes)| InputFile {
            name: format!("embedded:{path}/{name}"),
            path: format!("embedded:{path}/{name}"),
            named: false,
            bytes: Bytes::Embedded(bytes),
        })
        .collect();
    inputs.sort_by(|a, b| a.name.cmp(&b.name));
    inputs
}

/// The files a path stands for: itself, or those of the folder, in order of name. Folders within
/// are not entered (see [`folders`]); `README`s and hidden files are no data.
pub(super) fn files(argument: &str) -> Result<Vec<InputFile>, Error> {
    let path = Path::new(argument);
    let meta = std::fs::metadata(path).map_err(|error| Error::io(argument, error))?;
    let name = |path: &Path| {
        path.file_name()
            .map_or_else(|| argument.to_owned(), |name| name.to_string_lossy().into_owned())
    };
    if !meta.is_dir() {
        let file = InputFile {
            name: name(path),
            path: argument.to_owned(),
            named: true,
            bytes: Bytes::File,
        };
        return Ok(vec![file]);
    }
    let mut files = Vec::new();
    for item in std::fs::read_dir(path).map_err(|error| Error::io(argument, error))? {
        let item = item.map_err(|error| Error::io(argument, error))?.path();
        let meta = std::fs::metadata(&item)
            .map_err(|error| Error::io(item.display().to_string(), error))?;
        if meta.is_dir() || is_documentation(&name(&item)) {
            continue;
        }
        files.push(InputFile {
            name: name(&item),
            path: item.display().to_string(),
            named: false,
            bytes: Bytes::File,
        });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// Folders within a folder, which are not entered: their files would otherwise be missed without a
/// word. Hidden ones and the folder of rules, which is read elsewhere, aside.
pub(super) fn folders(argument: &str) -> Vec<String> {
    let items = std::fs::read_dir(argument).into_iter().flatten().flatten();
    let folders = items.filter(|item| item.path().is_dir());
    let names = folders.map(|item| item.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> =
        names.filter(|name| !name.starts_with('.') && name != "rules").collect();
    names.sort_unstable();
    names
}

/// The rows of one file that the user names.
pub(super) struct NamedRows {
    pub rows: Rows<Box<dyn BufRead + Send>>,
    pub file: String,
}

/// The one file that the user names.
pub(super) fn named(path: &str) -> Result<InputFile, Error> {
    let mut files = files(path)?;
    match (files.len(), files.pop()) {
        (1, Some(file)) if file.named => Ok(file),
        _ => Err(Error::file(path, "is a folder; give one file")),
    }
}

/// The digest of the bytes of one file that the user names. O(bytes).
pub fn digest_of(path: &str) -> Result<[u8; 32], Error> {
    let file = named(path)?;
    let mut hasher = blake3::Hasher::new();
    let mut bytes = File::open(&file.path).map_err(|error| Error::io(path, error))?;
    hasher.update_reader(&mut bytes).map_err(|error| Error::io(path, error))?;
    Ok(*hasher.finalize().as_bytes())
}

/// The text of one file that the user names.
pub(super) fn named_text(path: &str) -> Result<Box<dyn BufRead + Send>, Error> {
    Ok(named(path)?.open()?.reader)
}

/// Opens one file that the user names.
pub(super) fn named_rows(path: &str) -> Result<NamedRows, Error> {
    let file = named(path)?;
    let reader = file.open()?.reader;
    let refused = |fault: Fault| {
        let column = fault.column.map(|column| format!("column `{column}`: ")).unwrap_or_default();
        Error::file(path, format!("{column}{}", fault.reason))
    };
    let rows = Rows::open(reader).map_err(refused)?.ok_or_else(|| {
        Error::file(path, "is empty (0 bytes); a file without records still has its header line")
    })?;
    Ok(NamedRows { rows, file: file.name })
}

fn is_documentation(name: &str) -> bool {
    name.starts_with('.') || name.starts_with("README") || name.starts_with("LICENSE")
}

impl InputFile {
    /// The format of published lists that the file is of, by its first bytes; `None` for others, for what is built
    /// in, and for pipes, which are read once.
    pub fn published(&self) -> Option<Published> {
        Published::recognise(&self.start()?)
    }

    /// The first bytes of a file of the user's own.
    pub fn start(&self) -> Option<Vec<u8>> {
        if matches!(self.bytes, Bytes::Embedded(_)) || !Path::new(&self.path).is_file() {
            return None;
        }
        let mut start = Vec::new();
        self.open().ok()?.reader.take(SEEN as u64).read_to_end(&mut start).ok()?;
        Some(start)
    }

    /// Opens the file as text, as UTF-8 where it says of itself that it is in another encoding: by a mark of UTF-16, or
    /// as XML does. Reading fails where it is not.
    pub fn open(&self) -> Result<Opened, Error> {
        let Opened { mut reader, digest } = self.open_bytes()?;
        let start = reader.fill_buf().map_err(|error| Error::io(&self.path, error))?;
        let reader = match said_encoding(start) {
            None => reader,
            Some(encoding) => Box::new(BufReader::new(Decoding::strict(reader, encoding))),
        };
        Ok(Opened { reader, digest })
    }

    /// Opens the file. `.gz`, `.zst` and `.zip` with one member are recognised from their bytes.
    pub fn open_bytes(&self) -> Result<Opened, Error> {
        let failed = |error| Error::io(&self.path, error);
        let raw: Box<dyn Read + Send> = match self.bytes {
            Bytes::Embedded(bytes) => Box::new(bytes),
            Bytes::File => Box::new(File::open(&self.path).map_err(failed)?),
        };
        let digest = Digest::default();
        let digesting = Digesting { inner: raw, digest: digest.clone() };
        let mut bytes = BufReader::with_capacity(1 << 16, digesting);
        let start = bytes.fill_buf().map_err(failed)?;
        let reader: Box<dyn BufRead + Send> = if start.starts_with(&[0x1f, 0x8b]) {
            let unpacked = flate2::bufread::MultiGzDecoder::new(bytes);
            Box::new(BufReader::new(Unpacked { inner: unpacked, packed: digest.clone(), bytes: 0 }))
        } else if start.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            let decoder = ruzstd::decoding::StreamingDecoder::new(bytes).map_err(|error| {
                Error::file(&self.path, format!("is no readable zstd file: {error}"))
            })?;
            Box::new(BufReader::new(Unpacked { inner: decoder, packed: digest.clone(), bytes: 0 }))
        } else if start.starts_with(b"PK\x03\x04") {
            self.unzip(bytes, digest.clone())?
        } else {
            Box::new(bytes)
        };
        Ok(Opened { reader, digest })
    }

    fn unzip(
        &self,
        mut bytes: impl Read,
        digest: Digest,
    ) -> Result<Box<dyn BufRead + Send>, Error> {
        let refused = |reason: String| Error::file(&self.path, reason);
        let mut all = Vec::new();
        bytes.read_to_end(&mut all).map_err(|error| Error::io(&self.path, error))?;
        let packed = all.len() as u64;
        let most = (packed * MOST_TIMES).max(SMALL);
        let mut archive = zip::ZipArchive::new(Cursor::new(all))
            .map_err(|error| refused(format!("is no readable zip file: {error}")))?;
        if archive.index_for_name("[Content_Types].xml").is_some() {
            let reason = "is an Excel workbook, not text; save it as CSV, or, where it is the file of --in, say \
                          --in-format xlsx";
            return Err(refused(reason.to_owned()));
        }
        let member = match archive.index_for_name(ods::CONTENT) {
            Some(content) => Member::Sheets(content),
            None if archive.len() == 1 => Member::Text,
            None => {
                return Err(refused(format!(
                    "holds {} members; unpack it and give the folder, or pack one file",
                    archive.len()
                )));
            }
        };
        let size = archive
            .by_index(member.at())
            .map_err(|error| refused(format!("is no readable zip file: {error}")))?
            .size();
        // What it says of itself already; what lies is found as it is unpacked.
        if size > most {
            return Err(refused(TOO_PACKED.to_owned()));
        }
        let (pipe, mut out) = io::pipe().map_err(|error| Error::io(&self.path, error))?;
        // Also where the thread ends in a fault of this program, what came is not taken for all.
        let missing = Arc::new(Mutex::new(Some("could not be unpacked to its end".to_owned())));
        let told = Arc::clone(&missing);
        // Its end of the pipe closes with the thread; where nobody reads on, writing fails and ends it.
        std::thread::spawn(move || {
            let outcome = unpack(archive, &member, digest, &mut out);
            *told.lock().unwrap_or_else(PoisonError::into_inner) = outcome.err();
            drop(out);
        });
        Ok(Box::new(BufReader::with_capacity(1 << 16, Unzipped { pipe, missing })))
    }
}

/// The encoding that a text says it is in, if it is not UTF-8.
fn said_encoding(start: &[u8]) -> Option<Encoding> {
    of_mark(start).or_else(|| {
        let line = start.get(..start.len().min(DECLARED))?.strip_prefix(b"<?xml")?;
        let line = &line[..memchr::memmem::find(line, b"?>")?];
        let line = std::str::from_utf8(line).ok()?;
        let value = line.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let name = value[1..].split_once(quote)?.0;
        // Bytes that stand one for a letter are no UTF-16, whatever they say.
        let encoding = Encoding::parse(name)?;
        (!encoding.is_unicode()).then_some(encoding)
    })
}

/// Bytes in which a declaration of XML ends: version, encoding and whether it stands alone take some 60.
const DECLARED: usize = 200;

/// What is read of an archive.
enum Member {
    /// Its one member.
    Text,
    /// The sheets of a spreadsheet, which are in this one.
    Sheets(usize),
}

impl Member {
    fn at(&self) -> usize {
        match self {
            Member::Text => 0,
            Member::Sheets(at) => *at,
        }
    }
}

/// Unpacks a member of an archive into a pipe, sheets as CSV.
fn unpack(
    mut archive: zip::ZipArchive<Cursor<Vec<u8>>>,
    member: &Member,
    packed: Digest,
    out: &mut io::PipeWriter,
) -> Result<(), String> {
    let unreadable = |error: io::Error| format!("is no readable zip file: {error}");
    let inner = archive.by_index(member.at()).map_err(|error| unreadable(error.into()))?;
    let mut unpacked = Unpacked { inner, packed, bytes: 0 };
    let outcome = match member {
        Member::Text => io::copy(&mut unpacked, out).map(drop).map_err(unreadable),
        Member::Sheets(_) => {
            let mut out = BufWriter::with_capacity(1 << 16, out);
            let written = ods::write_csv(&mut BufReader::new(&mut unpacked), &mut out);
            written.and_then(|()| out.flush().map_err(unreadable))
        }
    };
    if unpacked.is_too_much() { Err(TOO_PACKED.to_owned()) } else { outcome }
}

/// What a thread unpacks, as it comes: an archive of megabytes may unpack to gigabytes.
struct Unzipped {
    pipe: io::PipeReader,
    /// Why the end of the pipe is not that of the member.
    missing: Arc<Mutex<Option<String>>>,
}

impl Read for Unzipped {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.pipe.read(buffer)?;
        if read == 0
            && let Some(why) = self.missing.lock().unwrap_or_else(PoisonError::into_inner).take()
        {
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_in_the_encoding_that_it_says_it_is_in() {
        let utf_16: Vec<u8> =
            "\u{feff}list,name\nX,Łódź Ltd\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let latin = b"<?xml version='1.0' encoding='ISO-8859-1' ?><a>Soci\xe9t\xe9</a>".to_vec();
        let plain = "<?xml version=\"1.0\" encoding=\"utf-16\"?><a>Société</a>".as_bytes().to_vec();
        for (bytes, expected) in [(&utf_16, "Łódź"), (&latin, "Société"), (&plain, "Société")]
        {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(&file, bytes).unwrap();
            let file = named(&file.path().display().to_string()).unwrap();
            let mut text = String::new();
            file.open().unwrap().reader.read_to_string(&mut text).unwrap();
            assert!(text.contains(expected), "{text}");
        }
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, &utf_16[..utf_16.len() - 1]).unwrap();
        let file = named(&file.path().display().to_string()).unwrap();
        let read = file.open().unwrap().reader.read_to_string(&mut String::new());
        assert!(read.unwrap_err().to_string().contains("UTF-16LE"));
    }
}
