//! Every reader against files that are broken at random: none may panic, and none may take long over little.
//!
//! Runs on the stable compiler. `FUZZ_SECONDS` says how long each file of `tests/corpus` is broken (0.3 s without it),
//! `FUZZ_SEED` where to begin, `FUZZ_FILE` that only the file of that name is.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use parentage::source::{Inputs, read};
use rayon::prelude::*;

use crate::changes::Numbers;

/// Pieces that readers look for.
const PIECES: &[&str] = &[
    "<",
    ">",
    "/>",
    "</",
    "&",
    "&#x0;",
    "&#1114112;",
    "&lt;",
    "<![CDATA[",
    "]]>",
    "<!--",
    "<!DOCTYPE a [",
    "\"",
    "\"\"",
    "'",
    ",",
    ";",
    "\t",
    "\n",
    "\r\n",
    "\0",
    "\u{1a}",
    "\u{feff}",
    "[",
    "]",
    "{",
    "}",
    "null",
    "1e999",
    "-0- ",
    "-",
    "00/00/0000",
    "31/12/9999",
    "0000",
    "circa",
    "1900 to 2199",
    "% ",
    "é",
    "\u{301}",
    "قطر",
    "東京",
    "𐍈",
    "99999999999999999999",
];

/// Breaks a file in one to eight places.
fn broken(numbers: &mut Numbers, text: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = text.to_vec();
    for _ in 0..1 + numbers.below(8) {
        let at = numbers.below(bytes.len() + 1);
        let to = (at + numbers.below(40)).min(bytes.len());
        match numbers.below(7) {
            0 if at < bytes.len() => bytes[at] ^= 1 << numbers.below(8),
            1 => drop(bytes.drain(at..to)),
            2 => {
                let again = bytes[at..to].to_vec();
                bytes.splice(at..at, again);
            }
            3 => bytes.truncate(at),
            4 => {
                let from = numbers.below(other.len() + 1);
                let piece = &other[from..(from + numbers.below(60)).min(other.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
            _ => {
                let piece = PIECES[numbers.below(PIECES.len())].as_bytes();
                bytes.splice(at..at, piece.iter().copied());
            }
        }
    }
    bytes
}

fn corpus() -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let files = std::fs::read_dir(folder).unwrap().map(|item| item.unwrap().path());
    let mut all: Vec<_> = files.map(|path| (path.clone(), std::fs::read(&path).unwrap())).collect();
    all.sort();
    all
}

#[test]
fn no_reader_panics_or_lingers_on_broken_files() {
    let number = |name: &str, otherwise: f64| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
    };
    let lasts = Duration::from_secs_f64(number("FUZZ_SECONDS", 0.3));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small number")]
    let seed = number("FUZZ_SEED", 1.0) as u64;
    let corpus = corpus();
    let only = std::env::var("FUZZ_FILE").ok();
    let wanted = |path: &Path| only.as_ref().is_none_or(|only| path.ends_with(only));
    (0u64..).zip(&corpus).par_bridge().filter(|(_, (path, _))| wanted(path)).for_each(
        |(at, (path, text))| {
            let name = path.file_name().unwrap().to_string_lossy();
            let mut numbers = Numbers(seed + 1_000 * at + 1);
            let begun = Instant::now();
            let folder = tempfile::tempdir().unwrap();
            let at = |name: &str| folder.path().join(name).display().to_string();
            beside(folder.path());
            while begun.elapsed() < lasts {
                let other = &corpus[numbers.below(corpus.len())].1;
                let bytes = broken(&mut numbers, text, other);
                std::fs::write(at(&name), &bytes).unwrap();
                let file = vec![at(&name)];
                let of_holdings = name == "holdings.csv" || name.starts_with("own-");
                let (lists, ownership) = if of_holdings {
                    (vec![at("one.csv")], file)
                } else {
                    (file, vec![at("none.csv")])
                };
                let maps = vec![at("map.toml"), at("holdings.toml")];
                let inputs = Inputs { lists, ownership, maps, ..Inputs::default() };
                let started = Instant::now();
                // A file that is none of these is an error, and a row that cannot be read a rejected one.
                let outcome = catch_unwind(AssertUnwindSafe(|| drop(read(&inputs))));
                let kept = || {
                    let kept = std::env::temp_dir().join(format!("fuzz-{name}"));
                    std::fs::write(&kept, &bytes).unwrap();
                    kept.display().to_string()
                };
                assert!(outcome.is_ok(), "a reader panicked; its file is {}", kept());
                assert!(
                    started.elapsed() < Duration::from_secs(2),
                    "it took long; its file is {}",
                    kept()
                );
            }
        },
    );
}

/// Maps, and a list and a file of holdings for those that are broken to stand beside.
fn beside(folder: &Path) {
    for (name, text) in [
        ("map.toml", "list = \"H\"\n[columns]\nname = \"Company\"\npublished = \"Since\"\n"),
        (
            "holdings.toml",
            "holdings = \"H\"\nunit = \"shares\"\n[columns]\nholder = \"Owner\"\nissuer = \"Owned\"\nshare = \"Shares\"\n\
             total = \"All\"\nlast_day = \"Until\"\n",
        ),
        ("none.csv", "holder,issuer\n"),
        ("one.csv", "list,name\nX,Y\n"),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
    }
}
