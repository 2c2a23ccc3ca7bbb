//! A large file of holdings, read on all cores: cut into blocks of whole rows, each read by itself, and put
//! together in the order of the file.
//!
//! A block ends behind a line end with an even number of quotes before it. Where quotes are written as CSV
//! says, that is the end of a row. Where a block turns out to end within a quote all the same, it and
//! what follows are read in one piece, so that the outcome is always that of one reader.

use std::io::{self, BufRead, Cursor, Read};

use memchr::{memchr_iter, memrchr};
use rayon::prelude::*;

use super::records::{Digest, Records};
use super::rows::{Header, Rows};
use super::{Format, read_rows};
use crate::error::Source;

/// Bytes of a block: enough rows to be worth a task, few enough that those under way are little memory.
pub(super) const BLOCK: usize = 1 << 22;

/// Blocks of whole rows of a stream, each with the number of its first line.
struct Blocks<R> {
    reader: R,
    /// What was read behind the last block.
    rest: Vec<u8>,
    line: u64,
    /// Why the stream broke off.
    broken: Option<io::Error>,
}

struct Block {
    bytes: Vec<u8>,
    line: u64,
    /// Nothing follows.
    last: bool,
}

impl<R: Read> Blocks<R> {
    /// The next block; `None` at the end, and where the stream breaks off.
    fn next(&mut self) -> Option<Block> {
        let mut bytes = std::mem::take(&mut self.rest);
        while self.broken.is_none() {
            let before = bytes.len();
            self.broken = self.reader.by_ref().take(BLOCK as u64).read_to_end(&mut bytes).err();
            let ended = bytes.len() - before < BLOCK;
            let end = if ended { Some(bytes.len()) } else { row_end(&bytes) };
            if let Some(end) = end.filter(|_| self.broken.is_none()) {
                self.rest = bytes.split_off(end);
                let lines = memchr_iter(b'\n', &bytes).count() as u64;
                let line = self.line;
                self.line += lines;
                return Some(Block { bytes, line, last: ended })
                    .filter(|block| !block.bytes.is_empty());
            }
        }
        self.rest = bytes;
        None
    }
}

/// A stream that breaks off.
pub(super) struct Broken(pub Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

impl BufRead for Broken {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.take().map_or(Ok(&[]), Err)
    }

    fn consume(&mut self, _: usize) {}
}

/// Where the last row of some bytes ends, if quotes are written as they should be.
fn row_end(bytes: &[u8]) -> Option<usize> {
    let quotes = |bytes: &[u8]| memchr_iter(b'"', bytes).count();
    let mut odd = quotes(bytes) % 2 == 1;
    let mut end = bytes.len();
    loop {
        let line_end = memrchr(b'\n', &bytes[..end])?;
        odd ^= quotes(&bytes[line_end + 1..end]) % 2 == 1;
        if !odd {
            return Some(line_end + 1);
        }
        end = line_end;
    }
}

/// Reads a file of holdings whose header is known, in parts put together in order. O(bytes), and memory for
/// what is under way alone.
pub(super) fn read_in_blocks<R: BufRead + Send>(
    reader: R,
    header: &Header,
    source: &mut Source,
    records: &mut Records,
) {
    let mut blocks = Blocks { reader, rest: Vec::new(), line: 1, broken: None };
    let name = source.name.clone();
    let reading = Reading { header, name: &name, number: records.next_source() };
    let mut parts: Vec<Part> = Vec::new();
    loop {
        // While some blocks are put together, the next ones are read.
        let next = || -> Vec<Part> {
            let count = 2 * rayon::current_num_threads();
            let taken: Vec<Block> = std::iter::from_fn(|| blocks.next()).take(count).collect();
            taken.into_par_iter().map(|block| reading.part(block)).collect()
        };
        let put = || put_together(std::mem::take(&mut parts), source, records);
        let (mut open, next) = rayon::join(put, next);
        let ended = next.is_empty();
        if !open.is_empty() || ended && blocks.broken.is_some() {
            open.extend(next.into_iter().map(|part| part.block));
            return one_piece(open, blocks, &reading, source, records);
        }
        if ended {
            return;
        }
        parts = next;
    }
}

/// Puts parts together up to the first that does not end with a row; that and what follows comes back.
fn put_together(parts: Vec<Part>, source: &mut Source, records: &mut Records) -> Vec<Block> {
    let mut parts = parts.into_iter();
    while let Some(part) = parts.next() {
        if part.within_a_quote {
            return std::iter::once(part).chain(parts).map(|part| part.block).collect();
        }
        source.records += part.source.records;
        source.accepted += part.source.accepted;
        source.rejected += part.source.rejected;
        records.absorb(part.records, &part.digests);
    }
    Vec::new()
}

/// Reads what is left in one piece.
fn one_piece<R: BufRead>(
    taken: Vec<Block>,
    blocks: Blocks<R>,
    reading: &Reading,
    source: &mut Source,
    records: &mut Records,
) {
    let line = taken.first().map_or(blocks.line, |block| block.line);
    let mut bytes = Vec::new();
    taken.into_iter().for_each(|block| bytes.extend(block.bytes));
    bytes.extend(blocks.rest);
    let rest = Cursor::new(bytes).chain(Broken(blocks.broken)).chain(blocks.reader);
    let mut rows = reading.rows(rest, line, false);
    read_rows(&mut rows, Format::Holdings, reading.number, source, records);
}

/// What all blocks of a file have in common.
struct Reading<'r> {
    header: &'r Header,
    name: &'r str,
    number: u32,
}

/// A block as read by itself.
struct Part {
    block: Block,
    records: Records,
    digests: Vec<Digest>,
    source: Source,
    within_a_quote: bool,
}

impl Reading<'_> {
    fn part(&self, block: Block) -> Part {
        let mut records = Records::new();
        self.name.clone_into(&mut records.reading);
        let mut source = Source::of_lines(self.name, Format::Holdings.parts().0);
        let mut rows = self.rows(&*block.bytes, block.line, !block.last);
        read_rows(&mut rows, Format::Holdings, self.number, &mut source, &mut records);
        let within_a_quote = !block.last && rows.ends_in_a_line_end();
        let digests = records.digests();
        Part { block, records, digests, source, within_a_quote }
    }

    /// Rows from a line on; of the first, behind the header.
    fn rows<R: BufRead>(&self, reader: R, line: u64, more: bool) -> Rows<R> {
        let mut rows = Rows::continued(reader, self.header.clone(), line, more);
        if line == 1 {
            rows.skip();
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn blocks(text: &str, size: usize) -> Vec<(u64, String)> {
        let mut found = Vec::new();
        let (mut rest, mut line) = (text.as_bytes(), 1);
        while !rest.is_empty() {
            let mut end = size.min(rest.len());
            while end < rest.len() && row_end(&rest[..end]).is_none() {
                end += 1;
            }
            let end = if end == rest.len() { end } else { row_end(&rest[..end]).unwrap() };
            let bytes = &rest[..end];
            found.push((line, String::from_utf8(bytes.to_vec()).unwrap()));
            line += bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
            rest = &rest[end..];
        }
        found
    }

    #[test]
    fn blocks_end_with_rows() {
        let text = "a,b\n\"c\nd\",e\nf,\"g\"\"\"\n";
        for size in 1..text.len() {
            for (_, block) in blocks(text, size) {
                assert!(
                    ["a,b\n", "\"c\nd\",e\n", "f,\"g\"\"\"\n"]
                        .iter()
                        .any(|row| block.starts_with(row)),
                    "{block}"
                );
            }
        }
    }

    /// Everything that a reader made of a file.
    fn shown(records: &Records, source: &Source) -> String {
        let text = |id| records.texts.get(id);
        let mention = |id: u32| {
            let own = &records.mentions[id as usize];
            format!("{}|{}|{}", text(own.name), text(own.identifiers), text(own.countries))
        };
        let rows: Vec<String> = records
            .holdings
            .iter()
            .map(|row| {
                let terms = row.terms();
                format!(
                    "{} {} {terms:?} {:?} {}",
                    mention(row.holder),
                    mention(row.issuer),
                    row.place,
                    text(row.citation)
                )
            })
            .collect();
        let rejected: Vec<String> = records
            .rejected
            .iter()
            .map(|row| format!("{}:{} {}", row.line, row.reason, row.text))
            .collect();
        let warnings = &records.warnings;
        format!("{rows:#?} {rejected:#?} {warnings:#?} {} {}", source.records, source.rejected)
    }

    proptest! {
        /// Whatever a file holds, quotes astray included, blocks make of it what one reader makes.
        #[test]
        fn blocks_are_read_as_the_whole_is(
            rows in proptest::collection::vec((
                proptest::sample::select(vec![
                    "A", "\"B, Inc\"", "\"C\nD\"", "5\" pipes", "\"E\"\"F\"", "\"G", "H\"", "", "é", "\"I\n,,,,\nJ\"",
                ]),
                proptest::sample::select(vec!["K", "\"L\"", "M\r"]),
                proptest::sample::select(vec!["50", "101", "", "1.123456789"]),
            ), 0..30),
            ended in any::<bool>(),
            size in 1usize..60,
        ) {
            let mut text = "holder,holder_id,share_min,source,issuer\n".to_owned();
            for (holder, issuer, share) in rows {
                text.push_str(&format!("{holder},lei:1,{share},x,{issuer}\n"));
            }
            if !ended {
                text.pop();
            }
            let opened = Rows::open(text.as_bytes()).unwrap().unwrap();
            let header = opened.header().clone();
            let format = Format::Holdings;
            let reading = Reading { header: &header, name: "f.csv", number: 0 };
            let records = || {
                let mut records = Records::new();
                "f.csv".clone_into(&mut records.reading);
                records
            };
            let source = || Source::of_lines("f.csv", format.parts().0);

            let (mut one, mut of_one) = (records(), source());
            read_rows(&mut { opened }, format, 0, &mut of_one, &mut one);

            let (mut all, mut of_all) = (records(), source());
            let mut parts = blocks(&text, size).into_iter().peekable();
            let mut taken = Vec::new();
            while let Some((line, block)) = parts.next() {
                taken.push(Block { bytes: block.into_bytes(), line, last: parts.peek().is_none() });
            }
            let mut taken = taken.into_iter();
            while let Some(block) = taken.next() {
                let mut open = put_together(vec![reading.part(block)], &mut of_all, &mut all);
                if !open.is_empty() {
                    open.extend(taken);
                    let (rest, line, broken) = (Vec::new(), 0, None);
                    let blocks = Blocks { reader: &b""[..], rest, line, broken };
                    one_piece(open, blocks, &reading, &mut of_all, &mut all);
                    break;
                }
            }
            prop_assert_eq!(shown(&all, &of_all), shown(&one, &of_one));
        }
    }
}
