//! The search against comparing every name: whatever scores at the floor is found.
//!
//! `SEARCH_NAMES=100000 SEARCH_QUERIES=10000 cargo test --release --test all search` does it at length.

use parentage::index::NameIndex;
use parentage::name::{POINTS_OF_ONE, ParsedName, parse, points};
use parentage::source;
use rayon::prelude::*;

use crate::data::{Names, Numbers, varied};

const REAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/names/");

/// How many, by an environment variable.
fn count(variable: &str, usual: usize) -> usize {
    std::env::var(variable).map_or(usual, |count| count.parse().unwrap())
}

/// Names of companies, persons and Chinese companies; half of the companies real, where they are.
fn names(count: usize, numbers: &mut Numbers) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(count);
    for file in ["ofac_org_names.csv", "retrieval_names_100k.txt.gz"] {
        let real = source::names(&format!("{REAL}{file}")).unwrap_or_default();
        names.extend(real.into_iter().step_by(5).take(count / 4));
    }
    let makes = Names::new();
    while names.len() < count {
        names.push(match numbers.below(8) {
            0 => Names::person(numbers),
            1 => Names::native(numbers),
            _ => makes.company(numbers),
        });
    }
    names
}

#[test]
fn no_name_that_scores_is_lost() {
    let mut numbers = Numbers(20_251_009);
    let names = names(count("SEARCH_NAMES", 20_000), &mut numbers);
    let parsed: Vec<ParsedName> = names.par_iter().map(|name| parse(name)).collect();
    let index = NameIndex::build(&parsed);
    let queries: Vec<String> = (0..count("SEARCH_QUERIES", 200))
        .map(|_| {
            let at = numbers.below(u32::try_from(names.len()).unwrap());
            varied(&names[at as usize], &mut numbers)
        })
        .collect();
    // The review band of the lowest threshold, and of the default one.
    for floor in [5_000, 7_500] {
        let searched: Vec<(usize, Vec<String>)> = queries
            .par_iter()
            .map(|text| {
                let query = parse(text);
                let share = f64::from(floor) / f64::from(POINTS_OF_ONE);
                let candidates = index.candidates(&query, share);
                let score = |name: &ParsedName| points(&query, name, floor) >= floor;
                let scored: Vec<u32> = (0u32..)
                    .zip(&parsed)
                    .filter_map(|(at, name)| score(name).then_some(at))
                    .collect();
                let lost = scored.iter().filter(|at| candidates.binary_search(at).is_err());
                let told = |at: &u32| format!("{text} lost {}", names[*at as usize]);
                (scored.len(), lost.map(told).collect())
            })
            .collect();
        let found: usize = searched.iter().map(|(found, _)| found).sum();
        let lost: Vec<&String> = searched.iter().flat_map(|(_, lost)| lost).collect();
        assert!(lost.is_empty(), "{} lost at {floor}: {lost:#?}", lost.len());
        assert!(found > queries.len(), "{found} found at {floor}");
    }
}
