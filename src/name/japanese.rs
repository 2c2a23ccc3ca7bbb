//! Japanese readings of Chinese characters, from one embedded table.
//!
//! The table holds 160,000 words of two characters and 2,500 single ones with their usual reading
//! in kana, after SudachiDict core 20261015 (Works Applications, Apache License 2.0); a word that is
//! read as its two characters are by themselves is left out. It lies compressed in the binary and is
//! unpacked (to 1.6 MB, sorted) for the first name that needs it.
//!
//! `JKR1`, a count n, n keys (two UTF-16 units, the second 0 for a single character), n offsets
//! into a pool of readings, each a length and as many kana as offsets from U+30A0. Little-endian.

use std::io::Read;
use std::sync::LazyLock;

use flate2::read::GzDecoder;

pub(super) const PACKED: &[u8] = include_bytes!("kanji.bin.gz");

static TABLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut table = Vec::new();
    GzDecoder::new(PACKED).read_to_end(&mut table).expect("the embedded table is whole");
    table
});

/// How a run of Chinese characters is read in Japanese, in katakana: the longest words first.
/// `None` where a character has no reading in the table. O(length log words).
pub(super) fn reading(word: &str) -> Option<String> {
    let letters: Vec<u16> = word.encode_utf16().collect();
    if letters.is_empty() || !word.chars().all(super::text::is_han) {
        return None;
    }
    let (mut kana, mut at) = (String::new(), 0);
    while at < letters.len() {
        let pair = letters.get(at + 1).and_then(|second| find(letters[at], *second));
        match pair {
            Some(reading) => {
                kana.push_str(&reading);
                at += 2;
            }
            None => {
                kana.push_str(&find(letters[at], 0)?);
                at += 1;
            }
        }
    }
    Some(kana)
}

fn number(at: usize) -> u32 {
    u32::from_le_bytes(TABLE[at..at + 4].try_into().expect("four bytes"))
}

fn find(first: u16, second: u16) -> Option<String> {
    let key = u32::from(first) << 16 | u32::from(second);
    let count = number(4) as usize;
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = usize::midpoint(low, high);
        if number(8 + 4 * middle) < key { low = middle + 1 } else { high = middle }
    }
    if low == count || number(8 + 4 * low) != key {
        return None;
    }
    let pool = &TABLE[8 + 8 * count..];
    let from = number(8 + 4 * (count + low)) as usize;
    let length = usize::from(pool[from]);
    let kana = pool[from + 1..=from + length].iter().map(|byte| 0x30A0 + u32::from(*byte));
    kana.map(char::from_u32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn japanese_words_are_read() {
        for (word, kana) in
            [("武井", "タケイ"), ("大林", "オオバヤシ"), ("日产", "ニッサン"), ("千寿", "センジュ")]
        {
            assert_eq!(reading(word).as_deref(), Some(kana), "{word}");
        }
        assert_eq!(reading("huawei"), None);
        assert_eq!(reading(""), None);
    }
}
