//! Bounds of effective shares, component by component: one entity directly, a ring by elimination
//! where its shares are known exactly, by iteration from both sides where they are ranges.

use rustc_hash::FxHashMap;

use super::cascade::End;
use super::effective::{Bounds, Column, Effective, ONE, Owner, PART, in_units};

/// The largest component that is solved directly: the work grows with the cube of it (400: about a
/// tenth of a second). Larger ones are iterated.
const DIRECT: usize = 400;

/// Rounds of iteration, in lengths of the component, before shares are first chosen: enough for what
/// is listed to be felt all around a ring.
const ROUNDS_BEFORE: usize = 3;

/// Times a choice of shares is improved; three or four are usual.
const IMPROVEMENTS: usize = 60;

/// Holdings that are looked at before the iteration of one component ends with the bounds it has.
/// A ring of 99 % needs some 4,000 rounds to the last digit.
const ITERATION: usize = 40_000_000;

/// The bounds of every node at an end.
pub(super) fn bounds(effective: &Effective, end: End) -> Vec<Bounds> {
    let columns = &effective.columns;
    let mut bounds = vec![Bounds::default(); columns.len()];
    for component in &effective.components {
        match component[..] {
            [node] => bounds[node as usize] = alone(&columns[node as usize], &bounds, end),
            _ => {
                ring(columns, component, &mut bounds, end);
                beside(columns, component, &mut bounds, end);
            }
        }
    }
    bounds
}

fn worth(bounds: &[Bounds], up: bool) -> impl Fn(Owner) -> u64 + '_ {
    move |owner| match owner {
        Owner::Listed => ONE,
        Owner::Other => 0,
        Owner::Node(node) if up => bounds[node as usize].upper,
        Owner::Node(node) => bounds[node as usize].lower,
    }
}

fn alone(column: &Column, bounds: &[Bounds], end: End) -> Bounds {
    let of = |up: bool| {
        let value = worth(bounds, up);
        column.weigh(end, &value).max(column.weigh_beside(end, &value))
    };
    Bounds { lower: in_units(of(false), false), upper: in_units(of(true), true) }
}

/// Raises what ring members are worth to what owners hold of them beside a recorded chain.
fn beside(columns: &[Column], component: &[u32], bounds: &mut [Bounds], end: End) {
    for node in component {
        let column = &columns[*node as usize];
        let lower = in_units(column.weigh_beside(end, worth(bounds, false)), false);
        let upper = in_units(column.weigh_beside(end, worth(bounds, true)), true);
        let own = &mut bounds[*node as usize];
        (own.lower, own.upper) = (own.lower.max(lower), own.upper.max(upper));
    }
}

fn ring(columns: &[Column], component: &[u32], bounds: &mut [Bounds], end: End) {
    let over = component.iter().any(|node| columns[*node as usize].is_over_declared());
    if over || component.len() > DIRECT {
        iterate(columns, component, bounds, end, ITERATION);
        return;
    }
    let fixed = component.iter().all(|node| !columns[*node as usize].chooses(end));
    let shares = match fixed {
        true => Some(chosen(columns, component, bounds, end)),
        false => improve(columns, component, bounds, end),
    };
    let Some(shares) = shares else { return };
    for up in [false, true] {
        let solved = eliminate(columns, component, &shares, bounds, up);
        for (node, value) in component.iter().zip(solved) {
            let known = &mut bounds[*node as usize];
            *(if up { &mut known.upper } else { &mut known.lower }) = value;
        }
    }
}

/// The shares in each node of a component that are worst or best at the lower bounds known.
fn chosen(columns: &[Column], component: &[u32], bounds: &[Bounds], end: End) -> Vec<Vec<u32>> {
    let of = |node: &u32| columns[*node as usize].shares(end, worth(bounds, false));
    component.iter().map(of).collect()
}

/// The shares that are worst or best in a component, by improving on a choice as long as it can be
/// (Howard's policy iteration): solve for the shares chosen, choose again by what they are worth.
/// Nodes that need not be worth anything are set to 0 first, so that at the low end no choice keeps
/// all mass in a ring and the worst is found; at the high end a choice changes only for a better
/// one, so that mass never turns in a ring for nothing. `None` where that does not end, or two
/// owners are worth nearly the same: then the bounds are those of some rounds of iteration.
fn improve(
    columns: &[Column],
    component: &[u32],
    bounds: &mut [Bounds],
    end: End,
) -> Option<Vec<Vec<u32>>> {
    iterate(columns, component, bounds, end, ROUNDS_BEFORE * component.len() * component.len());
    let before: Vec<Bounds> = component.iter().map(|node| bounds[*node as usize]).collect();
    let mut shares = chosen(columns, component, bounds, end);
    for _ in 0..IMPROVEMENTS {
        let solved = eliminate(columns, component, &shares, bounds, false);
        for ((node, value), known) in component.iter().zip(solved).zip(&before) {
            let value = if known.upper == 0 { 0 } else { value };
            bounds[*node as usize] = Bounds { lower: value, upper: value };
        }
        let mut changed = false;
        for (node, own) in component.iter().zip(&mut shares) {
            let column = &columns[*node as usize];
            let better = column.shares(end, worth(bounds, false));
            let weigh = |shares: &[u32]| column.weigh_shares(shares, worth(bounds, false));
            let gains = match end {
                End::High => weigh(&better) > weigh(own),
                End::Low => weigh(&better) < weigh(own),
            };
            if gains {
                (*own, changed) = (better, true);
            }
        }
        if !changed {
            return Some(shares);
        }
    }
    for (node, known) in component.iter().zip(before) {
        bounds[*node as usize] = known;
    }
    None
}

/// The mass of a node's owners while a component is eliminated, in units: inside the component, by
/// position, what is listed or worth as much, and what is worth nothing.
struct Row {
    inside: Vec<u64>,
    listed: u64,
    lost: u64,
}

/// Solves a component by the elimination of Grassmann, Taksar and Heyman: nodes are taken out one
/// after the other, their owners' mass is passed on, and nothing is ever subtracted, so no digit is
/// lost in rings of nearly 100 %. What rounding leaves over goes to the lost mass for a lower
/// bound and to the listed mass for an upper one, which makes either bound certain.
fn eliminate(
    columns: &[Column],
    component: &[u32],
    shares: &[Vec<u32>],
    bounds: &[Bounds],
    up: bool,
) -> Vec<u64> {
    let size = component.len();
    let positions = positions(component);
    let value = worth(bounds, up);
    let mut rows: Vec<Row> = component
        .iter()
        .zip(shares)
        .map(|(node, shares)| {
            let mut row = Row { inside: vec![0; size], listed: 0, lost: 0 };
            let mut outside = 0u128;
            let mut mass = 0u64;
            for (entry, share) in columns[*node as usize].entries.iter().zip(shares) {
                let at = match entry.owner {
                    Owner::Node(node) => positions.get(&node).copied(),
                    _ => None,
                };
                match at {
                    Some(at) => row.inside[at] += u64::from(*share) * PART,
                    None => {
                        mass += u64::from(*share) * PART;
                        outside += u128::from(*share) * u128::from(value(entry.owner));
                    }
                }
            }
            row.listed = in_units(outside, up).min(mass);
            let rest: u64 = row.inside.iter().sum::<u64>() + mass;
            row.lost = (mass - row.listed) + ONE.saturating_sub(rest);
            row
        })
        .collect();
    for last in (0..size).rev() {
        let total = total(&rows[last], last);
        let (before, rest) = rows.split_at_mut(last);
        let gone = &rest[0];
        for (at, row) in before.iter_mut().enumerate() {
            match total {
                // Nobody outside leads in: it is worth nothing.
                0 => row.lost += std::mem::take(&mut row.inside[last]),
                _ => pass_on(row, gone, last, at, total, up),
            }
        }
    }
    let mut solved = vec![0u64; size];
    for at in 0..size {
        let row = &rows[at];
        let total = total(row, at);
        let inside: u128 =
            (0..at).map(|other| u128::from(row.inside[other]) * u128::from(solved[other])).sum();
        let worth = inside + u128::from(row.listed) * u128::from(ONE);
        solved[at] = match u128::from(total) {
            0 => 0,
            total if up => u64::try_from(worth.div_ceil(total)).unwrap_or(ONE).min(ONE),
            total => u64::try_from(worth / total).unwrap_or(ONE).min(ONE),
        };
    }
    solved
}

fn positions(component: &[u32]) -> FxHashMap<u32, usize> {
    component.iter().copied().zip(0..).collect()
}

/// The mass of a row but for its own: that of the nodes before it, listed and lost.
fn total(row: &Row, at: usize) -> u64 {
    row.inside[..at].iter().sum::<u64>() + row.listed + row.lost
}

/// Gives the mass that a row holds through an eliminated node to the owners of that node.
fn pass_on(row: &mut Row, gone: &Row, last: usize, own: usize, total: u64, up: bool) {
    let mass = std::mem::take(&mut row.inside[last]);
    if mass == 0 {
        return;
    }
    let part = |of: u64| {
        let share = u128::from(mass) * u128::from(of) / u128::from(total);
        u64::try_from(share).expect("a part of the mass")
    };
    let mut left = mass;
    for (at, of) in gone.inside[..last].iter().enumerate() {
        let given = part(*of);
        left -= given;
        // What comes back to the row itself drops out: the others stand for the whole of it.
        if at != own {
            row.inside[at] += given;
        }
    }
    let (listed, lost) = (part(gone.listed), part(gone.lost));
    left -= listed + lost;
    row.listed += listed;
    row.lost += lost;
    *(if up { &mut row.listed } else { &mut row.lost }) += left;
}

/// Narrows the bounds of a component from 0 and from the whole until nothing changes or the work is
/// too much. Either bound is certain after every round.
fn iterate(
    columns: &[Column],
    component: &[u32],
    bounds: &mut [Bounds],
    end: End,
    looked_at: usize,
) {
    for node in component {
        bounds[*node as usize] = Bounds { lower: 0, upper: ONE };
    }
    unreachable_to_zero(columns, component, bounds, end);
    let work: usize = component.iter().map(|node| columns[*node as usize].entries.len()).sum();
    for _ in 0..(looked_at / work.max(1)).max(2) {
        let mut changed = false;
        for node in component {
            let column = &columns[*node as usize];
            let new = alone(column, bounds, end);
            let known = &mut bounds[*node as usize];
            let narrowed = Bounds {
                lower: known.lower.max(new.lower),
                upper: known.upper.min(new.upper).max(known.lower.max(new.lower)),
            };
            changed |= narrowed != *known;
            *known = narrowed;
        }
        if !changed {
            break;
        }
    }
}

/// Gives 0 to the nodes that listed owners need not hold anything of: in a ring that nobody holds
/// for certain, iteration from the whole would stay there.
fn unreachable_to_zero(columns: &[Column], component: &[u32], bounds: &mut [Bounds], end: End) {
    let mut reached = vec![false; component.len()];
    let positions = positions(component);
    let work: usize = component.iter().map(|node| columns[*node as usize].entries.len()).sum();
    for _ in 0..(ITERATION / work.max(1)).max(2) {
        let mut grown = false;
        for at in 0..component.len() {
            let something = |owner: Owner| match owner {
                Owner::Listed => 1,
                Owner::Other => 0,
                Owner::Node(node) => match positions.get(&node) {
                    Some(at) => u64::from(reached[*at]),
                    None => u64::from(bounds[node as usize].upper > 0),
                },
            };
            if !reached[at] && columns[component[at] as usize].weigh(end, something) > 0 {
                (reached[at], grown) = (true, true);
            }
        }
        if !grown {
            for (node, reached) in component.iter().zip(reached) {
                if !reached {
                    bounds[*node as usize].upper = 0;
                }
            }
            return;
        }
    }
}
