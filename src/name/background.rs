//! How rare a word is among company names, from one embedded table.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

pub(super) const TABLE: &str = include_str!("background.tsv");

/// Version of the table; part of every snapshot digest, since it is part of every score.
pub const TABLE_VERSION: u32 = 1;

/// Company names the table was counted over.
const NAMES: f64 = 100_000.0;

/// The least weight a word can have. `limited` stands in 19 % of names, so its plain logarithm
/// gives 0.14; below about 0.1 a whole-name difference in such words would be invisible.
const LEAST: f64 = 0.1;

static RARITIES: LazyLock<FxHashMap<&'static str, f64>> = LazyLock::new(|| {
    TABLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .filter_map(|(word, count)| Some((word, of_count(count.parse().ok()?))))
        .collect()
});

/// Rarity of a folded word in 0.1..1: inverse document frequency on a logarithmic scale, 1 for a
/// word in none of the names, 0.4 for one in a hundred. O(1).
pub fn rarity(word: &str) -> f64 {
    RARITIES.get(word).copied().unwrap_or(1.0)
}

fn of_count(count: u32) -> f64 {
    ((NAMES / (f64::from(count) + 1.0)).ln() / NAMES.ln()).max(LEAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_and_ordered() {
        assert!(RARITIES.len() > 4_000);
        assert!(TABLE.starts_with(&format!("# version {TABLE_VERSION}\n")));
        assert!(rarity("lecroy") > 0.99);
        assert!(rarity("industries") < rarity("aerospace"));
        assert!(rarity("limited") >= LEAST);
    }
}
