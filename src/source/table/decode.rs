//! Text in other encodings than UTF-8. A wrong one is told, not read.

use std::io::{self, BufRead, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE};

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
        // In one byte a letter every text can be read; one that is UTF-8 as well is UTF-8.
        let (bytes, _, unmappable) = self.0.encode(text);
        let utf8 = self.0.is_single_byte() && !unmappable && std::str::from_utf8(&bytes).is_ok();
        utf8.then(|| format!("is UTF-8 text, not {self}; a file has to be in one encoding"))
    }

    /// Encodings that differ in what they lack, not in what they have, count as one.
    fn family(self) -> Family {
        match self.0.name() {
            "GBK" | "gb18030" => Family::One("gb18030"),
            "windows-1252" | "windows-1250" | "windows-1254" | "windows-1257" | "windows-1258"
            | "ISO-8859-2" | "ISO-8859-3" | "ISO-8859-4" | "ISO-8859-10" | "ISO-8859-13"
            | "ISO-8859-14" | "ISO-8859-15" | "ISO-8859-16" | "macintosh" => Family::Latin,
            other => Family::One(other),
        }
    }
}

#[derive(PartialEq, Eq)]
enum Family {
    Latin,
    One(&'static str),
}

/// The encoding that a file says itself in its first bytes, if it is not UTF-8.
pub(super) fn of_mark(start: &[u8]) -> Option<Encoding> {
    match start {
        [0xff, 0xfe, ..] => Some(Encoding(UTF_16LE)),
        [0xfe, 0xff, ..] => Some(Encoding(UTF_16BE)),
        _ => None,
    }
}

/// Bytes by which an encoding is judged: the detector was made for the first part of web pages, and a
/// megabyte of names holds thousands of letters.
const SAMPLE: u64 = 1 << 20;

/// Holds the start of a file against the encoding that the user names: where the detector of browsers is sure
/// that it is another, reading it would yield other letters than were written.
pub(super) fn check(reader: &mut dyn BufRead, encoding: Encoding) -> Result<(), String> {
    let mut sample = Vec::new();
    reader.take(SAMPLE).read_to_end(&mut sample).map_err(|error| error.to_string())?;
    if sample.is_ascii() || [UTF_16LE, UTF_16BE].contains(&encoding.0) {
        return Ok(());
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&sample, true);
    let guess = Encoding(detector.guess(None, Utf8Detection::Allow));
    if guess == encoding || guess.family() == encoding.family() {
        return Ok(());
    }
    let said = match guess.0.name() {
        "UTF-8" => "leave --encoding out".to_owned(),
        name => format!("say --encoding {name}, or convert the file to UTF-8 if you know better"),
    };
    Err(format!("looks like {guess} text, not {encoding}; {said}"))
}

/// A stream as UTF-8. What cannot be decoded becomes U+FFFD, which [`Encoding::fault`] finds.
pub(super) struct Decoding<R> {
    inner: R,
    decoder: Decoder,
    text: Vec<u8>,
    from: usize,
    ended: bool,
}

impl<R: BufRead> Decoding<R> {
    pub fn new(inner: R, encoding: Encoding) -> Decoding<R> {
        let decoder = encoding.0.new_decoder_with_bom_removal();
        Decoding { inner, decoder, text: Vec::new(), from: 0, ended: false }
    }

    /// Decodes what the stream has ready.
    fn refill(&mut self) -> io::Result<()> {
        let bytes = self.inner.fill_buf()?;
        let length = bytes.len();
        let last = length == 0;
        let room = self.decoder.max_utf8_buffer_length(length).unwrap_or(4 * length + 16);
        self.text.resize(room, 0);
        let (result, read, written, _) = self.decoder.decode_to_utf8(bytes, &mut self.text, last);
        debug_assert!(
            result == CoderResult::InputEmpty,
            "the buffer is as long as it may have to be"
        );
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
