//! A stream of text whose lines end in LF, whatever they ended in, and whose rows have a length.

use std::collections::VecDeque;
use std::io::{BufRead, Read};

/// Whether the lines of a file that begins so end in CR alone.
pub(super) fn ends_in_carriage_returns(start: &[u8]) -> bool {
    start.contains(&b'\r') && !start.contains(&b'\n')
}

/// The most bytes that a row may have: more is no row of names and numbers, but a quote that is not
/// closed or a file of another kind, and must not fill memory.
pub(super) const LONGEST_ROW: usize = 1 << 20;

/// A stream whose lines end in LF where they end in CR alone, and of which only line ends and quotes come
/// from where a row is far too long.
pub(super) struct LineEnds<R> {
    inner: R,
    /// Bytes that were read since the row began.
    row: usize,
    /// More follows elsewhere: the end of the stream is not the end of the file.
    more: bool,
    carriage_returns: Option<bool>,
    /// The end was read: the last row has no line end.
    ended: bool,
    last: u8,
    quotes: Quotes,
}

/// Follows the quotes around fields: one that closes before anything but the end of the field was opened by
/// mistake, or is not the one that closes it, and rows may lie between the two.
struct Quotes {
    delimiter: u8,
    /// Within a quoted field; a quote was read there last, which closes it or stands for itself.
    inside: bool,
    closing: bool,
    /// A field begins.
    begins: bool,
    line: u64,
    /// Lines on which a quote closes in the midst of a field.
    broken: VecDeque<u64>,
}

impl Quotes {
    fn read(&mut self, bytes: &[u8]) {
        if !self.inside && !self.closing && memchr::memchr(b'"', bytes).is_none() {
            self.line += memchr::memchr_iter(b'\n', bytes).count() as u64;
            let ends = |last: u8| last == b'\n' || last == self.delimiter;
            self.begins = bytes.last().map_or(self.begins, |last| ends(*last));
            return;
        }
        for byte in bytes.iter().copied() {
            let ends = byte == b'\n' || byte == self.delimiter;
            match (self.closing, self.inside, byte) {
                (true, _, b'"') => self.closing = false,
                (true, ..) => {
                    if !(ends || byte == b'\r') {
                        self.broken.push_back(self.line);
                    }
                    (self.inside, self.closing) = (false, false);
                }
                (_, true, b'"') => self.closing = true,
                (_, false, b'"') if self.begins => self.inside = true,
                _ => {}
            }
            self.begins = ends && !self.inside;
            self.line += u64::from(byte == b'\n');
        }
    }
}

impl<R> LineEnds<R> {
    pub fn new(inner: R, delimiter: u8, carriage_returns: Option<bool>, more: bool) -> LineEnds<R> {
        let quotes = Quotes {
            delimiter,
            inside: false,
            closing: false,
            begins: true,
            line: 1,
            broken: VecDeque::new(),
        };
        LineEnds { inner, row: 0, more, carriage_returns, ended: false, last: 0, quotes }
    }

    /// The next row begins.
    pub fn begin_row(&mut self) {
        self.row = 0;
    }

    /// Whether a quote closes in the midst of a field on a line before this one, of those not asked for yet.
    pub fn has_broken_quote(&mut self, before: u64) -> bool {
        let broken = self.quotes.broken.partition_point(|line| *line < before);
        self.quotes.broken.drain(..broken).next().is_some()
    }

    /// Whether the end was read: the last row has no line end.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Whether the file ended before the quote around the last field of its last row was closed.
    pub fn ends_inside_a_quote(&self, record: &csv::ByteRecord) -> bool {
        let runs_on = || record.iter().next_back().is_some_and(|field| field.contains(&b'\n'));
        self.ended && self.last != b'"' && runs_on()
    }
}

impl<R: BufRead> Read for LineEnds<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let carriage_returns = match self.carriage_returns {
            Some(known) => known,
            None => {
                let start = self.inner.fill_buf()?;
                *self.carriage_returns.insert(ends_in_carriage_returns(start))
            }
        };
        if self.row >= 2 * LONGEST_ROW && !buffer.is_empty() {
            return self.next_sign(&mut buffer[0], carriage_returns);
        }
        let length = self.inner.read(buffer)?;
        self.ended |= length == 0 && !buffer.is_empty() && !self.more;
        self.last = buffer[..length].last().copied().unwrap_or(self.last);
        self.row += length;
        if carriage_returns {
            let ends = buffer[..length].iter_mut().filter(|byte| **byte == b'\r');
            ends.for_each(|byte| *byte = b'\n');
        }
        self.quotes.read(&buffer[..length]);
        Ok(length)
    }
}

impl<R: BufRead> LineEnds<R> {
    /// Reads the next line end or quote alone, and passes over what is before it: the row ends there, or
    /// not, and what is behind it is left where it is.
    fn next_sign(&mut self, sign: &mut u8, carriage_returns: bool) -> std::io::Result<usize> {
        let end = if carriage_returns { b'\r' } else { b'\n' };
        loop {
            let bytes = self.inner.fill_buf()?;
            if bytes.is_empty() {
                self.ended |= !self.more;
                return Ok(0);
            }
            let found = memchr::memchr2(end, b'"', bytes);
            let length = found.map_or(bytes.len(), |at| at + 1);
            self.last = bytes[length - 1];
            self.inner.consume(length);
            if found.is_some() {
                *sign = if self.last == b'"' { b'"' } else { b'\n' };
                self.quotes.read(&[*sign]);
                return Ok(1);
            }
        }
    }
}
