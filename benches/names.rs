//! Comparing names, and searching 100,000 of them.
//!
//! `cargo bench --bench names`. The names are those of `../shared/names` where that is there, else
//! made-up ones. One core.

use divan::counter::ItemsCount;
use parentage::name::{ParsedName, compare, parse, points};
use parentage::selftest::{Names, clean_sample};
use parentage::source;

fn main() {
    divan::main();
}

/// Company names to search.
fn names() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/names/retrieval_names_100k.txt.gz");
    source::names(path).unwrap_or_else(|_| clean_sample(100_000))
}

/// Names of the same kind that are searched.
fn queries() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/names/clean_customers.csv");
    source::names(path).unwrap_or_else(|_| clean_sample(2_000))
}

/// Pairs of names that share a word: what a search compares.
fn pairs() -> Vec<(ParsedName, ParsedName)> {
    let names: Vec<ParsedName> = names().iter().take(20_000).map(|name| parse(name)).collect();
    let mut by_word = std::collections::BTreeMap::<String, Vec<usize>>::new();
    for (at, name) in names.iter().enumerate() {
        for token in &name.tokens {
            by_word.entry(token.text.clone()).or_default().push(at);
        }
    }
    let neighbours = by_word.values().flat_map(|own| own.windows(2));
    let pairs = neighbours.step_by(7).take(5_000);
    pairs.map(|two| (names[two[0]].clone(), names[two[1]].clone())).collect()
}

#[divan::bench(sample_count = 20)]
fn pair_without_alignment(bencher: divan::Bencher) {
    let pairs = pairs();
    bencher.counter(ItemsCount::new(pairs.len())).bench(|| {
        pairs.iter().map(|(one, other)| i64::from(points(one, other, 7_500))).sum::<i64>()
    });
}

#[divan::bench(sample_count = 20)]
fn pair_with_alignment(bencher: divan::Bencher) {
    let pairs = pairs();
    bencher
        .counter(ItemsCount::new(pairs.len()))
        .bench(|| pairs.iter().map(|(one, other)| compare(one, other).lines.len()).sum::<usize>());
}

#[divan::bench(sample_count = 20)]
fn parse_a_name(bencher: divan::Bencher) {
    let names = queries();
    bencher
        .counter(ItemsCount::new(names.len()))
        .bench(|| names.iter().map(|name| parse(name).tokens.len()).sum::<usize>());
}

/// All names at or above 0.75, scored in full; every query anew, as on a first run over a file.
#[divan::bench(sample_count = 3)]
fn search_100_000(bencher: divan::Bencher) {
    let (names, queries) = (names(), queries());
    bencher.counter(ItemsCount::new(queries.len())).with_inputs(|| Names::new(&names)).bench_refs(
        |names| queries.iter().map(|query| names.search(query, 7_500, 0).len()).sum::<usize>(),
    );
}
