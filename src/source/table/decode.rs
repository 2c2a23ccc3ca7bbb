//! Text in other encodings than UTF-8. A wrong one is told, not read.

use std::io::{self, BufRead, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{CoderResult, Decoder, UTF_8, UTF_16BE, UTF_16LE};

/// An encoding of text, by the names that browsers know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding(&'static encoding_rs::Encoding);

impl std::fmt::Display for Encoding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.name())
    }
}

impl Encoding {
    /// The encoding of a name such as `windows-1252`, `GB18030`, `Shift_JIS` or `EUC-KR`; `None` for a name
    /// that is none.
    pub fn parse(name: &str) -> Option<Encoding> {
        let encoding = encoding_rs::Encoding::for_label_no_replacement(name.as_bytes())?;
        Some(Encoding(encoding))
    }

    /// Why a text was not written in the encoding that it was decoded from, if it was not.
    pub(super) fn fault(self, text: &str) -> Option<String> {
        if text.is_ascii() {
            return None;
        }
        // What has no meaning there becomes U+FFFD, or a control character that nobody types.
        if text.chars().any(|letter| matches!(letter, '\u{fffd}' | '\u{80}'..='\u{9f}')) {
            return Some(format!(
                "is not {self} text; is the file in another encoding, or in several?"
            ));
        }
        // In one byte a letter every text can be read; one that is UTF-8 as well is UTF-8. In two bytes a
        // letter few texts are, and of these hardly any is East Asian in UTF-8 too.
        let (bytes, written, unmappable) = self.0.encode(text);
        let as_utf8 = std::str::from_utf8(&bytes).ok().filter(|_| !unmappable && written == self.0);
        let utf8 = as_utf8.is_some_and(|text| {
            self.0.is_single_byte() || text.chars().any(|letter| letter >= '\u{2e80}')
        });
        utf8.then(|| format!("is UTF-8 text, not {self}; a file has to be in one encoding"))
    }

    /// The name of the encoding, or of the larger one that has all its letters.
    fn family(self) -> &'static str {
        match self.0.name() {
            "GBK" => "gb18030",
            other => other,
        }
    }

    /// Whether it is one of Unicode's.
    pub(in super::super) fn is_unicode(self) -> bool {
        [UTF_8, UTF_16LE, UTF_16BE].contains(&self.0)
    }

    /// Whether it writes the languages of Europe in Latin letters: such encodings differ in a few of them.
    fn is_latin(self) -> bool {
        LATIN.contains(&self.0.name())
    }
}

const LATIN: &[&str] = &[
    "windows-1250",
    "windows-1252",
    "windows-1254",
    "windows-1257",
    "windows-1258",
    "ISO-8859-2",
    "ISO-8859-3",
    "ISO-8859-4",
    "ISO-8859-10",
    "ISO-8859-13",
    "ISO-8859-14",
    "ISO-8859-15",
    "ISO-8859-16",
    "macintosh",
];

/// Latin encodings that the detector never finds, and takes for others.
const UNKNOWN: &[&str] =
    &["macintosh", "ISO-8859-3", "ISO-8859-10", "ISO-8859-14", "ISO-8859-15", "ISO-8859-16"];

/// Bytes beyond ASCII from which the detector is believed: names of two or three letters it took for another
/// encoding as often as not (`三菱`, `한화`, `Иж`), of four letters of two bytes none that was tried.
const BELIEVED: usize = 8;

/// The same between Latin encodings, which differ in a few letters: a line or two of a language.
const BELIEVED_LATIN: usize = 30;

/// The encoding that a file says itself in its first bytes, if it is not UTF-8.
pub(in super::super) fn of_mark(start: &[u8]) -> Option<Encoding> {
    match start {
        [0xff, 0xfe, ..] => Some(Encoding(UTF_16LE)),
        [0xfe, 0xff, ..] => Some(Encoding(UTF_16BE)),
        _ => None,
    }
}

/// Bytes of lines beyond ASCII by which an encoding is judged: a megabyte holds thousands of names.
const SAMPLE: usize = 1 << 20;

/// Holds a file against the encoding that the user names: where the detector of browsers is sure that it is
/// another, reading it would yield other letters than were written. Of a file in order of name the first
/// letters beyond ASCII may stand far down, so that lines of ASCII are passed over. O(bytes).
pub(super) fn check(reader: &mut dyn BufRead, encoding: Encoding) -> Result<(), String> {
    if [UTF_16LE, UTF_16BE].contains(&encoding.0) {
        return Ok(());
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let (mut line, mut fed, mut beyond) = (Vec::new(), 0, 0);
    while fed < SAMPLE {
        line.clear();
        let mut limited = reader.take(SAMPLE as u64);
        if limited.read_until(b'\n', &mut line).map_err(|error| error.to_string())? == 0 {
            break;
        }
        if !line.is_ascii() {
            beyond += line.iter().filter(|byte| !byte.is_ascii()).count();
            fed += line.len();
            detector.feed(&line, false);
        }
    }
    detector.feed(&[], true);
    let guess = Encoding(detector.guess(None, Utf8Detection::Allow));
    let latin = guess.is_latin() && encoding.is_latin();
    let believed = match () {
        () if guess.0 == UTF_8 => 3,
        () if latin && UNKNOWN.contains(&encoding.0.name()) => usize::MAX,
        () if latin => BELIEVED_LATIN,
        () => BELIEVED,
    };
    if beyond < believed || guess.family() == encoding.family() {
        return Ok(());
    }
    let said = match guess.0.name() {
        "UTF-8" => "leave --encoding out".to_owned(),
        name => format!("say --encoding {name}, or convert the file to UTF-8 if you know better"),
    };
    Err(format!("looks like {guess} text, not {encoding}; {said}"))
}

/// A stream as UTF-8. What cannot be decoded becomes U+FFFD, which [`Encoding::fault`] finds, or ends it in an error.
pub(in super::super) struct Decoding<R> {
    inner: R,
    decoder: Decoder,
    strict: bool,
    text: Vec<u8>,
    from: usize,
    ended: bool,
}

impl<R: BufRead> Decoding<R> {
    pub fn new(inner: R, encoding: Encoding) -> Decoding<R> {
        let decoder = encoding.0.new_decoder_with_bom_removal();
        Decoding { inner, decoder, strict: false, text: Vec::new(), from: 0, ended: false }
    }

    /// Of a file that says itself what it is in: what cannot be decoded is an error.
    pub fn strict(inner: R, encoding: Encoding) -> Decoding<R> {
        Decoding { strict: true, ..Decoding::new(inner, encoding) }
    }

    /// Decodes what the stream has ready.
    fn refill(&mut self) -> io::Result<()> {
        let bytes = self.inner.fill_buf()?;
        let length = bytes.len();
        let last = length == 0;
        let room = self.decoder.max_utf8_buffer_length(length).unwrap_or(4 * length + 16);
        self.text.resize(room, 0);
        let (result, read, written, replaced) =
            self.decoder.decode_to_utf8(bytes, &mut self.text, last);
        debug_assert!(
            result == CoderResult::InputEmpty,
            "the buffer is as long as it may have to be"
        );
        if replaced && self.strict {
            let what =
                format!("is not the {} text that it says it is", self.decoder.encoding().name());
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        self.text.truncate(written);
        self.from = 0;
        self.inner.consume(read);
        self.ended = last;
        Ok(())
    }
}

impl<R: BufRead> Read for Decoding<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.from == self.text.len() && !self.ended {
            self.refill()?;
        }
        let length = buffer.len().min(self.text.len() - self.from);
        buffer[..length].copy_from_slice(&self.text[self.from..self.from + length]);
        self.from += length;
        Ok(length)
    }
}
