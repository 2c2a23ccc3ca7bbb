//! Which side of a threshold an effective share lies on, where fixed point cannot tell: in a ring
//! with y = 2/5 + y/5 the share is 1/2 exactly, and no number of rounds shows it.
//!
//! The shares solve a linear system over the integers, so a share is a quotient N/D with a positive
//! D, and the question is the sign of `Z = N * 10^9 - D * threshold`. The size of Z is bounded by
//! the rows of the system (Hadamard), so Z is known from its remainders by enough primes, and no
//! long number is ever written: zero where all remainders are, else the sign is that of the leading
//! digit in mixed radix.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use super::cascade::End;
use super::effective::{Bounds, Column, Effective, ONE, Owner};
use crate::share::Share;

/// The largest ring that is decided exactly: a dense one of 200 takes about a second.
const LARGEST_RING: usize = 200;

/// The most entities above one that are decided exactly together.
const LARGEST_SYSTEM: usize = 5_000;

/// The largest declared total of an issuer that is worth less than the whole: a row of it has a norm below
/// `3 WHOLE`, which is below the 32 bits that each row is allowed.
const LARGEST_TOTAL: u64 = 8 * WHOLE;

/// What 100 percent is.
const WHOLE: u64 = Share::WHOLE.parts() as u64;

/// The share of a node against a threshold; `None` where a ring or the system is too large, or the
/// shares it rests on are not the worst or best after all. O(primes * (edges + ring^3)), and as many
/// primes as there are entities above.
pub(super) fn compare(
    effective: &Effective,
    node: u32,
    end: End,
    threshold: Share,
) -> Option<Ordering> {
    let system = System::above(effective, node, end)?;
    let limit = u64::from(threshold.parts());
    let near: Vec<(usize, usize)> = system.near.clone();
    // Two owners of one issuer between whose bounds nothing decides: the lesser is filled up first
    // or last, which is right if it is the lesser, or they are worth the same.
    let in_order = |pair: &(usize, usize)| {
        let sign = system.sign(|field, solved| field.minus(solved[pair.0], solved[pair.1]));
        sign.is_some_and(Ordering::is_le)
    };
    if !near.iter().all(in_order) {
        return None;
    }
    system.sign(|field, solved| {
        let share = field.times(solved[system.asked], WHOLE % field.0);
        field.minus(share, limit % field.0)
    })
}

/// The equations of everything above a node, components in order, owners first.
struct System {
    /// Of each equation: what is held by listed owners, and by the unknowns before or in its ring.
    rows: Vec<(u64, Vec<(usize, u64)>)>,
    /// Lengths of the components, in the order of the rows.
    components: Vec<usize>,
    /// The row of the node asked for.
    asked: usize,
    /// Owners of one issuer, as rows, the one taken for the lesser first, whose bounds overlap.
    near: Vec<(usize, usize)>,
}

impl System {
    fn above(effective: &Effective, node: u32, end: End) -> Option<System> {
        let bounds = if end == End::Low { &effective.low } else { &effective.high };
        let mut above: FxHashMap<u32, usize> = FxHashMap::default();
        let mut near: Vec<(u32, u32)> = Vec::new();
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            if above.insert(node, usize::MAX).is_some() {
                continue;
            }
            let column = &effective.columns[node as usize];
            if above.len() > LARGEST_SYSTEM {
                return None;
            }
            near.extend(overlapping(column, end, bounds));
            open.extend(column.entries.iter().filter_map(|entry| match entry.owner {
                Owner::Node(owner) => Some(owner),
                _ => None,
            }));
        }
        let mut order: Vec<u32> = Vec::with_capacity(above.len());
        let mut components = Vec::new();
        for component in &effective.components {
            if !above.contains_key(&component[0]) {
                continue;
            }
            if component.len() > LARGEST_RING {
                return None;
            }
            components.push(component.len());
            order.extend(component);
        }
        for (row, node) in order.iter().enumerate() {
            above.insert(*node, row);
        }
        let rows = order.iter().map(|node| {
            let column = &effective.columns[*node as usize];
            let shares = column.shares(end, |owner| worth(bounds, owner).lower);
            if column.is_over_declared() && is_capped(column, &shares, bounds)? {
                return Some((WHOLE, Vec::new()));
            }
            let mut listed = 0;
            let mut unknowns: Vec<(usize, u64)> = Vec::new();
            for (entry, share) in column.entries.iter().zip(shares) {
                match entry.owner {
                    Owner::Listed => listed += u64::from(share),
                    Owner::Node(owner) => unknowns.push((above[&owner], u64::from(share))),
                    Owner::Other => {}
                }
            }
            Some((listed, unknowns))
        });
        let rows = rows.collect::<Option<Vec<_>>>()?;
        let near = near.iter().map(|(a, b)| (above[a], above[b])).collect();
        Some(System { rows, components, asked: above[&node], near })
    }

    /// The sign of an expression in the shares, times D; `None` where D is 0, which owners make who hold
    /// all of one another.
    fn sign(&self, of: impl Fn(Field, &[u64]) -> u64) -> Option<Ordering> {
        // 32 bits a row and 120 more: a row is no longer than 2^31.6, a prime has almost 31 bits.
        let primes = self.rows.len() * 31 / 30 + 4;
        // No more primes than these divide D, unless it is 0.
        let residues: Vec<(u64, u64)> = Primes::new()
            .take(2 * primes)
            .filter_map(|prime| Some((prime, self.residue(prime, &of)?)))
            .take(primes)
            .collect();
        (residues.len() == primes).then(|| sign(&residues))
    }

    /// An expression in the shares, times D, by a prime; `None` where the prime divides D.
    fn residue(&self, prime: u64, of: &impl Fn(Field, &[u64]) -> u64) -> Option<u64> {
        let field = Field(prime);
        let mut solved: Vec<u64> = Vec::with_capacity(self.rows.len());
        let mut determinant = 1;
        for size in &self.components {
            let from = solved.len();
            let mut matrix: Vec<Vec<u64>> = self.rows[from..from + size]
                .iter()
                .enumerate()
                .map(|(at, (listed, unknowns))| {
                    let mut row = vec![0; size + 1];
                    row[at] = WHOLE % prime;
                    row[*size] = listed % prime;
                    for (owner, share) in unknowns {
                        match owner.checked_sub(from) {
                            Some(inside) => row[inside] = field.minus(row[inside], share % prime),
                            None => {
                                let part = field.times(solved[*owner], share % prime);
                                row[*size] = field.plus(row[*size], part);
                            }
                        }
                    }
                    row
                })
                .collect();
            determinant = field.times(determinant, field.solve(&mut matrix)?);
            solved.extend(matrix.iter().map(|row| row[*size]));
        }
        Some(field.times(determinant, of(field, &solved)))
    }
}

fn worth(bounds: &[Bounds], owner: Owner) -> Bounds {
    match owner {
        Owner::Listed => Bounds { lower: ONE, upper: ONE },
        Owner::Other => Bounds::default(),
        Owner::Node(node) => bounds[node as usize],
    }
}

/// Whether what owners hold together of an issuer with declared totals above 100 percent is the whole or
/// more, which counts as the whole; `None` where its bounds do not tell, or less comes of totals so large
/// that the primes of [`System::sign`] would not do for it.
fn is_capped(column: &Column, shares: &[u32], bounds: &[Bounds]) -> Option<bool> {
    let whole = u128::from(WHOLE) * u128::from(ONE);
    let lower = column.weigh_shares(shares, |owner| worth(bounds, owner).lower);
    let upper = column.weigh_shares(shares, |owner| worth(bounds, owner).upper);
    let total: u64 = shares.iter().map(|share| u64::from(*share)).sum();
    (lower >= whole || upper <= whole && total <= LARGEST_TOTAL).then_some(lower >= whole)
}

/// Owners of an issuer, in the order in which its shares were chosen, between whom their bounds do not
/// decide.
fn overlapping(column: &Column, end: End, bounds: &[Bounds]) -> Vec<(u32, u32)> {
    if !column.chooses(end) {
        return Vec::new();
    }
    let ranges = column.entries.iter().filter(|entry| entry.low < entry.high);
    let mut order: Vec<(Bounds, u32)> = ranges
        .filter_map(|entry| match entry.owner {
            Owner::Node(node) => Some((bounds[node as usize], node)),
            _ => None,
        })
        .collect();
    order.sort_by_key(|(bounds, _)| bounds.lower);
    let pairs = order.windows(2).filter(|pair| pair[0].0.upper > pair[1].0.lower);
    pairs.map(|pair| (pair[0].1, pair[1].1)).collect()
}

/// Arithmetic by a prime below 2^31.
#[derive(Clone, Copy)]
struct Field(u64);

impl Field {
    fn plus(self, a: u64, b: u64) -> u64 {
        (a + b) % self.0
    }

    fn minus(self, a: u64, b: u64) -> u64 {
        (a + self.0 - b) % self.0
    }

    fn times(self, a: u64, b: u64) -> u64 {
        a * b % self.0
    }

    fn power(self, base: u64, exponent: u64) -> u64 {
        let (mut base, mut exponent, mut result) = (base % self.0, exponent, 1);
        while exponent > 0 {
            if exponent & 1 == 1 {
                result = self.times(result, base);
            }
            base = self.times(base, base);
            exponent >>= 1;
        }
        result
    }

    fn inverse(self, of: u64) -> u64 {
        self.power(of, self.0 - 2)
    }

    /// Turns a square system with its right side in the last column into its solution there, and
    /// returns the determinant; `None` where that is 0.
    fn solve(self, matrix: &mut [Vec<u64>]) -> Option<u64> {
        let mut determinant = 1;
        for at in 0..matrix.len() {
            let pivot = (at..matrix.len()).find(|row| matrix[*row][at] != 0)?;
            if pivot != at {
                matrix.swap(pivot, at);
                determinant = self.minus(0, determinant);
            }
            determinant = self.times(determinant, matrix[at][at]);
            let inverse = self.inverse(matrix[at][at]);
            matrix[at].iter_mut().for_each(|value| *value = self.times(*value, inverse));
            let pivot = matrix[at].clone();
            for (other, row) in matrix.iter_mut().enumerate() {
                let factor = row[at];
                if other == at || factor == 0 {
                    continue;
                }
                for (value, of_pivot) in row[at..].iter_mut().zip(&pivot[at..]) {
                    if *of_pivot != 0 {
                        *value = self.minus(*value, self.times(factor, *of_pivot));
                    }
                }
            }
        }
        Some(determinant)
    }
}

/// Primes below 2^31, from the largest down.
struct Primes(u64);

impl Primes {
    fn new() -> Primes {
        Primes((1 << 31) + 1)
    }
}

impl Iterator for Primes {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        loop {
            self.0 -= 2;
            if is_prime(self.0) {
                return Some(self.0);
            }
        }
    }
}

/// The test of Miller and Rabin, which the bases 2, 3, 5 and 7 make certain below 3,215,031,751
/// (Pomerance, Selfridge and Wagstaff 1980; Jaeschke 1993).
fn is_prime(odd: u64) -> bool {
    let twos = (odd - 1).trailing_zeros();
    [2, 3, 5, 7].iter().all(|base| {
        let field = Field(odd);
        let mut power = field.power(*base, (odd - 1) >> twos);
        if power == 1 || power == odd - 1 {
            return true;
        }
        (1..twos).any(|_| {
            power = field.times(power, power);
            power == odd - 1
        })
    })
}

/// The sign of a number from its remainders by primes whose product is more than four times its
/// size: Garner's digits in mixed radix, of which the last tells the half it lies in.
fn sign(residues: &[(u64, u64)]) -> Ordering {
    if residues.iter().all(|(_, residue)| *residue == 0) {
        return Ordering::Equal;
    }
    let mut digits: Vec<u64> = Vec::with_capacity(residues.len());
    for (at, (prime, residue)) in residues.iter().enumerate() {
        let field = Field(*prime);
        let (mut value, mut radix) = (0, 1);
        for (digit, (before, _)) in digits.iter().zip(&residues[..at]) {
            value = field.plus(value, field.times(radix, digit % prime));
            radix = field.times(radix, before % prime);
        }
        digits.push(field.times(field.minus(*residue, value), field.inverse(radix)));
    }
    let (last, prime) = (digits[digits.len() - 1], residues[residues.len() - 1].0);
    if last < prime / 2 { Ordering::Greater } else { Ordering::Less }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn primes_are_prime() {
        let by_division = |n: u64| (2..).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d));
        assert!(Primes::new().take(50).all(by_division));
        assert_eq!(Primes::new().next(), Some((1 << 31) - 1));
    }

    proptest! {
        #[test]
        fn a_sign_is_known_from_remainders(number in any::<i64>()) {
            let residue = |prime: u64| {
                u64::try_from(i128::from(number).rem_euclid(i128::from(prime))).unwrap()
            };
            let residues: Vec<(u64, u64)> =
                Primes::new().take(3).map(|prime| (prime, residue(prime))).collect();
            prop_assert_eq!(sign(&residues), number.cmp(&0));
        }
    }
}
